//! Which hits an institution does not want to look at: false positives by rule.
//!
//! A rule asks how near a hit has to come in its name, its date or its country. What is not known on
//! either side never filters a hit away, and no rule filters one that shares a number (a passport,
//! an IMO number) with the party. What a rule filters out is kept, as ignored and with the reason.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::comparison::explain_names;
use crate::date::{ListDate, Precision};
use crate::evidence::Evidence;
use crate::words::{Name, Token, TokenKind};

/// How near a hit has to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Nearness {
    #[default]
    Any,
    /// Close or exact.
    Close,
    Exact,
}

/// How near hits have to come; as they are, all hits pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    pub name: Nearness,
    /// Of birth, or of incorporation.
    pub date: Nearness,
    /// Of nationality, or of incorporation.
    pub country: Nearness,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    Name,
    Date,
    Country,
}

/// Why a hit is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    pub aspect: Aspect,
    /// How near the rule asks for.
    pub wanted: Nearness,
    /// How near the hit is.
    pub is: Nearness,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let aspect = match self.aspect {
            Aspect::Name => "name",
            Aspect::Date => "date",
            Aspect::Country => "country",
        };
        let wanted = match self.wanted {
            Nearness::Any => "any",
            Nearness::Close => "a close or exact",
            Nearness::Exact => "an exact",
        };
        let is = match self.is {
            Nearness::Any => "is another",
            Nearness::Close => "is only close",
            Nearness::Exact => "is exact",
        };
        write!(
            f,
            "the {aspect} {is}, and the rules allow {wanted} {aspect} only"
        )
    }
}

/// The first rule that filters the hit out: by name, then date, then country.
///
/// The names of the entry are asked for only where a rule looks at names.
pub fn ignores(
    rules: &Rules,
    (names, evidence): (&[Name], &Evidence),
    (listed_names, listed): (impl FnOnce() -> Vec<Name>, &Evidence),
) -> Option<Reason> {
    if evidence
        .numbers
        .iter()
        .any(|number| listed.numbers.contains(number))
    {
        return None;
    }
    let too_far = |aspect: Aspect, wanted: Nearness, is: Option<Nearness>| {
        let is = is.filter(|is| *is < wanted)?;
        Some(Reason { aspect, wanted, is })
    };
    let by_name = || {
        let asked = rules.name != Nearness::Any;
        let is = asked
            .then(|| name_nearness(names, &listed_names()))
            .flatten();
        too_far(Aspect::Name, rules.name, is)
    };
    let date = date_nearness(&evidence.born, &listed.born);
    let country = country_nearness(evidence, listed);
    by_name()
        .or_else(|| too_far(Aspect::Date, rules.date, date))
        .or_else(|| too_far(Aspect::Country, rules.country, country))
}

/// How near the nearest two names are; none where one side has no name.
///
/// Exact: the same words, in any order. Close: every word of the shorter name is in the other, in
/// whatever spelling.
pub fn name_nearness(names: &[Name], listed: &[Name]) -> Option<Nearness> {
    let pairs = names
        .iter()
        .flat_map(|one| listed.iter().map(move |other| (one, other)));
    pairs.map(|(one, other)| of_names(one, other)).max()
}

fn of_names(one: &Name, other: &Name) -> Nearness {
    let edges = explain_names(one, other).alignment;
    let left = edges.iter().flat_map(|edge| edge.left.split(' '));
    let right = edges.iter().flat_map(|edge| edge.right.split(' '));
    let open = (
        open_words(one, left.collect()),
        open_words(other, right.collect()),
    );
    let same = edges.iter().all(|edge| edge.similarity >= 1.0);
    match open {
        _ if edges.is_empty() => Nearness::Any,
        (0, 0) if same => Nearness::Exact,
        (0, _) | (_, 0) => Nearness::Close,
        _ => Nearness::Any,
    }
}

/// How many words of a name are not among those matched; titles, particles and the like apart.
fn open_words(name: &Name, mut matched: Vec<&str>) -> usize {
    let counts = |token: &&Token| {
        !matches!(
            token.kind,
            TokenKind::Title | TokenKind::Stop | TokenKind::Particle
        )
    };
    let mut is_open = |token: &&Token| {
        let at = matched.iter().position(|word| **word == *token.word.text);
        at.map(|at| matched.swap_remove(at)).is_none()
    };
    name.tokens
        .iter()
        .filter(counts)
        .filter(|token| is_open(token))
        .count()
}

/// How near the nearest two dates are; none where one side has none.
///
/// Exact: the same as far as both are known. Close: day and month swapped, at most a year apart, or
/// within what a vague date allows.
pub fn date_nearness(dates: &[ListDate], listed: &[ListDate]) -> Option<Nearness> {
    let pairs = dates
        .iter()
        .flat_map(|one| listed.iter().map(move |other| (*one, *other)));
    pairs.map(|(one, other)| of_dates(one, other)).max()
}

fn of_dates(one: ListDate, other: ListDate) -> Nearness {
    let overlap = one.earliest() <= other.latest() && other.earliest() <= one.latest();
    if let (ListDate::Known(one), ListDate::Known(other)) = (one, other) {
        let swapped = one.precision() == Precision::Day
            && one.year() == other.year()
            && (one.month(), one.day()) == (other.day(), other.month());
        return match one.year().abs_diff(other.year()) {
            _ if overlap => Nearness::Exact,
            _ if swapped => Nearness::Close,
            0 | 1 => Nearness::Close,
            _ => Nearness::Any,
        };
    }
    let years = |date: ListDate| (date.earliest().year() - 1, date.latest().year() + 1);
    let (a, b) = (years(one), years(other));
    if overlap || (a.0 < b.1 && b.0 < a.1) {
        Nearness::Close
    } else {
        Nearness::Any
    }
}

/// How near the nearest two countries are; none where one side has none.
///
/// Exact: the same. Close: one has come out of the other.
pub fn country_nearness(evidence: &Evidence, listed: &Evidence) -> Option<Nearness> {
    let pairs = evidence.countries.iter();
    let pairs = pairs.flat_map(|one| listed.countries.iter().map(move |other| (*one, *other)));
    let nearness = pairs.map(|(one, other)| match (one == other, one.agrees(other)) {
        (true, _) => Nearness::Exact,
        (false, true) => Nearness::Close,
        (false, false) => Nearness::Any,
    });
    nearness.max()
}
