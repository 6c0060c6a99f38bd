//! The rows of any source, whatever they are written as.

use super::{Broken, Digest, delimited, json_lines};
use crate::mapping::{Format, Source};

/// The rows of a source while they are read.
pub(super) struct Rows {
    written: Written,
    /// SHA-256 and length of the file that a spool was made from.
    origin: Option<(String, u64)>,
}

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
        })
    }

    /// Goes to the next row: the line on which it begins, or `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<u64>, Broken> {
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
        let (text, json) = match &self.written {
            Written::Delimited(rows) => (Some((rows, 0)), None),
            Written::Table(rows) => (Some((rows, 1)), None),
            Written::JsonLines(rows) => (None, Some(rows)),
        };
        let text = text.into_iter();
        let json = json.into_iter();
        text.flat_map(|(rows, before)| rows.cells().skip(before))
            .chain(json.flat_map(|rows| rows.cells().iter().map(String::as_str)))
    }

    /// What is wrong with the row.
    pub(super) fn fault(&self) -> Option<&'static str> {
        match &self.written {
            Written::JsonLines(rows) => rows.fault(),
            Written::Delimited(_) | Written::Table(_) => None,
        }
    }

    /// Whether the last line that was read has its end, where rows are lines.
    pub(super) fn is_ended(&self) -> bool {
        match &self.written {
            Written::Delimited(rows) => rows.is_ended(),
            Written::Table(_) | Written::JsonLines(_) => true,
        }
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
        }
    }
}
