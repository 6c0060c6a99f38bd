//! Addresses: one form to store, whatever form they came in.

use serde_json::{Map, Value, json};

use super::AssociateList;
use super::associates::entries;
use crate::field_error::FieldError;
use crate::value::ErrorCode;

/// The parts of an address in the order in which they are written, smallest first.
const PARTS: [&str; 10] = [
    "subpremise",
    "premise",
    "street_number",
    "route",
    "locality",
    "postal_town",
    "county",
    "state_province",
    "postal_code",
    "country",
];

/// What is derived from the rest of a structured address.
const DERIVED: [&str; 2] = ["original_freeform_address", "original_structured_address"];

/// Normalises the addresses of one entity, not of its associates.
pub(super) fn normalize_all(entity: &mut Map<String, Value>) {
    let history = entity
        .get_mut("address_history")
        .and_then(Value::as_array_mut);
    history.into_iter().flatten().for_each(normalize_at);
    let metadata = entity
        .get_mut("metadata")
        .and_then(|metadata| metadata.get_mut("addresses"));
    let addresses = metadata.and_then(Value::as_array_mut);
    addresses.into_iter().flatten().for_each(normalize_at);
    let documents = entity.get_mut("documents").and_then(Value::as_array_mut);
    for document in documents.into_iter().flatten() {
        let history = document.pointer_mut("/extracted_data/address_history");
        let history = history.and_then(Value::as_array_mut);
        history.into_iter().flatten().for_each(normalize_at);
    }
}

fn normalize_at(holder: &mut Value) {
    let Some(Value::Object(address)) = holder.get_mut("address") else {
        return;
    };
    match address.get("type").and_then(Value::as_str) {
        Some("FREEFORM") => *address = from_freeform(address),
        Some("STRUCTURED") => keep_originals(address),
        _ => {}
    }
}

/// Nothing clever: the text is kept and cut into lines, no part of it is guessed.
fn from_freeform(freeform: &Map<String, Value>) -> Map<String, Value> {
    let text = freeform
        .get("text")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let lines = text
        .split([',', '\n', '\r'])
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let mut address = Map::new();
    address.insert("type".to_owned(), json!("STRUCTURED"));
    if let Some(country) = freeform.get("country") {
        address.insert("country".to_owned(), country.clone());
    }
    address.insert("address_lines".to_owned(), lines.collect());
    address.insert("original_freeform_address".to_owned(), json!(text));
    address
}

/// Keeps what the caller gave as originals, and makes those that are missing. Originals that were
/// made here and belong to an earlier state of the address are made anew.
fn keep_originals(address: &mut Map<String, Value>) {
    let mut given = address.clone();
    for name in DERIVED {
        given.remove(name);
    }
    let text = address
        .get("original_freeform_address")
        .and_then(Value::as_str);
    if let Some(Value::Object(before)) = address.get("original_structured_address") {
        if *before == given || text != Some(&one_line(before)) {
            return;
        }
    } else if text.is_some() {
        return;
    }
    address.insert(
        "original_freeform_address".to_owned(),
        json!(one_line(&given)),
    );
    address.insert(
        "original_structured_address".to_owned(),
        Value::Object(given),
    );
}

/// The parts of an address in one line, separated by commas; street number and route go together.
fn one_line(address: &Map<String, Value>) -> String {
    let part = |name: &str| {
        let text = address.get(name).and_then(Value::as_str).map(str::trim);
        text.filter(|text| !text.is_empty())
    };
    let lines = address.get("address_lines").and_then(Value::as_array);
    let lines = lines
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::trim);
    let mut line: Vec<String> = lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    let mut street_number = None;
    for name in PARTS {
        match (name, part(name)) {
            (_, None) => {}
            ("street_number", number) => street_number = number,
            ("route", Some(route)) => {
                let number = street_number.take().map(|number| format!("{number} "));
                line.push(format!("{}{route}", number.unwrap_or_default()));
            }
            (_, Some(text)) => line.push(text.to_owned()),
        }
    }
    line.extend(street_number.map(str::to_owned));
    line.join(", ")
}

/// Countries whose addresses and companies want a state or province.
fn wants_state(country: &Value) -> bool {
    matches!(country.as_str(), Some("USA" | "CAN"))
}

/// A warning for each missing state or province of the USA and Canada, associates included.
pub(super) fn missing_states(data: &Value) -> Vec<FieldError> {
    let mut warnings = Vec::new();
    collect_missing_states(data, "", &mut warnings);
    warnings
}

fn collect_missing_states(data: &Value, path: &str, warnings: &mut Vec<FieldError>) {
    let mut warn = |field: String, message: &str| {
        let code = ErrorCode::MissingRequiredFields;
        warnings.push(FieldError {
            field,
            message: message.to_owned(),
            code,
        });
    };
    for (at, list) in [
        ("address_history", &data["address_history"]),
        ("metadata.addresses", &data["metadata"]["addresses"]),
    ] {
        for (place, holder) in list.as_array().into_iter().flatten().enumerate() {
            let address = &holder["address"];
            if wants_state(&address["country"]) && is_blank(&address["state_province"]) {
                warn(
                    format!("{path}{at}[{place}].address.state_province"),
                    "should be given for addresses in the USA and Canada",
                );
            }
        }
    }
    let metadata = &data["metadata"];
    if wants_state(&metadata["country_of_incorporation"])
        && is_blank(&metadata["state_of_incorporation"])
    {
        warn(
            format!("{path}metadata.state_of_incorporation"),
            "should be given for companies of the USA and Canada",
        );
    }
    for list in AssociateList::ALL {
        for (place, entry) in entries(data, *list).iter().enumerate() {
            let path = format!("{path}{}[{place}].immediate_data.", list.path());
            collect_missing_states(&entry["immediate_data"], &path, warnings);
        }
    }
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_none_or(|text| text.trim().is_empty())
}
