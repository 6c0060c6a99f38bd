//! Whether the book is still the one that was sent from a state.
//!
//! A client is known by its key. Where the mapping takes the key from another column by now, everybody
//! would be made a second time; where another book uses the same keys, its people would take the places of
//! those who were sent, with all that was decided about them. Both are seen before anything is sent.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::clients::create_step;
use super::gone::{Kind, parsed};
use super::targets::sent_by;
use super::{Options, Work, before};
use crate::book::{Client, Entity, Judged};
use crate::ledger::{self, Ledger};
use crate::mapping::Mapping;
use crate::{Book, Error};

/// So many clients with other names and dates of birth at once are no corrections, …
const OTHERS_COUNT_MIN: usize = 3;
/// … where they are at least one in so many of those who were sent.
const OTHERS_ONE_IN: usize = 10;

/// Refuses a book that is another than was sent, unless somebody has said to it.
///
/// Errors: [`Error::State`] that says by what it is seen; a ledger that cannot be used.
pub(super) fn refuse_other(work: &Work) -> Result<(), Error> {
    let state = State::of(work);
    state.refuse_other_key()?;
    for (part, column) in keys(&work.book.mapping) {
        work.ledger.set_fact(&fact(part), column)?;
    }
    state.refuse_other_people()
}

/// As [`refuse_other`] for who only looks: nothing is written down.
pub(super) fn look(work: &Work) -> Result<(), Error> {
    let state = State::of(work);
    state.refuse_other_key()?;
    state.refuse_other_people()
}

/// As [`refuse_other`] for a book that is judged and not sent, where its run has a state. One that is in
/// use, or another book's, is not looked at.
///
/// Errors: as there.
pub(crate) fn preview(book: &Book, options: &Options) -> Result<(), Error> {
    if !options.state.join(ledger::FILE).is_file() {
        return Ok(());
    }
    let ledger = match Ledger::of_run(&options.state) {
        Err(Error::Locked(_)) => return Ok(()),
        ledger => ledger?,
    };
    if ledger.fact("book")?.as_ref() != Some(&book.mapping.name) {
        return Ok(());
    }
    let state = State {
        book,
        ledger: &ledger,
        options,
    };
    state.refuse_other_key()?;
    state.refuse_other_people()
}

/// A book, and what was sent from the state that it is to be sent from.
struct State<'a> {
    book: &'a Book,
    ledger: &'a Ledger,
    options: &'a Options,
}

impl State<'_> {
    fn of(work: &Work) -> State<'_> {
        State {
            book: &work.book,
            ledger: &work.ledger,
            options: &work.options,
        }
    }

    fn refuse_other_key(&self) -> Result<(), Error> {
        let keys = keys(&self.book.mapping);
        for (part, column) in &keys {
            let begun = self.ledger.fact(&fact(part))?;
            let Some(begun) = begun.filter(|begun| begun != column) else {
                continue;
            };
            // A column that has another name since is the same key.
            let lost = self.lost()?;
            let new = before::unsent(self.book, self.ledger)?.len();
            if lost > 0 && new > 0 && !self.options.may_repeat {
                return Err(Error::State(format!(
                    "the key of {part} was {begun} when this state began and is {column} by now: of {lost} \
                 clients that were sent no row has the key any more, and {new} would be made beside \
                 them; nothing was sent. Put `key: {begun}` back in the mapping, or give another book its \
                 own --state; --again makes them all the same"
                )));
            }
        }
        Ok(())
    }

    fn refuse_other_people(&self) -> Result<(), Error> {
        if self.options.consent.is_same_book {
            return Ok(());
        }
        let (mut known, mut others) = (0, Vec::new());
        for client in &self.book.clients {
            let step = create_step(&client.row.reference);
            if !client.becomes_profile() || self.ledger.answer(&step)?.is_none() {
                continue;
            }
            known += 1;
            if self.is_as_sent(client)? {
                continue;
            }
            let ((before, _), now) = (sent_by(self.ledger, &step)?, client.body.get()?);
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
            self.ledger.folder().display(),
            first.row.reference,
            first.row.record.line,
            self.file(&first.row),
        )))
    }

    /// Whether the row is the one that was last planned in its place.
    fn is_as_sent(&self, client: &Client) -> Result<bool, Error> {
        let row = &client.row;
        let planned = self.ledger.hash_at(self.file(row), row.record.row)?;
        Ok(planned.is_some_and(|hash| hash == row.record.hash()))
    }

    /// How many clients were sent under keys that no row has any more.
    fn lost(&self) -> Result<usize, Error> {
        let keys = references(self.book);
        let mut lost = 0;
        each_sent(self.ledger, |reference, _| {
            lost += usize::from(!keys.contains(reference));
        })?;
        Ok(lost)
    }

    /// The source file of a row.
    fn file(&self, row: &Judged) -> &str {
        &self.book.mapping.sources[row.source].file
    }
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

/// The keys of the book's clients, whether they come over or not.
pub(super) fn references(book: &Book) -> HashSet<&str> {
    let clients = book.clients.iter();
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
