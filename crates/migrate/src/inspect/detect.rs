//! How a file is written: its encoding, the sign between fields, the sign around them.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use encoding_rs::UTF_16BE;

use super::central::Signs;
use crate::Error;
use crate::mapping::{Encoding, Format};

/// How much of a file is looked at to find its signs, in bytes.
const LOOK_BYTES_MAX: u64 = 1024 * 1024;
/// How many of its rows are compared.
const LOOK_ROWS_MAX: usize = 500;
/// The signs between fields that are tried; where two fit alike, the first.
const DELIMITERS: [u8; 5] = [b',', b';', b'\t', b'|', b':'];
/// Bytes that Windows-1252 has no letter for.
const NOT_WINDOWS: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

/// What the user said of a source, and what is to be found out.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// How its bytes become text.
    pub encoding: Option<Encoding>,
    /// The sign between fields.
    pub delimiter: Option<u8>,
    /// The sign around fields that need one.
    pub quote: Option<u8>,
    /// Lines above the header that are left out.
    pub skip_lines: Option<u64>,
    /// The sheet of a spreadsheet; unless said, each.
    pub sheet: Option<String>,
    /// How rows are written; unless said, by the file's ending.
    pub format: Option<Format>,
}

/// How a file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) encoding: Encoding,
    pub(super) delimiter: u8,
    pub(super) quote: u8,
    /// Why the encoding may be another.
    pub(super) doubt: Option<Doubt>,
}

/// What makes one of two encodings look like the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Doubt {
    /// What to look at, and what to do.
    pub(super) what: &'static str,
    /// In how many lines.
    pub(super) lines: u64,
    /// The first of them.
    pub(super) line: u64,
}

/// Finds out what was not said.
///
/// Errors: the file cannot be read.
pub(super) fn detect(path: &Path, chosen: &Chosen) -> Result<Written, Error> {
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
            hint: Some("if it is a spreadsheet, call it .xlsx".to_owned()),
        });
    }
    let (encoding, doubt) = match chosen.encoding {
        Some(encoding) => (encoding, None),
        None => encoding(&start, file)
            .map_err(broken)?
            .map_err(|fault| Error::Source {
                file: path.display().to_string(),
                message: fault,
                hint: Some(
                    "mend what stands there, or look at it as --encoding windows-1252".to_owned(),
                ),
            })?,
    };
    let text = decoded(&start, encoding);
    // A first line `sep=;` says it.
    let said = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("sep="));
    if let (Some([sign]), None) = (said.map(str::as_bytes), chosen.delimiter) {
        return Ok(Written {
            encoding,
            delimiter: *sign,
            quote: chosen.quote.unwrap_or(b'"'),
            doubt,
        });
    }
    let quote = chosen.quote.unwrap_or_else(|| quote(&text));
    let delimiter = chosen.delimiter.unwrap_or_else(|| delimiter(&text, quote));
    Ok(Written {
        encoding,
        delimiter,
        quote,
        doubt,
    })
}

/// What the bytes of a file are: UTF-16 by its mark or its zeros, UTF-8 when all of it is, else one
/// of those that take any byte, with the doubt about it. A file that is UTF-8 but for a few places is
/// told as that.
fn encoding(start: &[u8], mut rest: File) -> std::io::Result<Result<Found, String>> {
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        return Ok(Ok((Encoding::Utf16, None)));
    }
    let zeros = start.iter().skip(1).step_by(2).filter(|byte| **byte == 0);
    if start.len() >= 4 && zeros.count() * 4 > start.len() {
        return Ok(Ok((Encoding::Utf16, None)));
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
    let doubt = seen.doubt();
    let found = seen.encoding();
    Ok(found.map(|encoding| (encoding, doubt.filter(|_| encoding != Encoding::Utf8))))
}

/// An encoding, and the doubt about it.
type Found = (Encoding, Option<Doubt>);

