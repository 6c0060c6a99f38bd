//! Looking at source files before there is a mapping: how they are written, what their columns hold,
//! what is odd about them, and which columns lead to other files.

mod column;
mod detect;
mod kind;
mod references;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

pub use column::{Column, Reference};
pub use detect::Chosen;
pub use kind::Kind;

use crate::Error;
use crate::mapping::{Encoding, Format, Header, Input, Source};
use crate::source::{self, Record};

/// Endings of the files that are looked at in a folder.
const ENDINGS: [&str; 5] = ["csv", "tsv", "txt", "tab", "psv"];

/// One file that was looked at.
#[derive(Debug)]
pub struct Inspected {
    /// Its name, below the folder that was named.
    pub file: String,
    /// What is in it, or why it cannot be read.
    pub outcome: Result<Table, Error>,
}

/// What is in a file.
#[derive(Clone, Debug)]
pub struct Table {
    /// How its bytes become text.
    pub encoding: Encoding,
    /// The sign between fields.
    pub delimiter: u8,
    /// The sign around fields that need one.
    pub quote: u8,
    /// Data rows.
    pub rows: u64,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// What is odd about whole rows.
    pub oddities: Vec<Oddity>,
}

/// Something odd, and where it is met first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// What it is.
    pub what: String,
    /// In how many rows.
    pub rows: u64,
    /// Physical line of the first of them.
    pub line: u64,
}

/// Looks at a file, or at every delimited file of a folder, in the order of their names.
///
/// Errors: the path is not there, or a folder without such a file. A file that cannot be read is no
/// error of the others.
pub fn inspect(path: &Path, chosen: Chosen) -> Result<Vec<Inspected>, Error> {
    let mut read = Vec::new();
    for path in files(path)? {
        let name = path.file_name().map(|name| name.to_string_lossy());
        let file = name.unwrap_or_default().into_owned();
        read.push((file, open(&path, chosen)));
    }
    let mut links = references::Links::default();
    let mut inspected: Vec<Inspected> = Vec::new();
    for (file, opened) in read {
        let outcome = opened.map(|(source, records)| {
            let (table, values) = table(&source, &records);
            links.add(&file, &table, values);
            table
        });
        inspected.push(Inspected { file, outcome });
    }
    links.tell(&mut inspected);
    Ok(inspected)
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let broken = |message: String, hint: Option<&str>| Error::Source {
        file: path.display().to_string(),
        message,
        hint: hint.map(str::to_owned),
    };
    let details = fs::metadata(path).map_err(|error| broken(error.to_string(), None))?;
    if !details.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).map_err(|error| broken(error.to_string(), None))?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
            let is_known = |ending: &std::ffi::OsString| ENDINGS.iter().any(|one| ending == one);
            path.is_file() && ending.as_ref().is_some_and(is_known)
        })
        .collect();
    found.sort();
    if found.is_empty() {
        let endings = ENDINGS.join(", ");
        let message = format!("no file in it ends in {endings}");
        return Err(broken(
            message,
            Some("name one file to look at it whatever it is called"),
        ));
    }
    Ok(found)
}

fn open(path: &Path, chosen: Chosen) -> Result<(Source, Vec<Record>), Error> {
    if !path.is_file() {
        return Err(Error::Source {
            file: path.display().to_string(),
            message: "it is no plain file".to_owned(),
            hint: None,
        });
    }
    let found = detect::detect(path, chosen)?;
    let mut source = Source {
        name: String::new(),
        file: path.display().to_string(),
        path: path.to_owned(),
        input: Input::File,
        format: Format::Delimited,
        encoding: found.encoding,
        delimiter: found.delimiter,
        quote: found.quote,
        header: Header::default(),
        columns: Vec::new(),
        digest: None,
        spool: None,
    };
    source::settle(&mut source, None)?;
    let records = source::records(&source)?.collect::<Result<_, _>>()?;
    Ok((source, records))
}

/// What a file's rows come to, and for each column the values that may lead elsewhere.
fn table<'r>(source: &Source, records: &'r [Record]) -> (Table, Vec<references::Values<'r>>) {
    let width = source.columns.len();
    let whole: Vec<&Record> = records
        .iter()
        .filter(|it| it.cells.len() == width)
        .collect();
    let mut columns = Vec::new();
    let mut values = Vec::new();
    for (place, name) in source.columns.iter().enumerate() {
        let cells = whole
            .iter()
            .map(|record| (record.line, record.cells[place].as_str()));
        let column = Column::of(name, cells.clone());
        values.push(references::Values::of(&column, cells.map(|(_, cell)| cell)));
        columns.push(column);
    }
    let table = Table {
        encoding: source.encoding,
        delimiter: source.delimiter,
        quote: source.quote,
        rows: records.len() as u64,
        columns,
        oddities: row_oddities(&source.columns, records),
    };
    (table, values)
}

