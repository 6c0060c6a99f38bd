//! Risk models: factors, groups and levels, and what they make of a profile.
//!
//! Source of the rules: seed 004, "The product application's risk level is assessed", and
//! `product.md` 2.

use std::collections::BTreeSet;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::{
    Answer, AssociatedRole, Condition, Facts, Missing, Profile, Property, RiskModelId, Why, answer,
};
use jiff::civil::Date;

/// A risk model for one kind of profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RiskModel {
    /// Lasting id.
    pub id: RiskModelId,
    /// Unique name used in configuration.
    pub alias: String,
    /// What people read.
    pub name: String,
    /// Factors in the order of the document.
    pub factors: Vec<Factor>,
    /// Groups; a factor names its group by index.
    pub groups: Vec<Group>,
    /// Levels from lowest to highest threshold. The first has no threshold.
    pub levels: Vec<Level>,
}

/// One thing that adds to the score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// Unique within the model.
    pub alias: Arc<str>,
    /// What people read.
    pub label: Arc<str>,
    /// The property shown as the factor's input.
    pub property: Property,
    /// Whether the whole score needs it.
    pub required: bool,
    /// Index of the group it belongs to.
    pub group: Option<usize>,
    /// Whose facts it looks at.
    pub over: Over,
    /// Rules; of those that match, the highest score counts.
    pub rules: Vec<Rule>,
}

/// Whose facts a factor looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Over {
    /// The profile itself.
    Profile,
    /// Each associate in one of these roles (none named: every associate); the highest score counts.
    Associates(BTreeSet<AssociatedRole>),
}

/// A score for a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What people read: "Under 25".
    pub description: Arc<str>,
    /// When it matches.
    pub condition: Condition,
    /// What it adds; may be negative.
    pub score: Decimal,
}

/// Factors that count as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Unique within the model.
    pub alias: String,
    /// What people read.
    pub label: String,
    /// How the scores of its factors become one.
    pub combine: Combine,
}

/// How a group's scores become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// The highest.
    Highest,
    /// The lowest.
    Lowest,
    /// The arithmetic mean.
    Mean,
    /// All together.
    Sum,
}

/// A level of risk and the score from which it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// Unique within the model; policies and expiry periods name it.
    pub alias: Arc<str>,
    /// What people read.
    pub label: Arc<str>,
    /// How the API names it.
    pub category: RiskCategory,
    /// Lowest score of the level; `None` for the first level.
    pub from: Option<Decimal>,
}

/// The API's three categories of risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RiskCategory {
    /// LOW
    Low,
    /// MEDIUM
    Medium,
    /// HIGH
    High,
}

/// What a risk model made of a profile: every factor's input, rule and score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The model that was applied.
    pub model: RiskModelId,
    /// The level; `None` while undetermined.
    pub level: Option<LevelReached>,
    /// The total score; `None` while undetermined.
    pub total: Option<Decimal>,
    /// The total without factors over associates, determined or not: what travels upward to
    /// companies, so that companies in a circle do not wait for each other.
    pub own: Option<Decimal>,
    /// One outcome for each factor of the model, in its order.
    pub factors: Vec<FactorOutcome>,
    /// The score of each group, in the model's order; `None` when none of its factors counted.
    pub groups: Vec<Option<Decimal>>,
}

/// A level that was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelReached {
    /// Position among the model's levels, 0 for the lowest.
    pub rank: usize,
    /// The level's alias.
    pub alias: Arc<str>,
    /// The level's label.
    pub label: Arc<str>,
    /// How the API names it.
    pub category: RiskCategory,
}

/// What one factor came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactorOutcome {
    /// The factor's alias.
    pub alias: Arc<str>,
    /// The factor's label.
    pub label: Arc<str>,
    /// Whether the score needs it.
    pub required: bool,
    /// The input as text; `None` when there is none.
    pub input: Option<String>,
    /// Description of the rule that counted; `None` when none matched.
    pub rule: Option<Arc<str>>,
    /// The score; `None` when undetermined.
    pub score: Option<Decimal>,
    /// What is missing when undetermined.
    pub missing: BTreeSet<Missing>,
}

impl Assessment {
    /// What is missing for the required factors.
    pub fn missing(&self) -> BTreeSet<Missing> {
        let undetermined = self
            .factors
            .iter()
            .filter(|factor| factor.required && factor.score.is_none());
        undetermined
            .flat_map(|factor| factor.missing.iter().cloned())
            .collect()
    }
}

/// Applies a risk model to a profile. Every factor is evaluated anew each time.
pub fn score(model: &RiskModel, profile: &Profile, today: Date) -> Assessment {
    let factors: Vec<FactorOutcome> = model
        .factors
        .iter()
        .map(|factor| outcome(factor, profile, today))
        .collect();
    let scored = model.factors.iter().zip(&factors);
    let scored: Vec<Scored<'_>> = scored
        .map(|(factor, outcome)| (factor, outcome.score))
        .collect();
    let mut own = scored.clone();
    own.retain(|(factor, _)| factor.over == Over::Profile);
    let (total, own) = (total(model, &scored), total(model, &own));
    let level = total.and_then(|total| level_of(model, total));
    Assessment {
        model: model.id,
        level,
        total,
        own,
        groups: group_scores(model, &scored),
        factors,
    }
}

/// The level a score falls in: the highest whose threshold it reaches.
pub fn level_of(model: &RiskModel, total: Decimal) -> Option<LevelReached> {
    let reached = |level: &Level| level.from.is_none_or(|from| total >= from);
    let (rank, level) = model
        .levels
        .iter()
        .enumerate()
        .rfind(|(_, level)| reached(level))?;
    Some(LevelReached {
        rank,
        alias: level.alias.clone(),
        label: level.label.clone(),
        category: level.category,
    })
}

