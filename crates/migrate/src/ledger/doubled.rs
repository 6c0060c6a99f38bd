//! Clients who were on the server already when they were told to come over all the same.

use rusqlite::named_params;

use super::Ledger;
use crate::Error;

pub(super) const SCHEMA: &str = "
-- A client of the book, and the profile that had its customer_ref when it was looked for.
create table if not exists doubled (
  file text not null, line integer not null, reference text not null, profile text not null,
  primary key (reference, profile)
) without rowid;
";

/// A client who was there already: file, line, reference, and the profile that it was.
pub(crate) type Doubled = (String, u64, String, String);

impl Ledger {
    /// Writes down clients who were there already, beside those known.
    pub(crate) fn keep_doubled(&self, doubled: &[Doubled]) -> Result<(), Error> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        for (file, line, reference, profile) in doubled {
            let values = named_params! {
                ":file": file, ":line": super::signed(*line), ":reference": reference,
                ":profile": profile,
            };
            transaction
                .prepare_cached(
                    "insert or replace into doubled (file, line, reference, profile)
                     values (:file, :line, :reference, :profile)",
                )?
                .execute(values)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// The clients who were there already, by file and line.
    pub(crate) fn doubled(&self) -> Result<Vec<Doubled>, Error> {
        let connection = self.connection();
        let mut doubled = connection.prepare_cached(
            "select file, line, reference, profile from doubled order by file, line, profile",
        )?;
        let doubled = doubled.query_map([], |row| {
            let line: i64 = row.get(1)?;
            Ok((row.get(0)?, line.unsigned_abs(), row.get(2)?, row.get(3)?))
        })?;
        Ok(doubled.collect::<Result<_, _>>()?)
    }

    /// How many clients were there already.
    pub(crate) fn doubled_count(&self) -> Result<u64, Error> {
        let connection = self.connection();
        let count: i64 = connection
            .prepare_cached("select count(distinct reference) from doubled")?
            .query_row([], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }
}
