//! Every kind of source, as its rows come out of it.

use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use migrate::book::Judged;
use migrate::mapping::Mapping;
use migrate::{Book, Record, Scope, mapping};

use crate::shared::{self, said};

/// An empty folder.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sources-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

/// A mapping of one source with the columns NO and NAME.
fn read(folder: &Path, source: &str) -> Result<Mapping, String> {
    let text = format!(
        "version: 1\nname: test\nas_of: 2025-06-30\nsources:\n  people: {source}\n\
         individuals:\n  source: people\n  key: NO\n  products: {{always: [x]}}\n  fields:\n    \
         - {{to: collected_data.personal_details.name.family_name, from: NAME}}\n"
    );
    let read = mapping::read("m.yaml", &text, folder);
    read.map_err(|problems| problems.to_string())
}

fn rows(folder: &Path, mapping: Mapping) -> Result<Vec<Record>, String> {
    let book = Book::read(mapping, folder, Scope::All, &shared::keep());
    let book = book.map_err(|error| error.to_string())?;
    let record = |row: &Judged| Record {
        row: row.record.row,
        line: row.record.line,
        cells: said(&row.record.cells),
        fault: None,
    };
    Ok(book.rows().map(record).collect())
}

fn all(folder: &Path, source: &str) -> Vec<Record> {
    let mapping = read(folder, source).unwrap_or_else(|problems| panic!("{problems}"));
    rows(folder, mapping).unwrap_or_else(|error| panic!("{error}"))
}

/// Each row as `line: cell|cell`.
fn told(rows: &[Record]) -> Vec<String> {
    let row = |record: &Record| format!("{}: {}", record.line, record.cells.join("|"));
    rows.iter().map(row).collect()
}

fn told_lines(rows: &[Record]) -> Vec<u64> {
    rows.iter().map(|record| record.line).collect()
}

#[test]
fn long_files_are_decoded_piece_by_piece() {
    let folder = folder("pieces");
    // Letters of one to four bytes, so that pieces end inside of some.
    let mut text = "NO,NAME\r\n".to_owned();
    for number in 0..40_000 {
        let _ = write!(text, "{number},\"é€𝄞 {number}\r\nü\"\r\n");
    }
    let latin = "ab\u{85}éü";
    let bytes = |text: &str| -> Vec<u8> {
        let byte = |sign| u8::try_from(u32::from(sign)).expect("latin-1 has it");
        text.chars().map(byte).collect()
    };
    let order = |mark: u16, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let signs = std::iter::once(mark).chain(text.encode_utf16());
        signs.flat_map(order).collect()
    };
    let marked = format!("\u{feff}{text}");
    for (encoding, content) in [
        ("utf-8", marked.into_bytes()),
        ("utf-16", order(0xfeff, u16::to_le_bytes)),
        ("utf-16", order(0xfeff, u16::to_be_bytes)),
    ] {
        fs::write(folder.join("p.csv"), &content).expect("it can be written");
        let rows = all(&folder, &format!("{{file: p.csv, encoding: {encoding}}}"));
        assert_eq!(rows.len(), 40_000, "{encoding}");
        for (number, row) in (0..).zip(&rows) {
            assert_eq!(row.cells[1], format!("é€𝄞 {number}\r\nü"));
            assert_eq!((row.row, row.line), (number + 1, number * 2 + 2));
        }
    }
    fs::write(
        folder.join("p.csv"),
        bytes(&format!("NO,NAME\n1,{latin}\n")),
    )
    .expect("written");
    let rows = all(&folder, "{file: p.csv, encoding: latin-1}");
    assert_eq!(rows[0].cells[1], latin);
    let rows = all(&folder, "{file: p.csv, encoding: windows-1252}");
    assert_eq!(rows[0].cells[1], "ab…éü");
}

