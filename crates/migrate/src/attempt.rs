//! One row of a source file, looked at closely: as it is written, each step, and what becomes of it.
//!
//! The whole book is read, since much of a row's judgement (duplicates, references) lies in other
//! rows. Then the fields of the one row are made again by the code that makes them in a run, which
//! tells every step of it. Nothing is sent and nothing is written.

pub(crate) mod changes;
mod find;
mod passage;
mod request;
pub(crate) mod text;

use std::fmt;
use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::Value;

use crate::book::{self, Judged, Keep, Verdict};
use crate::mapping::{self, ClientMap, Mapping, OnError, ProductRule, ScopeRule};
use crate::row::{Event, Row};
use crate::run::mapping_text;
use crate::{Book, Error, Scope, mended};
use find::Part;
use passage::Passage;
use request::Request;

/// Which row is looked at.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The mapping file.
    pub mapping: PathBuf,
    /// The folder of the source files.
    pub source: PathBuf,
    /// Which clients come over.
    pub scope: Scope,
    /// The source file, or what the mapping calls it; the individuals' unless said.
    pub file: Option<String>,
    /// The physical line on which the row begins, as result files have it.
    pub line: u64,
    /// The state folder of a run, whose mended rows stand in for the source's.
    pub state: Option<PathBuf>,
}

/// What was found. Its text is for people: long values are cut, with `{:#}` none is.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The source file.
    file: String,
    /// Its column names.
    columns: Vec<String>,
    /// What the row is for the mapping, such as `individuals`.
    part: &'static str,
    /// The row with its judgement.
    row: Judged,
    /// Its cells, as they are written.
    cells: Vec<String>,
    /// How its fields are made; nothing when it has a wrong number of columns.
    passages: Vec<Passage>,
    /// The scope it was judged for.
    scope: Scope,
    /// The products applied for.
    products: Vec<String>,
    /// The tags its profile gets.
    tags: Vec<String>,
    /// Something of it is sent in a run.
    is_sent: bool,
    /// What is sent, or would be if the row came over.
    requests: Vec<Request>,
    /// What else is to be known about what is sent.
    remarks: Vec<String>,
}

impl Attempt {
    /// What happens to the row in a run.
    pub fn verdict(&self) -> &Verdict {
        &self.row.verdict
    }

    fn has_every_column(&self) -> bool {
        self.cells.len() == self.columns.len()
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::of(self, f.alternate()))
    }
}

/// Looks at one row; several times, when the file that is named belongs to several sources, such as
/// the tables of one database.
///
/// Errors: every mistake of the mapping; source files that cannot be read; no such file or row.
pub fn look(asked: &Asked) -> Result<Vec<Attempt>, Error> {
    let (name, text) = mapping_text(&asked.mapping)?;
    let mut mapping = mapping::read(&name, &text, &asked.source)?;
    let keep = Keep::temporary()?;
    mended::lay_kept(&mut mapping, asked.state.as_deref(), &keep)?;
    let sources = find::sources(&mapping, asked.file.as_deref())?;
    let book = Book::read(mapping, &asked.source, asked.scope, &keep)?;
    let parts = find::parts(&book, &sources, asked.line)?;
    parts.into_iter().map(|part| closely(&book, part)).collect()
}

fn closely(book: &Book, part: Part<'_>) -> Result<Attempt, Error> {
    let row = part.row();
    let source = &book.mapping.sources[row.source];
    let mut attempt = Attempt {
        file: source.file.clone(),
        columns: source.columns.clone(),
        part: part.name(),
        row: row.clone(),
        cells: row.record.cells.get()?,
        passages: Vec::new(),
        scope: book.scope,
        products: Vec::new(),
        tags: Vec::new(),
        is_sent: row.verdict.migrates(),
        requests: Vec::new(),
        remarks: Vec::new(),
    };
    if attempt.has_every_column() {
        let mut events = Vec::new();
        make(&book.mapping, part, &attempt.cells, &mut events);
        attempt.passages = passage::of(events, &source.columns);
        request::fill(&mut attempt, book, part)?;
    }
    Ok(attempt)
}

/// Makes the fields of a row as a run does, telling each step.
fn make(mapping: &Mapping, part: Part<'_>, cells: &[String], events: &mut Vec<Event>) {
    let as_of = mapping.as_of;
    match part {
        Part::Client(client) => {
            if let Some(map) = find::client_map(mapping, client.entity) {
                make_client((map, mapping), cells, as_of, events);
            }
        }
        Part::Associate(associate) => {
            let Some(map) = &mapping.associates else {
                return;
            };
            let mut row = Row::new(cells, &map.cells, as_of).watched(events);
            read(&mut row, "the company's reference", map.owner);
            if let Some(person) = map.person {
                read(&mut row, "the associate's reference", person);
            }
            let list = |code: &str| map.lists.get(code).cloned();
            code(&mut row, "the role", map.role, list, &map.on_unknown_role);
            row.fields(&map.entry);
            if associate.person_reference.is_none() {
                let row = Row::new(cells, &map.cells, as_of).watched(events);
                row.fields(&map.fields);
            }
        }
        Part::Document(_) => {
            let Some(map) = &mapping.documents else {
                return;
            };
            let mut row = Row::new(cells, &map.cells, as_of).watched(events);
            read(&mut row, "the client's reference", map.owner);
            read(&mut row, "the file", map.file);
            let kind = |code: &str| Some(map.kinds.get(code)?.document_type.clone());
            code(&mut row, "the type", map.kind, kind, &map.on_unknown_kind);
            row.fields(&map.fields);
        }
        Part::Note(_) => {
            let Some(map) = &mapping.notes else {
                return;
            };
            let mut row = Row::new(cells, &map.cells, as_of).watched(events);
            read(&mut row, "the client's reference", map.owner);
            row.fields(&map.fields);
        }
    }
}

fn make_client(
    (map, mapping): (&ClientMap, &Mapping),
    cells: &[String],
    as_of: Date,
    events: &mut Vec<Event>,
) {
    let mut row = Row::new(cells, &map.cells, as_of).watched(events);
    read(&mut row, "the reference", map.key);
    if let Some(ScopeRule { column, leave_out }) = &map.scope {
        aside(&mut row, "what leaves it out of scope active", |row| {
            leave_out.get(&row.cell(*column)?).cloned()
        });
    }
    if let ProductRule {
        column: Some(_), ..
    } = &map.products
    {
        let product = |row: &mut Row<'_>| book::product(&map.products, row);
        aside(&mut row, "the product", product);
    }
    row.fields_and(&map.fields, |row| {
        book::evidence_of(&map.evidence, &mapping.reasons, row);
    });
}

/// Reads a cell that is no field.
fn read(row: &mut Row<'_>, what: &'static str, column: usize) {
    aside(row, what, |row| row.cell(column));
}

/// Reads a code that stands for something.
fn code(
    row: &mut Row<'_>,
    what: &'static str,
    column: usize,
    find: impl Fn(&str) -> Option<String>,
    on_error: &OnError,
) {
    aside(row, what, |row| {
        let found = row.cell(column).and_then(|code| find(&code));
        if found.is_none() {
            row.fail(on_error);
        }
        found
    });
}

/// Something made of cells that is no field.
fn aside(row: &mut Row<'_>, what: &'static str, make: impl FnOnce(&mut Row<'_>) -> Option<String>) {
    row.tell(|| Event::Aside(what));
    let made = make(row);
    row.tell(|| Event::Made(made.map(Value::String)));
}
