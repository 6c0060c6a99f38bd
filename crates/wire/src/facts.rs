//! Facts: what conditions and risk models may know of collected data, as typed values.
//!
//! The data was checked when it came in ([`crate::collected::check`]); whatever is odd all the same
//! is absent here, never an error. An absent list is missing, an empty one is known to be empty.
//! Text of nothing but white space is absent.

mod associates;
mod candidates;
mod company;
mod custom;
mod individual;
mod paths;
mod read;

pub use candidates::{Found, candidates};
pub(crate) use custom::fits as is_custom;
pub use paths::paths;

use std::collections::BTreeMap;

use domain::{Candidate, Collected, Entity, Kind, ProfileId, RoleHeld, Value};
use serde_json::Value as Json;

use read::{list, text};

/// What collected data says, in the terms of the domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Values of the declared properties and of custom fields.
    pub collected: Collected,
    /// Profiles on a company's lists, with their entries in order, each once.
    pub linked: BTreeMap<ProfileId, (Entity, Vec<RoleHeld>)>,
    /// Entries of a company's lists that have no profile yet.
    pub unlinked: Vec<Candidate>,
}

/// Reads collected data of a person or company. `custom` gives the kinds of custom fields by
/// developer name; a field that is not there is taken as it looks, dates as text.
pub fn read(entity: Entity, data: &Json, custom: &BTreeMap<String, Kind>) -> Facts {
    let mut declared = Declared::default();
    let reference = text(&data["customer_ref"]).or_else(|| text(&data["customer_reference"]));
    declared.one("customer_ref", reference);
    declared.one("channel", text(&data["channel"]));
    let documents = list(&data["documents"]);
    declared.many("document.type", documents, |document| {
        text(&document["document_type"])
    });
    match entity {
        Entity::Individual => individual::read(data, &mut declared),
        Entity::Company => company::read(data, &mut declared),
    }
    let collected = Collected {
        declared: declared.values,
        custom: custom::read(&data["custom_fields"], custom),
    };
    let (linked, unlinked) = match entity {
        Entity::Individual => (BTreeMap::new(), Vec::new()),
        Entity::Company => (associates::linked(data), associates::unlinked(data)),
    };
    Facts {
        collected,
        linked,
        unlinked,
    }
}

/// Values of declared properties, as they are gathered.
#[derive(Default)]
struct Declared {
    values: BTreeMap<&'static str, Vec<Value>>,
}

impl Declared {
    /// A property with one value, or none.
    fn one(&mut self, key: &'static str, value: Option<Value>) {
        if let Some(value) = value {
            self.values.insert(key, vec![value]);
        }
    }

    /// A property with the values of the entries of a list. A list with entries that all lack the
    /// value says nothing, unlike an empty one.
    fn many<'a, T: 'a>(
        &mut self,
        key: &'static str,
        entries: Option<impl IntoIterator<Item = T>>,
        value: impl Fn(T) -> Option<Value>,
    ) {
        let Some(entries) = entries else { return };
        let mut entries = entries.into_iter().peekable();
        let is_empty = entries.peek().is_none();
        let values: Vec<Value> = entries.filter_map(value).collect();
        if is_empty || !values.is_empty() {
            self.values.insert(key, values);
        }
    }

    /// The properties of addresses, which are given with the present one last, each with whether it
    /// is a present one.
    ///
    /// A property that a present address lacks is absent as a whole: the values of former addresses
    /// must not pass for the present one, so whoever needs it asks for it. Where only former
    /// addresses lack it, it has the values that are known, in order. When none is a present one,
    /// the last counts as present.
    fn addresses(&mut self, mut entries: Option<Vec<(bool, &Json)>>) {
        if let Some((is_present, _)) = entries.as_mut().and_then(|entries| entries.last_mut()) {
            *is_present = true;
        }
        let count = entries.as_ref().map(|entries| Value::count(entries.len()));
        self.one("address.count", count);
        self.of_addresses("address.country", entries.as_deref(), |address| {
            read::country(&address["country"])
        });
        self.of_addresses("address.postal_code", entries.as_deref(), |address| {
            text(&address["postal_code"])
        });
    }

    fn of_addresses(
        &mut self,
        key: &'static str,
        entries: Option<&[(bool, &Json)]>,
        value: impl Fn(&Json) -> Option<Value>,
    ) {
        let value = |entry: &Json| value(&entry["address"]);
        let lacks = |(is_present, entry): &(bool, &Json)| *is_present && value(entry).is_none();
        if !entries.is_some_and(|entries| entries.iter().any(lacks)) {
            self.many(key, entries, |(_, entry)| value(entry));
        }
    }
}

#[cfg(test)]
mod tests;