/// What is odd about whole rows: a header like data, another number of fields, the same row again.
fn row_oddities(columns: &[String], records: &[Record]) -> Vec<Oddity> {
    let mut found = Oddities::default();
    let width = columns.len();
    if columns.iter().any(|name| kind::is_data(name)) {
        found.add(1, || {
            "a header that looks like data: is there none?".to_owned()
        });
    }
    let mut seen: HashMap<[u8; 32], u64> = HashMap::new();
    for record in records {
        let count = record.cells.len();
        if count < width {
            found.add(record.line, || "rows with too few fields".to_owned());
        } else if count > width {
            found.add(record.line, || "rows with too many fields".to_owned());
        }
        let times = seen.entry(record.hash()).or_default();
        *times += 1;
        if *times > 1 {
            found.add(record.line, || "rows that repeat an earlier one".to_owned());
        }
    }
    found.list
}

/// Oddities while they are counted.
#[derive(Default)]
struct Oddities {
    list: Vec<Oddity>,
}

impl Oddities {
    fn add(&mut self, line: u64, what: impl FnOnce() -> String) {
        self.add_rows((1, line), what);
    }

    /// Adds several rows, with the line of the first.
    fn add_rows(&mut self, (rows, line): (u64, u64), what: impl FnOnce() -> String) {
        let what = what();
        match self.list.iter_mut().find(|known| known.what == what) {
            Some(known) => {
                known.rows += rows;
                known.line = known.line.min(line);
            }
            None => self.list.push(Oddity { what, rows, line }),
        }
    }
}

/// What a mapping calls an encoding.
pub fn encoding_name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Utf8 => "utf-8",
        Encoding::Windows1252 => "windows-1252",
        Encoding::Latin1 => "latin-1",
        Encoding::Utf16 => "utf-16",
    }
}

/// What a mapping calls a delimiter or a quote.
pub fn sign_name(sign: u8) -> String {
    match sign {
        b'\t' => "tab".to_owned(),
        sign => char::from(sign).to_string(),
    }
}

/// Text with every letter as `x` and every digit as `9`: its form and none of its content.
pub fn masked(text: &str) -> String {
    let mask = |sign: char| match sign {
        sign if sign.is_uppercase() => 'X',
        sign if sign.is_alphabetic() => 'x',
        sign if sign.is_numeric() => '9',
        sign => sign,
    };
    text.chars().map(mask).collect()
}

/// Files as JSON, for other programs; with `mask`, of values their form alone.
pub fn to_json(files: &[Inspected], mask: bool) -> Value {
    let odd = |oddities: &[Oddity]| -> Vec<Value> {
        let one = |it: &Oddity| json!({"what": it.what, "rows": it.rows, "first_line": it.line});
        oddities.iter().map(one).collect()
    };
    let column = |column: &Column| {
        let values: Vec<Value> = column
            .shown(mask)
            .map(|(text, rows)| json!({"value": text, "rows": rows}))
            .collect();
        json!({
            "name": column.name,
            "type": column.kind.to_string(),
            "is_key": column.is_key,
            "rows": column.rows,
            "filled": column.filled,
            "distinct": column.distinct,
            "length": [column.length.0, column.length.1],
            "values": values,
            "refers_to": column.refers.iter().map(|it| json!({
                "file": it.file, "column": it.column, "percent": it.percent,
            })).collect::<Vec<_>>(),
            "oddities": odd(&column.oddities),
        })
    };
    let file = |file: &Inspected| match &file.outcome {
        Ok(table) => json!({
            "file": file.file,
            "encoding": encoding_name(table.encoding),
            "delimiter": sign_name(table.delimiter),
            "quote": sign_name(table.quote),
            "rows": table.rows,
            "columns": table.columns.iter().map(column).collect::<Vec<_>>(),
            "oddities": odd(&table.oddities),
        }),
        Err(error) => json!({
            "file": file.file,
            "error": error.to_string(),
            "hint": error.hint(),
        }),
    };
    Value::Array(files.iter().map(file).collect())
}
