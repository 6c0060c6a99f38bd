//! Looking at source files before there is a mapping: how they are written, what their columns hold,
//! what is odd about them, and which columns lead to other files.

mod column;
mod detect;
mod kind;
mod open;
mod references;

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value, json};

pub use column::{Column, Reference};
pub use detect::Chosen;
pub use kind::Kind;

use crate::Error;
use crate::mapping::{Format, Input, Source};
use crate::source::Record;
use open::Opened;

/// One file that was looked at.
#[derive(Debug)]
pub struct Inspected {
    /// Its name, below the folder that was named; `FILE#NAME` for a sheet of several or a table.
    pub file: String,
    /// What is in it, or why it cannot be read.
    pub outcome: Result<Table, Error>,
}

/// What is in a file.
#[derive(Clone, Debug)]
pub struct Table {
    /// How it is read: what was found out and what was said.
    pub source: Source,
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
    /// What it is, with the values it is about in it.
    pub what: String,
    /// What it is, with the form of those values alone.
    masked: String,
    /// In how many rows.
    pub rows: u64,
    /// Physical line of the first of them.
    pub line: u64,
}

impl Oddity {
    /// What it is; with `mask`, of values their form alone.
    pub fn shown(&self, mask: bool) -> &str {
        if mask { &self.masked } else { &self.what }
    }
}

impl Table {
    /// What a column is called; with `mask`, the form of its name alone where the header may be a row
    /// of data.
    pub fn name<'t>(&self, column: &'t Column, mask: bool) -> Cow<'t, str> {
        if mask && self.is_header_data() {
            Cow::Owned(masked(&column.name))
        } else {
            Cow::Borrowed(&column.name)
        }
    }

    /// Whether the header looks like a row of data: all of its names may be values then.
    fn is_header_data(&self) -> bool {
        self.columns
            .iter()
            .any(|column| kind::is_data(&column.name))
    }
}

/// Looks at a file, or at every file of a folder that may have rows, in the order of their names.
///
/// Errors: the path is not there, or a folder without such a file. A file that cannot be read is no
/// error of the others.
pub fn inspect(path: &Path, chosen: &Chosen) -> Result<Vec<Inspected>, Error> {
    let mut looked = Looked::default();
    open::path(path, chosen, |name, opened| looked.add(name, opened))?;
    Ok(looked.end())
}

/// Looks at the answer of a query or the output of a command. `path` is the SQLite file, or the folder
/// that the command runs in.
pub fn inspect_input(input: Input, path: &Path, chosen: &Chosen) -> Inspected {
    let opened = open::input(input, path, chosen);
    let name = match &opened.input {
        Input::Command(words) => words.join(" "),
        _ => "the query".to_owned(),
    };
    let mut looked = Looked::default();
    looked.add(name.clone(), opened.read());
    looked.end().pop().unwrap_or_else(|| Inspected {
        file: name,
        outcome: Err(Error::Option("there is nothing to look at".to_owned())),
    })
}

/// What was seen of the files so far: of their rows no more than hashes.
#[derive(Default)]
struct Looked {
    links: references::Links,
    inspected: Vec<Inspected>,
}

impl Looked {
    fn add(&mut self, file: String, opened: Result<Opened, Error>) {
        let outcome = opened.map(|opened| {
            let (table, values) = table(&opened);
            self.links.add(&file, &table, values);
            table
        });
        self.inspected.push(Inspected { file, outcome });
    }

    fn end(mut self) -> Vec<Inspected> {
        self.links.tell(&mut self.inspected);
        self.inspected
    }
}

/// What a file's rows come to, and for each column the values that may lead elsewhere.
fn table(opened: &Opened) -> (Table, Vec<references::Values<'_>>) {
    let source = &opened.source;
    let width = source.columns.len();
    let records = opened.records.iter();
    let whole: Vec<&Record> = records
        .filter(|it| it.cells.len() == width && it.fault.is_none())
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
        source: source.clone(),
        rows: opened.records.len() as u64,
        columns,
        oddities: row_oddities(opened),
    };
    (table, values)
}

