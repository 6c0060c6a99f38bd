//! The mapping: everything one bank wants, as read from its file.
//!
//! A [`Mapping`] names the [`Source`] files, says per kind of row which columns make which target
//! fields ([`Field`], [`Step`]), and what the rules of the book are called in the results
//! ([`Reasons`]). Columns are resolved to their positions while it is read, so a mapping that was
//! read once has no dangling names. [`read`] reads it.

mod evidence;
mod fields;
mod read;
mod salts;
mod schema;
mod sources;
mod steps;
mod targets;
mod template;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use document::Place;
use jiff::civil::Date;

use crate::mended::Mended;
use crate::source::{Digest, Spool};
use crate::window::Wanted;

pub use evidence::EvidenceMap;
pub use read::read;
pub(crate) use read::{ASSOCIATE_LISTS, read_all};
pub use salts::Salt;
pub use schema::schema;
pub(crate) use sources::{ending, format_of};
pub(crate) use steps::Found;
pub use steps::{
    DateFormat, DatePart, NameOrder, NamePart, NameStep, NumberFormat, Others, Pattern, Step,
    TwoDigitYear,
};
pub use template::Template;

/// A whole mapping.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// What problems call its file.
    pub document: String,
    /// What was read of its file.
    pub digest: Digest,
    /// What the bank or the migration is called.
    pub name: String,
    /// The day of the export; "in the future" is judged against it.
    pub as_of: Date,
    /// The source files, in the order of the mapping.
    pub sources: Vec<Source>,
    /// Rows that become individual customers.
    pub individuals: Option<ClientMap>,
    /// Rows that become company customers.
    pub companies: Option<ClientMap>,
    /// Rows that link people and companies to companies.
    pub associates: Option<AssociateMap>,
    /// Rows that name a scan of a client.
    pub documents: Option<DocumentMap>,
    /// Rows that hold a note about a client.
    pub notes: Option<NoteMap>,
    /// What the rules of the book are called in the results.
    pub reasons: Reasons,
    /// The checks that are switched off on the server while the book comes over.
    pub window: Option<Wanted>,
    /// Their aliases, and where the mapping names each.
    pub checks_off: Vec<(String, Origin)>,
}

/// One source: a file with rows, a query, or a command that prints them.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name in the mapping.
    pub name: String,
    /// What results call it: the file as the mapping writes it, relative to the source folder, with
    /// `#SHEET` behind it when the mapping names one; of a query or a command, its name.
    pub file: String,
    /// Where the file was found; of a command, the folder it runs in.
    pub path: PathBuf,
    /// Where its rows come from.
    pub input: Input,
    /// How they are written there.
    pub format: Format,
    /// How long a command or a query may take.
    pub limit: Duration,
    /// How bytes become text.
    pub encoding: Encoding,
    /// The sign between fields.
    pub delimiter: u8,
    /// The sign around fields that need one.
    pub quote: u8,
    /// Where its header is.
    pub header: Header,
    /// It may end in the middle of a row: that row is rejected, and not the whole source refused.
    pub accepts_short_end: bool,
    /// The columns: of its header, trimmed, or those the mapping gives.
    pub columns: Vec<String>,
    /// What it was when the mapping was read; rows of another are refused.
    pub digest: Option<Digest>,
    /// What was read once, unless it is a plain file.
    pub(crate) spool: Option<Spool>,
    /// Rows that stand in for its own.
    pub(crate) mended: Option<Arc<Mended>>,
}

/// Where the rows of a source come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File,
    /// A query against a SQLite file.
    Sqlite {
        /// The query.
        query: String,
    },
    /// A query against PostgreSQL.
    Postgres {
        /// What the mapping calls the connection; see [`crate::connections`].
        connection: String,
        /// The query.
        query: String,
    },
    /// The output of a command: the program and its arguments.
    Command(Vec<String>),
}

