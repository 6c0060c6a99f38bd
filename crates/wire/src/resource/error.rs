//! What went wrong.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::value::{ErrorCode, ErrorSource};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Error {
    pub code: ErrorCode,
    /// A sentence that says what is wrong and what to do; lower case, no full stop.
    pub message: String,
    pub source: ErrorSource,
    /// More for programs, such as `{"field": "collected_data.personal_details.dob"}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<Value>,
}

impl Error {
    /// An error of the request or of this system, without more for programs.
    pub fn api(code: ErrorCode, message: impl Into<String>) -> Error {
        Error {
            code,
            message: message.into(),
            source: ErrorSource::Api,
            info: None,
        }
    }

    /// An error that a data provider reports, or that happened on the way to it.
    pub fn provider(code: ErrorCode, message: impl Into<String>) -> Error {
        Error {
            code,
            message: message.into(),
            source: ErrorSource::Provider,
            info: None,
        }
    }
}

/// The body of every answer that is a refusal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ErrorBody {
    pub errors: Vec<Error>,
}
