//! One row looked at closely: every step of it, its verdict in the whole book, and what is no row.

use std::fs;
use std::path::{Path, PathBuf};

use migrate::attempt::{self, Asked, Attempt};
use migrate::book::Client;
use migrate::{Book, Error, Scope, mapping};
use unicode_width::UnicodeWidthStr;

use crate::shared::{self, said};

const MAPPING: &str = r#"version: 1
name: try
as_of: 2025-06-30
date_format: DD/MM/YYYY
sources:
  people: {file: people.csv}
  firms: {file: firms.csv}
  links: {file: links.csv}
  remarks: {file: remarks.csv}
  spare: {file: spare.csv}
individuals:
  source: people
  key: NO
  clean: [{mojibake_repair: repaired}, {control_characters: controls}, trim, collapse_space]
  missing: {BORN: [UNKNOWN]}
  scope: {column: STATE, leave_out: {CLOSED: closed}}
  products: {from: PRODUCT, aliases: {A: account}, on_error: reject no_product}
  tags: [migrated, batch-1]
  fields:
    - {to: collected_data.customer_ref, from: NO}
    - to: collected_data.personal_details.name.family_name
      from: NAME
      required: no_name
      steps: [{formula_like: formula}, {markup: markup}]
    - to: collected_data.personal_details.dob
      from: BORN
      on_error: warn odd_birthday
      steps: [{date: {two_digit_year: {adult_on: SINCE, warn: two_digits}, future: in_future}}]
    - {to: collected_data.contact_details.email, from: MAIL, steps: [lower, email], on_error: reject no_mail}
    - {to: collected_data.custom_fields.since, from: SINCE, steps: [date], on_error: leave_out}
    - {to: "collected_data.address_history[0].address.type", constant: STRUCTURED}
    - {to: "collected_data.address_history[0].address.locality", from: TOWN}
companies:
  source: firms
  key: NO
  clean: [trim]
  products: {always: [account]}
  fields:
    - {to: collected_data.metadata.name, from: NAME}
    - {to: collected_data.metadata.incorporation_date, from: FOUNDED}
associates:
  source: links
  owner: FIRM
  person: PERSON
  role: {from: ROLE, lists: {D: officers.directors}, on_error: reject no_role}
  entry: [{to: appointed_on, from: SINCE, steps: [date]}]
  fields: [{to: collected_data.personal_details.name.family_name, from: NAME}]
notes:
  source: remarks
  owner: NO
  fields: [{to: text, from: TEXT}]
documents:
  source: spare
  owner: A
  folder: scans
  file: B
  type: {from: B, types: {P: {document_type: PASSPORT, category: PROOF_OF_IDENTITY}}}
  fields: []
"#;

const PEOPLE: &str = "NO,NAME,BORN,MAIL,STATE,SINCE,PRODUCT,TOWN\n\
    1,Ann,01/02/1980,ANN@EXAMPLE.COM,,01/02/2001,A,Leeds\n\
    2,\" =M\u{c3}\u{bc}\u{7}l\u{1b}[31m\u{202e}ler\u{a0}<b>\",13/12/38,nix,,05/03/2013,Z,\n\
    3,\"Lee\n\nlong\nname\",UNKNOWN,,,soon,A,\n\
    \n\
    4,short\n\
    5,Max,30/02/1999,,,,A,\n\
    6,Future,01/07/2025,,CLOSED,,A,,more,\"\u{9b}2J\"\n\
    7,Twin,,,,,A,\n\
    8,Old,,,CLOSED,,A,\n\
    7,Twin,,,,,A,\n\
    9,Ida,,,,,A,\n\
    9,Iris,,,,,A,\n\
    10,Fay,01/07/2025,,,,A,\n";

/// What is told of line 3.
const HOSTILE_CELLS: &str = r#"people.csv, line 3 (row 2 of individuals), as it is read
  NO       "2"
  NAME     " =MÃ¼\u{7}l\u{1b}[31m\u{202e}ler\u{a0}<b>"
  BORN     "13/12/38"
  MAIL     "nix"
  STATE    empty
  SINCE    "05/03/2013"
  PRODUCT  "Z"
  TOWN     empty"#;
