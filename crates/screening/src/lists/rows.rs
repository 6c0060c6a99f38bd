//! Tables of text (CSV and its kin), row by row with their lines.

use std::io::{self, BufRead};

use super::text;

/// A longer row has an open quotation mark somewhere, or is no row.
pub(crate) const ROW_BYTES_MAX: usize = 4 << 20;
/// A row of more fields is cut.
const FIELDS_MAX: usize = 2_000;

/// One row.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// Where it begins, from 1.
    pub(crate) line: u64,
    pub(crate) fields: Vec<String>,
    /// Whether the file ends within a quoted field of it.
    pub(crate) is_open: bool,
}

impl Row {
    /// A field without the spaces around it; empty where there is none.
    pub(crate) fn field(&self, place: usize) -> &str {
        self.fields.get(place).map_or("", |field| field.trim())
    }

    fn is_empty(&self) -> bool {
        self.fields.iter().all(|field| field.trim().is_empty())
    }
}

/// The rows of a file. Fields may be quoted with `"`, which is doubled within.
pub(crate) struct Rows<'a> {
    input: &'a mut dyn BufRead,
    separator: u8,
    line: u64,
    /// Why there are no more rows before the end of the file.
    pub(crate) broken: Option<String>,
}

enum State {
    /// At the start of a field.
    Start,
    Plain,
    Quoted,
    /// After a mark within a quoted field: its end, or the first of two.
    Mark,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(input: &'a mut dyn BufRead, separator: u8) -> Rows<'a> {
        Rows {
            input,
            separator,
            line: 1,
            broken: None,
        }
    }

    /// The next row that is not empty.
    pub(crate) fn next(&mut self) -> io::Result<Option<Row>> {
        loop {
            let row = self.read()?;
            if row.as_ref().is_none_or(|row| !row.is_empty()) {
                return Ok(row);
            }
        }
    }

    fn read(&mut self) -> io::Result<Option<Row>> {
        let mut row = Row {
            line: self.line,
            ..Row::default()
        };
        let mut field = Vec::new();
        let mut state = State::Start;
        let mut size = 0;
        if self.broken.is_some() {
            return Ok(None);
        }
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                if size == 0 {
                    return Ok(None);
                }
                row.is_open = matches!(state, State::Quoted);
                push(&mut row, &mut field);
                return Ok(Some(row));
            }
            let mut used = 0;
            let mut is_done = false;
            for byte in chunk {
                used += 1;
                self.line += u64::from(*byte == b'\n');
                if self.separator == *byte && !matches!(state, State::Quoted) {
                    push(&mut row, &mut field);
                    state = State::Start;
                } else if step(&mut state, *byte, &mut field) {
                    is_done = true;
                    break;
                }
            }
            size += used;
            self.input.consume(used);
            if is_done {
                push(&mut row, &mut field);
                return Ok(Some(row));
            }
            if size > ROW_BYTES_MAX {
                self.broken = Some(format!(
                    "the row that begins on line {} is longer than {ROW_BYTES_MAX} bytes: a \
                     quotation mark may be missing",
                    row.line
                ));
                return Ok(None);
            }
        }
    }
}

/// Takes one byte that is no separator; true at the end of the row.
fn step(state: &mut State, byte: u8, field: &mut Vec<u8>) -> bool {
    match state {
        State::Quoted if byte == b'"' => *state = State::Mark,
        State::Mark if byte == b'"' => {
            field.push(byte);
            *state = State::Quoted;
        }
        State::Start if byte == b'"' => {
            field.clear();
            *state = State::Quoted;
        }
        // A space before the mark of a quoted field.
        State::Start if byte == b' ' => field.push(byte),
        State::Start | State::Plain | State::Mark if byte == b'\n' => return true,
        State::Start | State::Plain => {
            field.push(byte);
            *state = State::Plain;
        }
        State::Quoted | State::Mark => field.push(byte),
    }
    false
}

fn push(row: &mut Row, field: &mut Vec<u8>) {
    if field.last() == Some(&b'\r') {
        field.pop();
    }
    if row.fields.len() < FIELDS_MAX {
        row.fields.push(text::decoded(field).into_owned());
    }
    field.clear();
}

/// Where the columns of a table are, by their names in any spelling.
pub(crate) struct Columns(Vec<String>);

impl Columns {
    pub(crate) fn of(header: &Row) -> Columns {
        Columns(header.fields.iter().map(|name| folded(name)).collect())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The place of the first of these names that there is; names are written folded.
    pub(crate) fn place(&self, names: &[&str]) -> Option<usize> {
        names
            .iter()
            .find_map(|name| self.0.iter().position(|column| column == name))
    }

    /// The field under the first of these names that there is.
    pub(crate) fn field<'r>(&self, row: &'r Row, names: &[&str]) -> &'r str {
        self.place(names).map_or("", |place| row.field(place))
    }
}

/// A name of a column with only its letters and digits, in lower case.
pub(crate) fn folded(name: &str) -> String {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// What is wrong with the last row of a file that should have so many fields.
pub(crate) fn cut_off(last: &Row, fields: usize) -> Option<String> {
    if last.is_open {
        return Some(format!(
            "it ends within a quoted field of the row that begins on line {}",
            last.line
        ));
    }
    let has = last.fields.len();
    (has < fields).then(|| {
        format!(
            "its last row, on line {}, has {has} fields and not {fields}",
            last.line
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u64, Vec<String>, bool)> {
        let mut input = text.as_bytes();
        let mut rows = Rows::new(&mut input, b',');
        let mut all = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            all.push((row.line, row.fields, row.is_open));
        }
        all
    }

    #[test]
    fn rows_are_told_apart_whatever_they_quote() {
        let text = "a,\"b, \"\"c\"\"\nd\" ,e\r\n\r\n ,\n1,2\"x,\"3";
        let expected: Vec<(u64, Vec<&str>, bool)> = vec![
            (1, vec!["a", "b, \"c\"\nd ", "e"], false),
            (5, vec!["1", "2\"x", "3"], true),
        ];
        let found = rows(text);
        let found: Vec<(u64, Vec<&str>, bool)> = found
            .iter()
            .map(|(line, fields, open)| (*line, fields.iter().map(String::as_str).collect(), *open))
            .collect();
        assert_eq!(found, expected);
    }
}
