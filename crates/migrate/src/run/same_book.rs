//! Whether the book is still the one that was sent from a state.
//!
//! A client is known by its key. Where the mapping takes the key from another column by now, everybody
//! would be made a second time; where another book uses the same keys, its people would take the places of
//! those who were sent, with all that was decided about them. Both are seen before anything is sent.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::clients::create_step;
use super::gone::{Kind, parsed};
use super::targets::sent;
use super::{Work, before};
use crate::Error;
use crate::book::{Client, Entity};
use crate::ledger::Ledger;
use crate::mapping::Mapping;

/// So many clients with other names and dates of birth at once are no corrections, …
const OTHERS_COUNT_MIN: usize = 3;
/// … where they are at least one in so many of those who were sent.
const OTHERS_ONE_IN: usize = 10;

/// Refuses a book that is another than was sent, unless somebody has said to it.
///
/// Errors: [`Error::State`] that says by what it is seen; a ledger that cannot be used.
pub(super) fn refuse_other(work: &Work) -> Result<(), Error> {
    refuse_other_key(work)?;
    if work.options.consent.is_same_book {
        return Ok(());
    }
    refuse_other_people(work)
}

fn refuse_other_key(work: &Work) -> Result<(), Error> {
    let keys = keys(&work.book.mapping);
    for (part, column) in &keys {
        let begun = work.ledger.fact(&fact(part))?;
        let Some(begun) = begun.filter(|begun| begun != column) else {
            continue;
        };
        // A column that has another name since is the same key.
        let lost = lost(work)?;
        let new = before::unsent(work)?.len();
        if lost > 0 && new > 0 && !work.options.may_repeat {
            return Err(Error::State(format!(
                "the key of {part} was {begun} when this state began and is {column} by now: of {lost} \
                 clients that were sent no row has the key any more, and {new} would be made beside \
                 them; nothing was sent. Put `key: {begun}` back in the mapping, or give another book its \
                 own --state; --again makes them all the same"
            )));
        }
    }
    for (part, column) in &keys {
        work.ledger.set_fact(&fact(part), column)?;
    }
    Ok(())
}

/// The fact of a ledger that says which column has the keys.
fn fact(part: &str) -> String {
    format!("key of {part}")
}

/// Which columns have the keys of the clients.
fn keys(mapping: &Mapping) -> Vec<(&'static str, &str)> {
    let parts = [
        ("individuals", &mapping.individuals),
        ("companies", &mapping.companies),
    ];
    let parts = parts.into_iter().filter_map(|(part, map)| {
        let map = map.as_ref()?;
        let column = mapping.sources[map.source].columns.get(map.key)?;
        Some((part, column.as_str()))
    });
    parts.collect()
}

/// How many clients were sent under keys that no row has any more.
fn lost(work: &Work) -> Result<usize, Error> {
    let keys = references(work);
    let mut lost = 0;
    each_sent(&work.ledger, |reference, _| {
        lost += usize::from(!keys.contains(reference));
    })?;
    Ok(lost)
}

/// The keys of the book's clients, whether they come over or not.
pub(super) fn references(work: &Work) -> HashSet<&str> {
    let clients = work.book.clients.iter();
    clients.map(|one| one.row.reference.as_str()).collect()
}

/// Gives the clients that were sent, with their profiles.
pub(super) fn each_sent(ledger: &Ledger, mut give: impl FnMut(&str, &str)) -> Result<(), Error> {
    for finished in ledger.finished() {
        let (step, profile) = finished?;
        if let Some((Kind::Client, reference, _)) = parsed(&step) {
            give(reference, &profile);
        }
    }
    Ok(())
}

fn refuse_other_people(work: &Work) -> Result<(), Error> {
    let (mut known, mut others) = (0, Vec::new());
    for client in &work.book.clients {
        let step = create_step(&client.row.reference);
        if !client.becomes_profile() || work.ledger.answer(&step)?.is_none() {
            continue;
        }
        known += 1;
        if is_as_sent(work, client)? {
            continue;
        }
        let ((before, _), now) = (sent(work, &step)?, client.body.get()?);
        if is_another(client.entity, &before, &now["collected_data"]) {
            others.push(client);
        }
    }
    let Some(first) = others.first() else {
        return Ok(());
    };
    if others.len() < OTHERS_COUNT_MIN || others.len() * OTHERS_ONE_IN < known {
        return Ok(());
    }
    Err(Error::State(format!(
        "{} of {known} clients that were sent from the state folder {} have another name and another date \
         of birth (companies: number) now, {} on line {} of {} for example: this looks like another book; \
         nothing was sent. Give another book its own --state; if it is the same, go on with --same-book",
        others.len(),
        work.ledger.folder().display(),
        first.row.reference,
        first.row.record.line,
        work.file(&first.row),
    )))
}

/// Whether the row is the one that was last planned in its place.
fn is_as_sent(work: &Work, client: &Client) -> Result<bool, Error> {
    let row = &client.row;
    let planned = work.ledger.hash_at(work.file(row), row.record.row)?;
    Ok(planned.is_some_and(|hash| hash == row.record.hash()))
}

/// Whether data are of somebody else: of a person no word of the name and another date of birth, of a
/// company another name and another number. What is not known tells nothing.
fn is_another(entity: Entity, before: &Value, now: &Value) -> bool {
    let differs = |path: &str| {
        let [before, now] = [before, now].map(|data| words(data.pointer(path)));
        !before.is_empty() && !now.is_empty() && before != now
    };
    match entity {
        Entity::Individual => {
            let name = "/personal_details/name";
            let [before, now] = [before, now].map(|data| words(data.pointer(name)));
            let is_known = !before.is_empty() && !now.is_empty();
            is_known && before.is_disjoint(&now) && differs("/personal_details/dob")
        }
        Entity::Company => differs("/metadata/name") && differs("/metadata/number"),
    }
}

/// The words of a text, or of all texts below a value.
fn words(value: Option<&Value>) -> BTreeSet<String> {
    match value {
        Some(Value::String(text)) => text
            .to_lowercase()
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        Some(Value::Array(items)) => items.iter().flat_map(|item| words(Some(item))).collect(),
        Some(Value::Object(fields)) => fields.values().flat_map(|item| words(Some(item))).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_)) | None => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn another_person_has_no_word_of_the_name_and_another_date_of_birth() {
        let person = |given: &str, family: &str, born: &str| {
            json!({"personal_details": {
                "name": {"given_names": [given], "family_name": family}, "dob": born,
            }})
        };
        let check = |before: &Value, now: &Value, expected: bool| {
            assert_eq!(
                is_another(Entity::Individual, before, now),
                expected,
                "{before} {now}"
            );
        };
        let molly = person("Molly", "Bloom", "1980-01-01");
        check(&molly, &person("Bob", "Cole", "1970-02-02"), true);
        // Married, misread, put the right way round, corrected, not known before.
        check(&molly, &person("Molly", "Cole", "1970-02-02"), false);
        check(&molly, &person("BLOOM", "Molly", "1970-02-02"), false);
        check(&molly, &person("Bob", "Cole", "1980-01-01"), false);
        check(&json!({}), &molly, false);
        let company =
            |name: &str, number: &str| json!({"metadata": {"name": name, "number": number}});
        let is_another = |now: &Value| is_another(Entity::Company, &company("C Limited", "1"), now);
        assert!(is_another(&company("D Limited", "2")));
        assert!(!is_another(&company("D Limited", "1")));
        assert!(!is_another(&company("C Limited", "2")));
    }
}
