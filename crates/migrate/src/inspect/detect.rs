//! How a file is written: its encoding, the sign between fields, the sign around them.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::Error;
use crate::mapping::Encoding;

/// How much of a file is looked at to find its signs, in bytes.
const LOOK_BYTES_MAX: u64 = 1024 * 1024;
/// How many of its rows are compared.
const LOOK_ROWS_MAX: usize = 500;
/// The signs between fields that are tried; where two fit alike, the first.
const DELIMITERS: [u8; 5] = [b',', b';', b'\t', b'|', b':'];
/// Bytes that Windows-1252 has no letter for.
const NOT_WINDOWS: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

/// What the user said of a file, and what is to be found out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chosen {
    /// How its bytes become text.
    pub encoding: Option<Encoding>,
    /// The sign between fields.
    pub delimiter: Option<u8>,
    /// The sign around fields that need one.
    pub quote: Option<u8>,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) encoding: Encoding,
    pub(super) delimiter: u8,
    pub(super) quote: u8,
}

/// Finds out what was not said.
///
/// Errors: the file cannot be read.
pub(super) fn detect(path: &Path, chosen: Chosen) -> Result<Written, Error> {
    let broken = |error: std::io::Error| Error::Source {
        file: path.display().to_string(),
        message: error.to_string(),
        hint: None,
    };
    let mut file = File::open(path).map_err(broken)?;
    let mut start = Vec::new();
    let looked = file.by_ref().take(LOOK_BYTES_MAX).read_to_end(&mut start);
    looked.map_err(broken)?;
    if start.starts_with(b"PK\x03\x04") {
        return Err(Error::Source {
            file: path.display().to_string(),
            message: "it is an archive or a spreadsheet (XLSX), and no text".to_owned(),
            hint: Some("export it as CSV".to_owned()),
        });
    }
    let encoding = match chosen.encoding {
        Some(encoding) => encoding,
        None => encoding(&start, file).map_err(broken)?,
    };
    let text = decoded(&start, encoding);
    let quote = chosen.quote.unwrap_or_else(|| quote(&text));
    let delimiter = chosen.delimiter.unwrap_or_else(|| delimiter(&text, quote));
    Ok(Written {
        encoding,
        delimiter,
        quote,
    })
}

/// What the bytes of a file are: UTF-16 by its mark or its zeros, UTF-8 when all of it is, else one
/// of the two that take any byte.
fn encoding(start: &[u8], mut rest: File) -> std::io::Result<Encoding> {
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        return Ok(Encoding::Utf16);
    }
    let zeros = start.iter().skip(1).step_by(2).filter(|byte| **byte == 0);
    if start.len() >= 4 && zeros.count() * 4 > start.len() {
        return Ok(Encoding::Utf16);
    }
    // A byte that is not UTF-8 may come late.
    let mut seen = Seen::default();
    seen.add(start);
    let mut piece = vec![0; 1024 * 1024];
    loop {
        let length = rest.read(&mut piece)?;
        if length == 0 {
            break;
        }
        seen.add(&piece[..length]);
    }
    Ok(seen.encoding())
}

/// What was seen of the bytes of a file.
#[derive(Default)]
struct Seen {
    /// The end of what was seen, when it may be the beginning of a letter.
    open: Vec<u8>,
    is_not_utf8: bool,
    has_high_controls: bool,
    is_not_windows: bool,
}

impl Seen {
    fn add(&mut self, bytes: &[u8]) {
        self.has_high_controls |= bytes.iter().any(|byte| (0x80..0xa0).contains(byte));
        self.is_not_windows |= bytes.iter().any(|byte| NOT_WINDOWS.contains(byte));
        if self.is_not_utf8 {
            return;
        }
        self.open.extend_from_slice(bytes);
        match std::str::from_utf8(&self.open) {
            Ok(_) => self.open.clear(),
            Err(error) if error.error_len().is_none() => {
                self.open.drain(..error.valid_up_to());
            }
            Err(_) => self.is_not_utf8 = true,
        }
    }

    fn encoding(&self) -> Encoding {
        if !self.is_not_utf8 && self.open.is_empty() {
            return Encoding::Utf8;
        }
        if self.has_high_controls && self.is_not_windows {
            return Encoding::Latin1;
        }
        Encoding::Windows1252
    }
}

