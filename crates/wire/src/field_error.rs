//! One mistake in a document, with its place.

use std::fmt;

use serde_json::{Value, json};

use crate::resource::Error;
use crate::value::{ErrorCode, ErrorSource};

/// How many mistakes of one document are reported; the rest is left out.
pub const MISTAKES_MAX: usize = 100;

/// How much of a wrong value is shown, in characters.
const SHOWN_CHARS_MAX: usize = 40;

/// How much of a name that a caller made up is shown, in characters.
const NAME_CHARS_MAX: usize = 100;

/// A mistake and where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    /// The path of the field, such as `applications[0].product.alias`; empty for the whole body.
    pub field: String,
    /// What is wrong with it, without its name: `is required`.
    pub message: String,
    pub code: ErrorCode,
}

impl FieldError {
    /// A field that must be there is not.
    pub fn missing(field: impl Into<String>) -> FieldError {
        FieldError {
            field: field.into(),
            message: "is required".to_owned(),
            code: ErrorCode::MissingRequiredFields,
        }
    }

    /// A field has a value that it must not have.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> FieldError {
        let code = ErrorCode::InvalidInputData;
        FieldError {
            field: field.into(),
            message: message.into(),
            code,
        }
    }

    /// The same mistake, in a document that sits at `prefix` within another.
    pub fn under(mut self, prefix: &str) -> FieldError {
        self.field = join(prefix, &self.field);
        self
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = if self.field.is_empty() {
            "the body"
        } else {
            &self.field
        };
        write!(f, "{field} {}", self.message)
    }
}

impl From<FieldError> for Error {
    fn from(mistake: FieldError) -> Error {
        Error {
            code: mistake.code,
            message: mistake.to_string(),
            source: ErrorSource::Api,
            info: Some(json!({ "field": mistake.field })),
        }
    }
}

/// A path and what follows it: `a` and `b` are `a.b`, `a` and `[0]` are `a[0]`.
pub(crate) fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() || name.is_empty() || name.starts_with('[') {
        format!("{prefix}{name}")
    } else {
        format!("{prefix}.{name}")
    }
}

/// A name that a caller made up as messages show it: not longer than a name should be.
pub(crate) fn name_shown(name: &str) -> &str {
    let end = name.char_indices().nth(NAME_CHARS_MAX);
    end.map_or(name, |(end, _)| &name[..end])
}

/// A wrong value as messages show it: short, in quotes if it is text.
pub(crate) fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text,
        Value::Array(_) => return "a list".to_owned(),
        Value::Object(_) => return "an object".to_owned(),
        Value::Null => return "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => return value.to_string(),
    };
    let short: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    format!("{:?}", format!("{short}{more}"))
}
