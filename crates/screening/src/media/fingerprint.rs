//! Copies of one report, told by the words in a row that they share.

use std::collections::HashMap;

/// Words in a row that are taken together.
const SHINGLE_WORDS: usize = 5;

/// The least hashes of a text that are kept.
const HASHES: usize = 64;

/// Of the hashes kept, those by which likely copies are found.
const KEYS: usize = 12;

/// What share of the words in a row copies have in common at least.
const COPY_SHARE: f64 = 0.7;

/// The least hashes of the words in a row of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint {
    hashes: Vec<u64>,
}

impl Fingerprint {
    /// The fingerprint of a text.
    pub fn of(text: &str) -> Fingerprint {
        let lower = text.to_lowercase();
        let parts = lower.split(|c: char| !c.is_alphanumeric());
        let words: Vec<&str> = parts.filter(|word| !word.is_empty()).collect();
        let row = SHINGLE_WORDS.min(words.len().max(1));
        let mut hashes: Vec<u64> = words.windows(row).map(hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes.truncate(HASHES);
        Fingerprint { hashes }
    }

    /// What share of words in a row two texts have in common, about.
    pub fn likeness(&self, other: &Fingerprint) -> f64 {
        let mut both: Vec<u64> = self.hashes.iter().chain(&other.hashes).copied().collect();
        both.sort_unstable();
        both.dedup();
        both.truncate(HASHES);
        let has = |print: &Fingerprint, hash: &u64| print.hashes.binary_search(hash).is_ok();
        let shared = both
            .iter()
            .filter(|hash| has(self, hash) && has(other, hash))
            .count();
        #[expect(clippy::cast_precision_loss, reason = "at most sixty-four")]
        let share = shared as f64 / both.len().max(1) as f64;
        share
    }
}

/// Reports that came in, for telling copies of them.
#[derive(Debug, Default)]
pub struct Reports {
    prints: Vec<Fingerprint>,
    by_key: HashMap<u64, Vec<u32>>,
}

impl Reports {
    /// Takes a report in: the place of the first report that it is a copy of, or none and it is
    /// the first itself. Places count the calls.
    pub fn add(&mut self, print: Fingerprint) -> Option<usize> {
        let keys = || print.hashes.iter().take(KEYS);
        let mut likely: Vec<u32> = keys()
            .filter_map(|key| self.by_key.get(key))
            .flatten()
            .copied()
            .collect();
        likely.sort_unstable();
        likely.dedup();
        let is_copy = |place: &u32| self.prints[*place as usize].likeness(&print) >= COPY_SHARE;
        let original = likely.into_iter().find(is_copy);
        if original.is_none() {
            let place = u32::try_from(self.prints.len()).unwrap_or(u32::MAX);
            for key in keys() {
                self.by_key.entry(*key).or_default().push(place);
            }
        }
        self.prints.push(if original.is_none() {
            print
        } else {
            Fingerprint::default()
        });
        original.map(|place| place as usize)
    }
}

fn hash(words: &[&str]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([b' ']));
    let hash = bytes.fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    (hash ^ (hash >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
