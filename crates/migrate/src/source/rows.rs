//! The rows of any source, whatever they are written as.

use super::{Broken, Digest, delimited, json_lines};
use crate::mapping::{Format, Source};

/// The rows of a source while they are read.
pub(super) struct Rows {
    written: Written,
    /// SHA-256 and length of the file that a spool was made from.
    origin: Option<(String, u64)>,
    /// The blank row that was given last, while the row behind it is read already.
    blank: Option<Blank>,
    /// The line of the row behind the blank one.
    ahead: Option<u64>,
    /// The line of a blank last row, which is left out.
    left_out: Option<u64>,
    /// That row is what a copy leaves that was broken off: [`is_padding`].
    is_padded: bool,
}

/// A row of nothing but blanks and end signs; it counts only where rows come behind it.
struct Blank {
    text: String,
    fault: Option<&'static str>,
}

/// The sign that ends a text file of DOS and CP/M.
const DOS_END: char = '\u{1a}';

enum Written {
    Delimited(delimited::Rows),
    /// Spooled: the first cell of each row is its line.
    Table(delimited::Rows),
    JsonLines(json_lines::Rows),
}

impl Rows {
    /// Whether each row has the names of its columns, so that there is no header.
    pub(super) fn names_itself(source: &Source) -> bool {
        matches!(source.format, Format::JsonLines | Format::Parquet)
    }

    /// The data rows. With `watch`, quotes are looked at too.
    pub(super) fn open(source: &Source, watch: bool) -> Result<Rows, Broken> {
        let mut rows = Rows::above(source, watch)?;
        if source.header.is_there && !Rows::names_itself(source) {
            rows.next()?;
        }
        Ok(rows)
    }

    /// The rows from the header on, if there is one.
    pub(super) fn above(source: &Source, watch: bool) -> Result<Rows, Broken> {
        let written = match (&source.format, &source.spool) {
            (Format::JsonLines | Format::Parquet, _) => {
                Written::JsonLines(json_lines::Rows::open(source)?)
            }
            (Format::Spreadsheet { .. } | Format::Table, Some(spool)) => {
                Written::Table(delimited::Rows::table(spool)?)
            }
            (Format::Delimited | Format::Spreadsheet { .. } | Format::Table, _) => {
                Written::Delimited(delimited::Rows::open(source, watch)?)
            }
        };
        let spool = source.spool.as_ref();
        Ok(Rows {
            written,
            origin: spool.and_then(|spool| spool.origin.clone()),
            blank: None,
            ahead: None,
            left_out: None,
            is_padded: false,
        })
    }

    /// Goes to the next row: the line on which it begins, or `None` behind the last. A last row of
    /// nothing but blanks, NUL and the end sign of DOS is none: [`Digest::left_out_line`].
    pub(super) fn next(&mut self) -> Result<Option<u64>, Broken> {
        self.blank = None;
        let line = match self.ahead.take() {
            Some(line) => Some(line),
            None => self.read()?,
        };
        let (Some(line), Some(blank)) = (line, self.blank()) else {
            return Ok(line);
        };
        self.ahead = self.read()?;
        if self.ahead.is_none() {
            self.left_out = Some(line);
            self.is_padded = is_padding(&blank.text);
            return Ok(None);
        }
        self.blank = Some(blank);
        Ok(Some(line))
    }

    /// The row as a blank one, if it is.
    fn blank(&self) -> Option<Blank> {
        let fault = self.fault();
        let may_be_blank = match &self.written {
            Written::Delimited(_) => true,
            Written::JsonLines(_) => fault.is_some(),
            Written::Table(_) => false,
        };
        let mut cells = self.cells();
        let text = cells.next().filter(|_| may_be_blank)?;
        let is_alone = cells.next().is_none();
        let is_blank = |sign: char| sign.is_whitespace() || matches!(sign, '\0' | DOS_END);
        (is_alone && text.chars().all(is_blank)).then(|| Blank {
            text: text.to_owned(),
            fault,
        })
    }

    fn read(&mut self) -> Result<Option<u64>, Broken> {
        match &mut self.written {
            Written::Delimited(rows) => rows.next(),
            Written::JsonLines(rows) => rows.next(),
            Written::Table(rows) => {
                let is_there = rows.next()?.is_some();
                let line = rows.cells().next().and_then(|line| line.parse().ok());
                Ok(line.filter(|_| is_there))
            }
        }
    }

    /// The cells of the row.
    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        let blank = self.blank.as_ref();
        let (text, json) = match &self.written {
            _ if blank.is_some() => (None, None),
            Written::Delimited(rows) => (Some((rows, 0)), None),
            Written::Table(rows) => (Some((rows, 1)), None),
            Written::JsonLines(rows) => (None, Some(rows)),
        };
        let blank = blank.into_iter().map(|blank| blank.text.as_str());
        let text = text.into_iter();
        let json = json.into_iter();
        blank
            .chain(text.flat_map(|(rows, before)| rows.cells().skip(before)))
            .chain(json.flat_map(|rows| rows.cells().iter().map(String::as_str)))
    }

    /// What is wrong with the row.
    pub(super) fn fault(&self) -> Option<&'static str> {
        if let Some(blank) = &self.blank {
            return blank.fault;
        }
        match &self.written {
            Written::JsonLines(rows) => rows.fault(),
            Written::Delimited(_) | Written::Table(_) => None,
        }
    }

    /// Whether the last row that was read has its line end, where rows are lines.
    pub(super) fn is_ended(&self) -> bool {
        let is_ended = match &self.written {
            Written::Delimited(rows) => rows.is_ended(),
            Written::JsonLines(rows) => rows.is_ended(),
            Written::Table(_) => true,
        };
        is_ended || self.left_out.is_some()
    }

    /// The line of a last row that is left out and is nothing but NUL: rows may be missing.
    pub(super) fn padding_line(&self) -> Option<u64> {
        self.left_out.filter(|_| self.is_padded)
    }

    /// What was read so far came to, with so many rows.
    pub(super) fn digest(&self, rows: u64) -> Digest {
        let (sha256, bytes) = self.origin.clone().unwrap_or_else(|| match &self.written {
            Written::Delimited(rows) | Written::Table(rows) => rows.digest(),
            Written::JsonLines(rows) => rows.digest(),
        });
        Digest {
            sha256,
            bytes,
            rows,
            is_ended: self.is_ended(),
            left_out_line: self.left_out,
            is_padded: self.is_padded,
        }
    }
}

/// Whether a row is of NUL signs without an end sign before them. A copy that makes the whole file
/// first and is broken off leaves them in the place of the rows that are missing; a program of DOS
/// fills up behind the end of what it has written.
fn is_padding(text: &str) -> bool {
    let mut signs = text.chars().filter(|sign| !sign.is_whitespace());
    signs.next() == Some('\0')
}
