//! JSON lines: one object a line.
//!
//! The columns are the names of its fields in the order they are first met in the file. What is
//! inside of an object or a list has a column of its own, called by its path: `address.city`,
//! `emails[0]`. A text is its letters, a number is as it is written, `null` and a field that is not
//! there are empty cells. A line that is no object is a row with a fault; its one cell is the line.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::BufRead;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Broken;
use super::text::Text;
use crate::mapping::Source;

/// The most columns that a file may have.
const COLUMNS_COUNT_MAX: usize = 4_000;
/// The fault of a line that begins like an object and does not go on like one.
pub(super) const NO_VALID_JSON: &str = "no valid JSON";
/// How deep objects and lists may lie in each other; below that they stay JSON.
const DEPTH_MAX: usize = 16;

/// The columns of a whole file. No line is an object: then it is something else.
pub(super) fn columns(source: &Source) -> Result<Vec<String>, Broken> {
    let mut lines = Lines::open(source)?;
    let mut columns = Vec::new();
    let mut known = HashSet::new();
    while lines.next()? {
        for (path, _) in cells(&lines.text).unwrap_or_default() {
            if !known.contains(&path) {
                known.insert(path.clone());
                columns.push(path);
            }
        }
        if columns.len() > COLUMNS_COUNT_MAX {
            let message = format!(
                "with line {} it has more than {COLUMNS_COUNT_MAX} columns",
                lines.line
            );
            return Err(Broken::new(message));
        }
    }
    if columns.is_empty() {
        let broken = Broken::new("no line of it is a JSON object with fields");
        return Err(
            broken.hint("write one object a line; `jq -c '.[]'` makes that of one long list")
        );
    }
    Ok(columns)
}

/// The rows of a file while they are read.
pub(super) struct Rows {
    lines: Lines,
    places: HashMap<String, usize>,
    cells: Vec<String>,
    fault: Option<&'static str>,
}

impl Rows {
    pub(super) fn open(source: &Source) -> Result<Rows, Broken> {
        let columns = source.columns.iter().cloned();
        Ok(Rows {
            lines: Lines::open(source)?,
            places: columns.zip(0..).collect(),
            cells: Vec::new(),
            fault: None,
        })
    }

    /// Goes to the next row: its line, or `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<u64>, Broken> {
        if !self.lines.next()? {
            return Ok(None);
        }
        match cells(&self.lines.text) {
            Ok(found) => {
                self.fault = None;
                self.cells.clear();
                self.cells.resize(self.places.len(), String::new());
                for (path, text) in found {
                    if let Some(place) = self.places.get(&path) {
                        self.cells[*place] = text;
                    }
                }
            }
            Err(fault) => {
                self.fault = Some(fault);
                self.cells = vec![self.lines.text.clone()];
            }
        }
        Ok(Some(self.lines.line))
    }

    pub(super) fn cells(&self) -> &[String] {
        &self.cells
    }

    pub(super) fn fault(&self) -> Option<&'static str> {
        self.fault
    }

    /// Whether the last line that is not empty has its end, of those that were read.
    pub(super) fn is_ended(&self) -> bool {
        self.lines.is_ended
    }

    pub(super) fn digest(&self) -> (String, u64) {
        self.lines.source.digest()
    }
}

/// The lines that are not empty.
struct Lines {
    source: Text,
    text: String,
    line: u64,
    /// Bytes of the text that were read.
    read: u64,
    /// The line has its end.
    is_ended: bool,
}

impl Lines {
    fn open(source: &Source) -> Result<Lines, Broken> {
        Ok(Lines {
            source: Text::open(source)?,
            text: String::new(),
            line: 0,
            read: 0,
            is_ended: true,
        })
    }

    /// Goes to the next; `false` behind the last.
    fn next(&mut self) -> Result<bool, Broken> {
        loop {
            let mut line = Vec::new();
            loop {
                let piece = self.source.fill_buf()?;
                let end = piece.iter().position(|byte| *byte == b'\n');
                let length = end.map_or(piece.len(), |end| end + 1);
                line.extend_from_slice(&piece[..length]);
                self.source.consume(length);
                if end.is_some() || length == 0 {
                    break;
                }
            }
            if line.is_empty() {
                return Ok(false);
            }
            self.line += 1;
            self.read += line.len() as u64;
            self.source.begin(self.read);
            self.source.lines.at(self.read);
            let text = String::from_utf8_lossy(&line);
            if !text.trim().is_empty() {
                text.trim().clone_into(&mut self.text);
                self.is_ended = line.ends_with(b"\n");
                return Ok(true);
            }
        }
    }
}

