//! Which publications are used, how they are stored, and what changed between two.

use jiff::Timestamp;
use proptest::prelude::*;
use screening::diff::{self, Change, Delta, Field, Mismatch};
use screening::entry::{Entry, Kind, Name, NameKind};
use screening::lists::{self, Format, Hints, Part, Publication};
use screening::snapshot::{Load, Refusal, Snapshot, Unusable, refuse};

use crate::samples::{SAMPLES, bytes, publication, sample};

fn load() -> Load {
    Load {
        source: "example".to_owned(),
        loaded_at: "2026-11-23T12:00:00Z"
            .parse::<Timestamp>()
            .expect("an instant"),
    }
}

fn snapshot(publication: Publication) -> Snapshot {
    Snapshot::accept(publication, load(), None).expect("a fit publication")
}

#[test]
fn a_publication_that_was_cut_off_anywhere_is_refused() {
    for (format, files) in SAMPLES {
        let all = bytes(files[0]);
        let whole = all.trim_ascii_end().len();
        for end in (0..whole).step_by(7) {
            let is_whole = match format {
                // Entities a line end with any of them, and tables show a cut only within a row.
                Format::FollowTheMoney => all[..end].ends_with(b"}}") || all[end] == b'{',
                Format::OfacCsv
                | Format::OfacXml
                | Format::Un
                | Format::Eu
                | Format::Canada
                | Format::Popolo => false,
                Format::UsConsolidated
                | Format::Uk
                | Format::Australia
                | Format::Bis
                | Format::Own => continue,
            };
            let hints = Hints {
                format: Some(*format),
                ..Hints::default()
            };
            let found = publication(&[(files[0], &all[..end])], &hints);
            let is_refused = refuse(&found, None).is_some();
            assert!(
                is_refused || is_whole,
                "{format} cut at {end} of {whole} is used"
            );
        }
    }
}

/// Rows of tables show a cut by their missing fields, up to the last field.
#[test]
fn a_table_that_was_cut_off_within_a_row_is_refused() {
    for (format, file) in [
        (Format::Uk, "uk.csv"),
        (Format::UsConsolidated, "us_consolidated.csv"),
        (Format::Bis, "bis.txt"),
    ] {
        let all = bytes(file);
        let end = all.len() - 30;
        let found = publication(&[(file, &all[..end])], &Hints::default());
        assert_eq!(found.format, format);
        let refusal = refuse(&found, None);
        assert!(
            matches!(refusal, Some(Refusal::Broken(_))),
            "{format}: {refusal:?}"
        );
    }
}

#[test]
fn a_publication_that_shrank_is_refused_and_says_by_how_much() {
    let header = "id,name\n";
    let rows = |count: usize| -> String {
        let rows = (0..count).map(|number| format!("{number},Person {number}\n"));
        header.to_owned() + &rows.collect::<String>()
    };
    let read =
        |count: usize| publication(&[("own.csv", rows(count).as_bytes())], &Hints::default());
    let before = snapshot(read(10));
    assert_eq!(refuse(&read(5), Some(&before)), None);
    let refusal = Snapshot::accept(read(4), load(), Some(&before)).unwrap_err();
    assert_eq!(refusal, Refusal::Small { before: 10, now: 4 });
    assert_eq!(refuse(&read(0), None), Some(Refusal::Empty));
}

#[test]
fn a_publication_with_fewer_records_than_it_declares_is_refused() {
    let text = String::from_utf8(bytes("ofac.xml")).unwrap();
    let text = text.replace("<Record_Count>2<", "<Record_Count>3<");
    let found = publication(&[("ofac.xml", text.as_bytes())], &Hints::default());
    let (declared, records) = (3, 2);
    assert_eq!(
        refuse(&found, None),
        Some(Refusal::Short { declared, records })
    );
}

#[test]
fn a_snapshot_says_what_it_is() {
    let found = snapshot(sample(Format::Un));
    let header = found.header();
    let digest = "the digest of the one file";
    assert_eq!(header.sha256, header.parts[0].sha256, "{digest}");
    assert_eq!(header.sha256.len(), 64);
    assert_eq!(
        header.published.as_deref(),
        Some("2026-02-27T00:00:09.554Z")
    );
    assert_eq!(header.counts.entries, 2);
    assert_eq!(
        header.counts.kinds,
        [(Kind::Person, 1), (Kind::Organization, 1)]
    );
    assert_eq!(
        found.entry("EXe.001").map(|entry| entry.kind),
        Some(Kind::Organization)
    );
    assert_eq!(found.entry("EXe.002"), None);
}