fn decoded(bytes: &[u8], encoding: Encoding) -> String {
    let codec = match encoding {
        Encoding::Utf8 => {
            return String::from_utf8_lossy(bytes)
                .trim_start_matches('\u{feff}')
                .to_owned();
        }
        Encoding::Windows1252 => WINDOWS_1252,
        Encoding::Latin1 => return bytes.iter().map(|byte| char::from(*byte)).collect(),
        Encoding::Utf16 if bytes.starts_with(&[0xfe, 0xff]) => UTF_16BE,
        Encoding::Utf16 => UTF_16LE,
    };
    codec.decode_with_bom_removal(bytes).0.into_owned()
}

/// The sign that fields are enclosed in: `'` where fields begin and end with it and none does with `"`.
fn quote(text: &str) -> u8 {
    let enclosed = |quote: char| {
        let signs = DELIMITERS.map(char::from);
        let is_edge = |sign: Option<char>| {
            sign.is_none_or(|it| signs.contains(&it) || it == '\n' || it == '\r')
        };
        let mut count = 0;
        let mut before = None;
        let mut signs = text.chars().peekable();
        while let Some(sign) = signs.next() {
            let after = signs.peek().copied();
            if sign == quote && (is_edge(before) || is_edge(after)) {
                count += 1;
            }
            before = Some(sign);
        }
        count
    };
    let (double, single) = (enclosed('"'), enclosed('\''));
    if double == 0 && single > 2 {
        b'\''
    } else {
        b'"'
    }
}

/// The sign that gives most rows the same number of fields, more than one.
fn delimiter(text: &str, quote: u8) -> u8 {
    let fit = |delimiter: u8| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quote(quote)
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut widths: HashMap<usize, usize> = HashMap::new();
        let mut rows = 0;
        for record in reader.byte_records().take(LOOK_ROWS_MAX).flatten() {
            *widths.entry(record.len()).or_default() += 1;
            rows += 1;
        }
        let common = widths
            .into_iter()
            .max_by_key(|(width, count)| (*count, *width));
        let (width, count) = common.unwrap_or_default();
        // Of a thousand rows, so many are alike; then the more fields the better.
        if width > 1 {
            (count * 1000 / rows, width)
        } else {
            (0, 0)
        }
    };
    let mut best = (DELIMITERS[0], (0, 0));
    for delimiter in DELIMITERS {
        let found = fit(delimiter);
        if found > best.1 {
            best = (delimiter, found);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_delimiter(text: &str, expected: u8) {
        let found = delimiter(text, quote(text));
        assert_eq!(char::from(found), char::from(expected), "{text}");
    }

    #[test]
    fn the_sign_between_fields_is_the_one_that_makes_rows_alike() {
        check_delimiter("a,b\n1,2\n", b',');
        check_delimiter("a;b\n1,5;2\n3,5;4\n", b';');
        check_delimiter("a\tb\n1, x\t2\n", b'\t');
        check_delimiter("a|b|c\n1,2|3|4,5\n", b'|');
        check_delimiter("a;b\n\"x,y,z\";2\n\"1,2,3\";4\n", b';');
        check_delimiter("name\nAnn\nBob\n", b',');
        check_delimiter("", b',');
    }

    #[test]
    fn the_sign_around_fields_is_found() {
        for (text, expected) in [
            ("a,b\n\"x\",2\n", b'"'),
            ("'a','b'\n'x',2\n", b'\''),
            ("a,b\nO'Hara,'t Hooft\n", b'"'),
            ("\"a\",'b'\n'x',2\n", b'"'),
        ] {
            assert_eq!(char::from(quote(text)), char::from(expected), "{text}");
        }
    }

    #[test]
    fn bytes_are_utf_8_only_when_all_of_them_are() {
        let check = |pieces: &[&[u8]], expected: Encoding| {
            let mut seen = Seen::default();
            for piece in pieces {
                seen.add(piece);
            }
            assert_eq!(seen.encoding(), expected, "{pieces:?}");
        };
        check(&[b"plain"], Encoding::Utf8);
        check(&["Zürich".as_bytes()], Encoding::Utf8);
        check(&[b"Z\xc3", b"\xbcrich"], Encoding::Utf8);
        check(&[b"Z\xfcrich"], Encoding::Windows1252);
        check(&[b"plain", b"\x80 5"], Encoding::Windows1252);
        check(&[b"cut \xc3"], Encoding::Windows1252);
        check(&[b"\x81 \xfc"], Encoding::Latin1);
    }
}
