//! Sources: from bytes to rows that know where they stand.
//!
//! [`settle`] reads a source as a whole, so that whatever is wrong with it is known before a row is
//! judged: what is no plain file is read once and spooled, then the names of the columns
//! ([`header`]) and hash, length and number of rows ([`digest`]) are taken. [`records`] gives the rows
//! one by one. None of them holds more than a row and a few pieces of the source, whatever its size
//! (a spreadsheet is unpacked in memory).

mod command;
pub mod connections;
mod delimited;
mod json_lines;
mod lines;
mod names;
#[cfg(feature = "parquet")]
mod parquet;
mod postgres;
mod quotes;
mod rows;
mod spool;
mod spreadsheet;
mod sqlite;
mod text;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::Error;
use crate::mapping::{Format, Input, Source};
pub(crate) use names::{apart, numbered, quoted};
use rows::Rows;
pub(crate) use spool::Spool;
use text::Text;

/// The largest source file that is read.
pub(crate) const SOURCE_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;
/// How long a command or a query may take, unless the mapping says it; what takes longer is given up.
pub(crate) const LIMIT: Duration = Duration::from_hours(1);
/// The longest row; a longer one is a quote that is not closed, or no row.
pub(crate) const ROW_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// One data row of a source file, as it is written there.
#[derive(Clone, Debug)]
pub struct Record {
    /// Data row, from 1.
    pub row: u64,
    /// Physical line on which the row begins; a header's is 1 unless lines above it are left out.
    /// Lines end with LF, CRLF or a CR alone, inside quotes too. In a spreadsheet it is the number of
    /// the row; in the answer of a query, one more than [`Record::row`].
    pub line: u64,
    /// The cells, untouched.
    pub cells: Vec<String>,
    /// What is wrong with a row that cannot be read; its one cell is what is there instead.
    pub fault: Option<&'static str>,
}

impl Digest {
    /// Of a text without rows.
    pub(crate) fn of(text: &str) -> Digest {
        Digest {
            sha256: crate::hex(&Sha256::digest(text.as_bytes())),
            bytes: text.len() as u64,
            rows: 0,
            is_ended: true,
            left_out_line: None,
            is_padded: false,
        }
    }
}

impl Record {
    /// SHA-256 over the cells: the same row has the same hash wherever it stands.
    pub fn hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        for cell in &self.cells {
            hasher.update((cell.len() as u64).to_be_bytes());
            hasher.update(cell.as_bytes());
        }
        hasher.finalize().into()
    }
}

/// What one reading of a whole source came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    /// SHA-256 of its bytes, in lower-case hex.
    pub sha256: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Data rows, those with a wrong number of fields included.
    pub rows: u64,
    /// Its last row has its line end; also where rows are no lines. One without may be cut off.
    pub is_ended: bool,
    /// The line of a last row that is left out: nothing but blanks, NUL and the end sign of DOS.
    pub left_out_line: Option<u64>,
    /// That row is of NUL signs, which the mapping accepts in the place of rows.
    pub is_padded: bool,
}

/// What is wrong with a file as such.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    message: String,
    hint: Option<String>,
}

