//! JSON that many things show: a profile's collected data stands in the profile, in the input of each
//! of its checks, and in what is stored of both.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::ser::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON value that is shared instead of copied, and is written as text once however often it is
/// shown. It never changes; a changed copy is a new one.
#[derive(Clone)]
pub struct SharedJson(Arc<Inner>);

struct Inner {
    value: Value,
    text: OnceLock<Box<RawValue>>,
}

impl SharedJson {
    /// The value as text.
    ///
    /// Errors: none that a JSON value can cause.
    pub fn text(&self) -> Result<&str, serde_json::Error> {
        self.raw().map(RawValue::get)
    }

    fn raw(&self) -> Result<&RawValue, serde_json::Error> {
        if let Some(text) = self.0.text.get() {
            return Ok(text);
        }
        let text = serde_json::value::to_raw_value(&self.0.value)?;
        Ok(self.0.text.get_or_init(|| text))
    }
}

impl From<Value> for SharedJson {
    fn from(value: Value) -> SharedJson {
        SharedJson(Arc::new(Inner {
            value,
            text: OnceLock::new(),
        }))
    }
}

impl Default for SharedJson {
    fn default() -> SharedJson {
        Value::Null.into()
    }
}

impl Deref for SharedJson {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0.value
    }
}

impl PartialEq for SharedJson {
    fn eq(&self, other: &SharedJson) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.value == other.0.value
    }
}

impl fmt::Debug for SharedJson {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.value.fmt(out)
    }
}

impl Serialize for SharedJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw().map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SharedJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SharedJson, D::Error> {
        Value::deserialize(deserializer).map(SharedJson::from)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shared_json_is_written_and_read_as_the_value_it_is() {
        let value = json!({"name": "Zoë \"Z\"", "list": [1, 2.5, null]});
        let shared = SharedJson::from(value.clone());
        let around = json!({ "data": shared });
        assert_eq!(around, json!({ "data": value }));
        let text = serde_json::to_string(&shared).unwrap();
        assert_eq!(text, value.to_string());
        assert_eq!(serde_json::from_str::<SharedJson>(&text).unwrap(), shared);
    }
}
