//! What changed between two snapshots of a list, and one from the other by that.
//!
//! Entries are compared by their ids and as sets of names, dates and so on, so the order in which a
//! publisher writes them does not matter. A change is *material* where it may make somebody another
//! to those who look for them: names, birth, countries, numbers, and why they are listed. Remarks,
//! programs and addresses are not (the country of an address is).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::entry::Entry;
use crate::lists::{Operation, Operations};
use crate::snapshot::{Header, Load, Refusal, Snapshot, hexadecimal, whole};

/// From one snapshot to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delta {
    /// The digest of the snapshot that it starts from.
    pub from: String,
    /// What the snapshot that it leads to is.
    pub to: Header,
    /// By id; each id once.
    pub changes: Vec<Change>,
}

/// What became of one entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    Added(Entry),
    Changed {
        before: Box<Entry>,
        after: Box<Entry>,
    },
    Removed(Entry),
}

/// A part of an entry that is another than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    pub field: Field,
    /// What is no longer said, in words.
    pub old: Vec<String>,
    /// What is newly said, in words.
    pub new: Vec<String>,
}

/// The parts of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Field {
    Kind,
    Topics,
    Names,
    Born,
    Died,
    Gender,
    PlacesOfBirth,
    Addresses,
    Countries,
    Identifiers,
    Positions,
    Titles,
    Programs,
    ListedOn,
    Remarks,
    Links,
    References,
}

impl Field {
    /// Whether a change of it may make the entry another to those who look for it.
    pub fn is_material(self) -> bool {
        match self {
            Field::Kind
            | Field::Topics
            | Field::Names
            | Field::Born
            | Field::Died
            | Field::Gender
            | Field::PlacesOfBirth
            | Field::Countries
            | Field::Identifiers => true,
            Field::Addresses
            | Field::Positions
            | Field::Titles
            | Field::Programs
            | Field::ListedOn
            | Field::Remarks
            | Field::Links
            | Field::References => false,
        }
    }
}

impl Change {
    /// The id of the entry.
    pub fn id(&self) -> &str {
        match self {
            Change::Added(entry) | Change::Removed(entry) => &entry.id,
            Change::Changed { after, .. } => &after.id,
        }
    }

    /// Whether anything that matters to a match is another: always, for one that came or went.
    pub fn is_material(&self) -> bool {
        match self {
            Change::Added(_) | Change::Removed(_) => true,
            Change::Changed { before, after } => {
                let changes = fields(before, after);
                changes.iter().any(|change| change.field.is_material())
            }
        }
    }
}

/// Every part in which two entries differ, in the order of [`Field`].
pub fn fields(before: &Entry, after: &Entry) -> Vec<FieldChange> {
    let compared = words(before).into_iter().zip(words(after));
    let changed = compared.filter(|((_, old), (_, new))| old != new);
    changed
        .map(|((field, old), (_, new))| {
            let gone = old.iter().filter(|word| !new.contains(word)).cloned();
            let come = new.iter().filter(|word| !old.contains(word)).cloned();
            FieldChange {
                field,
                old: gone.collect(),
                new: come.collect(),
            }
        })
        .collect()
}

/// Every part of an entry in words that differ where the values do.
fn words(entry: &Entry) -> [(Field, Vec<String>); 17] {
    fn each<T>(members: &[T], word: impl Fn(&T) -> String) -> Vec<String> {
        members.iter().map(word).collect()
    }
    // Taken apart, so that a new field does not compile until somebody decides what it means.
    let Entry {
        id: _,
        kind,
        topics,
        names,
        born,
        died,
        gender,
        places_of_birth,
        addresses,
        countries,
        identifiers,
        positions,
        titles,
        programs,
        listed_on,
        remarks,
        links,
        references,
    } = entry;
    let place = |place: &crate::entry::Place| match place.country {
        Some(code) => format!("{} [{code}]", place.text),
        None => place.text.clone(),
    };
    let gender = gender.iter().map(|gender| format!("{gender:?}")).collect();
    let listed_on = listed_on.iter().map(ToString::to_string).collect();
    [
        (Field::Kind, vec![format!("{kind:?}")]),
        (Field::Topics, each(topics, |topic| format!("{topic:?}"))),
        (Field::Names, each(names, name)),
        (Field::Born, each(born, ToString::to_string)),
        (Field::Died, each(died, ToString::to_string)),
        (Field::Gender, gender),
        (Field::PlacesOfBirth, each(places_of_birth, place)),
        (Field::Addresses, each(addresses, place)),
        (
            Field::Countries,
            each(countries, |tie| format!("{} ({:?})", tie.code, tie.role)),
        ),
        (Field::Identifiers, each(identifiers, identifier)),
        (Field::Positions, each(positions, position)),
        (Field::Titles, titles.clone()),
        (Field::Programs, programs.clone()),
        (Field::ListedOn, listed_on),
        (Field::Remarks, remarks.clone()),
        (Field::Links, links.clone()),
        (Field::References, references.clone()),
    ]
}

fn name(name: &crate::entry::Name) -> String {
    let kind = format!("{:?}", name.kind);
    let family = name
        .family
        .as_ref()
        .map(|family| format!("family {family}"));
    noted(&name.text, [Some(kind), family, name.language.clone()])
}

