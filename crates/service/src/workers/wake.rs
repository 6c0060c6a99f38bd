//! Time has come: a task expires or a birthday changes an age.

use domain::Command;
use store::jobs::Job;

use crate::change;
use crate::{Actor, Caller, Failure, Platform, render};

pub(super) async fn run(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let account = platform.account(job.account).await?;
    let caller = Caller::platform(&account.row, Actor::Clock);
    let id = job.profile_id.unwrap_or_default();
    let done = change::change(
        platform,
        &caller,
        id,
        |draft| {
            draft.guard(store::jobs::guard(job));
            draft.writes(store::jobs::finish(job));
            draft.execute(&Actor::Clock, Command::Tick)
        },
        |_, ()| render::answer(&()),
    );
    done.await.map(|_| ())
}
