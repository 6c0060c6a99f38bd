//! A name asked for, prepared: which words of the index stand for which of its words.

use super::bound::{Bound, Case, NEAR_LENGTHS, near_miss_most, near_reading};
use super::dictionary::{Joined, Near};
use super::names::REST_WEIGHT_MIN;
use super::runs::RunNear;
use super::scratch::{Edge, Scratch};
use super::{Index, packed};
use crate::words::{Bearer, Name, Script, TOKENS_MAX, Token, TokenKind};

/// What a name asks of an index.
pub(super) struct Asked<'a> {
    pub(super) name: &'a Name,
    /// A bit for each token that is matched without a look-up: initials and particles, and letters
    /// that may stand for several words.
    pub(super) always: u32,
    /// Words that may be the first letters of several.
    pub(super) acronyms: u32,
    /// Initials, and words that may be acronyms.
    pub(super) initials: u8,
    pub(super) words: u32,
    pub(super) word_bits: u32,
    /// A bit for each token whose names are looked at only where they are slight; none where all
    /// names are looked at.
    pub(super) out: Option<u32>,
    /// How alike each token, without a match, can be at most to a word of the index.
    near: [f32; TOKENS_MAX],
    /// One for each kind of names in the index.
    bounds: Vec<Bound>,
    /// The words of the index that start the search, with what they match.
    pub(super) units: Vec<Unit>,
    /// Runs of the index, with the token that stands for each.
    pub(super) runs: Vec<(usize, RunNear)>,
}

/// A word, or neighbors, of the name asked for, with the words of the index that it is like.
pub(super) struct Unit {
    pub(super) bits: u32,
    pub(super) near: Vec<Near>,
    /// Names to look at when all that have these words are taken.
    pub(super) cost: usize,
}

