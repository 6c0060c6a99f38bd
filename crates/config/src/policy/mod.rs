//! The section `policies`.

mod flow;
mod graph;
mod outcome;
mod table;

use std::collections::BTreeMap;

use document::{Fields, Value};
use domain::{Entity, PolicyId, SmartPolicy};

use crate::condition::{About, Asking};
use crate::scope::Scope;
use crate::section::Section;
use crate::{naming, types};
use graph::{Graph, Target};

/// How many elements a policy can have.
pub(crate) const ELEMENTS_COUNT_MAX: usize = 2000;

/// Reads the section.
pub(crate) fn read<'a>(root: &Fields<'a>, scope: &Scope<'a>) -> BTreeMap<PolicyId, SmartPolicy> {
    root.list("policies")
        .iter()
        .filter_map(|value| read_one(value, scope))
        .map(|policy| (policy.id, policy))
        .collect()
}

/// A policy while it is read: its elements, and what its conditions are about.
struct Reading<'s, 'a> {
    asking: Asking<'s, 'a>,
    entity: Option<Entity>,
    graph: Graph,
}

fn read_one<'a>(value: &Value<'a>, scope: &Scope<'a>) -> Option<SmartPolicy> {
    let fields = value.fields()?;
    let alias = naming::alias(&fields, "alias");
    let name = naming::name(&fields, "name");
    let entity = types::entity(&fields);
    types::former_aliases(&fields);
    let defined = scope.names.find(Section::Policy, alias);
    let id = defined.map_or(0, |defined| defined.id);
    let mut reading = Reading {
        asking: Asking {
            scope,
            about: About::Profile(entity),
            own: None,
            policy: Some(id),
        },
        entity,
        graph: Graph::default(),
    };
    let start = elements(&mut reading, &fields);
    let elements = start.map(|start| reading.graph.finish(&start, value));
    fields.finish();
    defined?;
    Some(SmartPolicy {
        id: PolicyId(id),
        alias: alias.to_owned(),
        name,
        elements: elements?,
    })
}

/// Elements are made from the last to the first, so that each knows where it goes on.
fn elements<'a>(reading: &mut Reading<'_, 'a>, fields: &Fields<'a>) -> Option<Target> {
    let table = fields.optional("table");
    let then = fields.optional("then");
    let flow = fields.optional("flow");
    let mut after = Target::Nowhere;
    if let Some(then) = &then {
        if table.is_none() {
            then.report_with_hint(
                "\"then\" goes with \"table\"",
                "let the flow end with an outcome",
            );
        }
        after = outcome::element(reading, then);
    }
    match (&table, &flow) {
        (None, None) => {
            fields.report("a policy needs \"flow\" or \"table\"");
            return None;
        }
        (Some(table), _) => after = table::read(reading, table, &after),
        (None, Some(_)) => {}
    }
    if let Some(flow) = &flow {
        let items = flow.list()?;
        if items.is_empty() {
            flow.report("this flow has no elements");
            return None;
        }
        after = flow::sequence(reading, &items, after);
    }
    Some(after)
}
