//! Real publications, as far as they are at hand: the folder `$USHER_SHARED_DATA` at compile time,
//! else `../shared/data` beside the workspace. Without it the tests say so and pass.

use std::fs::File;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use screening::diff::Delta;
use screening::entry::{Entry, IdentifierKind, Kind};
use screening::lists::{self, Format, Hints, Part, Publication};
use screening::snapshot::{Load, Snapshot};

/// The folder with the data of a list, or nothing where it is not there.
fn folder(test: &str) -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let data = option_env!("USHER_SHARED_DATA")
        .map_or_else(|| workspace.join("../shared/data"), PathBuf::from);
    if data.join("SOURCES.md").exists() {
        return Some(data);
    }
    let message = format!("{test}: skipped, there is no folder {}", data.display());
    let _ = writeln!(std::io::stderr(), "{message}");
    None
}

/// A file of the folder, decompressed where it is compressed.
fn open(path: &Path) -> Box<dyn Read> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if path.extension().is_some_and(|extension| extension == "zst") {
        Box::new(zstd::Decoder::new(file).expect("a compressed file"))
    } else {
        Box::new(file)
    }
}

fn read(data: &Path, files: &[&str], hints: &Hints) -> Publication {
    let parts = files
        .iter()
        .map(|file| Part::new(*file, open(&data.join(file))));
    lists::read(parts.collect(), hints).expect("a list")
}

struct List {
    files: &'static [&'static str],
    format: Format,
    published: Option<&'static str>,
    /// As SOURCES.md counts them.
    records: u32,
    /// Several rows may be one entry, and several entities belong to one.
    entries: u32,
    /// Not more than so many problems.
    problems_max: u64,
}

/// A list whose records are one entry each.
const fn each(files: &'static [&'static str], format: Format, records: u32) -> List {
    List {
        files,
        format,
        published: None,
        records,
        entries: records,
        problems_max: 5,
    }
}

const LISTS: &[List] = &[
    each(&["ofac_sdn/sdn_2021-08-18.csv.zst"], Format::OfacCsv, 9_083),
    each(
        &["ofac_sdn/snapshots/sdn_2022-02-28T1259.csv.zst"],
        Format::OfacCsv,
        9_222,
    ),
    each(
        &["ofac_sdn/snapshots/sdn_2023-05-19T1843.csv.zst"],
        Format::OfacCsv,
        12_538,
    ),
    each(
        &["ofac_sdn/snapshots/sdn_2024-02-23T1843.csv.zst"],
        Format::OfacCsv,
        14_484,
    ),
    List {
        // Aliases and addresses are of a later day, some of entries that came after this one.
        problems_max: 4_100,
        ..each(
            &[
                "ofac_sdn/sdn_2024-05-03.csv",
                "ofac_sdn/alt_2025-02-27.csv",
                "ofac_sdn/add_2025-02-27.csv.zst",
                "ofac_sdn/sdn_comments_2025-02-27.csv",
            ],
            Format::OfacCsv,
            14_965,
        )
    },
    each(
        &[
            "ofac_nonsdn/cons_prim.csv",
            "ofac_nonsdn/cons_alt.csv",
            "ofac_nonsdn/cons_add.csv",
            "ofac_nonsdn/cons_comments.csv",
        ],
        Format::OfacCsv,
        442,
    ),
    List {
        published: Some("03/28/2025"),
        ..each(
            &["ofac_nonsdn/consolidated_2025-03-28.xml.zst"],
            Format::OfacXml,
            443,
        )
    },
    List {
        // One number is there twice.
        entries: 14_159,
        problems_max: 10,
        ..each(
            &["us_csl/consolidated.csv.zst"],
            Format::UsConsolidated,
            14_160,
        )
    },
    List {
        published: Some("2020-11-30T20:31:19.923-05:00"),
        ..each(
            &["un_sc/UN_consolidated_2020-11-30.xml.zst"],
            Format::Un,
            1_018,
        )
    },
    List {
        published: Some("2025-04-19T23:00:04.625Z"),
        ..each(
            &["un_sc/UN_consolidated_2025-04-19.xml.zst"],
            Format::Un,
            877,
        )
    },
    List {
        published: Some("2026-02-27T00:00:09.554Z"),
        ..each(&["un_sc/UN_consolidated_2026-02-27.xml"], Format::Un, 1_003)
    },
    List {
        published: Some("27/04/2020"),
        entries: 2_114,
        // Most say "Congolese", which two countries are.
        problems_max: 90,
        ..each(&["uk_ofsi/ConList_2020-04-27.csv"], Format::Uk, 9_492)
    },
    each(&["ca_sema/sema-lmes_2025.xml.zst"], Format::Canada, 4_759),
    List {
        entries: 414,
        ..each(&["us_bis/dpl.txt"], Format::Bis, 546)
    },
    List {
        entries: 96,
        ..each(
            &["ftm_samples/parteispenden.ftm.json"],
            Format::FollowTheMoney,
            475,
        )
    },
    List {
        entries: 6,
        ..each(&["ftm_samples/t1.ftm.json"], Format::FollowTheMoney, 7)
    },
    each(
        &["peps_everypolitician/raw/Russia_Duma.ep-popolo-v1.0.json.zst"],
        Format::Popolo,
        450,
    ),
    each(
        &["peps_everypolitician/raw/France_National_Assembly.ep-popolo-v1.0.json.zst"],
        Format::Popolo,
        627,
    ),
];