#[test]
fn a_wrong_byte_is_told_with_its_line_wherever_it_stands() {
    let folder = folder("wrong-byte");
    let mut content = b"NO,NAME\r\n".to_vec();
    for number in 0..30_000 {
        content.extend_from_slice(format!("{number},\"two\nlines\"\r\n").as_bytes());
    }
    content.extend_from_slice(b"x,Z\xfcrich\r\n");
    fs::write(folder.join("p.csv"), &content).expect("it can be written");
    let told = read(&folder, "{file: p.csv}").expect_err("it is not utf-8");
    let wanted = "p.csv cannot be read: line 60002 is not utf-8; is it windows-1252?";
    assert!(told.contains(wanted), "{told}");
}

#[test]
fn lines_end_with_any_break_inside_quotes_too() {
    let folder = folder("breaks");
    let text = "NO,NAME\r1,\"a\rb\"\r\r2,\"c\r\nd\ne\"\r3,f";
    fs::write(folder.join("p.csv"), text).expect("it can be written");
    assert_eq!(
        told(&all(&folder, "{file: p.csv}")),
        ["2: 1|a\rb", "5: 2|c\r\nd\ne", "8: 3|f"]
    );
}

#[test]
fn a_quote_fault_at_the_end_is_found_before_a_row_is_judged() {
    let folder = folder("late-quote");
    let mut text = "NO,NAME\n".to_owned();
    for number in 0..50_000 {
        let _ = writeln!(text, "{number},x");
    }
    text.push_str("y,\"open\nz,w\n");
    fs::write(folder.join("p.csv"), &text).expect("it can be written");
    let told = read(&folder, "{file: p.csv}").expect_err("a quote is open");
    assert!(told.contains("begins on line 50002 (field 2"), "{told}");
    assert!(told.contains("hint: look at line 50002"), "{told}");
}

#[test]
fn a_row_without_end_is_refused() {
    let folder = folder("long-row");
    let text = format!("NO,NAME\n1,\"{}", "x".repeat(20 * 1024 * 1024));
    fs::write(folder.join("p.csv"), &text).expect("it can be written");
    let told = read(&folder, "{file: p.csv}").expect_err("it is too long");
    assert!(told.contains("a row of more than 16777216 bytes"), "{told}");
}

#[test]
fn rows_of_another_file_than_the_mapping_saw_are_refused() {
    let folder = folder("changed");
    let file = folder.join("p.csv");
    fs::write(&file, "NO,NAME\n1,Ann\n2,Bob\n").expect("it can be written");
    let mapping = read(&folder, "{file: p.csv}").expect("it is right");
    let digest = mapping.sources[0].digest.clone().expect("it was read");
    assert_eq!((digest.rows, digest.bytes), (2, 20));
    // As sha256sum prints it.
    let sum = "5ae5b033800438a0011dada93846528ea54bfc7c36427ac6e2b6db1a167ed42e";
    assert_eq!(digest.sha256, sum);
    fs::write(&file, "NO,NAME\n1,Ann\n2,Bobby\n").expect("it can be written");
    let told = rows(&folder, mapping).expect_err("it was changed");
    assert!(
        told.contains("it was changed while it was being read"),
        "{told}"
    );
}

/// The problems of a mapping with this source, the folder aside.
fn mistake(folder: &Path, source: &str) -> String {
    let told = read(folder, source).expect_err("it is wrong");
    told.replace(&format!("{}/", folder.display()), "")
}

#[test]
fn json_lines_have_a_column_for_every_field() {
    let folder = folder("json");
    let text = "\u{feff}{\"NO\":1,\"NAME\":\"Ann\"}\n\n\
        {\"NAME\":\"Bob\",\"NO\":\"007\",\"home\":{\"city\":\"Bern\",\"tags\":[\"a\",\"b\"]}}\r\n\
        {\"NO\":3,\"NAME\n\
        {\"NO\":4,\"NAME\":null}";
    fs::write(folder.join("p.jsonl"), text).expect("it can be written");
    let mapping = read(&folder, "{file: p.jsonl}").expect("it is right");
    let source = &mapping.sources[0];
    assert_eq!(
        source.columns,
        ["NO", "NAME", "home.city", "home.tags[0]", "home.tags[1]"]
    );
    assert_eq!(source.digest.as_ref().map(|digest| digest.rows), Some(4));
    let book = Book::read(mapping, &folder, Scope::All, &shared::keep()).expect("it is read");
    let reasons: Vec<&[String]> = (book.clients.iter())
        .map(|client| client.row.verdict.reasons.as_slice())
        .collect();
    assert_eq!(
        reasons,
        [&[][..], &[], &["bad_row:unreadable".to_owned()], &[]]
    );
    let rows = all(&folder, "{file: p.jsonl}");
    assert_eq!(
        told(&rows),
        [
            "1: 1|Ann|||",
            "3: 007|Bob|Bern|a|b",
            "4: {\"NO\":3,\"NAME",
            "5: 4||||",
        ]
    );
    fs::write(folder.join("list.jsonl"), "[{\"NO\":1}]\n").expect("it can be written");
    let told = mistake(&folder, "{file: list.jsonl}");
    assert!(told.contains("no line of it is a JSON object"), "{told}");
    assert!(told.contains("jq -c"), "{told}");
}