impl<'a> Asked<'a> {
    pub(super) fn of(
        index: &Index,
        name: &'a Name,
        floor: f32,
        scratch: &mut Scratch,
    ) -> Asked<'a> {
        let mut asked = Asked {
            name,
            always: 0,
            acronyms: 0,
            initials: 0,
            words: 0,
            word_bits: 0,
            out: None,
            near: [0.0; TOKENS_MAX],
            bounds: index.bounds_with(name.kind),
            units: Vec::with_capacity(name.tokens.len() + 2),
            runs: Vec::new(),
        };
        scratch.begin(index);
        for (at, token) in name.tokens.iter().enumerate() {
            asked.sort(index, at, token);
            asked.near[at] = near_miss(token, index.dictionary.has_signs());
        }
        for at in 0..name.tokens.len() {
            asked.look_up(index, at, floor, scratch);
        }
        asked.join(index, scratch);
        asked.shorten(index, scratch);
        asked
    }

    fn sort(&mut self, index: &Index, at: usize, token: &Token) {
        let bit = 1 << at;
        match token.kind {
            TokenKind::Initial => {
                self.always |= bit;
                self.initials += 1;
            }
            TokenKind::Particle => self.always |= bit,
            TokenKind::Word => {
                self.words += 1;
                self.word_bits |= bit;
                if may_be_acronym(index, self.name.kind, token) {
                    self.acronyms |= bit;
                    self.initials += 1;
                    if self.name.kind == Bearer::Person {
                        self.always |= bit;
                    }
                }
            }
            TokenKind::Number | TokenKind::Stop | TokenKind::Title => {}
        }
    }

    fn look_up(&mut self, index: &Index, at: usize, floor: f32, scratch: &mut Scratch) {
        let token = &self.name.tokens[at];
        let found = scratch.near(index, token);
        let bits = 1 << at;
        let mut unit = Unit {
            bits,
            near: Vec::with_capacity(found.words.len()),
            cost: 0,
        };
        for near in &found.words {
            let unlike = (1.0 - near.similarity) * token.weight.min(index.least_weight(near.word));
            if unlike > 0.0 && !self.reaches_with_all_others(unlike, floor) {
                continue;
            }
            scratch.mark(near.word, Edge::of(bits, token.weight, near.similarity));
            unit.cost += index.plain.row(near.word).len();
            unit.near.push(*near);
        }
        self.runs.extend(found.runs.iter().map(|run| (at, *run)));
        self.units.push(unit);
    }

    /// Can a name reach the floor in which one word is so unlike, when all others are the same?
    fn reaches_with_all_others(&self, unlike: f32, floor: f32) -> bool {
        let all = self.name.weight;
        self.reaches(
            floor,
            &Case {
                small: all,
                large: all,
                open: (0.0, 0.0),
                mass: all,
                alike: all - unlike,
                worst: unlike,
                words: if self.words == 1 { 1 } else { self.words + 2 },
                initials: f32::from(self.initials) + self.others(),
                near: 0.0,
                single: (self.words <= 1, None),
            },
        )
    }

    /// Words besides one, each of which may be met by an initial.
    fn others(&self) -> f32 {
        f32::from(u8::try_from(self.words.saturating_sub(1)).unwrap_or(u8::MAX))
    }

    /// How alike a word without a match can be at most to one of the index, apart from those with
    /// a bit.
    pub(super) fn near_miss(&self, bits: u32) -> f32 {
        let words = self.near.iter().enumerate();
        let open = words.filter(|(at, _)| (self.word_bits & !bits) >> at & 1 == 1);
        open.map(|(_, near)| *near).fold(0.0, f32::max)
    }

    /// Can names of which this is known reach the floor?
    fn reaches(&self, floor: f32, case: &Case) -> bool {
        self.bounds.iter().any(|bound| bound.ceiling(case) >= floor)
    }

    /// At most the log-odds of names of which this is known.
    pub(super) fn ceiling(&self, case: &Case) -> f32 {
        self.bounds
            .iter()
            .map(|bound| bound.ceiling(case))
            .fold(f32::MIN, f32::max)
    }

    /// The tokens with a bit.
    pub(super) fn tokens_with(&self, bits: u32) -> impl Iterator<Item = &Token> {
        let tokens = self.name.tokens.iter().enumerate();
        tokens
            .filter(move |(at, _)| bits >> at & 1 == 1)
            .map(|(_, token)| token)
    }

    /// Neighbors that are one word in the index.
    fn join(&mut self, index: &Index, scratch: &mut Scratch) {
        for (at, count, text) in self.name.joined() {
            if text.len() < JOINED_LETTERS_MIN {
                continue;
            }
            let mut near = Vec::new();
            index
                .dictionary
                .joined(&Joined::of(text), &mut scratch.seen, &mut near);
            self.push_run(index, scratch, (at, count), near);
        }
    }

    /// Neighbors whose first letters are a word in the index.
    fn shorten(&mut self, index: &Index, scratch: &mut Scratch) {
        let tokens = &self.name.tokens;
        let mut letters = Vec::new();
        for at in 0..tokens.len() {
            letters.clear();
            for (further, token) in tokens[at..].iter().take(ACRONYM_LETTERS_MAX).enumerate() {
                let Some(letter) = first_letter(token) else {
                    break;
                };
                letters.push(letter);
                let count = further + 1;
                let whole = count == tokens.len() && count > 2;
                if count >= 2 && (count <= 3 || whole) {
                    let mut near = Vec::new();
                    index.dictionary.spelled(&letters, |word| {
                        near.push(Near {
                            word,
                            similarity: ACRONYM,
                        });
                    });
                    self.initials += u8::from(!near.is_empty());
                    self.push_run(index, scratch, (at, count), near);
                }
            }
        }
    }

    fn push_run(
        &mut self,
        index: &Index,
        scratch: &mut Scratch,
        (at, count): (usize, usize),
        near: Vec<Near>,
    ) {
        if near.is_empty() {
            return;
        }
        let weight = self.name.tokens[at..at + count]
            .iter()
            .map(|token| token.weight)
            .sum();
        let bits = ((1 << count) - 1) << at;
        for near in &near {
            scratch.mark(near.word, Edge::of(bits, weight, near.similarity));
        }
        let cost = near
            .iter()
            .map(|near| index.plain.row(near.word).len())
            .sum();
        self.units.push(Unit { bits, near, cost });
    }

    /// The weight of the tokens with a bit.
    pub(super) fn weight(&self, bits: u32) -> f32 {
        self.tokens_with(bits).map(|token| token.weight).sum()
    }

    /// Splits the tokens into those whose names are all looked at and those of which only slight
    /// names are: a name that has nothing but the latter cannot reach the floor. The costly ones
    /// are left out as far as that goes; where nothing goes, every name is looked at.
    pub(super) fn leave_out(&mut self, floor: f32) {
        if self.words == 0 || self.reaches_alone(self.always, floor) {
            return;
        }
        let single = self.units.iter().filter(|unit| unit.bits.is_power_of_two());
        let mut order: Vec<(usize, u32)> = single.map(|unit| (unit.cost, unit.bits)).collect();
        order.sort_unstable_by_key(|(cost, bits)| std::cmp::Reverse((*cost, *bits)));
        let mut out = self.always;
        for (cost, bits) in order {
            if cost > 0 && !self.reaches_alone(out | bits, floor) {
                out |= bits;
            }
        }
        self.out = Some(out);
    }

    /// Can a name that is not slight reach the floor with no other matches than of these tokens?
    fn reaches_alone(&self, bits: u32, floor: f32) -> bool {
        let words = (bits & self.word_bits).count_ones();
        let others = (bits & !self.word_bits).count_ones();
        let weight = self.weight(bits);
        // An initial may stand for a word that weighs more, an acronym for several.
        let initials = bits & self.acronyms & self.always != 0
            || self
                .tokens_with(bits)
                .any(|token| token.kind == TokenKind::Initial);
        #[expect(clippy::cast_precision_loss, reason = "at most sixteen tokens")]
        let matched = LIGHT * others as f32;
        let rest = match words {
            _ if initials => 0.0,
            0 => (REST_WEIGHT_MIN + LEAST_WORD - matched).max(0.0),
            1 => (REST_WEIGHT_MIN - matched).max(0.0),
            _ => 0.0,
        };
        let least = if initials {
            weight
        } else {
            weight.max(REST_WEIGHT_MIN + LEAST_WORD)
        };
        self.reaches(
            floor,
            &Case {
                small: self.name.weight.min(least),
                large: f32::MAX,
                open: (self.name.weight - weight, rest),
                mass: weight,
                alike: weight,
                worst: 0.0,
                words: if initials { words + 2 } else { words },
                initials: if initials {
                    f32::from(self.initials)
                } else {
                    0.0
                },
                near: self.near_miss(bits),
                single: (self.words <= 1, Some(false)),
            },
        )
    }
}

