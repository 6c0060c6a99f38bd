//! Custom fields: values under names that an institution made up.

use std::collections::BTreeMap;

use domain::{Kind, Value};
use serde_json::Value as Json;

use super::read::{country, date, flag, number, parse_decimal, string, text};

/// Reads `custom_fields`; a field without any value that fits its kind is absent.
pub(super) fn read(fields: &Json, kinds: &BTreeMap<String, Kind>) -> BTreeMap<String, Vec<Value>> {
    let fields = fields.as_object().into_iter().flatten();
    fields
        .filter_map(|(name, json)| Some((name.clone(), values(json, kinds.get(name).copied())?)))
        .collect()
}

fn values(json: &Json, kind: Option<Kind>) -> Option<Vec<Value>> {
    let Json::Array(list) = json else {
        return value(json, kind).map(|value| vec![value]);
    };
    let values: Vec<Value> = list.iter().filter_map(|entry| value(entry, kind)).collect();
    (list.is_empty() || !values.is_empty()).then_some(values)
}

/// Whether a value can be one of a custom field of this kind. A country must be one.
pub(crate) fn fits(json: &Json, kind: Kind) -> bool {
    match kind {
        Kind::Country => json.as_str().is_some_and(crate::schema::is_nationality),
        Kind::Text | Kind::Number | Kind::Date | Kind::Flag => value(json, Some(kind)).is_some(),
    }
}

/// One value. Without a kind it is what it looks like; text never becomes a date by itself.
fn value(json: &Json, kind: Option<Kind>) -> Option<Value> {
    match kind {
        None => text(json).or_else(|| number(json)).or_else(|| flag(json)),
        Some(Kind::Text) => text(json).or_else(|| written(json)),
        Some(Kind::Country) => country(json),
        Some(Kind::Number) => number(json).or_else(|| {
            let text = string(json)?;
            parse_decimal(text.trim()).map(Value::Number)
        }),
        Some(Kind::Date) => date(json),
        Some(Kind::Flag) => flag(json),
    }
}

/// A number or flag where text is wanted, as it is written.
fn written(json: &Json) -> Option<Value> {
    number(json)
        .or_else(|| flag(json))
        .map(|value| Value::Text(value.to_string()))
}
