//! What a run remembers beyond its steps: the bodies that were sent, what it saw on the profiles
//! afterwards, and which steps stand in for which.

use std::collections::{BTreeSet, HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, named_params};
use serde::{Deserialize, Serialize};

use super::Ledger;
use crate::Error;

pub(super) const SCHEMA: &str = "
-- By profile: what was on it besides what was sent, when it was first read back.
create table if not exists seen (profile text primary key, body text not null) without rowid;
-- By row that came over: what its last look back warns of, joined by ;.
create table if not exists row_warning (
  file text not null, number integer not null, reasons text not null, primary key (file, number)
) without rowid;
-- A finished step, or a document of which only the image was sent, whose row says something else by now: the
-- step that stands in for it.
create table if not exists replaced (key text primary key, by text not null) without rowid;
-- A step to be done: the finished one that it is to stand in for. Written down before the rows are
-- planned anew, which forgets what stood in their places.
create table if not exists pair (key text primary key, old text not null) without rowid;
-- By place of a row that changed: the hash of what last came over from there, as far as that is known and
-- no row stood for it when the rows were last planned.
create table if not exists came_over (
  file text not null, number integer not null, hash text not null, primary key (file, number)
) without rowid;
";

/// What was on a profile besides what the run sent: the server's own additions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// Paths of fields, and names of tags, links, documents and images.
    pub(crate) extras: BTreeSet<String>,
    /// Where its applications stood when the run last looked.
    #[serde(default)]
    pub(crate) standing: Vec<String>,
}

impl Ledger {
    /// Remembers what a finished step sent.
    pub(crate) fn remember(&self, step: &str, body: &str) -> Result<(), Error> {
        self.connection()
            .prepare_cached("insert or replace into sent (key, body) values (:key, :body)")?
            .execute(named_params! {":key": step, ":body": body})?;
        Ok(())
    }

    /// What the look back warns of a row, instead of what the last one did.
    pub(crate) fn warn(&self, file: &str, number: u64, reasons: &[String]) -> Result<(), Error> {
        let connection = self.connection();
        let number = super::signed(number);
        if reasons.is_empty() {
            connection
                .prepare_cached("delete from row_warning where file = :file and number = :number")?
                .execute(named_params! {":file": file, ":number": number})?;
            return Ok(());
        }
        connection
            .prepare_cached(
                "insert or replace into row_warning (file, number, reasons)
                 values (:file, :number, :reasons)",
            )?
            .execute(named_params! {
                ":file": file, ":number": number, ":reasons": reasons.join(";"),
            })?;
        Ok(())
    }

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

