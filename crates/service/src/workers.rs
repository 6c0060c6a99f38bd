//! What must not happen inside a request. Jobs are leased, retried with backoff, idempotent, and
//! end in the same commit as their result.
//!
//! Any number of nodes may run workers over one database. A node that dies loses its leases after
//! [`LEASE_SECONDS`]; whatever it did without committing is done again by another.

mod associates;
mod checks;
pub mod circles;
pub mod deliver;
mod nearby;
mod publish;
mod retry;
pub mod sweep;
pub(crate) mod sweep_file;
mod unlink;
mod wake;
mod webhook;
mod window;

use std::time::Duration;

use store::jobs::{Claim, Job};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

pub(crate) use self::nearby::{Handed, Nearby};
use crate::{Failure, Platform};

/// How long a job is held before others may take it. Long work holds on by extending it.
pub const LEASE_SECONDS: i64 = 30;
/// Jobs worked on at the same time by one node.
pub const JOBS_AT_ONCE_MAX: usize = 64;
/// Tries after which a job that always fails is parked for the operator.
pub const ATTEMPTS_MAX: i64 = 20;

pub(crate) const LEASE_MICROSECONDS: i64 = LEASE_SECONDS * 1_000_000;

/// The kinds of jobs, the more urgent ones first.
const KINDS: [&str; 9] = [
    "checks",
    "associates",
    "unlink",
    "wake",
    "publish",
    "window",
    "list",
    "sweep",
    "sweep-file",
];

/// The kinds of jobs that wait for their day, not for a worker: as long as they are not due, there
/// is nothing to do.
pub const WAITING_KINDS: [&str; 5] = ["wake", "window", "list", "sweep", "sweep-file"];

/// Works until `shutdown` says so, then finishes what it has begun.
pub async fn run(platform: Platform, mut shutdown: watch::Receiver<bool>) {
    let mut running: JoinSet<()> = JoinSet::new();
    let mut handed = platform.nearby.open();
    if let Err(failure) = sweep::ensure(&platform).await {
        tracing::warn!(error = %failure, "old answers will be swept after the next start only");
    }
    while !*shutdown.borrow() {
        while running.try_join_next().is_some() {}
        while running.len() < JOBS_AT_ONCE_MAX
            && let Ok(begun) = handed.try_recv()
        {
            begin(&platform, &mut running, begun);
        }
        let free = JOBS_AT_ONCE_MAX.saturating_sub(running.len());
        let claimed = if free > 0 {
            claim(&platform, free).await
        } else {
            Vec::new()
        };
        let idle = claimed.is_empty();
        for job in claimed {
            let platform = platform.clone();
            running.spawn(async move { work(&platform, job).await });
        }
        if idle {
            rest(&platform, &mut running, &mut handed, &mut shutdown).await;
        }
    }
    handed.close();
    while let Some(begun) = handed.recv().await {
        begin(&platform, &mut running, begun);
    }
    while running.join_next().await.is_some() {}
}

/// Works until nothing is left that is due: where profiles are only tried out, and nobody else works.
/// Jobs that failed wait for a time that does not come there; how many is answered.
pub(crate) async fn until_quiet(platform: &Platform, account: i64) -> Result<usize, Failure> {
    let mut running: JoinSet<()> = JoinSet::new();
    loop {
        let free = JOBS_AT_ONCE_MAX.saturating_sub(running.len());
        let claimed = claim(platform, free.max(1)).await;
        if claimed.is_empty() {
            if running.join_next().await.is_none() {
                break;
            }
            continue;
        }
        for job in claimed {
            let platform = platform.clone();
            running.spawn(async move { work(&platform, job).await });
        }
        while running.len() >= JOBS_AT_ONCE_MAX {
            running.join_next().await;
        }
    }
    let failed = store::jobs::failed(&platform.store, account, store::jobs::CLAIM_JOBS_MAX).await?;
    Ok(failed.len())
}

/// Goes on with a job that this node holds already. One that has waited for most of its lease is
/// left to whoever claims it when the lease has ended: two must not ask the providers.
fn begin(platform: &Platform, running: &mut JoinSet<()>, begun: Handed) {
    let left = begun.job.due_at.saturating_sub(platform.now_micros());
    if left < LEASE_MICROSECONDS / 2 {
        return;
    }
    let platform = platform.clone();
    running.spawn(async move {
        let job = begun.job.clone();
        if let Err(failure) = checks::run_begun(&platform, begun).await {
            retry::later(&platform, &job, &failure).await;
        }
    });
}

/// Waits for new work, for a place to come free, or for the time to look again. Jobs that this node
/// begins meanwhile do not end the rest: they leave nothing to claim.
async fn rest(
    platform: &Platform,
    running: &mut JoinSet<()>,
    handed: &mut mpsc::Receiver<Handed>,
    shutdown: &mut watch::Receiver<bool>,
) {
    let look_again = tokio::time::sleep(platform.poll());
    tokio::pin!(look_again);
    let was_full = running.len() >= JOBS_AT_ONCE_MAX;
    loop {
        let full = running.len() >= JOBS_AT_ONCE_MAX;
        tokio::select! {
            () = platform.work.notified(), if !full => return,
            Some(begun) = handed.recv(), if !full => begin(platform, running, begun),
            Some(_) = running.join_next() => if was_full { return },
            () = &mut look_again => return,
            _ = shutdown.changed() => return,
        }
    }
}

async fn claim(platform: &Platform, limit: usize) -> Vec<Job> {
    let claim = Claim {
        now: platform.now_micros(),
        kinds: KINDS.map(str::to_owned).to_vec(),
        limit: i64::try_from(limit).unwrap_or(1),
        lease_microseconds: LEASE_MICROSECONDS,
    };
    match platform.store.claim(claim).await {
        Ok(jobs) => jobs,
        Err(error) => {
            tracing::error!(error = %error, "jobs could not be claimed");
            tokio::time::sleep(Duration::from_secs(1)).await;
            Vec::new()
        }
    }
}

async fn work(platform: &Platform, job: Job) {
    let done = match job.kind.as_str() {
        "checks" => checks::run(platform, &job).await,
        "associates" => associates::run(platform, &job).await,
        "unlink" => unlink::run(platform, &job).await,
        "wake" => wake::run(platform, &job).await,
        "publish" => publish::run(platform, &job).await,
        "window" => window::run(platform, &job).await,
        "list" => crate::lists::run_fetch(platform, &job).await,
        "sweep" => sweep::run(platform, &job).await,
        "sweep-file" => sweep_file::run(platform, &job).await,
        kind => Err(Failure::internal(format!(
            "there is no worker for jobs of kind {kind}"
        ))),
    };
    if let Err(failure) = done {
        retry::later(platform, &job, &failure).await;
    }
}
