//! Which words of one name stand for which of the other.

use crate::likeness::{self, Likeness, Reason};
use crate::words::{Bearer, JOINED_BYTES_MAX, JOINED_TOKENS_MAX, Name, Token, TokenKind, fold};

/// A run of neighboring tokens of one name that stands for a run of the other; one of both is a
/// single token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Match {
    pub(crate) left: Run,
    pub(crate) right: Run,
    pub(crate) likeness: Likeness,
    pub(crate) left_weight: f32,
    pub(crate) right_weight: f32,
}

impl Match {
    /// The weight that both sides have.
    pub(crate) fn weight(&self) -> f32 {
        self.left_weight.min(self.right_weight)
    }

    /// What the match is worth: as much for two words joined as for the two that they stand for, so
    /// that a joined word does not take a word away from its equal.
    fn gain(&self) -> f32 {
        let joined = if self.left.count + self.right.count > 2 {
            0.97
        } else {
            1.0
        };
        self.likeness.similarity * 2.0 * self.weight() * joined
    }
}

/// Neighboring tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Run {
    pub(crate) at: usize,
    pub(crate) count: usize,
}

impl Run {
    fn one(at: usize) -> Run {
        Run { at, count: 1 }
    }

    /// A bit for each token of the run.
    pub(crate) fn bits(self) -> u32 {
        ((1 << self.count) - 1) << self.at
    }
}

/// The matches of two names; no token is in two of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Alignment {
    pub(crate) matches: Vec<Match>,
    /// A bit for each token that has a match.
    pub(crate) left: u32,
    pub(crate) right: u32,
}

/// Aligns two names: the match worth most first, until nothing is left to match.
///
/// The order of matches of equal worth depends on their places alone; so whoever wants the same
/// answer whichever name comes first passes the names in an order of their own (`comparison`).
pub(crate) fn align(left: &Name, right: &Name) -> Alignment {
    let mut candidates = Vec::with_capacity(left.tokens.len() + right.tokens.len());
    singles(left, right, &mut candidates);
    if candidates.len() < left.tokens.len().min(right.tokens.len())
        || left.tokens.len() != right.tokens.len()
        || candidates.iter().any(|m| m.likeness.similarity < 1.0)
    {
        joined(left, right, false, &mut candidates);
        joined(right, left, true, &mut candidates);
        acronyms(left, right, false, &mut candidates);
        acronyms(right, left, true, &mut candidates);
    }
    candidates.sort_by(|a, b| {
        let by_gain = b.gain().total_cmp(&a.gain());
        let distance = |m: &Match| m.left.at.abs_diff(m.right.at);
        by_gain
            .then_with(|| distance(a).cmp(&distance(b)))
            .then_with(|| (a.left, a.right).cmp(&(b.left, b.right)))
    });
    let mut alignment = Alignment::default();
    for candidate in candidates {
        let (left, right) = (candidate.left.bits(), candidate.right.bits());
        if alignment.left & left == 0 && alignment.right & right == 0 {
            alignment.left |= left;
            alignment.right |= right;
            alignment.matches.push(candidate);
        }
    }
    alignment.matches.sort_by_key(|m| (m.left, m.right));
    alignment
}

fn singles(left: &Name, right: &Name, candidates: &mut Vec<Match>) {
    for (i, a) in left.tokens.iter().enumerate() {
        for (j, b) in right.tokens.iter().enumerate() {
            if let Some(likeness) = likeness::tokens(a, b) {
                candidates.push(Match {
                    left: Run::one(i),
                    right: Run::one(j),
                    likeness,
                    left_weight: a.weight,
                    right_weight: b.weight,
                });
            }
        }
    }
}

fn push(
    candidates: &mut Vec<Match>,
    many: (Run, f32),
    one: (Run, f32),
    how: Likeness,
    turned: bool,
) {
    let (left, right) = if turned { (one, many) } else { (many, one) };
    candidates.push(Match {
        left: left.0,
        right: right.0,
        likeness: how,
        left_weight: left.1,
        right_weight: right.1,
    });
}

/// Fewest letters of a word that may stand for several.
const JOINED_BYTES_MIN: usize = 4;