fn identifier(identifier: &crate::entry::Identifier) -> String {
    let kind = format!("{:?}", identifier.kind);
    let country = identifier.country.map(|code| code.to_string());
    let rest = [Some(kind), identifier.label.clone(), country];
    noted(&identifier.value, rest)
}

fn position(position: &crate::entry::Position) -> String {
    let country = position.country.map(|code| code.to_string());
    let from = position.from.map(|date| format!("from {date}"));
    let until = position.until.map(|date| format!("until {date}"));
    noted(
        &position.title,
        [position.body.clone(), country, from, until],
    )
}

/// A text with what there is of its notes in parentheses.
fn noted(text: &str, notes: impl IntoIterator<Item = Option<String>>) -> String {
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    if notes.is_empty() {
        text.to_owned()
    } else {
        format!("{text} ({})", notes.join("; "))
    }
}

/// A delta does not fit the snapshot that it is applied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// It starts from another snapshot.
    Other { wanted: String, found: String },
    /// The entry is not as it was.
    Entry(String),
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mismatch::Other { wanted, found } => {
                write!(
                    f,
                    "the changes are to the snapshot {wanted} and not to {found}"
                )
            }
            Mismatch::Entry(id) => write!(f, "the entry {id} is not as the changes found it"),
        }
    }
}

impl std::error::Error for Mismatch {}

impl Delta {
    /// From one snapshot to the other.
    pub fn between(before: &Snapshot, after: &Snapshot) -> Delta {
        let mut all: BTreeMap<&str, (Option<&Entry>, Option<&Entry>)> = BTreeMap::new();
        for entry in before.entries() {
            all.entry(&entry.id).or_default().0 = Some(entry);
        }
        for entry in after.entries() {
            all.entry(&entry.id).or_default().1 = Some(entry);
        }
        let changes = all.into_values().filter_map(|(old, new)| change(old, new));
        Delta {
            from: before.header().sha256.clone(),
            to: after.header().clone(),
            changes: changes.collect(),
        }
    }

    /// From a snapshot to what a file of changes makes of it.
    pub fn of_operations(
        before: &Snapshot,
        operations: Operations,
        load: Load,
    ) -> Result<Delta, Refusal> {
        if let Some(why) = operations.broken {
            return Err(Refusal::Broken(why));
        }
        let mut digest = Sha256::new();
        digest.update(&before.header().sha256);
        digest.update(&operations.part.sha256);
        let changes: Vec<Change> = operations
            .operations
            .into_iter()
            .filter_map(|operation| match operation {
                Operation::Put(entry) => change(before.entry(&entry.id), Some(&entry)),
                Operation::Remove(id) => change(before.entry(&id), None),
            })
            .collect();
        let to = Header {
            source: load.source,
            sha256: hexadecimal(&digest.finalize()),
            parts: vec![operations.part],
            loaded_at: whole(load.loaded_at),
            problems: operations.problems,
            ..before.header().clone()
        };
        let mut delta = Delta {
            from: before.header().sha256.clone(),
            to,
            changes,
        };
        let after = Snapshot::of(delta.to.clone(), delta.entries(before));
        delta.to = after.header().clone();
        Ok(delta)
    }

    /// The snapshot that it leads to, from the one that it starts from.
    pub fn apply(&self, before: &Snapshot) -> Result<Snapshot, Mismatch> {
        let found = &before.header().sha256;
        if *found != self.from {
            return Err(Mismatch::Other {
                wanted: self.from.clone(),
                found: found.clone(),
            });
        }
        let strange = self.changes.iter().find(|change| {
            let is = before.entry(change.id());
            match change {
                Change::Added(_) => is.is_some(),
                Change::Removed(entry) => is != Some(entry),
                Change::Changed { before, .. } => is != Some(before.as_ref()),
            }
        });
        match strange {
            Some(change) => Err(Mismatch::Entry(change.id().to_owned())),
            None => Ok(Snapshot::of(self.to.clone(), self.entries(before))),
        }
    }

    /// The entries after the changes, by id.
    fn entries(&self, before: &Snapshot) -> Vec<Entry> {
        let entries = before.entries().iter();
        let mut all: BTreeMap<&str, &Entry> =
            entries.map(|entry| (entry.id.as_str(), entry)).collect();
        for change in &self.changes {
            match change {
                Change::Added(entry) => drop(all.insert(&entry.id, entry)),
                Change::Changed { after, .. } => drop(all.insert(&after.id, after)),
                Change::Removed(entry) => {
                    all.remove(entry.id.as_str());
                }
            }
        }
        all.into_values().cloned().collect()
    }
}

fn change(old: Option<&Entry>, new: Option<&Entry>) -> Option<Change> {
    match (old, new) {
        (None, Some(new)) => Some(Change::Added(new.clone())),
        (Some(old), None) => Some(Change::Removed(old.clone())),
        (Some(old), Some(new)) if old != new => Some(Change::Changed {
            before: Box::new(old.clone()),
            after: Box::new(new.clone()),
        }),
        (Some(_), Some(_)) | (None, None) => None,
    }
}
