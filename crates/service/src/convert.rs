//! The core's words in the words of the API.

use domain::{
    ApplicationStatus, Category, Entity, EventKind, ProfileStatus, Resolution, Stage, TaskState,
};
use uuid::Uuid;
use wire::value;

pub(crate) fn id(id: u128) -> Uuid {
    Uuid::from_u128(id)
}

pub(crate) fn hex(id: u128) -> String {
    format!("{id:032x}")
}

pub(crate) fn entity_name(entity: Entity) -> &'static str {
    match entity {
        Entity::Individual => "INDIVIDUAL",
        Entity::Company => "COMPANY",
    }
}

pub(crate) fn role(entity: Entity, associated: bool) -> value::Role {
    match (entity, associated) {
        (Entity::Individual, false) => value::Role::IndividualCustomer,
        (Entity::Individual, true) => value::Role::IndividualAssociated,
        (Entity::Company, false) => value::Role::CompanyCustomer,
        (Entity::Company, true) => value::Role::CompanyAssociated,
    }
}

pub(crate) fn of_role(role: value::Role) -> (Entity, bool) {
    match role {
        value::Role::IndividualCustomer => (Entity::Individual, false),
        value::Role::IndividualAssociated => (Entity::Individual, true),
        value::Role::CompanyCustomer => (Entity::Company, false),
        value::Role::CompanyAssociated => (Entity::Company, true),
    }
}

pub(crate) fn status(status: ApplicationStatus) -> value::ApplicationStatus {
    match status {
        ApplicationStatus::Applied => value::ApplicationStatus::Applied,
        ApplicationStatus::Approved => value::ApplicationStatus::Approved,
        ApplicationStatus::InReview => value::ApplicationStatus::InReview,
        ApplicationStatus::Rejected => value::ApplicationStatus::Rejected,
        ApplicationStatus::Cancelled => value::ApplicationStatus::Cancelled,
    }
}

pub(crate) fn of_status(status: value::ApplicationStatus) -> ApplicationStatus {
    match status {
        value::ApplicationStatus::Applied => ApplicationStatus::Applied,
        value::ApplicationStatus::Approved => ApplicationStatus::Approved,
        value::ApplicationStatus::InReview => ApplicationStatus::InReview,
        value::ApplicationStatus::Rejected => ApplicationStatus::Rejected,
        value::ApplicationStatus::Cancelled => ApplicationStatus::Cancelled,
    }
}

/// The flag of an application: "only the first applicable, in this order" (`api-4.0.md` 3).
/// Ruling 1: parked for risk is REQUIRES_RISK_SCORE; parked for other data asks for hands, and the
/// additive `waiting_for` says for what.
pub(crate) fn flag(status: ApplicationStatus, stage: &Stage) -> value::ApplicationFlag {
    let decided = match status {
        ApplicationStatus::Rejected | ApplicationStatus::Cancelled => true,
        ApplicationStatus::Applied | ApplicationStatus::Approved | ApplicationStatus::InReview => {
            false
        }
    };
    match stage {
        _ if decided => value::ApplicationFlag::Decided,
        Stage::Decided => value::ApplicationFlag::Decided,
        Stage::WaitsForRisk(_) => value::ApplicationFlag::RequiresRiskScore,
        Stage::WaitsForChecks => value::ApplicationFlag::WaitingOnChecks,
        Stage::New | Stage::WaitsForAssociates => value::ApplicationFlag::Automating,
        Stage::WaitsForData(_) | Stage::WaitsForTasks(_) | Stage::Unsettled => {
            value::ApplicationFlag::RequiresManualTaskCompletion
        }
        Stage::ReadyForDecision => value::ApplicationFlag::ReadyForDecision,
    }
}

pub(crate) fn task_state(state: TaskState) -> value::TaskState {
    match state {
        TaskState::Incomplete => value::TaskState::Incomplete,
        TaskState::Passed => value::TaskState::CompletedPass,
        TaskState::Failed => value::TaskState::CompletedFail,
    }
}