/// Runs of tokens of `many` that one token of `one` stands for.
fn joined(many: &Name, one: &Name, turned: bool, candidates: &mut Vec<Match>) {
    let mut buffer = [0_u8; JOINED_BYTES_MAX];
    for (j, single) in one.tokens.iter().enumerate() {
        let target = single.word.ascii.as_bytes();
        if single.kind != TokenKind::Word || target.len() < JOINED_BYTES_MIN {
            continue;
        }
        for at in 0..many.tokens.len() {
            for count in 2..=JOINED_TOKENS_MAX {
                let Some(run) = many.tokens.get(at..at + count) else {
                    break;
                };
                let Some((length, bits)) = join(run, &mut buffer) else {
                    break;
                };
                if length > target.len() + 2 {
                    break;
                }
                let weight = run.iter().map(|token| token.weight).sum();
                let how = joined_alike(&buffer[..length], bits, single);
                if let Some(how) = how {
                    push(
                        candidates,
                        (Run { at, count }, weight),
                        (Run::one(j), single.weight),
                        how,
                        turned,
                    );
                }
            }
        }
    }
}

fn join(run: &[Token], buffer: &mut [u8; JOINED_BYTES_MAX]) -> Option<(usize, u32)> {
    let (mut length, mut bits) = (0, 0);
    for token in run {
        if matches!(token.kind, TokenKind::Title | TokenKind::Number) {
            return None;
        }
        let ascii = token.word.ascii.as_bytes();
        buffer
            .get_mut(length..length + ascii.len())?
            .copy_from_slice(ascii);
        length += ascii.len();
        bits |= token.word.letters;
    }
    Some((length, bits))
}

fn joined_alike(letters: &[u8], bits: u32, single: &Token) -> Option<Likeness> {
    let how = likeness::letters_alike(
        letters,
        bits,
        single.word.ascii.as_bytes(),
        single.word.letters,
    );
    // A joined word is trusted with one edit for each five letters.
    how.filter(|how| match how.reason {
        Reason::Typo(count) => usize::from(count) * 5 <= letters.len(),
        _ => true,
    })
    .or_else(|| {
        let text = std::str::from_utf8(letters).ok()?;
        let bits_apart = (bits ^ single.word.letters) & CONSONANTS;
        let sounds = bits_apart.count_ones() <= 4
            && single.word.skeleton != 0
            && crate::words::skeleton(text) == single.word.skeleton
            && letters.len() >= 6;
        sounds.then_some(Likeness {
            similarity: 0.8,
            reason: Reason::Sound,
        })
    })
}

/// The letters that a skeleton keeps.
const CONSONANTS: u32 = 0x03FF_FFFF & !VOWELS;
const VOWELS: u32 = 1 | 1 << 4 | 1 << 8 | 1 << 14 | 1 << 20 | 1 << 22 | 1 << 24 | 1 << 7;

/// A word of two to six letters that are the first letters of neighbors: of two or three given names
/// of a person ("JC"), or of all words of an organization.
fn acronyms(many: &Name, one: &Name, turned: bool, candidates: &mut Vec<Match>) {
    for (j, single) in one.tokens.iter().enumerate() {
        let letters = single.word.ascii.as_bytes();
        if single.kind != TokenKind::Word || single.word.script != fold::Script::Latin {
            continue;
        }
        let fits = match one.kind {
            Bearer::Person => (2..=3).contains(&letters.len()) && single.word.letters & VOWELS == 0,
            Bearer::Organization => (3..=6).contains(&letters.len()),
        };
        if !fits {
            continue;
        }
        for at in 0..many.tokens.len() {
            let Some(run) = many.tokens.get(at..at + letters.len()) else {
                break;
            };
            let whole = run.len() == many.tokens.len();
            let same = run.iter().zip(letters).all(|(token, letter)| {
                matches!(
                    token.kind,
                    TokenKind::Word | TokenKind::Initial | TokenKind::Stop
                ) && token.word.ascii.as_bytes().first() == Some(letter)
            });
            if same && (whole || one.kind == Bearer::Person) {
                let weight = run.iter().map(|token| token.weight).sum();
                let how = Likeness {
                    similarity: 0.75,
                    reason: Reason::Acronym,
                };
                let run = Run {
                    at,
                    count: run.len(),
                };
                push(
                    candidates,
                    (run, weight),
                    (Run::one(j), single.weight),
                    how,
                    turned,
                );
            }
        }
    }
}
