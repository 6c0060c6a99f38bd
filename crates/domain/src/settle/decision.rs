//! What the policy decides: approvals, rejections, reviews.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::stage::set_stage;
use crate::{
    Application, ApplicationStatus, Change, CheckState, CheckVariantId, Config, Decider,
    DecisionMade, HistoryEntry, Profile, Stage, open_tasks,
};

pub(super) fn conclude(
    profile: &mut Profile,
    at: usize,
    to: ApplicationStatus,
    comment: Option<String>,
    now: Timestamp,
) -> Vec<Change> {
    let events = profile.events.iter().map(|event| event.id).collect();
    let config_version = profile.config_version;
    let application = &mut profile.applications[at];
    let from = application.status;
    let level = application.level().map(str::to_owned);
    application.decision = Some(DecisionMade {
        by: Decider::Policy,
        at: now,
        level,
        events,
    });
    enter_history(application, to, comment.clone(), (now, config_version));
    let (id, by) = (application.id, Decider::Policy);
    let moved = Change::ApplicationMoved {
        application: id,
        from,
        to,
        by,
        comment,
        reverted: false,
    };
    std::iter::once(moved)
        .chain(set_stage(profile, at, Stage::Decided))
        .collect()
}

/// In review: the automatic checks of its open tasks run again, except where a person took over.
pub(super) fn enter_review(
    config: &Config,
    profile: &mut Profile,
    at: usize,
    now: Timestamp,
) -> Vec<Change> {
    let open = open_tasks(profile, &profile.applications[at]);
    let config_version = profile.config_version;
    let application = &mut profile.applications[at];
    let (id, from, to) = (
        application.id,
        application.status,
        ApplicationStatus::InReview,
    );
    enter_history(application, to, None, (now, config_version));
    let by = Decider::Policy;
    let mut changes = vec![Change::ApplicationMoved {
        application: id,
        from,
        to,
        by,
        comment: None,
        reverted: false,
    }];
    for at in 0..profile.tasks.len() {
        let task = &profile.tasks[at];
        if !open.contains(&task.variant) || task.upcoming || !task.is_automatic() {
            continue;
        }
        let automatic = config
            .tasks
            .get(&task.variant)
            .map(|variant| &variant.automatic_checks);
        let again: BTreeSet<CheckVariantId> = automatic
            .into_iter()
            .flatten()
            .copied()
            .filter(|check| {
                profile
                    .latest_check_of(*check, task)
                    .is_some_and(|check| check.state == CheckState::Complete)
            })
            .collect();
        if !again.is_subset(&task.rerun) {
            let id = task.id;
            profile.tasks[at].rerun.extend(again);
            changes.push(Change::RerunWanted(id));
        }
    }
    changes
}

fn enter_history(
    application: &mut Application,
    status: ApplicationStatus,
    comment: Option<String>,
    (at, config_version): (Timestamp, u64),
) {
    application.status = status;
    application.history.push(HistoryEntry {
        status,
        at,
        by: Decider::Policy,
        comment,
        reasons: Vec::new(),
        config_version,
        reverted: false,
    });
}
