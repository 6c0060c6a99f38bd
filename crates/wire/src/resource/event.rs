//! Events: matches and alerts.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::time::DateTime;
use crate::value::EventResolution;

/// A match or alert of a profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventResource {
    pub id: Uuid,
    pub creation_date: DateTime,
    pub resolution: EventResolution,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution_reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution_date: Option<DateTime>,
    #[serde(default)]
    pub resolution_task_ids: Vec<Uuid>,
    /// `event_type` and what the provider says, in the contract's shape `EventData`.
    pub data: Value,
}
