//! The book: every row of every source file, read and judged before anything is sent.
//!
//! [`Book::read`] maps the rows and decides what happens to each: [`Outcome::Migrate`] (with
//! warnings or without), [`Outcome::Reject`] or [`Outcome::Skip`], always with reasons a machine
//! can read. Clients are judged first ([`clients`]), then what follows its owner: associates,
//! documents and notes.

mod associates;
mod clients;
mod documents;
pub(crate) mod duplicates;
mod evidence;
pub mod files;
mod keep;
mod nicknames;
mod notes;
mod ownership;
mod references;
mod remarks;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

pub use associates::{Associate, Person};
pub(crate) use clients::product;
pub use clients::{Client, Entity};
pub use documents::Scan;
pub(crate) use evidence::of_row as evidence_of;
pub use evidence::{Decision, Evidence};
pub use keep::{Keep, Kept};
pub use notes::Note;

use crate::mapping::Mapping;
use crate::mended::LayOver;
use crate::source::{self, Record};
use crate::{Error, hex};
use references::References;

/// Which clients of the book are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every client.
    All,
    /// All but those the mapping's scope rules leave out.
    Active,
}

impl Scope {
    /// The scope of a name: `all` or `active`.
    pub fn parse(name: &str) -> Option<Scope> {
        match name {
            "all" => Some(Scope::All),
            "active" => Some(Scope::Active),
            _ => None,
        }
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::All => "all",
            Scope::Active => "active",
        }
    }
}

/// What happens to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It comes over.
    Migrate,
    /// It cannot come over until it is mended.
    Reject,
    /// It is left out on purpose.
    Skip,
}

/// The judgement of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What happens to the row.
    pub outcome: Outcome,
    /// Why: warnings of a row that comes over, else the reasons against it.
    pub reasons: Vec<String>,
}

impl Verdict {
    pub(crate) fn migrate(warnings: Vec<String>) -> Verdict {
        Verdict {
            outcome: Outcome::Migrate,
            reasons: warnings,
        }
    }

    pub(crate) fn reject(reasons: Vec<String>) -> Verdict {
        Verdict {
            outcome: Outcome::Reject,
            reasons,
        }
    }

    pub(crate) fn skip(reason: String) -> Verdict {
        Verdict {
            outcome: Outcome::Skip,
            reasons: vec![reason],
        }
    }

    /// Rejected with these reasons, or, without any, coming over with these warnings.
    pub(crate) fn of(rejects: Vec<String>, warnings: Vec<String>) -> Verdict {
        if rejects.is_empty() {
            Verdict::migrate(warnings)
        } else {
            Verdict::reject(rejects)
        }
    }

    /// Whether the row comes over.
    pub fn migrates(&self) -> bool {
        self.outcome == Outcome::Migrate
    }

    /// The disposition's name: `migrate`, `migrate_with_warning`, `reject` or `skip`.
    pub fn disposition(&self) -> &'static str {
        match self.outcome {
            Outcome::Migrate if self.reasons.is_empty() => "migrate",
            Outcome::Migrate => "migrate_with_warning",
            Outcome::Reject => "reject",
            Outcome::Skip => "skip",
        }
    }
}

/// One source row: where it stands and what it says.
#[derive(Clone, Debug)]
pub struct Written {
    /// Data row, from 1.
    pub row: u64,
    /// Physical line on which the row begins; the header's is 1.
    pub line: u64,
    /// The cells, untouched.
    pub cells: Kept<Vec<String>>,
    /// See [`Record::hash`].
    hash: [u8; 32],
}

impl Written {
    fn keep(record: &Record, keep: &Keep) -> Result<Written, Error> {
        Ok(Written {
            row: record.row,
            line: record.line,
            cells: keep.put(&record.cells)?,
            hash: record.hash(),
        })
    }

    /// SHA-256 over the cells, in hex: the same row has the same hash wherever it stands.
    pub fn hash(&self) -> String {
        hex(&self.hash)
    }
}

/// One source row with its judgement.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Position of its file in [`Mapping::sources`].
    pub source: usize,
    /// The row as it is written.
    pub record: Written,
    /// The reference it stands under: of the client, or of the owner for rows that follow one.
    pub reference: String,
    /// What happens to it.
    pub verdict: Verdict,
    /// What can be done about it, where its reasons do not say.
    pub advice: Option<Arc<str>>,
}

impl Judged {
    /// A row that would come over does not.
    fn leave_out(&mut self, verdict: &Verdict) {
        if self.verdict.migrates() {
            self.verdict = verdict.clone();
        }
    }
}