#[test]
fn real_publications_have_as_many_entries_as_their_sources_say() {
    let Some(data) = folder("real publications") else {
        return;
    };
    for list in LISTS {
        let found = read(&data, list.files, &Hints::default());
        let name = list.files[0];
        assert_eq!(found.format, list.format, "{name}");
        assert_eq!(found.published.as_deref(), list.published, "{name}");
        assert_eq!(found.broken, None, "{name}");
        assert_eq!(found.records, u64::from(list.records), "{name}");
        assert_eq!(found.entries.len(), list.entries as usize, "{name}");
        let first: Vec<String> = found
            .problems
            .first()
            .iter()
            .take(20)
            .map(ToString::to_string)
            .collect();
        assert!(
            found.problems.count() <= list.problems_max,
            "{name}: {first:#?}"
        );
        println!(
            "{name}: {} entries, {} problems",
            list.entries,
            found.problems.count()
        );
    }
}

#[test]
fn the_list_of_the_united_nations_has_as_many_persons_as_its_source_says() {
    let Some(data) = folder("persons of the United Nations") else {
        return;
    };
    let found = read(
        &data,
        &["un_sc/UN_consolidated_2026-02-27.xml"],
        &Hints::default(),
    );
    let found = Snapshot::unchecked(found, load());
    let kinds = &found.header().counts.kinds;
    assert_eq!(kinds, &[(Kind::Person, 730), (Kind::Organization, 273)]);
}

/// Most of what the table of a publication has no columns for is understood.
#[test]
fn persons_of_the_treasury_have_dates_countries_and_numbers() {
    let Some(data) = folder("persons of the Treasury") else {
        return;
    };
    let found = read(&data, &["ofac_sdn/sdn_2024-05-03.csv"], &Hints::default());
    let persons: Vec<&Entry> = found
        .entries
        .iter()
        .filter(|entry| entry.kind == Kind::Person)
        .collect();
    let share = |has: fn(&Entry) -> bool| {
        persons.iter().filter(|person| has(person)).count() * 100 / persons.len()
    };
    assert_eq!(persons.len(), 6_854);
    let born = share(|person| !person.born.is_empty());
    let countries = share(|person| !person.countries.is_empty());
    let numbers = share(|person| !person.identifiers.is_empty());
    let gender = share(|person| person.gender.is_some());
    assert!(
        born >= 90 && countries >= 85 && numbers >= 40 && gender >= 55,
        "born {born}, countries {countries}, numbers {numbers}, gender {gender}"
    );
    let tax = found.entries.iter().flat_map(|entry| &entry.identifiers);
    let tax = tax
        .filter(|identifier| identifier.kind == IdentifierKind::Tax)
        .count();
    assert!(tax >= 2_900, "{tax} numbers of taxation");
}

#[test]
fn real_publications_follow_each_other_by_what_changed() {
    let Some(data) = folder("what changed") else {
        return;
    };
    let files = [
        "un_sc/UN_consolidated_2020-11-30.xml.zst",
        "un_sc/UN_consolidated_2025-04-19.xml.zst",
        "un_sc/UN_consolidated_2026-02-27.xml",
    ];
    let mut before: Option<Snapshot> = None;
    for file in files {
        let found = read(&data, &[file], &Hints::default());
        let after = Snapshot::accept(found, load(), before.as_ref()).unwrap();
        assert_eq!(
            Snapshot::decode(&after.encode().unwrap()).as_ref(),
            Ok(&after)
        );
        if let Some(before) = before {
            let delta = Delta::between(&before, &after);
            assert_eq!(delta.apply(&before).as_ref(), Ok(&after));
            let material = delta
                .changes
                .iter()
                .filter(|change| change.is_material())
                .count();
            println!(
                "{file}: {} changes, {material} of them material",
                delta.changes.len()
            );
            assert!(material > 0 && material < delta.changes.len());
        }
        before = Some(after);
    }
}

fn load() -> Load {
    Load {
        source: "real".to_owned(),
        loaded_at: "2026-11-23T12:00:00Z".parse().expect("an instant"),
    }
}
