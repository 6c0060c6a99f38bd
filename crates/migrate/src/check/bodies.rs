//! Every body of the book against the contract.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::{Value, json};
use uuid::Uuid;
use wire::field_error::FieldError;
use wire::request::{AddDocument, AddNote, CreateProfile, FromBody};

use crate::book::{Associate, Judged, Person, Scan};
use crate::{Book, Error};

/// A field that the API will refuse as the mapping makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The source file.
    pub file: String,
    /// The field, as a path into what is sent; empty for the whole of it.
    pub field: String,
    /// What is wrong with it, for the first row.
    pub message: String,
    /// How many rows it concerns.
    pub rows: u64,
    /// The physical line of the first of them.
    pub line: u64,
}

/// What of the rows that come over the API will refuse, by file and field.
///
/// Errors: as [`Kept::get`](crate::book::Kept::get).
pub(super) fn refusals(book: &Book) -> Result<Vec<Refusal>, Error> {
    let mut found = Found {
        book,
        refusals: BTreeMap::new(),
    };
    for client in book
        .clients
        .iter()
        .filter(|client| client.becomes_profile())
    {
        found.hold::<CreateProfile>(&client.row, &client.body.get()?);
    }
    for associate in book
        .associates
        .iter()
        .filter(|associate| associate.row.verdict.migrates())
    {
        if associate.person == Person::Inline {
            found.hold::<CreateProfile>(&associate.row, &associate.body.get()?);
        }
        if let Some((list, company)) = company_with(associate)? {
            let mistakes = mistakes_of::<CreateProfile>(&company);
            let prefix = format!("collected_data.{list}[0].");
            found.add(&associate.row, mistakes, &prefix);
        }
    }
    for scan in book
        .documents
        .iter()
        .filter(|scan| scan.row.verdict.migrates())
    {
        if let Some(body) = document(scan)? {
            found.hold::<AddDocument>(&scan.row, &body);
        }
    }
    for note in book.notes.iter().filter(|note| note.row.verdict.migrates()) {
        found.hold::<AddNote>(&note.row, &note.body.get()?);
    }
    Ok(found.refusals.into_values().collect())
}

/// A company that lists nobody but this associate, and the list.
fn company_with(associate: &Associate) -> Result<Option<(&str, Value)>, Error> {
    let Some(list) = associate.list.as_deref() else {
        return Ok(None);
    };
    let entry = associate.entry_of(&Uuid::nil().to_string())?;
    let mut data = json!([entry]);
    for name in list.rsplit('.') {
        data = json!({name: data});
    }
    data["entity_type"] = json!("COMPANY");
    let company = json!({"role": "COMPANY_CUSTOMER", "collected_data": data});
    Ok(Some((list, company)))
}

/// The body of a scan that is sent as a document.
fn document(scan: &Scan) -> Result<Option<Value>, Error> {
    let kind = scan.kind.as_ref().filter(|kind| !kind.is_file);
    kind.map(|kind| scan.document(kind, &Uuid::nil().to_string()))
        .transpose()
}

/// What the API will refuse of a body.
pub(crate) fn mistakes_of<T: FromBody>(body: &Value) -> Vec<FieldError> {
    T::from_body(body).err().unwrap_or_default()
}

struct Found<'b> {
    book: &'b Book,
    /// By source and field.
    refusals: BTreeMap<(usize, String), Refusal>,
}

impl Found<'_> {
    fn hold<T: FromBody>(&mut self, row: &Judged, body: &Value) {
        self.add(row, mistakes_of::<T>(body), "");
    }

    /// Counts mistakes of a row; `prefix` is what stands above what the row itself makes.
    fn add(&mut self, row: &Judged, mistakes: Vec<FieldError>, prefix: &str) {
        for mistake in mistakes {
            let field = mistake.field.strip_prefix(prefix).unwrap_or(&mistake.field);
            match self.refusals.entry((row.source, field.to_owned())) {
                Entry::Occupied(mut known) => known.get_mut().rows += 1,
                Entry::Vacant(new) => {
                    new.insert(Refusal {
                        file: self.book.mapping.sources[row.source].file.clone(),
                        field: field.to_owned(),
                        message: mistake.message,
                        rows: 1,
                        line: row.record.line,
                    });
                }
            }
        }
    }
}