const HOSTILE_FIELDS: &str = r#"Fields
  collected_data.customer_ref
    NO                  "2"
    =                   "2"
  collected_data.personal_details.name.family_name
    NAME                " =MÃ¼\u{7}l\u{1b}[31m\u{202e}ler\u{a0}<b>"
    mojibake_repair     " =Mü\u{7}l\u{1b}[31m\u{202e}ler\u{a0}<b>"
    warn                repaired
    control_characters  " =Mül[31m\u{202e}ler\u{a0}<b>"
    warn                controls
    trim                "=Mül[31m\u{202e}ler\u{a0}<b>"
    collapse_space      "=Mül[31m\u{202e}ler <b>"
    formula_like        same
    warn                formula
    markup              same
    warn                markup
    =                   "=Mül[31m\u{202e}ler <b>"
  collected_data.personal_details.dob
    BORN                "13/12/38"
    SINCE               "05/03/2013"
    date                "1938-12-13"
    warn                two_digits
    =                   "1938-12-13"
  collected_data.contact_details.email
    MAIL                "nix"
    lower               same
    email               cannot be read
    =                   reject no_mail
  collected_data.custom_fields.since
    SINCE               "05/03/2013"
    date                "2013-03-05"
    =                   "2013-03-05"
  collected_data.address_history[0].address.locality
    TOWN                empty
    =                   left out: nothing in it
  collected_data.address_history[0].address.type
    constant            "STRUCTURED"
    =                   left out: nothing stands beside this constant"#;

/// File, line, and what is told of it.
const SHOWN: &[(&str, u64, &str)] = &[
    // A word that means an empty cell; a text over several lines.
    (
        "",
        4,
        "    missing  nothing: this word of BORN means an empty cell\n",
    ),
    ("", 4, "  NAME  \"Lee\\n\\nlong\\nname\"\n"),
    ("", 4, "    collapse_space  \"Lee long name\"\n"),
    // Left out without a word, and with a warning.
    (
        "",
        4,
        "    date  cannot be read\n    =  left out: it cannot be read\n",
    ),
    ("", 10, "    =  left out, warn odd_birthday\n"),
    (
        "",
        17,
        "    date  cannot be read\n    =  reject in_future\n",
    ),
    // A wrong number of columns.
    ("", 9, "  BORN  no cell\n"),
    (
        "",
        9,
        "Not mapped: it has not as many cells as the header has columns\n",
    ),
    ("", 11, "  (10, no column)  \"\\u{9b}2J\"\n"),
    // What the rest of the row is read for.
    (
        "",
        13,
        "  what leaves it out of scope active\n    STATE  \"CLOSED\"\n    =  \"closed\"\n",
    ),
    (
        "",
        3,
        "  the product\n    PRODUCT  \"Z\"\n    =  reject no_product\n",
    ),
    (
        "",
        2,
        "  products  account\n  tags  migrated\n    batch-1\n",
    ),
    (
        "",
        2,
        "What is sent: POST /profiles\n{\n  \"applications\": [\n",
    ),
    (
        "",
        14,
        "Not sent, but for its verdict it would be: POST /profiles\n{\n",
    ),
    // What the API would refuse though the mapping lets it pass.
    (
        "firms",
        2,
        "  the API refuses  collected_data.metadata.incorporation_date: ",
    ),
    (
        "firms",
        2,
        "What is sent, and refused by the API as it is: POST /profiles\n",
    ),
    (
        "firms",
        2,
        "with it go its links to associates, 2 rows of their file",
    ),
    (
        "links",
        2,
        "What is sent: an entry in collected_data.officers.directors of 50\n{\n  \"appointed_on\"",
    ),
    ("links", 3, "\"role\": \"INDIVIDUAL_ASSOCIATED\""),
    // A long text is cut, not the body.
    ("remarks", 2, "… and "),
    ("remarks", 2, "\n  \"text\": \"0123456789"),
];

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("attempt-{name}"));
    fs::create_dir_all(&folder).expect("a folder can be made");
    let long = "0123456789".repeat(200);
    let remarks = format!("NO,TEXT\n1,\"{long}\"\n404,lost\n");
    for (file, content) in [
        ("mapping.yaml", MAPPING),
        ("people.csv", PEOPLE),
        ("firms.csv", "NO,NAME,FOUNDED\n50,Firm,1/2/03\n51,Ring,\n"),
        (
            "links.csv",
            "FIRM,PERSON,ROLE,SINCE,NAME\n50,1,D,01/01/2001,\n50,,D,,Bo\n50,77,D,,\n51,1,X,,\n",
        ),
        ("remarks.csv", &remarks),
        ("spare.csv", "A,B\n"),
    ] {
        fs::write(folder.join(file), content).expect("a file can be written");
    }
    folder
}

