//! What is read of each format, word by word: `tests/samples/*.expected` says it of each sample.

use std::fmt::Write as _;

use screening::diff;
use screening::entry::Entry;
use screening::lists::{self, Format, Hints, Operation, Part, Publication};

use crate::samples::{SAMPLES, bytes, folder, publication, sample};

/// A publication in words.
fn told(publication: &Publication) -> String {
    let mut text = format!(
        "{} published {} declared {} records {}\n",
        publication.format,
        publication.published.as_deref().unwrap_or("-"),
        publication
            .declared
            .map_or("-".to_owned(), |count| count.to_string()),
        publication.records,
    );
    if let Some(why) = &publication.broken {
        let _ = writeln!(text, "broken: {why}");
    }
    for entry in &publication.entries {
        text.push_str(&told_entry(entry));
    }
    for problem in publication.problems.first() {
        let _ = writeln!(text, "problem: {problem}");
    }
    text
}

fn told_entry(entry: &Entry) -> String {
    let mut text = format!("\n{}\n", entry.id);
    let nothing = Entry::default();
    for change in diff::fields(&nothing, entry) {
        let _ = writeln!(text, "  {:?}: {}", change.field, change.new.join(" | "));
    }
    text
}

#[test]
fn each_format_is_found_and_read_as_its_text_says() {
    let mut wrong = String::new();
    for (format, _) in SAMPLES {
        let found = sample(*format);
        assert_eq!(found.format, *format);
        let path = folder().join(format!("{format}.expected"));
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        let told = told(&found);
        if told != expected {
            let _ = writeln!(wrong, "==> {} says otherwise:\n{told}", path.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_order_of_the_files_and_of_the_rows_does_not_matter() {
    let files = [
        "ofac_sdn.csv",
        "ofac_alt.csv",
        "ofac_add.csv",
        "ofac_comments.csv",
    ];
    let files = files.map(|name| (name, bytes(name)));
    let mut parts: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (*name, &text[..]))
        .collect();
    let forward = publication(&parts, &Hints::default());
    parts.reverse();
    let backward = publication(&parts, &Hints::default());
    assert_eq!(forward.entries, backward.entries);
}

#[test]
fn a_file_of_changes_says_what_to_put_and_what_to_remove() {
    let text = bytes("changes.ftm.json");
    let part = Part::new("changes", &text[..]);
    let changes = lists::operations(part, &Hints::default()).unwrap();
    let words: Vec<String> = changes
        .operations
        .iter()
        .map(|operation| match operation {
            Operation::Put(entry) => format!("put {}", entry.id),
            Operation::Remove(id) => format!("remove {id}"),
        })
        .collect();
    assert_eq!(words, ["put NK-1", "remove NK-2", "put NK-4"]);
    assert_eq!(changes.broken, None);
}

#[test]
fn what_is_no_list_is_told_so() {
    for (text, expected) in [
        ("", "file is no list that is known: it is empty"),
        (
            "<html><body>Not found",
            "file is no list that is known: it is a web page",
        ),
        (
            "{\"a\": 1}",
            "file is no list that is known: it is JSON, but neither",
        ),
        (
            "color,size\nred,1\n",
            "its first line names no column for the name",
        ),
    ] {
        let parts = vec![Part::new("file", text.as_bytes())];
        let error = lists::read(parts, &Hints::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{text:?}: {error}");
    }
    let un = bytes("un.xml");
    let bis = bytes("bis.txt");
    let parts = vec![Part::new("one", &un[..]), Part::new("other", &bis[..])];
    let error = lists::read(parts, &Hints::default())
        .unwrap_err()
        .to_string();
    assert_eq!(error, "one is un and other is bis: load them apart");
}

/// Windows-1252 and marks of byte order, as spreadsheets write them.
#[test]
fn own_lists_are_read_as_spreadsheets_save_them() {
    for text in [
        &b"\xef\xbb\xbfLast Name,First Name\nM\xc3\xbcller,Zo\xc3\xab\n"[..],
        &b"last_name;FIRST NAME\r\nM\xfcller;Zo\xeb\r\n"[..],
        &b"First name\tSurname\nZo\xeb\tM\xfcller\n"[..],
    ] {
        let found = publication(&[("own.csv", text)], &Hints::default());
        assert_eq!(found.format, Format::Own);
        let names: Vec<&str> = found.entries[0]
            .names
            .iter()
            .map(|name| &*name.text)
            .collect();
        assert_eq!(names, ["Zoë Müller"]);
        assert_eq!(found.problems.count(), 0);
    }
}
