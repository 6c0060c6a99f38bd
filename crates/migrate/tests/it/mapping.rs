//! Mappings: their mistakes, and other banks' books by mapping alone.

use crate::shared::{self, said};
use std::fs;
use std::path::{Path, PathBuf};

use migrate::{Book, Scope, mapping};
use serde_json::json;

/// A source folder with these files.
fn folder(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder can be made");
    for (file, content) in files {
        fs::write(folder.join(file), content).expect("a file can be written");
    }
    folder
}

#[test]
fn every_mistake_of_a_mapping_is_named_with_its_place() {
    let folder = folder(
        "mistakes",
        &[("people.csv", b"ID,NAME,BORN\n1,Ann,01/02/1980\n")],
    );
    let text = r#"
version: 1
name: test
as_of: 30.06.2025
sources:
  people: {file: people.csv, encoding: utf8}
  others: {file: others.csv}
individuals:
  source: peopel
companies:
  source: people
  key: IDD
  clean: [trimm, {lookup: {}}]
  missing: {NAMES: [x]}
  products: {from: NAME, aliases: {A: a}, on_error: refuse}
  fields:
    - {to: "collected_data..x", from: NAME}
    - {to: collected_data.y, from: BORN, steps: [date, {trim: x}]}
    - {to: collected_data.z}
reasons: {duplicate_sam: x}
extra: 1
"#;
    let problems = mapping::read("m.yaml", text, &folder).expect_err("it has mistakes");
    let found = problems
        .to_string()
        .replace(&folder.display().to_string(), "DIR");
    let lines: Vec<&str> = found.lines().collect();
    for wanted in [
        "m.yaml:4:8: as_of: this is no date; write it as 2025-06-30",
        "m.yaml:6:40: sources.people.encoding: \"utf8\" is not one of utf-8, windows-1252, windows-1250, windows-1251, latin-1, latin-2, latin-9, utf-16",
        "  hint: did you mean \"utf-8\"?",
        "m.yaml:9:11: individuals.source: no source is called \"peopel\"",
        "  hint: did you mean \"people\"?",
        "m.yaml:12:8: companies.key: no column of people.csv is called \"IDD\"",
        "  hint: did you mean \"ID\"?",
        "m.yaml:13:11: companies.clean[0]: no step is called \"trimm\"",
        "  hint: did you mean \"trim\"?",
        "m.yaml:13:27: companies.clean[1].lookup: a lookup needs values, or a table that has some",
        "m.yaml:14:13: companies.missing: no column of people.csv is called \"NAMES\"",
        "m.yaml:15:53: companies.products.on_error: this does not say what to do with a wrong value",
        "m.yaml:17:12: companies.fields[0].to: this is no path",
        "m.yaml:18:50: companies.fields[1].steps[0]: this date has no format",
        "m.yaml:18:63: companies.fields[1].steps[1].trim: the step \"trim\" has no setting",
        "m.yaml:19:7: companies.fields[2]: a field is made from columns or is a constant, one of the two",
        "m.yaml:20:11: reasons: no rule is called \"duplicate_sam\"",
        "  hint: did you mean \"duplicate_same\"?",
        "m.yaml:21:1: there is no field \"extra\" here",
    ] {
        assert!(lines.contains(&wanted), "{wanted}\n is not in\n{found}");
    }
    assert!(found.contains("others.csv cannot be read"), "{found}");
}

const OTHER_BANK: &str = r#"
version: 1
name: other
as_of: 2025-12-31
date_format: YYYY.MM.DD
sources:
  clients: {file: kunden.txt, encoding: windows-1252, delimiter: ";", quote: "'"}
