//! What is done to tasks once automation has done what it can.

use domain::TaskState;

use super::World;
use super::build::{Row, leave_out};
use crate::{Failure, change, tasks, workers};

/// Carries out what is to be done to tasks, and lets automation go on after it, until nothing more can
/// be done: passing one task may bring up another. What is for a task that never comes up stays undone.
/// Says how many jobs have failed.
pub(super) async fn carry_out(world: &World, rows: &mut [Row]) -> Result<usize, Failure> {
    let account = world.caller.account;
    loop {
        let failed = workers::until_quiet(&world.platform, account).await?;
        let mut any = false;
        for row in rows.iter_mut().filter(|row| !row.updates.is_empty()) {
            any |= row_updates(world, row).await?;
        }
        if !any {
            return Ok(failed);
        }
    }
}

/// Carries out what can be by now; whether that was anything.
async fn row_updates(world: &World, row: &mut Row) -> Result<bool, Failure> {
    let Ok(id) = row.made() else {
        row.updates.clear();
        return Ok(false);
    };
    let account = world.platform.account(world.caller.account).await?;
    let config = &account.config.config;
    let mut any = false;
    for update in std::mem::take(&mut row.updates) {
        let loaded = change::load(&world.platform, &account, id).await?;
        let loaded = loaded.ok_or_else(|| Failure::internal("a profile vanished"))?;
        let mut variants = config.tasks.values();
        let Some(variant) = variants.find(|task| task.alias == update.task) else {
            let message = format!("the policy has no task variant {:?}", update.task);
            leave_out::<()>(row, Err(Failure::field("task_updates", message)))?;
            continue;
        };
        let Some(task) = loaded.profile.live_task(variant.id) else {
            row.updates.push(update);
            continue;
        };
        if update.only_open && task.state == TaskState::Passed {
            continue;
        }
        any = true;
        let done = (task.id.0, update.update);
        let done = tasks::update(&world.platform, &world.caller, id, done).await;
        leave_out(row, done)?;
    }
    Ok(any)
}
