//! Lists to screen against: loaded, kept, and at hand.
//!
//! The cast: [`load`] reads a publication and makes it a *snapshot*, which never changes; a *swap* says
//! which snapshot of a source counts from then on, and all swaps of an institution have one order, so
//! that a number says what every list was. [`Shelf`] keeps the engine over the lists of now;
//! [`as_of`] makes the one of any time again.
//!
//! Guaranteed: what is refused changes nothing; a swap, its snapshot and its audit are one commit; a
//! screening that begins [`LISTS_KNOWN_MILLISECONDS_MAX`] after a swap, on whatever node, is against
//! the lists after it.

mod changes;
mod content;
mod fetch;
mod keep;
mod load;
mod names;
mod replay;
mod screen;
mod shelf;
mod sources;

use serde::{Deserialize, Serialize};
use store::lists::SnapshotRow;
use wire::time::DateTime;

use crate::Failure;

pub use ::screening::diff::{FieldChange, fields};
pub use ::screening::entry::Entry;
pub use ::screening::lists::{Format, Hints, OWN_COLUMNS};
pub use changes::Changes;
pub(crate) use fetch::run as run_fetch;
pub use fetch::{FETCH_BYTES_MAX, FETCH_SECONDS_MAX};
pub use keep::keep;
pub use load::{Loaded, Loading, NAME_CHARS_MAX, PARTS_MAX, REASON_CHARS_MAX, load, part};
pub use names::{NAME_PARTS, TABLES_BYTES_MAX, Table, load_names};
pub use replay::{Replay, replay};
pub use screen::{Match, Query, Seen, search};
pub use shelf::{LISTS_KNOWN_MILLISECONDS_MAX, Lists, Shelf, as_of, current};
pub use sources::{
    EVERY_SECONDS_MAX, EVERY_SECONDS_MIN, Fetching, NewSource, SNAPSHOTS_SHOWN_MAX, Source, add,
    diff, remove, status,
};

pub(crate) use replay::Record;
pub(crate) use screen::screen;

/// A snapshot, without its entries.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Snapshot {
    /// The source.
    pub source: String,
    /// Counts the source's snapshots, from 1.
    pub number: i64,
    /// What its publisher calls this publication.
    pub publication: String,
    /// The format that it was read in.
    pub format: String,
    /// The hash of the bytes as published.
    pub sha256: String,
    pub loaded_at: DateTime,
    pub loaded_by: String,
    /// How many are listed.
    pub entries: i64,
    /// How many of each kind.
    pub kinds: Vec<(String, u64)>,
    /// How many places could not be understood.
    pub problems: u64,
    /// The first of them, in words.
    pub first_problems: Vec<String>,
    /// Why it was taken though it is much smaller than the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_because: Option<String>,
}

/// What the column `body` of a snapshot holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Body {
    /// Format of this form.
    format: u32,
    /// The format of the list.
    read_as: String,
    kinds: Vec<(String, u64)>,
    problems: u64,
    first_problems: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accepted_because: Option<String>,
}

impl Snapshot {
    fn of(row: &SnapshotRow) -> Result<Snapshot, Failure> {
        let body: Body = serde_json::from_str(&row.body).map_err(Failure::internal)?;
        Ok(Snapshot {
            source: row.source.clone(),
            number: row.number,
            publication: row.publication.clone(),
            format: body.read_as,
            sha256: hexadecimal(&row.sha256),
            loaded_at: DateTime::from_micros(row.loaded_at),
            loaded_by: row.loaded_by.clone(),
            entries: row.entries,
            kinds: body.kinds,
            problems: body.problems,
            first_problems: body.first_problems,
            accepted_because: body.accepted_because,
        })
    }
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|half| char::from_digit(half.into(), 16));
    bytes.iter().flat_map(digits).flatten().collect()
}
