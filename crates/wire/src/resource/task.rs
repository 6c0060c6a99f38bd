//! Tasks.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::{Date, DateTime};
use crate::value::{TaskState, TaskType};

/// A task as the policy declares it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskVariant {
    pub id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_type: Option<TaskType>,
}

/// One version of a task of a profile.
#[expect(clippy::struct_excessive_bools, reason = "the contract has them")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskResource {
    pub id: Uuid,
    #[serde(rename = "type")]
    pub task_type: TaskType,
    pub state: TaskState,
    pub is_complete: bool,
    #[serde(default)]
    pub is_expired: bool,
    #[serde(default)]
    pub is_skipped: bool,
    #[serde(default)]
    pub is_deleted: bool,
    pub creation_date: DateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry_date: Option<DateTime>,
    #[serde(default)]
    pub check_ids: Vec<Uuid>,
    #[serde(default)]
    pub form_instance_ids: Vec<Uuid>,
    pub variant: TaskVariant,
    /// *Additive.* Counts changes; forms send it back to show what they were filled in on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// *Additive.* Of a pass that comes from elsewhere. Read only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<ImportedPass>,
}

/// A pass that was given elsewhere, as `as_of` and `provenance` said when it was brought over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportedPass {
    /// The day it was given; expiry counts from it.
    pub as_of: Date,
    /// Where it comes from.
    pub provenance: String,
}