/// What is odd about whole rows: a header like data, another number of fields, the same row again.
fn row_oddities(opened: &Opened) -> Vec<Oddity> {
    let source = &opened.source;
    let mut found = Oddities::default();
    let width = source.columns.len();
    let header = source.header.skip_lines + 1;
    if source.columns.iter().any(|name| kind::is_data(name)) {
        found.add(header, || {
            "a header that looks like data: is there none? (header: false in the mapping)"
                .to_owned()
        });
    }
    for name in &opened.doubled {
        let called = |name: &str| {
            format!("two columns are called \"{name}\": the mapping needs columns: […]")
        };
        found.add_masked((1, header), called(name), called(&masked(name)));
    }
    let mut seen: HashMap<[u8; 32], u64> = HashMap::new();
    for record in &opened.records {
        let count = record.cells.len();
        if let Some(fault) = record.fault {
            found.add(record.line, || format!("rows that are {fault}"));
        } else if count < width {
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
        self.add_masked((rows, line), what.clone(), what);
    }

    /// As [`Oddities::add_rows`], of what has values in it.
    fn add_masked(&mut self, (rows, line): (u64, u64), what: String, masked: String) {
        match self.list.iter_mut().find(|known| known.what == what) {
            Some(known) => {
                known.rows += rows;
                known.line = known.line.min(line);
            }
            None => self.list.push(Oddity {
                what,
                masked,
                rows,
                line,
            }),
        }
    }
}

/// What a mapping calls a format.
pub fn format_name(format: &Format) -> &'static str {
    match format {
        Format::Delimited => "csv",
        Format::JsonLines => "json_lines",
        Format::Spreadsheet { .. } => "xlsx",
        Format::Parquet => "parquet",
        Format::Table => "query",
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

/// What the column is called that another one leads to; masked as [`Table::name`] is.
pub fn name_elsewhere<'f>(files: &'f [Inspected], to: &'f Reference, mask: bool) -> Cow<'f, str> {
    let file = files.iter().find(|file| file.file == to.file);
    let table = file.and_then(|file| file.outcome.as_ref().ok());
    let column = table.and_then(|table| {
        let column = table
            .columns
            .iter()
            .find(|column| column.name == to.column)?;
        Some(table.name(column, mask))
    });
    column.unwrap_or(Cow::Borrowed(&to.column))
}

/// Files as JSON, for other programs; with `mask`, of values their form alone.
pub fn to_json(files: &[Inspected], mask: bool) -> Value {
    let odd = |oddities: &[Oddity]| -> Vec<Value> {
        let one =
            |it: &Oddity| json!({"what": it.shown(mask), "rows": it.rows, "first_line": it.line});
        oddities.iter().map(one).collect()
    };
    let column = |table: &Table, column: &Column| {
        let values: Vec<Value> = column
            .shown(mask)
            .map(|(text, rows)| json!({"value": text, "rows": rows}))
            .collect();
        json!({
            "name": table.name(column, mask),
            "type": column.kind.to_string(),
            "is_key": column.is_key,
            "rows": column.rows,
            "filled": column.filled,
            "distinct": column.distinct,
            "length": [column.length.0, column.length.1],
            "values": values,
            "refers_to": column.refers.iter().map(|it| json!({
                "file": it.file, "column": name_elsewhere(files, it, mask), "percent": it.percent,
            })).collect::<Vec<_>>(),
            "oddities": odd(&column.oddities),
        })
    };
    let file = |file: &Inspected| match &file.outcome {
        Ok(table) => json!({
            "file": file.file,
            "format": format_name(&table.source.format),
            "encoding": table.source.encoding.name(),
            "delimiter": sign_name(table.source.delimiter),
            "quote": sign_name(table.source.quote),
            "skip_lines": table.source.header.skip_lines,
            "sha256": table.source.digest.as_ref().map(|digest| digest.sha256.as_str()),
            "rows": table.rows,
            "columns": table.columns.iter().map(|one| column(table, one)).collect::<Vec<_>>(),
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
