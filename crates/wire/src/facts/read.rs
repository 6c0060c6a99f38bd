//! Single values out of JSON; `None` for whatever they should not be.

use domain::{Decimal, PartialDate, Value};
use serde_json::Value as Json;

/// Letters of a country code.
const COUNTRY_LETTERS: usize = 3;

/// Text that is not blank, as it is.
pub(super) fn string(json: &Json) -> Option<&str> {
    json.as_str().filter(|text| !text.trim().is_empty())
}

/// Text that is not blank.
pub(super) fn text(json: &Json) -> Option<Value> {
    string(json).map(|text| Value::Text(text.to_owned()))
}

/// A country code of ISO 3166 or of travel documents: three capital letters.
pub(super) fn country(json: &Json) -> Option<Value> {
    json.as_str().and_then(country_code)
}

/// A country code as [`country`], from text.
pub(super) fn country_code(text: &str) -> Option<Value> {
    let is_code =
        text.len() == COUNTRY_LETTERS && text.bytes().all(|byte| byte.is_ascii_uppercase());
    is_code.then(|| Value::Text(text.to_owned()))
}

/// A date, possibly partial.
pub(super) fn date(json: &Json) -> Option<Value> {
    PartialDate::parse(json.as_str()?).map(Value::Date)
}

/// True or false.
pub(super) fn flag(json: &Json) -> Option<Value> {
    json.as_bool().map(Value::Flag)
}

/// A number.
pub(super) fn number(json: &Json) -> Option<Value> {
    decimal(json).map(Value::Number)
}

/// A number as a decimal, exactly as it is written; `None` beyond 28 digits or so.
pub(super) fn decimal(json: &Json) -> Option<Decimal> {
    match json {
        Json::Number(number) => parse_decimal(&number.to_string()),
        Json::Null | Json::Bool(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// A decimal from `12`, `12.5` or `1e3`.
pub(super) fn parse_decimal(text: &str) -> Option<Decimal> {
    text.parse()
        .or_else(|_| Decimal::from_scientific(text))
        .ok()
}

/// The entries of a list.
pub(super) fn list(json: &Json) -> Option<&Vec<Json>> {
    json.as_array()
}
