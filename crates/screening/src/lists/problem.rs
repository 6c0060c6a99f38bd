//! What could not be read, and where.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something in a publication that could not be read. Its entry is kept without it, or left out
/// where nothing else would be left.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// The file, where a publication has several.
    pub part: String,
    pub at: At,
    /// The entry that it belongs to, where that is known.
    pub entry: Option<String>,
    pub what: String,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum At {
    /// From 1.
    Line(u64),
    /// The how manieth record, from 1.
    Record(u64),
    /// The file as a whole.
    Whole,
}

impl fmt::Display for Problem {
    /// `sdn.csv, line 12, entry 9639: the date of birth "196?" is not understood`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.part)?;
        match self.at {
            At::Line(line) => write!(f, ", line {line}")?,
            At::Record(record) => write!(f, ", record {record}")?,
            At::Whole => {}
        }
        if let Some(entry) = &self.entry {
            write!(f, ", entry {entry}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// Every problem of a publication: the first ones in words, all of them counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problems {
    first: Vec<Problem>,
    count: u64,
}

impl Problems {
    /// So many are kept in words; further ones are only counted.
    pub const KEPT_MAX: usize = 1_000;
    /// What a problem quotes is cut after so many characters.
    const QUOTED_CHARS_MAX: usize = 80;

    /// One that is the same as the one before it is no other.
    pub(crate) fn add(&mut self, problem: Problem) {
        if self.first.last() == Some(&problem) {
            return;
        }
        self.count += 1;
        if self.first.len() < Problems::KEPT_MAX {
            self.first.push(problem);
        }
    }

    /// The first ones, in the order in which they were found.
    pub fn first(&self) -> &[Problem] {
        &self.first
    }

    /// How many there are altogether.
    pub fn count(&self) -> u64 {
        self.count
    }
}

/// A text in quotation marks, cut where it is long.
pub(crate) fn quoted(text: &str) -> String {
    let mut letters = text.chars();
    let start: String = letters.by_ref().take(Problems::QUOTED_CHARS_MAX).collect();
    let rest = if letters.next().is_some() { "…" } else { "" };
    format!("{:?}", start + rest)
}
