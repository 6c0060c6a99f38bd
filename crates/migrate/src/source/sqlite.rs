//! The answer of a query against a SQLite file, which is opened to be read only.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::Broken;
use super::spool::{Spool, Table};
use crate::hex;

/// Runs a query and keeps its answer: NULL is an empty cell, a number is as SQLite writes it, bytes
/// are hex.
///
/// Errors: no such file, no such query, a text that is not UTF-8.
pub(super) fn read(path: &Path, query: &str) -> Result<Spool, Broken> {
    let connection = open(path)?;
    let mut statement = connection.prepare(query).map_err(|error| refused(&error))?;
    if !statement.readonly() {
        return Err(Broken::new("its query writes").hint("give one SELECT"));
    }
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut table = Table::new()?;
    table.add(1, &names)?;
    let mut rows = statement.query([]).map_err(|error| refused(&error))?;
    let mut line = 1;
    let mut cells = Vec::new();
    while let Some(row) = rows.next().map_err(|error| refused(&error))? {
        line += 1;
        cells.clear();
        for (place, name) in names.iter().enumerate() {
            let value = row.get_ref(place).map_err(|error| refused(&error))?;
            let Some(text) = text(value) else {
                let message = format!("row {} has a {name} that is not utf-8", line - 1);
                return Err(Broken::new(message));
            };
            cells.push(text);
        }
        table.add(line, &cells)?;
    }
    table.end(None)
}

/// The tables and views of a file, by name.
pub(super) fn tables(path: &Path) -> Result<Vec<String>, Broken> {
    let connection = open(path)?;
    let mut statement = connection
        .prepare(
            "select name from sqlite_schema where type in ('table', 'view') \
             and name not like 'sqlite_%' order by name",
        )
        .map_err(|error| refused(&error))?;
    let names = statement
        .query_map([], |row| row.get(0))
        .and_then(Iterator::collect);
    names.map_err(|error| refused(&error))
}

fn open(path: &Path) -> Result<Connection, Broken> {
    // SQLite's own message says only that it is unable.
    std::fs::metadata(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).map_err(|error| refused(&error))
}

fn text(value: ValueRef<'_>) -> Option<String> {
    Some(match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok()?.to_owned(),
        ValueRef::Blob(bytes) => hex(bytes),
    })
}

fn refused(error: &rusqlite::Error) -> Broken {
    Broken::new(format!("SQLite says: {error}"))
}
