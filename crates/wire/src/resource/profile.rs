//! Profiles.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{
    CheckResource, DocumentImageResource, EventResource, ProductApplication, RiskOverviewResource,
    TaskResource,
};
use crate::SharedJson;
use crate::time::DateTime;
use crate::value::{
    AssociatedRole, Capability, EventType, ProfileCategory, ProfileStatus, Role, TaskType,
};

/// A tag of a profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TagResource {
    pub id: Uuid,
    pub name: String,
    pub is_automatic: bool,
}

/// How many of the live tasks are complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskProgress {
    pub completed_count: u32,
    pub total_count: u32,
}

/// A company that the profile is an associate of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkedTo {
    pub profile: MinimalProfileResource,
    pub roles: Vec<AssociatedRole>,
}

/// A profile with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProfileResource {
    pub id: Uuid,
    pub creation_date: DateTime,
    /// Later addition to the contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified_date: Option<DateTime>,
    pub role: Role,
    pub category: ProfileCategory,
    pub status: ProfileStatus,
    pub display_name: String,
    pub collected_data: SharedJson,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_data: Option<Value>,
    #[serde(default)]
    pub checks: Vec<CheckResource>,
    /// In the contract's shape `CollectionStep`.
    #[serde(default)]
    pub collection_steps: Vec<Value>,
    #[serde(default)]
    pub applications: Vec<ProductApplication>,
    #[serde(default)]
    pub task_types: Vec<TaskType>,
    #[serde(default)]
    pub tasks: Vec<TaskResource>,
    #[serde(default)]
    pub events: Vec<EventResource>,
    #[serde(default)]
    pub document_images: Vec<DocumentImageResource>,
    #[serde(default)]
    pub tags: Vec<TagResource>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskOverviewResource>,
    #[serde(default)]
    pub unresolved_event_types: Vec<EventType>,
    #[serde(default)]
    pub task_progress: TaskProgress,
    #[serde(default)]
    pub has_associates: bool,
    #[serde(default)]
    pub has_collection_steps: bool,
    #[serde(default)]
    pub linked_to: Vec<LinkedTo>,
}

/// A profile as lists and links show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MinimalProfileResource {
    pub id: Uuid,
    pub creation_date: DateTime,
    /// Later addition to the contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified_date: Option<DateTime>,
    pub role: Role,
    pub category: ProfileCategory,
    pub status: ProfileStatus,
    pub display_name: String,
    pub collected_data: SharedJson,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<ProductApplication>,
    #[serde(default)]
    pub tasks: Vec<TaskResource>,
    #[serde(default)]
    pub tags: Vec<TagResource>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskOverviewResource>,
    #[serde(default)]
    pub unresolved_event_types: Vec<EventType>,
    #[serde(default)]
    pub task_progress: TaskProgress,
    #[serde(default)]
    pub has_associates: bool,
    #[serde(default)]
    pub has_collection_steps: bool,
}

/// The answer to `GET /profiles`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProfileSearchResults {
    /// How many there are in all.
    pub count: u64,
    pub limit: u64,
    pub offset: u64,
    /// How many are left out because the caller may not see them.
    #[serde(default)]
    pub hidden: u64,
    /// What the caller may do with each profile, by id.
    #[serde(default)]
    pub capabilities: BTreeMap<Uuid, Vec<Capability>>,
    pub results: Vec<MinimalProfileResource>,
    /// The contract requires it and says nothing of it; always empty.
    #[serde(default)]
    pub associated_results: Vec<MinimalProfileResource>,
}
