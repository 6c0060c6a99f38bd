//! What a validator finds, said plainly and with the path of the field.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use crate::field_error::{FieldError, join, name_shown, shown};

/// Lists of values longer than this are not spelled out.
const LISTED_VALUES_MAX: usize = 60;

/// What a closed object says of a field that it does not have.
const UNKNOWN: &str = "is not a known field";

/// Whether this mistake says no more than that the contract has no such field.
pub(super) fn is_of_unknown(mistake: &FieldError) -> bool {
    mistake.message == UNKNOWN
}

/// The mistakes of one finding; several when one object has several unknown fields.
pub(super) fn mistakes_of(error: &ValidationError<'_>, document: &Value) -> Vec<FieldError> {
    let field = path(error.instance_path().as_str(), document);
    let value = shown(error.instance());
    let invalid = |message: String| vec![FieldError::invalid(field.clone(), message)];
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            vec![FieldError::missing(join(
                &field,
                property.as_str().unwrap_or_default(),
            ))]
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => unexpected
            .iter()
            .map(|name| FieldError::invalid(join(&field, name_shown(name)), UNKNOWN))
            .collect(),
        ValidationErrorKind::PropertyNames { error } => {
            let name = error.instance().as_str().unwrap_or_default();
            vec![FieldError::invalid(join(&field, name_shown(name)), UNKNOWN)]
        }
        ValidationErrorKind::Enum { options } => {
            invalid(format!("must be {}, not {value}", one_of(options)))
        }
        ValidationErrorKind::Constant { expected_value } => {
            invalid(format!("must be {expected_value}, not {value}"))
        }
        ValidationErrorKind::Type { kind } => {
            invalid(format!("must be {}, not {value}", type_name(kind)))
        }
        ValidationErrorKind::Format { format } => {
            invalid(format!("must be {}, not {value}", format_name(format)))
        }
        ValidationErrorKind::Not { schema } => {
            let message = schema["x-message"].as_str().unwrap_or("is not allowed");
            invalid(message.to_owned())
        }
        ValidationErrorKind::FalseSchema => invalid("is not allowed here".to_owned()),
        ValidationErrorKind::Minimum { limit } => {
            invalid(format!("must be at least {limit}, not {value}"))
        }
        ValidationErrorKind::Maximum { limit } => {
            invalid(format!("must be at most {limit}, not {value}"))
        }
        ValidationErrorKind::MinItems { limit } => {
            invalid(format!("must have at least {limit} entries"))
        }
        other => invalid(format!(
            "does not follow the rule {:?} of the contract",
            other.keyword()
        )),
    }
}

fn one_of(options: &Value) -> String {
    let options: Vec<&str> = options
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    match options.as_slice() {
        [only] => format!("{only:?}"),
        several if several.len() > LISTED_VALUES_MAX => "a value of the contract's list".to_owned(),
        several => format!("one of {}", several.join(", ")),
    }
}

fn type_name(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(kind) => one_type(*kind).to_owned(),
        TypeKind::Multiple(kinds) => kinds.iter().map(one_type).collect::<Vec<_>>().join(" or "),
    }
}

fn one_type(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "an object",
        JsonType::String => "a text",
    }
}

fn format_name(format: &str) -> &'static str {
    match format {
        "wire-uuid" => "a UUID like 59a7749e-0f3c-11ea-8d71-362b9e155667",
        "wire-datetime" => "a time in UTC like 2020-05-27 09:34:36",
        "wire-date" => "a date like 1984-03-17",
        "wire-month" => "a month like 1984-03",
        "wire-partial-date" => "a date like 1984, 1984-03 or 1984-03-17",
        "wire-country" => "a country's ISO 3166 alpha-3 code like GBR",
        "wire-nationality" => {
            "a country's ISO 3166 alpha-3 code like GBR, or a code of ICAO like XXA"
        }
        "wire-sort-code" => "a sort code like 123456 or 12-34-56",
        "wire-account-number" => "an account number of 8 digits",
        _ => "in the form of the contract",
    }
}

/// The JSON pointer as people write paths: `/officers/directors/0/kind` is
/// `officers.directors[0].kind`.
fn path(pointer: &str, document: &Value) -> String {
    let mut path = String::new();
    let mut at = Some(document);
    for part in pointer.split('/').skip(1) {
        let name = part.replace("~1", "/").replace("~0", "~");
        let in_list = at.is_some_and(Value::is_array);
        path = if in_list {
            format!("{path}[{name}]")
        } else {
            join(&path, &name)
        };
        at = at.and_then(|at| match at {
            Value::Array(list) => list.get(name.parse::<usize>().ok()?),
            other => other.get(&name),
        });
    }
    path
}
