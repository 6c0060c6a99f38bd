//! A version was published: open applications move over to it, profile by profile. Profiles in
//! monitoring stay with the version they were decided under until they are moved on request.

use domain::Command;
use store::Commit;
use store::jobs::Job;

use super::LEASE_MICROSECONDS;
use crate::change;
use crate::{Actor, Caller, Failure, Platform, render};

/// Profiles between two extensions of the lease.
const BATCH: i64 = 200;

pub(super) async fn run(platform: &Platform, job: &Job) -> Result<(), Failure> {
    platform.forget_accounts();
    let account = platform.account(job.account).await?;
    let caller = Caller::platform(&account.row, Actor::Policy);
    let mut after = 0;
    loop {
        let ids = store::profiles::walk(&platform.store, job.account, after, BATCH).await?;
        for id in &ids {
            let done = change::change(
                platform,
                &caller,
                *id,
                |draft| draft.execute(&Actor::Policy, Command::Tick),
                |_, ()| render::answer(&()),
            );
            done.await?;
        }
        let Some(last) = ids.last() else { break };
        after = *last;
        let ends_at = platform.now_micros() + LEASE_MICROSECONDS;
        let held = Commit::new()
            .guard(store::jobs::guard(job))
            .write(store::jobs::extend(job, ends_at));
        platform.store.commit(held).await?;
    }
    let commit = Commit::new()
        .guard(store::jobs::guard(job))
        .writes(store::jobs::finish(job));
    Ok(platform.store.commit(commit).await?)
}
