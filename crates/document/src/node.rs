//! The tree of a parsed document.

use std::fmt;

/// Where something stands in its document. Both numbers count from 1; columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Line, from 1; 0 means the document as a whole.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A key of a mapping, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key as written, without quotes.
    pub text: String,
    /// Where the key begins.
    pub place: Place,
}

/// One value of a document, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where the value begins.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
}

/// What a value is. Scalars are text; no type is guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Keys and values in the order of the document; keys are distinct.
    Mapping(Vec<(Key, Node)>),
    /// Values in the order of the document.
    Sequence(Vec<Node>),
    /// Text, and whether it was written in quotes or as a block (`|`, `>`).
    Scalar {
        /// The text, with escapes resolved.
        text: String,
        /// True for `'…'`, `"…"`, `|` and `>`; false for plain text.
        quoted: bool,
    },
    /// An empty value, `~` or `null`, without quotes.
    Null,
}

impl Node {
    /// The value under `key`, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Mapping(entries) => entries
                .iter()
                .find(|(have, _)| have.text == key)
                .map(|(_, node)| node),
            _ => None,
        }
    }

    /// What the node is, in words for a message: "a mapping", "a list", "text", "nothing".
    pub fn description(&self) -> &'static str {
        match self.kind {
            Kind::Mapping(_) => "a mapping",
            Kind::Sequence(_) => "a list",
            Kind::Scalar { .. } => "text",
            Kind::Null => "nothing",
        }
    }
}