/// A whole book, judged for one scope.
#[derive(Clone, Debug)]
pub struct Book {
    /// The mapping it was read with.
    pub mapping: Mapping,
    /// The scope it was judged for.
    pub scope: Scope,
    /// Individuals, then companies, in the order of their files.
    pub clients: Vec<Client>,
    /// Associates in the order of their file.
    pub associates: Vec<Associate>,
    /// Documents in the order of their file.
    pub documents: Vec<Scan>,
    /// Notes in the order of their file.
    pub notes: Vec<Note>,
    /// What is odd about the mapping beside the book, each in a line.
    pub remarks: Vec<String>,
}

impl Book {
    /// Reads and judges every row; what the rows hold goes into `keep`.
    ///
    /// Errors: a source file that cannot be read, a full disk; rows never are an error.
    pub fn read(mapping: Mapping, folder: &Path, scope: Scope, keep: &Keep) -> Result<Book, Error> {
        let mut book = Book {
            mapping,
            scope,
            clients: Vec::new(),
            associates: Vec::new(),
            documents: Vec::new(),
            notes: Vec::new(),
            remarks: Vec::new(),
        };
        (book.clients, book.remarks) = clients::judge(&book.mapping, scope, keep)?;
        let references = References::of(&book.clients);
        let judging = Judging {
            mapping: &book.mapping,
            clients: &book.clients,
            references: &references,
            keep,
        };
        book.associates = associates::judge(judging)?;
        book.documents = documents::judge(judging, folder)?;
        book.notes = notes::judge(judging)?;
        drop(references);
        let remark = remarks::of_folder(&book.mapping, folder, &book.documents);
        book.remarks.extend(remark);
        if book.rows().next().is_none() {
            return Err(Error::Source {
                file: folder.display().to_string(),
                message: "not one of its files has a row below the header".to_owned(),
                hint: Some("look at the export: it has the columns and nothing else".to_owned()),
            });
        }
        clients::mark_associates(&mut book.clients, &book.associates);
        ownership::warn(&book.mapping, &mut book.clients, &book.associates)?;
        Ok(book)
    }

    /// Leaves out every client but those of these references, and what follows it, with the reason
    /// `not_in_this_test`. Whoever a company lists must be among them, if it is.
    pub fn leave_out_others(&mut self, references: &BTreeSet<String>) {
        let left_out = Verdict::skip(self.mapping.reasons.of("not_in_this_test", ""));
        for client in &mut self.clients {
            if !references.contains(&client.row.reference) {
                client.is_associate_only = false;
                client.row.leave_out(&left_out);
            }
        }
        let clients = &self.clients;
        let is_left_out = |owner: &mut Option<usize>| {
            let left_out = owner.filter(|place| !clients[*place].row.verdict.migrates());
            *owner = owner.filter(|place| clients[*place].row.verdict.migrates());
            left_out.is_some()
        };
        let associates = self.associates.iter_mut();
        let documents = self.documents.iter_mut();
        let notes = self.notes.iter_mut();
        let followers = associates
            .map(|it| (&mut it.row, &mut it.owner))
            .chain(documents.map(|it| (&mut it.row, &mut it.owner)))
            .chain(notes.map(|it| (&mut it.row, &mut it.owner)));
        for (row, owner) in followers {
            if is_left_out(owner) {
                row.leave_out(&left_out);
            }
        }
    }

    /// Every row of the book in the order of the mapping's sources.
    pub fn rows(&self) -> impl Iterator<Item = &Judged> {
        let clients = self.clients.iter().map(|client| &client.row);
        let associates = self.associates.iter().map(|associate| &associate.row);
        let documents = self.documents.iter().map(|scan| &scan.row);
        let notes = self.notes.iter().map(|note| &note.row);
        clients.chain(associates).chain(documents).chain(notes)
    }
}

/// What the rows that follow a client are judged with.
#[derive(Clone, Copy)]
struct Judging<'a> {
    mapping: &'a Mapping,
    clients: &'a [Client],
    references: &'a References,
    keep: &'a Keep,
}

/// The rows of one source and the reason against those with a wrong number of columns.
fn rows_of(
    mapping: &Mapping,
    place: usize,
) -> Result<impl Iterator<Item = Result<(Record, Option<String>), Error>>, Error> {
    let source = &mapping.sources[place];
    let width = source.columns.len();
    let records = source::records(source)?;
    let mut mended = LayOver::of(source);
    Ok(records.map(move |record| {
        let record = mended.row(record?)?;
        let rule = match record.cells.len() {
            count if count < width => Some("too_few_columns"),
            count if count > width => Some("too_many_columns"),
            _ => None,
        };
        let rule = record.fault.map_or(rule, |_| Some("unreadable_row"));
        let bad = rule.map(|rule| mapping.reasons.of(rule, ""));
        Ok((record, bad))
    }))
}

/// A column's name as reasons write it.
fn column_name(mapping: &Mapping, source: usize, column: usize) -> String {
    mapping.sources[source]
        .columns
        .get(column)
        .map(|name| name.to_lowercase())
        .unwrap_or_default()
}