#[test]
fn what_stands_above_the_header_is_left_out() {
    let folder = folder("above");
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("written");
    write("sep.csv", "sep=;\r\nNO;NAME\r\n1;a,b\r\n");
    assert_eq!(told(&all(&folder, "{file: sep.csv}")), ["3: 1|a,b"]);
    let wrong = mistake(&folder, "{file: sep.csv, delimiter: \",\"}");
    assert!(
        wrong.contains("its first line says sep=;, and the delimiter is ,"),
        "{wrong}"
    );
    write(
        "title.csv",
        "Clients \"as of\r\n30 June\r\n\r\nNO,NAME\r\n1,\"x\ny\"\r\n2,z\r\n",
    );
    assert_eq!(
        told(&all(&folder, "{file: title.csv, skip_lines: 3}")),
        ["5: 1|x\ny", "7: 2|z"]
    );
    write("p.tsv", "NO\tNAME\n1\ta,b\n");
    assert_eq!(told(&all(&folder, "{file: p.tsv}")), ["2: 1|a,b"]);
}

#[test]
fn columns_are_told_apart_by_the_mapping() {
    let folder = folder("names");
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("written");
    write("twice.csv", "NO,NAME,NAME,,\n1,a,b,c,d\n");
    let told_twice = mistake(&folder, "{file: twice.csv}");
    let hint =
        "hint: name them apart in the mapping: columns: [NO, NAME, \"NAME#2\", \"#4\", \"#5\"]";
    assert!(
        told_twice.contains("two columns are called \"NAME\""),
        "{told_twice}"
    );
    assert!(told_twice.contains(hint), "{told_twice}");
    let mapping = read(
        &folder,
        "{file: twice.csv, columns: [NO, NAME, NAME#2, \"#4\", \"#5\"]}",
    );
    let columns = &mapping.expect("it is right").sources[0].columns;
    assert_eq!(columns, &["NO", "NAME", "NAME#2", "#4", "#5"]);
    let few = mistake(&folder, "{file: twice.csv, columns: [NO, NAME]}");
    assert!(
        few.contains("the mapping names 2 columns, and it has 5"),
        "{few}"
    );
    write("bare.csv", "1,Ann\n2,Bob\n");
    assert_eq!(
        told(&all(
            &folder,
            "{file: bare.csv, header: false, columns: [NO, NAME]}"
        )),
        ["1: 1|Ann", "2: 2|Bob"]
    );
    let bare = mistake(&folder, "{file: bare.csv, header: false}");
    assert!(bare.contains("it has 2 columns: add columns:"), "{bare}");
}

