//! Looking at source files before there is a mapping: how they are written, what their columns hold,
//! what is odd about them, and which columns lead to other files.

mod central;
mod column;
mod detect;
mod kind;
mod open;
mod references;

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::Path;

use serde_json::{Value, json};

pub use column::{Column, Reference};
pub use detect::Chosen;
pub use kind::Kind;

use crate::Error;
use crate::mapping::{Format, Input, Source};
use crate::source::{self, Record};
use column::Counting;
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
        let outcome = opened.and_then(|opened| {
            let (table, values) = table(&opened, &self.links, VALUES_BYTES_MAX)?;
            self.links.add(&file, &table, values);
            Ok(table)
        });
        self.inspected.push(Inspected { file, outcome });
    }

    fn end(mut self) -> Vec<Inspected> {
        self.links.tell(&mut self.inspected);
        self.inspected
    }
}

/// How much memory the different values of a file's columns may take together, in bytes, while its
/// rows are read. With more, columns are put off: the file is read again for them. The values of one
/// column are always held together.
const VALUES_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A column with the hashes of its values that may lead elsewhere.
type Counted = (Column, HashSet<u64>);

/// What a file's rows come to, and for each column the values that may lead elsewhere.
fn table(
    opened: &Opened,
    links: &references::Links,
    values_bytes_max: usize,
) -> Result<(Table, Vec<HashSet<u64>>), Error> {
    let source = &opened.source;
    let names = &source.columns;
    let mut done: Vec<Option<Counted>> = names.iter().map(|_| None).collect();
    let mut rows = Rows::default();
    rows.header(opened);
    let mut left: Vec<usize> = (0..names.len()).collect();
    let mut is_first = true;
    while is_first || !left.is_empty() {
        let mut counting: Vec<(usize, Counting)> = left
            .drain(..)
            .map(|place| (place, Counting::default()))
            .collect();
        for record in source::records(source)? {
            let record = record?;
            if is_first {
                rows.add(&record, names.len());
            }
            if record.cells.len() == names.len() && record.fault.is_none() {
                for (place, column) in &mut counting {
                    column.add(record.line, &record.cells[*place]);
                }
                put_off(&mut counting, &mut left, values_bytes_max);
            }
        }
        for (place, values) in counting {
            done[place] = Some(finished(&names[place], values, links));
        }
        is_first = false;
    }
    rows.end(source);
    let (columns, values) = done.into_iter().flatten().unzip();
    let table = Table {
        source: source.clone(),
        rows: rows.count,
        columns,
        oddities: rows.odd.list,
    };
    Ok((table, values))
}

fn finished(name: &str, values: Counting, links: &references::Links) -> Counted {
    let hashes: HashSet<u64> = links.hashes(&values);
    let column = values.column(name);
    let may_lead = matches!(column.kind, Kind::Digits { .. } | Kind::Text);
    (column, if may_lead { hashes } else { HashSet::new() })
}

/// Puts columns off, the largest first, until those that are left take no more than so many bytes.
fn put_off(counting: &mut Vec<(usize, Counting)>, left: &mut Vec<usize>, bytes_max: usize) {
    let taken = |counting: &[(usize, Counting)]| -> usize {
        counting.iter().map(|(_, column)| column.bytes()).sum()
    };
    while counting.len() > 1 && taken(counting) > bytes_max {
        let sizes = counting.iter().enumerate();
        let largest = sizes.max_by_key(|(_, (_, column))| column.bytes());
        let Some(at) = largest.map(|(at, _)| at) else {
            return;
        };
        left.push(counting.swap_remove(at).0);
    }
}

/// Whole rows while they are counted: how many, and what is odd: letters of another encoding, a header
/// like data, another number of fields, the same row again, an end that is none.
#[derive(Default)]
struct Rows {
    count: u64,
    /// The line of the last.
    last_line: u64,
    odd: Oddities,
    /// The first half of the hash of each row.
    seen: HashSet<u128>,
}

impl Rows {
    fn header(&mut self, opened: &Opened) {
        let source = &opened.source;
        if let Some(doubt) = &opened.doubt {
            let what = || doubt.what.to_owned();
            self.odd.add_rows((doubt.lines, doubt.line), what);
        }
        let header = source.header.skip_lines + 1;
        if source.columns.iter().any(|name| kind::is_data(name)) {
            self.odd.add(header, || {
                "a header that looks like data: is there none? (header: false in the mapping)"
                    .to_owned()
            });
        }
        for name in &opened.doubled {
            let called = |name: &str| {
                format!("two columns are called \"{name}\": the mapping needs columns: […]")
            };
            self.odd
                .add_masked((1, header), called(name), called(&masked(name)));
        }
    }

    fn add(&mut self, record: &Record, width: usize) {
        self.count += 1;
        self.last_line = record.line;
        let count = record.cells.len();
        if let Some(fault) = record.fault {
            self.odd
                .add(record.line, || format!("rows that are {fault}"));
        } else if count < width {
            self.odd
                .add(record.line, || "rows with too few fields".to_owned());
        } else if count > width {
            self.odd
                .add(record.line, || "rows with too many fields".to_owned());
        }
        let mut half = [0; 16];
        half.copy_from_slice(&record.hash()[..16]);
        if !self.seen.insert(u128::from_be_bytes(half)) {
            self.odd
                .add(record.line, || "rows that repeat an earlier one".to_owned());
        }
    }

    /// Looks at how the source ends.
    fn end(&mut self, source: &Source) {
        let Some(digest) = &source.digest else {
            return;
        };
        if let Some(line) = digest.left_out_line {
            let what = if digest.is_padded {
                "NUL signs in the place of rows: look whether it was copied whole"
            } else {
                "a last row of nothing but blanks or an end sign, which is left out"
            };
            self.odd.add(line, || what.to_owned());
        }
        if !digest.is_ended && self.count > 1 {
            self.odd.add(self.last_line, || {
                "no line end behind the last row: look whether it was copied whole".to_owned()
            });
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_are_put_off_come_to_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        let row = |number: u32| format!("{number:04},Ann {},x,{}\n", number % 7, number * 31);
        let rows: String = (0..200).map(row).collect();
        std::fs::write(&path, format!("NO,NAME,CODE,SUM\n{rows}0001,,,\nshort\n")).unwrap();
        let links = references::Links::default();
        let mut told = Vec::new();
        open::path(&path, &Chosen::default(), |_, opened| {
            let opened = opened.unwrap();
            for bytes_max in [usize::MAX, 10_000, 0] {
                let (table, values) = table(&opened, &links, bytes_max).unwrap();
                told.push((table.rows, format!("{:?}", table.columns), values));
                told.dedup();
            }
        })
        .unwrap();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].0, 202);
        assert!(
            told[0].1.contains("keys that are met twice"),
            "{}",
            told[0].1
        );
    }
}
