//! Searching an index for the names that are like one.

use super::asked::Asked;
use super::bound::{Case, NEAR_LENGTHS, near_miss_most};
use super::dictionary::Fact;
use super::names::NameToken;
use super::scratch::Scratch;
use super::table::{count, place};
use super::{Index, packed};
use crate::comparison::{Comparison, compare_names};
use crate::words::{Bearer, Name, Script, TokenKind, Word};

/// A name of the index that is like the one asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    pub name: u32,
    pub owner: u32,
    pub names: Comparison,
}

/// What else speaks for or against an owner, in log-odds.
pub trait More {
    /// At most what it says of any owner.
    fn most(&self) -> f64;
    /// What it says of this one; none where the owner is out of question.
    fn of(&self, owner: u32) -> Option<f64>;
}

/// Nothing else is known.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl More for Plain {
    fn most(&self) -> f64 {
        0.0
    }

    fn of(&self, _: u32) -> Option<f64> {
        Some(0.0)
    }
}

/// Sums in another order differ by less.
const ROUNDING: f64 = 1e-6;

/// The mask of a name that is looked at whatever else is known of it.
const LOOK: u32 = 1 << 31;

impl Index {
    /// Every name whose log-odds, with what else is known of its owner, reach the floor (or miss it
    /// by a rounding error), in ascending order.
    pub fn search(
        &self,
        asked: &Name,
        floor: f64,
        more: &impl More,
        scratch: &mut Scratch,
    ) -> Vec<Found> {
        let mut found = Vec::new();
        if asked.tokens.is_empty() || self.is_empty() {
            return found;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a bound has slack for rounding"
        )]
        let lowest = (floor - more.most()) as f32;
        let mut asked = Asked::of(self, asked, lowest, scratch);
        asked.leave_out(lowest);
        self.touch(&asked, scratch);
        let mut touched = std::mem::take(&mut scratch.touched);
        for name in &touched {
            let mask = std::mem::take(&mut scratch.masks[place(*name)]);
            let quick = self.quick_ceiling(&asked, *name, mask);
            if quick < lowest {
                continue;
            }
            let Some(more) = more.of(self.owner(*name)) else {
                continue;
            };
            if f64::from(quick) + more < floor - ROUNDING {
                continue;
            }
            let ceiling = self.ceiling(&asked, *name, mask, scratch);
            if f64::from(ceiling) + more < floor - ROUNDING {
                continue;
            }
            let names = compare_names(asked.name, &self.name(*name));
            if names.log_odds + more >= floor - ROUNDING {
                found.push(Found {
                    name: *name,
                    owner: self.owner(*name),
                    names,
                });
            }
        }
        touched.clear();
        scratch.touched = touched;
        found.sort_unstable_by_key(|found| found.name);
        found
    }

    /// Notes the names that have words of the name asked for.
    fn touch(&self, asked: &Asked, scratch: &mut Scratch) {
        let Some(out) = asked.out else {
            for name in 0..count(self.len()) {
                scratch.touch(name, LOOK);
            }
            return;
        };
        for unit in &asked.units {
            let left_out = unit.bits & out == unit.bits && unit.bits.is_power_of_two();
            for near in &unit.near {
                for name in self.slight.row(near.word) {
                    scratch.touch(*name, unit.bits);
                }
                if !left_out {
                    for name in self.plain.row(near.word) {
                        scratch.touch(*name, unit.bits);
                    }
                }
            }
        }
        for (_, run) in &asked.runs {
            for name in self.runs.names(run.run) {
                scratch.touch(*name, LOOK);
            }
        }
        if asked.name.kind == Bearer::Organization {
            for token in asked.tokens_with(asked.acronyms) {
                let letters = packed(token.word.ascii.as_bytes());
                for name in letters.map_or(&[][..], |letters| self.acronyms.of_key(letters)) {
                    scratch.touch(*name, LOOK);
                }
            }
        }
        for name in &self.wordless {
            scratch.touch(*name, LOOK);
        }
    }

    /// At most the log-odds of a name touched by these tokens: a quick look that reads nothing of
    /// the name but what it weighs.
    fn quick_ceiling(&self, asked: &Asked, name: u32, mask: u32) -> f32 {
        let fact = self.names.fact(name);
        if mask & LOOK != 0 || fact.initials > 0 {
            return f32::MAX;
        }
        // A slight name is touched by all its words, any other by those that are not left out.
        let more = if fact.slight {
            asked.always
        } else {
            asked.out.unwrap_or(u32::MAX)
        };
        let bits = mask | more;
        let left = asked.weight(bits);
        #[expect(clippy::cast_precision_loss, reason = "at most sixteen tokens")]
        let right = if asked.acronyms & asked.always == 0 {
            fact.weight.min(self.heaviest * bits.count_ones() as f32)
        } else {
            fact.weight
        };
        let mass = left.min(right);
        asked.ceiling(&Case {
            small: asked.name.weight.min(fact.weight),
            large: asked.name.weight.max(fact.weight),
            open: (asked.name.weight - left, fact.weight - right),
            mass,
            alike: mass,
            worst: 0.0,
            words: bits.count_ones() + 2 * (asked.acronyms & asked.always).count_ones(),
            initials: f32::from(asked.initials),
            near: asked.near_miss(bits),
            single: (asked.words <= 1, Some(fact.words <= 1)),
        })
    }

    /// At most the log-odds of a name of the index, by the similarities of its words.
    fn ceiling(&self, asked: &Asked, name: u32, mask: u32, scratch: &Scratch) -> f32 {
        let fact = self.names.fact(name);
        let tokens = self.names.tokens(name);
        let mut sums = Sums::default();
        for token in tokens {
            sums.add_token(self, asked, token, scratch);
        }
        if mask & LOOK != 0 {
            for (at, run) in &asked.runs {
                if self.runs.names(run.run).binary_search(&name).is_ok() {
                    let single = &asked.name.tokens[*at];
                    for weight in self.weights_of_run(tokens, run.run) {
                        sums.add(1 << at, single.weight, weight, run.similarity);
                        sums.more_words += 1;
                    }
                }
            }
        }
        if asked.acronyms != 0 {
            self.add_acronyms(asked, tokens, &mut sums);
        }
        let left = asked.weight(sums.left);
        let right = sums.right.min(fact.weight);
        let mass = sums.mass.min(left).min(right);
        let case = Case {
            small: asked.name.weight.min(fact.weight),
            large: asked.name.weight.max(fact.weight),
            open: (asked.name.weight - left, fact.weight - right),
            mass,
            alike: sums.alike.min(mass),
            worst: sums.worst.badness,
            words: (sums.left & asked.word_bits).count_ones() + sums.more_words,
            initials: f32::from(asked.initials) + f32::from(fact.initials),
            near: sums.near,
            single: (asked.words <= 1, Some(fact.words <= 1)),
        };
        if case.worst == 0.0 {
            return asked.ceiling(&case);
        }
        // The word that is least alike is in the alignment, or it is not.
        let right = (sums.right - sums.worst.weight).min(fact.weight);
        let without = Case {
            open: (case.open.0, fact.weight - right),
            mass: mass.min(sums.mass - sums.worst.mass).max(0.0),
            alike: (sums.alike - sums.worst.alike).clamp(0.0, mass),
            worst: 0.0,
            ..case
        };
        asked.ceiling(&case).max(asked.ceiling(&without))
    }

    /// What the places weigh at which a run is in a name.
    fn weights_of_run(&self, tokens: &[NameToken], run: u32) -> Vec<f32> {
        let words: Vec<u32> = self.runs.words(run).collect();
        let places = tokens.windows(words.len()).filter(|window| {
            window
                .iter()
                .map(|token| token.word)
                .eq(words.iter().copied())
        });
        places
            .map(|window| window.iter().map(|token| token.weight).sum())
            .collect()
    }

    /// Neighbors in the name whose first letters are a word asked for.
    fn add_acronyms(&self, asked: &Asked, tokens: &[NameToken], sums: &mut Sums) {
        for at in 0..asked.name.tokens.len() {
            if asked.acronyms >> at & 1 == 0 {
                continue;
            }
            let single = &asked.name.tokens[at];
            let letters = single.word.ascii.as_bytes();
            for run in tokens.windows(letters.len()) {
                let firsts = run
                    .iter()
                    .map(|token| self.dictionary.fact(token.word).first);
                if firsts.eq(letters.iter().copied()) {
                    let weight = run.iter().map(|token| token.weight).sum();
                    sums.add(1 << at, single.weight, weight, 0.75);
                    sums.more_words += 2;
                }
            }
        }
    }
}