#[test]
fn a_spreadsheet_is_read_as_a_person_sees_it() {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    let folder = folder("xlsx");
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Cover").expect("a name");
    let sheet = book.add_worksheet();
    sheet.set_name("Kunden").expect("a name");
    sheet.write(0, 0, "Clients").expect("a cell");
    for (column, name) in (0..).zip(["NO", "NAME", "BORN", "SEEN", "SHARE", "SUM", "LONG", "YES"]) {
        sheet.write(2, column, name).expect("a cell");
    }
    let format = |code: &str| Format::new().set_num_format(code);
    let day = |text: &str| ExcelDateTime::parse_from_str(text).expect("a date");
    sheet
        .write_with_format(3, 0, 42, &format("00000"))
        .and_then(|sheet| sheet.write(3, 1, " Ann "))
        .and_then(|sheet| sheet.write_with_format(3, 2, day("1980-02-29"), &format("dd.mm.yyyy")))
        .and_then(|sheet| {
            let moment = day("2025-06-30T14:05:00");
            sheet.write_with_format(3, 3, moment, &format("yyyy-mm-dd hh:mm"))
        })
        .and_then(|sheet| sheet.write_with_format(3, 4, 0.075, &format("0.0%")))
        .and_then(|sheet| sheet.write(3, 5, 1234.5))
        .and_then(|sheet| sheet.write(3, 6, "123456789012345678901"))
        .and_then(|sheet| sheet.write(3, 7, true))
        // A row below an empty one, without its last cells.
        .and_then(|sheet| sheet.write(5, 0, "x"))
        .and_then(|sheet| sheet.write(5, 1, "Bob\nBy"))
        // A cell beside the table.
        .and_then(|sheet| sheet.write(6, 9, "note"))
        .expect("cells");
    book.save(folder.join("p.xlsx")).expect("it can be written");
    let source = "{file: p.xlsx, sheet: Kunden, skip_lines: 2}";
    let mapping = read(&folder, source).expect("it is right");
    assert_eq!(mapping.sources[0].file, "p.xlsx#Kunden");
    let bytes = fs::metadata(folder.join("p.xlsx"))
        .expect("it is there")
        .len();
    let digest = mapping.sources[0].digest.as_ref();
    assert_eq!(
        digest.map(|digest| (digest.bytes, digest.rows)),
        Some((bytes, 3))
    );
    assert_eq!(
        told(&all(&folder, source)),
        [
            "4: 00042| Ann |1980-02-29|2025-06-30T14:05:00|7.5%|1234.5|123456789012345678901|true",
            "6: x|Bob\nBy||||||",
            "7: |||||||||note",
        ]
    );
}

#[test]
fn a_spreadsheet_says_which_sheets_it_has() {
    let folder = folder("sheets");
    let mut book = rust_xlsxwriter::Workbook::new();
    for name in ["Cover", "Kunden"] {
        book.add_worksheet().set_name(name).expect("a name");
    }
    book.save(folder.join("p.xlsx")).expect("it can be written");
    let which = mistake(&folder, "{file: p.xlsx}");
    assert!(
        which.contains("p.xlsx cannot be read: it has 2 sheets"),
        "{which}"
    );
    assert!(which.contains("they are Cover, Kunden"), "{which}");
    let none = mistake(&folder, "{file: p.xlsx, sheet: Clients}");
    assert!(none.contains("it has no sheet \"Clients\""), "{none}");
    fs::write(folder.join("text.xlsx"), "NO,NAME\n").expect("it can be written");
    let text = mistake(&folder, "{file: text.xlsx}");
    assert!(
        text.contains("it is no spreadsheet that can be read"),
        "{text}"
    );
}

#[test]
fn a_query_against_sqlite_is_read_once() {
    let folder = folder("sqlite");
    let file = folder.join("old.db");
    let database = rusqlite::Connection::open(&file).expect("a database");
    database
        .execute_batch(
            "create table person (no text, name text, born text, share real, photo blob);
             insert into person values ('007', 'Ann', null, 12.5, x'00ff'), ('8', 'Bob', '', 3, null);",
        )
        .expect("rows");
    let query = "{sqlite: old.db, query: \"select no as NO, name as NAME, born, share, photo from person order by no\"}";
    let mapping = read(&folder, query).expect("it is right");
    assert_eq!(mapping.sources[0].file, "people");
    // What is written afterwards is of another reading.
    database
        .execute(
            "insert into person values ('9', 'Cy', null, null, null)",
            [],
        )
        .expect("a row");
    let read_rows = rows(&folder, mapping).expect("it can be read");
    assert_eq!(told(&read_rows), ["2: 007|Ann||12.5|00ff", "3: 8|Bob||3|"]);
    for (source, said) in [
        (
            "{sqlite: old.db, query: \"select nome from person\"}",
            "the query against old.db cannot be read: SQLite says: no such column: nome",
        ),
        (
            "{sqlite: old.db, query: \"delete from person\"}",
            "its query writes",
        ),
        ("{sqlite: new.db, query: \"select 1\"}", "No such file"),
        ("{sqlite: old.db}", "the field \"query\" is missing"),
        (
            "{sqlite: old.db, file: p.csv}",
            "one of file, sqlite, postgres, command",
        ),
    ] {
        let told = mistake(&folder, source);
        assert!(told.contains(said), "{told}");
    }
    assert!(!folder.join("new.db").exists(), "nothing is made");
}

