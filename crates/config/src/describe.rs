//! Conditions in words.

use std::collections::BTreeSet;

use domain::{
    Bound, Case, CheckVariantId, Condition, Config, Operator, Property, Quantifier, Range, Test,
};

use crate::names::Names;
use crate::section::Section;

/// How many members of a list are spelled out.
const LISTED_COUNT_MAX: usize = 8;

/// A condition as people read it: "Age is less than 25".
pub fn describe(condition: &Condition, config: &Config) -> String {
    let name = |id: CheckVariantId| config.checks.get(&id).map(|check| check.name.clone());
    whole(condition, &name)
}

/// The same while the configuration is being made.
pub(crate) fn with_names(condition: &Condition, names: &Names<'_>) -> String {
    let name = |id: CheckVariantId| {
        let found = names.by_id(Section::Check, id.0);
        found.map(|check| check.label.to_owned())
    };
    whole(condition, &name)
}

type CheckName<'f> = &'f dyn Fn(CheckVariantId) -> Option<String>;

fn whole(condition: &Condition, name: CheckName<'_>) -> String {
    match condition {
        Condition::Test(test) => tested(test, false, name),
        Condition::All(parts) => joined(parts, " and ", name),
        Condition::Any(parts) => joined(parts, " or ", name),
        Condition::Not(part) => match part.as_ref() {
            Condition::Test(test) if test.operator == Operator::IsPresent => {
                tested(test, true, name)
            }
            part => format!("not ({})", whole(part, name)),
        },
        Condition::AtLeast(count, parts) => {
            format!("at least {count} of: {}", joined(parts, "; ", name))
        }
    }
}

/// Parts with a word between; parts that are lists themselves get brackets.
fn joined(parts: &[Condition], between: &str, name: CheckName<'_>) -> String {
    let part = |part: &Condition| match part {
        Condition::Test(_) | Condition::Not(_) => whole(part, name),
        Condition::All(_) | Condition::Any(_) | Condition::AtLeast(..) => {
            format!("({})", whole(part, name))
        }
    };
    parts.iter().map(part).collect::<Vec<_>>().join(between)
}

fn tested(test: &Test, negated: bool, name: CheckName<'_>) -> String {
    let label = label(&test.property, name);
    let of_many = test.property.declaration().is_some_and(|known| known.many);
    let which = match test.quantifier {
        _ if matches!(test.operator, Operator::IsPresent | Operator::Count(_)) => "",
        Quantifier::Any if of_many => "any ",
        Quantifier::All => "every ",
        Quantifier::Current => "current ",
        Quantifier::Any => "",
    };
    let subject = if which.is_empty() {
        label
    } else {
        format!("{which}{}", uncapitalized(&label))
    };
    capitalized(&format!("{subject} {}", asked(&test.operator, negated)))
}

fn label(property: &Property, name: CheckName<'_>) -> String {
    match property {
        Property::CheckResult(id) => named(name(*id), "result"),
        Property::CheckDecision(id) => named(name(*id), "decision"),
        Property::Custom(_) | Property::Declared(_) | Property::Events(..) => property.label(),
    }
}

fn named(check: Option<String>, aspect: &str) -> String {
    let check = check.unwrap_or_else(|| "a former check".to_owned());
    format!("The {aspect} of {check}")
}

fn asked(operator: &Operator, negated: bool) -> String {
    match operator {
        Operator::OneOf(texts, case) => format!("is {}{}", list(texts), letters(*case)),
        Operator::NotOneOf(texts, case) => format!("is not {}{}", list(texts), letters(*case)),
        Operator::Equals(value) => format!("is {}", shown(&value.to_string())),
        Operator::Contains(text, case) => format!("contains \"{text}\"{}", exact(*case)),
        Operator::StartsWith(text, case) => format!("starts with \"{text}\"{}", exact(*case)),
        Operator::Number(range) => format!("is {}", numbers(range)),
        Operator::Date(range) => format!("is {}", dates(range)),
        Operator::IsPresent if negated => "is not known".to_owned(),
        Operator::IsPresent => "is known".to_owned(),
        Operator::Count(range) => format!("has a count that is {}", numbers(range)),
    }
}

fn list(texts: &BTreeSet<String>) -> String {
    let all: Vec<String> = texts
        .iter()
        .take(LISTED_COUNT_MAX)
        .map(|text| shown(text))
        .collect();
    let more = texts.len().saturating_sub(LISTED_COUNT_MAX);
    match (all.as_slice(), more) {
        ([only], 0) => only.clone(),
        (_, 0) => format!("one of {}", all.join(", ")),
        (_, more) => format!("one of {} and {more} more", all.join(", ")),
    }
}

/// Countries are read by name. No other value of a property looks like one of their codes by
/// accident often enough to matter.
fn shown(text: &str) -> String {
    wire::country::by_alpha3(text)
        .map_or_else(|| text.to_owned(), |country| country.name.to_owned())
}

fn letters(case: Case) -> &'static str {
    match case {
        Case::Sensitive => "",
        Case::Insensitive => " in any letter case",
    }
}

fn exact(case: Case) -> &'static str {
    match case {
        Case::Sensitive => " in these letters",
        Case::Insensitive => "",
    }
}

fn numbers(range: &Range<domain::Decimal>) -> String {
    if let (Some(min), Some(max)) = (range.min, range.max)
        && min.value == max.value
    {
        return min.value.normalize().to_string();
    }
    let text = |bound: &Bound<domain::Decimal>| bound.value.normalize().to_string();
    let words = ["at least", "more than", "at most", "less than"];
    bounds(range, words, text)
}

fn dates(range: &Range<jiff::civil::Date>) -> String {
    let text = |bound: &Bound<jiff::civil::Date>| bound.value.to_string();
    bounds(
        range,
        ["on or after", "after", "on or before", "before"],
        text,
    )
}

fn bounds<T>(range: &Range<T>, words: [&str; 4], text: impl Fn(&Bound<T>) -> String) -> String {
    let word = |bound: &Bound<T>, included: usize| {
        let word = words[if bound.included {
            included
        } else {
            included + 1
        }];
        format!("{word} {}", text(bound))
    };
    let min = range.min.as_ref().map(|bound| word(bound, 0));
    let max = range.max.as_ref().map(|bound| word(bound, 2));
    match (min, max) {
        (Some(min), Some(max)) => format!("{min} and {max}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "anything".to_owned(),
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// "Country of address" within a sentence; "SIC code" stays.
fn uncapitalized(text: &str) -> String {
    let mut letters = text.chars();
    let second_is_upper = text.chars().nth(1).is_some_and(char::is_uppercase);
    match letters.next() {
        Some(first) if !second_is_upper => first.to_lowercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}
