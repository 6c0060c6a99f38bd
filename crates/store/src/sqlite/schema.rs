//! Brings the schema of a SQLite database up to date.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::Error;
use crate::migration::{self, Migration};

pub(super) fn migrate(connection: &mut Connection, steps: &[Migration]) -> Result<(), Error> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    transaction
        .execute_batch(migration::TABLE)
        .map_err(failed)?;
    let taken = taken(&transaction).map_err(failed)?;
    for step in migration::missing(steps, &taken)? {
        transaction.execute_batch(step.text).map_err(failed)?;
        let row = (step.number, step.name, step.checksum());
        transaction
            .execute(
                "insert into schema_version (number, name, checksum) values (?, ?, ?)",
                row,
            )
            .map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}

fn taken(connection: &Connection) -> rusqlite::Result<Vec<(i64, String)>> {
    let mut statement = connection.prepare("select number, checksum from schema_version")?;
    let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn failed(source: rusqlite::Error) -> Error {
    Error::caused(
        "the schema of the database could not be brought up to date",
        source,
    )
}
