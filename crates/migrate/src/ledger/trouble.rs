//! Why a step was not done, where that is known for certain.

use rusqlite::{OptionalExtension, named_params};

use super::Ledger;
use crate::Error;

pub(super) const SCHEMA: &str = "
-- A piece of evidence whose last try did not bring it over. why: refused, no task.
create table if not exists trouble (key text primary key, why text not null) without rowid;
";

/// How the last try of a piece of evidence ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It was sent, and the server refused it.
    Refused,
    /// No task could take it, not even as a note: nothing was sent.
    NoTask,
}

impl Trouble {
    const ALL: [Trouble; 2] = [Trouble::Refused, Trouble::NoTask];

    fn word(self) -> &'static str {
        match self {
            Trouble::Refused => "refused",
            Trouble::NoTask => "no task",
        }
    }
}

impl Ledger {
    /// Writes down how the last try of a step ended, instead of the one before.
    pub(crate) fn keep_trouble(&self, step: &str, trouble: Trouble) -> Result<(), Error> {
        self.connection()
            .prepare_cached("insert or replace into trouble (key, why) values (:key, :why)")?
            .execute(named_params! {":key": step, ":why": trouble.word()})?;
        Ok(())
    }

    /// How the last try of a step ended, if it ended so.
    pub(crate) fn trouble(&self, step: &str) -> Result<Option<Trouble>, Error> {
        let connection = self.connection();
        let why: Option<String> = connection
            .prepare_cached("select why from trouble where key = :key")?
            .query_row(named_params! {":key": step}, |row| row.get(0))
            .optional()?;
        Ok(why.and_then(|why| Trouble::ALL.into_iter().find(|one| one.word() == why)))
    }
}
