use std::path::Path;

use crate::binary::{Run, run};

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
