//! What checks need of collected data.

use serde_json::{Value, json};
use wire::resource::Error;
use wire::value::{ErrorCode, ErrorSource};

use super::needs::needs;
use crate::CheckRequest;

/// Notes what is missing while values are read.
pub(super) struct Input<'a> {
    data: &'a Value,
    errors: Vec<Error>,
}

impl<'a> Input<'a> {
    pub(super) fn of(data: &'a Value) -> Input<'a> {
        Input {
            data,
            errors: Vec::new(),
        }
    }

    /// What a check needs, of the data and options it is asked with.
    pub(super) fn needed(request: &'a CheckRequest) -> Input<'a> {
        let mut input = Input::of(&request.input);
        for need in needs(request.check_type, &request.config) {
            if !need.iter().any(|path| is_there(find(input.data, path))) {
                input.missing(&need.join(" or "));
            }
        }
        input
    }

    /// Notes that something is missing.
    pub(super) fn missing(&mut self, path: &str) {
        self.errors.push(Error {
            code: ErrorCode::MissingRequiredFields,
            message: format!(
                "the check needs {path}, add it to the profile and run the check again"
            ),
            source: ErrorSource::Provider,
            info: Some(json!({ "field": path })),
        });
    }

    /// What was missing.
    pub(super) fn finish(self) -> Result<(), Vec<Error>> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(self.errors)
        }
    }
}

fn find<'a>(data: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(data, |at, name| &at[name])
}

fn is_there(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => list.iter().any(is_there),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => true,
    }
}
