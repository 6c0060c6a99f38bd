//! Runs of checks: ordered, started, ended, attached to tasks.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::event::take_match;
use super::{CHECKS_UNFINISHED_MAX, Refusal};
use crate::{
    Change, Check, CheckId, CheckState, CheckVariantId, CheckVerdict, Config, Decision, Moment,
    Profile, Task, TaskId,
};

pub(super) fn order_check(
    config: &Config,
    profile: &mut Profile,
    id: CheckId,
    (variant, tasks): (CheckVariantId, Option<BTreeSet<TaskId>>),
    now: Timestamp,
) -> Result<Vec<Change>, Refusal> {
    let fits = |found: &&crate::CheckVariant| found.entity == profile.entity && !found.retired;
    config
        .checks
        .get(&variant)
        .filter(fits)
        .ok_or(Refusal::UnknownCheckVariant)?;
    if let Some(tasks) = &tasks
        && !tasks
            .iter()
            .all(|id| profile.tasks.iter().any(|task| task.id == *id))
    {
        return Err(Refusal::UnknownTask);
    }
    if profile.checks.iter().any(|check| check.id == id) {
        // Ordered already, by the same request sent twice.
        return Ok(Vec::new());
    }
    let is_unfinished = |check: &&Check| check.state != CheckState::Complete;
    if profile.checks.iter().filter(is_unfinished).count() >= CHECKS_UNFINISHED_MAX {
        return Err(Refusal::TooMany("unfinished checks"));
    }
    let tasks = tasks.unwrap_or_else(|| served(config, profile, variant));
    profile.checks.push(Check {
        id,
        variant,
        tasks,
        state: CheckState::Pending,
        asked: true,
        ordered: now,
        completed: None,
        result: None,
        decision: None,
        candidates: Vec::new(),
    });
    Ok(vec![Change::CheckOrdered { check: id, variant }])
}

/// The live and upcoming task versions that a check variant can serve.
pub(crate) fn served(
    config: &Config,
    profile: &Profile,
    check: CheckVariantId,
) -> BTreeSet<TaskId> {
    let serves = |task: &&Task| {
        config.tasks.get(&task.variant).is_some_and(|variant| {
            variant.acceptance_checks.contains(&check) || variant.automatic_checks.contains(&check)
        })
    };
    profile
        .tasks
        .iter()
        .filter(serves)
        .map(|task| task.id)
        .collect()
}

pub(super) fn start_check(profile: &mut Profile, id: CheckId) -> Result<Vec<Change>, Refusal> {
    let check = find_check(profile, id)?;
    match check.state {
        CheckState::Pending => {
            check.state = CheckState::Running;
            Ok(vec![Change::CheckStarted(id)])
        }
        CheckState::Running => Ok(Vec::new()),
        CheckState::Complete => Err(Refusal::CheckEnded),
    }
}

pub(super) fn complete_check(
    profile: &mut Profile,
    id: CheckId,
    verdict: CheckVerdict,
    moment: &mut Moment<'_>,
) -> Result<Vec<Change>, Refusal> {
    let check = find_check(profile, id)?;
    if check.state == CheckState::Complete {
        return Err(Refusal::CheckEnded);
    }
    check.state = CheckState::Complete;
    check.completed = Some(moment.now);
    check.result = verdict.result;
    check.decision = Some(verdict.decision);
    check.candidates = verdict.candidates;
    let variant = check.variant;
    let mut changes = vec![Change::CheckCompleted { check: id, variant }];
    for found in verdict.matches {
        match take_match(profile, found, moment) {
            Ok(added) => changes.extend(added),
            // A match that cannot be kept must not be lost in silence.
            Err(_) => find_check(profile, id)?.decision = Some(Decision::Error),
        }
    }
    Ok(changes)
}

pub(super) fn set_check_tasks(
    profile: &mut Profile,
    id: CheckId,
    tasks: BTreeSet<TaskId>,
) -> Result<Vec<Change>, Refusal> {
    if !tasks
        .iter()
        .all(|id| profile.tasks.iter().any(|task| task.id == *id))
    {
        return Err(Refusal::UnknownTask);
    }
    let check = find_check(profile, id)?;
    if check.tasks == tasks {
        return Ok(Vec::new());
    }
    check.tasks = tasks;
    Ok(vec![Change::CheckTasksChanged(id)])
}

fn find_check(profile: &mut Profile, id: CheckId) -> Result<&mut Check, Refusal> {
    profile
        .checks
        .iter_mut()
        .find(|check| check.id == id)
        .ok_or(Refusal::UnknownCheck)
}

/// Drops ended checks that can no longer matter: neither the latest of their variant nor the latest
/// of it on a live task. The store keeps them as history.
///
/// It belongs between two changes and never within one, so that whatever ended in a change is still
/// there to be written.
pub fn forget_superseded_checks(profile: &mut Profile) {
    let live: BTreeSet<TaskId> = profile.tasks.iter().map(|task| task.id).collect();
    let mut seen: BTreeSet<(CheckVariantId, Option<TaskId>)> = BTreeSet::new();
    let mut superseded = BTreeSet::new();
    for check in profile.checks.iter().rev() {
        let mut matters = check.state != CheckState::Complete;
        matters |= seen.insert((check.variant, None));
        for task in check.tasks.intersection(&live) {
            matters |= seen.insert((check.variant, Some(*task)));
        }
        if !matters {
            superseded.insert(check.id);
        }
    }
    profile
        .checks
        .retain(|check| !superseded.contains(&check.id));
}