#[test]
fn the_output_of_a_command_is_read_once() {
    let folder = folder("command");
    let script = "#!/bin/sh\necho run >> runs\nprintf 'NO,NAME\\n%s,\"a\nb\"\\n2,c\\n' \"$1\"\n";
    fs::write(folder.join("export"), script).expect("it can be written");
    let allowed = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(folder.join("export"), allowed).expect("it can be run");
    let rows = all(&folder, "{command: [./export, \"$(id); 1\"]}");
    assert_eq!(told(&rows), ["2: $(id); 1|a\nb", "4: 2|c"]);
    let runs = fs::read_to_string(folder.join("runs")).expect("it ran there");
    assert_eq!(runs, "run\n");
    let rows = all(
        &folder,
        "{command: [echo, '{\"NO\":1,\"NAME\":\"x\"}'], format: json_lines}",
    );
    assert_eq!(told(&rows), ["1: 1|x"]);
    fs::write(
        folder.join("fail"),
        "echo NO,NAME\necho 'no\n access' >&2\nexit 3\n",
    )
    .expect("written");
    for (source, said) in [
        (
            "{command: [sh, fail]}",
            "the output of `sh fail` cannot be read: it ended with exit status: 3\n  hint: it said: no access",
        ),
        (
            "{command: [no-such-program]}",
            "it cannot be started: No such file",
        ),
        (
            "{command: [./no-such-program]}",
            "it cannot be started: No such file",
        ),
        ("{command: [\"true\"]}", "it has no header"),
        (
            "{command: [sh, -c, 'echo NO,NAME; sleep 20'], limit_seconds: 1}",
            "it did not end within 1 s\n  hint: let it give less, or say limit_seconds in the mapping",
        ),
    ] {
        let told = mistake(&folder, source);
        assert!(told.contains(said), "{told}");
    }
}

#[test]
fn a_connection_string_comes_from_outside() {
    let folder = folder("connections");
    let source = "{postgres: old bank, query: \"select 1\"}";
    let told = mistake(&folder, source);
    assert!(
        told.contains("the connection \"old bank\" was not given"),
        "{told}"
    );
    assert!(told.contains("USHER_CONNECTION_OLD_BANK"), "{told}");
    // It accepts and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let silent = format!("postgres://u:planted@127.0.0.1:{port}/d?connect_timeout=1");
    for (text, said) in [
        ("postgres://u:planted@h:x/d", "is no connection string"),
        (
            "postgres://u:planted@bank.example/d",
            "leads to another machine",
        ),
        ("postgres://u:planted@127.0.0.1:1/d", "PostgreSQL says: "),
        (
            "host=localhost hostaddr=10.1.2.3 user=u password=planted",
            "leads to another machine",
        ),
        (&silent, "PostgreSQL does not answer within 1 s"),
    ] {
        migrate::connections::provide("USHER_CONNECTION_OLD_BANK", text.to_owned());
        let told = mistake(&folder, source);
        assert!(told.contains(said), "{told}");
        assert!(!told.contains("planted"), "{told}");
    }
}

#[cfg(not(feature = "parquet"))]
#[test]
fn parquet_needs_another_build() {
    let folder = folder("no-parquet");
    fs::write(folder.join("p.parquet"), "PAR1").expect("it can be written");
    let told = mistake(&folder, "{file: p.parquet}");
    assert!(
        told.contains("this build of usher does not read Parquet"),
        "{told}"
    );
    assert!(told.contains("--features parquet"), "{told}");
}

