//! Requests with an effect whose outcome is not known.
//!
//! A request is written down before it is first sent, with its idempotency key, and forgotten once its
//! outcome is known. What is sent for that step until then, in this run or a later one, is sent under
//! that key, whatever row, mapping and API key say by then: under another it might be done twice.

use rusqlite::{OptionalExtension, named_params};
use uuid::Uuid;

use super::Ledger;
use super::keys::Key;
use crate::Error;

pub(super) const SCHEMA: &str = "
-- A request whose outcome is not known. id: its idempotency key. body: as it was sent, but for contents of
-- files (their hashes) and of what has an intent (nothing).
create table if not exists tried (
  key text primary key, id text not null, is_shared integer not null, path text not null,
  body text not null
) without rowid;
";

/// A request whose outcome is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tried {
    pub(crate) key: Key,
    pub(crate) path: String,
    pub(crate) body: String,
}

impl Ledger {
    /// What was sent for a step and whose outcome is not known.
    pub(crate) fn tried(&self, step: &str) -> Result<Option<Tried>, Error> {
        let connection = self.connection();
        let row: Option<(String, bool, String, String)> = connection
            .prepare_cached("select id, is_shared, path, body from tried where key = :key")?
            .query_row(named_params! {":key": step}, |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .optional()?;
        let Some((id, is_shared, path, body)) = row else {
            return Ok(None);
        };
        let id = Uuid::parse_str(&id).map_err(|_| {
            Error::State(format!(
                "the ledger has no idempotency key of {step} that can be read"
            ))
        })?;
        let key = Key { id, is_shared };
        Ok(Some(Tried { key, path, body }))
    }

    /// A request is about to be sent for a step, unless one was.
    pub(crate) fn try_step(&self, step: &str, tried: &Tried) -> Result<(), Error> {
        self.connection()
            .prepare_cached(
                "insert into tried (key, id, is_shared, path, body)
                 values (:key, :id, :is_shared, :path, :body) on conflict do nothing",
            )?
            .execute(named_params! {
                ":key": step, ":id": tried.key.id.to_string(), ":is_shared": tried.key.is_shared,
                ":path": tried.path, ":body": tried.body,
            })?;
        Ok(())
    }

    /// A step goes on where another was whose outcome is not known, under its idempotency key: a row that
    /// says something else by now stands for what its first version may have made.
    pub(crate) fn take_over(&self, old: &str, step: &str) -> Result<(), Error> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        for statement in [
            "update or ignore tried set key = :step where key = :old",
            "delete from tried where key = :old and :step <> :old",
            "delete from intent where key = :old and :step <> :old",
        ] {
            let mut statement = transaction.prepare_cached(statement)?;
            statement.execute(named_params! {":old": old, ":step": step})?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Links are about to be put into the data of a company: their steps, the profiles they lead to, and what
    /// they say. Gives the steps of those that were not tried before.
    pub(crate) fn try_links<'a>(
        &self,
        links: impl Iterator<Item = (&'a str, &'a str, String)>,
    ) -> Result<Vec<&'a str>, Error> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let mut new = Vec::new();
        for (step, profile, body) in links {
            let count = transaction
                .prepare_cached(
                    "insert into tried (key, id, is_shared, path, body)
                     values (:key, :id, 0, :profile, :body) on conflict do nothing",
                )?
                .execute(named_params! {
                    ":key": step, ":id": Uuid::nil().to_string(), ":profile": profile, ":body": body,
                })?;
            new.extend((count > 0).then_some(step));
        }
        transaction.commit()?;
        Ok(new)
    }

    /// The steps whose outcome is not known, with what was sent where.
    pub(crate) fn all_tried(&self) -> Result<Vec<(String, String, String)>, Error> {
        let connection = self.connection();
        let mut steps =
            connection.prepare_cached("select key, path, body from tried order by key")?;
        let steps = steps.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(steps.collect::<Result<_, _>>()?)
    }
}
