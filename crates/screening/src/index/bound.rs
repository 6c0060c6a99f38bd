//! The most that a comparison can come to when little of two names is known yet.
//!
//! The bound is made of the same weights as the score, so it stays right when they are fitted anew:
//! what is known counts, what is not known counts as if it were for the best.

use crate::likeness::edits_max;
use crate::terms::NAMES;
use crate::weights;
use crate::words::Bearer;

/// The weights that a bound is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// What counts for every pair, with all that may speak for it.
    start: f32,
    spelling: f32,
    worst: f32,
    conflict: f32,
    conflict_share: f32,
    extra: f32,
    extra_share: f32,
    coverage: f32,
    no_word: f32,
    one_word: f32,
    three_words: f32,
    single_against_more: f32,
    both_single: f32,
    rarity: f32,
    initials: f32,
    same: f32,
    near_miss: f32,
    some_conflict: f32,
}

/// What is known of two names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    /// Weights of the names.
    pub(super) small: f32,
    pub(super) large: f32,
    /// Weights without a match, at least; of both sides.
    pub(super) open: (f32, f32),
    /// Weight in matches, at most, and how much of it is alike, at most.
    pub(super) mass: f32,
    pub(super) alike: f32,
    /// How bad the worst match is, at least.
    pub(super) worst: f32,
    /// Words in matches, at most.
    pub(super) words: u32,
    /// Initials and acronyms in matches, at most.
    pub(super) initials: f32,
    /// How alike, at most, the likest words are that have no match.
    pub(super) near: f32,
    /// Is each of both names one word? None where it is not known.
    pub(super) single: (bool, Option<bool>),
}

/// Rounding of sums in single precision.
const SLACK: f32 = 0.002;

/// What the same name of several words has at least (see `comparison`).
const SAME_NAME: f32 = 3.0;

impl Bound {
    pub(super) fn of(bearer: Bearer) -> Bound {
        let weights = weights::of(bearer);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a bound has slack for rounding"
        )]
        let weight = |name: &str| {
            let at = NAMES.iter().position(|known| *known == name);
            at.map_or(0.0, |at| weights[at] as f32)
        };
        let mut bound = Bound {
            start: weight("start"),
            spelling: weight("spelling").min(0.0),
            worst: weight("worst word").min(0.0),
            conflict: weight("conflict").min(0.0),
            conflict_share: weight("conflict share").min(0.0),
            extra: weight("extra").min(0.0),
            extra_share: weight("extra share").min(0.0),
            coverage: weight("coverage").max(0.0),
            no_word: weight("no word"),
            one_word: weight("one word"),
            three_words: weight("three words"),
            single_against_more: weight("single against more"),
            both_single: weight("both single"),
            rarity: weight("rarity").max(0.0),
            initials: weight("initials").max(0.0),
            same: weight("same").max(0.0),
            near_miss: weight("near miss").max(0.0),
            some_conflict: weight("some conflict").min(0.0),
        };
        for name in NAMES.iter().filter(|name| !KNOWN.contains(name)) {
            bound.start += weight(name).max(0.0) * VALUE_MAX;
        }
        bound
    }

    /// At most the log-odds of names with what is known of them.
    pub(super) fn ceiling(&self, case: &Case) -> f32 {
        let mass = case.mass.min(case.small);
        let alike = case.alike.min(mass);
        let mut sum = self.start + self.spelling_and_coverage(case, mass, alike);
        sum += self.worst * case.worst;
        sum += self.open(case);
        sum += (alike / 3.0).min(1.0) * self.rarity;
        sum += self.words(case);
        sum += self.initials * case.initials.min(3.0);
        let same = case.open.0.max(case.open.1) < 0.02 && alike > mass - 0.02;
        if same {
            sum = (sum + self.same).max(SAME_NAME);
        }
        sum + SLACK
    }

    /// A match that is not wholly alike may be in the alignment or not: the most lies at an end.
    fn spelling_and_coverage(&self, case: &Case, mass: f32, alike: f32) -> f32 {
        let small = case.small.max(0.05);
        let without = self.coverage * alike / small;
        if mass <= 0.0 {
            return without.max(0.0);
        }
        let with = self.coverage * mass / small + self.spelling * (1.0 - alike / mass);
        with.max(without)
    }

    /// More may be open than is known: on the side that has less open, up to what the other has; and
    /// on both sides a word each, when these are almost alike.
    fn open(&self, case: &Case) -> f32 {
        let less = case.open.0.min(case.open.1).max(0.0);
        let more = case.open.0.max(case.open.1).max(0.0);
        let as_known = self.open_on_both(case, less, more);
        let near = case.near;
        if near <= NEAR_FROM || self.near_miss == 0.0 {
            return as_known;
        }
        // Words that are so alike weigh as much at least.
        let with_near = self.open_on_both(case, less.max(near), more.max(near));
        as_known.max(with_near + self.near_miss * (near - NEAR_FROM))
    }

    fn open_on_both(&self, case: &Case, less: f32, more: f32) -> f32 {
        let small = case.small.max(0.05);
        let large = case.large.max(0.05);
        let both = |open: f32| {
            let some = if open > CONFLICT_SOME {
                self.some_conflict
            } else {
                0.0
            };
            self.conflict * open.min(3.0) + self.conflict_share * open / small + some
        };
        let extra = self.extra * (more - less).min(4.0) + self.extra_share * (more - less) / large;
        (both(less) + extra).max(both(more))
    }

    fn words(&self, case: &Case) -> f32 {
        let by_count = match case.words {
            0 => self.no_word,
            1 => self.one_word.max(self.no_word),
            2 => self.one_word.max(self.no_word).max(0.0),
            _ => self
                .one_word
                .max(self.no_word)
                .max(0.0)
                .max(self.three_words),
        };
        let single = match case.single {
            (true, Some(true)) => self.both_single,
            (one, Some(other)) if one != other => self.single_against_more,
            (_, Some(_)) => 0.0,
            (true, None) => self.both_single.max(self.single_against_more),
            (false, None) => self.single_against_more.max(0.0),
        };
        by_count + single
    }
}

