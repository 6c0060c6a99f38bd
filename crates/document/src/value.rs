//! A node with its path, read as what is wanted of it.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::{Collector, Fields, Key, Kind, Node, Place, suggest};

/// A value somewhere in a document, with its path and the collector of the reading. Every reading
/// function reports what is wrong and gives `None`, so that the reader goes on to the next mistake.
#[derive(Clone, Debug)]
pub struct Value<'a> {
    pub(crate) node: &'a Node,
    pub(crate) path: String,
    pub(crate) collector: &'a Collector,
}

impl<'a> Value<'a> {
    /// A value at a path of your own, for trees that were not read through [`Fields`].
    pub fn new(node: &'a Node, path: &str, collector: &'a Collector) -> Value<'a> {
        Value {
            node,
            path: path.to_owned(),
            collector,
        }
    }

    /// The node itself.
    pub fn node(&self) -> &'a Node {
        self.node
    }

    /// Its path, such as `products[0].policy`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where it begins.
    pub fn place(&self) -> Place {
        self.node.place
    }

    /// The collector of this reading.
    pub fn collector(&self) -> &'a Collector {
        self.collector
    }

    /// Whether there is nothing: an empty value, `~` or `null`.
    pub fn is_null(&self) -> bool {
        self.node.kind == Kind::Null
    }

    /// Reports a mistake at this value.
    pub fn report(&self, message: impl Into<String>) {
        self.collector.report(&self.path, self.node.place, message);
    }

    /// Reports a mistake at this value and what to do about it.
    pub fn report_with_hint(&self, message: impl Into<String>, hint: impl Into<String>) {
        self.collector
            .report_with_hint(&self.path, self.node.place, message, hint);
    }

    /// Reports that no `what` (a noun, "policy") is called as this text says, suggesting the nearest
    /// known name: `no policy is called "indvidual"`, hint `did you mean "individual"?`.
    pub fn report_unknown<'k>(&self, what: &str, known: impl IntoIterator<Item = &'k str>) {
        let word = self.scalar().unwrap_or_default();
        let message = format!("no {what} is called \"{word}\"");
        self.report_suggesting(message, suggest(word, known));
    }

    /// The text of a scalar, without a report when it is something else.
    pub fn scalar(&self) -> Option<&'a str> {
        match &self.node.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Text, also an empty one in quotes.
    pub fn text(&self) -> Option<&'a str> {
        let text = self.scalar();
        if text.is_none() {
            self.report_kind("text");
        }
        text
    }

    /// A whole number in a range, both ends included.
    pub fn integer<T>(&self, range: RangeInclusive<T>) -> Option<T>
    where
        T: FromStr + PartialOrd + Display,
    {
        let text = self.text_as("a whole number")?;
        let number = text
            .parse::<T>()
            .ok()
            .filter(|number| range.contains(number));
        if number.is_none() {
            self.report(format!(
                "\"{text}\" is not a whole number from {} to {}",
                range.start(),
                range.end()
            ));
        }
        number
    }

    /// A number in a range, both ends included; decimal point, no thousands separators. Never
    /// infinite or NaN.
    pub fn number(&self, range: RangeInclusive<f64>) -> Option<f64> {
        let text = self.text_as("a number")?;
        let number = text
            .parse::<f64>()
            .ok()
            .filter(|number| range.contains(number));
        if number.is_none() {
            let (start, end) = (range.start(), range.end());
            self.report(format!("\"{text}\" is not a number from {start} to {end}"));
        }
        number
    }

    /// `true` or `false`, with or without quotes.
    pub fn flag(&self) -> Option<bool> {
        let text = self.text_as("true or false")?;
        let hint = match text.to_lowercase().as_str() {
            "true" if text == "true" => return Some(true),
            "false" if text == "false" => return Some(false),
            "yes" | "on" | "y" | "true" => Some("write true"),
            "no" | "off" | "n" | "false" => Some("write false"),
            _ => None,
        };
        let message = format!("\"{text}\" is neither true nor false");
        match hint {
            Some(hint) => self.report_with_hint(message, hint),
            None => self.report(message),
        }
        None
    }

    /// One of a closed list of words, as the value that stands for it.
    pub fn one_of<T: Clone>(&self, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
            return Some(value.clone());
        }
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let message = format!("\"{text}\" is not one of {}", words.join(", "));
        self.report_suggesting(message, suggest(text, words));
        None
    }

    /// The values of a list; an empty one for nothing (`key:` without a value).
    pub fn list(&self) -> Option<Vec<Value<'a>>> {
        match &self.node.kind {
            Kind::Sequence(items) => Some(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, node)| Value {
                        node,
                        path: format!("{}[{index}]", self.path),
                        collector: self.collector,
                    })
                    .collect(),
            ),
            Kind::Null => Some(Vec::new()),
            _ => {
                self.report_kind("a list");
                None
            }
        }
    }

    /// The texts of a list of texts, or of a single text standing for a list of one.
    pub fn texts(&self) -> Option<Vec<&'a str>> {
        if let Some(text) = self.scalar() {
            return Some(vec![text]);
        }
        self.list()
            .map(|items| items.iter().filter_map(Value::text).collect())
    }

    /// A mapping with known keys.
    pub fn fields(&self) -> Option<Fields<'a>> {
        if let Kind::Mapping(entries) = &self.node.kind {
            return Some(Fields::new(
                entries,
                self.node.place,
                self.path.clone(),
                self.collector,
            ));
        }
        self.report_kind("a mapping");
        None
    }

    /// A mapping whose keys are free (names, codes): its keys and values in order; empty for
    /// nothing.
    pub fn entries(&self) -> Option<Vec<(&'a Key, Value<'a>)>> {
        match &self.node.kind {
            Kind::Mapping(entries) => Some(
                entries
                    .iter()
                    .map(|(key, node)| {
                        let path = crate::parse::joined(&self.path, &key.text);
                        (
                            key,
                            Value {
                                node,
                                path,
                                collector: self.collector,
                            },
                        )
                    })
                    .collect(),
            ),
            Kind::Null => Some(Vec::new()),
            _ => {
                self.report_kind("a mapping");
                None
            }
        }
    }

    fn report_suggesting(&self, message: String, near: Option<&str>) {
        match near {
            Some(near) => self.report_with_hint(message, format!("did you mean \"{near}\"?")),
            None => self.report(message),
        }
    }

    fn text_as(&self, wanted: &str) -> Option<&'a str> {
        let text = self.scalar();
        if text.is_none() {
            self.report_kind(wanted);
        }
        text
    }

    fn report_kind(&self, wanted: &str) {
        let found = self.node.description();
        let message = format!("{wanted} is expected here, not {found}");
        let hint = match (wanted, &self.node.kind) {
            (_, Kind::Null) => return self.report(message),
            ("a list", _) => "begin each item on a line of its own with \"- \", or write [a, b]",
            ("a mapping", Kind::Sequence(_)) => "write \"key: value\" lines without dashes",
            ("a mapping", _) => "write \"key: value\" lines, indented below the key they belong to",
            _ => "write one value beside the key; put it in quotes if it begins with [ or {",
        };
        self.report_with_hint(message, hint);
    }
}
