//! Associates: people and companies linked to companies.

use std::collections::HashSet;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::references::{Found, owner};
use super::{Entity, Judged, Kept, Verdict, Written, column_name, rows_of};
use crate::mapping::AssociateMap;
use crate::row::{Mapped, Row, add};
use crate::source::Record;
use crate::{Error, hex, text};

/// One row that links somebody to a company.
#[derive(Clone, Debug)]
pub struct Associate {
    /// The row and its judgement; its reference is the company's.
    pub row: Judged,
    /// The company, if it comes over.
    pub owner: Option<usize>,
    /// Who is linked.
    pub person: Person,
    /// The reference in the row, if there is one.
    pub person_reference: Option<String>,
    /// Person or company.
    pub entity: Entity,
    /// The list of `collected_data`, such as `officers.directors`.
    pub list: Option<String>,
    /// Fields of the entry in that list.
    pub entry: Kept<Value>,
    /// The body that would create the profile of a person named inline.
    pub body: Kept<Value>,
    /// The first bytes of the SHA-256 of that body: one person is one of a company's.
    hash: [u8; 8],
}

impl Associate {
    /// What tells a person named inline from the others of its company.
    pub(crate) fn person_name(&self) -> String {
        hex(&self.hash)
    }

    /// The entry in the list, for this profile.
    ///
    /// Errors: as [`Kept::get`].
    pub(crate) fn entry_of(&self, profile: &str) -> Result<Value, Error> {
        let mut entry = self.entry.get()?;
        entry["entity_type"] = json!(self.entity.as_str());
        entry["linked_profile"] = json!({"id": profile});
        Ok(entry)
    }
}

/// Who is linked to a company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Person {
    /// A client of the book, by position.
    Client(usize),
    /// Somebody named in the row.
    Inline,
    /// Nobody the book knows.
    Unknown,
}

/// Reads and judges the associates.
pub(super) fn judge(book: super::Judging<'_>) -> Result<Vec<Associate>, Error> {
    let Some(map) = &book.mapping.associates else {
        return Ok(Vec::new());
    };
    let judging = Judging { book, map };
    let mut seen = HashSet::new();
    rows_of(book.mapping, map.source)?
        .map(|row| {
            let (record, bad) = row?;
            judging.row(&record, bad, &mut seen)
        })
        .collect()
}

struct Judging<'a> {
    book: super::Judging<'a>,
    map: &'a AssociateMap,
}

