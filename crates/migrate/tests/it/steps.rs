//! Steps of the mapping: what they make of a book, how they look one by one, and their mistakes.

use std::fs;
use std::path::{Path, PathBuf};

use migrate::attempt::{self, Asked};
use migrate::{Book, Scope, mapping};
use serde_json::json;

use crate::shared::{self, said};

const BOOK: &str = "\
NO;NAME;STREET;HOUSE;FLAT;BORN;SHARE;TAX;SEEN
1;van der Berg, Jan Piet;Kade;12;3;3. März 1980;1.250,5;(NL)0042;2024-05-06T23:10:00Z
2;Byron, Ada;Lane;;;10. Dezember 1985;7;x;2024-05-06
";

/// A folder with the book and its salt.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder can be made");
    fs::write(folder.join("people.csv"), BOOK).expect("a file can be written");
    fs::write(folder.join("tax.salt"), "0123456789abcdef\n").expect("a file can be written");
    fs::write(folder.join("short.salt"), "0123456789abcde\n").expect("a file can be written");
    folder
}

const MAPPING: &str = r#"
version: 1
name: steps
as_of: 2025-06-30
sources: {people: {file: people.csv, delimiter: ";"}}
salts: {tax: {file: tax.salt}}
individuals:
  source: people
  key: NO
  products: {always: [account]}
  fields:
    - {to: collected_data.personal_details.name.given_names, from: NAME, steps: [{given_names: "last, first"}]}
    - {to: collected_data.personal_details.name.family_name, from: NAME, steps: [{family_name: {order: "last, first", particles: [van, der]}}]}
    - to: collected_data.personal_details.dob
      from: BORN
      steps: [{date: {format: D. MONTH YYYY, months: [Januar, Februar, März, April, Mai, Juni, Juli, August, September, Oktober, November, Dezember]}}]
    - {to: "collected_data.address_history[0].address.original_freeform_address", template: "{STREET} {HOUSE}[, flat {FLAT}]", wanted: no_address}
    - {to: collected_data.custom_fields.share, from: SHARE, steps: [{number: {decimal: ",", thousands: "."}}]}
    - {to: collected_data.custom_fields.tax_country, from: TAX, on_error: warn no_country, steps: [{regex: {find: '^\((?<country>[A-Z]{2})\)', capture: country}}]}
    - {to: collected_data.custom_fields.tax_number, from: TAX, steps: [{regex: {find: '^\([A-Z]{2}\)0*(\d+)$', replace: "no. $1"}}]}
    - {to: collected_data.custom_fields.tax_hash, from: TAX, steps: [{sha256: {salt: tax, digits: 16}}]}
    - {to: collected_data.custom_fields.seen_on, from: SEEN, on_error: warn no_time, steps: [{date: {format: YYYY-MM-DDTTIME}}]}
"#;

#[test]
fn a_book_is_cut_and_joined_by_its_mapping() {
    let folder = folder("steps");
    let mapping = mapping::read("m.yaml", MAPPING, &folder).expect("it has no mistakes");
    let book = Book::read(mapping, &folder, Scope::All, &shared::keep()).expect("it can be read");
    assert_eq!(
        said(&book.clients[0].body)["collected_data"],
        json!({
            "entity_type": "INDIVIDUAL",
            "personal_details": {
                "name": {"given_names": ["Jan", "Piet"], "family_name": "van der Berg"},
                "dob": "1980-03-03",
            },
            "address_history": [{"address": {"original_freeform_address": "Kade 12, flat 3"}}],
            "custom_fields": {
                "share": 1250.5,
                "tax_country": "NL",
                "tax_number": "no. 42",
                // openssl dgst -sha256 -hmac 0123456789abcdef
                "tax_hash": "4c08f5d944df1863",
                "seen_on": "2024-05-06",
            },
        })
    );
    let second = &book.clients[1];
    assert_eq!(
        second.row.verdict.reasons,
        ["no_address", "no_country", "no_time"]
    );
    assert!(second.row.verdict.migrates());
    assert_eq!(
        said(&second.body)["collected_data"]["custom_fields"]["tax_number"],
        "x"
    );
    assert!(said(&second.body)["collected_data"]["address_history"].is_null());
}

