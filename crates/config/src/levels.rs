//! Levels of risk and their thresholds.

use document::{Fields, Kind, Node, Value};
use domain::{Combine, Decimal, Factor, Level, RiskCategory, RiskModel};

use crate::models::SCORE_MAX;
use crate::naming;
use crate::number::decimal;
use crate::scope::Scope;

/// How many levels a model can have.
pub(crate) const LEVELS_COUNT_MAX: usize = 20;

/// Aliases of the usual levels.
const USUAL: [&str; 3] = ["low", "medium", "high"];

const CATEGORIES: [(&str, RiskCategory); 3] = [
    ("LOW", RiskCategory::Low),
    ("MEDIUM", RiskCategory::Medium),
    ("HIGH", RiskCategory::High),
];

/// Reads `levels`, or `thresholds` of the usual three levels.
pub(crate) fn read(fields: &Fields<'_>) -> Vec<Level> {
    let levels = fields.optional("levels");
    let thresholds = fields.optional("thresholds");
    match (levels, thresholds) {
        (Some(levels), None) => listed(&levels),
        (None, Some(thresholds)) => usual(&thresholds),
        (Some(_), Some(thresholds)) => {
            thresholds.report("a model has \"levels\" or \"thresholds\", not both");
            Vec::new()
        }
        (None, None) => {
            fields.collector().report_with_hint(
                fields.path(),
                fields.place(),
                "a risk model needs levels",
                "add \"thresholds: {medium: 50, high: 100}\", or \"levels\" of your own",
            );
            Vec::new()
        }
    }
}

/// The aliases of the levels of a model that has not been read yet.
pub(crate) fn named(model: &Node) -> Vec<&str> {
    if model.get("thresholds").is_some() {
        return USUAL.to_vec();
    }
    let Some(Node {
        kind: Kind::Sequence(levels),
        ..
    }) = model.get("levels")
    else {
        return Vec::new();
    };
    let alias = |level| match Node::get(level, "alias").map(|alias| &alias.kind) {
        Some(Kind::Scalar { text, .. }) => Some(text.as_str()),
        _ => None,
    };
    levels.iter().filter_map(alias).collect()
}

/// Low, medium and high.
fn usual(value: &Value<'_>) -> Vec<Level> {
    let Some(fields) = value.fields() else {
        return Vec::new();
    };
    let bound = |key: &str| {
        let value = fields.required(key);
        value.and_then(|value| decimal(&value, -SCORE_MAX, SCORE_MAX))
    };
    let (medium, high) = (bound("medium"), bound("high"));
    if let (Some(medium), Some(high)) = (medium, high)
        && high <= medium
        && let Some(value) = fields.optional("high")
    {
        report_order(&value, high, medium);
    }
    fields.finish();
    let level = |alias: &str, label: &str, category, from| Level {
        alias: alias.into(),
        label: label.into(),
        category,
        from,
    };
    let [low_alias, medium_alias, high_alias] = USUAL;
    vec![
        level(low_alias, "Low risk", RiskCategory::Low, None),
        level(medium_alias, "Medium risk", RiskCategory::Medium, medium),
        level(high_alias, "High risk", RiskCategory::High, high),
    ]
}

fn report_order(value: &Value<'_>, from: Decimal, before: Decimal) {
    value.report_with_hint(
        format!("this level begins at {from}, and the level before it at {before}"),
        "thresholds rise from level to level",
    );
}

fn listed(value: &Value<'_>) -> Vec<Level> {
    let items = value.list().unwrap_or_default();
    if items.is_empty() || items.len() > LEVELS_COUNT_MAX {
        value.report(format!(
            "a risk model has from 1 to {LEVELS_COUNT_MAX} levels"
        ));
        return Vec::new();
    }
    let mut levels: Vec<Level> = Vec::new();
    for item in &items {
        if let Some(level) = level(item, levels.last(), &levels) {
            levels.push(level);
        }
    }
    levels
}

fn level(value: &Value<'_>, before: Option<&Level>, all: &[Level]) -> Option<Level> {
    let fields = value.fields()?;
    let alias = naming::alias(&fields, "alias").to_owned();
    let label = naming::optional_name(&fields, "label");
    let by_alias = CATEGORIES
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(&alias))
        .map(|(_, category)| *category);
    let category = match by_alias {
        Some(_) => fields.optional_one_of("category", &CATEGORIES).or(by_alias),
        None => fields.one_of("category", &CATEGORIES),
    };
    let from_value = fields.optional("from");
    let from = from_value
        .as_ref()
        .and_then(|value| decimal(value, -SCORE_MAX, SCORE_MAX));
    match (before, &from_value) {
        (None, Some(from)) => from.report_with_hint(
            "the first level has no threshold: it holds below the second",
            "leave \"from\" out",
        ),
        (Some(_), None) => fields.report("every level after the first needs \"from\""),
        (None, None) | (Some(_), Some(_)) => {}
    }
    if let (Some(low), Some(high), Some(value)) =
        (before.and_then(|before| before.from), from, &from_value)
        && high <= low
    {
        report_order(value, high, low);
    }
    if all.iter().any(|level| *level.alias == alias) && !alias.is_empty() {
        value.report(format!("there is a level \"{alias}\" already"));
    }
    if let (Some(before), Some(category)) = (before, category)
        && category < before.category
    {
        value.report("the category of a level is not below that of the level before it");
    }
    fields.finish();
    let label = label.unwrap_or_else(|| format!("{} risk", naming::humanized(&alias)));
    Some(Level {
        label: label.into(),
        alias: alias.into(),
        category: category.unwrap_or(RiskCategory::High),
        from,
    })
}

/// Warns about levels that no combination of scores can reach.
pub(crate) fn warn_unreachable(model: &RiskModel, value: &Value<'_>, scope: &Scope<'_>) {
    let highest = highest_total(model);
    for level in &model.levels {
        if let Some(from) = level.from.filter(|from| *from > highest) {
            let message = format!(
                "no profile can reach the level \"{}\": it begins at {from}, and the highest \
                 score is {highest}",
                level.alias
            );
            scope.warn(value.path(), value.place(), message);
        }
    }
}

/// The highest total that the model can give, or more.
fn highest_total(model: &RiskModel) -> Decimal {
    let highest = |factor: &Factor| {
        let scores = factor.rules.iter().map(|rule| rule.score);
        scores.max().unwrap_or_default().max(Decimal::ZERO)
    };
    let of_group = |index: usize| {
        model
            .factors
            .iter()
            .filter(move |factor| factor.group == Some(index))
            .map(highest)
    };
    let alone: Decimal = model
        .factors
        .iter()
        .filter(|factor| factor.group.is_none())
        .map(highest)
        .sum();
    let grouped: Decimal = (0..model.groups.len())
        .map(|index| match model.groups[index].combine {
            Combine::Sum => of_group(index).sum(),
            Combine::Highest | Combine::Lowest | Combine::Mean => {
                of_group(index).max().unwrap_or_default()
            }
        })
        .sum();
    alone + grouped
}
