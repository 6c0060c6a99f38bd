//! Documents with mistakes or oddities, and the exact words about them.

use std::fmt::Write as _;

use config::compile;

const MISTAKES: &str = include_str!("../mistakes.txt");
const WARNINGS: &str = include_str!("../warnings.txt");

#[test]
fn every_mistake_is_told_with_its_place_and_a_way_out() {
    check(MISTAKES, &|text| {
        let problems = compile("policy.yaml", text, 1, None).err();
        problems.map_or_else(String::new, |all| all.to_string())
    });
}

#[test]
fn what_is_likely_a_mistake_is_a_warning_and_what_feeds_back_is_a_note() {
    check(WARNINGS, &|text| {
        let published = match compile("policy.yaml", text, 1, None) {
            Ok(published) => published,
            Err(problems) => return format!("mistakes:\n{problems}"),
        };
        let mut told = String::new();
        let both = [("warning", published.warnings), ("note", published.notes)];
        for (word, list) in both {
            for one in list {
                let (place, path, message) = (one.place, one.path, one.message);
                writeln!(told, "{word} {place} {path}: {message}").unwrap();
            }
        }
        told
    });
}

#[test]
fn another_format_is_told_the_only_one() {
    for text in ["2", "one", "\"\""] {
        let problems = compile("policy.yaml", &format!("format: {text}"), 1, None).unwrap_err();
        let told = problems.to_string();
        let text = text.trim_matches('"');
        let said = format!("\"{text}\" is no format of a policy: the only one is 1");
        assert!(told.contains(&said), "{told}");
    }
    assert!(compile("policy.yaml", "format: [1]", 1, None).is_err());
}

fn check(table: &str, answer: &dyn Fn(&str) -> String) {
    let mut differences = String::new();
    for case in table.split("\n=== ").skip(1) {
        let (name, rest) = case.split_once('\n').expect("a name");
        let (document, expected) = rest.split_once("---\n").expect(name);
        let found = answer(&format!("format: 1\n{document}"));
        if found.trim() != expected.trim() {
            let found = found.trim();
            let written = writeln!(differences, "=== {name}\n{document}---\n{found}\n");
            written.expect("text has room");
        }
    }
    assert!(differences.is_empty(), "\n{differences}");
}
