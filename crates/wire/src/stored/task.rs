//! Task versions.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::form::{Each, Maybe, forms, is_false};
use super::id;
use super::scalar::Micros;

/// A task version.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Task", deny_unknown_fields)]
pub(super) struct Task {
    #[serde(with = "id::TaskId")]
    id: domain::TaskId,
    #[serde(with = "id::TaskVariantId")]
    variant: domain::TaskVariantId,
    #[serde(with = "Micros")]
    created: Timestamp,
    #[serde(with = "TaskCause")]
    cause: domain::TaskCause,
    #[serde(with = "TaskState")]
    state: domain::TaskState,
    #[serde(with = "SetBy", default = "nobody", skip_serializing_if = "is_nobody")]
    set_by: domain::SetBy,
    #[serde(
        with = "Maybe::<Micros>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    passed: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provenance: Option<String>,
    #[serde(
        with = "Maybe::<Micros>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    arrived: Option<Timestamp>,
    #[serde(
        with = "Maybe::<Micros>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    expires: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "is_false")]
    custom_expiry: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    upcoming: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    skipped: bool,
    #[serde(
        with = "Each::<id::CheckVariantId>",
        default,
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    rerun: BTreeSet<domain::CheckVariantId>,
    #[serde(
        with = "Each::<id::CheckVariantId>",
        default,
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    withheld: BTreeSet<domain::CheckVariantId>,
}

/// Why a task version exists.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::TaskCause", rename_all = "snake_case")]
enum TaskCause {
    Policy,
    Expiry,
    Person,
    Revert,
}

/// Whether a task is done.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::TaskState", rename_all = "snake_case")]
enum TaskState {
    Incomplete,
    Passed,
    Failed,
}

/// Who set a task's state.
#[derive(Serialize, Deserialize)]
#[serde(
    remote = "domain::SetBy",
    rename_all = "snake_case",
    deny_unknown_fields
)]
enum SetBy {
    Policy,
    Person {
        #[serde(
            with = "Each::<id::EventId>",
            default,
            skip_serializing_if = "BTreeSet::is_empty"
        )]
        events: BTreeSet<domain::EventId>,
        #[serde(
            with = "Each::<id::ProfileId>",
            default,
            skip_serializing_if = "BTreeSet::is_empty"
        )]
        associates: BTreeSet<domain::ProfileId>,
    },
}

fn nobody() -> domain::SetBy {
    domain::SetBy::Policy
}

fn is_nobody(set_by: &domain::SetBy) -> bool {
    *set_by == domain::SetBy::Policy
}

forms! {
    Task: domain::Task,
}
