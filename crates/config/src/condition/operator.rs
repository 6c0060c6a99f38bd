//! Operators: which of them fit a property, and what they come to.

use document::{Fields, Value};
use domain::{Bound, Case, Decimal, Kind, Operator, PartialDate, Range};

use super::Asking;
use super::operand;
use crate::property::Known;

/// What a test asks of the values of its property.
pub(crate) struct Asked {
    pub(crate) operator: Operator,
    pub(crate) negated: bool,
}

impl Asked {
    fn plain(operator: Operator) -> Asked {
        Asked {
            operator,
            negated: false,
        }
    }

    /// Whether several values must say which of them is meant.
    pub(crate) fn needs_quantifier(&self) -> bool {
        !matches!(self.operator, Operator::IsPresent | Operator::Count(_))
    }
}

use Kind::{Country, Date, Flag, Number, Text};

/// Every operator and the kinds of property it fits, in the order of the documentation.
const OPERATORS: [(&str, &[Kind]); 16] = [
    ("is_one_of", &[Text, Country]),
    ("is_not_one_of", &[Text, Country]),
    ("equals", &[Text, Country, Number, Date, Flag]),
    ("contains", &[Text]),
    ("starts_with", &[Text]),
    ("less_than", &[Number]),
    ("at_most", &[Number]),
    ("more_than", &[Number]),
    ("at_least", &[Number]),
    ("between", &[Number]),
    ("before", &[Date]),
    ("after", &[Date]),
    ("on_or_before", &[Date]),
    ("on_or_after", &[Date]),
    ("is_present", &[Text, Country, Number, Date, Flag]),
    ("count", &[Text, Country, Number, Date, Flag]),
];

/// Bounds that may stand together in one test.
const BOUNDS: [&str; 9] = [
    "less_than",
    "at_most",
    "more_than",
    "at_least",
    "between",
    "before",
    "after",
    "on_or_before",
    "on_or_after",
];

/// Reads the operator of a test, or several bounds as one range. `known` is `None` when the
/// property was wrong already: then nothing more is said about the operator.
pub(super) fn read<'a>(
    asking: &Asking<'_, 'a>,
    fields: &Fields<'a>,
    known: Option<&Known>,
) -> Option<Asked> {
    let case = fields.optional_one_of(
        "case",
        &[
            ("sensitive", Case::Sensitive),
            ("insensitive", Case::Insensitive),
        ],
    );
    let found: Vec<(&str, Value<'a>)> = OPERATORS
        .iter()
        .filter_map(|(key, _)| fields.optional(key).map(|value| (*key, value)))
        .collect();
    let known = known?;
    if found.is_empty() {
        fields.collector().report_with_hint(
            fields.path(),
            fields.place(),
            format!("nothing is asked of {}", known.label),
            format!("add one of {}", fitting(known).join(", ")),
        );
        return None;
    }
    let mut all_fit = true;
    for (key, value) in &found {
        if !fitting(known).contains(key) {
            report_misfit(known, key, value);
            all_fit = false;
        }
    }
    if !all_fit {
        return None;
    }
    if found.iter().all(|(key, _)| BOUNDS.contains(key)) {
        return range(known, &found, fields);
    }
    let [(key, value)] = found.as_slice() else {
        let keys: Vec<&str> = found.iter().map(|(key, _)| *key).collect();
        let message = format!("{} cannot stand together in one test", keys.join(" and "));
        let hint = "make each its own condition under \"all\"";
        let collector = fields.collector();
        collector.report_with_hint(fields.path(), fields.place(), message, hint);
        return None;
    };
    check_case(known, key, fields);
    single(asking, known, key, value, case)
}

/// The operators that fit a property.
fn fitting(known: &Known) -> Vec<&'static str> {
    OPERATORS
        .iter()
        .filter(|(key, kinds)| kinds.contains(&known.kind) && (*key != "count" || known.many))
        .map(|(key, _)| *key)
        .collect()
}

fn report_misfit(known: &Known, key: &str, value: &Value<'_>) {
    let article = if known.many {
        "several values"
    } else {
        "one value"
    };
    let what = match known.kind {
        _ if key == "count" => article,
        Text => "a text",
        Country => "a country",
        Number => "a number",
        Date => "a date",
        Flag => "a flag",
    };
    let verb = if key == "count" { "has" } else { "is" };
    value.report_with_hint(
        format!(
            "\"{key}\" does not fit {}, which {verb} {what}",
            known.label
        ),
        format!("use one of {}", fitting(known).join(", ")),
    );
}