/// What was seen of the bytes of a file.
#[derive(Default)]
struct Seen {
    /// The end of what was seen, when it may be the beginning of a letter.
    open: Vec<u8>,
    /// Letters that only UTF-8 writes so.
    letters: u64,
    /// Places that are not UTF-8, and the line of the first.
    wrong: u64,
    wrong_line: u64,
    breaks: u64,
    has_high_controls: bool,
    is_not_windows: bool,
    /// What makes sense in Windows-1250 or Windows-1252 alone.
    signs: Signs,
}

/// So many letters of UTF-8 to each wrong place show that UTF-8 is meant.
const LETTERS_TO_A_WRONG_PLACE_MIN: u64 = 3;

impl Seen {
    fn add(&mut self, bytes: &[u8]) {
        self.has_high_controls |= bytes.iter().any(|byte| (0x80..0xa0).contains(byte));
        self.is_not_windows |= bytes.iter().any(|byte| NOT_WINDOWS.contains(byte));
        self.signs.add(bytes);
        let mut whole = std::mem::take(&mut self.open);
        whole.extend_from_slice(bytes);
        let mut rest = whole.as_slice();
        loop {
            let (right, length) = match std::str::from_utf8(rest) {
                Ok(_) => (rest.len(), Some(0)),
                Err(error) => (error.valid_up_to(), error.error_len()),
            };
            let (text, after) = rest.split_at(right);
            self.breaks += text.split(|byte| *byte == b'\n').count() as u64 - 1;
            self.letters += text.iter().filter(|byte| **byte >= 0xc0).count() as u64;
            match length {
                // The end may be half a letter.
                None => {
                    self.open = after.to_vec();
                    return;
                }
                Some(0) => return,
                Some(length) => {
                    self.add_wrong();
                    rest = &after[length..];
                }
            }
        }
    }

    fn add_wrong(&mut self) {
        if self.wrong == 0 {
            self.wrong_line = self.breaks + 1;
        }
        self.wrong += 1;
    }

    /// Whether it may be Windows-1252 where Windows-1250 is found, or the other way round.
    fn doubt(&self) -> Option<Doubt> {
        let what = if self.signs.are_central() {
            "words with letters of windows-1250, which it is taken for: look whether names are right, \
             else look at it as --encoding windows-1252"
        } else {
            "signs that would be letters of a word in windows-1250: look whether names are right, else \
             look at it as --encoding windows-1250"
        };
        (self.signs.central_lines > 0).then_some(Doubt {
            what,
            lines: self.signs.central_lines,
            line: self.signs.first_line,
        })
    }

    fn encoding(mut self) -> Result<Encoding, String> {
        if !self.open.is_empty() {
            self.add_wrong();
        }
        if self.wrong == 0 {
            return Ok(Encoding::Utf8);
        }
        if self.letters >= self.wrong * LETTERS_TO_A_WRONG_PLACE_MIN {
            let (line, wrong) = (self.wrong_line, self.wrong);
            let places = if wrong == 1 {
                "the one place"
            } else {
                "the first place"
            };
            let more = if wrong == 1 {
                String::new()
            } else {
                format!(" of {wrong}")
            };
            return Err(format!(
                "it is utf-8 but for wrong bytes; {places}{more} is on line {line}"
            ));
        }
        if self.signs.are_central() {
            return Ok(Encoding::Windows1250);
        }
        if self.has_high_controls && self.is_not_windows {
            return Ok(Encoding::Latin1);
        }
        Ok(Encoding::Windows1252)
    }
}

