//! Edges that feed back: what a policy or a model reads and its own outcome changes.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CheckVariantId, Config, Element, Property, RiskModel, SmartPolicy, properties};

use super::advice::checks_of;
use crate::scope::Scope;
use crate::section::Section;

/// Notes every such edge.
pub(crate) fn note(config: &Config, scope: &Scope<'_>) {
    for policy in config.policies.values() {
        let Some(name) = scope.names.by_id(Section::Policy, policy.id.0) else {
            continue;
        };
        for message in of_policy(policy, config) {
            scope.notes.report(&name.path, name.place, message);
        }
    }
    for model in config.models.values() {
        let Some(name) = scope.names.by_id(Section::Model, model.id.0) else {
            continue;
        };
        for message in of_model(model, config) {
            scope.notes.report(&name.path, name.place, message);
        }
    }
}

fn of_policy(policy: &SmartPolicy, config: &Config) -> Vec<String> {
    let mut read: BTreeSet<&Property> = BTreeSet::new();
    for element in &policy.elements {
        if let Element::Branch { condition, .. } = element {
            read.extend(properties(condition));
        }
    }
    let edges = edges(&read, &checks_of(policy, config));
    let message = |(why, labels)| format!("this policy reads {labels}, which {why} change");
    edges.into_iter().map(message).collect()
}

fn of_model(model: &RiskModel, config: &Config) -> Vec<String> {
    let rules = model.factors.iter().flat_map(|factor| &factor.rules);
    let read: BTreeSet<&Property> = rules.flat_map(|rule| properties(&rule.condition)).collect();
    let run: BTreeSet<CheckVariantId> = policies_by_risk(model, config)
        .iter()
        .flat_map(|policy| checks_of(policy, config))
        .collect();
    let message = |(why, labels)| {
        format!(
            "this risk model reads {labels}, which {why} change: the level may move once tasks \
             are under way"
        )
    };
    edges(&read, &run).into_iter().map(message).collect()
}

/// Properties that feed back, as a list of labels by the reason.
fn edges(
    read: &BTreeSet<&Property>,
    run: &BTreeSet<CheckVariantId>,
) -> BTreeMap<&'static str, String> {
    let mut edges: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for property in read {
        let Some(why) = edge(property, run) else {
            continue;
        };
        edges
            .entry(why)
            .or_default()
            .push(format!("\"{}\"", property.label()));
    }
    let joined = |(why, labels): (_, Vec<String>)| (why, labels.join(", "));
    edges.into_iter().map(joined).collect()
}

/// The policies of products that use the model.
fn policies_by_risk<'c>(model: &RiskModel, config: &'c Config) -> Vec<&'c SmartPolicy> {
    let courses = config
        .products
        .values()
        .flat_map(|product| product.individual.iter().chain(&product.company));
    courses
        .filter(|course| course.risk == Some(model.id))
        .filter_map(|course| config.policies.get(&course.policy))
        .collect()
}

/// Why a decision or a check of the policy changes the property.
fn edge(property: &Property, run: &BTreeSet<CheckVariantId>) -> Option<&'static str> {
    match property {
        Property::Declared("applications.open") => Some("its own decisions"),
        Property::CheckResult(check) | Property::CheckDecision(check) if run.contains(check) => {
            Some("checks of its own tasks")
        }
        Property::Events(..) if !run.is_empty() => Some("checks of its own tasks"),
        Property::Declared(_)
        | Property::Custom(_)
        | Property::CheckResult(_)
        | Property::CheckDecision(_)
        | Property::Events(..) => None,
    }
}
