//! Stage: automatic checks.

use std::collections::{BTreeMap, BTreeSet};

use crate::command::served;
use crate::{
    Change, Check, CheckId, CheckState, CheckVariantId, Config, Moment, Profile, TaskId,
    TaskVariantId,
};

/// Orders the automatic checks of every task version that has not had them. One run serves every
/// task that wants it.
pub(super) fn order_checks(
    config: &Config,
    profile: &mut Profile,
    required: &BTreeSet<TaskVariantId>,
    moment: &mut Moment<'_>,
) -> Vec<Change> {
    let mut wanted: BTreeMap<CheckVariantId, BTreeSet<TaskId>> = BTreeMap::new();
    let mut changes = Vec::new();
    for task in profile
        .tasks
        .iter()
        .filter(|task| required.contains(&task.variant))
    {
        let Some(variant) = config
            .tasks
            .get(&task.variant)
            .filter(|_| task.is_automatic())
        else {
            continue;
        };
        for check in &variant.automatic_checks {
            let ran =
                profile.latest_check_of(*check, task).is_some() || task.withheld.contains(check);
            if config.checks.contains_key(check) && (!ran || task.rerun.contains(check)) {
                wanted.entry(*check).or_default().insert(task.id);
            }
        }
    }
    for (variant, asking) in wanted {
        let mut tasks = served(config, profile, variant);
        tasks.retain(|id| {
            profile
                .tasks
                .iter()
                .any(|task| task.id == *id && task.is_automatic())
        });
        tasks.extend(asking);
        for task in profile
            .tasks
            .iter_mut()
            .filter(|task| tasks.contains(&task.id))
        {
            task.rerun.remove(&variant);
        }
        let id = CheckId(moment.ids.fresh());
        profile.checks.push(Check {
            id,
            variant,
            tasks,
            state: CheckState::Pending,
            asked: false,
            ordered: moment.now,
            completed: None,
            result: None,
            decision: None,
            candidates: Vec::new(),
        });
        changes.push(Change::CheckOrdered { check: id, variant });
    }
    changes
}
