//! Conditions with three answers: yes, no, or what is missing to say.
//!
//! Risk rules and policy branches share this one matcher. Answers combine by Kleene's rules: a
//! missing value makes the whole missing only when it could still change it.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::{Facts, Missing, PartialDate, Property, Value, Why};

/// A question about a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// One test of one property.
    Test(Test),
    /// Every part must hold; none of none is yes.
    All(Vec<Condition>),
    /// One part must hold; none of none is no.
    Any(Vec<Condition>),
    /// The part must not hold.
    Not(Box<Condition>),
    /// At least so many parts must hold.
    AtLeast(usize, Vec<Condition>),
}

/// One test of one property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// What is asked about.
    pub property: Property,
    /// Which of several values must match.
    pub quantifier: Quantifier,
    /// What a value must be.
    pub operator: Operator,
}

/// Which of several values must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// At least one.
    Any,
    /// Every one; an empty list matches.
    All,
    /// The current one (the present address).
    Current,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operator {
    /// One of these texts.
    OneOf(BTreeSet<String>, Case),
    /// None of these texts.
    NotOneOf(BTreeSet<String>, Case),
    /// This value.
    Equals(Value),
    /// Text that contains this one.
    Contains(String, Case),
    /// Text that starts with this one.
    StartsWith(String, Case),
    /// A number from `min` to `max`.
    Number(Range<Decimal>),
    /// A date from `min` to `max`.
    Date(Range<jiff::civil::Date>),
    /// There is a value; never missing.
    IsPresent,
    /// So many values.
    Count(Range<Decimal>),
}

/// Whether upper and lower case differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// `a` is not `A`.
    Sensitive,
    /// `a` is `A`.
    Insensitive,
}

/// A range with optional ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range<T> {
    /// Lowest value; `None` is unbounded.
    pub min: Option<Bound<T>>,
    /// Highest value; `None` is unbounded.
    pub max: Option<Bound<T>>,
}

/// One end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound<T> {
    /// The value at the end.
    pub value: T,
    /// Whether the value itself belongs to the range.
    pub included: bool,
}

/// The answer to a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// It cannot be said without these.
    Missing(BTreeSet<Missing>),
}

/// Answers `condition` about `facts`.
pub fn answer(condition: &Condition, facts: &Facts<'_>) -> Answer {
    match condition {
        Condition::Test(test) => answer_test(test, facts),
        Condition::All(parts) => at_least(parts.len(), parts, facts),
        Condition::Any(parts) => at_least(1, parts, facts),
        Condition::AtLeast(count, parts) => at_least(*count, parts, facts),
        Condition::Not(part) => match answer(part, facts) {
            Answer::Yes => Answer::No,
            Answer::No => Answer::Yes,
            missing @ Answer::Missing(_) => missing,
        },
    }
}

/// Every property a condition asks about.
pub fn properties(condition: &Condition) -> BTreeSet<&Property> {
    match condition {
        Condition::Test(test) => BTreeSet::from([&test.property]),
        Condition::Not(part) => properties(part),
        Condition::All(parts) | Condition::Any(parts) | Condition::AtLeast(_, parts) => {
            parts.iter().flat_map(properties).collect()
        }
    }
}

/// All, any and count are one question: do at least `count` parts hold?
fn at_least(count: usize, parts: &[Condition], facts: &Facts<'_>) -> Answer {
    let mut yes = 0;
    let mut unknown = 0;
    let mut missing = BTreeSet::new();
    for part in parts {
        match answer(part, facts) {
            Answer::Yes => yes += 1,
            Answer::No => {}
            Answer::Missing(more) => {
                unknown += 1;
                missing.extend(more);
            }
        }
    }
    if yes >= count {
        Answer::Yes
    } else if yes + unknown < count {
        Answer::No
    } else {
        Answer::Missing(missing)
    }
}

fn answer_test(test: &Test, facts: &Facts<'_>) -> Answer {
    let found = facts.find(&test.property);
    let missing = |why| {
        Answer::Missing(BTreeSet::from([Missing {
            property: test.property.clone(),
            why,
        }]))
    };
    if test.operator == Operator::IsPresent {
        return yes_or_no(found.is_ok_and(|values| !values.is_empty()));
    }
    let values = match found {
        Ok(values) => values,
        Err(why) => return missing(why),
    };
    if let Operator::Count(range) = &test.operator {
        let count = Decimal::from(values.len());
        return yes_or_no(range.holds(count, count) == Some(true));
    }
    let asked: &[Value] = match test.quantifier {
        Quantifier::Current => values.last().map_or(&[], std::slice::from_ref),
        Quantifier::Any | Quantifier::All => &values,
    };
    if asked.is_empty() && test.quantifier == Quantifier::Current {
        return missing(Why::NotSupplied);
    }
    quantified(test, asked).map_or_else(|| missing(Why::TooCoarse), yes_or_no)
}

