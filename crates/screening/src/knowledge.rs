//! Reference tables read at run time: name parts that are one name in many spellings and scripts,
//! nicknames, legal forms, words for numbers. Without them matching works, only worse.
//!
//! The tables are the resources of `rigour` (name parts, legal forms, symbols, ordinals) and a list
//! of nicknames; [`Knowledge::load`] finds them by their file names in a folder. They are kept as
//! sorted arrays of hashes, so that half a million spellings take some ten megabytes.

mod read;

use std::path::Path;

use crate::words::FormClass;
use crate::words::fold;

/// What the reference tables say.
#[derive(Debug, Default)]
pub struct Knowledge {
    groups: Links,
    nicknames: Links,
    forms: Vec<(String, FormClass, u16)>,
    numbers: Vec<(u64, u32)>,
}

/// Why a folder of reference tables was not read.
#[derive(Debug)]
pub enum Problem {
    /// The file could not be read.
    Unreadable(String, std::io::Error),
    /// The file is not what its name says.
    Malformed(String, String),
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Problem::Unreadable(file, error) => write!(f, "{file} cannot be read: {error}"),
            Problem::Malformed(file, what) => write!(f, "{file} is not as expected: {what}"),
        }
    }
}

impl std::error::Error for Problem {}

impl Knowledge {
    /// No tables: what the crate itself knows is all.
    pub fn empty() -> Knowledge {
        Knowledge::default()
    }

    /// Reads the tables in a folder: each that is there, plain or compressed (`.zst`).
    ///
    /// A table that is not there is not an error; one that cannot be read is.
    pub fn load(folder: &Path) -> Result<Knowledge, Problem> {
        read::folder(folder)
    }

    /// Is there no table at all?
    pub fn is_empty(&self) -> bool {
        self.groups.keys.is_empty() && self.nicknames.keys.is_empty() && self.forms.is_empty()
    }

    /// The groups of name parts with this spelling, ascending.
    pub fn groups(&self, folded: &str) -> &[u32] {
        self.groups.of(folded)
    }

    /// The links between a name and its short forms that this word is an end of, ascending.
    pub fn nicknames(&self, ascii: &str) -> &[u32] {
        self.nicknames.of(ascii)
    }

    /// Legal forms besides those that the crate knows.
    pub(crate) fn forms(&self) -> &[(String, FormClass, u16)] {
        &self.forms
    }

    /// The number that a word says.
    pub(crate) fn number(&self, folded: &str) -> Option<u32> {
        let key = hash(folded);
        let at = self
            .numbers
            .binary_search_by_key(&key, |(hash, _)| *hash)
            .ok()?;
        Some(self.numbers[at].1)
    }
}

/// From the hash of a text to a few numbers, in three flat arrays.
#[derive(Debug, Default)]
struct Links {
    keys: Box<[u64]>,
    /// Where the numbers of a key begin; one more than there are keys.
    starts: Box<[u32]>,
    numbers: Box<[u32]>,
}

impl Links {
    fn new(mut pairs: Vec<(u64, u32)>) -> Links {
        pairs.sort_unstable();
        pairs.dedup();
        let (mut keys, mut starts): (Vec<u64>, Vec<u32>) = (Vec::new(), Vec::new());
        let mut numbers = Vec::with_capacity(pairs.len());
        for (key, number) in pairs {
            if keys.last() != Some(&key) {
                keys.push(key);
                starts.push(u32::try_from(numbers.len()).unwrap_or(u32::MAX));
            }
            numbers.push(number);
        }
        starts.push(u32::try_from(numbers.len()).unwrap_or(u32::MAX));
        Links {
            keys: keys.into(),
            starts: starts.into(),
            numbers: numbers.into(),
        }
    }

    fn of(&self, text: &str) -> &[u32] {
        let Ok(at) = self.keys.binary_search(&hash(text)) else {
            return &[];
        };
        let place = |at: usize| usize::try_from(self.starts[at]).unwrap_or(usize::MAX);
        self.numbers.get(place(at)..place(at + 1)).unwrap_or(&[])
    }
}

/// FNV-1a with a final mix: the same on every machine and in every run.
fn hash(text: &str) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    }
    hash ^= hash >> 32;
    hash.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The key of a spelling of several words: its words, folded, without what parts them.
fn key(text: &str, folded: &mut String) -> u64 {
    fold::fold(text, folded);
    folded.retain(|c| c.is_alphanumeric() || !c.is_ascii() && !c.is_whitespace() && c != '’');
    hash(folded)
}