/// How rows are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text with a sign between fields: CSV, TSV and the like.
    Delimited,
    /// One JSON object a line.
    JsonLines,
    /// A sheet of a spreadsheet (XLSX); its name may be left out when there is only one.
    Spreadsheet {
        /// The sheet.
        sheet: Option<String>,
    },
    /// Parquet.
    Parquet,
    /// The answer of a query.
    Table,
}

/// Where the names of the columns are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Lines above it that are left out: titles, the name of a report.
    pub skip_lines: u64,
    /// Whether there is one; else the mapping names the columns.
    pub is_there: bool,
    /// What the columns are called instead, by place.
    pub names: Option<Vec<String>>,
}

impl Default for Header {
    fn default() -> Header {
        Header {
            skip_lines: 0,
            is_there: true,
            names: None,
        }
    }
}

/// How bytes become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without byte order mark; wrong bytes are refused, never replaced.
    Utf8,
    /// Windows-1252.
    Windows1252,
    /// Windows-1250, of Central Europe.
    Windows1250,
    /// Windows-1251, Cyrillic.
    Windows1251,
    /// ISO 8859-1.
    Latin1,
    /// ISO 8859-2, of Central Europe.
    Latin2,
    /// ISO 8859-15: ISO 8859-1 with the euro.
    Latin9,
    /// UTF-16 with a byte order mark, or little-endian without.
    Utf16,
}

impl Encoding {
    /// Every encoding, by the name a mapping gives it.
    pub const NAMES: &'static [(&'static str, Encoding)] = &[
        ("utf-8", Encoding::Utf8),
        ("windows-1252", Encoding::Windows1252),
        ("windows-1250", Encoding::Windows1250),
        ("windows-1251", Encoding::Windows1251),
        ("latin-1", Encoding::Latin1),
        ("latin-2", Encoding::Latin2),
        ("latin-9", Encoding::Latin9),
        ("utf-16", Encoding::Utf16),
    ];

    /// What a mapping calls it.
    pub fn name(self) -> &'static str {
        let named = Encoding::NAMES.iter().find(|(_, one)| *one == self);
        named.map_or("", |(name, _)| name)
    }

    /// Whether text may have been misread as it, by what `mojibake_repair` can tell.
    pub(crate) fn may_be_misread_as(self) -> bool {
        !matches!(self, Encoding::Utf8 | Encoding::Utf16 | Encoding::Latin1)
    }

    /// The library's reader of it; Latin-1 has none of its own there.
    pub(crate) fn codec(self) -> &'static encoding_rs::Encoding {
        match self {
            Encoding::Utf8 => encoding_rs::UTF_8,
            Encoding::Windows1252 | Encoding::Latin1 => encoding_rs::WINDOWS_1252,
            Encoding::Windows1250 => encoding_rs::WINDOWS_1250,
            Encoding::Windows1251 => encoding_rs::WINDOWS_1251,
            Encoding::Latin2 => encoding_rs::ISO_8859_2,
            Encoding::Latin9 => encoding_rs::ISO_8859_15,
            Encoding::Utf16 => encoding_rs::UTF_16LE,
        }
    }
}

/// How rows of a client file become profiles.
#[derive(Clone, Debug)]
pub struct ClientMap {
    /// Position in [`Mapping::sources`].
    pub source: usize,
    /// Column of the client's reference.
    pub key: usize,
    /// Clean-up and missing words of the file's cells.
    pub cells: Cells,
    /// Rows that a scope leaves out.
    pub scope: Option<ScopeRule>,
    /// Target fields.
    pub fields: Vec<Field>,
    /// Which product a client applies for.
    pub products: ProductRule,
    /// What the old system decided, as passes of tasks.
    pub evidence: Vec<EvidenceMap>,
    /// Tags put on every profile.
    pub tags: Vec<String>,
    /// Look for one client under two references.
    pub find_possible_duplicates: bool,
}