#[test]
fn a_snapshot_is_read_as_it_was_written_and_damage_is_seen() {
    for (format, _) in SAMPLES {
        let written = snapshot(sample(*format));
        let form = written.encode().unwrap();
        assert_eq!(form, written.clone().encode().unwrap());
        assert_eq!(Snapshot::decode(&form).unwrap(), written);
        for place in (0..form.len()).step_by(11) {
            let mut damaged = form.clone();
            damaged[place] ^= 0x20;
            assert!(
                Snapshot::decode(&damaged).is_err(),
                "{format}: byte {place}"
            );
            assert!(
                Snapshot::decode(&form[..place]).is_err(),
                "{format}: {place} bytes"
            );
        }
    }
    assert_eq!(Snapshot::decode(b"USHR"), Err(Unusable::Foreign));
}

/// Should this fail, the form of snapshots is another: raise `stored::VERSION`.
#[test]
fn the_form_of_a_snapshot_belongs_to_its_version() {
    let form = snapshot(sample(Format::FollowTheMoney)).encode().unwrap();
    assert_eq!((screening::snapshot::VERSION, form.len()), (1, 638));
}

#[test]
fn a_change_says_which_fields_and_whether_it_matters() {
    let entry = |text: &str, remark: &str| Entry {
        id: "1".to_owned(),
        names: vec![Name::new(NameKind::Primary, text)],
        remarks: vec![remark.to_owned()],
        ..Entry::default()
    };
    let (before, after) = (entry("Doe", "one"), entry("Doe", "two"));
    let fields = diff::fields(&before, &after);
    assert_eq!(fields.len(), 1);
    assert_eq!(
        (fields[0].field, fields[0].field.is_material()),
        (Field::Remarks, false)
    );
    assert_eq!(
        (&fields[0].old[..], &fields[0].new[..]),
        (&["one".to_owned()][..], &["two".to_owned()][..])
    );
    let change = |before: &Entry, after: &Entry| Change::Changed {
        before: Box::new(before.clone()),
        after: Box::new(after.clone()),
    };
    assert!(!change(&before, &after).is_material());
    assert!(change(&before, &entry("Roe", "one")).is_material());
}

#[test]
fn a_file_of_changes_leads_to_the_snapshot_that_it_describes() {
    let before = snapshot(sample(Format::FollowTheMoney));
    let text = bytes("changes.ftm.json");
    let part = Part::new("changes", &text[..]);
    let operations = lists::operations(part, &Hints::default()).unwrap();
    let delta = Delta::of_operations(&before, operations, load()).unwrap();
    let after = delta.apply(&before).unwrap();
    let ids: Vec<&str> = after.entries().iter().map(|entry| &*entry.id).collect();
    assert_eq!(ids, ["NK-1", "NK-4"]);
    assert_eq!(after.header().counts.entries, 2);
    assert_ne!(after.header().sha256, before.header().sha256);
    let wrong = delta.apply(&after).unwrap_err();
    assert!(matches!(wrong, Mismatch::Other { .. }), "{wrong}");
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let entry = (
        0..40_u8,
        prop::collection::vec("[A-D]{1,2}", 1..4),
        "[a-c]{0,1}",
    );
    let entry = entry.prop_map(|(id, names, remark)| Entry {
        id: id.to_string(),
        names: names
            .into_iter()
            .map(|name| Name::new(NameKind::Primary, name))
            .collect(),
        remarks: vec![remark],
        ..Entry::default()
    });
    prop::collection::vec(entry, 1..30)
}

/// A table with such entries.
fn table(entries: &[Entry]) -> Publication {
    let mut text = "id,name,aliases,remarks\n".to_owned();
    for entry in entries {
        let names: Vec<&str> = entry.names.iter().map(|name| &*name.text).collect();
        let line = format!(
            "{},{},{},{}\n",
            entry.id,
            names[0],
            names[1..].join(";"),
            entry.remarks[0]
        );
        text.push_str(&line);
    }
    publication(&[("own.csv", text.as_bytes())], &Hints::default())
}

proptest! {
    #[test]
    fn applying_what_changed_gives_the_new_snapshot(before in entries(), after in entries()) {
        let before = snapshot(table(&before));
        let after = snapshot(table(&after));
        let delta = Delta::between(&before, &after);
        prop_assert_eq!(delta.apply(&before), Ok(after.clone()));
        let back = Delta::between(&after, &before);
        prop_assert_eq!(back.apply(&after), Ok(before));
        prop_assert!(Delta::between(&after, &after).changes.is_empty());
    }

    #[test]
    fn the_order_of_rows_and_aliases_changes_nothing(
        entries in entries().prop_map(|mut entries| {
            entries.sort_by(|one, other| one.id.cmp(&other.id));
            entries.dedup_by(|one, other| one.id == other.id);
            entries
        }),
    ) {
        let before = snapshot(table(&entries));
        let mut turned = entries;
        turned.reverse();
        for entry in &mut turned {
            entry.names[1..].reverse();
        }
        let after = snapshot(table(&turned));
        prop_assert!(Delta::between(&before, &after).changes.is_empty());
    }
}
