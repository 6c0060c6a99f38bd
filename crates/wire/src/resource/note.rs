//! Notes on tasks.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::FileResource;
use crate::time::DateTime;

/// The user who wrote a note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Author {
    pub id: Uuid,
    pub name: String,
}

/// A note on a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteResource {
    pub id: Uuid,
    pub created_on: DateTime,
    pub text: String,
    #[serde(default)]
    pub attachments: Vec<FileResource>,
    /// The user, or the name of the API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    #[serde(default)]
    pub author_name_customised: bool,
    /// Absent when an API key wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
}
