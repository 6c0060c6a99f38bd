//! Source files: from bytes to rows that know where they stand.
//!
//! [`header`] reads the names of the columns, [`digest`] the whole file once, so that whatever is
//! wrong with it is known before a row is judged, and [`records`] gives the rows one by one. None of
//! them holds more than a row and a few pieces of the file, whatever its size.

mod delimited;
mod lines;
mod quotes;
mod text;

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::Error;
use crate::mapping::Source;
use delimited::Rows;

/// The largest source file that is read.
pub(crate) const SOURCE_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;
/// The longest row; a longer one is a quote that is not closed, or no row.
pub(crate) const ROW_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// One data row of a source file, as it is written there.
#[derive(Clone, Debug)]
pub struct Record {
    /// Data row, from 1.
    pub row: u64,
    /// Physical line on which the row begins; the header's is 1. Lines end with LF, CRLF or a CR
    /// alone, inside quotes too.
    pub line: u64,
    /// The cells, untouched.
    pub cells: Vec<String>,
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

    /// As the error of a source.
    fn of(self, source: &Source) -> Error {
        Error::Source {
            file: source.path.display().to_string(),
            message: self.message,
            hint: self.hint,
        }
    }
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

/// The column names of a source's header, trimmed. No more of the file is read than that.
///
/// Errors: the file is absent, it has no header, two columns have one name, or the header is not
/// in the encoding or has a quoted field that is not closed.
pub(crate) fn header(source: &Source) -> Result<Vec<String>, Error> {
    let columns = columns(source).map_err(|broken| broken.of(source))?;
    Ok(columns)
}

fn columns(source: &Source) -> Result<Vec<String>, Broken> {
    let mut rows = Rows::checked(source)?;
    rows.next()?;
    let columns: Vec<String> = rows.cells().map(|name| name.trim().to_owned()).collect();
    if columns.iter().all(String::is_empty) {
        return Err(Broken::new("it has no header"));
    }
    for (place, name) in columns.iter().enumerate() {
        if columns[..place].contains(name) {
            let message = format!("two columns are called \"{name}\"");
            return Err(Broken::new(message));
        }
    }
    Ok(columns)
}

/// Reads a whole source once: its hash, its length, its rows.
///
/// Errors: the file is absent, larger than [`SOURCE_BYTES_MAX`], not in its encoding, or has a row
/// longer than [`ROW_BYTES_MAX`] or a quoted field that does not end where it should.
pub(crate) fn digest(source: &Source) -> Result<Digest, Error> {
    let read = || {
        let mut rows = Rows::checked(source)?;
        rows.next()?;
        let mut count = 0;
        while rows.next()?.is_some() {
            count += 1;
        }
        Ok(rows.digest(count))
    };
    read().map_err(|broken: Broken| broken.of(source))
}

/// The data rows of a source, in order, read one by one while they are asked for.
///
/// Errors: the file cannot be opened.
pub(crate) fn records(source: &Source) -> Result<Records, Error> {
    let open = || {
        let mut rows = Rows::plain(source)?;
        rows.next()?;
        Ok(rows)
    };
    let rows = open().map_err(|broken: Broken| broken.of(source))?;
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
