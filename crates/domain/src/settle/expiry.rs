//! Stage: expiries, and the next version of a task in the place of the old one.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::{
    Application, Change, Config, ExpiryRule, Moment, Profile, ProfileId, Task, TaskCause, TaskId,
    TaskVariantId, date_in, days_after, start_of,
};

/// Days before expiry that the next version is issued when nothing else is configured.
pub const NOTICE_DAYS_DEFAULT: u32 = 30;

/// Expiry counts from the day of passing, and is the day after it at the earliest; by risk level
/// when so configured, the shortest of the applications that share the task.
pub(super) fn set_expiries(
    config: &Config,
    profile: &mut Profile,
    required: &BTreeSet<TaskVariantId>,
    moment: &Moment<'_>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for at in 0..profile.tasks.len() {
        let task = &profile.tasks[at];
        if task.custom_expiry || task.upcoming || !required.contains(&task.variant) {
            continue;
        }
        let rule = config
            .tasks
            .get(&task.variant)
            .and_then(|variant| variant.expiry.as_ref());
        let expires = rule.and_then(|rule| expiry_of(rule, profile, task, moment));
        if task.expires != expires {
            let id = task.id;
            profile.tasks[at].expires = expires;
            changes.push(Change::TaskExpirySet(id));
        }
    }
    changes
}

fn expiry_of(
    rule: &ExpiryRule,
    profile: &Profile,
    task: &Task,
    moment: &Moment<'_>,
) -> Option<Timestamp> {
    let from = if task.skipped {
        task.created
    } else {
        task.passed?
    };
    let sharing = profile.applications.iter().filter(|application| {
        application.is_open() && application.required.contains(&task.variant)
    });
    let by_level = |application: &Application| {
        let level = application
            .level()
            .and_then(|level| rule.days_by_level.get(level));
        level.copied().or(rule.days)
    };
    let days = sharing.filter_map(by_level).min()?.max(1);
    let due = days_after(date_in(from, moment.zone), days);
    let date = match rule.spread_days {
        1.. if task.provenance.is_some() => {
            let arrived = task.arrived.unwrap_or(task.created);
            spread(
                due,
                date_in(arrived, moment.zone),
                profile.id,
                rule.spread_days,
            )
        }
        _ => due,
    };
    Some(start_of(date, moment.zone))
}

/// Ruling 8: a book that is brought over does not expire on one day. What would have been overdue
/// already on the day the pass arrived is spread from the day after on; otherwise the overdue part of
/// a book would turn over at once. That may be long after the client came in.
fn spread(due: Date, arrived: Date, profile: ProfileId, days: u32) -> Date {
    let share = u32::try_from(profile.0 % u128::from(days)).unwrap_or_default();
    days_after(due.max(days_after(arrived, 1)), share)
}

/// When the next version of a task is issued.
pub(crate) fn notice_at(
    config: &Config,
    task: &Task,
    zone: &jiff::tz::TimeZone,
) -> Option<Timestamp> {
    let expires = task.expires?;
    let rule = config
        .tasks
        .get(&task.variant)
        .and_then(|variant| variant.expiry.as_ref());
    let days = rule.map_or(NOTICE_DAYS_DEFAULT, |rule| rule.notice_days);
    Some(start_of(
        crate::days_before(date_in(expires, zone), days),
        zone,
    ))
}

/// Issues the next version ahead of expiry, and puts it in the old one's place at expiry.
pub(super) fn turn_over(
    config: &Config,
    profile: &mut Profile,
    required: &BTreeSet<TaskVariantId>,
    moment: &mut Moment<'_>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for variant in required {
        let Some(task) = profile.live_task(*variant).filter(|task| task.is_passed()) else {
            continue;
        };
        let (id, expires) = (task.id, task.expires);
        let due = notice_at(config, task, moment.zone).is_some_and(|notice| notice <= moment.now);
        let issued = profile
            .tasks
            .iter()
            .any(|task| task.variant == *variant && task.upcoming);
        if due && !issued {
            let cause = TaskCause::Expiry;
            let mut next = Task::new(TaskId(moment.ids.fresh()), *variant, moment.now, cause);
            next.upcoming = true;
            changes.push(Change::TaskAdded {
                task: next.id,
                variant: *variant,
                cause,
            });
            profile.tasks.push(next);
        }
        if expires.is_some_and(|expires| expires <= moment.now) {
            changes.extend(come_due(profile, id, *variant));
        }
    }
    changes
}

fn come_due(profile: &mut Profile, old: TaskId, variant: TaskVariantId) -> Vec<Change> {
    let Some(at) = profile.tasks.iter().position(|task| task.id == old) else {
        return Vec::new();
    };
    let expired = profile.tasks.remove(at);
    let mut changes = vec![Change::TaskExpired(Box::new(expired))];
    if let Some(next) = profile
        .tasks
        .iter_mut()
        .find(|task| task.variant == variant && task.upcoming)
    {
        next.upcoming = false;
        changes.push(Change::TaskCameDue(next.id));
    }
    changes
}