/// Combines the answers of several values; `None` when a value cannot tell and it matters.
fn quantified(test: &Test, values: &[Value]) -> Option<bool> {
    let answers = values.iter().map(|value| matches(&test.operator, value));
    // "Not one of" over any value means that no value is one of them: nobody who lists a
    // forbidden country passes because they list another one too.
    let any = match (test.quantifier, &test.operator) {
        (Quantifier::All, _) | (_, Operator::NotOneOf(..)) => false,
        (Quantifier::Any | Quantifier::Current, _) => true,
    };
    let mut uncertain = false;
    for answer in answers {
        match answer {
            Some(holds) if holds == any => return Some(any),
            Some(_) => {}
            None => uncertain = true,
        }
    }
    (!uncertain).then_some(!any)
}

fn yes_or_no(holds: bool) -> Answer {
    if holds { Answer::Yes } else { Answer::No }
}

/// Whether one value matches; `None` when it is too coarse to tell.
fn matches(operator: &Operator, value: &Value) -> Option<bool> {
    match (operator, value) {
        (Operator::OneOf(set, case), value) => one_of(set, *case, value),
        (Operator::NotOneOf(set, case), value) => one_of(set, *case, value).map(|is_in| !is_in),
        (Operator::Contains(part, case), Value::Text(text)) => {
            Some(fold(text, *case).contains(&fold(part, *case)))
        }
        (Operator::StartsWith(part, case), Value::Text(text)) => {
            Some(fold(text, *case).starts_with(&fold(part, *case)))
        }
        (Operator::Number(range), Value::Number(number)) => range.holds(*number, *number),
        (Operator::Number(range), Value::Between(low, high)) => range.holds(*low, *high),
        (Operator::Date(range), Value::Date(date)) => range.holds(date.first(), date.last()),
        (Operator::Equals(wanted), value) => equals(wanted, value),
        (
            Operator::Contains(..)
            | Operator::StartsWith(..)
            | Operator::Number(_)
            | Operator::Date(_)
            | Operator::IsPresent
            | Operator::Count(_),
            _,
        ) => Some(false),
    }
}

fn equals(wanted: &Value, value: &Value) -> Option<bool> {
    let exact = |value| {
        Some(Bound {
            value,
            included: true,
        })
    };
    match (wanted, value) {
        (Value::Number(number), Value::Between(low, high)) => Range {
            min: exact(*number),
            max: exact(*number),
        }
        .holds(*low, *high),
        (Value::Date(wanted), Value::Date(date)) => equal_dates(*wanted, *date),
        (wanted, value) => Some(wanted == value),
    }
}

/// A wanted year is met by any day in it; a wanted day cannot be told from a year.
fn equal_dates(wanted: PartialDate, date: PartialDate) -> Option<bool> {
    let end = |value| {
        Some(Bound {
            value,
            included: true,
        })
    };
    Range {
        min: end(wanted.first()),
        max: end(wanted.last()),
    }
    .holds(date.first(), date.last())
}

/// Whether a condition asks about a property, without making a list of all it asks about.
pub(crate) fn asks_about(condition: &Condition, property: &Property) -> bool {
    match condition {
        Condition::Test(test) => test.property == *property,
        Condition::Not(part) => asks_about(part, property),
        Condition::All(parts) | Condition::Any(parts) | Condition::AtLeast(_, parts) => {
            parts.iter().any(|part| asks_about(part, property))
        }
    }
}

/// Whether a value is one of the listed ones; numbers and dates are compared as what they are.
fn one_of(set: &BTreeSet<String>, case: Case, value: &Value) -> Option<bool> {
    let is = |one: &String| match value {
        Value::Text(text) => Some(is_same_in_any_case(one, text)),
        Value::Flag(flag) => Some(*one == flag.to_string()),
        Value::Number(_) | Value::Between(..) => one
            .parse()
            .map_or(Some(false), |one| equals(&Value::Number(one), value)),
        Value::Date(date) => {
            PartialDate::parse(one).map_or(Some(false), |one| equal_dates(one, *date))
        }
    };
    if let (Value::Text(text), Case::Sensitive) = (value, case) {
        return Some(set.contains(text));
    }
    let mut uncertain = false;
    for one in set {
        match is(one) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => uncertain = true,
        }
    }
    (!uncertain).then_some(false)
}

fn is_same_in_any_case(one: &str, text: &str) -> bool {
    if one.is_ascii() && text.is_ascii() {
        one.eq_ignore_ascii_case(text)
    } else {
        one.to_lowercase() == text.to_lowercase()
    }
}

fn fold(text: &str, case: Case) -> String {
    match case {
        Case::Sensitive => text.to_owned(),
        Case::Insensitive => text.to_lowercase(),
    }
}

impl<T: Ord + Copy> Range<T> {
    /// Whether everything from `low` to `high` lies in the range; `None` when only a part does.
    pub fn holds(&self, low: T, high: T) -> Option<bool> {
        let (low, high) = (self.position(low), self.position(high));
        if low == std::cmp::Ordering::Equal && high == std::cmp::Ordering::Equal {
            Some(true)
        } else if low == high {
            Some(false)
        } else {
            None
        }
    }

    /// Below, in, or above the range.
    fn position(&self, value: T) -> std::cmp::Ordering {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let below =
            |bound: Bound<T>| value < bound.value || (value == bound.value && !bound.included);
        let above =
            |bound: Bound<T>| value > bound.value || (value == bound.value && !bound.included);
        if self.min.is_some_and(below) {
            Less
        } else if self.max.is_some_and(above) {
            Greater
        } else {
            Equal
        }
    }
}
