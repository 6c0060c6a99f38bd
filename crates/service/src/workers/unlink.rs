//! A company no longer lists a profile: what existed for that link's sake ends.

use domain::{Command, ProfileId};
use store::Commit;
use store::jobs::Job;

use crate::change;
use crate::{Actor, Caller, Failure, Platform, render};

pub(super) async fn run(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let account = platform.account(job.account).await?;
    let caller = Caller::platform(&account.row, Actor::Policy);
    let company = ProfileId(job.profile_id.unwrap_or_default());
    let body: serde_json::Value = serde_json::from_str(&job.body).map_err(Failure::internal)?;
    let child = body["child"]
        .as_str()
        .and_then(|child| u128::from_str_radix(child, 16).ok());
    let child = child.ok_or_else(|| Failure::internal("an unlink job names no profile"))?;
    // Listed again meanwhile: the link stands.
    let loaded = change::load(platform, &account, company.0).await?;
    let listed = loaded.as_ref().is_some_and(|company| {
        company
            .profile
            .associates
            .iter()
            .any(|associate| associate.profile.0 == child)
    });
    let gone = store::profiles::version(&platform.store, job.account, child)
        .await?
        .is_none();
    if listed || gone {
        let commit = Commit::new()
            .guard(store::jobs::guard(job))
            .writes(store::jobs::finish(job));
        return Ok(platform.store.commit(commit).await?);
    }
    let done = change::change(
        platform,
        &caller,
        child,
        |draft| {
            draft.guard(store::jobs::guard(job));
            if let Some(company) = &loaded {
                let (account, version) = (company.row.account, company.row.version);
                draft.guard(store::profiles::guard(account, company.row.id, version));
            }
            draft.writes(store::jobs::finish(job));
            draft.execute(&Actor::Policy, Command::UnlinkParent(company))
        },
        |_, ()| render::answer(&()),
    );
    done.await.map(|_| ())
}
