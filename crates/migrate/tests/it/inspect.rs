//! Looking at files before there is a mapping.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use migrate::inspect::{Chosen, Inspected, Table, encoding_name, inspect, to_json};

use crate::shared;

/// A folder with these files and no others.
fn folder(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("inspect-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder can be made");
    for (file, content) in files {
        fs::write(folder.join(file), content).expect("a file can be written");
    }
    folder
}

fn look(path: &Path) -> Vec<Inspected> {
    inspect(path, Chosen::default()).expect("it is there")
}

fn table<'f>(files: &'f [Inspected], name: &str) -> &'f Table {
    let file = files.iter().find(|file| file.file == name);
    let file = file.unwrap_or_else(|| panic!("{name} is not there"));
    file.outcome
        .as_ref()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Encoding, delimiter, quote; then each column with its type, how often it is filled, and where it
/// leads.
fn told(table: &Table) -> String {
    let mut text = format!(
        "{} {:?} {:?} {} rows",
        encoding_name(table.encoding),
        char::from(table.delimiter),
        char::from(table.quote),
        table.rows
    );
    for column in &table.columns {
        let key = if column.is_key { " key" } else { "" };
        let (name, kind) = (&column.name, &column.kind);
        let _ = write!(text, "\n{name}: {kind}{key}, {} filled", column.filled);
        for to in &column.refers {
            let _ = write!(text, ", {} % {} {}", to.percent, to.file, to.column);
        }
    }
    text
}

#[test]
fn files_are_read_however_they_are_written() {
    let text = "NO;NAME;BORN\n1;Zoë;31.12.1980\n2;Jürgen;01.02.1990\n3;€;\n";
    let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let signs = std::iter::once(0xfeff).chain(text.encode_utf16());
        signs.flat_map(order).collect()
    };
    let windows: Vec<u8> = (text.chars())
        .map(|sign| match sign {
            '€' => 0x80,
            sign => u8::try_from(u32::from(sign)).expect("Latin-1 has it"),
        })
        .collect();
    let folder = folder(
        "encodings",
        &[
            ("a.csv", text.as_bytes()),
            ("b.CSV", &windows),
            ("c.txt", &utf16(u16::to_be_bytes)),
            ("d.tsv", &utf16(u16::to_le_bytes)),
            ("e.tab", &utf16(u16::to_le_bytes)[2..]),
            ("notes.md", b"not looked at"),
        ],
    );
    let files = look(&folder);
    let names: Vec<&str> = files.iter().map(|file| file.file.as_str()).collect();
    assert_eq!(names, ["a.csv", "b.CSV", "c.txt", "d.tsv", "e.tab"]);
    for (file, encoding) in [
        ("a.csv", "utf-8"),
        ("b.CSV", "windows-1252"),
        ("c.txt", "utf-16"),
        ("d.tsv", "utf-16"),
        ("e.tab", "utf-16"),
    ] {
        let columns = "NO: digits key, 3 filled\nNAME: text key, 3 filled\n\
                       BORN: date DD.MM.YYYY, 2 filled";
        let wanted = format!("{encoding} ';' '\"' 3 rows\n{columns}");
        assert_eq!(told(table(&files, file)), wanted, "{file}");
    }
    // One file alone, and what is known better.
    let chosen = Chosen {
        delimiter: Some(b'|'),
        ..Chosen::default()
    };
    let files = inspect(&folder.join("a.csv"), chosen).expect("it is there");
    assert_eq!(table(&files, "a.csv").columns.len(), 1);
}

#[test]
fn a_file_that_cannot_be_read_is_told_beside_the_others() {
    let folder = folder(
        "broken",
        &[
            ("empty.csv", b""),
            ("good.csv", b"A,B\n1,2\n1,2\n1\n1,2,3\n"),
            ("quote.csv", b"A,B\n1,\"x\n2,y\n"),
            ("sheet.csv", b"PK\x03\x04..."),
            ("twice.csv", b"A,A\n1,2\n"),
        ],
    );
    let files = look(&folder);
    for (file, said) in [
        ("empty.csv", "it has no header"),
        ("quote.csv", "the quoted field that begins on line 2"),
        ("sheet.csv", "a spreadsheet (XLSX)"),
        ("twice.csv", "two columns are called \"A\""),
    ] {
        let found = files
            .iter()
            .find(|one| one.file == file)
            .expect("it is there");
        let error = found
            .outcome
            .as_ref()
            .expect_err("it is broken")
            .to_string();
        assert!(error.contains(said), "{error}");
    }
    let good = table(&files, "good.csv");
    let odd: Vec<(&str, u64, u64)> = (good.oddities.iter())
        .map(|odd| (odd.what.as_str(), odd.rows, odd.line))
        .collect();
    assert_eq!(
        odd,
        [
            ("rows that repeat an earlier one", 1, 3),
            ("rows with too few fields", 1, 4),
            ("rows with too many fields", 1, 5),
        ]
    );
    let headless = look(&self::folder(
        "headless",
        &[("a.csv", b"1,Ann,31/12/1980\n2,Bob,x\n")],
    ));
    let odd = &table(&headless, "a.csv").oddities[0];
    assert!(odd.what.contains("looks like data"), "{odd:?}");
    let nothing = inspect(&folder.join("absent"), Chosen::default());
    assert!(nothing.is_err());
}

#[test]
fn a_mask_hides_what_may_be_of_a_person() {
    let mut rows = String::new();
    for number in 0..40 {
        let _ = writeln!(rows, "{number:05},Ann Byron,ann{number}@example.com,GB");
    }
    let text = format!("NO,NAME,MAIL,COUNTRY\n{rows}1,x,y@example.com,France\n");
    let files = look(&folder("mask", &[("people.csv", text.as_bytes())]));
    let json = to_json(&files, true).to_string();
    for hidden in ["Ann", "Byron", "ann1@", "00001"] {
        assert!(!json.contains(hidden), "{json}");
    }
    assert!(!json.contains("France"), "{json}");
    assert!(
        to_json(&files, false)
            .to_string()
            .contains("ann0@example.com")
    );
}

#[test]
fn the_small_book_is_seen_through() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let files = look(&folder);
    let people = told(table(&files, "individuals.csv"));
    for wanted in [
        "utf-8 ',' '\"' 300 rows",
        "\nDOB: date DD/MM/YYYY,",
        "\nNATIONALITY: nationality,",
        "\nCOUNTRY: country,",
        "\nEMAIL: e-mail,",
    ] {
        assert!(people.contains(wanted), "{wanted} in\n{people}");
    }
    let other = told(table(&files, "individuals_cp1252.csv"));
    assert!(
        other.starts_with("windows-1252 ',' '\"' 296 rows"),
        "{other}"
    );
    let links = told(table(&files, "associates.csv"));
    assert!(links.contains("companies.csv CUST_NO"), "{links}");
    let scans = told(table(&files, "documents.csv"));
    let both = ", 63 % individuals.csv CUST_NO, 30 % companies.csv CUST_NO\n";
    assert!(scans.contains(both), "{scans}");
}
