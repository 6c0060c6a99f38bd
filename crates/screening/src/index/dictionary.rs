//! The distinct words of an index, and which of them are like a word asked for.

use std::sync::Arc;

use super::deletes::{Deletes, strikes};
use super::table::{Keyed, place};
use crate::likeness;
use crate::words::fold::WORD_BYTES_MAX;
use crate::words::{Script, Word};

/// The distinct words; a word's number is its place.
#[derive(Debug)]
pub(super) struct Dictionary {
    pub(super) words: Box<[Arc<Word>]>,
    facts: Box<[Fact]>,
    deletes: Deletes,
    /// How many words have so many letters.
    lengths: [u32; WORD_BYTES_MAX + 8],
    groups: Keyed<u32>,
    nicknames: Keyed<u32>,
    skeletons: Keyed<u64>,
    /// Words that have no form in ASCII, by the hash of their text.
    texts: Keyed<u64>,
    /// Words of signs, by what is left when one sign is hidden.
    signs: Keyed<u64>,
}

/// What is looked at before a word itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fact {
    pub(super) letters: u32,
    pub(super) length: u8,
    /// The first letter; zero where there is none.
    pub(super) first: u8,
    /// Is it written in signs?
    pub(super) signs: bool,
}

/// A word of the dictionary that is like the one asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Near {
    pub(super) word: u32,
    pub(super) similarity: f32,
}