/// What happens to every cell before its fields are made.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    /// Steps for every cell.
    pub clean: Vec<Step>,
    /// By column: the words that mean "nothing here", compared after the clean-up.
    pub missing: BTreeMap<usize, Vec<String>>,
    /// Words that mean it in every column: those the mapping gives for `*`.
    pub missing_everywhere: Vec<String>,
}

/// Rows left out in scope `active`: the value of one column, and the reason it gives.
#[derive(Clone, Debug)]
pub struct ScopeRule {
    /// The column looked at.
    pub column: usize,
    /// Value of the column -> what the reason calls it (`CLOSED` -> `closed`).
    pub leave_out: BTreeMap<String, String>,
}

/// Which product a client applies for.
#[derive(Clone, Debug)]
pub struct ProductRule {
    /// The column that holds the bank's product code; none: every client gets `always`.
    pub column: Option<usize>,
    /// The bank's code -> alias of the product.
    pub aliases: BTreeMap<String, String>,
    /// Aliases every client applies for.
    pub always: Vec<String>,
    /// What happens to a code that is not in the table.
    pub on_error: OnError,
    /// Every alias it names, and where.
    pub named: Vec<(String, Origin)>,
}

/// Where something stands in the mapping's file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Its path in the document, such as `individuals.fields[3].to`.
    pub path: String,
    /// Its line and column.
    pub place: Place,
}

impl Origin {
    fn of(value: &document::Value<'_>) -> Origin {
        Origin {
            path: value.path().to_owned(),
            place: value.place(),
        }
    }
}

/// One target field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Where its value goes.
    pub to: Target,
    /// Where the mapping says so.
    pub origin: Origin,
    /// The columns it is made of; empty for a constant.
    pub from: Vec<usize>,
    /// How the columns are put together, where the mapping gives a template.
    pub template: Option<Template>,
    /// A constant, placed only where something else stands beside it.
    pub constant: Option<String>,
    /// What is done with the cells, in order.
    pub steps: Vec<Step>,
    /// The reason a row is rejected with when the field is missing.
    pub required: Option<String>,
    /// The warning a row carries when the field is missing.
    pub wanted: Option<String>,
    /// What happens when a step cannot read the value.
    pub on_error: OnError,
}

/// What happens when a value cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnError {
    /// The row is rejected with this reason.
    Reject(String),
    /// The value is left out, and the row carries this warning.
    Warn(String),
    /// The value is left out without a word.
    LeaveOut,
}

/// A path into the JSON that is sent, such as `collected_data.address_history[0].address.county`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(pub Vec<Segment>);

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(name) if place == 0 => f.write_str(name)?,
                Segment::Key(name) => write!(f, ".{name}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// One step of a [`Target`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A property of an object.
    Key(String),
    /// A place in a list, from 0.
    Index(usize),
}

/// How rows become links between a company and its people and owners.
#[derive(Clone, Debug)]
pub struct AssociateMap {
    /// Position in [`Mapping::sources`].
    pub source: usize,
    /// Column of the company's reference.
    pub owner: usize,
    /// Column of the associate's reference; an empty cell, or none, means the person is named inline.
    pub person: Option<usize>,
    /// Clean-up and missing words.
    pub cells: Cells,
    /// Column of the role.
    pub role: usize,
    /// The bank's role code -> list of `collected_data`, such as `officers.directors`.
    pub lists: BTreeMap<String, String>,
    /// What happens to a role that is not in the table.
    pub on_unknown_role: OnError,
    /// The list of those with a value in `resigned_on`, for officers.
    pub resigned_list: Option<String>,
    /// Lists whose percentages must not sum to more than 100 for one company.
    pub share_lists: Vec<String>,
    /// Lists whose links between companies must not close a ring.
    pub ownership_lists: Vec<String>,
    /// Fields of the entry in the list.
    pub entry: Vec<Field>,
    /// Fields of a person named inline.
    pub fields: Vec<Field>,
    /// Tags put on profiles that exist only as associates.
    pub tags: Vec<String>,
}