fn check_case(known: &Known, key: &str, fields: &Fields<'_>) {
    let fits =
        known.kind == Text && known.choices.is_none() && !matches!(key, "is_present" | "count");
    if !fits && let Some(value) = fields.optional("case") {
        value.report("\"case\" is for tests of free text");
    }
}

fn single<'a>(
    asking: &Asking<'_, 'a>,
    known: &Known,
    key: &str,
    value: &Value<'a>,
    case: Option<Case>,
) -> Option<Asked> {
    let exact = case.unwrap_or(Case::Sensitive);
    let loose = case.unwrap_or(Case::Insensitive);
    let operator = match key {
        "is_one_of" => Operator::OneOf(operand::texts(asking, known, value)?, exact),
        "is_not_one_of" => Operator::NotOneOf(operand::texts(asking, known, value)?, exact),
        "equals" if known.kind == Text && exact == Case::Insensitive => {
            Operator::OneOf([operand::text(asking, known, value)?].into(), exact)
        }
        "equals" => Operator::Equals(operand::value(asking, known, value)?),
        "contains" => Operator::Contains(operand::part(value)?, loose),
        "starts_with" => Operator::StartsWith(operand::part(value)?, loose),
        "count" => Operator::Count(operand::count(value)?),
        _ => {
            return Some(Asked {
                operator: Operator::IsPresent,
                negated: !value.flag()?,
            });
        }
    };
    Some(Asked::plain(operator))
}

fn range(known: &Known, found: &[(&str, Value<'_>)], fields: &Fields<'_>) -> Option<Asked> {
    if let Some(value) = fields.optional("case") {
        value.report("\"case\" is for tests of free text");
    }
    let operator = if known.kind == Date {
        Operator::Date(date_range(found)?)
    } else {
        Operator::Number(number_range(found)?)
    };
    let is_empty = match &operator {
        Operator::Date(range) => range_is_empty(range),
        Operator::Number(range) => range_is_empty(range),
        _ => false,
    };
    if is_empty {
        fields.report(format!("no value of {} can meet these bounds", known.label));
        return None;
    }
    Some(Asked::plain(operator))
}

/// The range that bounds of numbers come to; of two bounds of one side, the narrower would win in
/// people's minds but not in all of them, so they are refused.
pub(super) fn number_range(found: &[(&str, Value<'_>)]) -> Option<Range<Decimal>> {
    let mut range = Range {
        min: None,
        max: None,
    };
    for (key, value) in found {
        if *key == "between" {
            let (low, high) = operand::pair(value)?;
            set(&mut range.min, low, true, value)?;
            set(&mut range.max, high, true, value)?;
            continue;
        }
        let number = operand::number(value)?;
        match *key {
            "less_than" => set(&mut range.max, number, false, value)?,
            "at_most" => set(&mut range.max, number, true, value)?,
            "more_than" => set(&mut range.min, number, false, value)?,
            _ => set(&mut range.min, number, true, value)?,
        }
    }
    Some(range)
}

/// The range that bounds of dates come to. A year or month stands for all of its days.
fn date_range(found: &[(&str, Value<'_>)]) -> Option<Range<Day>> {
    let mut range = Range {
        min: None,
        max: None,
    };
    for (key, value) in found {
        let date: PartialDate = operand::date(value)?;
        match *key {
            "before" => set(&mut range.max, date.first(), false, value)?,
            "on_or_before" => set(&mut range.max, date.last(), true, value)?,
            "after" => set(&mut range.min, date.last(), false, value)?,
            _ => set(&mut range.min, date.first(), true, value)?,
        }
    }
    Some(range)
}

type Day = jiff::civil::Date;

fn set<T>(side: &mut Option<Bound<T>>, bound: T, included: bool, value: &Value<'_>) -> Option<()> {
    if side.is_some() {
        value.report("this side has a bound already");
        return None;
    }
    *side = Some(Bound {
        value: bound,
        included,
    });
    Some(())
}

pub(super) fn range_is_empty<T: Ord + Copy>(range: &Range<T>) -> bool {
    let (Some(min), Some(max)) = (range.min, range.max) else {
        return false;
    };
    min.value > max.value || (min.value == max.value && !(min.included && max.included))
}