/// The paths of an object with their texts, in order; else what is wrong.
fn cells(text: &str) -> Result<Vec<(String, String)>, &'static str> {
    if !text.starts_with('{') {
        return Err("no JSON object");
    }
    let mut found = Vec::new();
    add(&mut found, String::new(), text, 0).map_err(|_| NO_VALID_JSON)?;
    let mut seen = HashSet::new();
    if !found.iter().all(|(path, _)| seen.insert(path)) {
        return Err("one field twice");
    }
    Ok(found)
}

fn add(
    found: &mut Vec<(String, String)>,
    path: String,
    json: &str,
    depth: usize,
) -> Result<(), serde_json::Error> {
    match json.as_bytes().first() {
        Some(b'{') if depth < DEPTH_MAX => {
            for (name, value) in fields(json)? {
                let path = if path.is_empty() {
                    name
                } else {
                    format!("{path}.{name}")
                };
                add(found, path, value.get(), depth + 1)?;
            }
        }
        Some(b'[') if depth < DEPTH_MAX => {
            let values: Vec<&RawValue> = serde_json::from_str(json)?;
            for (place, value) in values.into_iter().enumerate() {
                add(found, format!("{path}[{place}]"), value.get(), depth + 1)?;
            }
        }
        Some(b'"') => found.push((path, serde_json::from_str(json)?)),
        _ if json == "null" => found.push((path, String::new())),
        _ => found.push((path, json.to_owned())),
    }
    Ok(())
}

/// The fields of an object, in order, those that are there twice too.
fn fields(json: &str) -> Result<Vec<(String, &RawValue)>, serde_json::Error> {
    struct Each;
    impl<'j> Visitor<'j> for Each {
        type Value = Vec<(String, &'j RawValue)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<M: MapAccess<'j>>(self, mut map: M) -> Result<Self::Value, M::Error> {
            let mut fields = Vec::new();
            while let Some(field) = map.next_entry()? {
                fields.push(field);
            }
            Ok(fields)
        }
    }
    let mut reader = serde_json::Deserializer::from_str(json);
    let fields = reader.deserialize_map(Each)?;
    reader.end()?;
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: &str) {
        let told = match cells(json) {
            Ok(cells) => cells
                .iter()
                .map(|(path, text)| format!("{path}={text}"))
                .collect::<Vec<_>>()
                .join(" "),
            Err(fault) => fault.to_owned(),
        };
        assert_eq!(told, expected, "{json}");
    }

    #[test]
    fn what_is_inside_has_a_column_called_by_its_path() {
        check(r#"{"b":"x","a":1}"#, "b=x a=1");
        check(
            r#"{"a":{"c":"x","b":{"d":true}},"e":[1,{"f":"y"},[]]}"#,
            "a.c=x a.b.d=true e[0]=1 e[1].f=y",
        );
        check(r#"{"a":null,"b":"","c":" x "}"#, "a= b= c= x ");
    }

    #[test]
    fn numbers_are_as_they_are_written() {
        check(
            r#"{"a":1.50,"b":12345678901234567890123,"c":-0,"d":1E+2}"#,
            "a=1.50 b=12345678901234567890123 c=-0 d=1E+2",
        );
        check(r#"{"a":"\u00e9\n\"x\""}"#, "a=é\n\"x\"");
    }

    #[test]
    fn a_line_that_is_no_object_says_so() {
        for (json, expected) in [
            ("[1]", "no JSON object"),
            ("name,born", "no JSON object"),
            (r#"{"a":1"#, "no valid JSON"),
            (r#"{"a":1} x"#, "no valid JSON"),
            (r#"{"a":01}"#, "no valid JSON"),
            (r#"{"a":1,"a":2}"#, "one field twice"),
            (r#"{"a.b":1,"a":{"b":2}}"#, "one field twice"),
        ] {
            check(json, expected);
        }
        let deep = format!("{}1{}", r#"{"a":"#.repeat(40), "}".repeat(40));
        assert_eq!(cells(&deep).unwrap().len(), 1);
    }
}
