//! Tasks by hand: states, new versions, custom expiries.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Refusal;
use crate::{
    Change, Config, Moment, Profile, ProfileId, Reopened, SetBy, Task, TaskCause, TaskId,
    TaskState, TaskVariantId,
};

pub(super) fn set_task(
    config: &Config,
    profile: &mut Profile,
    id: TaskId,
    (to, as_of): (TaskState, Option<(Timestamp, String)>),
    now: Timestamp,
) -> Result<Vec<Change>, Refusal> {
    if as_of.as_ref().is_some_and(|(at, _)| *at > now) {
        return Err(Refusal::InTheFuture);
    }
    let set_by = SetBy::Person {
        events: profile.events.iter().map(|event| event.id).collect(),
        associates: on_list(config, profile, id),
    };
    let task = profile
        .tasks
        .iter_mut()
        .find(|task| task.id == id)
        .ok_or(Refusal::UnknownTask)?;
    let variant = task.variant;
    let passed = (to == TaskState::Passed).then(|| as_of.as_ref().map_or(now, |(at, _)| *at));
    let provenance = as_of
        .map(|(_, from)| from)
        .filter(|_| to == TaskState::Passed);
    let same = task.state == to && task.set_by == set_by && task.provenance == provenance;
    if same && (to != TaskState::Passed || task.provenance.is_none() || task.passed == passed) {
        return Ok(Vec::new());
    }
    task.state = to;
    task.set_by = set_by;
    task.passed = passed;
    task.arrived = provenance.is_some().then_some(now);
    task.provenance = provenance;
    task.skipped = false;
    if to != TaskState::Passed && !task.custom_expiry {
        task.expires = None;
    }
    Ok(vec![match to {
        TaskState::Passed => Change::TaskPassed {
            task: id,
            variant,
            by_hand: true,
        },
        TaskState::Failed => Change::TaskFailed { task: id, variant },
        TaskState::Incomplete => Change::TaskReopened {
            task: id,
            variant,
            why: Reopened::ByHand,
        },
    }])
}

/// The associates on the list of a task.
fn on_list(config: &Config, profile: &Profile, task: TaskId) -> BTreeSet<ProfileId> {
    let Some(task) = profile.tasks.iter().find(|one| one.id == task) else {
        return BTreeSet::new();
    };
    let rule = config
        .tasks
        .get(&task.variant)
        .and_then(|variant| variant.associates.as_ref());
    let Some(rule) = rule else {
        return BTreeSet::new();
    };
    let listed = profile
        .associates
        .iter()
        .filter(|associate| associate.is_on(task.variant, &rule.roles));
    listed.map(|associate| associate.profile).collect()
}

pub(super) fn add_task(
    config: &Config,
    profile: &mut Profile,
    variant: TaskVariantId,
    moment: &mut Moment<'_>,
) -> Result<Vec<Change>, Refusal> {
    let fits = |found: &&crate::TaskVariant| found.entity == profile.entity && !found.retired;
    config
        .tasks
        .get(&variant)
        .filter(fits)
        .ok_or(Refusal::UnknownTaskVariant)?;
    Ok(replace_task(profile, variant, TaskCause::Person, moment))
}

/// Sets a new, incomplete version in the place of the live one and of one issued ahead.
pub(crate) fn replace_task(
    profile: &mut Profile,
    variant: TaskVariantId,
    cause: TaskCause,
    moment: &mut Moment<'_>,
) -> Vec<Change> {
    let (old, kept): (Vec<Task>, Vec<Task>) = profile
        .tasks
        .drain(..)
        .partition(|task| task.variant == variant);
    profile.tasks = kept;
    let mut changes: Vec<Change> = old
        .into_iter()
        .map(|task| Change::TaskExpired(Box::new(task)))
        .collect();
    let task = Task::new(TaskId(moment.ids.fresh()), variant, moment.now, cause);
    changes.push(Change::TaskAdded {
        task: task.id,
        variant,
        cause,
    });
    profile.tasks.push(task);
    changes
}

pub(super) fn set_task_expiry(
    profile: &mut Profile,
    id: TaskId,
    at: Option<Timestamp>,
) -> Result<Vec<Change>, Refusal> {
    let task = profile
        .tasks
        .iter_mut()
        .find(|task| task.id == id)
        .ok_or(Refusal::UnknownTask)?;
    if task.custom_expiry == at.is_some() && (at.is_none() || task.expires == at) {
        return Ok(Vec::new());
    }
    task.custom_expiry = at.is_some();
    task.expires = at;
    Ok(vec![Change::TaskExpirySet(id)])
}
