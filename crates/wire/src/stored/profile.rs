//! The profile as a whole.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::application::Application;
use super::associate::{Associate, AssociatedRole};
use super::check::Check;
use super::event::Event;
use super::form::{Each, Maybe, forms, is_false};
use super::id;
use super::scalar::Micros;
use super::task::Task;

/// A profile without its id and without what is read from its collected data.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Profile", deny_unknown_fields)]
pub(super) struct Profile {
    #[serde(skip, default = "no_id")]
    id: domain::ProfileId,
    #[serde(with = "Entity")]
    entity: domain::Entity,
    #[serde(default, skip_serializing_if = "is_false")]
    associated: bool,
    #[serde(with = "ProfileStatus")]
    status: domain::ProfileStatus,
    #[serde(with = "Micros")]
    created: Timestamp,
    #[serde(rename = "config")]
    config_version: u64,
    #[serde(skip)]
    collected: Arc<domain::Collected>,
    #[serde(skip)]
    unlinked: Vec<domain::Candidate>,
    #[serde(with = "Each::<Tag>", default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<domain::Tag>,
    #[serde(
        with = "Each::<Application>",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    applications: Vec<domain::Application>,
    #[serde(with = "Each::<Task>", default, skip_serializing_if = "Vec::is_empty")]
    tasks: Vec<domain::Task>,
    #[serde(with = "Each::<Check>", default, skip_serializing_if = "Vec::is_empty")]
    checks: Vec<domain::Check>,
    #[serde(with = "Each::<Event>", default, skip_serializing_if = "Vec::is_empty")]
    events: Vec<domain::Event>,
    #[serde(
        with = "Each::<Associate>",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    associates: Vec<domain::Associate>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    wanted: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    added: BTreeSet<String>,
    #[serde(
        with = "Each::<Parent>",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    parents: Vec<domain::Parent>,
    #[serde(
        with = "Maybe::<id::WindowId>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    window: Option<domain::WindowId>,
}

/// Individual or company.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Entity", rename_all = "snake_case")]
pub(super) enum Entity {
    Individual,
    Company,
}

/// Status of the whole profile.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::ProfileStatus", rename_all = "snake_case")]
pub(super) enum ProfileStatus {
    Normal,
    Suspended,
    Banned,
}

/// A label.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Tag", deny_unknown_fields)]
struct Tag {
    #[serde(with = "id::TagId")]
    id: domain::TagId,
    name: String,
    #[serde(default, skip_serializing_if = "is_false")]
    automatic: bool,
}

/// A company that lists the profile.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Parent", deny_unknown_fields)]
struct Parent {
    #[serde(with = "id::ProfileId")]
    profile: domain::ProfileId,
    #[serde(
        with = "Each::<AssociatedRole>",
        default,
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    roles: BTreeSet<domain::AssociatedRole>,
    #[serde(
        with = "Each::<id::ProductId>",
        default,
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    products: BTreeSet<domain::ProductId>,
}

/// Stands in for the id until the reader gives the true one.
fn no_id() -> domain::ProfileId {
    domain::ProfileId(0)
}

forms! {
    Profile: domain::Profile,
    Tag: domain::Tag,
    Parent: domain::Parent,
}
