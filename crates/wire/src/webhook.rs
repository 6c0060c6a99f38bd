//! The bodies of webhooks.
//!
//! One [`Envelope`] per message, whatever it tells of. Every kind of data carries [`Subject`]: the
//! profile, the caller's own reference to it, and who acted.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::resource::{ApiKey, User};
use crate::value::{
    ApplicationFlag, ApplicationStatus, CheckResult, CheckType, Decision, RiskCategory, TaskState,
    TaskType, WebhookEvent,
};

/// A message to the endpoint of an institution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<D> {
    /// The same for every attempt to deliver the message.
    pub id: Uuid,
    pub event: WebhookEvent,
    /// The secret that was agreed on; put in when the message is sent, never stored with it.
    pub secret: String,
    /// When it happened, in seconds since 1970.
    pub timestamp: i64,
    pub data: D,
}

/// Whom a message is about and who acted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    pub profile_id: Uuid,
    /// `null` when the profile has none.
    pub customer_ref: Option<String>,
    /// The key that acted, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apikey: Option<ApiKey>,
    /// The user who acted; `null` when the policy, a key or the clock did.
    pub user: Option<User>,
}

/// The product of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Product {
    pub alias: String,
    pub id: Uuid,
    pub name: String,
}

/// The data of `PRODUCT_STATUS_CHANGED`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductStatusChanged {
    #[serde(flatten)]
    pub subject: Subject,
    pub application_id: Uuid,
    pub new_status: ApplicationStatus,
    pub product: Product,
}

/// The data of `PRODUCT_BADGE_CHANGED`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductBadgeChanged {
    #[serde(flatten)]
    pub subject: Subject,
    pub application_id: Uuid,
    pub new_flag: ApplicationFlag,
    pub product: Product,
}

/// The data of `RISK_LEVEL_CHANGED` and `RISK_SCORE_CHANGED`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RiskChanged {
    #[serde(flatten)]
    pub subject: Subject,
    pub application_id: Uuid,
    pub product: Product,
    pub new_category: RiskCategory,
    /// `null` while the risk is undetermined.
    pub new_score: Option<f64>,
}

/// The variant of a task in a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    pub id: Uuid,
    pub alias: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The task of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub id: Uuid,
    pub state: TaskState,
    #[serde(rename = "type")]
    pub task_type: TaskType,
    pub variant: Variant,
}

/// The data of `TASK_STATE_CHANGED` and of `TASK_CREATED`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskChanged {
    #[serde(flatten)]
    pub subject: Subject,
    pub task: Task,
}

/// The check of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    pub id: Uuid,
    pub check_type: CheckType,
    /// Absent only when the check never got a result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<CheckResult>,
    /// *Additive.*
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// The data of `CHECK_COMPLETED`, also when the check ended in an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckCompleted {
    #[serde(flatten)]
    pub subject: Subject,
    pub check: Check,
}

/// An application that waits for an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaitingApplication {
    pub id: Uuid,
    pub product: Product,
    pub status: ApplicationStatus,
}

/// One thing that a person or the API must do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// What to do, such as `COMPLETE_TASK` or `DECIDE_APPLICATION`.
    pub action_type: String,
    /// By when; `null` when there is no such time.
    pub due: Option<crate::time::DateTime>,
    pub applications: Vec<WaitingApplication>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
}

/// The data of `MANUAL_ACTION_REQUIRED`: automation has done all it can.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManualActionRequired {
    #[serde(flatten)]
    pub subject: Subject,
    pub actions: Vec<Action>,
}

/// The data of `COLLECTED_DATA_UPDATED` and `COLLECTED_DATA_CHANGED`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CollectedDataChanged {
    #[serde(flatten)]
    pub subject: Subject,
    pub old_data: Value,
    pub new_data: Value,
}

/// The data of `EVENTS_CREATED` and `EVENTS_UPDATED`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventsChanged {
    #[serde(flatten)]
    pub subject: Subject,
    pub events: Vec<crate::resource::EventResource>,
}
