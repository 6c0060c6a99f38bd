//! Bodies as JSON, in one pass that also notes what is given twice: of two values under one name
//! one would be lost, and nobody could say which was meant.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::{Entry, Map};
use serde_json::{Number, Value};

use crate::field_error::{FieldError, MISTAKES_MAX, join, name_shown};

/// How deep objects and lists of a body may be nested: as deep as `serde_json` goes.
pub const BODY_DEPTH_MAX: usize = 127;

/// How much of the path to a field is shown, in characters.
const PATH_CHARS_MAX: usize = 500;

/// Reads bytes as JSON, or says what keeps them from being it, or every name that is repeated.
pub(super) fn read(bytes: &[u8]) -> Result<Value, Vec<FieldError>> {
    let mut twice = Vec::new();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = Node(&mut twice).deserialize(&mut json);
    let value = value.and_then(|value| json.end().map(|()| value));
    let value = value.map_err(|error| vec![unreadable(&error)])?;
    if twice.is_empty() {
        return Ok(value);
    }
    let said = |path: String| {
        let path: String = path.chars().take(PATH_CHARS_MAX).collect();
        FieldError::invalid(path, "is given twice")
    };
    Err(twice.into_iter().map(said).collect())
}

fn unreadable(error: &serde_json::Error) -> FieldError {
    // It has no other name for these two.
    let text = error.to_string();
    let what = if error.is_eof() {
        "ends too early".to_owned()
    } else if text.starts_with("recursion limit exceeded") {
        format!("is nested deeper than {BODY_DEPTH_MAX} levels")
    } else if text.starts_with("number out of range") {
        "has a number that is too large".to_owned()
    } else {
        "is not JSON".to_owned()
    };
    let (line, column) = (error.line(), error.column());
    FieldError::invalid("", format!("{what}, at line {line} column {column}"))
}

/// One value, and the paths below it of what is given twice, up to [`MISTAKES_MAX`].
struct Node<'a>(&'a mut Vec<String>);

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        loop {
            let known = self.0.len();
            let Some(entry) = from.next_element_seed(Node(self.0))? else {
                return Ok(Value::Array(entries));
            };
            below(&mut self.0[known..], || format!("[{}]", entries.len()));
            entries.push(entry);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        let start = self.0.len();
        while let Some(name) = from.next_key::<String>()? {
            let known = self.0.len();
            let value = from.next_value_seed(Node(self.0))?;
            below(&mut self.0[known..], || name_shown(&name).to_owned());
            match fields.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(place) => {
                    let name = name_shown(place.key());
                    let is_told = self.0[start..].iter().any(|told| told == name);
                    if !is_told && self.0.len() < MISTAKES_MAX {
                        self.0.push(name.to_owned());
                    }
                }
            }
        }
        Ok(Value::Object(fields))
    }
}

/// Puts where they are before paths that were noted below it: none, as a rule.
fn below(paths: &mut [String], place: impl Fn() -> String) {
    for path in paths {
        *path = join(&place(), path);
    }
}