#[test]
fn each_step_of_a_row_is_told() {
    let folder = folder("steps-told");
    let file = folder.join("mapping.yaml");
    fs::write(&file, MAPPING).expect("a file can be written");
    let asked = Asked {
        mapping: file,
        source: folder,
        scope: Scope::All,
        file: None,
        line: 2,
        state: None,
    };
    let attempts = attempt::look(&asked).expect("there is such a row");
    let told = attempts[0].to_string();
    for wanted in [
        r#"given_names  ["Jan", "Piet"]"#,
        r#"family_name  "van der Berg""#,
        r#"template     "Kade 12, flat 3""#,
        r#"regex        "no. 42""#,
        r#"sha256       "4c08f5d944df1863""#,
        r#"date         "2024-05-06""#,
    ] {
        let name = wanted.split(' ').next().unwrap_or_default();
        let value = wanted[name.len()..].trim();
        let is_told = told.lines().map(str::trim).any(|line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.trim() == value)
        });
        assert!(is_told, "{wanted}\n is not in\n{told}");
    }
    assert!(!told.contains("0123456789abcdef"), "{told}");
}

const MISTAKES: &str = r#"
version: 1
name: steps
as_of: 2025-06-30
sources: {people: {file: people.csv, delimiter: ";"}}
salts: {tax: {file: tax.salt}, short: {file: short.salt}, absent: {file: absent.salt}}
individuals:
  source: people
  key: NO
  products: {always: [account]}
  fields:
    - {to: collected_data.custom_fields.a, from: NAME, steps: [{regex: {find: "(a", replace: x}}]}
    - {to: collected_data.custom_fields.b, from: NAME, steps: [{regex: {find: "(a)", capture: 2}}]}
    - {to: collected_data.custom_fields.c, from: NAME, steps: [{regex: {find: "(a)", replace: "$1x"}}]}
    - {to: collected_data.custom_fields.d, from: NAME, steps: [{regex: {find: a}}]}
    - {to: collected_data.custom_fields.e, from: NAME, steps: [{regex: {find: '\w{900}', replace: ""}}]}
    - {to: collected_data.custom_fields.f, from: NAME, steps: [{sha256: {salt: taxs}}]}
    - {to: collected_data.custom_fields.g, from: NAME, steps: [{family_name: last first name}]}
    - {to: collected_data.custom_fields.h, from: NAME, steps: [{number: {decimal: ",", thousands: ","}}]}
    - {to: collected_data.custom_fields.i, from: NAME, steps: [{date: {format: DMYYYY}}]}
    - {to: collected_data.custom_fields.j, from: NAME, steps: [{date: {format: D MON YYYY, months: [jan, feb]}}]}
    - {to: collected_data.custom_fields.k, template: "{STREE} {HOUSE}"}
    - {to: collected_data.custom_fields.l, template: "{STREET} [x]"}
    - {to: collected_data.custom_fields.m, template: "{STREET} [ {HOUSE}"}
    - {to: collected_data.custom_fields.n, template: "none"}
    - {to: collected_data.custom_fields.o, from: NAME, template: "{NAME}"}
    - {to: collected_data.custom_fields.p, from: NAME, required: a, wanted: b}
"#;

#[test]
fn mistakes_in_steps_are_told_with_their_lines() {
    let folder = folder("steps-mistaken");
    let problems = mapping::read("m.yaml", MISTAKES, &folder).expect_err("it has mistakes");
    let found = problems.to_string();
    for wanted in [
        "m.yaml:6:39: salts.short: short.salt has fewer than 16 bytes; it could be guessed",
        "m.yaml:6:67: salts.absent: absent.salt cannot be read",
        "individuals.fields[0].steps[0].regex.find: this is no regular expression: unclosed group\n  hint: put it in single quotes",
        "m.yaml:13:95: individuals.fields[1].steps[0].regex.capture: the pattern has no group 2\n  hint: its groups are 1; 0 is",
        "regex.replace: the pattern has no group 1x\n  hint: its groups are 1; write ${1} before letters",
        "individuals.fields[3].steps[0].regex: a regex has replace or capture, one of the two",
        "individuals.fields[4].steps[0].regex.find: this pattern becomes too large",
        "sha256.salt: no salt is called \"taxs\"\n  hint: did you mean \"tax\"?",
        "family_name: \"last first name\" is not one of last, first, first last, last first",
        "fields[7].steps[0].number: the same sign cannot stand for both",
        "fields[8].steps[0].date.format: this is no date format",
        "fields[9].steps[0].date.months: these are not the names of twelve months",
        "fields[10].template: no column of people.csv is called \"STREE\"\n  hint: did you mean \"STREET\"?",
        "fields[11].template: there is no column between [ and ]",
        "fields[12].template: the [ in this template stands alone",
        "fields[13].template: this template names no column",
        "fields[14]: a field is made from columns, by a template or is a constant, one of the three",
        "fields[15]: a field is required (its row is rejected without it) or wanted (it warns)",
    ] {
        assert!(found.contains(wanted), "{wanted}\n is not in\n{found}");
    }
    assert_eq!(problems.list.len(), 18, "{found}");
}
