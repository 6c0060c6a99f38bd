//! What is known of a party besides its name, and what two such say of each other.
//!
//! What one side does not know says nothing, for or against.

use countries::Code;

use crate::date::{ListDate, PartialDate};
use crate::entry::{Entry, Gender, IdentifierKind, Role};

/// How many kinds of evidence there are.
pub const COUNT: usize = 14;

/// The terms of evidence, in the order of the table of weights.
pub const NAMES: [&str; COUNT] = [
    "born the same day",
    "born that day, day and month swapped",
    "born the same month",
    "born the same year",
    "born another day of the year",
    "born a year apart",
    "born about then",
    "born the same day of another year",
    "born years apart",
    "same country",
    "another country",
    "other gender",
    "same number",
    "another number",
];

/// Which way a term may count.
pub const SIGNS: [i8; COUNT] = [1, 1, 1, 1, 0, 0, 1, 0, -1, 1, -1, -1, 1, -1];

/// What is known of a party besides its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Dates of birth, or of foundation; any of them may be right.
    pub born: Vec<ListDate>,
    pub countries: Vec<Code>,
    pub gender: Option<Gender>,
    /// Numbers as they are compared (`Identifier::key`).
    pub numbers: Vec<(IdentifierKind, String)>,
}

/// One piece of evidence: which term it is, as its place in [`NAMES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    pub term: usize,
}

impl Evidence {
    /// What an entry of a list says.
    pub fn of(entry: &Entry) -> Evidence {
        let tells = |role| !matches!(role, Role::Document | Role::Address | Role::Program);
        let ties = entry.countries.iter().filter(|tie| tells(tie.role));
        let mut countries: Vec<Code> = ties.map(|tie| tie.code).collect();
        if countries.is_empty() {
            countries = entry.countries.iter().map(|tie| tie.code).collect();
        }
        countries.sort_unstable();
        countries.dedup();
        let numbers = entry.identifiers.iter().map(|it| (it.kind, it.key()));
        Evidence {
            born: entry.born.clone(),
            countries,
            gender: entry.gender,
            numbers: numbers
                .filter(|(_, key)| key.len() >= NUMBER_SIGNS_MIN)
                .collect(),
        }
    }
}

/// Signs of a number, below which it is not compared.
const NUMBER_SIGNS_MIN: usize = 5;

/// What two parties' evidence says: at most one finding of each sort, in a fixed order.
pub fn findings(one: &Evidence, other: &Evidence) -> impl Iterator<Item = Finding> {
    let found = [
        birth(&one.born, &other.born),
        country(&one.countries, &other.countries),
        gender(one.gender, other.gender),
        number(&one.numbers, &other.numbers),
    ];
    found.into_iter().flatten().map(|term| Finding { term })
}

/// The best that any two dates say: the terms of dates are in the order of their worth.
fn birth(one: &[ListDate], other: &[ListDate]) -> Option<usize> {
    let pairs = one
        .iter()
        .take(DATES_MAX)
        .flat_map(|a| other.iter().take(DATES_MAX).map(move |b| (*a, *b)));
    pairs.map(|(a, b)| dates(a, b)).min()
}

/// Dates of one party that are compared.
const DATES_MAX: usize = 12;

/// Years that a circa date may be off.
const CIRCA_YEARS: i16 = 2;

fn dates(a: ListDate, b: ListDate) -> usize {
    if let (ListDate::Known(a), ListDate::Known(b)) = (a, b) {
        return known(a, b);
    }
    let about = |date: ListDate| match date {
        ListDate::Circa(date) => (date.year() - CIRCA_YEARS, date.year() + CIRCA_YEARS),
        date => (date.earliest().year(), date.latest().year()),
    };
    let (a, b) = (about(a), about(b));
    if a.0 <= b.1 && b.0 <= a.1 { 6 } else { 8 }
}

fn known(a: PartialDate, b: PartialDate) -> usize {
    let years = a.year().abs_diff(b.year());
    let months = a.month().zip(b.month());
    let days = a.day().zip(b.day());
    let same = |both: Option<(u8, u8)>| both.map(|(one, other)| one == other);
    let swapped = a.month() == b.day() && a.day() == b.month();
    match (years, same(months), same(days)) {
        (0, Some(true), Some(true)) => 0,
        (0, Some(_), Some(_)) if swapped => 1,
        (0, Some(true), None) => 2,
        (0, None, _) => 3,
        (0, Some(_), _) => 4,
        (1..=10, Some(true), Some(true)) => 7,
        (1, _, _) => 5,
        _ => 8,
    }
}

fn country(one: &[Code], other: &[Code]) -> Option<usize> {
    let same = one.iter().any(|a| other.iter().any(|b| a.agrees(*b)));
    let known = !one.is_empty() && !other.is_empty();
    known.then_some(if same { 9 } else { 10 })
}

fn gender(one: Option<Gender>, other: Option<Gender>) -> Option<usize> {
    let differ = matches!(
        (one?, other?),
        (Gender::Female, Gender::Male) | (Gender::Male, Gender::Female)
    );
    differ.then_some(11)
}

fn number(one: &[(IdentifierKind, String)], other: &[(IdentifierKind, String)]) -> Option<usize> {
    if one.iter().any(|number| other.contains(number)) {
        return Some(12);
    }
    let differ =
        |kind: IdentifierKind| kind.is_lasting() && other.iter().any(|(other, _)| *other == kind);
    one.iter().any(|(kind, _)| differ(*kind)).then_some(13)
}
