//! What of a check run the core does not look at.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{StoredError, from_text, to_text};
use crate::SharedJson;
use crate::resource::{CheckProvider, Error};

/// The column `check_run.body`: what went to the providers and what came back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckBody {
    /// The collected data that the check was run on; shared, since every check of a profile has the
    /// same.
    pub input: SharedJson,
    /// What the provider answered, in the shape of the check type; `None` while there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// What went wrong, as the API shows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Error>,
    /// The providers whose answers make the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<CheckProvider>,
    /// The options of the check variant when it was run.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub options: Map<String, Value>,
    /// What the caller gave with the check type: `document_id`, `source`, `disable_monitoring` …
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
    /// Every provider that was asked, in order, also those whose answer did not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
}

/// One provider that was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// Name of the provider.
    pub provider_name: String,
    /// When it was asked, in microseconds since 1970 in UTC.
    pub started: i64,
    /// When it had answered or was given up; `None` while it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
    /// The result in its words; `None` without an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// What went wrong with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Error>,
}

impl CheckBody {
    /// The body as text.
    pub fn write(&self) -> String {
        to_text(self)
    }

    /// The body that [`CheckBody::write`] wrote.
    pub fn read(text: &str) -> Result<CheckBody, StoredError> {
        from_text(text)
    }
}
