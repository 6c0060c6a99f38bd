//! Applications.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::associate::AssociatedRole;
use super::fact::Missing;
use super::form::{Each, Maybe, OneOrEach, forms, is_false, is_true, yes};
use super::id;
use super::risk::Assessment;
use super::scalar::Micros;

/// One application for one product.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Application", deny_unknown_fields)]
pub(super) struct Application {
    #[serde(with = "id::ApplicationId")]
    id: domain::ApplicationId,
    #[serde(with = "id::ProductId")]
    product: domain::ProductId,
    #[serde(
        with = "Maybe::<AssociatedRole>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    role: Option<domain::AssociatedRole>,
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    asked: bool,
    #[serde(with = "Micros")]
    applied: Timestamp,
    #[serde(with = "ApplicationStatus")]
    status: domain::ApplicationStatus,
    #[serde(with = "Stage")]
    stage: domain::Stage,
    #[serde(
        with = "Maybe::<Assessment>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    assessment: Option<domain::Assessment>,
    #[serde(
        with = "Each::<id::TaskVariantId>",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    required: Vec<domain::TaskVariantId>,
    #[serde(
        with = "Maybe::<PolicyOutcome>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    outcome: Option<domain::PolicyOutcome>,
    #[serde(
        with = "Each::<HistoryEntry>",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    history: Vec<domain::HistoryEntry>,
    #[serde(
        with = "Maybe::<DecisionMade>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    decision: Option<domain::DecisionMade>,
    #[serde(
        with = "OneOrEach::<RevertedAt>",
        default,
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    reverted_at: BTreeSet<domain::RevertedAt>,
}

/// The API's status of an application.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::ApplicationStatus", rename_all = "snake_case")]
pub(super) enum ApplicationStatus {
    Applied,
    Approved,
    InReview,
    Rejected,
    Cancelled,
}

/// What an application waits for.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Stage", rename_all = "snake_case")]
enum Stage {
    New,
    WaitsForRisk(#[serde(with = "Each::<Missing>")] BTreeSet<domain::Missing>),
    WaitsForData(#[serde(with = "Each::<Missing>")] BTreeSet<domain::Missing>),
    WaitsForChecks,
    WaitsForAssociates,
    WaitsForTasks(#[serde(with = "Each::<id::TaskVariantId>")] Vec<domain::TaskVariantId>),
    ReadyForDecision,
    Decided,
    Unsettled,
}

/// How a policy ends.
#[derive(Serialize, Deserialize)]
#[serde(
    remote = "domain::PolicyOutcome",
    rename_all = "snake_case",
    deny_unknown_fields
)]
enum PolicyOutcome {
    AutomaticApproval,
    ManualReview,
    ImmediateRejection { reason: String },
}

/// One step in an application's life.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::HistoryEntry", deny_unknown_fields)]
struct HistoryEntry {
    #[serde(with = "ApplicationStatus")]
    status: domain::ApplicationStatus,
    #[serde(with = "Micros")]
    at: Timestamp,
    #[serde(with = "Decider")]
    by: domain::Decider,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
    #[serde(rename = "config")]
    config_version: u64,
    #[serde(default, skip_serializing_if = "is_false")]
    reverted: bool,
}

/// Who applied or decided.
#[derive(Serialize, Deserialize)]
#[serde(
    remote = "domain::Decider",
    rename_all = "snake_case",
    deny_unknown_fields
)]
enum Decider {
    Policy,
    CompanyPolicy {
        #[serde(with = "id::ProfileId")]
        company: domain::ProfileId,
    },
    User {
        #[serde(with = "id")]
        id: u128,
        name: String,
        email: String,
    },
    Key {
        name: String,
    },
}

/// A decision and the evidence it covered.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::DecisionMade", deny_unknown_fields)]
struct DecisionMade {
    #[serde(with = "Decider")]
    by: domain::Decider,
    #[serde(with = "Micros")]
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<String>,
    #[serde(
        with = "Each::<id::EventId>",
        default,
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    events: BTreeSet<domain::EventId>,
}

/// The evidence at which an automatic rejection was reverted.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::RevertedAt", deny_unknown_fields)]
struct RevertedAt {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<String>,
    reason: String,
    // Absent in what was written when the two were not told apart, and approving covers both.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    approved: bool,
}

forms! {
    Application: domain::Application,
    PolicyOutcome: domain::PolicyOutcome,
    HistoryEntry: domain::HistoryEntry,
    DecisionMade: domain::DecisionMade,
    RevertedAt: domain::RevertedAt,
}
