//! What a run remembers beyond its steps: what it saw on the profiles afterwards.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, named_params};
use serde::{Deserialize, Serialize};

use super::Ledger;
use crate::Error;

pub(super) const SCHEMA: &str = "
-- By profile: what was on it besides what was sent, when it was first read back.
create table if not exists seen (profile text primary key, body text not null) without rowid;
";

/// What was on a profile besides what the run sent: the server's own additions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// Paths of fields, and names of tags, links, documents and images.
    pub(crate) extras: BTreeSet<String>,
    /// What somebody added after that, before the run wrote to the profile again.
    #[serde(default)]
    pub(crate) added: BTreeSet<String>,
    /// The run wrote to the profile since: the server's own additions are to be read again.
    #[serde(default)]
    pub(crate) is_stale: bool,
    /// Where its applications stood when the run last looked.
    #[serde(default)]
    pub(crate) standing: Vec<String>,
}

impl Ledger {
    /// What was on a profile besides what was sent, unless it was never read back.
    pub(crate) fn seen(&self, profile: &str) -> Result<Option<Seen>, Error> {
        let connection = self.connection();
        let body: Option<String> = connection
            .prepare_cached("select body from seen where profile = :profile")?
            .query_row(named_params! {":profile": profile}, |row| row.get(0))
            .optional()?;
        Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
    }

    /// Writes down what was on a profile besides what was sent.
    pub(crate) fn saw(&self, profile: &str, seen: &Seen) -> Result<(), Error> {
        let body = serde_json::to_string(seen).map_err(|error| Error::State(error.to_string()))?;
        self.connection()
            .prepare_cached("insert or replace into seen (profile, body) values (:profile, :body)")?
            .execute(named_params! {":profile": profile, ":body": body})?;
        Ok(())
    }

    /// The answers of the finished steps whose names begin so.
    pub(crate) fn answers(&self, start: &str) -> Result<Vec<String>, Error> {
        let connection = self.connection();
        let mut steps = connection.prepare_cached(
            "select answer from step where answer is not null and key >= :start and key < :end",
        )?;
        // Names are compared byte by byte, and no byte of a text is as high as this sign's.
        let end = format!("{start}\u{10ffff}");
        let answers = steps.query_map(named_params! {":start": start, ":end": end}, |row| {
            row.get(0)
        })?;
        Ok(answers.collect::<Result<_, _>>()?)
    }

    /// The hash of the row that stood at a place when the run last planned it.
    pub(crate) fn hash_at(&self, file: &str, number: u64) -> Result<Option<String>, Error> {
        let connection = self.connection();
        let hash = connection
            .prepare_cached("select hash from source_row where file = :file and number = :number")?
            .query_row(
                named_params! {":file": file, ":number": super::signed(number)},
                |row| row.get(0),
            )
            .optional()?;
        Ok(hash)
    }
}
