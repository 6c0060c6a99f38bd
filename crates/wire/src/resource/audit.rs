//! The audit trail.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{ApiKey, User};
use crate::value::AuditAction;

/// One entry of the audit trail of a profile. Its `null`s are the contract's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditItem {
    pub id: Uuid,
    #[serde(rename = "profileID")]
    pub profile_id: Uuid,
    pub action: AuditAction,
    /// `null` when the policy, a key or the clock acted.
    pub user: Option<User>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apikey: Option<ApiKey>,
    /// Seconds since 1970.
    pub timestamp: i64,
    pub message: Option<String>,
    pub ref_data: Option<Value>,
    pub filename: Option<String>,
    #[serde(default)]
    pub filehash: Option<String>,
    pub signature: Option<String>,
}
