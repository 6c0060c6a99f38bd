//! How alike two words are, and why.

mod edits;

pub use edits::{edits, within};

use crate::words::{Script, Token, TokenKind, Word};

/// Why two words are taken for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The same letters, or the same in ASCII.
    Exact,
    /// One name in two spellings or scripts, by the tables of name parts.
    NamePart,
    /// A short form of the other.
    Nickname,
    /// So many letters are missing, too many, changed or swapped.
    Typo(u8),
    /// The same consonants, roughly.
    Sound,
    /// A letter that stands for the word.
    Initial,
    /// The first letters of several words.
    Acronym,
}

/// A likeness of two words: 1 is the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likeness {
    pub similarity: f32,
    pub reason: Reason,
}

/// Below this two words are not taken for one.
pub const SIMILARITY_MIN: f32 = 0.55;

/// How alike two tokens are; none where they are not alike.
pub fn tokens(a: &Token, b: &Token) -> Option<Likeness> {
    use TokenKind::{Initial, Number, Particle, Stop, Title, Word};
    let initial = |short: &Token, long: &Token| {
        let same = short.word.ascii.as_bytes().first() == long.word.ascii.as_bytes().first();
        (same && !short.word.ascii.is_empty()).then_some(Likeness {
            similarity: 0.75,
            reason: Reason::Initial,
        })
    };
    match (a.kind, b.kind) {
        (Word, Word) => words(&a.word, &b.word),
        (Initial, Word) => initial(a, b),
        (Word, Initial) => initial(b, a),
        (Particle, Particle) => particles(&a.word, &b.word),
        (Word | Particle | Stop | Title | Number | Initial, _) => same(&a.word, &b.word),
    }
}

fn same(a: &Word, b: &Word) -> Option<Likeness> {
    let same = a.text == b.text || (a.ascii == b.ascii && !a.ascii.is_empty());
    same.then_some(Likeness {
        similarity: 1.0,
        reason: Reason::Exact,
    })
}

/// "bin", "ibn" and "ben" are one; so are "al" and its forms before other letters.
fn particles(a: &Word, b: &Word) -> Option<Likeness> {
    let class = |word: &Word| match &*word.ascii {
        "bin" | "ibn" | "ben" | "ibne" => 1,
        "al" | "el" | "ul" | "ar" | "as" | "ad" | "an" | "at" | "az" | "ur" | "ut" | "es" => 2,
        "abu" | "abou" | "abi" => 3,
        "oglu" | "ogly" => 4,
        "bint" | "binti" | "bte" => 5,
        _ => 0,
    };
    let alike = class(a) != 0 && class(a) == class(b);
    let near = alike.then_some(Likeness {
        similarity: 0.95,
        reason: Reason::NamePart,
    });
    same(a, b).or(near)
}

/// What a word in Chinese signs and its reading are to each other: many signs are read alike.
const READ_ALIKE: Likeness = Likeness {
    similarity: 0.94,
    reason: Reason::Sound,
};

/// Signs of an East Asian word, below which another letter in its reading is another word.
const SIGNS_MIN: usize = 4;

fn is_syllable(word: &Word) -> bool {
    word.script == Script::East && word.text.chars().nth(SIGNS_MIN - 1).is_none()
}

/// How alike two words are; none where they are not alike.
pub fn words(a: &Word, b: &Word) -> Option<Likeness> {
    if let Some(same) = same(a, b) {
        let read = a.script != b.script && (a.script == Script::East || b.script == Script::East);
        return Some(if read { READ_ALIKE } else { same });
    }
    if is_number(a) || is_number(b) {
        return None;
    }
    if a.script == Script::East && b.script == Script::East {
        return signs(a, b);
    }
    let mut best: Option<Likeness> = None;
    let mut offer = |likeness: Option<Likeness>| {
        let better = likeness.filter(|l| best.is_none_or(|best| l.similarity > best.similarity));
        best = better.or(best);
    };
    offer(typo(a, b));
    if share(&a.groups, &b.groups) {
        let similarity = if a.script == b.script { 0.87 } else { 0.95 };
        offer(Some(Likeness {
            similarity,
            reason: Reason::NamePart,
        }));
    }
    if share(&a.nicknames, &b.nicknames) {
        offer(Some(Likeness {
            similarity: 0.75,
            reason: Reason::Nickname,
        }));
    }
    if a.skeleton != 0 && a.skeleton == b.skeleton {
        offer(Some(Likeness {
            similarity: sound(a, b),
            reason: Reason::Sound,
        }));
    }
    best.filter(|best| best.similarity >= SIMILARITY_MIN)
}

