//! Closes a window whose lease has run out or whose end has passed. It governs nothing since then; this
//! writes it down.

use store::Commit;
use store::jobs::Job;
use uuid::Uuid;

use crate::windows::{because, end, is_open, job};
use crate::{Actor, Failure, Platform};

pub(super) async fn run(platform: &Platform, held: &Job) -> Result<(), Failure> {
    let body: serde_json::Value = serde_json::from_str(&held.body).map_err(Failure::internal)?;
    let id: Option<Uuid> = body["window"].as_str().and_then(|id| id.parse().ok());
    let id = id.unwrap_or_default().as_u128();
    let found = store::windows::find(&platform.store, held.account, id).await?;
    let now = platform.now_micros();
    let done = Commit::new()
        .guard(store::jobs::guard(held))
        .writes(store::jobs::finish(held));
    let Some(row) = found.filter(|row| row.end.is_none()) else {
        return Ok(platform.store.commit(done).await?);
    };
    if is_open(&row, now) {
        let later = done.write(store::jobs::reschedule(&job(&row, now)));
        return Ok(platform.store.commit(later).await?);
    }
    end(platform, &row, (Actor::Clock, because(&row, now)), done).await?;
    platform.forget_accounts();
    Ok(())
}
