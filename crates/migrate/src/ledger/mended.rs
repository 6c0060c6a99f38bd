//! Rows that stand in for the source's, because somebody has mended them.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, named_params};

use super::{FILE, Ledger, signed};
use crate::Error;

pub(super) const SCHEMA: &str = "
-- A row as it was mended, by file, number, and hash of the row as the source has it.
create table if not exists mended (
  file text not null, number integer not null, original text not null,
  cells text not null, hash text not null,
  primary key (file, original, number)
) without rowid;
";

/// A mended row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MendedRow {
    /// The source file.
    pub(crate) file: String,
    /// Data row, from 1.
    pub(crate) number: u64,
    /// Hash of the row as the source has it.
    pub(crate) original: String,
    /// What it says now.
    pub(crate) cells: Vec<String>,
    /// Hash of that.
    pub(crate) hash: String,
}

impl Ledger {
    /// Keeps mended rows, all or none.
    pub(crate) fn keep_mended(&self, rows: &[MendedRow]) -> Result<(), Error> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        for row in rows {
            let cells = serde_json::to_string(&row.cells);
            let cells = cells.map_err(|error| Error::State(error.to_string()))?;
            transaction
                .prepare_cached(
                    "insert or replace into mended (file, number, original, cells, hash)
                     values (:file, :number, :original, :cells, :hash)",
                )?
                .execute(named_params! {
                    ":file": row.file,
                    ":number": signed(row.number),
                    ":original": row.original,
                    ":cells": cells,
                    ":hash": row.hash,
                })?;
        }
        transaction.commit()?;
        Ok(())
    }
}

/// Gives every mended row that a state folder keeps, one by one; none where there is no ledger. The
/// ledger may be in use.
pub(crate) fn each_mended(
    folder: &Path,
    mut take: impl FnMut(MendedRow) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some(connection) = read_only(folder)? else {
        return Ok(());
    };
    let has_table: i64 = connection.query_row(
        "select count(*) from sqlite_schema where type = 'table' and name = 'mended'",
        [],
        |row| row.get(0),
    )?;
    if has_table == 0 {
        return Ok(());
    }
    let mut statement = connection
        .prepare("select file, number, original, cells, hash from mended order by file, number")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let cells: String = row.get(3)?;
        take(MendedRow {
            file: row.get(0)?,
            number: u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default(),
            original: row.get(2)?,
            cells: serde_json::from_str(&cells).map_err(|error| Error::State(error.to_string()))?,
            hash: row.get(4)?,
        })?;
    }
    Ok(())
}

/// What a ledger knows of the rows that an earlier run planned. It may be in use.
pub(crate) struct Known(Connection);

impl Known {
    /// Of a state folder that a run has used.
    ///
    /// Errors: there is none.
    pub(crate) fn of_run(folder: &Path) -> Result<Known, Error> {
        let connection = read_only(folder)?;
        connection.map(Known).ok_or_else(|| {
            Error::Option(format!(
                "{} is not the state folder of a run: mended rows belong to the run that rejected them; \
                 give its --state",
                folder.display()
            ))
        })
    }

    /// The hash of what a row said, by file and number.
    pub(crate) fn hash(&self, file: &str, number: u64) -> Result<Option<String>, Error> {
        let hash = self
            .0
            .prepare_cached("select hash from source_row where file = :file and number = :number")?
            .query_row(
                named_params! {":file": file, ":number": signed(number)},
                |row| row.get(0),
            )
            .optional()?;
        Ok(hash)
    }
}

fn read_only(folder: &Path) -> Result<Option<Connection>, Error> {
    let path = folder.join(FILE);
    if !path.is_file() {
        return Ok(None);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Some(Connection::open_with_flags(path, flags)?))
}
