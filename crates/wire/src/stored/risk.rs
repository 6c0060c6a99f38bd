//! Assessments of risk.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::fact::Missing;
use super::form::{Each, Maybe, forms, is_false};
use super::id;
use super::scalar::Decimal;

/// What a risk model made of a profile.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Assessment", deny_unknown_fields)]
pub(super) struct Assessment {
    #[serde(with = "id::RiskModelId")]
    model: domain::RiskModelId,
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
    total: Option<domain::Decimal>,
    #[serde(
        with = "Maybe::<Decimal>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    own: Option<domain::Decimal>,
    #[serde(
        with = "Each::<FactorOutcome>",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    factors: Vec<domain::FactorOutcome>,
    #[serde(
        with = "Each::<Maybe<Decimal>>",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    groups: Vec<Option<domain::Decimal>>,
}

/// A level that was reached.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::LevelReached", deny_unknown_fields)]
pub(super) struct LevelReached {
    rank: usize,
    alias: Arc<str>,
    label: Arc<str>,
    #[serde(with = "RiskCategory")]
    category: domain::RiskCategory,
}

/// How the API names a level.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::RiskCategory", rename_all = "snake_case")]
enum RiskCategory {
    Low,
    Medium,
    High,
}

/// What one factor came to.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::FactorOutcome", deny_unknown_fields)]
struct FactorOutcome {
    alias: Arc<str>,
    label: Arc<str>,
    #[serde(default, skip_serializing_if = "is_false")]
    required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    input: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<Arc<str>>,
    #[serde(
        with = "Maybe::<Decimal>",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    score: Option<domain::Decimal>,
    #[serde(
        with = "Each::<Missing>",
        default,
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    missing: BTreeSet<domain::Missing>,
}

forms! {
    Assessment: domain::Assessment,
    LevelReached: domain::LevelReached,
    FactorOutcome: domain::FactorOutcome,
}
