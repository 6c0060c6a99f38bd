//! Notes on tasks: what people wrote, with files attached. A deleted note stays in the audit.

use domain::TaskId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::notes::NoteRow;
use uuid::Uuid;
use wire::request::AddNote;
use wire::resource::{Author, FileResource, NoteResource};
use wire::time::DateTime;
use wire::value::AuditAction;

use crate::change::Answer;
use crate::consequences::Entry;
use crate::profiles::{edit, load};
use crate::{Actor, Caller, Failure, Kind, Platform, convert, render};

/// Notes of a task that are listed; more than these cannot be added.
pub const NOTES_PER_TASK_MAX: usize = 1000;

/// What the column `body` holds.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    /// Format of this form.
    format: u32,
    text: String,
    attachments: Vec<FileResource>,
    author: Actor,
    /// Who wrote it, when the author only passed it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    written_by: Option<String>,
    /// When it was written, when that was earlier, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    written_at: Option<i64>,
}

/// The notes of a task, live or history, oldest first.
pub async fn list(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    task: u128,
) -> Result<Answer, Failure> {
    find_task(platform, caller, profile, task).await?;
    let rows = rows(platform, caller, profile, task).await?;
    let notes: Vec<NoteResource> = rows.iter().map(resource).collect::<Result<_, _>>()?;
    render::answer(&notes)
}

/// Adds a note to a task, live or history.
pub async fn add(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    (task, request): (u128, AddNote),
) -> Result<Answer, Failure> {
    find_task(platform, caller, profile, task).await?;
    if rows(platform, caller, profile, task).await?.len() >= NOTES_PER_TASK_MAX {
        let message = format!("the task has {NOTES_PER_TASK_MAX} notes, as many as it may have");
        let code = wire::value::ErrorCode::ConstraintsNotSatisfied;
        return Err(Failure::new(Kind::Conflict, code, message));
    }
    let asked = ("attachments", request.attachments.as_slice());
    let attachments = crate::files::files_of(platform, caller.account, profile, asked).await?;
    let written_at = request.created_on.map(|at| at.micros);
    if written_at.is_some_and(|at| at > platform.now_micros()) {
        return Err(Failure::field("created_on", "must not lie in the future"));
    }
    let author = caller.actor.clone();
    let body = Body {
        format: 1,
        text: request.text,
        attachments,
        author,
        written_by: request.author_name,
        written_at,
    };
    let body = serde_json::to_string(&body).map_err(Failure::internal)?;
    edit(
        platform,
        caller,
        profile,
        |draft| {
            let row = NoteRow {
                account: caller.account,
                profile_id: profile,
                task_id: task,
                id: draft.fresh_id(),
                created_at: draft.now_micros(),
                body: body.clone(),
                deleted_at: None,
            };
            draft.write(store::notes::upsert(&row));
            let said = (AuditAction::AddedATaskNote, "added a note to a task");
            draft.audit(entry(caller, &row, &request.attachments, said));
            Ok(row)
        },
        |_, row| render::answer(&resource(row)?),
    )
    .await
}

/// Deletes a note and returns it. Its text stays where it is, out of reach of the API.
pub async fn delete(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    (task, id): (u128, u128),
) -> Result<Answer, Failure> {
    load(platform, caller, profile).await?;
    let found = store::notes::load(&platform.store, caller.account, (profile, task), id).await?;
    let found = found.filter(|row| row.deleted_at.is_none());
    let row = found.ok_or_else(|| Failure::not_found("note on this task"))?;
    edit(
        platform,
        caller,
        profile,
        |draft| {
            let deleted = NoteRow {
                deleted_at: Some(draft.now_micros()),
                ..row.clone()
            };
            draft.write(store::notes::upsert(&deleted));
            let said = (AuditAction::DeletedATaskNote, "deleted a note of a task");
            draft.audit(entry(caller, &row, &[], said));
            Ok(())
        },
        |_, ()| render::answer(&resource(&row)?),
    )
    .await
}

async fn find_task(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    task: u128,
) -> Result<(), Failure> {
    let (_, loaded) = load(platform, caller, profile).await?;
    if loaded
        .profile
        .tasks
        .iter()
        .any(|one| one.id == TaskId(task))
    {
        return Ok(());
    }
    let row = store::tasks::load(&platform.store, caller.account, profile, task).await?;
    row.map(|_| ())
        .ok_or_else(|| Failure::not_found("task on this profile"))
}

async fn rows(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    task: u128,
) -> Result<Vec<NoteRow>, Failure> {
    let limit = i64::try_from(NOTES_PER_TASK_MAX).map_err(Failure::internal)?;
    Ok(store::notes::of_task(&platform.store, caller.account, profile, task, limit).await?)
}

fn entry(
    caller: &Caller,
    row: &NoteRow,
    attachments: &[Uuid],
    what: (AuditAction, &'static str),
) -> Entry {
    let reference = json!({
        "task": convert::id(row.task_id),
        "note": convert::id(row.id),
        "attachments": attachments,
    });
    Entry::new(&caller.actor, what, &reference)
}

fn resource(row: &NoteRow) -> Result<NoteResource, Failure> {
    let body: Body = serde_json::from_str(&row.body).map_err(Failure::internal)?;
    let (author_name, author) = match body.author {
        Actor::User { id, name, .. } => {
            let id = convert::id(u128::from_str_radix(&id, 16).unwrap_or_default());
            (name.clone(), Some(Author { id, name }))
        }
        Actor::Key { name, .. } | Actor::Provider { name } => (name, None),
        Actor::Policy => ("Smart policy".to_owned(), None),
        Actor::Clock => ("Clock".to_owned(), None),
        Actor::Support => ("Support".to_owned(), None),
    };
    let customised = body.written_by.is_some();
    Ok(NoteResource {
        id: convert::id(row.id),
        created_on: DateTime::from_micros(body.written_at.unwrap_or(row.created_at)),
        text: body.text,
        attachments: body.attachments,
        author_name: Some(body.written_by.unwrap_or(author_name)),
        author_name_customised: customised,
        author,
    })
}
