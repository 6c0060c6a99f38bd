//! Removes the pieces of a file whose upload did not end, as when the node died.
//!
//! An upload holds this job from its first piece on and ends it in the commit that makes the file.
//! When the job can be claimed, that time is over: the upload cannot make the file any more.

use serde::{Deserialize, Serialize};
use store::Commit;
use store::jobs::{Job, NewJob};

use crate::{Failure, Platform, convert};

/// How long an upload may take before its pieces are removed, in microseconds: an hour.
pub(crate) const UPLOAD_MICROSECONDS_MAX: i64 = 60 * 60 * 1_000_000;

/// Which file, hexadecimal.
#[derive(Serialize, Deserialize)]
struct Body {
    profile: String,
    file: String,
}

/// The job for an upload that begins.
pub(crate) fn job(
    (account, profile, file): (i64, u128, u128),
    now: i64,
) -> Result<NewJob, Failure> {
    let body = Body {
        profile: convert::hex(profile),
        file: convert::hex(file),
    };
    Ok(NewJob {
        account,
        key: format!("sweep-file:{}", body.file),
        kind: "sweep-file".to_owned(),
        profile_id: Some(profile),
        due_at: now,
        body: serde_json::to_string(&body).map_err(Failure::internal)?,
        created_at: now,
    })
}

pub(super) async fn run(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let body: Body = serde_json::from_str(&job.body).map_err(Failure::internal)?;
    let id = |text: &str| u128::from_str_radix(text, 16).map_err(Failure::internal);
    let (profile, file) = (id(&body.profile)?, id(&body.file)?);
    let row = store::files::load(&platform.store, job.account, profile, file).await?;
    let mut commit = Commit::new().guard(store::jobs::guard(job));
    if row.is_none() {
        commit = commit.write(store::files::delete_chunks(job.account, file));
    }
    let commit = commit.writes(store::jobs::finish(job));
    Ok(platform.store.commit(commit).await?)
}
