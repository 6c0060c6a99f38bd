//! A book that changed since it was brought over: only new and changed rows move.
//!
//! Of every client the ledger has the body that was sent. A row that changed since is recognized: a
//! client by its key; an associate, document or note by its place in the file, or, where rows moved,
//! by whom it links, its file's name, its author and day. What it stands for is updated and never
//! sent a second time beside the old: fields and links in place under the ETag that was read, a
//! document by its id, a note by a new one that names the old. What changed on the server too is left
//! alone and told in `conflicts.csv`. Rows that are gone are told, and nothing is taken away.

mod client;
mod document;
mod merge;
mod pairing;
mod products;
mod rewrite;
mod watching;

use std::sync::PoisonError;

pub(super) use client::{person, update};
pub(super) use document::{
    amend as amend_document, body as document_body, replace as replace_document,
};
pub(super) use merge::{Clash, Merged, merge};
pub(super) use pairing::{Delta, find};
pub(super) use products::{Products, alias};
pub(super) use rewrite::{Edit, Rewritten, rewrite};
pub use watching::{WATCHED_COUNT_MAX, Watched, watch};

use super::Work;
use crate::Error;
use crate::book::Judged;

/// What a run tells of a row that changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Told {
    pub(super) file: String,
    pub(super) row: u64,
    pub(super) key: String,
    pub(super) profile: String,
    /// A field, or what kind of thing it is.
    pub(super) what: String,
    /// What became of it; of conflicts what was sent, what the source says, what the server has.
    pub(super) says: [String; 3],
}

/// What a run tells of rows that changed.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// What was updated or replaced.
    pub(super) changes: Vec<Told>,
    /// What changed on both sides.
    pub(super) conflicts: Vec<Told>,
}

/// What is said of a row that changed on both sides.
pub(super) const CONFLICT: &str =
    "conflict: it changed in the source and on the server since it was sent, see conflicts.csv";

impl Work {
    fn told(&self, row: &Judged, profile: &str, what: &str, says: [String; 3]) -> Told {
        Told {
            file: self.file(row).to_owned(),
            row: row.record.row,
            key: row.reference.clone(),
            profile: profile.to_owned(),
            what: what.to_owned(),
            says,
        }
    }

    /// Tells that what a row stands for was changed on the server.
    pub(super) fn tell_change(&self, row: &Judged, profile: &str, what: &str, how: &str) {
        let told = self.told(
            row,
            profile,
            what,
            [how.to_owned(), String::new(), String::new()],
        );
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.changes.push(told);
    }

    /// Tells that a row changed on both sides; it has not come over as it is now.
    pub(super) fn tell_conflict(
        &self,
        row: &Judged,
        profile: &str,
        clashes: Vec<Clash>,
    ) -> Result<(), Error> {
        {
            let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
            for clash in clashes {
                let says = [clash.sent, clash.source, clash.server];
                log.conflicts
                    .push(self.told(row, profile, &clash.path, says));
            }
        }
        if row.verdict.migrates() {
            self.row_failed(row, CONFLICT)?;
        }
        Ok(())
    }
}