impl Broken {
    fn new(message: impl Into<String>) -> Broken {
        Broken {
            message: message.into(),
            hint: None,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Broken {
        self.hint = Some(hint.into());
        self
    }

    /// As the error of a file.
    fn at(self, path: &Path) -> Error {
        Error::Source {
            file: path.display().to_string(),
            message: self.message,
            hint: self.hint,
        }
    }

    /// As the error of a source.
    fn of(self, source: &Source) -> Error {
        let path = source.path.display();
        let what = match (&source.input, &source.format) {
            (Input::File, Format::Spreadsheet { sheet: Some(sheet) }) => {
                format!("sheet \"{sheet}\" of {path}")
            }
            (Input::File, _) => path.to_string(),
            (Input::Sqlite { .. }, _) => format!("the query against {path}"),
            (Input::Postgres { connection, .. }, _) => {
                format!("the query against the connection \"{connection}\"")
            }
            (Input::Command(words), _) => format!("the output of `{}`", words.join(" ")),
        };
        Error::Source {
            file: what,
            message: self.message,
            hint: self.hint,
        }
    }
}

/// A command or a query that took longer than it may.
fn late(limit: Duration) -> Broken {
    let broken = Broken::new(format!("it did not end within {} s", limit.as_secs()));
    broken.hint("let it give less, or say limit_seconds in the mapping")
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Broken {}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Broken {
        match error.downcast::<Broken>() {
            Ok(broken) => broken,
            Err(error) => Broken::new(error.to_string()),
        }
    }
}

/// Reads a source as a whole: its columns and its digest are set afterwards. Unless a delimiter was
/// given, a line `sep=;` above the header says it.
///
/// Errors: as [`header`] and [`digest`]; for what is spooled, what it takes to read it.
pub(crate) fn settle(source: &mut Source, given: Option<u8>) -> Result<(), Error> {
    gather(source, given)?;
    source.columns = header(source)?;
    source.digest = Some(digest(source)?);
    Ok(())
}

/// Reads what is read once, and the line `sep=;`.
///
/// Errors: what it takes to read it.
pub(crate) fn gather(source: &mut Source, given: Option<u8>) -> Result<(), Error> {
    source.spool = spooled(source).map_err(|broken| broken.of(source))?;
    if source.format == Format::Delimited {
        separated(source, given).map_err(|broken| broken.of(source))?;
    }
    Ok(())
}

/// The first rows as they are written, whatever is the header of them, each with its line.
///
/// Errors: as [`digest`], so far.
pub(crate) fn first(source: &Source, rows: usize) -> Result<Vec<(u64, Vec<String>)>, Error> {
    let read = || {
        let mut reader = Rows::above(source, false)?;
        let mut first = Vec::new();
        while first.len() < rows
            && let Some(line) = reader.next()?
        {
            first.push((line, reader.cells().map(str::to_owned).collect()));
        }
        Ok(first)
    };
    read().map_err(|broken: Broken| broken.of(source))
}

/// The names of the sheets of a spreadsheet.
pub(crate) fn sheets(path: &Path) -> Result<Vec<String>, Error> {
    spreadsheet::sheets(path).map_err(|broken| broken.at(path))
}

/// The names of the tables and views of a SQLite file.
pub(crate) fn tables(path: &Path) -> Result<Vec<String>, Error> {
    sqlite::tables(path).map_err(|broken| broken.at(path))
}

/// What is read once: everything but plain files of text.
fn spooled(source: &Source) -> Result<Option<Spool>, Broken> {
    let spool = match (&source.input, &source.format) {
        (Input::Sqlite { query }, _) => sqlite::read(&source.path, query)?,
        (Input::Postgres { connection, query }, _) => {
            postgres::read(connection, query, source.limit)?
        }
        (Input::Command(words), _) => command::run(words, &source.path, source.limit)?,
        (Input::File, Format::Spreadsheet { sheet }) => {
            spreadsheet::read(source, sheet.as_deref())?
        }
        #[cfg(feature = "parquet")]
        (Input::File, Format::Parquet) => parquet::read(&source.path)?,
        #[cfg(not(feature = "parquet"))]
        (Input::File, Format::Parquet) => {
            let broken = Broken::new("this build of usher does not read Parquet");
            return Err(broken.hint(
                "build it with --features parquet, or export CSV or JSON lines, for example by a \
                 command",
            ));
        }
        (Input::File, Format::Delimited | Format::JsonLines | Format::Table) => {
            let kind = std::fs::metadata(&source.path)?.file_type();
            if kind.is_dir() {
                return Err(Broken::new("it is a folder"));
            }
            if kind.is_file() {
                return Ok(None);
            }
            Spool::of(text::file(&source.path)?)?
        }
    };
    Ok(Some(spool))
}

/// Sets the delimiter that a line `sep=;` says.
fn separated(source: &mut Source, given: Option<u8>) -> Result<(), Broken> {
    let said = Text::delimited(source, false)?.separator;
    match (said, given) {
        (Some(said), Some(given)) if said != given => {
            let [said, given] = [said, given].map(char::from);
            let message = format!("its first line says sep={said}, and the delimiter is {given}");
            return Err(Broken::new(message).hint("leave the delimiter out of the mapping"));
        }
        (Some(said), _) => source.delimiter = said,
        (None, _) => {}
    }
    Ok(())
}

/// The column names of a source, trimmed; one without a name is called `#` and its place. No more of
/// a file is read than its header, but all of JSON lines.
///
/// Errors: it cannot be read, it has no header, two columns have one name, or the mapping names
/// another number of them.
pub(crate) fn header(source: &Source) -> Result<Vec<String>, Error> {
    let named = || {
        let written = written_header(source)?;
        names::of(written, &source.header)
    };
    named().map_err(|broken: Broken| broken.of(source))
}

/// The columns as they are written: of a file without header, nameless.
fn written_header(source: &Source) -> Result<Vec<String>, Broken> {
    if Rows::names_itself(source) {
        return json_lines::columns(source);
    }
    let mut rows = Rows::above(source, true)?;
    rows.next()?;
    let cells = rows.cells();
    if source.header.is_there {
        return Ok(cells.map(|name| name.trim().to_owned()).collect());
    }
    Ok(cells.map(|_| String::new()).collect())
}

/// Reads a whole source once: its hash, its length, its rows.
///
/// Errors: the file is absent, larger than [`SOURCE_BYTES_MAX`], not in its encoding, or has a row
/// longer than [`ROW_BYTES_MAX`] or a quoted field that does not end where it should, or is cut off:
/// its last row lacks columns, or is half an object, and has no line end, and all others are whole, or
/// it ends in NUL signs (unless the mapping accepts that).
pub(crate) fn digest(source: &Source) -> Result<Digest, Error> {
    let read = || {
        let mut rows = Rows::open(source, true)?;
        let (mut count, mut short_count) = (0, 0);
        let mut last = None;
        let mut nul_line = None;
        while let Some(line) = rows.next()? {
            count += 1;
            let has_nul = rows.cells().last().is_some_and(|it| it.ends_with('\0'));
            nul_line = has_nul.then_some(line);
            last = shortness(&rows, source.columns.len()).map(|what| (line, what));
            short_count += u64::from(last.is_some());
        }
        let nul_line = nul_line.filter(|_| !rows.is_ended());
        if let Some(line) = rows.padding_line().or(nul_line)
            && !source.accepts_short_end
        {
            return Err(padded(line));
        }
        match last {
            Some((line, what))
                if short_count == 1
                    && count > 1
                    && !rows.is_ended()
                    && !source.accepts_short_end =>
            {
                Err(cut_off(line, &what))
            }
            _ => Ok(rows.digest(count)),
        }
    };
    read().map_err(|broken: Broken| broken.of(source))
}

/// What a row is that may be the beginning of one.
fn shortness(rows: &Rows, width: usize) -> Option<String> {
    if let Some(fault) = rows.fault() {
        return (fault == json_lines::NO_VALID_JSON).then(|| "has no whole JSON object".to_owned());
    }
    let found = rows.cells().count();
    (found < width).then(|| format!("has {found} of {width} columns"))
}

/// A file that ends in the middle of a row.
fn cut_off(line: u64, what: &str) -> Broken {
    let message = format!(
        "it is cut off: the row on line {line}, its last, {what} and no line end, and all others \
         are whole"
    );
    Broken::new(message).hint(
        "wait until it is copied, or export it again; if the row is as it should be, end it with a \
         line break, or write accept_short_end: true beside its source in the mapping: then the row \
         alone is rejected",
    )
}

/// A file that ends in NUL signs, in the place of rows.
fn padded(line: u64) -> Broken {
    let message = format!(
        "it is cut off: from line {line} on it ends in NUL signs, as a copy that was broken off leaves \
         them in the place of the rest"
    );
    Broken::new(message).hint(
        "copy or export it again; if it has all its rows, cut the NUL signs off, or write \
         accept_short_end: true beside its source in the mapping",
    )
}

/// The data rows of a source, in order, read one by one while they are asked for.
///
/// Errors: the file cannot be opened.
pub(crate) fn records(source: &Source) -> Result<Records, Error> {
    let rows = Rows::open(source, false).map_err(|broken| broken.of(source))?;
    Ok(Records {
        source: source.clone(),
        rows: Some(rows),
        count: 0,
    })
}

/// The rows of a source while they are read. An error is the last of them: as of [`digest`], or
/// the file is another than the one that was read for [`Source::digest`].
pub(crate) struct Records {
    source: Source,
    /// None once the last row was given, or an error.
    rows: Option<Rows>,
    count: u64,
}

impl Records {
    fn read(&mut self) -> Result<Option<Record>, Broken> {
        let Some(rows) = &mut self.rows else {
            return Ok(None);
        };
        if let Some(line) = rows.next()? {
            self.count += 1;
            return Ok(Some(Record {
                row: self.count,
                line,
                cells: rows.cells().map(str::to_owned).collect(),
                fault: rows.fault(),
            }));
        }
        let known = self.source.digest.as_ref();
        if known.is_some_and(|known| *known != rows.digest(self.count)) {
            let changed = Broken::new("it was changed while it was being read");
            return Err(changed.hint("run again when nothing writes to it"));
        }
        Ok(None)
    }
}

impl Iterator for Records {
    type Item = Result<Record, Error>;

    fn next(&mut self) -> Option<Result<Record, Error>> {
        let read = self.read();
        if !matches!(read, Ok(Some(_))) {
            self.rows = None;
        }
        read.map_err(|broken| broken.of(&self.source)).transpose()
    }
}
