//! The notes of one client, on its first live task.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::compare::plain;
use super::delta::{CONFLICT, Clash};
use super::prove::{LookUp, NOT_KEPT, REPAIRS_COUNT_MAX};
use super::steps::{Done, Posted};
use super::{Occurrences, Work, attached, id};
use crate::Error;
use crate::api::{Call, Failure};
use crate::book::Note;
use crate::ledger::Whose;

/// How often a client's tasks are looked for: automation may still be making them.
const TASK_LOOKS_COUNT_MAX: u32 = 20;
/// The wait between two looks.
const TASK_LOOK_WAIT: Duration = Duration::from_millis(500);
/// What is said of a note that has nowhere to go.
const NO_TASK: &str = "the profile has no live task to put the note on";
/// What is said of a note where the tasks cannot be looked for.
const NOT_READ: &str = "the task to put the note on cannot be looked for";

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
        if work.live(&step)?.is_some() {
            work.row_done(&note.row, profile)?;
            continue;
        }
        if let Some(old) = work.delta.old(&step) {
            if work.ledger.answer(old)?.is_none() {
                work.ledger.take_over(old, &step)?;
            } else {
                match replace(work, note, (old, &step), profile).await? {
                    None => work.row_done(&note.row, profile)?,
                    Some(message) => work.row_failed(&note.row, &message)?,
                }
                continue;
            }
        }
        // Which task it goes to depends on when one looks: what was sent is sent again as it was.
        let mut intended = work.ledger.intent(&step)?;
        if intended.is_none() {
            if task.is_none() {
                match live_task(work, profile).await? {
                    Ok(live) => task = Some(live),
                    Err(why) => {
                        work.row_failed(&note.row, &why)?;
                        continue;
                    }
                }
            }
            let Some(task) = &task else { continue };
            let path = format!("/profiles/{profile}/tasks/{task}/notes");
            let intent = json!([path, note.body.get()?]).to_string();
            intended = Some(work.ledger.intend(&step, &intent)?);
        }
        let intended: Value =
            serde_json::from_str(&intended.unwrap_or_default()).unwrap_or_default();
        let (path, body) = (intended[0].as_str().unwrap_or_default(), &intended[1]);
        match post(work, note, (&step, path, body), profile).await? {
            None => work.row_done(&note.row, profile)?,
            Some(message) => work.row_failed(&note.row, &message)?,
        }
    }
    Ok(task)
}

/// Sends a note; gives what went wrong. Another state of the same book has the same idempotency key for it,
/// and may have put it on another task: then it is there. So may what an earlier run has sent of the row as
/// it was: then it is replaced.
async fn post(
    work: &Work,
    note: &Note,
    (step, path, body): (&str, &str, &Value),
    profile: &str,
) -> Result<Option<String>, Error> {
    let message = match work.post_unless_reused(step, path, body).await? {
        Posted::Done(Done::Finished(_)) => {
            work.ledger.remember(step, &body.to_string())?;
            return Ok(None);
        }
        Posted::Done(Done::Refused(message)) => return Ok(Some(message)),
        Posted::Before(id, sent) => {
            work.ledger.finish(&format!("{step}/before/{id}"), &id)?;
            let by = format!("{step}/replacing/{id}");
            return match beside(work, note, (&id, &sent, &by), profile).await? {
                Ok((id, body)) => {
                    work.ledger.finish(step, &id)?;
                    work.ledger.remember(step, &body)?;
                    Ok(None)
                }
                Err(message) => Ok(Some(message)),
            };
        }
        Posted::Reused(message) => message,
    };
    let path = format!("/profiles/{profile}");
    let LookUp::Is(found) = work.looked_up(&path).await? else {
        return Ok(Some(message));
    };
    let text = |note: &Value| plain(&note["text"]).trim().to_owned();
    for (_, note) in attached::notes(work, &found).await? {
        // Of rows that say the same, each has its own.
        let note_id = id(&note);
        if text(&note) == text(body) && !work.ledger.is_answer(&note_id)? {
            work.ledger.finish_by(step, &note_id, Whose::Other)?;
            work.ledger.remember(step, &body.to_string())?;
            return Ok(None);
        }
    }
    Ok(Some(message))
}

