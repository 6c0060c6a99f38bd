//! Stages: verification lists, whom to ask, whom to add, and when enough are approved.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::task::{pass, reopen};
use crate::{
    AssociateRule, AssociateStatus, AutomaticAddition, Candidate, Change, Check, CheckState,
    CheckVariantId, Config, Decision, Profile, ProfileId, Reopened, SetBy, Task, TaskId, TaskState,
    TaskVariant, TaskVariantId, roll_up,
};

/// Live verification-list tasks that an open application requires, with their rules.
fn associate_tasks<'a>(
    config: &'a Config,
    profile: &Profile,
    required: &BTreeSet<TaskVariantId>,
) -> Vec<(TaskId, &'a TaskVariant, &'a AssociateRule)> {
    let ruled = |task: &Task| {
        let variant = config.tasks.get(&task.variant)?;
        Some((task.id, variant, variant.associates.as_ref()?))
    };
    let live = profile
        .tasks
        .iter()
        .filter(|task| !task.upcoming && required.contains(&task.variant));
    live.filter_map(ruled).collect()
}

/// Everybody on a list applies for the list's product; "the tasks specified in the associate smart
/// policies are created on the profiles of the relevant associates" (seed 004).
pub(super) fn ask_associates(
    config: &Config,
    profile: &mut Profile,
    required: &BTreeSet<TaskVariantId>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for (_, variant, rule) in associate_tasks(config, profile, required) {
        let to_ask = |associate: &&mut crate::Associate| {
            associate.is_on(variant.id, &rule.roles)
                && associate.copy.is_some()
                && !associate.is_circular()
                && !associate.is_too_deep()
                && !associate.asked.contains(&rule.product)
        };
        for associate in profile.associates.iter_mut().filter(to_ask) {
            associate.asked.insert(rule.product);
            let (associate, product) = (associate.profile, rule.product);
            changes.push(Change::AssociateAsked { associate, product });
        }
    }
    changes
}

/// Candidates that a list's rule adds without being asked, and that were never added before.
pub(super) fn want_associates(
    config: &Config,
    profile: &mut Profile,
    required: &BTreeSet<TaskVariantId>,
) -> Vec<Change> {
    let rules = associate_tasks(config, profile, required);
    let latest = |check: &&Check| {
        check.state == CheckState::Complete
            && profile
                .latest_check(check.variant)
                .is_some_and(|latest| latest.id == check.id)
    };
    let found = profile
        .checks
        .iter()
        .filter(latest)
        .flat_map(|check| &check.candidates);
    let wanted: BTreeSet<String> = profile
        .unlinked
        .iter()
        .chain(found)
        .filter(|candidate| rules.iter().any(|(_, _, rule)| adds(rule, candidate)))
        .filter(|candidate| !profile.wanted.contains(&candidate.key))
        .filter(|candidate| !profile.added.contains(&candidate.key))
        .map(|candidate| candidate.key.clone())
        .collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    profile.wanted.extend(wanted.iter().cloned());
    vec![Change::AssociatesWanted(wanted)]
}

/// "Never auto-added: resigned officers, company secretaries, officers with role Other,
/// shareholders with unknown share", and authorized persons are "always added by hand"
/// (`product.md` 4).
fn adds(rule: &AssociateRule, candidate: &Candidate) -> bool {
    use crate::AssociatedRole::{AuthorizedPerson, CompanySecretary, Other, Shareholder};
    let never = !candidate.role.is_current()
        || matches!(candidate.role, AuthorizedPerson | CompanySecretary | Other)
        || (candidate.role == Shareholder && candidate.share.is_none());
    let enough = match (&rule.automatic, candidate.share) {
        (AutomaticAddition::Nobody, _) => false,
        (AutomaticAddition::Everybody, _) => true,
        (AutomaticAddition::ShareAtLeast(least), share) => {
            !candidate.role.has_shares() || share.is_some_and(|share| share >= *least)
        }
    };
    rule.roles.contains(&candidate.role) && !never && enough
}

/// A list's task passes exactly when enough of its associates are approved; what a person decided
/// stands until somebody joins the list.
pub(super) fn judge_associate_tasks(
    config: &Config,
    profile: &mut Profile,
    required: &BTreeSet<TaskVariantId>,
    now: Timestamp,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for (id, variant, rule) in associate_tasks(config, profile, required) {
        let clear = !variant.screening || profile.open_events().next().is_none();
        let satisfied = roll_up(&rule.passing, &list_of(profile, variant.id, rule));
        let complete = is_complete(profile, id, variant, rule);
        let listed: BTreeSet<ProfileId> = profile
            .associates
            .iter()
            .filter(|associate| associate.is_on(variant.id, &rule.roles))
            .map(|associate| associate.profile)
            .collect();
        let Some(task) = profile.tasks.iter_mut().find(|task| task.id == id) else {
            continue;
        };
        match (&task.set_by, task.state) {
            (SetBy::Person { associates, .. }, TaskState::Passed)
                if !listed.is_subset(associates) =>
            {
                changes.push(reopen(task, Reopened::NewAssociate));
            }
            (SetBy::Policy, TaskState::Passed) if !satisfied => {
                changes.push(reopen(task, Reopened::Associates));
            }
            (SetBy::Policy, TaskState::Incomplete)
                if satisfied && complete && clear && !task.skipped =>
            {
                changes.push(pass(task, now));
            }
            (SetBy::Person { .. } | SetBy::Policy, _) => {}
        }
    }
    changes
}

/// Whether everybody whom automation is to put on the list is on it: nobody is about to be added, and
/// where the rule adds by itself, every check that could find somebody has answered.
fn is_complete(
    profile: &Profile,
    task: TaskId,
    variant: &TaskVariant,
    rule: &AssociateRule,
) -> bool {
    let answered = |check: &CheckVariantId| {
        let of_task = |run: &&Check| run.variant == *check && run.tasks.contains(&task);
        let latest = profile.checks.iter().rfind(of_task);
        latest.is_some_and(|run| {
            run.state == CheckState::Complete && run.decision != Some(Decision::Error)
        })
    };
    rule.automatic == AutomaticAddition::Nobody
        || (profile.wanted.is_empty() && variant.automatic_checks.iter().all(answered))
}

/// The associates on a list, without links that close a circle.
fn list_of(profile: &Profile, task: TaskVariantId, rule: &AssociateRule) -> Vec<AssociateStatus> {
    let on_list = profile
        .associates
        .iter()
        .filter(|associate| associate.is_on(task, &rule.roles) && !associate.is_circular());
    on_list
        .map(|associate| AssociateStatus {
            roles: associate.roles_on(task, &rule.roles).collect(),
            approved: associate.is_approved_for(rule.product),
        })
        .collect()
}
