//! Every kind of source, as its rows come out of it.

use std::fmt::Write as _;
use std::fs;
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