/// How rows become documents of a client.
#[derive(Clone, Debug)]
pub struct DocumentMap {
    /// Position in [`Mapping::sources`].
    pub source: usize,
    /// Column of the client's reference.
    pub owner: usize,
    /// Clean-up and missing words.
    pub cells: Cells,
    /// The folder of the scans, relative to the source folder; nothing outside it is read.
    pub folder: String,
    /// Whether names may lead to folders below it; else such a name is unsafe.
    pub has_subfolders: bool,
    /// Column of the file's name.
    pub file: usize,
    /// Column of the type.
    pub kind: usize,
    /// The bank's type -> what it becomes.
    pub kinds: BTreeMap<String, DocumentKind>,
    /// What happens to a type that is not in the table.
    pub on_unknown_kind: OnError,
    /// Fields of the document.
    pub fields: Vec<Field>,
}

/// What a scan becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentKind {
    /// `document_type` of the API.
    pub document_type: String,
    /// `category` of the API.
    pub category: String,
    /// Sent as a mere file, not as a document.
    pub is_file: bool,
}

/// How rows become notes on a task of a client.
#[derive(Clone, Debug)]
pub struct NoteMap {
    /// Position in [`Mapping::sources`].
    pub source: usize,
    /// Column of the client's reference.
    pub owner: usize,
    /// Clean-up and missing words.
    pub cells: Cells,
    /// Fields of the note.
    pub fields: Vec<Field>,
}

/// What the rules of the book are called in the results. The mapping may rename each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reasons {
    /// Rule -> reason; every rule has one.
    names: BTreeMap<&'static str, String>,
}

impl Reasons {
    /// Every rule of the book, with the reason it gives unless the mapping says otherwise.
    pub const DEFAULTS: &'static [(&'static str, &'static str)] = &[
        ("too_few_columns", "bad_row:too_few_columns"),
        ("too_many_columns", "bad_row:too_many_columns"),
        ("unreadable_row", "bad_row:unreadable"),
        ("missing_key", "missing_required:reference"),
        ("out_of_scope", "out_of_scope:{value}"),
        ("owner_out_of_scope", "out_of_scope:owner_{value}"),
        ("duplicate_same", "duplicate_ref_same"),
        ("duplicate_conflict", "duplicate_ref_conflict"),
        ("duplicate_left_out", "duplicate_ref_left_out"),
        ("possible_duplicate", "possible_duplicate"),
        ("not_in_this_test", "not_in_this_test"),
        ("evidence_without_day", "evidence_without_day:{value}"),
        ("evidence_in_future", "evidence_in_future:{value}"),
        ("owner_unknown", "unresolved_ref:{column}"),
        ("owner_not_migrated", "owner_not_migrated"),
        ("person_unknown", "unresolved_ref:{column}"),
        ("person_not_migrated", "associate_not_migrated"),
        ("person_out_of_scope", "associate_{value}_customer"),
        ("associate_of_itself", "associate_of_itself"),
        ("duplicate_row", "duplicate_row"),
        ("circular_ownership", "circular_ownership"),
        ("shares_over_100", "shares_over_100"),
        ("unsafe_file_name", "unsafe_file_name"),
        ("file_missing", "file_missing"),
        ("file_empty", "file_empty"),
        ("file_type_unsupported", "file_type_unsupported"),
        ("file_corrupt", "file_corrupt"),
        ("file_too_large", "file_too_large"),
        ("file_type_mismatch", "file_type_mismatch"),
    ];

    /// The reason a rule gives. `{value}` and `{column}` in it are replaced by `detail`.
    pub fn of(&self, rule: &str, detail: &str) -> String {
        let name = self.names.get(rule).map_or(rule, String::as_str);
        name.replace("{value}", detail).replace("{column}", detail)
    }
}

impl Default for Reasons {
    fn default() -> Reasons {
        let names = Self::DEFAULTS
            .iter()
            .map(|(rule, name)| (*rule, (*name).to_owned()));
        Reasons {
            names: names.collect(),
        }
    }
}
