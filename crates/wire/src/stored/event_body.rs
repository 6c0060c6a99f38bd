//! What of an event the core does not look at.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{StoredError, from_text, to_text};

/// The column `event.body`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventBody {
    /// The event's data as the API shows it: the match with its names, lists and sources.
    pub data: Value,
    /// Why it was resolved as it was, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl EventBody {
    /// The body as text.
    pub fn write(&self) -> String {
        to_text(self)
    }

    /// The body that [`EventBody::write`] wrote.
    pub fn read(text: &str) -> Result<EventBody, StoredError> {
        from_text(text)
    }
}