/// How alike a token can be at most to a word that it is not taken for. (A word written in signs is
/// not taken for one whose reading is an edit away.)
fn near_miss(token: &Token, signs: bool) -> f32 {
    let length = token.word.ascii.len();
    let lengths = length.saturating_sub(NEAR_LENGTHS)..=length + NEAR_LENGTHS;
    let most = match token.word.script {
        Script::East => 1.0,
        Script::Latin | Script::Other => lengths
            .map(|other| near_miss_most(length, other))
            .fold(0.0, f32::max),
    };
    let read = if signs { near_reading(length) } else { 0.0 };
    most.max(read) * token.weight.min(1.0)
}

/// What a token that is no word weighs in the index at most.
const LIGHT: f32 = 0.6;
/// What a word weighs at least, unless it is in the name for a second time.
const LEAST_WORD: f32 = 0.25;
const JOINED_LETTERS_MIN: usize = 4;
const ACRONYM_LETTERS_MAX: usize = 6;
/// How like an acronym is.
const ACRONYM: f32 = 0.75;

/// The letter that a token gives to an acronym.
pub(super) fn first_letter(token: &Token) -> Option<u8> {
    let gives = matches!(
        token.kind,
        TokenKind::Word | TokenKind::Initial | TokenKind::Stop
    );
    token
        .word
        .ascii
        .as_bytes()
        .first()
        .copied()
        .filter(|_| gives)
}

/// May the word be the first letters of several in a name of the index?
fn may_be_acronym(index: &Index, bearer: Bearer, token: &Token) -> bool {
    let letters = token.word.ascii.as_bytes();
    let fits = match bearer {
        Bearer::Person => (2..=3).contains(&letters.len()) && token.word.letters & VOWELS == 0,
        Bearer::Organization => {
            packed(letters).is_some_and(|letters| !index.acronyms.of_key(letters).is_empty())
        }
    };
    fits && token.word.script == Script::Latin
}

/// The bits of vowels, and of consonants that may be one.
const VOWELS: u32 = 1 | 1 << 4 | 1 << 7 | 1 << 8 | 1 << 14 | 1 << 20 | 1 << 22 | 1 << 24;
