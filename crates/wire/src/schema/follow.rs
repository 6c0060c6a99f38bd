//! Paths through the contract: whether it knows a field, before there is any data for it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Shape, prepare};

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// To a field of an object.
    Field(&'a str),
    /// To an entry of a list.
    Entry,
}

/// Where a path leaves the contract. `at` counts the steps that lead to the wrong one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stray {
    /// There is no such field; those there are.
    Unknown {
        /// The place of the step.
        at: usize,
        /// Fields that the contract knows there.
        known: Vec<&'static str>,
    },
    /// A field is asked of a list: which entry is meant?
    List {
        /// The place of the step.
        at: usize,
    },
    /// An entry or a field is asked of something that has none.
    Plain {
        /// The place of the step.
        at: usize,
    },
}

/// Follows a path through a document of this shape. Where the contract leaves open what is there,
/// as below `custom_fields`, every path is fine.
pub fn follow<'a>(shape: Shape, steps: impl IntoIterator<Item = Step<'a>>) -> Result<(), Stray> {
    let name = shape.schema();
    let root = prepare::schemas();
    let mut here = expand(&root["components"]["schemas"][name]);
    for (at, step) in steps.into_iter().enumerate() {
        here = match step {
            Step::Field(name) => field(&here, name, at)?,
            Step::Entry => entry(&here, at)?,
        };
        if here.is_empty() {
            return Ok(());
        }
    }
    Ok(())
}

/// The schemas of a field; none when the contract says nothing of it.
fn field(here: &[&'static Value], name: &str, at: usize) -> Result<Vec<&'static Value>, Stray> {
    let objects = || {
        here.iter()
            .filter_map(|schema| schema["properties"].as_object())
    };
    let found: Vec<&'static Value> = objects().filter_map(|fields| fields.get(name)).collect();
    if !found.is_empty() {
        return Ok(found.into_iter().flat_map(expand).collect());
    }
    if here.iter().any(|schema| schema.get("items").is_some()) {
        return Err(Stray::List { at });
    }
    let known: BTreeSet<&'static str> =
        objects().flatten().map(|(name, _)| name.as_str()).collect();
    if known.is_empty() && here.iter().copied().any(is_plain) {
        return Err(Stray::Plain { at });
    }
    if known.is_empty() || here.iter().copied().any(prepare::is_open) {
        return Ok(Vec::new());
    }
    let known = known.into_iter().collect();
    Err(Stray::Unknown { at, known })
}

/// The schemas of the entries of a list; none when the contract says nothing of them.
fn entry(here: &[&'static Value], at: usize) -> Result<Vec<&'static Value>, Stray> {
    let items: Vec<&'static Value> = here
        .iter()
        .filter_map(|schema| schema.get("items"))
        .collect();
    if !items.is_empty() {
        return Ok(items.into_iter().flat_map(expand).collect());
    }
    let is_object = |schema: &&&Value| schema.get("properties").is_some();
    if here.iter().copied().any(is_plain) || here.iter().any(|schema| is_object(&schema)) {
        return Err(Stray::Plain { at });
    }
    Ok(Vec::new())
}

/// Whether a schema is of one plain value.
fn is_plain(schema: &Value) -> bool {
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect::<Vec<_>>(),
    };
    kinds
        .iter()
        .any(|kind| !matches!(*kind, "null" | "object" | "array"))
}

/// A schema with all that it includes, whichever of its choices is made.
fn expand(schema: &'static Value) -> Vec<&'static Value> {
    let mut found: Vec<&'static Value> = Vec::new();
    let mut open = vec![schema];
    while let Some(schema) = open.pop() {
        if found.iter().any(|known| std::ptr::eq(*known, schema)) {
            continue;
        }
        found.push(schema);
        for list in ["allOf", "anyOf", "oneOf"] {
            open.extend(schema[list].as_array().into_iter().flatten());
        }
        open.extend(schema.get("then"));
        open.extend(prepare::named(schema));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Follows `address_history[].address.county`.
    fn follow_text(shape: Shape, path: &str) -> String {
        let steps = path.split('.').flat_map(|part| {
            let name = part.trim_end_matches("[]");
            let entries = (part.len() - name.len()) / 2;
            std::iter::once(Step::Field(name)).chain(std::iter::repeat_n(Step::Entry, entries))
        });
        match follow(shape, steps) {
            Ok(()) => "known".to_owned(),
            Err(Stray::Unknown { at, known }) => format!("unknown at {at}: {}", known.join(" ")),
            Err(Stray::List { at }) => format!("list at {at}"),
            Err(Stray::Plain { at }) => format!("plain at {at}"),
        }
    }

    #[test]
    fn a_path_of_the_contract_is_known() {
        for path in [
            "customer_ref",
            "channel",
            "entity_type",
            "personal_details.dob",
            "personal_details.name.given_names",
            "personal_details.name.given_names[]",
            "address_history[].address.county",
            "address_history[].address.text",
            "contact_details.email",
            "documents[].extracted_data.expiry",
            "custom_fields.anything.at[].all",
        ] {
            assert_eq!(follow_text(Shape::Individual, path), "known", "{path}");
        }
        for path in [
            "metadata.structured_company_type.is_public",
            "metadata.sic_codes[].code",
            "metadata.addresses[].address.county",
            "officers.directors[].appointed_on",
            "ownership_structure.shareholders[].total_percentage",
            "authorized_persons[].linked_profile.id",
        ] {
            assert_eq!(follow_text(Shape::Company, path), "known", "{path}");
        }
    }

    #[test]
    fn a_path_that_leaves_the_contract_is_told_where() {
        for (path, told) in [
            ("personal_detials.dob", "unknown at 0: address_history"),
            ("contact_details.mail", "unknown at 1: email phone_number"),
            ("personal_details.name.given", "unknown at 2: "),
            ("address_history.address", "list at 1"),
            ("contact_details.email.x", "plain at 2"),
            ("contact_details[]", "plain at 1"),
            ("personal_details.dob[]", "plain at 2"),
            ("metadata.name", "unknown at 0: "),
        ] {
            let found = follow_text(Shape::Individual, path);
            assert!(found.starts_with(told), "{path}: {found}");
        }
    }
}
