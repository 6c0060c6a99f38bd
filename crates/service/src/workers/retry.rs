//! What becomes of a job that failed.

use store::jobs::{Job, PARKED};
use store::{Commit, Error};

use super::ATTEMPTS_MAX;
use crate::{Failure, Platform};

/// Longest wait between two tries, in microseconds: an hour.
const WAIT_MICROSECONDS_MAX: i64 = 3_600_000_000;

/// Puts the job off, twice as long each time; after [`ATTEMPTS_MAX`] tries it is parked until
/// somebody asks for it again, and the log says so.
pub(super) async fn later(platform: &Platform, job: &Job, failure: &Failure) {
    let parked = job.attempts >= ATTEMPTS_MAX;
    let doublings = u32::try_from(job.attempts.clamp(0, 20)).unwrap_or(20);
    let wait = 200_000_i64
        .saturating_mul(1 << doublings.min(20))
        .min(WAIT_MICROSECONDS_MAX);
    let due = if parked {
        PARKED
    } else {
        platform.now_micros().saturating_add(wait)
    };
    let reason = failure
        .errors
        .first()
        .map_or("failed", |error| error.message.as_str());
    let commit = Commit::new()
        .guard(store::jobs::guard(job))
        .write(store::jobs::retry(job, due, reason));
    match platform.store.commit(commit).await {
        Ok(()) if parked => {
            tracing::error!(job.kind = %job.kind, job.attempts, error = %failure, "a job was parked");
        }
        Ok(()) => {
            tracing::warn!(job.kind = %job.kind, job.attempts, error = %failure, "a job failed and is tried again");
        }
        // Its lease ran out: somebody else has the job, and what becomes of it there counts.
        Err(Error::Conflict { .. }) => {}
        Err(error) => {
            tracing::warn!(job.kind = %job.kind, job.attempts, error = %failure, "a job failed");
            tracing::warn!(error = %error, "it could not be put off; its lease will run out");
        }
    }
}
