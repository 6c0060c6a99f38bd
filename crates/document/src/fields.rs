//! A mapping whose keys are known, read field by field.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::{Collector, Key, Node, Place, Value, suggest};

/// A mapping with known keys. Ask for every field, then call [`Fields::finish`], which reports the
/// keys nobody asked for.
///
/// Required fields that are absent or wrong are reported and read as a harmless value (empty text,
/// zero, an empty list) or `None`, so that reading goes on and finds the other mistakes; whatever
/// was read counts only if [`Collector::finish`] is happy. A key without a value (`key:`) counts as
/// absent.
#[derive(Debug)]
#[must_use = "call finish, or unknown keys go unnoticed"]
pub struct Fields<'a> {
    entries: &'a [(Key, Node)],
    place: Place,
    path: String,
    collector: &'a Collector,
    asked: RefCell<Vec<String>>,
}

impl<'a> Fields<'a> {
    /// The document itself as a mapping; reports and gives `None` when it is something else.
    pub fn of(root: &'a Node, collector: &'a Collector) -> Option<Fields<'a>> {
        Value::new(root, "", collector).fields()
    }

    pub(crate) fn new(
        entries: &'a [(Key, Node)],
        place: Place,
        path: String,
        collector: &'a Collector,
    ) -> Fields<'a> {
        Fields {
            entries,
            place,
            path,
            collector,
            asked: RefCell::default(),
        }
    }

    /// Path of this mapping; empty for the document itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where this mapping begins.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The collector of this reading.
    pub fn collector(&self) -> &'a Collector {
        self.collector
    }

    /// Reports a mistake of this mapping as a whole.
    pub fn report(&self, message: impl Into<String>) {
        self.collector.report(&self.path, self.place, message);
    }

    /// Whether the key is there with a value. Counts as asking for it.
    pub fn has(&self, key: &str) -> bool {
        self.optional(key).is_some()
    }

    /// The value of a field, or `None` when it is absent or has no value.
    pub fn optional(&self, key: &str) -> Option<Value<'a>> {
        self.asked.borrow_mut().push(key.to_owned());
        let (_, node) = self.entries.iter().find(|(have, _)| have.text == key)?;
        let path = crate::parse::joined(&self.path, key);
        let value = Value {
            node,
            path,
            collector: self.collector,
        };
        (!value.is_null()).then_some(value)
    }

    /// The value of a field that must be there.
    pub fn required(&self, key: &str) -> Option<Value<'a>> {
        let value = self.optional(key);
        if value.is_none() {
            let near = self.entries.iter().find(|(have, _)| have.text == key);
            let place = near.map_or(self.place, |(have, _)| have.place);
            self.collector
                .report(&self.path, place, format!("the field \"{key}\" is missing"));
        }
        value
    }

    /// Required text; empty text is reported too. Empty when wrong.
    pub fn text(&self, key: &str) -> &'a str {
        let Some(value) = self.required(key) else {
            return "";
        };
        let text = value.text();
        if text.is_some_and(|text| text.trim().is_empty()) {
            value.report("this text must not be empty");
        }
        text.unwrap_or_default()
    }

    /// Text that may be absent.
    pub fn optional_text(&self, key: &str) -> Option<&'a str> {
        self.optional(key)?.text()
    }

    /// A required whole number in a range; the start of the range when wrong.
    pub fn integer<T>(&self, key: &str, range: RangeInclusive<T>) -> T
    where
        T: FromStr + PartialOrd + Display + Clone,
    {
        let start = range.start().clone();
        self.required(key)
            .and_then(|value| value.integer(range))
            .unwrap_or(start)
    }

    /// A whole number in a range that may be absent.
    pub fn optional_integer<T>(&self, key: &str, range: RangeInclusive<T>) -> Option<T>
    where
        T: FromStr + PartialOrd + Display,
    {
        self.optional(key)?.integer(range)
    }

    /// A required number in a range; the start of the range when wrong.
    pub fn number(&self, key: &str, range: RangeInclusive<f64>) -> f64 {
        let start = *range.start();
        self.required(key)
            .and_then(|value| value.number(range))
            .unwrap_or(start)
    }

    /// A number in a range that may be absent.
    pub fn optional_number(&self, key: &str, range: RangeInclusive<f64>) -> Option<f64> {
        self.optional(key)?.number(range)
    }

    /// A required flag: `true` or `false`; false when wrong.
    pub fn flag(&self, key: &str) -> bool {
        self.required(key)
            .and_then(|value| value.flag())
            .unwrap_or_default()
    }

    /// A flag that may be absent.
    pub fn optional_flag(&self, key: &str) -> Option<bool> {
        self.optional(key)?.flag()
    }

    /// A required word of a closed list, as the value that stands for it.
    pub fn one_of<T: Clone>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        self.required(key)?.one_of(choices)
    }

    /// A word of a closed list that may be absent.
    pub fn optional_one_of<T: Clone>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        self.optional(key)?.one_of(choices)
    }

    /// The values of a list; empty when absent or wrong.
    pub fn list(&self, key: &str) -> Vec<Value<'a>> {
        self.optional(key)
            .and_then(|value| value.list())
            .unwrap_or_default()
    }

    /// The texts of a list, or a single text standing for a list of one; empty when absent or
    /// wrong.
    pub fn texts(&self, key: &str) -> Vec<&'a str> {
        self.optional(key)
            .and_then(|value| value.texts())
            .unwrap_or_default()
    }

    /// A required mapping with known keys.
    pub fn mapping(&self, key: &str) -> Option<Fields<'a>> {
        self.required(key)?.fields()
    }

    /// A mapping with known keys that may be absent.
    pub fn optional_mapping(&self, key: &str) -> Option<Fields<'a>> {
        self.optional(key)?.fields()
    }

    /// A mapping whose keys are free: its keys and values in order; empty when absent or wrong.
    pub fn entries(&self, key: &str) -> Vec<(&'a Key, Value<'a>)> {
        self.optional(key)
            .and_then(|value| value.entries())
            .unwrap_or_default()
    }

    /// Reports every key that nobody asked for, suggesting the nearest one that was.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        for (key, _) in self.entries {
            if asked.contains(&key.text) {
                continue;
            }
            let absent = asked
                .iter()
                .map(String::as_str)
                .filter(|name| !self.entries.iter().any(|(have, _)| have.text == *name));
            let message = format!("there is no field \"{}\" here", key.text);
            let hint = if let Some(near) = suggest(&key.text, absent) {
                format!("did you mean \"{near}\"?")
            } else {
                let mut names: Vec<&str> = asked.iter().map(String::as_str).collect();
                names.sort_unstable();
                names.dedup();
                format!("the fields are {}", names.join(", "))
            };
            self.collector
                .report_with_hint(&self.path, key.place, message, hint);
        }
    }
}
