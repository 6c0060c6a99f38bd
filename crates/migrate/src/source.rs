//! Source files: from bytes to rows that know where they stand.

mod quotes;

use std::fs;

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};
use sha2::{Digest, Sha256};

use crate::Error;
use crate::mapping::{Encoding, Source};

/// The largest source file that is read.
pub(crate) const SOURCE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// One data row of a source file, as it is written there.
#[derive(Clone, Debug)]
pub struct Record {
    /// Data row, from 1.
    pub row: u64,
    /// Physical line on which the row begins; the header's is 1.
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

/// The column names of a source's header, trimmed.
///
/// Errors: as [`records`], and quoted fields that are not closed where they end.
pub(crate) fn header(source: &Source) -> Result<Vec<String>, Error> {
    let text = decoded(source)?;
    if let Some(fault) = quotes::fault(text.as_bytes(), source.delimiter, source.quote) {
        return Err(Error::Source {
            file: source.path.display().to_string(),
            message: fault.to_string(),
            hint: Some(fault.hint(source.quote)),
        });
    }
    let mut reader = reader(source, &text);
    let header = reader
        .headers()
        .map_err(|error| unreadable(source, &error.to_string()))?;
    let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    if columns.iter().all(String::is_empty) {
        return Err(unreadable(source, "it has no header"));
    }
    for (place, name) in columns.iter().enumerate() {
        if columns[..place].contains(name) {
            return Err(unreadable(
                source,
                &format!("two columns are called \"{name}\""),
            ));
        }
    }
    Ok(columns)
}

/// Every data row of a source, in order.
///
/// Errors: the file is absent, larger than [`SOURCE_BYTES_MAX`], or not in its encoding.
pub(crate) fn records(source: &Source) -> Result<Vec<Record>, Error> {
    let text = decoded(source)?;
    let mut reader = reader(source, &text);
    let mut records = Vec::new();
    let mut lines = Lines {
        text: text.as_bytes(),
        counted: 0,
        line: 1,
    };
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|error| unreadable(source, &error.to_string()))?;
        let line = lines.at(record.position().map_or(0, csv::Position::byte));
        let cells = record.iter().map(str::to_owned).collect();
        records.push(Record {
            row: index as u64 + 1,
            line,
            cells,
        });
    }
    Ok(records)
}

fn line_breaks(bytes: &[u8]) -> u64 {
    bytes.split(|byte| *byte == b'\n').count() as u64 - 1
}

/// Counts physical lines. (The line of `csv::Position` is one short after a quoted line break.)
struct Lines<'t> {
    text: &'t [u8],
    counted: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which the record at a byte begins. A record's position may lie before the end of
    /// the line above it; those signs are not its own.
    fn at(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte)
            .unwrap_or(usize::MAX)
            .min(self.text.len());
        let breaks = self.text[byte..]
            .iter()
            .take_while(|sign| matches!(sign, b'\r' | b'\n'));
        let start = byte + breaks.count();
        let passed = self.text.get(self.counted..start).unwrap_or_default();
        self.line += line_breaks(passed);
        self.counted = start;
        self.line
    }
}

fn reader<'t>(source: &Source, text: &'t str) -> csv::Reader<&'t [u8]> {
    csv::ReaderBuilder::new()
        .delimiter(source.delimiter)
        .quote(source.quote)
        .flexible(true)
        .from_reader(text.as_bytes())
}

fn decoded(source: &Source) -> Result<String, Error> {
    let broken = |error: std::io::Error| unreadable(source, &error.to_string());
    let length = fs::metadata(&source.path).map_err(broken)?.len();
    if length > SOURCE_BYTES_MAX {
        let message = format!("it has {length} bytes; at most {SOURCE_BYTES_MAX} are read");
        return Err(unreadable(source, &message));
    }
    let bytes = fs::read(&source.path).map_err(broken)?;
    let text = match source.encoding {
        Encoding::Utf8 => {
            let text = String::from_utf8(bytes).map_err(|error| {
                let place = error.utf8_error().valid_up_to();
                let line = line_breaks(&error.as_bytes()[..place]) + 1;
                let message = format!("line {line} is not utf-8; is it windows-1252?");
                unreadable(source, &message)
            })?;
            text.strip_prefix('\u{feff}')
                .map(str::to_owned)
                .unwrap_or(text)
        }
        Encoding::Windows1252 => WINDOWS_1252
            .decode_without_bom_handling(&bytes)
            .0
            .into_owned(),
        Encoding::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
        Encoding::Utf16 => {
            let encoding = if bytes.starts_with(&[0xfe, 0xff]) {
                UTF_16BE
            } else {
                UTF_16LE
            };
            let (text, wrong) = encoding.decode_with_bom_removal(&bytes);
            if wrong {
                return Err(unreadable(source, "it is not utf-16"));
            }
            text.into_owned()
        }
    };
    Ok(text)
}

fn unreadable(source: &Source, message: &str) -> Error {
    Error::Source {
        file: source.path.display().to_string(),
        message: message.to_owned(),
        hint: None,
    }
}
