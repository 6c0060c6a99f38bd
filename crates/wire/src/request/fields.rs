//! The fields of an object, read one by one; mistakes are collected, not returned.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{LIST_ITEMS_MAX, TEXT_BYTES_MAX};
use crate::field_error::{FieldError, MISTAKES_MAX, join, name_shown, shown};
use crate::nearest;
use crate::value::WireValue;

/// A type that is read from an object.
pub trait FromFields: Sized {
    /// Whether no body at all is as good as an empty object.
    const MAY_BE_ABSENT: bool = false;

    /// Every field that it reads. What is neither here nor read only is a mistake.
    const FIELDS: &'static [&'static str];

    /// Further fields of the resource: taken from clients that send back what they have read, and not
    /// looked at.
    const READ_ONLY: &'static [&'static str] = &[];

    /// Reads what it needs; `None` only after a mistake has been noted.
    fn from_fields(fields: &mut Fields<'_>) -> Option<Self>;
}

/// The fields of one object within a body.
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    /// The fields that may be read.
    known: &'static [&'static str],
    path: String,
    mistakes: &'a mut Vec<FieldError>,
}

/// Reads a whole body.
pub(super) fn read<T: FromFields>(body: &Value) -> Result<T, Vec<FieldError>> {
    read_with(body, T::from_fields)
}

