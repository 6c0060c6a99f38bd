//! Events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::form::{Maybe, forms};
use super::id;
use super::scalar::Micros;

/// An event.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Event", deny_unknown_fields)]
pub(super) struct Event {
    #[serde(with = "id::EventId")]
    id: domain::EventId,
    #[serde(with = "EventKind")]
    kind: domain::EventKind,
    #[serde(rename = "match", default, skip_serializing_if = "Option::is_none")]
    match_id: Option<String>,
    #[serde(with = "Resolution")]
    resolution: domain::Resolution,
    #[serde(with = "Micros")]
    created: Timestamp,
    #[serde(
        with = "Maybe::<Micros>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    resolved: Option<Timestamp>,
}

/// What an event is about.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::EventKind", rename_all = "snake_case")]
pub(super) enum EventKind {
    Pep,
    Sanction,
    AdverseMedia,
    Refer,
}

/// What became of an event.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Resolution", rename_all = "snake_case")]
enum Resolution {
    Unresolved,
    Mismatch,
    Match,
    Ignore,
    CreatedTask,
}

forms! {
    Event: domain::Event,
    EventKind: domain::EventKind,
}