impl Dictionary {
    pub(super) fn of(words: Vec<Arc<Word>>) -> Dictionary {
        let facts: Box<[Fact]> = words.iter().map(|word| Fact::of(word)).collect();
        let numbered = || (0_u32..).zip(&words);
        let of_many = |many: fn(&Word) -> &[u32]| {
            let pairs = numbered().flat_map(|(id, word)| many(word).iter().map(move |k| (*k, id)));
            Keyed::of(pairs.collect())
        };
        let groups = of_many(|word| &word.groups);
        let nicknames = of_many(|word| &word.nicknames);
        let sounding = numbered().filter(|(_, word)| word.skeleton != 0);
        let skeletons = Keyed::of(sounding.map(|(id, word)| (word.skeleton, id)).collect());
        let plain = numbered().filter(|(_, word)| word.ascii.is_empty());
        let texts = Keyed::of(plain.map(|(id, word)| (hash(&word.text), id)).collect());
        let mut signs = Vec::new();
        for (id, word) in numbered() {
            for_each_hidden(word, |key| signs.push((key, id)));
        }
        let deletes = Deletes::of(words.iter().map(|word| &*word.ascii));
        Dictionary {
            lengths: lengths(&facts),
            facts,
            deletes,
            groups,
            nicknames,
            skeletons,
            texts,
            signs: Keyed::of(signs),
            words: words.into(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// Are there words written in signs?
    pub(super) fn has_signs(&self) -> bool {
        !self.signs.is_empty()
    }

    pub(super) fn fact(&self, id: u32) -> Fact {
        self.facts[place(id)]
    }

    /// Words that are the same, whatever they do in their names.
    pub(super) fn same(&self, word: &Word, near: &mut Vec<Near>) {
        let mut keep = |id: u32| {
            let other = &self.words[place(id)];
            let same =
                other.ascii == word.ascii && (!word.ascii.is_empty() || other.text == word.text);
            if same && !near.iter().any(|near| near.word == id) {
                near.push(Near {
                    word: id,
                    similarity: 1.0,
                });
            }
        };
        if word.ascii.is_empty() {
            self.texts
                .of_key(hash(&word.text))
                .iter()
                .for_each(|id| keep(*id));
        } else {
            self.deletes.near(word.ascii.as_bytes(), 0, keep);
        }
    }

    /// Words with exactly these letters.
    pub(super) fn spelled(&self, letters: &[u8], mut found: impl FnMut(u32)) {
        self.deletes.near(letters, 0, |id| {
            if usize::from(self.facts[place(id)].length) == letters.len()
                && self.words[place(id)].ascii.as_bytes() == letters
            {
                found(id);
            }
        });
    }

    /// Words at most one edit from these letters.
    pub(super) fn spelled_with_an_edit(&self, letters: &[u8], mut found: impl FnMut(u32)) {
        if letters.len() < 2 {
            return;
        }
        self.deletes.near(letters, 1, |id| {
            if usize::from(self.facts[place(id)].length).abs_diff(letters.len()) <= 1
                && likeness::within(self.words[place(id)].ascii.as_bytes(), letters, 1).is_some()
            {
                found(id);
            }
        });
    }

    /// Every word that [`likeness::words`] takes for the word given.
    pub(super) fn similar(&self, word: &Word, seen: &mut Seen, near: &mut Vec<Near>) {
        seen.begin(self.len());
        let mut keep = |id: u32| {
            if let Some(alike) = likeness::words(word, &self.words[place(id)]) {
                near.push(Near {
                    word: id,
                    similarity: alike.similarity,
                });
            }
        };
        for id in self.texts.of_key(hash(&word.text)) {
            if seen.first_time(*id) {
                keep(*id);
            }
        }
        for group in &word.groups {
            for id in self.groups.of_key(*group) {
                if seen.first_time(*id) {
                    keep(*id);
                }
            }
        }
        for link in &word.nicknames {
            for id in self.nicknames.of_key(*link) {
                if seen.first_time(*id) {
                    keep(*id);
                }
            }
        }
        if word.skeleton != 0 {
            for id in self.skeletons.of_key(word.skeleton) {
                if seen.first_time(*id) {
                    keep(*id);
                }
            }
        }
        for_each_hidden(word, |key| {
            for id in self.signs.of_key(key) {
                if seen.first_time(*id) {
                    keep(*id);
                }
            }
        });
        let asked = Fact::of(word);
        self.deletes
            .near(word.ascii.as_bytes(), strikes(word.ascii.len()), |id| {
                if asked.may_be(self.facts[place(id)]) && seen.first_time(id) {
                    keep(id);
                }
            });
    }

    /// Words that stand for neighbors written as one: by letters with one edit for each five, or by
    /// sound.
    pub(super) fn joined(&self, joined: &Joined, seen: &mut Seen, near: &mut Vec<Near>) {
        seen.begin(self.len());
        let letters = joined.letters();
        let edits = (letters.len() / 5).min(3);
        let lengths = letters.len() - edits..=letters.len() + edits;
        let some = self
            .lengths
            .get(lengths)
            .is_none_or(|counts| counts.iter().any(|n| *n > 0));
        let mut look = |id: u32| {
            let fact = self.facts[place(id)];
            if joined.fact.may_be(fact)
                && seen.first_time(id)
                && let Some(similarity) = joined.alike(&self.words[place(id)])
            {
                near.push(Near {
                    word: id,
                    similarity,
                });
            }
        };
        if some {
            self.deletes.near(letters, edits, &mut look);
        }
        if joined.skeleton != 0 {
            for id in self.skeletons.of_key(joined.skeleton) {
                let word = &self.words[place(*id)];
                if seen.first_time(*id)
                    && let Some(similarity) = joined.alike(word)
                {
                    near.push(Near {
                        word: *id,
                        similarity,
                    });
                }
            }
        }
    }

    /// Bytes that it takes, the words themselves apart.
    pub(super) fn bytes(&self) -> usize {
        self.deletes.bytes()
            + self.groups.bytes()
            + self.nicknames.bytes()
            + self.skeletons.bytes()
            + self.texts.bytes()
            + self.signs.bytes()
            + self.facts.len() * size_of::<Fact>()
    }

    /// Bytes that the words take: themselves and what hangs on them.
    pub(super) fn word_bytes(&self) -> usize {
        let of = |word: &Word| {
            let text = word.text.len() + word.ascii.len();
            size_of::<Word>() + 24 + text + 4 * (word.groups.len() + word.nicknames.len())
        };
        self.words.iter().map(|word| of(word)).sum()
    }
}

fn lengths(facts: &[Fact]) -> [u32; WORD_BYTES_MAX + 8] {
    let mut counts = [0; WORD_BYTES_MAX + 8];
    for fact in facts {
        if let Some(count) = counts.get_mut(usize::from(fact.length)) {
            *count += 1;
        }
    }
    counts
}

impl Fact {
    fn of(word: &Word) -> Fact {
        Fact {
            letters: word.letters,
            length: u8::try_from(word.ascii.len()).unwrap_or(u8::MAX),
            first: word.ascii.as_bytes().first().copied().unwrap_or(0),
            signs: word.script == Script::East,
        }
    }

    /// May a word with these letters be few enough edits away?
    fn may_be(self, other: Fact) -> bool {
        let most = likeness::edits_max(usize::from(self.length.max(other.length)));
        usize::from(self.length.abs_diff(other.length)) <= most
            && (self.letters ^ other.letters).count_ones() as usize <= 2 * most
    }
}

/// Neighboring words of a name written as one.
pub(super) struct Joined {
    text: String,
    fact: Fact,
    skeleton: u64,
}

/// How like a joined word is that only sounds the same, and its fewest letters.
const SOUND: (f32, usize) = (0.8, 6);

impl Joined {
    pub(super) fn of(text: String) -> Joined {
        let letters = crate::words::letters(&text);
        let skeleton = if text.len() >= SOUND.1 {
            crate::words::skeleton(&text)
        } else {
            0
        };
        Joined {
            fact: Fact {
                letters,
                length: u8::try_from(text.len()).unwrap_or(u8::MAX),
                first: 0,
                signs: false,
            },
            skeleton,
            text,
        }
    }

    pub(super) fn letters(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// At most how like the word is; the comparison itself may find it less like, or not at all.
    pub(super) fn alike(&self, word: &Word) -> Option<f32> {
        let by_letters = likeness::letters_alike(
            self.letters(),
            self.fact.letters,
            word.ascii.as_bytes(),
            word.letters,
        );
        let by_sound = self.skeleton != 0 && self.skeleton == word.skeleton;
        let by_letters = by_letters.map(|alike| alike.similarity);
        by_letters.or(by_sound.then_some(SOUND.0))
    }
}

/// Which words were looked at in this look-up.
#[derive(Debug, Default)]
pub(super) struct Seen {
    round: u32,
    rounds: Vec<u32>,
}

impl Seen {
    pub(super) fn begin(&mut self, words: usize) {
        if self.rounds.len() < words {
            self.rounds.resize(words, 0);
        }
        if self.round == u32::MAX {
            self.rounds.fill(0);
            self.round = 0;
        }
        self.round += 1;
    }

    pub(super) fn first_time(&mut self, id: u32) -> bool {
        std::mem::replace(&mut self.rounds[place(id)], self.round) != self.round
    }
}

/// The hash of a text that has no form in ASCII.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// The hashes of a word of signs with one of them hidden, or the last left out: two that differ in
/// one sign have one in common.
fn for_each_hidden(word: &Word, mut found: impl FnMut(u64)) {
    if word.script != Script::East {
        return;
    }
    let signs: Vec<char> = word.text.chars().take(SIGNS_MAX).collect();
    let key = |kind: u32, signs: &mut dyn Iterator<Item = u32>| {
        signs.fold(
            0xCBF2_9CE4_8422_2325 ^ u64::from(kind),
            |hash: u64, sign| (hash ^ u64::from(sign)).wrapping_mul(0x0100_0000_01B3),
        )
    };
    let number = |sign: &char| u32::from(*sign);
    found(key(1, &mut signs.iter().map(number)));
    for hidden in 0..signs.len() {
        let others = signs.iter().enumerate();
        let mut masked = others.map(|(at, sign)| if at == hidden { 0 } else { number(sign) });
        found(key(2, &mut masked));
    }
    if let Some((_, before)) = signs.split_last() {
        found(key(1, &mut before.iter().map(number)));
    }
}

/// Signs of a word that are looked at.
const SIGNS_MAX: usize = 24;
