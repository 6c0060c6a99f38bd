//! Associates, and what a company knows of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::application::ApplicationStatus;
use super::event::Event;
use super::fact::Collected;
use super::form::{Each, Maybe, forms, is_false};
use super::id;
use super::profile::{Entity, ProfileStatus};
use super::risk::LevelReached;
use super::scalar::Decimal;

/// A role of an associate.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::AssociatedRole", rename_all = "snake_case")]
pub(super) enum AssociatedRole {
    AuthorizedPerson,
    UnauthorizedPerson,
    Director,
    CompanySecretary,
    Shareholder,
    Partner,
    Trustee,
    BeneficialOwner,
    ResignedOfficer,
    Other,
}

/// A profile on a company's lists.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Associate", deny_unknown_fields)]
pub(super) struct Associate {
    #[serde(with = "id::ProfileId")]
    profile: domain::ProfileId,
    #[serde(with = "Entity")]
    entity: domain::Entity,
    #[serde(
        with = "Each::<RoleHeld>",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    roles: Vec<domain::RoleHeld>,
    #[serde(
        with = "Each::<id::ProductId>",
        default,
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    asked: BTreeSet<domain::ProductId>,
    #[serde(
        with = "Maybe::<AssociateCopy>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    copy: Option<domain::AssociateCopy>,
}

/// One entry of an associate on a list.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::RoleHeld", deny_unknown_fields)]
struct RoleHeld {
    #[serde(with = "AssociatedRole")]
    role: domain::AssociatedRole,
    #[serde(
        with = "Maybe::<Decimal>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    share: Option<domain::Decimal>,
    #[serde(
        with = "Each::<id::TaskVariantId>",
        default,
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    tasks: BTreeSet<domain::TaskVariantId>,
}

/// What a company knows of an associate.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::AssociateCopy", deny_unknown_fields)]
struct AssociateCopy {
    version: u64,
    #[serde(with = "Collected")]
    collected: domain::Collected,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(with = "Each::<Event>", default, skip_serializing_if = "Vec::is_empty")]
    events: Vec<domain::Event>,
    #[serde(with = "ProfileStatus")]
    status: domain::ProfileStatus,
    #[serde(
        with = "Each::<CopiedApplication>",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    applications: Vec<domain::CopiedApplication>,
    #[serde(default, skip_serializing_if = "is_false")]
    circular: bool,
    depth: u32,
}

/// Where an application of an associate stands.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::CopiedApplication", deny_unknown_fields)]
struct CopiedApplication {
    #[serde(with = "id::ProductId")]
    product: domain::ProductId,
    #[serde(with = "ApplicationStatus")]
    status: domain::ApplicationStatus,
    #[serde(default, skip_serializing_if = "is_false")]
    automating: bool,
    #[serde(
        with = "Maybe::<LevelReached>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    level: Option<domain::LevelReached>,
    #[serde(
        with = "Maybe::<Decimal>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    own_score: Option<domain::Decimal>,
}

forms! {
    AssociatedRole: domain::AssociatedRole,
    Associate: domain::Associate,
    RoleHeld: domain::RoleHeld,
    AssociateCopy: domain::AssociateCopy,
    CopiedApplication: domain::CopiedApplication,
}
