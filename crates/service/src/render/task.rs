//! Tasks.

use domain::{Config, Profile, Task, TaskState, TaskVariantId};
use wire::resource::{ImportedPass, TaskResource, TaskVariant};
use wire::time::{Date, DateTime};

use super::View;
use crate::convert;

/// A task variant.
pub(crate) fn task_variant(config: &Config, id: TaskVariantId) -> TaskVariant {
    let known = config.tasks.get(&id);
    TaskVariant {
        id: convert::id(id.0),
        alias: known.map(|variant| variant.alias.clone()),
        name: known.map(|variant| variant.name.clone()),
        description: known.and_then(|variant| variant.description.clone()),
        task_type: known.map(|variant| convert::task_type(Some(variant))),
    }
}

/// A task version; `is_expired` for one that is history.
pub(crate) fn task(view: View<'_>, task: &Task, is_expired: bool) -> TaskResource {
    let config = &view.config.config;
    let checks = view
        .profile
        .checks
        .iter()
        .filter(|check| check.tasks.contains(&task.id));
    TaskResource {
        id: convert::id(task.id.0),
        task_type: convert::task_type(config.tasks.get(&task.variant)),
        state: convert::task_state(task.state),
        is_complete: task.state == TaskState::Passed,
        is_expired,
        is_skipped: task.skipped,
        is_deleted: false,
        creation_date: DateTime::from_micros(task.created.as_microsecond()),
        expiry_date: task
            .expires
            .map(|at| DateTime::from_micros(at.as_microsecond())),
        check_ids: checks.map(|check| convert::id(check.id.0)).collect(),
        form_instance_ids: Vec::new(),
        variant: task_variant(config, task.variant),
        version: None,
        imported: task
            .passed
            .zip(task.provenance.as_ref())
            .map(|(at, provenance)| ImportedPass {
                as_of: Date(domain::date_in(at, view.zone)),
                provenance: provenance.clone(),
            }),
    }
}

/// The live and upcoming tasks, without hidden first versions.
pub(crate) fn live_tasks(profile: &Profile) -> impl Iterator<Item = &Task> {
    profile.tasks.iter().filter(|task| !task.skipped)
}