    /// The step `by` is done with this answer and stands in for `step`; both or neither is written.
    pub(crate) fn replace(
        &self,
        step: &str,
        by: &str,
        (answer, body): (&str, &str),
    ) -> Result<(), Error> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        // A row that changed back is done anew; what it made the first time stays the run's own.
        transaction
            .prepare_cached(
                "insert or ignore into step (key, answer)
                 select key || '/before/' || answer, answer from step
                 where key = :key and answer <> :answer",
            )?
            .execute(named_params! {":key": by, ":answer": answer})?;
        transaction
            .prepare_cached(
                "insert into step (key, answer) values (:key, :answer)
                 on conflict (key) do update set answer = excluded.answer",
            )?
            .execute(named_params! {":key": by, ":answer": answer})?;
        transaction
            .prepare_cached("insert or replace into sent (key, body) values (:key, :body)")?
            .execute(named_params! {":key": by, ":body": body})?;
        transaction
            .prepare_cached("delete from tried where key in (:key, :by)")?
            .execute(named_params! {":key": step, ":by": by})?;
        // Should the row change back, its old step must stand for itself again, not for nothing.
        transaction
            .prepare_cached("delete from replaced where key = :by")?
            .execute(named_params! {":by": by})?;
        transaction
            .prepare_cached("insert or replace into replaced (key, by) values (:key, :by)")?
            .execute(named_params! {":key": step, ":by": by})?;
        transaction.commit()?;
        Ok(())
    }

    /// The step `by` stands in for `step`, of which something was sent and not the whole.
    pub(crate) fn stand_in(&self, step: &str, by: &str) -> Result<(), Error> {
        self.connection()
            .prepare_cached("insert or replace into replaced (key, by) values (:key, :by)")?
            .execute(named_params! {":key": step, ":by": by})?;
        Ok(())
    }

    /// The steps that others stand in for by now.
    pub(crate) fn replaced(&self) -> Result<HashSet<String>, Error> {
        let connection = self.connection();
        let mut steps = connection.prepare_cached("select key from replaced")?;
        let steps = steps.query_map([], |row| row.get(0))?;
        Ok(steps.collect::<Result<_, _>>()?)
    }

    /// The steps to be done that stand in for finished ones.
    pub(crate) fn pairs(&self) -> Result<HashMap<String, String>, Error> {
        let connection = self.connection();
        let mut pairs = connection.prepare_cached("select key, old from pair")?;
        let pairs = pairs.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(pairs.collect::<Result<_, _>>()?)
    }

    /// Writes down the steps to be done that stand in for finished ones, instead of those before.
    pub(crate) fn set_pairs(&self, pairs: &HashMap<String, String>) -> Result<(), Error> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction.execute("delete from pair", [])?;
        for (step, old) in pairs {
            transaction
                .prepare_cached("insert into pair (key, old) values (:key, :old)")?
                .execute(named_params! {":key": step, ":old": old})?;
        }
        transaction.commit()?;
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

    /// The finished steps whose names begin so.
    pub(crate) fn finished_from(&self, start: &str) -> Result<Vec<String>, Error> {
        let connection = self.connection();
        let mut steps = connection.prepare_cached(
            "select key from step where answer is not null and key >= :start and key < :end",
        )?;
        let end = format!("{start}\u{10ffff}");
        let steps = steps.query_map(named_params! {":start": start, ":end": end}, |row| {
            row.get(0)
        })?;
        Ok(steps.collect::<Result<_, _>>()?)
    }

    /// The tags that were put on a client.
    pub(crate) fn tags(&self, reference: &str) -> Result<Vec<String>, Error> {
        let start = format!("{reference}/tag/");
        let steps = self.finished_from(&start)?;
        Ok(steps
            .into_iter()
            .map(|step| step[start.len()..].to_owned())
            .collect())
    }

    /// The rows of a file as the run last planned them: the number and the hash of each.
    pub(crate) fn planned(&self, file: &str) -> Result<Vec<(u64, String)>, Error> {
        let connection = self.connection();
        let mut rows = connection.prepare_cached(
            "select number, hash from source_row where file = :file order by number",
        )?;
        let rows = rows.query_map(named_params! {":file": file}, |row| {
            let number: i64 = row.get(0)?;
            Ok((number.unsigned_abs(), row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The hashes of what stood at a place: as it was last planned and, where that did not come over, as it
    /// last did.
    pub(crate) fn hashes_at(&self, file: &str, number: u64) -> Result<[Option<String>; 2], Error> {
        let planned = self.hash_at(file, number)?;
        let connection = self.connection();
        let came_over = connection
            .prepare_cached(
                "select hash from came_over where file = :file and number = :number and not exists
                   (select 1 from source_row
                    where file = :file and number = :number and state = 'done')",
            )?
            .query_row(
                named_params! {":file": file, ":number": super::signed(number)},
                |row| row.get(0),
            )
            .optional()?;
        Ok([planned, came_over])
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

/// How many signs of a hash names of steps have.
const NAMED_SIGNS_COUNT: i64 = 16;

/// Forgets what last came over from places, but for what is gone.
pub(super) fn keep_gone(connection: &Connection, gone: &BTreeSet<String>) -> Result<(), Error> {
    let gone = serde_json::to_string(gone).map_err(|error| Error::State(error.to_string()))?;
    connection
        .prepare_cached(
            "delete from came_over
             where substr(hash, 1, :signs) not in (select value from json_each(:gone))",
        )?
        .execute(named_params! {":signs": NAMED_SIGNS_COUNT, ":gone": gone})?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::RowEntry;
    use super::*;

    #[test]
    fn a_row_that_became_another_loses_its_warnings() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        let check = |reference: &str, hash: &str, expected: &[&str]| {
            let row = RowEntry {
                file: "people.csv",
                number: 1,
                line: 2,
                reference,
                hash: hash.to_owned(),
                disposition: "migrate",
                reasons: String::new(),
            };
            ledger.plan(std::iter::once(row), &BTreeSet::new()).unwrap();
            let row = ledger.row("people.csv", 1).unwrap().unwrap();
            assert_eq!(row.warnings, expected, "{reference} {hash}");
        };
        let warn = |reasons: &[&str]| {
            let reasons: Vec<String> = reasons.iter().map(|&one| one.to_owned()).collect();
            ledger.warn("people.csv", 1, &reasons).unwrap();
        };
        check("a", "1", &[]);
        warn(&["old"]);
        check("a", "1", &["old"]);
        check("b", "1", &[]);
        warn(&["old", "older"]);
        check("b", "1", &["old", "older"]);
        check("b", "2", &[]);
        warn(&["old"]);
        warn(&[]);
        check("b", "2", &[]);
    }
}
