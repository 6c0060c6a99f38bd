//! Stage: where an application stands now.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::decision::{conclude, enter_review};
use crate::{
    Application, ApplicationId, ApplicationStatus, Associate, AssociateRule, Change, CheckState,
    Config, Missing, PolicyOutcome, Profile, Stage, Stop, TaskVariantId, Why, blockers, open_tasks,
    waits_for_risk,
};

/// Where an application stands now, given how far its policy got.
pub(super) fn place(
    config: &Config,
    profile: &mut Profile,
    id: ApplicationId,
    stop: &Stop,
    now: Timestamp,
) -> Vec<Change> {
    let Some(at) = profile
        .applications
        .iter()
        .position(|application| application.id == id)
    else {
        return Vec::new();
    };
    let application = &profile.applications[at];
    let place = match stop {
        Stop::Waits(missing) => Place::Stage(waiting_stage(profile, application, missing)),
        Stop::Outcome(outcome) => reached(config, profile, application, outcome),
    };
    let status = application.status;
    match place {
        Place::Approve => conclude(profile, at, ApplicationStatus::Approved, None, now),
        Place::Reject(reason) => conclude(profile, at, ApplicationStatus::Rejected, reason, now),
        Place::Stage(stage)
            if status == ApplicationStatus::Approved && calls_for_review(profile, at, &stage) =>
        {
            let mut changes = enter_review(config, profile, at, now);
            changes.extend(set_stage(profile, at, stage));
            changes
        }
        Place::Stage(_) if status == ApplicationStatus::Approved => {
            set_stage(profile, at, Stage::Decided)
        }
        Place::Stage(stage) => set_stage(profile, at, stage),
    }
}

enum Place {
    Approve,
    Reject(Option<String>),
    Stage(Stage),
}

/// An approved application goes in review as soon as it has an incomplete task, or waits for
/// hands; not while automation merely runs beside it. A new match calls for review too, whether or
/// not a screening task is there to be opened by it: what a match keeps from being approved
/// ([`blockers`]) cannot stay approved as if nobody had to look.
fn calls_for_review(profile: &Profile, at: usize, stage: &Stage) -> bool {
    stage.needs_hands()
        || !open_tasks(profile, &profile.applications[at]).is_empty()
        || profile.open_events().next().is_some()
}

/// What parks the policy: machines that are at work on it (checks, associates whose facts or scores
/// are to come), or data that somebody must supply.
fn waiting_stage(
    profile: &Profile,
    application: &Application,
    missing: &BTreeSet<Missing>,
) -> Stage {
    let all =
        |whys: &[Why]| !missing.is_empty() && missing.iter().all(|one| whys.contains(&one.why));
    let running = profile
        .checks
        .iter()
        .any(|check| check.state != CheckState::Complete);
    let coming = profile.associates.iter().any(Associate::is_on_its_way);
    if all(&[Why::CheckPending]) && running {
        Stage::WaitsForChecks
    } else if all(&[Why::CheckPending, Why::RiskUndetermined]) && coming {
        Stage::WaitsForAssociates
    } else if application.is_undetermined() || waits_for_risk(missing) {
        Stage::WaitsForRisk(missing.clone())
    } else {
        Stage::WaitsForData(missing.clone())
    }
}

fn reached(
    config: &Config,
    profile: &Profile,
    application: &Application,
    outcome: &PolicyOutcome,
) -> Place {
    let overruled = |reason: &String| {
        let mut here = application
            .reverted_at
            .iter()
            .filter(|at| at.level.as_deref() == application.level() && at.reason == *reason);
        here.any(|at| at.approved || application.status == ApplicationStatus::Applied)
    };
    if let PolicyOutcome::ImmediateRejection { reason } = outcome
        && application.status == ApplicationStatus::Applied
        && !overruled(reason)
    {
        return Place::Reject(Some(reason.clone()).filter(|reason| !reason.is_empty()));
    }
    let open = open_tasks(profile, application);
    if !open.is_empty() {
        return Place::Stage(open_stage(config, profile, open));
    }
    let stands = application.status == ApplicationStatus::Approved;
    match outcome {
        PolicyOutcome::ImmediateRejection { reason } if stands && overruled(reason) => {
            Place::Stage(Stage::Decided)
        }
        PolicyOutcome::ImmediateRejection { .. } => Place::Stage(Stage::ReadyForDecision),
        PolicyOutcome::AutomaticApproval | PolicyOutcome::ManualReview if stands => {
            Place::Stage(Stage::Decided)
        }
        // Every task has passed and something else is in the way: a match, a suspension.
        _ if !blockers(profile, application).is_empty() => Place::Stage(Stage::WaitsForTasks(open)),
        PolicyOutcome::AutomaticApproval => Place::Approve,
        PolicyOutcome::ManualReview => Place::Stage(Stage::ReadyForDecision),
    }
}

/// What the open tasks wait for: running checks, associates on their way, or hands.
fn open_stage(config: &Config, profile: &Profile, open: Vec<TaskVariantId>) -> Stage {
    let is_running = |variant: &TaskVariantId| {
        let tasks = profile
            .tasks
            .iter()
            .filter(|task| task.variant == *variant && !task.upcoming);
        tasks.into_iter().any(|task| {
            task.is_automatic()
                && profile.checks.iter().any(|check| {
                    check.state != CheckState::Complete && check.tasks.contains(&task.id)
                })
        })
    };
    let is_coming = |variant: &TaskVariantId| {
        let by_hand = profile
            .live_task(*variant)
            .is_some_and(|task| !task.is_automatic());
        let rule = config
            .tasks
            .get(variant)
            .and_then(|variant| variant.associates.as_ref());
        !by_hand && rule.is_some_and(|rule| is_on_the_way(config, profile, *variant, rule))
    };
    if open.iter().any(is_running) {
        Stage::WaitsForChecks
    } else if open.iter().all(is_coming) {
        Stage::WaitsForAssociates
    } else {
        Stage::WaitsForTasks(open)
    }
}

/// Whether automation is still at work on somebody of the list, or about to add somebody. Nobody
/// applies for a product that is not for them, so nobody is waited for there.
fn is_on_the_way(
    config: &Config,
    profile: &Profile,
    task: TaskVariantId,
    rule: &AssociateRule,
) -> bool {
    let product = config.products.get(&rule.product);
    let can_apply = |associate: &Associate| {
        product
            .is_some_and(|product| !product.retired && product.course(associate.entity).is_some())
    };
    let at_work = |associate: &Associate| {
        associate.is_on(task, &rule.roles)
            && !associate.is_circular()
            && can_apply(associate)
            && associate.is_automating(rule.product)
    };
    profile.associates.iter().any(at_work) || !profile.wanted.is_empty()
}

pub(super) fn set_stage(profile: &mut Profile, at: usize, to: Stage) -> Vec<Change> {
    let application = &mut profile.applications[at];
    if application.stage == to {
        return Vec::new();
    }
    let from = std::mem::replace(&mut application.stage, to.clone());
    vec![Change::StageChanged {
        application: application.id,
        from,
        to,
    }]
}
