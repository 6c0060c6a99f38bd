//! Risk.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Error;
use crate::value::RiskCategory;

/// A score and the level it means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RiskLevel {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    pub category: RiskCategory,
    /// *Additive.* The name of the level where the institution has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What one factor adds to the score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComponentRisk {
    pub name: String,
    /// The value that was scored, as people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_value: Option<String>,
    pub required: bool,
    pub risk_level: RiskLevel,
    /// The value that was scored, as it is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_overall_score: Option<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Error>,
}

/// The parent whose risk is taken over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InheritedRisk {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_parent_name: Option<String>,
    pub top_parent_id: Uuid,
}

/// The risk of a profile or of an application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RiskOverviewResource {
    pub components: Vec<ComponentRisk>,
    pub is_pending: bool,
    /// The factors that must have a value and have none.
    pub missing_required_components: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherited: Option<InheritedRisk>,
    pub overall_risk: RiskLevel,
}