/// Adds a note that names the one it replaces, which stays as history; gives what went wrong.
async fn replace(
    work: &Work,
    note: &Note,
    (old, step): (&str, &str),
    profile: &str,
) -> Result<Option<String>, Error> {
    let id_before = work.ledger.answer(old)?.unwrap_or_default();
    let sent = sent(work, old)?;
    // A text that came back is a step that is done already, and is another note by now.
    let by = match work.ledger.answer(step)? {
        None => step.to_owned(),
        Some(_) => format!("{step}/replacing/{id_before}"),
    };
    match beside(work, note, (&id_before, &sent, &by), profile).await? {
        Ok((id, body)) => {
            work.ledger.replace(old, step, (&id, &body))?;
            Ok(None)
        }
        Err(message) => Ok(Some(message)),
    }
}

/// The note that stands for a row by now beside one that was sent, and what it says; else why there is
/// none. It is the same one where that says what the row says; `by` is the step that sends another.
async fn beside(
    work: &Work,
    note: &Note,
    (id_before, sent, by): (&str, &Value, &str),
    profile: &str,
) -> Result<Result<(String, String), String>, Error> {
    let mut body = note.body.get()?;
    let fields = ["text", "author_name", "created_on"];
    if !sent.is_null()
        && fields
            .iter()
            .all(|name| without_mark(&sent[*name]) == without_mark(&body[*name]))
    {
        return Ok(Ok((id_before.to_owned(), sent.to_string())));
    }
    let path = format!("/profiles/{profile}");
    let found = match work.api.call(Call::get(path)).await {
        Ok(answer) => attached::notes(work, &answer.body).await?,
        Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => {
            return Ok(Err(message));
        }
        Err(failure) => return Err(failure.into()),
    };
    let Some((task, _)) = found.iter().find(|(_, note)| id(note) == id_before) else {
        let clash = Clash {
            path: "note".to_owned(),
            sent: plain(&sent["text"]),
            source: plain(&body["text"]),
            server: "not there".to_owned(),
        };
        work.tell_conflict(&note.row, profile, vec![clash])?;
        return Ok(Err(CONFLICT.to_owned()));
    };
    let text = plain(&body["text"]);
    body["text"] = Value::String(format!("{text}{MARK}{id_before}: {MARKED}]"));
    let path = format!("/profiles/{profile}/tasks/{task}/notes");
    match work.post(by, &path, &body).await? {
        Done::Finished(id) => {
            let how = "added as a new note that names the old";
            work.tell_change(&note.row, profile, "note", how);
            Ok(Ok((id, body.to_string())))
        }
        Done::Refused(message) => Ok(Err(message)),
    }
}

/// The note that a finished step sent; `Null` when that is not known.
pub(super) fn sent(work: &Work, step: &str) -> Result<Value, Error> {
    let sent = work.ledger.sent(step)?.unwrap_or_default();
    let mut sent: Value = serde_json::from_str(&sent).unwrap_or_default();
    // A run that was killed right after the answer left the whole request.
    if sent.is_array() {
        sent = sent[1].take();
    }
    Ok(sent)
}

/// How a note that replaces another says so, after its text.
const MARK: &str = "\n\n[Replaces note ";
const MARKED: &str = "its row was changed in the source after it had been migrated.";

/// A text without what says which note it replaces.
fn without_mark(value: &Value) -> Value {
    match value.as_str().and_then(|text| text.split_once(MARK)) {
        Some((text, _)) => Value::String(text.to_owned()),
        None => value.clone(),
    }
}

/// The first task that is neither expired nor deleted; inside, why there is none. Looks again while
/// automation is at work.
async fn live_task(work: &Work, profile: &str) -> Result<Result<String, String>, Error> {
    for _ in 0..TASK_LOOKS_COUNT_MAX {
        let found = match work
            .api
            .call(Call::get(format!("/profiles/{profile}")))
            .await
        {
            Ok(answer) => answer.body,
            Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => {
                return Ok(Err(format!("{NOT_READ}: {message}")));
            }
            Err(failure) => return Err(failure.into()),
        };
        let is_live = |task: &&Value| task["is_expired"] != true && task["is_deleted"] != true;
        let live = found["tasks"]
            .as_array()
            .into_iter()
            .flatten()
            .find(is_live);
        if let Some(task) = live.and_then(|task| task["id"].as_str()) {
            return Ok(Ok(task.to_owned()));
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
            break;
        }
        tokio::time::sleep(TASK_LOOK_WAIT).await;
    }
    Ok(Err(NO_TASK.to_owned()))
}
