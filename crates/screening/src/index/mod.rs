//! An index over names: which of them are like a name asked for, without comparing with each.
//!
//! The cast: a [`Dictionary`](dictionary) of distinct words finds the words like a word; `runs`
//! finds neighbors that somebody may write as one word; `bound` says the most that a comparison
//! can come to, from the weights of the score itself; a [`Scratch`] is memory to search in. What a
//! search finds is what comparing with every name would find. An index never changes.

mod asked;
mod bound;
mod deletes;
mod dictionary;
mod names;
mod runs;
mod scratch;
mod search;
mod table;

use std::sync::atomic::{AtomicU64, Ordering};

pub use scratch::Scratch;
pub use search::{Found, More, Plain};

use crate::words::{Bearer, Name, TokenKind};
use bound::Bound;
use dictionary::Dictionary;
use names::{Intake, Names};
use runs::Runs;
use table::{Keyed, Rows, place};

/// Names by number, each with an owner: a list entry or a client.
#[derive(Debug)]
pub struct Index {
    /// Tells indexes apart in memory that remembers.
    serial: u64,
    dictionary: Dictionary,
    names: Names,
    /// The names that have a word: slight ones (see `names`), and the others.
    slight: Rows,
    plain: Rows,
    runs: Runs,
    /// Names by the first letters of all their words.
    acronyms: Keyed<u64>,
    /// Names without a word proper.
    wordless: Box<[u32]>,
    bounds: [Bound; 2],
    /// Are there names of persons, of organizations?
    kinds: [bool; 2],
    /// What a word weighs in a name at least, by word.
    least: Box<[f32]>,
    /// What a word weighs at most.
    heaviest: f32,
}

static SERIAL: AtomicU64 = AtomicU64::new(1);

impl Index {
    /// An index over names and their owners. Names without a word are left out.
    pub fn of<'a>(names: impl Iterator<Item = (u32, &'a Name)>) -> Index {
        let mut intake = Intake::default();
        for (owner, name) in names {
            intake.add(owner, name);
        }
        Index::from(intake)
    }

    /// An index over names that are made one by one, so that not all of them are in memory.
    pub fn from_each(mut next: impl FnMut() -> Option<(u32, Name)>) -> Index {
        let mut intake = Intake::default();
        while let Some((owner, name)) = next() {
            intake.add(owner, &name);
        }
        Index::from(intake)
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Is there no name?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name with a number.
    pub fn name(&self, number: u32) -> Name {
        self.names.name(&self.dictionary.words, number)
    }

    /// Whose name it is.
    pub fn owner(&self, number: u32) -> u32 {
        self.names.owner(number)
    }

    /// What comparisons with a name of this kind are bound by.
    fn bounds_with(&self, kind: Bearer) -> Vec<Bound> {
        let mut kinds: Vec<Bearer> = Vec::with_capacity(2);
        for (has, other) in self
            .kinds
            .iter()
            .zip([Bearer::Person, Bearer::Organization])
        {
            let weights = kind.max(other);
            if *has && !kinds.contains(&weights) {
                kinds.push(weights);
            }
        }
        let of = |kind| match kind {
            Bearer::Person => self.bounds[0],
            Bearer::Organization => self.bounds[1],
        };
        kinds.into_iter().map(of).collect()
    }

    fn least_weight(&self, word: u32) -> f32 {
        self.least[place(word)]
    }

    /// Bytes that the index takes, without what its distinct words take.
    pub fn bytes(&self) -> usize {
        self.dictionary.bytes()
            + self.names.bytes()
            + self.slight.bytes()
            + self.plain.bytes()
            + self.runs.bytes()
            + self.acronyms.bytes()
            + 4 * (self.wordless.len() + self.least.len())
    }

    /// Bytes that the distinct words take.
    pub fn word_bytes(&self) -> usize {
        self.dictionary.word_bytes()
    }
}

impl From<Intake> for Index {
    fn from(intake: Intake) -> Index {
        let (names, words) = intake.done();
        let dictionary = Dictionary::of(words);
        let postings = |slight: bool| {
            let names_of = names
                .numbered()
                .filter(|(name, _)| names.fact(*name).slight == slight);
            let pairs = names_of.flat_map(|(name, tokens)| {
                tokens.iter().enumerate().filter_map(move |(at, token)| {
                    let again = tokens[..at].iter().any(|before| before.word == token.word);
                    (!again).then_some((token.word, name))
                })
            });
            Rows::of(dictionary.len(), pairs)
        };
        let (slight, plain) = (postings(true), postings(false));
        let wordless = names
            .numbered()
            .filter(|(name, _)| names.fact(*name).words == 0);
        let wordless = wordless.map(|(name, _)| name).collect();
        let mut heaviest = 0.0_f32;
        let mut acronyms = Vec::new();
        let mut least = vec![f32::MAX; dictionary.len()];
        let mut kinds = [false; 2];
        for (name, tokens) in names.numbered() {
            kinds[usize::from(names.fact(name).bearer == Bearer::Organization)] = true;
            for token in tokens {
                let weight = &mut least[place(token.word)];
                *weight = weight.min(token.weight);
            }
            heaviest = tokens
                .iter()
                .map(|token| token.weight)
                .fold(heaviest, f32::max);
            let letters = tokens.iter().map(|token| {
                let gives = matches!(
                    token.kind,
                    TokenKind::Word | TokenKind::Initial | TokenKind::Stop
                );
                let letter = dictionary.fact(token.word).first;
                (gives && letter != 0).then_some(letter)
            });
            acronyms.extend(acronym(letters).map(|letters| (letters, name)));
        }
        Index {
            serial: SERIAL.fetch_add(1, Ordering::Relaxed),
            runs: Runs::of(&names, &dictionary),
            dictionary,
            names,
            slight,
            plain,
            acronyms: Keyed::of(acronyms),
            wordless,
            bounds: [Bound::of(Bearer::Person), Bound::of(Bearer::Organization)],
            kinds,
            least: least.into(),
            heaviest,
        }
    }
}

/// The first letters of three to six words as a number.
fn acronym(letters: impl ExactSizeIterator<Item = Option<u8>>) -> Option<u64> {
    if !(3..=6).contains(&letters.len()) {
        return None;
    }
    letters.into_iter().try_fold(0, |packed: u64, letter| {
        Some(packed << 8 | u64::from(letter?))
    })
}

/// The letters of a word as the same number.
fn packed(word: &[u8]) -> Option<u64> {
    acronym(word.iter().map(|letter| Some(*letter)))
}
