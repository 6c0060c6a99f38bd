//! Puts people and companies that a check found on the lists of a company.

use serde_json::{Map, Value, json};
use uuid::Uuid;
use wire::collected::AssociateEntry;

use super::Wanted;
use crate::collected;

/// Links the entry to the profile: in its place when it is listed, else at the end of its list.
pub(super) fn put(data: &mut Value, wanted: &Wanted, id: Uuid) {
    let listed = wire::collected::associates(data).into_iter().find(|entry| {
        entry.list == wanted.list
            && entry.linked_profile_id.is_none()
            && entry.immediate_data.as_ref() == Some(&wanted.entry["immediate_data"])
    });
    let link = |fields: &mut Map<String, Value>| {
        fields.remove("immediate_data");
        fields.insert("linked_profile".to_owned(), json!({ "id": id }));
    };
    if let Some(entry) = listed {
        collected::edit_entry(data, &entry, link);
        return;
    }
    if let Some(entry) = linked_already(data, wanted, id) {
        collected::edit_entry(data, &entry, |fields| complete(fields, &wanted.entry));
        return;
    }
    let mut entry = wanted.entry.clone();
    if let Some(fields) = entry.as_object_mut() {
        link(fields);
        fields.remove("associate_id");
        if wanted.key.parse::<Uuid>().is_ok() {
            fields.insert("resolver_id".to_owned(), json!(wanted.key));
        }
    }
    wire::collected::add_associate(data, wanted.list, entry);
}

/// The entry by which somebody else has linked the profile in the same list, unless it tells of
/// another tenure or share.
fn linked_already(data: &Value, wanted: &Wanted, id: Uuid) -> Option<AssociateEntry> {
    let says = |at: &Value, name: &str| at.get(name).filter(|value| !value.is_null()).cloned();
    wire::collected::associates(data).into_iter().find(|entry| {
        let agrees = |name: &str| {
            let stored = collected::entry_at(data, entry).and_then(|stored| says(stored, name));
            let found = says(&wanted.entry, name);
            stored.is_none() || found.is_none() || same(stored.as_ref(), found.as_ref())
        };
        entry.list == wanted.list
            && entry.linked_profile_id == Some(id)
            && ["appointed_on", "resigned_on", "total_percentage"]
                .into_iter()
                .all(agrees)
    })
}

/// 43 is 43.0.
fn same(one: Option<&Value>, other: Option<&Value>) -> bool {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64);
    match (number(one), number(other)) {
        (Some(one), Some(other)) => (one - other).abs() < 1e-9,
        _ => one == other,
    }
}

/// What an entry lacks, from what was found; who it is stands in its profile.
fn complete(fields: &mut Map<String, Value>, found: &Value) {
    const NOT_COPIED: [&str; 4] = [
        "immediate_data",
        "associate_id",
        "resolver_id",
        "linked_profile",
    ];
    for (name, value) in found.as_object().into_iter().flatten() {
        if !NOT_COPIED.contains(&name.as_str()) && fields.get(name).is_none_or(Value::is_null) {
            fields.insert(name.clone(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use wire::collected::AssociateList;

    use super::*;

    /// The directors after a check found the linked person `found`, among those `listed`.
    fn directors(listed: &Value, found: Value) -> Value {
        let id = Uuid::from_u128(1);
        let mut data = json!({ "officers": { "directors": listed } });
        let wanted = Wanted {
            key: Uuid::from_u128(9).to_string(),
            list: AssociateList::Directors,
            entry: found,
        };
        put(&mut data, &wanted, id);
        data["officers"]["directors"].take()
    }

    fn entry(id: u128, more: &[(&str, Value)]) -> Value {
        let id = Uuid::from_u128(id);
        let mut entry = json!({ "entity_type": "INDIVIDUAL", "linked_profile": { "id": id } });
        for (name, value) in more {
            entry[*name] = value.clone();
        }
        entry
    }

    #[test]
    fn somebody_listed_by_hand_is_completed_and_not_listed_twice() {
        let found = json!({
            "entity_type": "INDIVIDUAL",
            "immediate_data": { "entity_type": "INDIVIDUAL" },
            "appointed_on": "2020-01-31",
            "total_percentage": 43,
        });
        let resolver = ("resolver_id", json!(Uuid::from_u128(5)));
        let listed = entry(1, &[resolver.clone(), ("total_percentage", json!(43.0))]);
        assert_eq!(
            directors(&json!([entry(2, &[]), listed]), found),
            json!([
                entry(2, &[]),
                entry(
                    1,
                    &[
                        resolver,
                        ("total_percentage", json!(43.0)),
                        ("appointed_on", json!("2020-01-31")),
                    ]
                ),
            ])
        );
    }

    #[test]
    fn another_tenure_of_somebody_listed_by_hand_is_another_entry() {
        let found = json!({ "entity_type": "INDIVIDUAL", "appointed_on": "2020-01-31" });
        let listed = entry(1, &[("appointed_on", json!("2001-01-31"))]);
        let directors = directors(&json!([listed.clone()]), found);
        assert_eq!(directors[0], listed);
        assert_eq!(directors[1]["linked_profile"], listed["linked_profile"]);
        assert_eq!(directors[1]["appointed_on"], "2020-01-31");
    }
}
