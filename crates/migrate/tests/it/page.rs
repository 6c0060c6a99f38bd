//! `docs/mapping.md` and the code: every key and step is named there, every example is right.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use document::{Kind, Node};
use migrate::mapping::{self, Reasons};
use migrate::{Book, Scope};
use serde_json::Value;

use crate::shared::{self, said};

const PAGE: &str = include_str!("../../../../docs/mapping.md");

/// The names of a schema's properties, and the words of its closed lists.
fn names(schema: &Value, found: &mut BTreeSet<String>) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        found.extend(properties.keys().cloned());
    }
    let words = schema.get("enum").and_then(Value::as_array);
    // Document types and categories are the API's, and many.
    let words: Vec<&str> = words.map_or(Vec::new(), |it| {
        it.iter().filter_map(Value::as_str).collect()
    });
    if !words.contains(&"PASSPORT") && !words.contains(&"PROOF_OF_IDENTITY") {
        found.extend(words.into_iter().map(str::to_owned));
    }
    match schema {
        Value::Object(entries) => entries.values().for_each(|it| names(it, found)),
        Value::Array(items) => items.iter().for_each(|it| names(it, found)),
        _ => {}
    }
}

#[test]
fn every_key_step_and_word_is_named_in_the_page() {
    let mut wanted = BTreeSet::new();
    names(&mapping::schema(), &mut wanted);
    assert!(wanted.len() > 100, "{wanted:?}");
    let code: String = PAGE
        .split('`')
        .skip(1)
        .step_by(2)
        .collect::<Vec<_>>()
        .join("\n");
    let is_named = |name: &str| {
        let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
        code.match_indices(name).any(|(at, _)| {
            let before = code[..at].chars().next_back();
            let after = code[at + name.len()..].chars().next();
            // A sign, such as the decimal comma, may stand anywhere.
            !name.contains(is_part) || !(before.is_some_and(is_part) || after.is_some_and(is_part))
        })
    };
    let left: Vec<String> = wanted.into_iter().filter(|name| !is_named(name)).collect();
    assert_eq!(left, Vec::<String>::new());
    for (rule, name) in Reasons::DEFAULTS {
        let line = format!("| `{rule}` | `{name}` |");
        assert!(PAGE.contains(&line), "{line}");
    }
}

/// The examples in YAML.
fn examples() -> Vec<&'static str> {
    let blocks = PAGE.split("```yaml\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap_or_default())
        .collect()
}

/// The sections at the top of a mapping, by name.
fn sections(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if let Some((name, _)) = line
            .split_once(':')
            .filter(|_| !line.starts_with([' ', '#']))
        {
            found.push((name.to_owned(), String::new()));
        }
        let _ = writeln!(found.last_mut().expect("a section").1, "{line}");
    }
    found
}

/// The whole example with the sections of another in the place of its own.
fn whole(example: &str) -> String {
    let own = sections(example);
    let is_own = |name: &str| own.iter().any(|(own, _)| own == name);
    let sources = own.iter().find(|(name, _)| name == "sources");
    // Where an example has other sources, nothing reads the people's.
    let has_people = sources.is_none_or(|(_, text)| text.contains("people:"));
    let base = sections(examples()[0]).into_iter();
    let kept = base.filter(|(name, _)| !is_own(name) && (has_people || name != "individuals"));
    kept.chain(own.clone()).map(|(_, text)| text).collect()
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder can be made");
    let people = "NO;FIRST;MIDDLE;LAST;BORN;PRODUCT;STATUS;STREET;HOUSE;FLAT;COUNTRY;MAIL;MOBILE;\
                  PHONE;OUTCOME;REVIEWED;OPENED;REVIEWER\n";
    let files = [
        ("people.csv", people),
        ("companies.csv", "NO,NAME\n"),
        (
            "owners.csv",
            "COMPANY,PERSON,ROLE,SHARE,SINCE,UNTIL,LAST,BORN\n",
        ),
        ("scans.csv", "OWNER,KIND,PATH,DAY\n"),
        ("notes.csv", "OWNER,DAY,TEXT,AUTHOR\n"),
        ("tax.salt", "0123456789abcdef\n"),
    ];
    for (file, content) in files {
        fs::write(folder.join(file), content).expect("a file can be written");
    }
    folder
}

/// A document as an editor sees it.
fn json(node: &Node) -> Value {
    match &node.kind {
        Kind::Mapping(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, node)| (key.text.clone(), json(node)))
                .collect(),
        ),
        Kind::Sequence(items) => Value::Array(items.iter().map(json).collect()),
        Kind::Scalar {
            text,
            quoted: false,
        } => serde_json::from_str(text)
            .ok()
            .filter(|it: &Value| it.is_number() || it.is_boolean())
            .unwrap_or_else(|| Value::from(text.as_str())),
        Kind::Scalar { text, .. } => Value::from(text.as_str()),
        Kind::Null => Value::Null,
    }
}

