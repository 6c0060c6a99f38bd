//! The notes of one client, on its first live task.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::prove::{NOT_KEPT, REPAIRS_COUNT_MAX};
use super::steps::Done;
use super::{Occurrences, Work};
use crate::Error;
use crate::api::{Call, Failure};

/// How often a client's tasks are looked for: automation may still be making them.
const TASK_LOOKS_COUNT_MAX: u32 = 20;
/// The wait between two looks.
const TASK_LOOK_WAIT: Duration = Duration::from_millis(500);

/// Brings the notes of one client over.
pub(super) async fn bring_over(work: Arc<Work>, place: usize) -> Result<(), Error> {
    let Some(profile) = work.profile(place)? else {
        return Ok(());
    };
    for _ in 0..=REPAIRS_COUNT_MAX {
        let task = send(&work, place, &profile).await?;
        if work.keeps_notes(place, &profile, task.as_deref()).await? {
            return Ok(());
        }
    }
    for note in &work.followers[place].notes {
        work.row_failed(&work.book.notes[*note].row, NOT_KEPT)?;
    }
    Ok(())
}

/// Sends what is not sent yet; the task it went to, if there was any.
async fn send(work: &Work, place: usize, profile: &str) -> Result<Option<String>, Error> {
    let reference = &work.book.clients[place].row.reference;
    let mut names = Occurrences::default();
    let mut task = None;
    for note in &work.followers[place].notes {
        let note = &work.book.notes[*note];
        let step = format!("{reference}/note/{}", names.name(&note.row));
        if work.ledger.answer(&step)?.is_some() {
            work.row_done(&note.row, profile)?;
            continue;
        }
        if task.is_none() {
            task = live_task(work, profile).await?;
        }
        let Some(task) = &task else {
            work.row_failed(&note.row, "the profile has no live task to put the note on")?;
            continue;
        };
        let path = format!("/profiles/{profile}/tasks/{task}/notes");
        match work.post(&step, &path, &note.body.get()?).await? {
            Done::Finished(_) => work.row_done(&note.row, profile)?,
            Done::Refused(message) => work.row_failed(&note.row, &message)?,
        }
    }
    Ok(task)
}

/// The first task that is neither expired nor deleted. Looks again while automation is at work.
async fn live_task(work: &Work, profile: &str) -> Result<Option<String>, Error> {
    for _ in 0..TASK_LOOKS_COUNT_MAX {
        let found = match work
            .api
            .call(Call::get(format!("/profiles/{profile}")))
            .await
        {
            Ok(answer) => answer.body,
            Err(Failure::Refused { .. } | Failure::Unclear(_)) => return Ok(None),
            Err(failure) => return Err(failure.into()),
        };
        let is_live = |task: &&Value| task["is_expired"] != true && task["is_deleted"] != true;
        let live = found["tasks"]
            .as_array()
            .into_iter()
            .flatten()
            .find(is_live);
        if let Some(task) = live.and_then(|task| task["id"].as_str()) {
            return Ok(Some(task.to_owned()));
        }
        let is_moving = |application: &Value| {
            matches!(
                application["flag"].as_str(),
                Some("AUTOMATING" | "RECALCULATING_RISK")
            )
        };
        if !found["applications"]
            .as_array()
            .into_iter()
            .flatten()
            .any(is_moving)
        {
            return Ok(None);
        }
        tokio::time::sleep(TASK_LOOK_WAIT).await;
    }
    Ok(None)
}
