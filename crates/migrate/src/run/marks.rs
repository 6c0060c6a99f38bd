//! Many names, remembered without their text.
//!
//! A book of a million rows has as many steps with as many answers. Whether one of them was met is
//! asked of the first half of its SHA-256: 16 bytes instead of a hundred, and equal by chance only to
//! whoever can find collisions of 128 bits.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

/// What stands for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Mark([u8; 16]);

impl Mark {
    pub(super) fn of(name: &str) -> Mark {
        let digest: [u8; 32] = Sha256::digest(name.as_bytes()).into();
        let (first, _) = digest.split_at(16);
        let mut mark = [0; 16];
        mark.copy_from_slice(first);
        Mark(mark)
    }
}

/// Names that were met.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks(HashSet<Mark>);

impl Marks {
    /// Adds a name; whether it is new.
    pub(super) fn insert(&mut self, name: &str) -> bool {
        self.0.insert(Mark::of(name))
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.0.contains(&Mark::of(name))
    }
}

/// Counts how often each name was met.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally(HashMap<Mark, u32>);

impl Tally {
    /// How often the name was met by now, this time included.
    pub(super) fn count(&mut self, name: &str) -> u32 {
        let count = self.0.entry(Mark::of(name)).or_default();
        *count += 1;
        *count
    }
}
