//! What properties are compared with.

use std::collections::BTreeSet;

use document::{Value, suggest};
use domain::{Decimal, Kind, PartialDate, Property, Range};

use super::{Asking, operator};
use crate::levels;
use crate::number::decimal;
use crate::property::Known;
use crate::scope::{RiskAsked, references};
use crate::section::Section;

/// How many texts a list can have.
pub(crate) const LIST_COUNT_MAX: usize = 10_000;
/// Numbers in conditions lie within plus and minus this.
pub(crate) const NUMBER_MAX: i64 = 1_000_000_000_000;

/// A list of texts or countries, or `{list: name}`.
pub(super) fn texts<'a>(
    asking: &Asking<'_, 'a>,
    known: &Known,
    value: &Value<'a>,
) -> Option<BTreeSet<String>> {
    let items = if value.node().get("list").is_some() {
        let fields = value.fields()?;
        let reference = fields.required("list");
        let name = reference.and_then(|name| asking.scope.find(Section::List, &name));
        fields.finish();
        let name = name?;
        references(&Value::new(name.node, &name.path, value.collector()))
    } else {
        references(value)
    };
    if items.is_empty() {
        if value.node().get("list").is_none() {
            value.report("this list has nothing in it");
        }
        return None;
    }
    if items.len() > LIST_COUNT_MAX {
        value.report(format!("a list has at most {LIST_COUNT_MAX} entries"));
        return None;
    }
    let mut texts = BTreeSet::new();
    let mut all_well = true;
    for item in &items {
        match text(asking, known, item) {
            Some(text) if texts.contains(&text) => {
                let scope = asking.scope;
                scope.warn(
                    item.path(),
                    item.place(),
                    format!("\"{text}\" is in the list twice"),
                );
            }
            Some(text) => {
                texts.insert(text);
            }
            None => all_well = false,
        }
    }
    all_well.then_some(texts)
}

/// One text as the property has it: a country as its alpha-3 code, a word of a closed list as the
/// API writes it.
pub(super) fn text<'a>(
    asking: &Asking<'_, 'a>,
    known: &Known,
    value: &Value<'a>,
) -> Option<String> {
    let text = value.text()?;
    if known.kind == Kind::Country {
        return country(known, value, text);
    }
    if known.property == Property::Declared("risk.level") {
        note_level(asking, value, text);
    }
    let Some(choices) = &known.choices else {
        if text.is_empty() {
            value.report("this text must not be empty");
        }
        return Some(text.to_owned());
    };
    let same = |choice: &&&str| choice.to_lowercase() == text.to_lowercase();
    if let Some(choice) = choices.iter().find(same) {
        return Some((*choice).to_owned());
    }
    let message = format!("\"{text}\" is not one of {}", choices.join(", "));
    match suggest(text, choices.iter().copied()) {
        Some(near) => value.report_with_hint(message, format!("did you mean \"{near}\"?")),
        None => value.report(message),
    }
    None
}

/// The level that a policy names is checked once products say which model the policy meets; that
/// of an associate may be of any model.
fn note_level<'a>(asking: &Asking<'_, 'a>, value: &Value<'a>, text: &str) {
    let scope = asking.scope;
    let Some(policy) = asking.policy else {
        let models = scope.names.of(Section::Model);
        let levels: Vec<&str> = models.flat_map(|model| levels::named(model.node)).collect();
        if !levels.contains(&text) {
            value.report_unknown("level of risk", levels);
        }
        return;
    };
    scope.ask_risk(RiskAsked {
        policy,
        level: Some(text.to_owned()),
        path: value.path().to_owned(),
        place: value.place(),
    });
}

fn country(known: &Known, value: &Value<'_>, text: &str) -> Option<String> {
    let found = if known.property == Property::Declared("nationality") {
        wire::country::nationality(text)
    } else {
        wire::country::find(text)
    };
    if let Some(country) = found {
        return Some(country.alpha3.to_owned());
    }
    crate::types::report_country(value, text);
    None
}

/// One value of the property's own kind.
pub(super) fn value<'a>(
    asking: &Asking<'_, 'a>,
    known: &Known,
    value: &Value<'a>,
) -> Option<domain::Value> {
    Some(match known.kind {
        Kind::Text | Kind::Country => domain::Value::Text(text(asking, known, value)?),
        Kind::Number => domain::Value::Number(number(value)?),
        Kind::Date => domain::Value::Date(date(value)?),
        Kind::Flag => domain::Value::Flag(value.flag()?),
    })
}

/// A part of a text; never empty, since an empty one is in every text.
pub(super) fn part(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    if text.is_empty() {
        value.report("this text must not be empty: every text contains nothing");
        return None;
    }
    Some(text.to_owned())
}

pub(super) fn number(value: &Value<'_>) -> Option<Decimal> {
    decimal(value, -NUMBER_MAX, NUMBER_MAX)
}

/// `[low, high]`.
pub(super) fn pair(value: &Value<'_>) -> Option<(Decimal, Decimal)> {
    let items = value.list()?;
    let [low, high] = items.as_slice() else {
        value.report("\"between\" has two numbers, the lowest and the highest: [18, 25]");
        return None;
    };
    let (low, high) = (number(low), number(high));
    Some((low?, high?))
}

pub(super) fn date(value: &Value<'_>) -> Option<PartialDate> {
    let text = value.text()?;
    let date = PartialDate::parse(text);
    if date.is_none() {
        value.report_with_hint(
            format!("\"{text}\" is no date"),
            "write 2026-11-22, 2026-11 or 2026",
        );
    }
    date
}

/// `2`, or `{at_least: 2}` and the other bounds of numbers.
pub(super) fn count(value: &Value<'_>) -> Option<Range<Decimal>> {
    if value.scalar().is_some() {
        let bound = Some(domain::Bound {
            value: Decimal::from(value.integer(0..=1_000_000_u32)?),
            included: true,
        });
        return Some(Range {
            min: bound,
            max: bound,
        });
    }
    let fields = value.fields()?;
    let keys = ["less_than", "at_most", "more_than", "at_least", "between"];
    let found: Vec<(&str, Value<'_>)> = keys
        .iter()
        .filter_map(|key| fields.optional(key).map(|value| (*key, value)))
        .collect();
    let range = operator::number_range(&found);
    if found.is_empty() {
        fields.report("a count is a number or has bounds, such as {at_least: 2}");
    }
    fields.finish();
    let range = range?;
    if found.is_empty() || operator::range_is_empty(&range) {
        if !found.is_empty() {
            value.report("no count can meet these bounds");
        }
        return None;
    }
    Some(range)
}
