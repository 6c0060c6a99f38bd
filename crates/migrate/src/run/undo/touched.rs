//! Who has touched a profile, by its audit.
//!
//! The migration's keys are those that made profiles of this run. What another key or a person did
//! counts, looking at it apart. Of what a key of the migration did, that counts which a run never does:
//! decisions, and tags, notes and files that the ledger does not know.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::{Client, Place};
use crate::Error;

/// A longer audit may have more pages: nothing is known for certain then.
const ITEMS_COUNT_MAX: usize = 10_000;
/// What leaves a profile as it is.
const LOOKING: [&str; 5] = [
    "view",
    "viewed-profile",
    "download-audit-file",
    "download-audit-report",
    "downloaded-a-document",
];
/// What a run never does.
const NEVER_OF_A_RUN: [&str; 8] = [
    "manual-decision",
    "revert-decision",
    "removed-a-tag",
    "deleted-a-task-note",
    "event-resolution",
    "event-bulk-resolution",
    "added-event",
    "unlinked-profile",
];

/// What an audit says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// The key that made the profile.
    pub(super) creator: Option<String>,
    /// When it did, in seconds since 1970.
    pub(super) made_at: Option<i64>,
    /// What counts, whoever did it.
    certain: Option<String>,
    /// By key: what it did, which counts unless it is the migration's.
    by_keys: BTreeMap<String, String>,
}

impl Touched {
    /// Why the profile is left alone, if it is; `creators` are the migration's keys.
    pub(super) fn why(&self, creators: &HashSet<String>) -> Option<String> {
        let mut others = self.by_keys.iter();
        let other = others.find(|(key, _)| !creators.contains(*key));
        self.certain
            .clone()
            .or_else(|| other.map(|(_, what)| what.clone()))
    }
}

/// Reads an audit; inside, why it says nothing for certain.
pub(super) fn touched(
    place: &Place,
    client: &Client,
    items: &Value,
) -> Result<Result<Touched, String>, Error> {
    let Some(items) = items.as_array().filter(|it| !it.is_empty()) else {
        return Ok(Err(
            "who has touched it cannot be told: its audit is empty".to_owned()
        ));
    };
    if items.len() >= ITEMS_COUNT_MAX {
        let why = "who has touched it cannot be told: its audit is too long";
        return Ok(Err(why.to_owned()));
    }
    let mut touched = Touched::default();
    for item in items {
        let action = item["action"].as_str().unwrap_or_default();
        let who = who(item);
        if matches!(who, Who::Automation) || LOOKING.contains(&action) {
            continue;
        }
        match who {
            Who::Automation => {}
            Who::Person(name) => {
                touched.certain.get_or_insert(format!("{name}: {action}"));
            }
            Who::Key { id, name } => {
                if action == "created-profile" {
                    touched.creator = Some(id.clone());
                    touched.made_at = item["timestamp"].as_i64();
                }
                let what = format!("{name}: {action}");
                if is_of_a_run(place, client, action, item)? {
                    touched.by_keys.entry(id).or_insert(what);
                } else {
                    touched.certain.get_or_insert(what);
                }
            }
        }
    }
    if touched.creator.is_none() {
        let why = "who has touched it cannot be told: its audit does not say who made it";
        return Ok(Err(why.to_owned()));
    }
    Ok(Ok(touched))
}

/// Whether a run may have done it.
fn is_of_a_run(place: &Place, client: &Client, action: &str, item: &Value) -> Result<bool, Error> {
    let data = &item["ref_data"];
    let made = match action {
        "added-a-task-note" => &data["note"],
        "added-a-file" => &data["file"],
        "added-a-tag" => {
            let Some(name) = data["name"].as_str().or(data["tag"].as_str()) else {
                return Ok(true);
            };
            let step = format!("{}/tag/{name}", client.reference);
            // Servers may say the tag's id instead.
            return Ok(place.made.contains(name) || place.ledger.answer(&step)?.is_some());
        }
        action => return Ok(!NEVER_OF_A_RUN.contains(&action)),
    };
    Ok(made.as_str().is_none_or(|id| place.made.contains(id)))
}

/// Who did something.
enum Who {
    Automation,
    Person(String),
    Key { id: String, name: String },
}

/// Who an item is by: as the contract says it, or, with more words, as our servers do.
fn who(item: &Value) -> Who {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let actor = &item["ref_data"]["actor"];
    if item["user"].is_object() {
        return Who::Person(text(&item["user"]["name"]));
    }
    if item["apikey"].is_object() {
        let name = text(&item["apikey"]["name"]);
        let id = actor["id"].as_str().unwrap_or(&name).to_owned();
        return Who::Key { id, name };
    }
    match actor["kind"].as_str() {
        Some("support") => Who::Person("Support".to_owned()),
        _ => Who::Automation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn automation_is_nobody_and_support_is_somebody() {
        let check = |item: Value, expected: &str| {
            let told = match who(&item) {
                Who::Automation => "automation".to_owned(),
                Who::Person(name) => name,
                Who::Key { id, name } => format!("{id} {name}"),
            };
            assert_eq!(told, expected, "{item}");
        };
        check(json!({"user": null, "apikey": null}), "automation");
        check(json!({"apikey": {"name": "CRM"}}), "CRM CRM");
        let ours =
            json!({"apikey": {"name": "CRM"}, "ref_data": {"actor": {"kind": "key", "id": "7"}}});
        check(ours, "7 CRM");
        check(json!({"user": {"name": "Ann"}}), "Ann");
        check(
            json!({"ref_data": {"actor": {"kind": "support"}}}),
            "Support",
        );
        check(
            json!({"ref_data": {"actor": {"kind": "clock"}}}),
            "automation",
        );
    }
}
