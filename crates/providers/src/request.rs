//! What a provider is asked.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;
use wire::SharedJson;
use wire::time::DateTime;
use wire::value::CheckType;

/// A check to run. It holds personal data and must not be logged.
#[derive(Clone, PartialEq)]
pub struct CheckRequest {
    pub check_id: Uuid,
    pub check_type: CheckType,
    /// The collected data as it was when the check was ordered.
    pub input: SharedJson,
    /// The options of the provider from the policy, such as `{"pass_on_1+1": true}`.
    pub config: Value,
    /// Fields of the check type: `document_id`, `disable_monitoring`, `reference` …
    pub extra: BTreeMap<String, Value>,
    /// The time that answers say they were made at.
    pub now: DateTime,
}

impl std::fmt::Debug for CheckRequest {
    /// Without the data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CheckRequest")
            .field("check_id", &self.check_id)
            .field("check_type", &self.check_type)
            .finish_non_exhaustive()
    }
}

impl CheckRequest {
    /// Whether an option of the provider is on.
    pub fn has_option(&self, name: &str) -> bool {
        self.config.get(name) == Some(&Value::Bool(true))
    }

    /// Whether a field of the check type says yes.
    pub fn wants(&self, name: &str) -> bool {
        self.extra.get(name) == Some(&Value::Bool(true))
    }
}
