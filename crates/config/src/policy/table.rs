//! The short form of a policy: for each level of risk, the tasks or the outcome.

use std::collections::BTreeSet;

use document::{Key, Value};
use domain::{Case, Condition, Operator, Property, Quantifier, TaskVariantId, Test};

use super::graph::{Draft, Target};
use super::{Reading, outcome};
use crate::naming;
use crate::scope::{LevelTable, RiskAsked};
use crate::section::Section;

/// Makes a branch for every level but the last, and tells where the table begins.
pub(super) fn read<'a>(reading: &mut Reading<'_, 'a>, table: &Value<'a>, after: &Target) -> Target {
    let Some(rows) = table.entries() else {
        return Target::Wrong;
    };
    if rows.is_empty() {
        table.report("this table has no levels");
        return Target::Wrong;
    }
    let mut otherwise = None;
    for (level, value) in rows.iter().rev() {
        note(reading, level, value);
        let row = row(reading, value, after);
        // What is of none of the levels before is of the last one: a policy check makes sure
        // that the table names every level.
        otherwise = Some(match otherwise {
            None if rows.len() > 1 => row,
            no => {
                let branch = Draft::Branch {
                    name: format!("{} risk", naming::humanized(&level.text)),
                    condition: is_level(&level.text),
                    yes: row,
                    no: no.unwrap_or_else(|| after.clone()),
                };
                reading.graph.push(branch, value)
            }
        });
    }
    reading.asking.scope.add_table(LevelTable {
        policy: reading.asking.policy.unwrap_or_default(),
        levels: rows.iter().map(|(level, _)| level.text.clone()).collect(),
        path: table.path().to_owned(),
        place: table.place(),
    });
    otherwise.unwrap_or(Target::Wrong)
}

fn note(reading: &Reading<'_, '_>, level: &Key, value: &Value<'_>) {
    if let Some(policy) = reading.asking.policy {
        reading.asking.scope.ask_risk(RiskAsked {
            policy,
            level: Some(level.text.clone()),
            path: value.path().to_owned(),
            place: level.place,
        });
    }
}

fn is_level(level: &str) -> Condition {
    Condition::Test(Test {
        property: Property::Declared("risk.level"),
        quantifier: Quantifier::Any,
        operator: Operator::OneOf(BTreeSet::from([level.to_owned()]), Case::Sensitive),
    })
}

/// A list of tasks, an outcome, or `{tasks, outcome}`.
fn row<'a>(reading: &mut Reading<'_, 'a>, value: &Value<'a>, after: &Target) -> Target {
    match &value.node().kind {
        document::Kind::Sequence(_) | document::Kind::Null => {
            let scope = reading.asking.scope;
            let ids = scope.ids_in(Section::Task, value, reading.entity);
            if ids.is_empty() {
                return after.clone();
            }
            let tasks = Draft::Tasks {
                add: ids.into_iter().map(TaskVariantId).collect(),
                next: after.clone(),
            };
            reading.graph.push(tasks, value)
        }
        document::Kind::Mapping(_) if value.node().get(outcome::REJECTION_KEY).is_none() => {
            let Some(fields) = value.fields() else {
                return Target::Wrong;
            };
            let end = fields.optional("outcome");
            let next = end.map_or(after.clone(), |end| outcome::element(reading, &end));
            let target = super::flow::tasks(reading, &fields, next);
            fields.finish();
            target
        }
        _ => outcome::element(reading, value),
    }
}
