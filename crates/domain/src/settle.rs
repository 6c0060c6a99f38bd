//! Settle: brings a profile to where the published policy wants it.
//!
//! It looks at state, never at what happened, so a lost, repeated or late message cannot make it
//! wrong, and calling it twice changes nothing. Each round runs the stages in order; rounds go on
//! until one changes nothing, at most [`ROUNDS_MAX`].

mod associate;
mod check;
mod decision;
mod expiry;
mod policy;
mod stage;
mod task;

use std::collections::BTreeSet;

use self::associate::{ask_associates, judge_associate_tasks, want_associates};
use self::check::order_checks;
pub use self::expiry::NOTICE_DAYS_DEFAULT;
pub(crate) use self::expiry::notice_at;
use self::expiry::{set_expiries, turn_over};
use self::policy::apply_policies;
use self::stage::{place, set_stage};
use self::task::{add_tasks, pass_tasks, reopen_screening};
use crate::{Change, Config, Moment, Profile, Stage, TaskVariantId};

/// Rounds after which a profile that still moves is parked for a person.
pub const ROUNDS_MAX: usize = 8;

/// Brings `profile` to where `config` wants it and returns what changed, in order.
///
/// What still moves after [`ROUNDS_MAX`] rounds is parked as [`Stage::Unsettled`]; the tasks of a
/// parked application are brought to rest all the same, so that settling again changes nothing.
pub fn settle(config: &Config, profile: &mut Profile, moment: &mut Moment<'_>) -> Vec<Change> {
    let mut changes = move_to(config, profile);
    if !rest(config, profile, moment, &mut changes) {
        changes.extend(park(profile));
        rest(config, profile, moment, &mut changes);
    }
    changes
}

/// Runs rounds until one changes nothing; whether one did.
fn rest(
    config: &Config,
    profile: &mut Profile,
    moment: &mut Moment<'_>,
    changes: &mut Vec<Change>,
) -> bool {
    for _ in 0..=ROUNDS_MAX {
        let round = settle_once(config, profile, moment);
        if round.is_empty() {
            return true;
        }
        changes.extend(round);
    }
    false
}

/// Another configuration is a reason to try again what could not be settled under the last one.
fn move_to(config: &Config, profile: &mut Profile) -> Vec<Change> {
    let from = profile.config_version;
    if from == config.version {
        return Vec::new();
    }
    profile.config_version = config.version;
    let moved = Change::ConfigurationMoved {
        from,
        to: config.version,
    };
    std::iter::once(moved).chain(unpark(profile)).collect()
}

/// Takes up again what was parked.
pub(crate) fn unpark(profile: &mut Profile) -> Vec<Change> {
    let parked = |at: &usize| profile.applications[*at].stage == Stage::Unsettled;
    let parked: Vec<usize> = (0..profile.applications.len()).filter(parked).collect();
    parked
        .into_iter()
        .flat_map(|at| set_stage(profile, at, Stage::New))
        .collect()
}

fn settle_once(config: &Config, profile: &mut Profile, moment: &mut Moment<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let walks = apply_policies(config, profile, moment, &mut changes);
    let required = required_tasks(profile);
    changes.extend(set_expiries(config, profile, &required, moment));
    changes.extend(turn_over(config, profile, &required, moment));
    changes.extend(add_tasks(config, profile, moment));
    changes.extend(reopen_screening(config, profile));
    changes.extend(ask_associates(config, profile, &required));
    changes.extend(want_associates(config, profile, &required));
    changes.extend(judge_associate_tasks(
        config, profile, &required, moment.now,
    ));
    changes.extend(pass_tasks(config, profile, moment.now));
    changes.extend(order_checks(config, profile, &required, moment));
    for (application, stop) in walks {
        changes.extend(place(config, profile, application, &stop, moment.now));
    }
    changes
}

/// Task variants that open applications require, each once: a task shared by two applications
/// exists once (seed 004, "Tasks are created").
fn required_tasks(profile: &Profile) -> BTreeSet<TaskVariantId> {
    let open = profile
        .applications
        .iter()
        .filter(|application| application.is_open());
    open.flat_map(|application| application.required.iter().copied())
        .collect()
}

/// Parks what still moves after the last round, for a person to look at.
fn park(profile: &mut Profile) -> Vec<Change> {
    let open: Vec<usize> = (0..profile.applications.len())
        .filter(|at| profile.applications[*at].is_open())
        .collect();
    open.into_iter()
        .flat_map(|at| set_stage(profile, at, Stage::Unsettled))
        .collect()
}