/// A factor with its score.
type Scored<'a> = (&'a Factor, Option<Decimal>);

/// `None` while a required factor is undetermined.
fn total(model: &RiskModel, scored: &[Scored<'_>]) -> Option<Decimal> {
    if scored
        .iter()
        .any(|(factor, score)| factor.required && score.is_none())
    {
        return None;
    }
    let alone: Decimal = scored
        .iter()
        .filter(|(factor, _)| factor.group.is_none())
        .filter_map(|(_, score)| *score)
        .sum();
    let in_groups: Decimal = group_scores(model, scored).into_iter().flatten().sum();
    Some(alone + in_groups)
}

fn group_scores(model: &RiskModel, scored: &[Scored<'_>]) -> Vec<Option<Decimal>> {
    let members = |at: usize| {
        scored
            .iter()
            .filter(move |(factor, _)| factor.group == Some(at))
            .filter_map(|(_, score)| *score)
    };
    let groups = model.groups.iter().enumerate();
    groups
        .map(|(at, group)| combine(group.combine, members(at)))
        .collect()
}

/// One score of several; an undetermined optional factor is left out, none at all adds nothing.
fn combine(combine: Combine, scores: impl Iterator<Item = Decimal> + Clone) -> Option<Decimal> {
    let count = scores.clone().count();
    match combine {
        Combine::Highest => scores.max(),
        Combine::Lowest => scores.min(),
        Combine::Sum => (count > 0).then(|| scores.sum()),
        Combine::Mean => (count > 0).then(|| scores.sum::<Decimal>() / Decimal::from(count)),
    }
}

fn outcome(factor: &Factor, profile: &Profile, today: Date) -> FactorOutcome {
    let judged = match &factor.over {
        Over::Profile => {
            // A model sees no application: its own level and score would feed back into it.
            judge(factor, &Facts::of(profile, None, today))
        }
        Over::Associates(roles) => judge_associates(factor, roles, profile, today),
    };
    FactorOutcome {
        alias: factor.alias.clone(),
        label: factor.label.clone(),
        required: factor.required,
        input: judged.input,
        rule: judged.rule,
        score: judged.score,
        missing: judged.missing,
    }
}

struct Judged {
    input: Option<String>,
    rule: Option<Arc<str>>,
    score: Option<Decimal>,
    missing: BTreeSet<Missing>,
}

fn shown(values: &[crate::Value]) -> String {
    if let [crate::Value::Text(text)] = values {
        return text.clone();
    }
    values
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The highest matching rule counts. A rule that cannot be answered leaves the factor
/// undetermined only when it could still change the outcome.
fn judge(factor: &Factor, facts: &Facts<'_>) -> Judged {
    let input = facts.find(&factor.property).ok();
    let input = input.map(|values| shown(&values));
    let mut best: Option<&Rule> = None;
    let mut unknown: Vec<(Decimal, BTreeSet<Missing>)> = Vec::new();
    for rule in &factor.rules {
        match answer(&rule.condition, facts) {
            Answer::Yes if best.is_none_or(|best| rule.score > best.score) => best = Some(rule),
            Answer::Yes | Answer::No => {}
            Answer::Missing(missing) => unknown.push((rule.score, missing)),
        }
    }
    unknown.retain(|(score, _)| best.is_none_or(|best| *score > best.score));
    let mut missing = BTreeSet::new();
    for (_, more) in unknown {
        missing.extend(more);
    }
    if !missing.is_empty() {
        return Judged {
            input,
            rule: None,
            score: None,
            missing,
        };
    }
    Judged {
        input,
        rule: best.map(|rule| rule.description.clone()),
        score: Some(best.map_or(Decimal::ZERO, |rule| rule.score)),
        missing,
    }
}

/// `product.md` 2, "Associate-derived factors": nobody in the roles scores 0; a required factor
/// needs every associate's value; an optional one takes the highest it knows, unless all lack it,
/// or some do and what is known is negative.
fn judge_associates(
    factor: &Factor,
    roles: &BTreeSet<AssociatedRole>,
    profile: &Profile,
    today: Date,
) -> Judged {
    let mut best: Option<(Decimal, Judged)> = None;
    let mut missing = BTreeSet::new();
    let mut anybody = false;
    for associate in profile
        .associates
        .iter()
        .filter(|associate| associate.has_role_in(roles))
    {
        anybody = true;
        let Some(copy) = &associate.copy else {
            missing.insert(Missing {
                property: factor.property.clone(),
                why: Why::CheckPending,
            });
            continue;
        };
        let judged = judge(factor, &Facts::of_associate(associate, copy, today));
        match judged.score {
            Some(score) if best.as_ref().is_none_or(|(best, _)| score > *best) => {
                best = Some((score, judged));
            }
            Some(_) => {}
            None => missing.extend(judged.missing),
        }
    }
    let nobody = Judged {
        input: None,
        rule: None,
        score: Some(Decimal::ZERO),
        missing: BTreeSet::new(),
    };
    let undetermined = |missing| Judged {
        input: None,
        rule: None,
        score: None,
        missing,
    };
    match best {
        None if !anybody => nobody,
        None => undetermined(missing),
        Some(_) if factor.required && !missing.is_empty() => undetermined(missing),
        Some((score, _)) if score < Decimal::ZERO && !missing.is_empty() => undetermined(missing),
        Some((_, judged)) => judged,
    }
}
