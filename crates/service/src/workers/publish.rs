//! A version was published: open applications move over to it, profile by profile. Profiles in
//! monitoring stay with the version they were decided under until they are moved on request.
//!
//! A profile that fails does not hold up the others: it is noted, and the job is tried again when
//! all have had their turn. Those that moved already are left as they are then.

use domain::Command;
use store::Commit;
use store::jobs::Job;

use super::LEASE_MICROSECONDS;
use crate::change;
use crate::{Actor, Caller, Failure, Platform, convert, render};

/// Profiles read at once.
const BATCH: i64 = 200;

/// How often a running job says that it is still alive, in microseconds.
const EXTEND_MICROSECONDS: i64 = 10_000_000;

pub(super) async fn run(platform: &Platform, job: &Job) -> Result<(), Failure> {
    platform.forget_accounts();
    let account = platform.account(job.account).await?;
    let caller = Caller::platform(&account.row, Actor::Policy);
    let (mut after, mut failed) = (0, 0_u64);
    let mut extended_at = platform.now_micros();
    loop {
        let ids = store::profiles::walk(&platform.store, job.account, after, BATCH).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        for id in &ids {
            if let Err(failure) = move_over(platform, &caller, *id).await {
                failed += 1;
                let (profile, kind) = (convert::id(*id), failure.kind);
                tracing::warn!(%profile, ?kind, job.key = %job.key, "a profile could not move to the published policy; it is tried again");
            }
            extended_at = extend(platform, job, extended_at).await?;
        }
    }
    if failed > 0 {
        let message = format!("{failed} profiles could not move to the published policy");
        return Err(Failure::internal(message));
    }
    let commit = Commit::new()
        .guard(store::jobs::guard(job))
        .writes(store::jobs::finish(job));
    Ok(platform.store.commit(commit).await?)
}

async fn move_over(platform: &Platform, caller: &Caller, id: u128) -> Result<(), Failure> {
    let done = change::change(
        platform,
        caller,
        id,
        |draft| draft.execute(&Actor::Policy, Command::Tick),
        |_, ()| render::answer(&()),
    );
    done.await.map(|_| ())
}

/// Holds the job for longer when it is time; returns when that was done last. Fails when somebody
/// else has the job by now.
async fn extend(platform: &Platform, job: &Job, extended_at: i64) -> Result<i64, Failure> {
    let now = platform.now_micros();
    // The clock may have been set back.
    if (0..EXTEND_MICROSECONDS).contains(&now.saturating_sub(extended_at)) {
        return Ok(extended_at);
    }
    let held = Commit::new()
        .guard(store::jobs::guard(job))
        .write(store::jobs::extend(job, now + LEASE_MICROSECONDS));
    platform.store.commit(held).await?;
    Ok(now)
}