pub(crate) fn of_task_state(state: value::TaskState) -> TaskState {
    match state {
        value::TaskState::Incomplete => TaskState::Incomplete,
        value::TaskState::CompletedPass => TaskState::Passed,
        value::TaskState::CompletedFail => TaskState::Failed,
    }
}

pub(crate) fn profile_status(status: ProfileStatus) -> value::ProfileStatus {
    match status {
        ProfileStatus::Normal => value::ProfileStatus::Normal,
        ProfileStatus::Suspended => value::ProfileStatus::Suspended,
        ProfileStatus::Banned => value::ProfileStatus::Banned,
    }
}

pub(crate) fn of_profile_status(status: value::ProfileStatus) -> ProfileStatus {
    match status {
        value::ProfileStatus::Normal => ProfileStatus::Normal,
        value::ProfileStatus::Suspended => ProfileStatus::Suspended,
        value::ProfileStatus::Banned => ProfileStatus::Banned,
    }
}

pub(crate) fn category(category: Category) -> value::ProfileCategory {
    match category {
        Category::Customer => value::ProfileCategory::Customer,
        Category::PreviousCustomer => value::ProfileCategory::PreviousCustomer,
        Category::Applicant => value::ProfileCategory::Applicant,
        Category::InactiveApplicant => value::ProfileCategory::InactiveApplicant,
    }
}

pub(crate) fn event_type(kind: EventKind) -> value::EventType {
    match kind {
        EventKind::Pep => value::EventType::PepFlag,
        EventKind::Sanction => value::EventType::SanctionFlag,
        EventKind::AdverseMedia => value::EventType::AdverseMediaFlag,
        EventKind::Refer => value::EventType::ReferFlag,
    }
}

pub(crate) fn resolution(resolution: Resolution) -> value::EventResolution {
    match resolution {
        Resolution::Unresolved => value::EventResolution::Unresolved,
        Resolution::Mismatch => value::EventResolution::Mismatch,
        Resolution::Match => value::EventResolution::Match,
        Resolution::Ignore => value::EventResolution::Ignore,
        Resolution::CreatedTask => value::EventResolution::CreatedTask,
    }
}

pub(crate) fn risk_category(category: Option<domain::RiskCategory>) -> value::RiskCategory {
    match category {
        Some(domain::RiskCategory::Low) => value::RiskCategory::Low,
        Some(domain::RiskCategory::Medium) => value::RiskCategory::Medium,
        Some(domain::RiskCategory::High) => value::RiskCategory::High,
        None => value::RiskCategory::Undetermined,
    }
}

pub(crate) fn decision(decision: domain::Decision) -> value::Decision {
    match decision {
        domain::Decision::Pass => value::Decision::Pass,
        domain::Decision::Fail => value::Decision::Fail,
        domain::Decision::Partial => value::Decision::Partial,
        domain::Decision::Warn => value::Decision::Warn,
        domain::Decision::Error => value::Decision::Error,
    }
}

pub(crate) fn of_decision(decision: value::Decision) -> domain::Decision {
    match decision {
        value::Decision::Pass => domain::Decision::Pass,
        value::Decision::Fail => domain::Decision::Fail,
        value::Decision::Partial => domain::Decision::Partial,
        value::Decision::Warn => domain::Decision::Warn,
        value::Decision::Error => domain::Decision::Error,
    }
}

pub(crate) fn check_state(state: domain::CheckState) -> value::CheckState {
    match state {
        domain::CheckState::Pending => value::CheckState::Pending,
        domain::CheckState::Running => value::CheckState::Running,
        domain::CheckState::Complete => value::CheckState::Complete,
    }
}

/// The API's check type of a variant; the configuration has checked the word.
pub(crate) fn check_type(variant: Option<&domain::CheckVariant>) -> value::CheckType {
    let named = variant.and_then(|variant| variant.check_type.parse().ok());
    named.unwrap_or(value::CheckType::IndividualCustom)
}

/// The API's task type of a variant; the configuration has checked the word.
pub(crate) fn task_type(variant: Option<&domain::TaskVariant>) -> value::TaskType {
    let named = variant.and_then(|variant| variant.task_type.parse().ok());
    named.unwrap_or(value::TaskType::IndividualManualTask)
}
