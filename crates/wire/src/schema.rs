//! The schemas of the contract, and what is wrong with JSON that does not follow them.
//!
//! `schema/api-4.0.json` holds the schemas of the 2019 contract. `schema/overlay.json` holds under
//! `later` the values and fields that came after it, and under `plain` the same rules said so that
//! a mistake has one place and one message. Both are compiled once, when first used.

mod follow;
mod message;
mod prepare;
mod unknown;

use std::sync::OnceLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

pub use follow::{Step, Stray, follow};
pub(crate) use unknown::unknown;

use crate::country;
use crate::field_error::{FieldError, MISTAKES_MAX};
use crate::time::{ApproxDate, Date, DateTime, PartialDate};

/// The documents that are checked against the contract when they come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Collected data of a person.
    Individual,
    /// Collected data of a company.
    Company,
    /// The data of an event.
    EventData,
    /// A list of collection steps.
    CollectionSteps,
    /// An address, as providers and searches give it.
    Address,
    /// What was read from a document.
    DocumentData,
}

impl Shape {
    const ALL: &'static [Shape] = &[
        Shape::Individual,
        Shape::Company,
        Shape::EventData,
        Shape::CollectionSteps,
        Shape::Address,
        Shape::DocumentData,
    ];

    /// The name of its schema.
    fn schema(self) -> &'static str {
        match self {
            Shape::Individual => "IndividualData",
            Shape::Company => "CompanyData",
            Shape::EventData => "EventData",
            Shape::CollectionSteps => "CollectionSteps",
            Shape::Address => "Address",
            Shape::DocumentData => "DocumentData",
        }
    }
}

/// Says everything that is wrong with the document, at most [`MISTAKES_MAX`] mistakes, by place.
pub fn check(shape: Shape, document: &Value) -> Result<(), Vec<FieldError>> {
    let mistakes = mistakes(validator(shape), document);
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(mistakes)
    }
}

/// Puts mistakes about unknown fields in the place of those that say no more than that.
pub(crate) fn join_unknown(mistakes: &mut Vec<FieldError>, found: Vec<FieldError>) {
    let is_told = |mistake: &FieldError| found.iter().any(|other| other.field == mistake.field);
    mistakes.retain(|mistake| !(message::is_of_unknown(mistake) && is_told(mistake)));
    mistakes.extend(found);
}

fn validator(shape: Shape) -> &'static Validator {
    static INDIVIDUAL: OnceLock<Validator> = OnceLock::new();
    static COMPANY: OnceLock<Validator> = OnceLock::new();
    static EVENT_DATA: OnceLock<Validator> = OnceLock::new();
    static COLLECTION_STEPS: OnceLock<Validator> = OnceLock::new();
    static ADDRESS: OnceLock<Validator> = OnceLock::new();
    static DOCUMENT_DATA: OnceLock<Validator> = OnceLock::new();
    let place = match shape {
        Shape::Individual => &INDIVIDUAL,
        Shape::Company => &COMPANY,
        Shape::EventData => &EVENT_DATA,
        Shape::CollectionSteps => &COLLECTION_STEPS,
        Shape::Address => &ADDRESS,
        Shape::DocumentData => &DOCUMENT_DATA,
    };
    place.get_or_init(|| compile(shape.schema()))
}

/// The mistakes that the validator finds, in the order of the document.
pub(crate) fn mistakes(validator: &Validator, document: &Value) -> Vec<FieldError> {
    let mut found: Vec<(FieldError, bool)> = Vec::new();
    for error in validator.iter_errors(document) {
        let is_type = matches!(error.kind(), ValidationErrorKind::Type { .. });
        for mistake in message::mistakes_of(&error, document) {
            // "must be a text" says nothing more where "must be one of" is said.
            let told = found
                .iter()
                .position(|(other, _)| other.field == mistake.field);
            match told {
                Some(_) if is_type => {}
                Some(place) if found[place].1 => found[place] = (mistake, false),
                Some(_) if found.iter().any(|(other, _)| *other == mistake) => {}
                _ => found.push((mistake, is_type)),
            }
        }
        if found.len() >= MISTAKES_MAX {
            break;
        }
    }
    found.truncate(MISTAKES_MAX);
    found.into_iter().map(|(mistake, _)| mistake).collect()
}

/// Compiles one schema by its name in the contract or the overlay.
///
/// # Panics
///
/// When there is no such schema: the files are part of this crate, and a test compiles each.
pub(crate) fn compile(name: &str) -> Validator {
    let mut root = prepare::schemas().clone();
    root["$ref"] = Value::from(format!("#/components/schemas/{name}"));
    let options = jsonschema::draft202012::options()
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex())
        .with_format("wire-uuid", |text: &str| {
            text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
        })
        .with_format("wire-datetime", |text: &str| {
            text.parse::<DateTime>().is_ok()
        })
        .with_format("wire-date", |text: &str| text.parse::<Date>().is_ok())
        .with_format("wire-month", |text: &str| {
            text.parse::<ApproxDate>().is_ok()
        })
        .with_format("wire-partial-date", |text: &str| {
            text.parse::<PartialDate>().is_ok()
        })
        .with_format("wire-country", |text: &str| {
            country::by_alpha3(text).is_some()
        })
        .with_format("wire-nationality", is_nationality)
        .with_format("wire-sort-code", is_sort_code)
        .with_format("wire-account-number", |text: &str| {
            text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())
        });
    match options.build(&root) {
        Ok(validator) => validator,
        Err(error) => panic!("the schema {name} does not compile: {error}"),
    }
}

/// Every schema there is, by name.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn names() -> Vec<&'static str> {
    let schemas = prepare::schemas()
        .pointer("/components/schemas")
        .and_then(Value::as_object);
    schemas
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect()
}

/// Whether this is the code of a country of today, or one that passports have in its place.
pub(crate) fn is_nationality(text: &str) -> bool {
    country::nationality(text)
        .is_some_and(|found| found.alpha3 == text && found.kind != country::Kind::Historic)
}

/// Six digits, or three pairs of digits with hyphens.
fn is_sort_code(text: &str) -> bool {
    let digits: String = match text.len() {
        6 => text.to_owned(),
        8 if text.get(2..3) == Some("-") && text.get(5..6) == Some("-") => text.replace('-', ""),
        _ => return false,
    };
    digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_compiles() {
        assert!(names().len() > 160);
        for name in names() {
            compile(name);
        }
    }

    /// Such unions can only say "is not valid under any of the given schemas".
    #[test]
    fn no_union_is_left_without_a_discriminator() {
        let schemas = prepare::schemas().to_string();
        let unions = schemas.replace(r#""not":{"anyOf":"#, "");
        assert!(!unions.contains(r#""oneOf":"#) && !unions.contains(r#""anyOf":"#));
    }

    #[test]
    fn a_sort_code_has_six_digits() {
        assert!(is_sort_code("123456") && is_sort_code("12-34-56"));
        assert!(!is_sort_code("12-3456") && !is_sort_code("1234567") && !is_sort_code("1-3-5-78"));
        assert!(!is_sort_code("12é3456"));
    }
}