/// What the schema has against a mapping.
fn mistakes(text: &str) -> Vec<String> {
    let validator = jsonschema::validator_for(&mapping::schema()).expect("a schema");
    let root = document::parse("m.yaml", text).expect("YAML");
    let found = json(&root);
    validator
        .iter_errors(&found)
        .map(|one| format!("{}: {one}", one.instance_path()))
        .collect()
}

#[test]
fn every_example_of_the_page_is_a_mapping() {
    let folder = folder("page");
    for example in examples() {
        let mut text = whole(example);
        assert_eq!(mistakes(&text), Vec::<String>::new(), "{text}");
        // These sources are not here: the schema has judged how they are written.
        if example.contains("postgres:") || example.contains("command:") {
            continue;
        }
        if !text.contains("people: {file: people.csv,") && text.contains("people: {") {
            text = text.replace("{file: people.csv}", "{file: people.csv, delimiter: \";\"}");
        }
        if let Err(problems) = mapping::read("m.yaml", &text, &folder) {
            panic!("{problems}\n{text}");
        }
    }
}

#[test]
fn whole_mappings_keep_to_the_schema() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    for mapping in ["northgate/mapping.yaml", "hansa/mapping.yaml"] {
        let text = fs::read_to_string(examples.join(mapping)).expect("a mapping");
        assert_eq!(mistakes(&text), Vec::<String>::new(), "{mapping}");
    }
    let wrong = examples_with("- trim", "- trimm");
    assert!(!mistakes(&wrong).is_empty());
    let wrong = examples_with("key: NO", "key: NO\n  kee: NO");
    assert!(!mistakes(&wrong).is_empty());
}

fn examples_with(from: &str, to: &str) -> String {
    let example = examples().into_iter().find(|it| it.contains(from));
    whole(&example.expect("an example").replace(from, to))
}

/// A row of the table of steps: the step, what it is done with, what it makes, what it fails on.
struct Shown {
    step: &'static str,
    cells: Vec<String>,
    makes: Value,
    fails: Option<String>,
}

fn shown() -> Vec<Shown> {
    let table = PAGE.split("<!-- steps -->").nth(1).expect("a table");
    let rows = table.lines().skip_while(|line| !line.starts_with("| `"));
    rows.take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [step, _, of, makes, fails] = cells[..] else {
                panic!("{line}")
            };
            let code = |cell: &'static str| cell.split('`').skip(1).step_by(2);
            let text = |code: &str| serde_json::from_str::<String>(code).expect("a text");
            Shown {
                step: code(step).next().expect("a step"),
                cells: code(of).map(text).collect(),
                makes: serde_json::from_str(code(makes).next().expect("a value")).expect("JSON"),
                fails: (fails != "never").then(|| text(code(fails).next().expect("a text"))),
            }
        })
        .collect()
}

fn csv(cells: &[&str]) -> String {
    let quoted = cells
        .iter()
        .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(",")
}

#[test]
fn every_step_does_what_the_page_shows() {
    let folder = folder("page-steps");
    let shown = shown();
    assert!(shown.len() > 35, "{}", shown.len());
    for one in &shown {
        let columns = &["A", "B"][..one.cells.len()];
        let mut rows = "NO,A,B,OPENED,COUNTRY\n".to_owned();
        let mut row = |no: &str, a: &str, b: &str| {
            let _ = writeln!(rows, "{}", csv(&[no, a, b, "01/06/2020", "GB"]));
        };
        row(
            "1",
            &one.cells[0],
            one.cells.get(1).map_or("", String::as_str),
        );
        if let Some(fails) = &one.fails {
            row("2", fails, "");
        }
        fs::write(folder.join("steps.csv"), rows).expect("a file can be written");
        let text = format!(
            "version: 1\nname: steps\nas_of: 2025-06-30\ndate_format: DD/MM/YYYY\n\
             sources: {{steps: {{file: steps.csv}}}}\nsalts: {{tax: {{file: tax.salt}}}}\n\
             tables: {{countries: {{brd: DEU}}}}\n\
             individuals:\n  source: steps\n  key: NO\n  products: {{always: [a]}}\n  fields:\n    \
             - to: collected_data.custom_fields.x\n      from: [{}]\n      on_error: warn it_fails\n      \
             steps:\n        - {}\n",
            columns.join(", "),
            one.step
        );
        let mapping = mapping::read("m.yaml", &text, &folder)
            .unwrap_or_else(|problems| panic!("{problems}\n{text}"));
        let book = Book::read(mapping, &folder, Scope::All, &shared::keep()).expect("a book");
        let made: Value = said(&book.clients[0].body);
        assert_eq!(
            made["collected_data"]["custom_fields"]["x"], one.makes,
            "{}",
            one.step
        );
        if one.fails.is_some() {
            assert_eq!(
                book.clients[1].row.verdict.reasons,
                ["it_fails"],
                "{}",
                one.step
            );
        }
    }
}
