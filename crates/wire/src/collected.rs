//! Collected data: what is known of a person or a company, as JSON that is kept as it came.
//!
//! [`check`] holds it to the contract and brings addresses and references into the form in which
//! they are read back; the rest is data and stays untouched, whatever it looks like (formulas,
//! markup, emoji, very long names). The other functions read what the platform itself needs to
//! know of it.

mod address;
mod associates;
mod images;
mod limits;
mod rules;
mod search;

pub use associates::{
    AssociateEntry, AssociateList, add_associate, associates, remove_associate, replace_associate,
};
pub use images::{NamedImage, images};
pub use limits::{DEPTH_MAX, LIST_ENTRIES_MAX, STRING_BYTES_MAX, TOTAL_BYTES_MAX};
pub use rules::{AGE_YEARS_MAX, CustomField, Rules};
pub use search::{SEARCH_WORDS_MAX, WORD_CHARS_MAX, query_words, search_words};

use serde_json::{Map, Value};

use crate::field_error::{FieldError, MISTAKES_MAX};
use crate::schema::{self, Shape};
use crate::value::EntityType;

/// Collected data that follows the contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// As it is stored and read back.
    pub data: Value,
    /// What is odd but no mistake, such as a missing state of the USA.
    pub warnings: Vec<FieldError>,
}

/// Checks collected data of a person or company, and normalises it. A field that the contract does
/// not know is kept unless the contract closes its object: this is for data that is stored already;
/// what callers send is held to [`check_new`] or [`check_by`].
///
/// Every mistake is reported at once, with its path below the data, up to [`MISTAKES_MAX`]; data
/// beyond a limit is only told that. What is normalised: `customer_reference` becomes
/// `customer_ref`; a `FREEFORM` address becomes `STRUCTURED` with its text in
/// `original_freeform_address` and `address_lines`; a `STRUCTURED` one gains
/// `original_freeform_address` and `original_structured_address`; of a linked profile only the id
/// is kept, because the rest is copied there when it is read.
pub fn check(entity: EntityType, data: &Value) -> Result<Checked, Vec<FieldError>> {
    check_with(entity, data, |_| Vec::new())
}

/// As [`check`], and refuses the fields that the contract does not know.
pub fn check_new(entity: EntityType, data: &Value) -> Result<Checked, Vec<FieldError>> {
    check_with(entity, data, |data| unknown(entity, data, None))
}

/// As [`check_new`], and holds the data to more than the contract. What is `stored` already is held
/// neither to that nor to the fields that are known: whoever sends back what was read must not be
/// refused.
pub fn check_by(
    rules: &Rules<'_>,
    entity: EntityType,
    data: &Value,
    stored: Option<&Value>,
) -> Result<Checked, Vec<FieldError>> {
    check_with(entity, data, |data| {
        let mut found = rules::broken(entity, data, rules);
        if let Some(stored) = stored.filter(|_| !found.is_empty()) {
            let before = rules::broken(entity, stored, rules);
            found.retain(|mistake| !before.contains(mistake));
        }
        let mut mistakes = unknown(entity, data, stored);
        mistakes.append(&mut found);
        mistakes
    })
}

fn check_with(
    entity: EntityType,
    data: &Value,
    broken: impl FnOnce(&Value) -> Vec<FieldError>,
) -> Result<Checked, Vec<FieldError>> {
    limits::check(data)?;
    let mut mistakes = schema::check(shape(entity), data).err().unwrap_or_default();
    mistakes.extend(contradicting_references(data));
    schema::join_unknown(&mut mistakes, broken(data));
    if !mistakes.is_empty() {
        mistakes.truncate(MISTAKES_MAX);
        return Err(mistakes);
    }
    let mut data = data.clone();
    normalize(&mut data);
    let warnings = address::missing_states(&data);
    Ok(Checked { data, warnings })
}

fn shape(entity: EntityType) -> Shape {
    match entity {
        EntityType::Individual => Shape::Individual,
        EntityType::Company => Shape::Company,
    }
}

/// The fields that the contract does not know and that are not stored at their place. Data that says
/// to be of the other kind is told only that, not that it has the fields of its kind.
fn unknown(entity: EntityType, data: &Value, stored: Option<&Value>) -> Vec<FieldError> {
    let said = data["entity_type"].as_str().and_then(|it| it.parse().ok());
    schema::unknown(shape(said.unwrap_or(entity)), data, stored)
}

/// The name to show: given and family names, or the legal name; empty when there is none.
pub fn display_name(data: &Value) -> String {
    if let Some(name) = data.pointer("/metadata/name").and_then(Value::as_str) {
        return name.trim().to_owned();
    }
    let name = &data["personal_details"]["name"];
    let given = name["given_names"].as_array().into_iter().flatten();
    let parts = given
        .chain([&name["family_name"]])
        .filter_map(Value::as_str);
    let parts: Vec<&str> = parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" ")
}

/// The caller's own reference.
pub fn customer_ref(data: &Value) -> Option<&str> {
    let reference = data
        .get("customer_ref")
        .or_else(|| data.get("customer_reference"));
    reference
        .and_then(Value::as_str)
        .filter(|reference| !reference.is_empty())
}

fn contradicting_references(data: &Value) -> Option<FieldError> {
    let (new, old) = (data.get("customer_ref")?, data.get("customer_reference")?);
    (new != old).then(|| {
        FieldError::invalid(
            "customer_reference",
            "differs from customer_ref, give only one",
        )
    })
}

/// Brings one entity, and the associates inside it, into the stored form.
fn normalize(data: &mut Value) {
    let Value::Object(entity) = data else { return };
    if let Some(reference) = entity.remove("customer_reference") {
        entity.insert("customer_ref".to_owned(), reference);
    }
    address::normalize_all(entity);
    for list in AssociateList::ALL {
        for entry in associates::entries_mut(entity, *list) {
            normalize_associate(entry);
        }
    }
}

fn normalize_associate(entry: &mut Map<String, Value>) {
    entry.remove("unverified_task_variant_ids");
    if let Some(Value::Object(profile)) = entry.get_mut("linked_profile") {
        profile.retain(|name, _| name == "id");
    }
    if let Some(data) = entry.get_mut("immediate_data") {
        normalize(data);
    }
}
