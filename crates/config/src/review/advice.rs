//! What is allowed but likely a mistake.

use std::collections::BTreeSet;

use domain::{CheckVariantId, Config, Element, Property, SmartPolicy, TaskVariant, properties};
use wire::value::{CheckType, TaskType};

use crate::catalogue;
use crate::names::Name;
use crate::scope::Scope;
use crate::section::Section;

/// Things that nothing in the document names.
pub(crate) fn unused(scope: &Scope<'_>) {
    let sections = [
        (Section::List, "no condition uses this list"),
        (Section::Provider, "no check uses this provider"),
        (Section::Check, "no task and no condition uses this check"),
        (Section::Task, "no policy asks for this task"),
        (Section::Model, "no product uses this risk model"),
        (Section::Policy, "no product uses this policy"),
    ];
    for (section, message) in sections {
        for name in scope.names.of(section) {
            if !scope.is_used(section, name.alias) {
                scope.warn(&name.path, name.place, message);
            }
        }
    }
    if scope.names.of(Section::Product).next().is_none() {
        let place = document::Place::default();
        scope.warn(
            "products",
            place,
            "nobody can apply for anything: there are no products",
        );
    }
}

/// Branches on checks that nothing runs: applications would wait at them.
pub(crate) fn branches(config: &Config, scope: &Scope<'_>) {
    for policy in config.policies.values() {
        let Some(name) = scope.names.by_id(Section::Policy, policy.id.0) else {
            continue;
        };
        let run = checks_of(policy, config);
        let conditions = policy.elements.iter().filter_map(|element| match element {
            Element::Branch { condition, .. } => Some(condition),
            Element::Tasks { .. } | Element::Outcome(_) => None,
        });
        let mut waits: Vec<CheckVariantId> = Vec::new();
        for property in conditions.flat_map(properties) {
            if let Property::CheckResult(id) | Property::CheckDecision(id) = property
                && !run.contains(id)
                && !waits.contains(id)
            {
                waits.push(*id);
            }
        }
        for check in waits.iter().filter_map(|id| config.checks.get(id)) {
            let message = format!(
                "this policy waits for the check \"{}\", which none of its tasks runs by itself",
                check.alias
            );
            scope.warn(&name.path, name.place, message);
        }
    }
}

/// Checks that the tasks of a policy run by themselves.
pub(crate) fn checks_of(policy: &SmartPolicy, config: &Config) -> BTreeSet<CheckVariantId> {
    let mut checks = BTreeSet::new();
    for element in &policy.elements {
        if let Element::Tasks { add, .. } = element {
            let tasks = add.iter().filter_map(|id| config.tasks.get(id));
            checks.extend(tasks.flat_map(|task| task.automatic_checks.iter().copied()));
        }
    }
    checks
}

/// Tasks and their checks.
pub(crate) fn tasks(config: &Config, scope: &Scope<'_>) {
    for task in config.tasks.values() {
        let found = scope.names.by_id(Section::Task, task.id.0);
        if let (Some(name), Ok(task_type)) = (found, task.task_type.parse()) {
            check_types(config, scope, (task, task_type), name);
            check_automation(config, scope, task, name);
            check_absence(scope, task, task_type, name);
        }
    }
}

fn check_types(
    config: &Config,
    scope: &Scope<'_>,
    (task, task_type): (&TaskVariant, TaskType),
    name: &Name<'_>,
) {
    let both = [
        ("automatic_checks", &task.automatic_checks),
        ("acceptance_checks", &task.acceptance_checks),
    ];
    for (key, checks) in both {
        for check in checks.iter().filter_map(|id| config.checks.get(id)) {
            let Ok(check_type) = check.check_type.parse::<CheckType>() else {
                continue;
            };
            let (alias, path) = (&check.alias, format!("{}.{key}", name.path));
            if !catalogue::serves(check_type).includes(task_type) {
                let message = format!(
                    "checks of the type {check_type} (\"{alias}\") usually do not serve {task_type}"
                );
                scope.warn(&path, place(name, key), message);
            }
            if key == "automatic_checks" && !catalogue::can_be_automatic(check_type) {
                let message = format!(
                    "the policy cannot run \"{alias}\" by itself: a {check_type} needs what only a request brings"
                );
                scope.warn(&path, place(name, key), message);
            }
        }
    }
}

fn check_automation(config: &Config, scope: &Scope<'_>, task: &TaskVariant, name: &Name<'_>) {
    let aliases = |ids: &[CheckVariantId]| {
        let checks = ids.iter().filter_map(|id| config.checks.get(id));
        let aliases = checks.map(|check| format!("\"{}\"", check.alias));
        aliases.collect::<Vec<_>>().join(", ")
    };
    let (automatic, acceptance) = (&task.automatic_checks, &task.acceptance_checks);
    if automatic.iter().any(|id| acceptance.contains(id)) {
        return;
    }
    let warn = |key: &str, message: String| {
        scope.warn(&format!("{}.{key}", name.path), place(name, key), message);
    };
    if !acceptance.is_empty() {
        let checks = aliases(acceptance);
        let message =
            format!("what passes this task ({checks}) is not run by itself: somebody must run it");
        warn("acceptance_checks", message);
    }
    // The checks of a verification list find associates; these pass the task.
    if !automatic.is_empty() && task.associates.is_none() {
        let checks = aliases(automatic);
        let message = format!(
            "what is run by itself ({checks}) does not pass this task: somebody must pass it"
        );
        warn("automatic_checks", message);
    }
}

/// Verification and screening without any check is work by hand for every customer.
fn check_absence(scope: &Scope<'_>, task: &TaskVariant, task_type: TaskType, name: &Name<'_>) {
    let none = task.automatic_checks.is_empty() && task.acceptance_checks.is_empty();
    if none && task.associates.is_none() && catalogue::has_checks(task_type) {
        let message = "this task has no checks: somebody must pass it by hand every time";
        scope.warn(&name.path, name.place, message);
    }
}

fn place(name: &Name<'_>, key: &str) -> document::Place {
    name.node.get(key).map_or(name.place, |node| node.place)
}
