//! Bodies about tasks and their notes.

use std::str::FromStr;

use uuid::Uuid;

use super::{Fields, FromFields};
use crate::time::{BadDate, Date, DateTime};
use crate::value::{TaskState, TaskType};

/// A variant of a task or check by its alias or its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariantRef {
    Alias(String),
    Id(Uuid),
}

impl FromFields for VariantRef {
    const FIELDS: &'static [&'static str] = &["id", "alias"];
    const READ_ONLY: &'static [&'static str] = &["name", "description", "task_type"];

    fn from_fields(fields: &mut Fields<'_>) -> Option<VariantRef> {
        if fields.has("id") {
            return fields.id("id").map(VariantRef::Id);
        }
        if !fields.has("alias") {
            fields.mistake("", "must name the variant by id or alias");
            return None;
        }
        fields.text("alias").map(VariantRef::Alias)
    }
}

/// The body of `POST /profiles/{id}/tasks`: a task to add, or a new version of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddTask {
    pub task_type: Option<TaskType>,
    pub variant: Option<VariantRef>,
}

impl FromFields for AddTask {
    const FIELDS: &'static [&'static str] = &["type", "variant"];
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "state",
        "is_complete",
        "is_expired",
        "is_skipped",
        "is_deleted",
        "creation_date",
        "expiry_date",
        "check_ids",
        "form_instance_ids",
        "version",
        "imported",
    ];

    fn from_fields(fields: &mut Fields<'_>) -> Option<AddTask> {
        let task_type = fields.optional_one_of("type");
        let variant = fields.optional("variant");
        if !fields.has("type") && !fields.has("variant") {
            fields.mistake("", "must name the task by type or variant");
        }
        Some(AddTask { task_type, variant })
    }
}

/// The body of `POST /profiles/{id}/tasks/{id}`; what is absent stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateTask {
    /// From `state`, else from the old `is_complete`.
    pub state: Option<TaskState>,
    pub check_ids: Option<Vec<Uuid>>,
    pub comment: Option<String>,
    /// *Additive.* For a pass that was given elsewhere: the day it was given. Expiry counts from it.
    pub as_of: Option<Date>,
    /// *Additive.* Where such a pass comes from, "legacy KYC review"; goes with `as_of`.
    pub provenance: Option<String>,
    /// *Additive.* When the version expires, in place of the configured day; `Some(None)` restores
    /// that.
    pub expiry_date: Option<Option<DateTime>>,
    /// *Additive.* The version of the task that the caller saw.
    pub version: Option<i64>,
}

impl FromFields for UpdateTask {
    const FIELDS: &'static [&'static str] = &[
        "state",
        "is_complete",
        "check_ids",
        "comment",
        "as_of",
        "provenance",
        "expiry_date",
        "version",
    ];
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "type",
        "variant",
        "is_expired",
        "is_skipped",
        "is_deleted",
        "creation_date",
        "form_instance_ids",
        "imported",
    ];

    fn from_fields(fields: &mut Fields<'_>) -> Option<UpdateTask> {
        let state = fields.optional_one_of("state");
        let is_complete = fields.optional_bool("is_complete");
        let from_old = is_complete.map(|is_complete| {
            if is_complete {
                TaskState::CompletedPass
            } else {
                TaskState::Incomplete
            }
        });
        let check_ids = fields.optional_ids("check_ids");
        let comment = fields.optional_text("comment");
        let version = fields.optional_integer("version");
        let as_of = fields.optional_parsed("as_of");
        let provenance = fields.optional_text("provenance");
        let expiry_date = if fields.is_null("expiry_date") {
            Some(None)
        } else {
            fields.optional_parsed("expiry_date").map(Some)
        };
        if as_of.is_some() && state.or(from_old) != Some(TaskState::CompletedPass) {
            fields.mistake("as_of", "goes with state COMPLETED_PASS only");
        }
        Some(UpdateTask {
            state: state.or(from_old),
            check_ids,
            comment,
            as_of,
            provenance,
            expiry_date,
            version,
        })
    }
}

/// The body of `POST /profiles/{id}/tasks/{id}/notes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddNote {
    /// May be empty when there are attachments.
    pub text: String,
    /// Ids of files of the profile.
    pub attachments: Vec<Uuid>,
    /// *Additive.* Who wrote it, when that was somebody else: a clerk of an old system.
    pub author_name: Option<String>,
    /// *Additive.* When it was written, when that was earlier.
    pub created_on: Option<DateTime>,
}

/// A date and time, or a day, which stands for its first instant in UTC.
struct DayOrTime(DateTime);

impl FromStr for DayOrTime {
    type Err = BadDate;

    fn from_str(text: &str) -> Result<DayOrTime, BadDate> {
        text.parse()
            .or_else(|_| format!("{text} 00:00:00").parse())
            .map(DayOrTime)
    }
}

struct Attachment(Uuid);

impl FromFields for Attachment {
    const FIELDS: &'static [&'static str] = &["id"];
    const READ_ONLY: &'static [&'static str] = &[
        "name",
        "encrypted_data",
        "sha256",
        "size_bytes",
        "media_type",
        "data",
    ];

    fn from_fields(fields: &mut Fields<'_>) -> Option<Attachment> {
        fields.id("id").map(Attachment)
    }
}

impl FromFields for AddNote {
    const FIELDS: &'static [&'static str] = &["text", "attachments", "author_name", "created_on"];
    const READ_ONLY: &'static [&'static str] = &["id", "author_name_customised", "author"];

    fn from_fields(fields: &mut Fields<'_>) -> Option<AddNote> {
        let attachments: Vec<Attachment> =
            fields.optional_objects("attachments").unwrap_or_default();
        let has_attachments = fields
            .get("attachments")
            .is_some_and(|list| list != &serde_json::json!([]));
        let text = if has_attachments {
            fields.optional_text("text").unwrap_or_default()
        } else {
            fields.text("text")?
        };
        let attachments = attachments
            .into_iter()
            .map(|attachment| attachment.0)
            .collect();
        let author_name = fields.optional_text("author_name");
        let created_on = fields.optional_parsed("created_on").map(|DayOrTime(at)| at);
        Some(AddNote {
            text,
            attachments,
            author_name,
            created_on,
        })
    }
}