/// Reads a whole body with what else must be known to read it.
pub(super) fn read_with<T: FromFields>(
    body: &Value,
    from_fields: impl FnOnce(&mut Fields<'_>) -> Option<T>,
) -> Result<T, Vec<FieldError>> {
    let nothing = Map::new();
    let object = match body {
        Value::Object(object) => object,
        Value::Null if T::MAY_BE_ABSENT => &nothing,
        Value::Null => return Err(vec![FieldError::missing("")]),
        other => return Err(vec![wrong("", "an object", other)]),
    };
    let mut mistakes = Vec::new();
    let mut fields = Fields {
        object,
        known: T::FIELDS,
        path: String::new(),
        mistakes: &mut mistakes,
    };
    let read = from_fields(&mut fields);
    fields.refuse_unknown(T::READ_ONLY);
    match read {
        Some(read) if mistakes.is_empty() => Ok(read),
        _ => Err(mistakes),
    }
}

impl<'a> Fields<'a> {
    /// Whether the field is there and not `null`.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether the field is there as `null`.
    pub fn is_null(&self, name: &str) -> bool {
        self.raw(name).is_some_and(Value::is_null)
    }

    /// The field as it is, if it is there and not `null`.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.raw(name).filter(|value| !value.is_null())
    }

    fn raw(&self, name: &str) -> Option<&'a Value> {
        debug_assert!(self.known.contains(&name), "{name} is read and not listed");
        self.object.get(name)
    }

    /// Notes a mistake of a field of this object; an empty name is the object itself.
    pub fn mistake(&mut self, name: &str, message: impl Into<String>) {
        let field = join(&self.path, name);
        self.note(FieldError::invalid(field, message));
    }

    /// Notes that a field is required.
    pub fn missing(&mut self, name: &str) {
        let field = join(&self.path, name);
        self.note(FieldError::missing(field));
    }

    /// Notes mistakes of a document that is a field of this object.
    pub fn mistakes_of(&mut self, name: &str, mistakes: Vec<FieldError>) {
        let prefix = join(&self.path, name);
        for mistake in mistakes {
            self.note(mistake.under(&prefix));
        }
    }

    /// A required field as it is.
    pub fn value(&mut self, name: &str) -> Option<&'a Value> {
        let value = self.get(name);
        if value.is_none() {
            self.missing(name);
        }
        value
    }

    /// A text, not empty, at most [`TEXT_BYTES_MAX`] long, without NUL.
    pub fn text(&mut self, name: &str) -> Option<String> {
        match self.optional_text(name) {
            Some(text) if text.trim().is_empty() => {
                self.mistake(name, "must not be empty");
                None
            }
            None if !self.has(name) => {
                self.missing(name);
                None
            }
            text => text,
        }
    }

    /// A text that may be absent or empty.
    pub fn optional_text(&mut self, name: &str) -> Option<String> {
        let value = self.get(name)?;
        let Value::String(text) = value else {
            self.wrong(name, "a text", value);
            return None;
        };
        self.storable(name, text);
        Some(text.clone())
    }

    fn storable(&mut self, name: &str, text: &str) {
        if text.len() > TEXT_BYTES_MAX {
            self.mistake(name, format!("is longer than {TEXT_BYTES_MAX} bytes"));
        } else if text.contains('\0') {
            self.mistake(name, "contains U+0000, which cannot be stored");
        }
    }

    /// A yes or no that may be absent.
    pub fn optional_bool(&mut self, name: &str) -> Option<bool> {
        let value = self.get(name)?;
        if !value.is_boolean() {
            self.wrong(name, "true or false", value);
        }
        value.as_bool()
    }

    /// A whole number that may be absent.
    pub fn optional_integer(&mut self, name: &str) -> Option<i64> {
        let value = self.get(name)?;
        if value.as_i64().is_none() {
            self.wrong(name, "a whole number", value);
        }
        value.as_i64()
    }

    /// A list of texts, none of them empty; no texts when it is absent.
    pub fn texts(&mut self, name: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for (place, value) in self.optional_list(name).into_iter().flatten().enumerate() {
            let at = format!("{name}[{place}]");
            match value.as_str() {
                Some("") => self.mistake(&at, "must not be empty"),
                Some(text) => {
                    self.storable(&at, text);
                    texts.push(text.to_owned());
                }
                None => self.wrong(&at, "a text", value),
            }
        }
        texts
    }

    /// A value of a closed list.
    pub fn one_of<T: WireValue>(&mut self, name: &str) -> Option<T> {
        let found = self.optional_one_of(name);
        if !self.has(name) {
            self.missing(name);
        }
        found
    }

    /// A value of a closed list that may be absent.
    pub fn optional_one_of<T: WireValue>(&mut self, name: &str) -> Option<T> {
        let value = self.get(name)?;
        self.listed(name, value)
    }

    /// A field that is read only, of a closed list: that it is not looked at is no reason to take what
    /// it can never be.
    pub fn read_only_one_of<T: WireValue>(&mut self, name: &str) -> Option<T> {
        let value = self.object.get(name).filter(|value| !value.is_null())?;
        self.listed(name, value)
    }

    /// Whether the object has an id, which only the server gives: the caller has read it.
    pub fn is_as_read(&self) -> bool {
        self.object.get("id").is_some_and(Value::is_string)
    }

    fn listed<T: WireValue>(&mut self, name: &str, value: &Value) -> Option<T> {
        let found = T::ALL
            .iter()
            .copied()
            .find(|known| value.as_str() == Some(known.as_str()));
        if found.is_none() {
            let known: Vec<&str> = T::ALL.iter().map(|known| known.as_str()).collect();
            self.wrong(name, &format!("one of {}", known.join(", ")), value);
        }
        found
    }

    /// An id.
    pub fn id(&mut self, name: &str) -> Option<Uuid> {
        let found = self.optional_id(name);
        if !self.has(name) {
            self.missing(name);
        }
        found
    }

    /// An id that may be absent.
    pub fn optional_id(&mut self, name: &str) -> Option<Uuid> {
        let value = self.get(name)?;
        let found = read_id(value);
        if found.is_none() {
            self.wrong(name, ID, value);
        }
        found
    }

    /// A list of ids that may be absent.
    pub fn optional_ids(&mut self, name: &str) -> Option<Vec<Uuid>> {
        let values = self.optional_list(name)?;
        let mut ids = Vec::with_capacity(values.len());
        for (place, value) in values.iter().enumerate() {
            match read_id(value) {
                Some(id) => ids.push(id),
                None => self.wrong(&format!("{name}[{place}]"), ID, value),
            }
        }
        Some(ids)
    }

    /// A list of which only entries that the caller has read may be here, since others would be lost;
    /// `message` says where to send those.
    pub fn only_as_read(&mut self, name: &str, message: &str) {
        let Some(value) = self.object.get(name).filter(|value| !value.is_null()) else {
            return;
        };
        let Value::Array(entries) = value else {
            return self.wrong(name, "a list", value);
        };
        for (place, entry) in entries.iter().enumerate() {
            if !entry["id"].is_string() {
                self.mistake(&format!("{name}[{place}]"), message);
            }
        }
    }

    /// A list of objects that may be absent.
    pub fn optional_objects<T: FromFields>(&mut self, name: &str) -> Option<Vec<T>> {
        let values = self.optional_list(name)?;
        let mut objects = Vec::with_capacity(values.len());
        for (place, value) in values.iter().enumerate() {
            objects.extend(self.nested(&format!("{name}[{place}]"), value));
        }
        Some(objects)
    }

    /// A list that may be absent, of at most [`LIST_ITEMS_MAX`] entries.
    pub fn optional_list(&mut self, name: &str) -> Option<&'a Vec<Value>> {
        let value = self.get(name)?;
        let Value::Array(values) = value else {
            self.wrong(name, "a list", value);
            return None;
        };
        if values.len() > LIST_ITEMS_MAX {
            self.mistake(name, format!("has more than {LIST_ITEMS_MAX} entries"));
            return None;
        }
        Some(values)
    }

    /// An object.
    pub fn one<T: FromFields>(&mut self, name: &str) -> Option<T> {
        let value = self.value(name)?;
        self.nested(name, value)
    }

    /// An object that may be absent.
    pub fn optional<T: FromFields>(&mut self, name: &str) -> Option<T> {
        let value = self.get(name)?;
        self.nested(name, value)
    }

    /// A value that reads itself from text, such as a date; a mistake names what is expected.
    pub fn optional_parsed<T>(&mut self, name: &str) -> Option<T>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        let text = self.optional_text(name)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.mistake(name, error.to_string());
                None
            }
        }
    }

    /// Those of the fields that are there, as they are.
    pub fn those_of(&self, names: &[&str]) -> BTreeMap<String, Value> {
        let there = names
            .iter()
            .filter_map(|name| Some((name, self.raw(name)?)));
        there
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    }

    /// An object that stands at `name` below this one.
    pub(super) fn nested<T: FromFields>(&mut self, name: &str, value: &Value) -> Option<T> {
        let Value::Object(object) = value else {
            self.wrong(name, "an object", value);
            return None;
        };
        let path = join(&self.path, name);
        let mut fields = Fields {
            object,
            known: T::FIELDS,
            path,
            mistakes: self.mistakes,
        };
        let read = T::from_fields(&mut fields);
        fields.refuse_unknown(T::READ_ONLY);
        read
    }

    /// Notes every field that nobody reads: what it says would be lost. `null` says nothing.
    fn refuse_unknown(&mut self, read_only: &[&str]) {
        let object = self.object;
        let is_known = |name: &str| self.known.contains(&name) || read_only.contains(&name);
        let unknown: Vec<&String> = object
            .iter()
            .filter(|(name, value)| !value.is_null() && !is_known(name))
            .map(|(name, _)| name)
            .take(MISTAKES_MAX)
            .collect();
        for name in unknown {
            let message = format!(
                "is not a known field; {}",
                nearest::advice(name, self.known)
            );
            self.mistake(name_shown(name), message);
        }
    }

    fn wrong(&mut self, name: &str, expected: &str, value: &Value) {
        let field = join(&self.path, name);
        self.note(wrong(field, expected, value));
    }

    fn note(&mut self, mistake: FieldError) {
        if self.mistakes.len() < MISTAKES_MAX {
            self.mistakes.push(mistake);
        }
    }
}

const ID: &str = "a UUID like 59a7749e-0f3c-11ea-8d71-362b9e155667";

fn read_id(value: &Value) -> Option<Uuid> {
    let text = value.as_str()?;
    // Only the hyphenated form: the contract knows no other.
    (text.len() == 36)
        .then(|| Uuid::try_parse(text).ok())
        .flatten()
}

fn wrong(field: impl Into<String>, expected: &str, value: &Value) -> FieldError {
    FieldError::invalid(field, format!("must be {expected}, not {}", shown(value)))
}