individuals:
  source: clients
  key: Nr
  clean: [trim, collapse_space]
  missing: {Geburtstag: ["?"]}
  scope: {column: Stand, leave_out: {X: gone}}
  products: {always: [savings_account]}
  tags: [migrated, bank-b]
  fields:
    - {to: collected_data.personal_details.name.given_names, from: Vorname, steps: [split_words]}
    - {to: collected_data.personal_details.name.family_name, from: Name, required: no_name}
    - {to: collected_data.personal_details.dob, from: Geburtstag, steps: [date], required: no_birthday, on_error: reject bad_birthday}
    - {to: "collected_data.address_history[0].address.country", from: Land, steps: [{default: DE}, country], on_error: warn odd_country}
    - {to: "collected_data.address_history[0].address.type", constant: STRUCTURED}
    - {to: collected_data.contact_details.phone_number, from: [Mobil, Telefon], steps: [first_present]}
    - {to: collected_data.contact_details.email, from: Mail, steps: [lower, email], on_error: leave_out}
reasons: {out_of_scope: "left:{value}", too_few_columns: broken}
"#;

#[test]
fn another_banks_book_is_read_by_mapping_alone() {
    let content = "Nr;Vorname;Name;Geburtstag;Land;Mobil;Telefon;Mail;Stand\r\n\
        7;J\u{f6}rg  Karl;M\u{fc}ller;1970.02.28;;;030-1;J@EXAMPLE.COM;\r\n\
        8;Ann;'O;Neil';1970.02.30;Narnia;1;2;nix;\r\n\
        9;Bob;;?;FR;;;;\r\n\
        10;Cy;Old;1970.01.01;FR;;;;X\r\n\
        11;short\r\n";
    let content: Vec<u8> = content
        .chars()
        .map(|c| u8::try_from(u32::from(c)).expect("latin"))
        .collect();
    let folder = folder("other", &[("kunden.txt", &content)]);
    let mapping = mapping::read("m.yaml", OTHER_BANK, &folder).expect("it has no mistakes");
    let book =
        Book::read(mapping, &folder, Scope::Active, &shared::keep()).expect("it can be read");
    let told: Vec<String> = book
        .clients
        .iter()
        .map(|client| {
            let verdict = &client.row.verdict;
            format!(
                "{} {} {:?}",
                client.row.reference,
                verdict.disposition(),
                verdict.reasons
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "7 migrate []",
            r#"8 reject ["bad_birthday"]"#,
            r#"9 reject ["no_name", "no_birthday"]"#,
            r#"10 skip ["left:gone"]"#,
            r#"11 reject ["broken"]"#,
        ]
    );
    assert_eq!(
        said(&book.clients[0].body),
        json!({
            "role": "INDIVIDUAL_CUSTOMER",
            "applications": [{"product": {"alias": "savings_account"}}],
            "collected_data": {
                "entity_type": "INDIVIDUAL",
                "personal_details": {
                    "name": {"given_names": ["Jörg", "Karl"], "family_name": "Müller"},
                    "dob": "1970-02-28",
                },
                "address_history": [{"address": {"type": "STRUCTURED", "country": "DEU"}}],
                "contact_details": {"phone_number": "030-1", "email": "j@example.com"},
            },
        })
    );
    assert_eq!(
        said(&book.clients[1].body)["collected_data"]["personal_details"]["name"]["family_name"],
        "O;Neil"
    );
    assert!(said(&book.clients[1].body)["collected_data"]["address_history"].is_null());
}

#[test]
fn a_file_in_another_encoding_is_refused_and_not_garbled() {
    let folder = folder("garbled", &[("kunden.txt", b"Nr;Name\n1;M\xfcller\n")]);
    let text = "version: 1\nname: x\nas_of: 2025-01-01\nsources: {a: {file: kunden.txt, delimiter: \";\"}}\n";
    let problems = mapping::read("m.yaml", text, &folder).expect_err("it is not utf-8");
    assert!(
        problems
            .to_string()
            .contains("line 2 is not utf-8; is it windows-1252?"),
        "{problems}"
    );
}

#[test]
fn utf_16_is_read_with_either_byte_order() {
    let text = "version: 1\nname: x\nas_of: 2025-01-01\nsources: {a: {file: wide.csv, encoding: utf-16}}\n\
                individuals: {source: a, key: Nr, products: {always: x}, fields: []}\n";
    for (name, order) in [
        ("little", u16::to_le_bytes as fn(u16) -> [u8; 2]),
        ("big", u16::to_be_bytes),
    ] {
        let wide: Vec<u8> = "\u{feff}Nr,Größe\n1,2\n"
            .encode_utf16()
            .flat_map(order)
            .collect();
        let folder = folder(&format!("wide-{name}"), &[("wide.csv", &wide)]);
        let mapping = mapping::read("m.yaml", text, &folder).expect("it can be read");
        assert_eq!(mapping.sources[0].columns, ["Nr", "Größe"]);
    }
}

/// The problems of a mapping, with the folder's name left out.
fn problems(folder: &Path, text: &str) -> String {
    let problems = mapping::read("m.yaml", text, folder).expect_err("it has mistakes");
    problems
        .to_string()
        .replace(&folder.display().to_string(), "DIR")
}

#[test]
fn the_tag_of_an_undo_is_none_of_a_run() {
    let folder = folder("tag-of-an-undo", &[("rows.csv", b"A,B\n1,2\n")]);
    let mapping = |tag: &str| {
        format!(
            "version: 1\nname: test\nas_of: 2025-06-30\nsources: {{rows: {{file: rows.csv}}}}\n\
             individuals:\n  source: rows\n  key: A\n  products: {{always: account}}\n  tags: [a, {tag}]\n  \
             fields:\n    - {{to: collected_data.customer_ref, from: B}}\n"
        )
    };
    assert!(mapping::read("m.yaml", &mapping("b"), &folder).is_ok());
    let told = problems(&folder, &mapping("Migration-Undone"));
    assert!(
        told.contains("migration-undone is the tag of profiles that were taken back"),
        "{told}"
    );
}

const STRAY: &str = r#"
version: 1
name: test
as_of: 2025-06-30
sources: {rows: {file: rows.csv}, firms: {file: firms.csv}, links: {file: links.csv}, scans: {file: scans.csv}, notes: {file: notes.csv}}
individuals:
  source: rows
  key: A
  products: {always: account}
  fields:
    - {to: collected_data.personal_detials.dob, from: B}
    - {to: colected_data.customer_ref, from: B}
    - {to: collected_data.address_history.address, from: B}
    - {to: collected_data.contact_details.email.address, from: B}
    - {to: collected_data.metadata.name, from: B}
    - {to: "collected_data.personal_details.name.given_names[0]", from: B}
    - {to: collected_data.custom_fields.whatever, from: B}
companies:
  source: firms
  key: A
  products: {always: [account]}
  fields:
    - {to: collected_data.metadata.nmae, from: B}
associates:
  source: links
  owner: A
  person: B
  role: {from: A, lists: {D: officers.directors, S: ownership_structure.shareholders}}
  entry:
    - {to: apointed_on, from: B}
    - {to: total_percentage, from: B}
    - {to: appointed_on, from: B}
  fields: []
documents:
  source: scans
  owner: A
  folder: files
  file: B
  type: {from: A, types: {P: {document_type: PASPORT, category: PROOF_OF_IDENTITY}}}
  fields:
    - {to: extracted_data.expires, from: B}
notes:
  source: notes
  owner: A
  fields:
    - {to: txt, from: B}
"#;

#[test]
fn a_field_that_the_api_does_not_know_is_told_with_its_place() {
    let rows: &[u8] = b"A,B\n1,2\n";
    let files = [
        "rows.csv",
        "firms.csv",
        "links.csv",
        "scans.csv",
        "notes.csv",
    ];
    let folder = folder("targets", &files.map(|file| (file, rows)));
    let found = problems(&folder, STRAY);
    for wanted in [
        "m.yaml:11:12: individuals.fields[0].to: the API has no field \"personal_detials\" in collected_data\n  hint: did you mean \"personal_details\"?",
        "m.yaml:12:12: individuals.fields[1].to: the API has no field \"colected_data\" here\n  hint: did you mean \"collected_data\"?",
        "m.yaml:13:12: individuals.fields[2].to: collected_data.address_history is a list\n  hint: write collected_data.address_history[0].address for its first entry",
        "m.yaml:14:12: individuals.fields[3].to: collected_data.contact_details.email is one value and has no parts",
        "m.yaml:15:12: individuals.fields[4].to: the API has no field \"metadata\" in collected_data\n  hint: the API knows address_history,",
        "m.yaml:23:12: companies.fields[0].to: the API has no field \"nmae\" in collected_data.metadata\n  hint: did you mean \"name\"?",
        "m.yaml:30:12: associates.entry[0].to: the API has no field \"apointed_on\" here\n  hint: did you mean \"appointed_on\"?",
        "m.yaml:39:46: documents.type.types.P.document_type: \"PASPORT\" is not one of ",
        "m.yaml:41:12: documents.fields[0].to: the API has no field \"expires\" in extracted_data\n",
        "m.yaml:46:12: notes.fields[0].to: the API has no field \"txt\" here\n  hint: did you mean \"text\"?",
    ] {
        assert!(found.contains(wanted), "{wanted}\n is not in\n{found}");
    }
    assert_eq!(found.matches("m.yaml:").count(), 10, "{found}");
}

#[test]
fn a_field_that_two_lines_would_fill_is_told() {
    let folder = folder("twice", &[("rows.csv", b"A,B\n1,2\n")]);
    let text = "\
version: 1
name: x
as_of: 2025-01-01
sources: {rows: {file: rows.csv}}
individuals:
  source: rows
  key: A
  products: {always: [account]}
  fields:
    - {to: collected_data.contact_details.email, from: A}
    - {to: collected_data.contact_details.phone_number, from: A}
    - {to: collected_data.contact_details.email, from: B}
";
    let found = problems(&folder, text);
    let wanted = "m.yaml:12:12: individuals.fields[2].to: collected_data.contact_details.email is \
                  the target of line 10 too";
    assert!(found.contains(wanted), "{found}");
    assert_eq!(found.matches("m.yaml:").count(), 1, "{found}");
}

const CONFUSED: &str = r"
version: 1
name: test
as_of: 2025-06-30
sources:
  rows: {file: rows.csv}
  again: {file: ./rows.csv}
  left: {file: left.csv}
individuals:
  source: rows
  key: A
  clean: [trim, email, default: x, {lookup: {values: {x: y}}}, {lookup: {values: {x: y}, others: keep}}, {regex: {find: x, capture: 0}}, {pad_digits: {length: 8, when: {column: A, country: GBR}, warn: w}}]
  products: {always: account}
  fields:
    - {to: collected_data.customer_ref, from: B, steps: [pad_digits: {length: 8, when: {column: A, country: UK}, warn: w}]}
    - {to: collected_data.contact_details.email, from: [A, B], steps: [given_names: first last]}
    - {to: collected_data.contact_details.phone_number, from: [A, B], steps: [upper, number]}
    - {to: collected_data.personal_details.nationality, from: [A, B], steps: [first_present, number]}
associates:
  source: rows
  owner: A
  person: B
  role: {from: A, lists: {D: officers.directors}, resigned: officers.retired}
  share_lists: [ownership_structure.shareholder]
  ownership_lists: [officers]
  entry: []
  fields: []
notes:
  source: again
  owner: A
  fields: []
";

#[test]
fn what_would_come_over_twice_or_not_at_all_is_told() {
    let rows: &[u8] = b"A,B\n1,2\n";
    let folder = folder("confused", &[("rows.csv", rows), ("left.csv", rows)]);
    let found = problems(&folder, CONFUSED);
    for wanted in [
        "m.yaml:7:10: sources.again: ./rows.csv is the source of line 6 too\n  hint: a row comes over once",
        "m.yaml:8:9: sources.left: no part of the mapping reads the source \"left\"\n  hint: take it out",
        "individuals.clean[1]: the step \"email\" is none for every cell",
        "individuals.clean[2]: the step \"default\" is none for every cell",
        "individuals.clean[3]: the step \"lookup\" is none for every cell",
        "individuals.clean[5]: the step \"regex\" is none for every cell",
        "individuals.clean[6]: the step \"pad_digits\" is none for every cell",
        "country: \"UK\" is no code of a country\n  hint: write GBR",
        "individuals.fields[1].steps[0]: the step \"given_names\" takes one value, and here are several",
        "individuals.fields[2].steps[1]: the step \"number\" takes one value, and here are several",
        "m.yaml:20:11: associates.source: the rows of \"rows\" are read by line 10 already",
        "no list of associates is called \"officers.retired\"",
        "no list of associates is called \"ownership_structure.shareholder\"",
        "no list of associates is called \"officers\"",
    ] {
        assert!(found.contains(wanted), "{wanted}\n is not in\n{found}");
    }
    assert_eq!(found.matches("m.yaml:").count(), 14, "{found}");
}

#[test]
fn a_book_without_a_row_is_not_taken_for_one_that_came_over() {
    let folder = folder("rowless", &[("rows.csv", b"A,B\n")]);
    let text = "\
version: 1
name: x
as_of: 2025-01-01
sources: {rows: {file: rows.csv}}
individuals:
  source: rows
  key: A
  products: {always: [account]}
  fields: [{to: collected_data.customer_ref, from: A}]
";
    let mapping = mapping::read("m.yaml", text, &folder).expect("it is right");
    let error =
        Book::read(mapping, &folder, Scope::All, &shared::keep()).expect_err("there is no row");
    assert!(
        error.to_string().contains("row below the header"),
        "{error}"
    );
}

#[test]
fn a_quoted_field_that_is_not_closed_is_told_with_the_line_on_which_it_began() {
    let folder = folder("quotes", &[("rows.csv", b"A,B\n1,x\n2,\"y\n3,z\n4,z\n")]);
    let text = "version: 1\nname: x\nas_of: 2025-01-01\nsources: {a: {file: rows.csv}}\n";
    assert_eq!(
        problems(&folder, text),
        "m.yaml:4:14: sources.a: DIR/rows.csv cannot be read: the quoted field that begins on line \
         3 (field 2 of its row) is not closed before the end of the file on line 5\n  hint: look at \
         line 3: close the field with \", write a \" that is part of a text twice, or say in the \
         mapping which other sign the file quotes with"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_one_mistake() {
    let folder = folder("unreadable", &[("garbled.csv", b"NO,K\n1,M\xfcller\n")]);
    for file in ["garbled.csv", "absent.csv"] {
        let text = format!(
            "version: 1\nname: x\nas_of: 2025-01-01\nsources: {{a: {{file: {file}}}}}\n\
             individuals:\n  source: a\n  key: NO\n  products: {{from: K, aliases: {{A: a}}}}\n  \
             fields: [{{to: collected_data.customer_ref, from: NO}}]\n"
        );
        let problems = mapping::read("m.yaml", &text, &folder).expect_err("it cannot be read");
        assert_eq!(problems.list.len(), 1, "{problems}");
    }
}

#[test]
fn what_makes_every_column_missing_is_told_once() {
    let folder = folder(
        "divided",
        &[
            ("kunden.csv", b"Nr;Name;Ort\n1;M;K\n"),
            ("a.tsv", b"Nr,K\n1,2\n"),
        ],
    );
    let text = |file: &str| {
        format!(
            "version: 1\nname: x\nas_of: 2025-01-01\nsources: {{a: {{file: {file}}}}}\n\
             individuals:\n  source: a\n  key: Nr\n  products: {{from: K, aliases: {{A: a}}}}\n  \
             fields: [{{to: collected_data.customer_ref, from: Nr}}]\n"
        )
    };
    assert_eq!(
        problems(&folder, &text("kunden.csv")),
        "m.yaml:4:14: sources.a: the header of kunden.csv is one column, \"Nr;Name;Ort\": it looks \
         as if it were divided by ;\n  hint: write delimiter: \";\" beside file"
    );
    let other = problems(&folder, &text("a.tsv"));
    assert!(
        other.contains("hint: write delimiter: \",\" beside file"),
        "{other}"
    );
    let nowhere = folder.join("nowhere");
    let told = mapping::read("m.yaml", &text("kunden.csv"), &nowhere).expect_err("it is not there");
    assert_eq!(
        told.to_string(),
        format!(
            "m.yaml: the source folder {} is not there\n  hint: name the folder that the mapping's \
             files are in",
            nowhere.display()
        )
    );
}