#[test]
fn long_json_lines_are_read_line_by_line() {
    let folder = folder("long-json");
    let mut text = String::new();
    for number in 0..30_000 {
        let _ = writeln!(text, "{{\"NO\":{number},\"NAME\":\"{}\"}}", "é".repeat(400));
    }
    fs::write(folder.join("p.ndjson"), &text).expect("it can be written");
    let rows = all(&folder, "{file: p.ndjson}");
    assert_eq!((rows.len(), rows[29_999].line), (30_000, 30_000));
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(b"{\"NO\":\"\xff\"}\n");
    fs::write(folder.join("p.ndjson"), &bytes).expect("it can be written");
    let told = mistake(&folder, "{file: p.ndjson}");
    assert!(told.contains("line 30001 is not utf-8"), "{told}");
}

#[test]
fn a_file_that_is_cut_off_in_a_row_is_refused_and_named() {
    let folder = folder("cut-off");
    let check = |text: &str, expected: Option<&str>| {
        fs::write(folder.join("people.csv"), text).expect("a file can be written");
        match (read(&folder, "{file: people.csv}"), expected) {
            (Ok(mapping), None) => {
                let digest = mapping.sources[0].digest.as_ref().expect("it was read");
                assert_eq!(digest.is_ended, text.ends_with(['\n', '\r']), "{text:?}");
            }
            (Err(problems), Some(expected)) => {
                assert!(problems.contains(expected), "{text:?}: {problems}");
                assert!(problems.contains("people.csv"), "{problems}");
            }
            (outcome, _) => panic!("{text:?}: {:?}", outcome.map(|_| ())),
        }
    };
    let cut = Some("the row on line 3, its last, has 1 of 2 columns and no line end");
    check("NO,NAME\n1,Ann\n2", cut);
    check("NO,NAME\r\n1,Ann\r\n2", cut);
    check("NO,NAME\n1,Ann\n\"2", Some("is not closed before the end"));
    // It may be meant so: the row alone is told, or nothing is.
    check("NO,NAME\n1,Ann\n2\n", None);
    check("NO,NAME\n1\n2", None);
    check("NO,NAME\n1", None);
    check("NO,NAME\n1,Ann\n2,B", None);
}

#[test]
fn json_lines_that_are_cut_off_in_an_object_are_refused_and_named() {
    let folder = folder("cut-off-json");
    let check = |text: &str, is_ended: bool| {
        fs::write(folder.join("p.jsonl"), text).expect("a file can be written");
        let mapping = read(&folder, "{file: p.jsonl}").unwrap_or_else(|told| panic!("{told}"));
        let digest = mapping.sources[0].digest.as_ref().expect("it was read");
        assert_eq!(digest.is_ended, is_ended, "{text:?}");
    };
    let whole = "{\"NO\":1,\"NAME\":\"Ann\"}";
    let half = "{\"NO\":2,\"NA";
    check(&format!("{whole}\n{whole}\n"), true);
    check(&format!("{whole}\r\n{whole}\r\n  "), true);
    check(&format!("{whole}\n{whole}"), false);
    check(&format!("{whole}\n{half}\n"), true);
    check(&format!("{whole}\n{half}\n{half}"), false);
    check(&format!("{whole}\n42 records"), false);
    fs::write(folder.join("p.jsonl"), format!("{whole}\n{half}")).expect("it can be written");
    let told = mistake(&folder, "{file: p.jsonl}");
    let cut =
        "it is cut off: the row on line 2, its last, has no whole JSON object and no line end";
    assert!(told.contains(cut), "{told}");
    let rows = all(&folder, "{file: p.jsonl, accept_short_end: true}");
    assert_eq!(told_lines(&rows), [1, 2]);
}

