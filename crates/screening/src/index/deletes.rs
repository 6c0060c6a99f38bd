//! Words by what is left of their beginnings when letters are struck out.
//!
//! Two words that are few edits apart have something in common when so many letters are struck out
//! of the first [`PREFIX`] letters of each. Struck beginnings fit into one number, so that no text
//! is kept: an entry is the number of a word and a few bits of the beginning's hash.

/// Letters at the beginning of a word that are looked at.
const PREFIX: usize = 7;

/// Struck beginnings of words.
#[derive(Debug, Default)]
pub(super) struct Deletes {
    /// The bucket of a hash is its top bits.
    shift: u32,
    /// Bits of an entry that hold the number of the word; the others check the hash.
    id_bits: u32,
    starts: Box<[u32]>,
    entries: Box<[u32]>,
}

/// Entries in a bucket on average.
const BUCKET_ENTRIES: usize = 4;

impl Deletes {
    /// The struck beginnings of the words given, whose numbers are their places.
    pub(super) fn of<'a>(words: impl Iterator<Item = &'a str> + Clone) -> Deletes {
        let mut variants = Vec::new();
        let (mut total, mut count) = (0, 0_usize);
        for word in words.clone() {
            strike(word.as_bytes(), strikes(word.len()), &mut variants);
            total += variants.len();
            count += 1;
        }
        let buckets = (total / BUCKET_ENTRIES).next_power_of_two().max(2);
        let shift = 64 - buckets.trailing_zeros();
        let id_bits = (usize::BITS - count.leading_zeros()).clamp(1, 31);
        let mut starts = vec![0_u32; buckets + 1];
        for word in words.clone() {
            strike(word.as_bytes(), strikes(word.len()), &mut variants);
            for variant in &variants {
                starts[bucket(hash(*variant), shift) + 1] += 1;
            }
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next: Vec<u32> = starts.clone();
        let mut entries = vec![0_u32; total];
        for (id, word) in (0_u32..).zip(words) {
            strike(word.as_bytes(), strikes(word.len()), &mut variants);
            for variant in &variants {
                let hash = hash(*variant);
                let place = &mut next[bucket(hash, shift)];
                entries[at(*place)] = tag(hash, id_bits) | id;
                *place += 1;
            }
        }
        Deletes {
            shift,
            id_bits,
            starts: starts.into(),
            entries: entries.into(),
        }
    }

    /// The numbers of words that may be so many edits from the letters given, some of them more
    /// than once, and some that are not.
    pub(super) fn near(&self, letters: &[u8], edits: usize, mut found: impl FnMut(u32)) {
        if self.starts.is_empty() || letters.is_empty() {
            return;
        }
        let ids = (1_u32 << self.id_bits) - 1;
        for_each_struck(letters, edits, &mut |variant| {
            let hash = hash(variant);
            let bucket = bucket(hash, self.shift);
            let tag = tag(hash, self.id_bits);
            let (from, to) = (at(self.starts[bucket]), at(self.starts[bucket + 1]));
            for entry in &self.entries[from..to] {
                if entry & !ids == tag {
                    found(entry & ids);
                }
            }
        });
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        4 * (self.starts.len() + self.entries.len())
    }
}

/// Letters that are struck out of a word at most: as many as a word that is near it may be apart.
pub(super) fn strikes(length: usize) -> usize {
    match length {
        0..=1 => 0,
        2..=4 => 1,
        5..=7 => 2,
        _ => 3,
    }
}

fn strike(letters: &[u8], edits: usize, variants: &mut Vec<u64>) {
    variants.clear();
    if letters.is_empty() {
        return;
    }
    for_each_struck(letters, edits, &mut |variant| variants.push(variant));
    if edits > 1 {
        variants.sort_unstable();
        variants.dedup();
    }
}

fn for_each_struck(letters: &[u8], edits: usize, found: &mut impl FnMut(u64)) {
    let mut packed = [0_u8; 8];
    let length = letters.len().min(PREFIX);
    packed[..length].copy_from_slice(&letters[..length]);
    let word = u64::from_le_bytes(packed);
    found(word);
    if edits == 0 {
        return;
    }
    for first in 0..length {
        let one = without(word, first);
        if first > 0 && letters[first] == letters[first - 1] {
            continue;
        }
        found(one);
        if edits == 1 {
            continue;
        }
        for second in first..length - 1 {
            let two = without(one, second);
            found(two);
            if edits > 2 {
                for third in second..length.saturating_sub(2) {
                    found(without(two, third));
                }
            }
        }
    }
}

/// The packed letters without the one at the place given.
fn without(word: u64, place: usize) -> u64 {
    let below = (1_u64 << (8 * place)) - 1;
    (word & below) | ((word >> 8) & !below)
}

fn hash(packed: u64) -> u64 {
    let mixed = (packed ^ (packed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed ^ (mixed >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn bucket(hash: u64, shift: u32) -> usize {
    usize::try_from(hash >> shift).unwrap_or(0)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the low bits are what is wanted"
)]
fn tag(hash: u64, id_bits: u32) -> u32 {
    (hash as u32) >> 3 << id_bits
}

fn at(place: u32) -> usize {
    place as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::likeness::{edits_max, within};

    proptest! {
        #[test]
        fn every_word_within_the_edits_is_found(
            words in prop::collection::vec("[a-d]{1,14}", 1..60), asked in "[a-d]{1,14}"
        ) {
            let deletes = Deletes::of(words.iter().map(String::as_str));
            let mut found = Vec::new();
            deletes.near(asked.as_bytes(), strikes(asked.len()), |id| found.push(id));
            for (id, word) in (0_u32..).zip(&words) {
                let most = edits_max(word.len().max(asked.len()));
                if within(word.as_bytes(), asked.as_bytes(), most).is_some() {
                    prop_assert!(found.contains(&id), "{} / {}", word, asked);
                }
            }
        }
    }
}
