//! Checks, as the core sees them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::associate::AssociatedRole;
use super::form::{Each, Maybe, forms, is_false};
use super::id;
use super::profile::Entity;
use super::scalar::{Decimal, Micros};

/// One run of a check.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Check", deny_unknown_fields)]
pub(super) struct Check {
    #[serde(with = "id::CheckId")]
    id: domain::CheckId,
    #[serde(with = "id::CheckVariantId")]
    variant: domain::CheckVariantId,
    #[serde(
        with = "Each::<id::TaskId>",
        default,
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    tasks: BTreeSet<domain::TaskId>,
    #[serde(with = "CheckState")]
    state: domain::CheckState,
    #[serde(default, skip_serializing_if = "is_false")]
    asked: bool,
    #[serde(with = "Micros")]
    ordered: Timestamp,
    #[serde(
        with = "Maybe::<Micros>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    completed: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    #[serde(
        with = "Maybe::<Decision>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    decision: Option<domain::Decision>,
    #[serde(
        with = "Each::<Candidate>",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    candidates: Vec<domain::Candidate>,
}

/// How far a check is.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::CheckState", rename_all = "snake_case")]
enum CheckState {
    Pending,
    Running,
    Complete,
}

/// The class of a check's result.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Decision", rename_all = "snake_case")]
enum Decision {
    Pass,
    Fail,
    Partial,
    Warn,
    Error,
}

/// An associate that a check found.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Candidate", deny_unknown_fields)]
struct Candidate {
    key: String,
    #[serde(with = "Entity")]
    entity: domain::Entity,
    #[serde(with = "AssociatedRole")]
    role: domain::AssociatedRole,
    #[serde(
        with = "Maybe::<Decimal>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    share: Option<domain::Decimal>,
}

forms! {
    Check: domain::Check,
    Candidate: domain::Candidate,
    Decision: domain::Decision,
}
