use std::fs;
use std::path::Path;

use crate::binary::{Run, folder, run};

fn attempt(options: &[&str]) -> Run {
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("book");
    let mapping = book.join("mapping.yaml");
    let folders = ["--source", book.to_str().unwrap()];
    let mapping = ["--mapping", mapping.to_str().unwrap()];
    run(&[&["migrate", "try"], &folders[..], &mapping[..], options].concat())
}

#[test]
fn a_row_is_shown_without_a_server_and_what_is_none_is_a_mistake_of_usage() {
    let shown = attempt(&["--row", "2"]);
    assert_eq!(shown.code, 0, "{}", shown.talk);
    assert_eq!(shown.talk, "nothing was sent\n");
    for wanted in [
        "individuals.csv, line 2 (row 1 of individuals), as it is read\n",
        "    date          \"1971-03-14\"\n    =             \"1971-03-14\"\n",
        "\n  disposition  migrate_with_warning\n  reasons      possible_duplicate\n",
        "\"family_name\": \"Pennywhistle\"",
    ] {
        assert!(shown.data.contains(wanted), "{wanted}\n{}", shown.data);
    }
    let company = attempt(&["--row", "2", "--file", "companies", "--scope", "active"]);
    assert!(
        company.data.contains("row 1 of companies") && company.data.contains("scope active"),
        "{}",
        company.data
    );
    for (options, message, hint) in [
        (
            ["--row", "1", "--file", "notes"],
            "is the header",
            "hint: its rows are on lines 2 to",
        ),
        (
            ["--row", "2", "--file", "nots"],
            "no source file \"nots\"",
            "did you mean \"notes\"?",
        ),
    ] {
        let none = attempt(&options);
        assert_eq!(none.code, 2, "{}", none.talk);
        assert!(none.data.is_empty(), "{}", none.data);
        assert!(
            none.talk.contains(message) && none.talk.contains(hint),
            "{}",
            none.talk
        );
    }
}

#[test]
fn a_long_value_is_cut_unless_all_of_it_is_asked_for() {
    let folder = folder("migrate-try-long");
    let long = "y".repeat(20_000);
    fs::write(folder.join("a.csv"), format!("NO,NAME\n1,{long}\n")).unwrap();
    let mapping = folder.join("mapping.yaml");
    let text = "version: 1\nname: x\nas_of: 2025-01-01\nsources: {a: {file: a.csv}}\n\
                individuals:\n  source: a\n  key: NO\n  products: {always: p}\n  fields:\n    \
                - {to: collected_data.customer_ref, from: NO}\n    \
                - {to: collected_data.personal_details.name.family_name, from: NAME}\n";
    fs::write(&mapping, text).unwrap();
    let shown = |more: &[&str]| {
        let (mapping, folder) = (mapping.to_str().unwrap(), folder.to_str().unwrap());
        let options = [
            "migrate",
            "try",
            "--source",
            folder,
            "--mapping",
            mapping,
            "--row",
            "2",
        ];
        run(&[&options[..], more].concat())
    };
    let cut = shown(&[]);
    assert_eq!(cut.code, 0, "{}", cut.talk);
    assert!(cut.data.len() < 10_000, "{}", cut.data.len());
    assert!(cut.data.contains("… and 19400 more signs"), "{}", cut.data);
    let full = shown(&["--full"]);
    assert!(full.data.contains(&long));
    assert!(!full.data.contains("more signs"));
}
