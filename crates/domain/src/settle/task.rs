//! Stages: tasks the policy asks for, tasks that pass by themselves, screening that starts again.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    Change, Check, CheckState, Config, Decision, Moment, Profile, Reopened, Resolution, SetBy,
    Task, TaskCause, TaskId, TaskState, TaskVariant, TaskVariantId,
};

pub(super) fn add_tasks(
    config: &Config,
    profile: &mut Profile,
    moment: &mut Moment<'_>,
) -> Vec<Change> {
    let open = profile
        .applications
        .iter()
        .filter(|application| application.is_open());
    let in_order: Vec<TaskVariantId> = open
        .flat_map(|application| application.required.iter().copied())
        .collect();
    let mut changes = Vec::new();
    for variant in &in_order {
        if profile.live_task(*variant).is_some() {
            continue;
        }
        let cause = TaskCause::Policy;
        let mut task = Task::new(TaskId(moment.ids.fresh()), *variant, moment.now, cause);
        if let Some(variant) = config.tasks.get(variant) {
            task.skipped = variant.skip_first;
            let automatic = variant.automatic_checks.iter();
            let off = automatic.filter(|check| moment.switched_off.contains(check));
            task.withheld = off.copied().collect();
        }
        changes.push(Change::TaskAdded {
            task: task.id,
            variant: *variant,
            cause,
        });
        profile.tasks.push(task);
    }
    changes
}

/// A new match makes a passed screening task incomplete, unless the person who passed it had
/// seen that match.
pub(super) fn reopen_screening(config: &Config, profile: &mut Profile) -> Vec<Change> {
    let open: BTreeSet<crate::EventId> = profile.open_events().map(|event| event.id).collect();
    let mut changes = Vec::new();
    for task in &mut profile.tasks {
        let screening = config
            .tasks
            .get(&task.variant)
            .is_some_and(|variant| variant.screening);
        let unseen = match &task.set_by {
            SetBy::Policy => !open.is_empty(),
            SetBy::Person { events, .. } => !open.is_subset(events),
        };
        if screening && task.state == TaskState::Passed && unseen {
            changes.push(reopen(task, Reopened::NewMatch));
        }
    }
    changes
}

pub(super) fn reopen(task: &mut Task, why: Reopened) -> Change {
    task.state = TaskState::Incomplete;
    task.set_by = SetBy::Policy;
    task.passed = None;
    task.provenance = None;
    task.arrived = None;
    if !task.custom_expiry {
        task.expires = None;
    }
    Change::TaskReopened {
        task: task.id,
        variant: task.variant,
        why,
    }
}

/// Ruling 7: a task passes by itself when the latest run of any one of its acceptance checks, on
/// its current version, passes.
pub(super) fn pass_tasks(config: &Config, profile: &mut Profile, now: Timestamp) -> Vec<Change> {
    let mut changes = Vec::new();
    for at in 0..profile.tasks.len() {
        let task = &profile.tasks[at];
        let Some(variant) = config.tasks.get(&task.variant) else {
            continue;
        };
        if task.is_automatic()
            && variant.associates.is_none()
            && is_accepted(profile, task, variant)
        {
            changes.push(pass(&mut profile.tasks[at], now));
        }
    }
    changes
}

fn is_accepted(profile: &Profile, task: &Task, variant: &TaskVariant) -> bool {
    variant.acceptance_checks.iter().any(|check| {
        profile.latest_check_of(*check, task).is_some_and(|check| {
            check.state == CheckState::Complete
                && check.decision == Some(Decision::Pass)
                && (!variant.screening || is_clear(profile, check))
        })
    })
}

/// A screening task passes by itself only when nobody had to resolve a match since the check: "they
/// do not autocomplete when a human resolves matches" (`product.md` 5.3). A match that came in
/// dismissed, by the rules against false positives, is as old as the check that found it.
fn is_clear(profile: &Profile, check: &Check) -> bool {
    profile.events.iter().all(|event| {
        event.resolution != Resolution::Unresolved && event.resolved <= check.completed
    })
}

pub(super) fn pass(task: &mut Task, now: Timestamp) -> Change {
    task.state = TaskState::Passed;
    task.set_by = SetBy::Policy;
    task.passed = Some(now);
    Change::TaskPassed {
        task: task.id,
        variant: task.variant,
        by_hand: false,
    }
}