/// How many lines stand above the header: first rows with one text alone, or with half as many fields
/// as most.
pub(super) fn lines_above(rows: &[(u64, Vec<String>)]) -> u64 {
    let filled = |cells: &[String]| cells.iter().filter(|cell| !cell.trim().is_empty()).count();
    let mut widths: HashMap<usize, usize> = HashMap::new();
    for (_, cells) in rows {
        *widths.entry(cells.len()).or_default() += 1;
    }
    let common = widths
        .into_iter()
        .max_by_key(|(width, count)| (*count, *width));
    let width = common.map_or(0, |(width, _)| width);
    let header = rows
        .iter()
        .find(|(_, cells)| filled(cells) > 1 && cells.len() * 2 > width);
    let first = rows.first().map(|(line, _)| line);
    match header {
        Some((line, _)) if width > 1 && Some(line) != first => line - 1,
        _ => 0,
    }
}

fn decoded(bytes: &[u8], encoding: Encoding) -> String {
    let codec = match encoding {
        Encoding::Utf8 => {
            return String::from_utf8_lossy(bytes)
                .trim_start_matches('\u{feff}')
                .to_owned();
        }
        Encoding::Latin1 => return bytes.iter().map(|byte| char::from(*byte)).collect(),
        Encoding::Utf16 if bytes.starts_with(&[0xfe, 0xff]) => UTF_16BE,
        Encoding::Utf16
        | Encoding::Windows1252
        | Encoding::Windows1250
        | Encoding::Windows1251
        | Encoding::Latin2
        | Encoding::Latin9 => encoding.codec(),
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
            assert_eq!(seen.encoding(), Ok(expected), "{pieces:?}");
        };
        check(&[b"plain"], Encoding::Utf8);
        check(&["Zürich".as_bytes()], Encoding::Utf8);
        check(&[b"Z\xc3", b"\xbcrich"], Encoding::Utf8);
        check(&[b"Z\xfcrich"], Encoding::Windows1252);
        check(&[b"plain", b"\x80 5"], Encoding::Windows1252);
        check(&[b"cut \xc3"], Encoding::Windows1252);
        // Łapińska, Elżbieta; £ 5, ¿Qué?, m³.
        check(&[b"M. \xa3api\xf1ska, El\xbfbieta"], Encoding::Windows1250);
        check(
            &[b"M. \xa3api\xf1ska, El", b"\xbfbieta"],
            Encoding::Windows1250,
        );
        check(&[b"\xa35 \xbfQu\xe9? 3 m\xb3, "], Encoding::Windows1252);
        check(&[b"\x81 \xfc"], Encoding::Latin1);
    }

    #[test]
    fn a_wrong_byte_in_utf_8_is_told_with_its_line() {
        for (pieces, expected) in [
            (
                &["é é é\n".as_bytes(), b"Z\xfcrich"][..],
                "the one place is on line 2",
            ),
            (
                &["é\nü ß".as_bytes(), b"\nx\xc3"],
                "the one place is on line 3",
            ),
            (
                &[b"\n\n\xe9 ", "ü ä ö é à ß €".as_bytes(), b"\n\xff"],
                "the first place of 2 is on line 3",
            ),
        ] {
            let mut seen = Seen::default();
            for piece in pieces {
                seen.add(piece);
            }
            let told = seen.encoding().expect_err("it is not");
            assert!(told.ends_with(expected), "{told}");
        }
    }

    #[test]
    fn titles_above_a_header_are_found() {
        let check = |rows: &[&str], expected: u64| {
            let row = |row: &&str| row.split(',').map(str::to_owned).collect();
            let rows: Vec<(u64, Vec<String>)> = (1..).zip(rows.iter().map(row)).collect();
            assert_eq!(lines_above(&rows), expected, "{rows:?}");
        };
        check(&["a,b,c", "1,2,3"], 0);
        check(&["Clients", "a,b,c", "1,2,3", "1,2,3"], 1);
        check(&["Clients,,", ",,", "a,b,c", "1,2,3"], 2);
        check(&["Clients,30.9.2025", "", "a,b,c,d", "1,2,3,4"], 2);
        check(&["a", "1", "2"], 0);
        check(&["a,b", "1,2,3", "1,2,3"], 0);
    }
}