fn asked(folder: &Path, file: &str, line: u64) -> Asked {
    Asked {
        mapping: folder.join("mapping.yaml"),
        source: folder.to_owned(),
        scope: Scope::All,
        file: (!file.is_empty()).then(|| file.to_owned()),
        line,
        state: None,
    }
}

fn one(asked: &Asked) -> Attempt {
    let mut found = attempt::look(asked).expect("there is such a row");
    assert_eq!(found.len(), 1, "{asked:?}");
    found.remove(0)
}

/// The part of a text from a line on, up to an empty line.
fn part(text: &str, from: &str) -> String {
    let lines = text.lines().skip_while(|line| *line != from);
    let part: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    part.join("\n")
}

#[test]
fn a_hostile_row_is_shown_step_by_step_and_plays_no_tricks() {
    let told = one(&asked(&folder("hostile"), "", 3)).to_string();
    assert_eq!(
        part(
            &told,
            "people.csv, line 3 (row 2 of individuals), as it is read"
        ),
        HOSTILE_CELLS
    );
    assert_eq!(part(&told, "Fields"), HOSTILE_FIELDS);
    assert_eq!(
        part(&told, "Verdict, with the whole book read, in scope all"),
        "\
Verdict, with the whole book read, in scope all
  disposition  reject
  reasons      no_product
               no_mail
  products     none
  tags         migrated
               batch-1"
    );
    let json = told
        .split("POST /profiles\n")
        .nth(1)
        .expect("it has a body");
    assert!(
        json.contains(r#""family_name": "=Mül[31m\u202eler <b>""#),
        "{json}"
    );
    let body: serde_json::Value = serde_json::from_str(json).expect("it is JSON");
    let name = &body["collected_data"]["personal_details"]["name"];
    assert_eq!(name["family_name"], "=Mül[31m\u{202e}ler <b>");
}

#[test]
fn the_verdict_is_that_of_the_whole_book() {
    let folder = folder("verdict");
    for (file, line, scope, expected) in [
        ("", 2, Scope::All, "migrate"),
        ("people", 4, Scope::All, "migrate"),
        (
            "people.csv",
            9,
            Scope::All,
            "reject bad_row:too_few_columns",
        ),
        ("", 10, Scope::All, "migrate_with_warning odd_birthday"),
        ("", 11, Scope::All, "reject bad_row:too_many_columns"),
        ("", 12, Scope::All, "migrate"),
        ("", 13, Scope::All, "migrate"),
        ("", 13, Scope::Active, "skip out_of_scope:closed"),
        ("", 14, Scope::All, "skip duplicate_ref_same"),
        ("", 15, Scope::All, "reject duplicate_ref_conflict"),
        ("", 16, Scope::All, "reject duplicate_ref_conflict"),
        ("", 17, Scope::All, "reject in_future"),
        ("firms", 2, Scope::All, "migrate"),
        ("links", 2, Scope::All, "migrate"),
        ("links.csv", 4, Scope::All, "reject unresolved_ref:person"),
        ("links", 5, Scope::All, "reject no_role"),
        ("remarks", 2, Scope::All, "migrate"),
        ("remarks", 3, Scope::All, "reject unresolved_ref:no"),
    ] {
        let found = one(&Asked {
            scope,
            ..asked(&folder, file, line)
        });
        let verdict = found.verdict();
        let told = format!("{} {}", verdict.disposition(), verdict.reasons.join(";"));
        assert_eq!(told.trim_end(), expected, "{file} {line}");
        let shown = format!("  {}", verdict.disposition());
        let text = found.to_string();
        assert!(text.contains(&shown), "{text}");
        assert!(
            verdict.reasons.iter().all(|reason| text.contains(reason)),
            "{text}"
        );
    }
}

#[test]
fn what_is_shown_fits_what_is_asked() {
    let folder = folder("shown");
    for (file, line, wanted) in SHOWN.iter().copied() {
        let text = squeezed(&one(&asked(&folder, file, line)).to_string());
        assert!(text.contains(wanted), "{wanted:?} is not in\n{text}");
    }
}

#[test]
fn no_line_but_the_json_is_wider_than_80_columns_or_has_hidden_signs() {
    let folder = folder("wide");
    let column = format!("\u{1b}]0;{}", "x".repeat(300));
    let cells = [
        "李小龍".repeat(200),
        "e\u{301}".repeat(3_000),
        format!("\"{}\"", "\u{2066}\u{fffe}\t\r".repeat(90)),
    ];
    let people = format!("{PEOPLE}11,{},{},{},,,A,\n", cells[0], cells[1], cells[2]);
    let people = people.replace(",STATE,", &format!(",STATE {column},"));
    fs::write(folder.join("people.csv"), people).expect("it can be written");
    let mapping = MAPPING.replace("column: STATE", "column: NO");
    fs::write(folder.join("mapping.yaml"), mapping).expect("it can be written");
    let text = one(&asked(&folder, "", 18)).to_string();
    let (shown, json) = text.split_once("POST /profiles\n").expect("it has a body");
    for line in shown.lines() {
        assert!(line.width() <= 80, "{} columns: {line}", line.width());
    }
    let is_hidden =
        |sign: char| sign.is_control() && sign != '\n' || "\u{2066}\u{fffe}".contains(sign);
    assert!(!text.contains(is_hidden), "{text}");
    assert!(
        serde_json::from_str::<serde_json::Value>(json).is_ok(),
        "{json}"
    );
}

#[test]
fn what_is_no_row_is_told_with_what_there_is() {
    let folder = folder("errors");
    let known = "its sources are people (people.csv), firms (firms.csv), links (links.csv), \
                 remarks (remarks.csv), spare (spare.csv)";
    let lines = "its rows are on lines 2 to 17";
    for (file, line, message, hint) in [
        ("", 1, "line 1 of people.csv is the header", lines),
        ("", 0, "people.csv has no line 0", lines),
        ("", 18, "people.csv has no line 18", lines),
        (
            "",
            u64::MAX,
            "people.csv has no line 18446744073709551615",
            lines,
        ),
        (
            "",
            7,
            "line 7 of people.csv is in the middle of the row that begins on line 4",
            "a quoted text of it goes over several lines; give --row 4",
        ),
        (
            "",
            8,
            "line 8 of people.csv is empty",
            "the next row is on line 9",
        ),
        (
            "spare",
            2,
            "spare.csv has no rows that the mapping reads",
            "name another file with --file",
        ),
        (
            "peple.csv",
            2,
            "the mapping has no source file \"peple.csv\"",
            &format!("did you mean \"people.csv\"? {known}"),
        ),
        (
            "../etc",
            2,
            "the mapping has no source file \"../etc\"",
            known,
        ),
    ] {
        let error = attempt::look(&asked(&folder, file, line)).expect_err("it is none");
        assert!(matches!(error, Error::Row { .. }), "{error:?}");
        assert_eq!(error.to_string(), message);
        assert_eq!(error.hint(), Some(hint));
    }
}

#[test]
fn lines_that_end_in_a_carriage_return_alone_are_lines() {
    let folder = folder("returns");
    fs::write(folder.join("people.csv"), PEOPLE.replace('\n', "\r")).expect("it can be written");
    let found = attempt::look(&asked(&folder, "", 3)).expect("there is such a row");
    let told = found[0].to_string();
    assert!(
        told.starts_with("people.csv, line 3 (row 2 of individuals), "),
        "{told}"
    );
}

#[test]
fn a_line_above_the_rows_is_told_for_what_it_is() {
    let folder = folder("above");
    let asked = |source: &str, line: u64| {
        let mapping = MAPPING.replace("{file: people.csv}", source);
        fs::write(folder.join("mapping.yaml"), mapping).expect("it can be written");
        let error = attempt::look(&asked(&folder, "people", line)).expect_err("it is none");
        error.to_string()
    };
    fs::write(folder.join("people.csv"), format!("Clients\n\n{PEOPLE}")).expect("written");
    let below = "{file: people.csv, skip_lines: 2}";
    assert_eq!(
        asked(below, 2),
        "line 2 of people.csv is left out by skip_lines"
    );
    assert_eq!(asked(below, 3), "line 3 of people.csv is the header");
    let (_, rows) = PEOPLE.split_once('\n').expect("a header");
    fs::write(folder.join("people.csv"), format!("Clients\n\n\n{rows}")).expect("written");
    let none = "{file: people.csv, skip_lines: 2, header: false, columns: [NO, NAME, BORN, MAIL, \
                STATE, SINCE, PRODUCT, TOWN]}";
    assert_eq!(
        asked(none, 2),
        "line 2 of people.csv is left out by skip_lines"
    );
    assert_eq!(asked(none, 3), "line 3 of people.csv is empty");
}

/// What is told of the fields is what the book is made of, row for row.
#[test]
fn the_steps_that_are_told_end_in_the_values_that_are_sent() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let path = shared::northgate_mapping();
    let text = fs::read_to_string(&path).expect("it is there");
    let mapping = mapping::read("m.yaml", &text, &folder).expect("it has no mistakes");
    let book = Book::read(mapping, &folder, Scope::All, &shared::keep()).expect("it can be read");
    let is_odd = |client: &&Client| client.row.verdict.reasons.len() > 1;
    for client in book.clients.iter().filter(is_odd).take(8) {
        let asked = Asked {
            mapping: path.clone(),
            source: folder.clone(),
            scope: Scope::All,
            file: Some(book.mapping.sources[client.row.source].name.clone()),
            line: client.row.record.line,
            state: None,
        };
        let found = one(&asked);
        assert_eq!(found.verdict(), &client.row.verdict);
        let text = found.to_string();
        let json = text
            .split("POST /profiles\n")
            .nth(1)
            .expect("it has a body");
        let body: serde_json::Value = serde_json::from_str(json).expect("it is JSON");
        assert_eq!(body, said(&client.body));
        let ends = ends(&text);
        assert!(ends.len() > 10, "{text}");
        for (target, value) in ends {
            let pointer = format!("/{}", target.replace("[0]", ".0").replace('.', "/"));
            assert_eq!(
                body.pointer(&pointer),
                value.as_ref(),
                "{target} of\n{text}"
            );
        }
        let steps = text.split("Verdict").next().expect("a part");
        let reasons = client.row.verdict.reasons.iter();
        for reason in reasons.filter(|reason| *reason != "possible_duplicate") {
            assert!(steps.contains(reason), "{reason} is not in\n{steps}");
        }
    }
}

/// The fields that are told, each with its value, if it has one.
fn ends(text: &str) -> Vec<(String, Option<serde_json::Value>)> {
    let mut ends = Vec::new();
    let mut target = "";
    for line in part(text, "Fields").lines().skip(1) {
        if !line.starts_with("   ") {
            target = line.trim();
        }
        if let Some(end) = line.strip_prefix("    = ") {
            ends.push((target.to_owned(), serde_json::from_str(end.trim()).ok()));
        }
    }
    ends
}

/// A text with at most two blanks between words.
fn squeezed(text: &str) -> String {
    let squeeze = |line: &str| {
        let start = line.len() - line.trim_start().len();
        let words: Vec<&str> = line[start..]
            .split("  ")
            .filter(|word| !word.is_empty())
            .collect();
        let words: Vec<&str> = words.iter().map(|word| word.trim()).collect();
        format!("{}{}\n", &line[..start.min(4)], words.join("  "))
    };
    text.lines().map(squeeze).collect()
}