/// Words without a match are a near miss when they are more alike than this (see `terms`).
const NEAR_FROM: f32 = 0.3;

/// What both sides have open, from which on it is a conflict (see `terms`), with room for rounding.
const CONFLICT_SOME: f32 = 0.251;

/// Letters that words of a near miss differ in length at most (see `terms`).
pub(super) const NEAR_LENGTHS: usize = 3;

/// At most how alike two words of these lengths are that are no match: they are more edits apart
/// than words of a match, and no edit costs less than the cheapest.
pub(super) fn near_miss_most(one: usize, other: usize) -> f32 {
    let longest = one.max(other);
    #[expect(clippy::cast_precision_loss, reason = "lengths of words are small")]
    let unlike = CHEAPEST_EDIT * (edits_max(longest) + 1) as f32 / longest.max(1) as f32;
    (1.0 - unlike).max(0.0)
}

/// At most how alike a word of this length is to the reading of a word in signs.
pub(super) fn near_reading(length: usize) -> f32 {
    if length > READING_BYTES_MAX {
        return 0.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "lengths of words are small")]
    let unlike = CHEAPEST_EDIT / (length + 1) as f32;
    1.0 - unlike
}

/// Letters of a word as long as the reading of three signs, at most.
const READING_BYTES_MAX: usize = 21;

/// The cheapest edit: a doubled letter (see `likeness::edits`).
const CHEAPEST_EDIT: f32 = 0.4;

/// Terms that a bound reckons with; the others count only where they may speak for a pair.
const KNOWN: [&str; 19] = [
    "start",
    "spelling",
    "worst word",
    "second worst word",
    "conflict",
    "conflict share",
    "extra",
    "extra share",
    "coverage",
    "no word",
    "one word",
    "three words",
    "single against more",
    "both single",
    "rarity",
    "initials",
    "same",
    "near miss",
    "some conflict",
];

/// The most that a term has which is not reckoned with: all of them are shares and flags.
const VALUE_MAX: f32 = 1.0;
