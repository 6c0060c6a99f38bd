//! Ids: 32 hexadecimal digits; with hyphens they are read too.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::form::forms;

pub(super) fn serialize<S: Serializer>(id: &u128, to: S) -> Result<S::Ok, S::Error> {
    let mut digits = Uuid::encode_buffer();
    to.serialize_str(Uuid::from_u128(*id).as_simple().encode_lower(&mut digits))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u128, D::Error> {
    from.deserialize_str(Digits)
}

struct Digits;

impl Visitor<'_> for Digits {
    type Value = u128;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id of 32 hexadecimal digits")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<u128, E> {
        let id = Uuid::try_parse(text).map_err(|_| E::custom("not an id"))?;
        Ok(id.as_u128())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::ApplicationId")]
pub(super) struct ApplicationId(#[serde(with = "super::id")] u128);

#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::CheckId")]
pub(super) struct CheckId(#[serde(with = "super::id")] u128);

#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::CheckVariantId")]
pub(super) struct CheckVariantId(#[serde(with = "super::id")] u128);

#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::EventId")]
pub(super) struct EventId(#[serde(with = "super::id")] u128);

#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::ProductId")]
pub(super) struct ProductId(#[serde(with = "super::id")] u128);

#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::ProfileId")]
pub(super) struct ProfileId(#[serde(with = "super::id")] u128);

#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::RiskModelId")]
pub(super) struct RiskModelId(#[serde(with = "super::id")] u128);

#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::TagId")]
pub(super) struct TagId(#[serde(with = "super::id")] u128);

#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::TaskId")]
pub(super) struct TaskId(#[serde(with = "super::id")] u128);

#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::TaskVariantId")]
pub(super) struct TaskVariantId(#[serde(with = "super::id")] u128);

#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::WindowId")]
pub(super) struct WindowId(#[serde(with = "super::id")] u128);

forms! {
    ApplicationId: domain::ApplicationId,
    CheckId: domain::CheckId,
    CheckVariantId: domain::CheckVariantId,
    EventId: domain::EventId,
    ProductId: domain::ProductId,
    ProfileId: domain::ProfileId,
    RiskModelId: domain::RiskModelId,
    TagId: domain::TagId,
    TaskId: domain::TaskId,
    TaskVariantId: domain::TaskVariantId,
    WindowId: domain::WindowId,
}
