//! Product applications.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{RiskOverviewResource, TaskVariant, User};
use crate::time::DateTime;
use crate::value::{ApplicationFlag, ApplicationStatus, AssociatedRole, BlockerType, TaskType};

/// A product as applications name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductResource {
    pub id: Uuid,
    pub alias: String,
    pub name: String,
    pub automatically_apply: bool,
    pub automatically_approve: bool,
    pub is_deleted: bool,
}

/// The application of one profile for one product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductApplication {
    pub id: Uuid,
    pub product: ProductResource,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub associated_role: Option<AssociatedRole>,
    pub status: ApplicationStatus,
    pub flag: ApplicationFlag,
    #[serde(default)]
    pub required_tasks: Vec<TaskVariant>,
    /// The statuses it had, oldest first.
    #[serde(default)]
    pub history: Vec<StatusChange>,
    /// The flags it had, oldest first.
    #[serde(default)]
    pub flag_history: Vec<FlagChange>,
    #[serde(default)]
    pub approval_blockers: Vec<ApprovalBlocker>,
    #[serde(default)]
    pub assignments: Vec<Assignment>,
    #[serde(default)]
    pub hidden: bool,
    /// *Additive.* What it waits for, in words and for programs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting_for: Vec<WaitingFor>,
    /// *Additive.* The risk that this application was scored at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskOverviewResource>,
    /// *Additive.* The reasons given for the decision that stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decision_reasons: Vec<DecisionReason>,
    /// *Additive.* Counts changes; forms send it back to show what they were filled in on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// A status that an application took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusChange {
    pub status: ApplicationStatus,
    pub date: DateTime,
    /// Who decided; nobody when the policy did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decisioner: Option<User>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// *Additive.* Who applied or decided: a user's name, an API key's name, "Smart policy", or
    /// "Smart policy of company …" for an application made at the wish of a company that lists the
    /// profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// *Additive.* The policy version under which it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_version: Option<u64>,
    /// *Additive.* The reasons given, by developer name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// *Additive.* Whether the step took back a decision.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_revert: bool,
}

/// A flag that an application took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlagChange {
    pub status: ApplicationStatus,
    pub flag: ApplicationFlag,
    pub date: DateTime,
}

/// One reason why an application cannot be approved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApprovalBlocker {
    pub blocker_type: BlockerType,
    /// The task to complete, of `INCOMPLETE_TASK`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_type: Option<TaskType>,
    /// The variant of that task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_variant: Option<TaskVariant>,
    /// The event to resolve, of `UNRESOLVED_EVENT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Uuid>,
}

impl ApprovalBlocker {
    /// A task that is not complete.
    pub fn incomplete_task(task_type: TaskType, variant: TaskVariant) -> ApprovalBlocker {
        ApprovalBlocker {
            task_type: Some(task_type),
            task_variant: Some(variant),
            ..ApprovalBlocker::of(BlockerType::IncompleteTask)
        }
    }

    /// A match or alert that nobody has resolved.
    pub fn unresolved_event(event_id: Uuid) -> ApprovalBlocker {
        let blocker = ApprovalBlocker::of(BlockerType::UnresolvedEvent);
        ApprovalBlocker {
            event_id: Some(event_id),
            ..blocker
        }
    }

    /// A blocker that needs no more words: suspended profile, undetermined risk.
    pub fn of(blocker_type: BlockerType) -> ApprovalBlocker {
        ApprovalBlocker {
            blocker_type,
            task_type: None,
            task_variant: None,
            event_id: None,
        }
    }
}

/// Who an application is assigned to: a user or a team.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    pub date: DateTime,
}

/// *Additive.* One thing an application waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaitingFor {
    /// What sort of thing, for programs: `DATA`, `CHECKS`, `TASK`, `EVENTS`, `PROFILE_STATUS`,
    /// `RISK`, `DECISION` …
    pub kind: String,
    /// Which one: a property, a task alias, the status of the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// A sentence for people.
    pub message: String,
}

/// *Additive.* A reason that was given for a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecisionReason {
    /// The name for programs, which never changes.
    pub alias: String,
    pub name: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(flag: &bool) -> bool {
    !*flag
}