#[test]
fn a_last_row_of_blanks_or_end_signs_is_none() {
    let folder = folder("end-signs");
    let people = "NO,NAME\r\n1,Ann\r\n2,Ben\r\n";
    for end in ["\u{1a}", "\u{1a}\u{1a}\r\n", "   ", " \t\n", "\u{1a}\0 "] {
        fs::write(folder.join("people.csv"), format!("{people}{end}")).expect("it can be written");
        let mapping = read(&folder, "{file: people.csv}").unwrap_or_else(|told| panic!("{told}"));
        let digest = mapping.sources[0].digest.clone().expect("it was read");
        let ends = (digest.rows, digest.is_ended, digest.left_out_line);
        assert_eq!(ends, (2, true, Some(4)), "{end:?}");
        let rows = rows(&folder, mapping).expect("they can be read");
        assert_eq!(told(&rows), ["2: 1|Ann", "3: 2|Ben"], "{end:?}");
    }
    // Where rows come behind it, it is one, and so is one with fields.
    for (text, expected) in [
        ("NO,NAME\n \n\u{1a}\n1,Ann\n", [2, 3, 4].as_slice()),
        ("NO,NAME\n1,Ann\n,\n", &[2, 3]),
        ("NO,NAME\n1,Ann\n \n\u{1a}", &[2, 3]),
    ] {
        fs::write(folder.join("people.csv"), text).expect("it can be written");
        assert_eq!(
            told_lines(&all(&folder, "{file: people.csv}")),
            expected,
            "{text:?}"
        );
    }
    let people = "{\"NO\":1,\"NAME\":\" \"}\n";
    fs::write(folder.join("p.jsonl"), format!("{people}\u{1a}")).expect("it can be written");
    assert_eq!(told(&all(&folder, "{file: p.jsonl}")), ["1: 1| "]);
    fs::write(
        folder.join("p.jsonl"),
        "{\"NAME\":\"Ann\"}\n{\"NAME\":\" \"}",
    )
    .expect("as above");
    assert!(
        read(&folder, "{file: p.jsonl, accept_short_end: true}").is_err(),
        "no NO"
    );
}

#[test]
fn a_source_that_ends_in_nul_is_cut_off_though_its_last_row_is_whole() {
    let folder = folder("nul-signs");
    let people = "NO,NAME\n1,Ann\n2,Ben\n";
    let object = "{\"NO\":1,\"NAME\":\"Ann\"}\n";
    for (file, text, line) in [
        ("people.csv", format!("{people}\0\0\0\0"), 4),
        ("people.csv", format!("{people}\r\n \0\0\n"), 5),
        ("people.csv", format!("{people}3,Cy\0\0"), 4),
        ("people.csv", "NO,NAME\n\0\0".to_owned(), 2),
        ("people.jsonl", format!("{object}\0\0\0"), 2),
    ] {
        fs::write(folder.join(file), &text).expect("it can be written");
        let told = mistake(&folder, &format!("{{file: {file}}}"));
        let cut = format!("it is cut off: from line {line} on it ends in NUL signs");
        assert!(
            told.contains(&cut) && told.contains(file),
            "{text:?}: {told}"
        );
    }
    fs::write(folder.join("people.csv"), format!("{people}\0\0")).expect("it can be written");
    let rows = all(&folder, "{file: people.csv, accept_short_end: true}");
    assert_eq!(told(&rows), ["2: 1|Ann", "3: 2|Ben"]);
}

#[test]
fn a_mapping_may_accept_a_trailer_without_a_line_end() {
    let folder = folder("trailer");
    let command = "command: [printf, 'NO,NAME\\n1,Ann\\n42 records']";
    let told = mistake(&folder, &format!("{{{command}}}"));
    assert!(told.contains("it is cut off: the row on line 3"), "{told}");
    assert!(told.contains("write accept_short_end: true"), "{told}");
    let source = format!("{{{command}, accept_short_end: true}}");
    let mapping = read(&folder, &source).unwrap_or_else(|told| panic!("{told}"));
    let book = Book::read(mapping, &folder, Scope::All, &shared::keep()).expect("it can be read");
    let verdicts: Vec<String> = book
        .rows()
        .map(|row| format!("{:?}", row.verdict.outcome))
        .collect();
    assert_eq!(verdicts, ["Migrate", "Reject"]);
    let told = mistake(
        &folder,
        "{sqlite: a.db, query: select 1, accept_short_end: true}",
    );
    assert!(told.contains("accept_short_end"), "{told}");
}