/// Sums over the words of a name of the index, each at most what an alignment can have.
#[derive(Default)]
struct Sums {
    left: u32,
    right: f32,
    mass: f32,
    alike: f32,
    more_words: u32,
    /// How alike, at most, the likest words are that have no match.
    near: f32,
    worst: Worst,
}

/// The word of the name that is least like what it may stand for.
#[derive(Clone, Copy, Default)]
struct Worst {
    badness: f32,
    weight: f32,
    mass: f32,
    alike: f32,
}

impl Sums {
    fn add(&mut self, bits: u32, left: f32, right: f32, similarity: f32) {
        let mass = left.min(right);
        self.left |= bits;
        self.right += right;
        self.mass += mass;
        self.alike += mass * similarity;
    }

    fn add_token(&mut self, index: &Index, asked: &Asked, token: &NameToken, scratch: &Scratch) {
        let (mut mass, mut alike) = (0.0_f32, 0.0_f32);
        let (mut best, mut lightest) = (0.0_f32, f32::MAX);
        let mut matched = 0;
        let mut offer = |bits: u32, weight: f32, similarity: f32| {
            let both = weight.min(token.weight);
            mass = mass.max(both);
            alike = alike.max(both * similarity);
            best = best.max(similarity);
            lightest = lightest.min(both);
            matched |= bits;
        };
        for edge in scratch.edges(token.word) {
            offer(edge.bits, edge.weight, edge.similarity);
        }
        if asked.always != 0 || token.kind == TokenKind::Initial {
            let first = index.dictionary.fact(token.word).first;
            for (at, other) in asked.name.tokens.iter().enumerate() {
                let same_first = other.word.ascii.as_bytes().first() == Some(&first);
                match (other.kind, token.kind) {
                    (TokenKind::Particle, TokenKind::Particle) => offer(1 << at, other.weight, 1.0),
                    (TokenKind::Initial, TokenKind::Word)
                    | (TokenKind::Word, TokenKind::Initial)
                        if same_first =>
                    {
                        offer(1 << at, other.weight, 0.75);
                    }
                    _ => {}
                }
            }
        }
        self.left |= matched;
        if token.kind == TokenKind::Word {
            let fact = index.dictionary.fact(token.word);
            for other in asked.tokens_with(asked.word_bits & !matched) {
                if other.word.ascii.as_bytes().first() == Some(&fact.first) {
                    let near = near_miss(fact, &other.word);
                    self.near = self
                        .near
                        .max(near * other.weight.min(token.weight).min(1.0));
                }
            }
        }
        if mass > 0.0 {
            self.right += token.weight;
            self.mass += mass;
            self.alike += alike;
            // The best that it may be like has the greatest share that is alike.
            let badness = (lightest * (1.0 - best)).min(1.0 - best);
            if badness > self.worst.badness {
                self.worst = Worst {
                    badness,
                    weight: token.weight,
                    mass,
                    alike,
                };
            }
        }
    }
}

/// At most how alike two words are that are no match.
fn near_miss(fact: Fact, word: &Word) -> f32 {
    if word.script == Script::East || fact.signs {
        return 1.0;
    }
    let (one, other) = (usize::from(fact.length), word.ascii.len());
    if one.abs_diff(other) > NEAR_LENGTHS {
        return 0.0;
    }
    // The cheapest edit that changes a letter costs a quarter for each bit that it changes.
    #[expect(clippy::cast_precision_loss, reason = "lengths of words are small")]
    let unlike =
        0.25 * (fact.letters ^ word.letters).count_ones() as f32 / one.max(other).max(1) as f32;
    near_miss_most(one, other).min(1.0 - unlike)
}
