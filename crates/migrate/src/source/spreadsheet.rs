//! Spreadsheets (XLSX): the cells of one sheet, as a person sees them.
//!
//! A date is `2025-06-30` (with a time, `2025-06-30T14:05:00`) however the sheet shows it, a number
//! is as it is stored, but for two formats that change what it says: `25%` of a cell shown in percent,
//! and the zeros in front of a number shown with a fixed number of digits. A formula is its last
//! result. The line of a row is its number in the sheet.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use calamine::{DataRef, ExcelDateTime, Reader, Style, Xlsx, XlsxError};
use sha2::{Digest, Sha256};

use super::Broken;
use super::spool::{Spool, Table};
use crate::hex;
use crate::mapping::Source;

/// The largest spreadsheet that is read: it is unpacked in memory.
const SPREADSHEET_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// The most columns of a row, as spreadsheet programs have it.
const COLUMNS_COUNT_MAX: usize = 16_384;

type Book = Xlsx<Cursor<Vec<u8>>>;

/// Keeps the rows of a sheet from its header on; empty rows are none.
///
/// Errors: it is no XLSX file, it has no such sheet, or several and none is named.
pub(super) fn read(source: &Source, sheet: Option<&str>) -> Result<Spool, Broken> {
    let (mut book, origin) = open(&source.path)?;
    let sheet = choose(&book, sheet)?;
    let mut reader = book
        .worksheet_cells_reader(&sheet)
        .map_err(|error| broken(&error))?;
    let mut table = Table::new()?;
    let mut row = Row::default();
    let mut width = None;
    while let Some((cell, style)) = reader
        .next_cell_with_style_id()
        .map_err(|error| broken(&error))?
    {
        let (line, column) = cell.get_position();
        let line = u64::from(line) + 1;
        if line <= source.header.skip_lines {
            continue;
        }
        if line != row.line {
            row.write(&mut table, &mut width)?;
            row.line = line;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= COLUMNS_COUNT_MAX {
            let message = format!("line {line} has more than {COLUMNS_COUNT_MAX} columns");
            return Err(Broken::new(message));
        }
        row.cells
            .resize(row.cells.len().max(column + 1), String::new());
        row.cells[column] = text(cell.get_value(), reader.styles().get(style));
    }
    row.write(&mut table, &mut width)?;
    table.end(Some(origin))
}

/// The names of the sheets of a file.
pub(super) fn sheets(path: &Path) -> Result<Vec<String>, Broken> {
    Ok(open(path)?.0.sheet_names())
}

fn open(path: &Path) -> Result<(Book, (String, u64)), Broken> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    file.take(SPREADSHEET_BYTES_MAX + 1)
        .read_to_end(&mut bytes)?;
    let length = bytes.len() as u64;
    if length > SPREADSHEET_BYTES_MAX {
        let message = format!("it has more than {SPREADSHEET_BYTES_MAX} bytes");
        return Err(Broken::new(message).hint("export it as CSV"));
    }
    let sha256 = hex(&Sha256::digest(&bytes));
    let book = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    Ok((book, (sha256, length)))
}

fn choose(book: &Book, sheet: Option<&str>) -> Result<String, Broken> {
    let names = book.sheet_names();
    let known = names.join(", ");
    match (sheet, names.as_slice()) {
        (Some(name), names) if names.iter().any(|have| have == name) => Ok(name.to_owned()),
        (Some(name), _) => {
            let message = format!("it has no sheet \"{name}\"");
            Err(Broken::new(message).hint(format!("its sheets are {known}")))
        }
        (None, [only]) => Ok(only.clone()),
        (None, _) => {
            let broken = Broken::new(format!("it has {} sheets", names.len()));
            Err(broken.hint(format!("say which is meant; they are {known}")))
        }
    }
}

fn broken(error: &XlsxError) -> Broken {
    let broken = Broken::new(format!("it is no spreadsheet that can be read ({error})"));
    broken.hint("save it as XLSX without a password, or export it as CSV")
}

/// A row while its cells come in.
#[derive(Default)]
struct Row {
    line: u64,
    cells: Vec<String>,
}

impl Row {
    /// Writes the row unless it is empty. The first one gives the width: shorter ones are filled up,
    /// longer ones lose empty cells only.
    fn write(&mut self, table: &mut Table, width: &mut Option<usize>) -> Result<(), Broken> {
        let filled = self.cells.iter().rposition(|cell| !cell.is_empty());
        if let Some(last) = filled {
            let width = *width.get_or_insert(last + 1);
            self.cells.resize(width.max(last + 1), String::new());
            table.add(self.line, &self.cells)?;
        }
        self.cells.clear();
        Ok(())
    }
}

fn text(value: &DataRef<'_>, style: Option<&Style>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::Int(number) => shown(number.to_string(), style),
        DataRef::Float(number) => number_text(*number, style),
        DataRef::DateTime(moment) => moment_text(moment),
        DataRef::Error(error) => error.to_string(),
    }
}

fn moment_text(moment: &ExcelDateTime) -> String {
    if !moment.is_datetime() {
        return moment.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    match (moment.as_f64() < 1.0, time.as_str()) {
        (true, _) => time,
        (false, "00:00:00") => date,
        (false, _) => format!("{date}T{time}"),
    }
}

fn number_text(number: f64, style: Option<&Style>) -> String {
    if format_of(style).contains('%') {
        // 0.075 times 100 is 7.500000000000001: what a person wrote has no so many digits.
        let percent = format!("{:.9}", number * 100.0);
        let percent = percent.trim_end_matches('0').trim_end_matches('.');
        return format!("{percent}%");
    }
    shown(number.to_string(), style)
}

/// A whole number with the zeros that its format shows in front of it.
fn shown(number: String, style: Option<&Style>) -> String {
    let format = format_of(style);
    let is_fixed = format.len() > 1 && format.bytes().all(|sign| sign == b'0');
    if is_fixed && number.bytes().all(|sign| sign.is_ascii_digit()) {
        return format!("{number:0>width$}", width = format.len());
    }
    number
}

fn format_of(style: Option<&Style>) -> &str {
    let format = style.and_then(|style| style.number_format.as_ref());
    format.map_or("", |format| format.format_code.as_str())
}