impl Judging<'_> {
    fn row(
        &self,
        record: &Record,
        bad: Option<String>,
        seen: &mut HashSet<[u8; 32]>,
    ) -> Result<Associate, Error> {
        let mut row = Row::new(&record.cells, &self.map.cells, self.book.mapping.as_of);
        let reference = row.cell(self.map.owner).unwrap_or_default();
        let person_reference = self.map.person.and_then(|column| row.cell(column));
        let role = row.cell(self.map.role);
        let (found, mut rejects, mut warnings) =
            self.person(person_reference.as_deref(), &reference);
        let mut entry = row.fields(&self.map.entry);
        let list = self.list(role.as_deref(), &mut entry);
        let mut body = Mapped::default();
        if person_reference.is_none() {
            let row = Row::new(&record.cells, &self.map.cells, self.book.mapping.as_of);
            body = row.fields(&self.map.fields);
            body.body["role"] = Value::String("INDIVIDUAL_ASSOCIATED".to_owned());
            body.body["collected_data"]["entity_type"] = Value::String("INDIVIDUAL".to_owned());
        }
        for part in [&mut entry, &mut body] {
            part.rejects
                .iter()
                .for_each(|reason| add(&mut rejects, reason));
            part.warnings
                .iter()
                .for_each(|reason| add(&mut warnings, reason));
        }
        let (owner, verdict) = match (bad, self.owner(&reference)) {
            (Some(reason), _) => (None, Verdict::reject(vec![reason])),
            (None, Err(verdict)) => (None, verdict),
            (None, Ok(owner)) => {
                let cells = record.cells.iter().map(|cell| text::collapse_space(cell));
                let said = Record {
                    cells: cells.collect(),
                    ..*record
                };
                let verdict = if seen.insert(said.hash()) {
                    Verdict::of(rejects, warnings)
                } else {
                    Verdict::skip(self.book.mapping.reasons.of("duplicate_row", ""))
                };
                (Some(owner), verdict)
            }
        };
        let entity = self.entity(person_reference.as_deref());
        let keep = self.book.keep;
        Ok(Associate {
            row: Judged {
                source: self.map.source,
                record: Written::keep(record, keep)?,
                reference,
                verdict,
                advice: None,
            },
            owner,
            person: found,
            person_reference,
            entity,
            list,
            entry: keep.put(&entry.body)?,
            hash: first_bytes(&Sha256::digest(body.body.to_string())),
            body: keep.put(&body.body)?,
        })
    }

    /// Person or company; who is named inline is a person.
    fn entity(&self, reference: Option<&str>) -> Entity {
        let clients = self.book.clients;
        let known = reference.and_then(|one| self.book.references.entity(clients, one));
        known.unwrap_or(Entity::Individual)
    }

    fn owner(&self, reference: &str) -> Result<usize, Verdict> {
        let column = column_name(self.book.mapping, self.map.source, self.map.owner);
        let is_company =
            self.book.references.entity(self.book.clients, reference) == Some(Entity::Company);
        let found = match self.book.references.in_scope(self.book.clients, reference) {
            found if is_company => found,
            _ => Found::Unknown,
        };
        owner(self.book.mapping, found, &column)
    }

    /// Who the row means, with the reasons against it and the warnings.
    fn person(&self, reference: Option<&str>, company: &str) -> (Person, Vec<String>, Vec<String>) {
        let Some(reference) = reference else {
            return (Person::Inline, Vec::new(), Vec::new());
        };
        let reasons = &self.book.mapping.reasons;
        let is_own = reference == company;
        let references = self.book.references;
        // Of several with one key, the scope may bring over one whom the others keep away in scope `all`.
        let found = match references.in_scope(self.book.clients, reference) {
            found @ Found::Migrates(_) => found,
            Found::Unknown | Found::Rejected | Found::OutOfScope(_) => {
                references.in_all(self.book.clients, reference)
            }
        };
        match found {
            Found::Migrates(place) => {
                let left_out = self.book.clients[place].out_of_scope.as_deref();
                let warning = left_out.map(|value| reasons.of("person_out_of_scope", value));
                let reason = is_own.then(|| reasons.of("associate_of_itself", ""));
                (
                    Person::Client(place),
                    reason.into_iter().collect(),
                    warning.into_iter().collect(),
                )
            }
            Found::Unknown => {
                let column = self
                    .map
                    .person
                    .map(|column| column_name(self.book.mapping, self.map.source, column));
                let reason = reasons.of("person_unknown", &column.unwrap_or_default());
                (Person::Unknown, vec![reason], Vec::new())
            }
            Found::Rejected | Found::OutOfScope(_) => (
                Person::Unknown,
                vec![reasons.of("person_not_migrated", "")],
                Vec::new(),
            ),
        }
    }

    /// The list of a role; resigned officers have their own.
    fn list(&self, role: Option<&str>, entry: &mut Mapped) -> Option<String> {
        let Some(list) = role.and_then(|role| self.map.lists.get(role)) else {
            let row = Row::new(&[], &self.map.cells, self.book.mapping.as_of);
            let failed = row.failed(&self.map.on_unknown_role);
            failed
                .rejects
                .iter()
                .for_each(|reason| add(&mut entry.rejects, reason));
            failed
                .warnings
                .iter()
                .for_each(|reason| add(&mut entry.warnings, reason));
            return None;
        };
        match &self.map.resigned_list {
            Some(resigned) if !entry.body["resigned_on"].is_null() => Some(resigned.clone()),
            _ => Some(list.clone()),
        }
    }
}

fn first_bytes(hash: &[u8]) -> [u8; 8] {
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    first
}
