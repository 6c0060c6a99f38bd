//! Bodies about tasks and their notes.

use uuid::Uuid;

use super::{Fields, FromFields};
use crate::value::{TaskState, TaskType};

/// A variant of a task or check by its alias or its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariantRef {
    Alias(String),
    Id(Uuid),
}

impl FromFields for VariantRef {
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
    /// *Additive.* The version of the task that the caller saw.
    pub version: Option<i64>,
}

impl FromFields for UpdateTask {
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
        Some(UpdateTask {
            state: state.or(from_old),
            check_ids,
            comment,
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
}

struct Attachment(Uuid);

impl FromFields for Attachment {
    fn from_fields(fields: &mut Fields<'_>) -> Option<Attachment> {
        fields.id("id").map(Attachment)
    }
}

impl FromFields for AddNote {
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
        Some(AddNote { text, attachments })
    }
}
