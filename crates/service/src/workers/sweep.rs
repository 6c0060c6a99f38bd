//! Forgets answers of idempotency keys that nobody asks for again: once a day in every account.

use store::Commit;
use store::jobs::{Job, NewJob, PARKED};

use crate::{Failure, Platform};

/// How long the answers of idempotency keys are kept, in days.
pub const IDEMPOTENCY_DAYS_KEPT: i64 = 30;

/// The key of the job, one in each account.
const KEY: &str = "sweep";

const DAY_MICROSECONDS: i64 = 24 * 60 * 60 * 1_000_000;

/// The job of an account.
pub(crate) fn job(account: i64, due_at: i64, now: i64) -> NewJob {
    NewJob {
        account,
        key: KEY.to_owned(),
        kind: "sweep".to_owned(),
        profile_id: None,
        due_at,
        body: "{}".to_owned(),
        created_at: now,
    }
}

/// The first job of an account that was just made: due a day later.
pub(crate) fn first(account: i64, now: i64) -> store::Write {
    store::jobs::enqueue(&job(account, now + DAY_MICROSECONDS, now))
}

/// Sees to it that every account has the job, as accounts made by older versions have none.
pub(super) async fn ensure(platform: &Platform) -> Result<(), Failure> {
    let now = platform.now_micros();
    let mut commit = Commit::new();
    for account in store::accounts::list(&platform.store).await? {
        let found = store::jobs::load(&platform.store, account.account, KEY).await?;
        if found.is_none_or(|job| job.due_at == PARKED) {
            commit = commit.write(store::jobs::enqueue(&job(account.account, now, now)));
        }
    }
    if commit.writes.is_empty() {
        return Ok(());
    }
    Ok(platform.store.commit(commit).await?)
}

pub(super) async fn run(platform: &Platform, held: &Job) -> Result<(), Failure> {
    let now = platform.now_micros();
    let before = now.saturating_sub(IDEMPOTENCY_DAYS_KEPT * DAY_MICROSECONDS);
    let next = job(held.account, now.saturating_add(DAY_MICROSECONDS), now);
    let commit = Commit::new()
        .guard(store::jobs::guard(held))
        .write(store::idempotency::sweep(held.account, before))
        .writes(store::jobs::finish(held))
        .write(store::jobs::reschedule(&next));
    Ok(platform.store.commit(commit).await?)
}
