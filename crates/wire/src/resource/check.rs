//! Checks.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Error;
use crate::SharedJson;
use crate::time::DateTime;
use crate::value::{CheckResult, CheckState, CheckType, Decision};

/// A check as the policy declares it: the type with its provider and options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckVariant {
    pub id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A provider that took part in a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckProvider {
    pub provider_name: String,
    pub is_monitored: bool,
}

/// One run of a check. It is never changed once it is complete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckResource {
    pub id: Uuid,
    pub check_type: CheckType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<CheckVariant>,
    pub state: CheckState,
    /// When the result came; absent while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performed_on: Option<DateTime>,
    /// Always there: clients take any entry for a failed request.
    #[serde(default)]
    pub errors: Vec<Error>,
    #[serde(default)]
    pub task_ids: Vec<Uuid>,
    #[serde(default)]
    pub instructed_externally: bool,
    #[serde(default)]
    pub providers: Vec<CheckProvider>,
    /// The collected data that the check was run on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_data: Option<SharedJson>,
    /// What the provider answered, in the shape of the check type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_data: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<CheckResult>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// What belongs to the check type: `document_id`, `disable_monitoring`, `form_id` …
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