/// Chinese, Japanese and Korean words are compared sign by sign: every sign is a syllable or more,
/// so that one letter of its sound is not a slip.
fn signs(a: &Word, b: &Word) -> Option<Likeness> {
    if share(&a.groups, &b.groups) {
        return Some(Likeness {
            similarity: 0.87,
            reason: Reason::NamePart,
        });
    }
    let (count, other) = (a.text.chars().count(), b.text.chars().count());
    let differ = a
        .text
        .chars()
        .zip(b.text.chars())
        .filter(|(a, b)| a != b)
        .count();
    let longest = count.max(other);
    if differ + count.abs_diff(other) > 1 || longest < 3 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "lengths of words are small")]
    let similarity = 1.0 - 1.0 / longest as f32;
    Some(Likeness {
        similarity,
        reason: Reason::Typo(1),
    })
}

/// Bits of a word's letters that are a to z; those above are digits.
const LETTERS_COUNT: u32 = 26;

fn is_number(word: &Word) -> bool {
    word.letters != 0 && word.letters.trailing_zeros() >= LETTERS_COUNT
}

fn typo(a: &Word, b: &Word) -> Option<Likeness> {
    if a.ascii.is_empty() || b.ascii.is_empty() || is_syllable(a) || is_syllable(b) {
        return None;
    }
    letters_alike(a.ascii.as_bytes(), a.letters, b.ascii.as_bytes(), b.letters)
}

/// A likeness by letters alone: for words, and for neighbors written as one.
pub(crate) fn letters_alike(
    a: &[u8],
    a_letters: u32,
    b: &[u8],
    b_letters: u32,
) -> Option<Likeness> {
    let longest = a.len().max(b.len());
    let most = edits_max(longest);
    // Each edit changes at most two bits.
    if a.len().abs_diff(b.len()) > most || (a_letters ^ b_letters).count_ones() as usize > 2 * most
    {
        return None;
    }
    let count = within(a, b, most)?;
    let cost = edits(a, b);
    #[expect(clippy::cast_precision_loss, reason = "lengths of words are small")]
    let similarity = 1.0 - cost / longest as f32;
    let count = u8::try_from(count).unwrap_or(u8::MAX);
    let reason = if count == 0 {
        Reason::Exact
    } else {
        Reason::Typo(count)
    };
    Some(Likeness { similarity, reason })
}

/// Edits that two words may be apart, by the length of the longer one. An index has to find every
/// pair of words that this lets pass.
pub fn edits_max(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=6 => 1,
        7..=10 => 2,
        _ => 3,
    }
}

/// Words with the same consonants are the more alike, the more they have. Scripts that write few
/// vowels make most differences in vowels mean nothing.
fn sound(a: &Word, b: &Word) -> f32 {
    let consonants = (67 - a.skeleton.leading_zeros()) / 4;
    let same_start = a.ascii.as_bytes().first() == b.ascii.as_bytes().first();
    #[expect(clippy::cast_precision_loss, reason = "at most sixteen")]
    let more = 0.04 * consonants.saturating_sub(2).min(4) as f32;
    let base = if a.script == b.script { 0.6 } else { 0.8 };
    base + more + if same_start { 0.06 } else { 0.0 }
}

fn share(a: &[u32], b: &[u32]) -> bool {
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => return true,
        }
    }
    false
}
