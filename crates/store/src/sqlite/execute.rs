//! Runs one statement on a connection. SQLite numbers `$2` by its first appearance, so values are
//! bound by the parameter's *name*, never by its place.

use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};

use crate::error::Error;
use crate::row::Row;
use crate::sqlite::failure;
use crate::value::Value;

/// Runs a change; returns how many rows it touched.
pub(super) fn change(
    connection: &Connection,
    name: &str,
    sql: &str,
    values: &[Value],
) -> Result<usize, Error> {
    let mut prepared = prepare(connection, name, sql, values)?;
    prepared
        .raw_execute()
        .map_err(|source| failure::of_statement(name, source))
}

/// Runs a query, or a change that returns rows.
pub(super) fn rows(
    connection: &Connection,
    name: &str,
    sql: &str,
    values: &[Value],
) -> Result<Vec<Row>, Error> {
    let mut prepared = prepare(connection, name, sql, values)?;
    let columns: Arc<[String]> = prepared.column_names().map(String::from).collect();
    let mut found = Vec::new();
    let mut rows = prepared.raw_query();
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => return Ok(found),
            Err(source) => return Err(failure::of_statement(name, source)),
        };
        let mut values = Vec::with_capacity(columns.len());
        for place in 0..columns.len() {
            let value = row
                .get_ref(place)
                .map_err(|source| failure::of_statement(name, source))?;
            values.push(read(name, value)?);
        }
        found.push(Row::new(Arc::clone(&columns), values));
    }
}

fn prepare<'connection>(
    connection: &'connection Connection,
    name: &str,
    sql: &str,
    values: &[Value],
) -> Result<CachedStatement<'connection>, Error> {
    let mut prepared = connection
        .prepare_cached(sql)
        .map_err(|source| failure::of_statement(name, source))?;
    for place in 1..=prepared.parameter_count() {
        let number = prepared
            .parameter_name(place)
            .and_then(|parameter| parameter.strip_prefix('$'))
            .and_then(|number| number.parse::<usize>().ok());
        let value = number.and_then(|number| values.get(number.checked_sub(1)?));
        let Some(value) = value else {
            return Err(Error::broken(format!(
                "statement \"{name}\" has a parameter for which there is no value"
            )));
        };
        prepared
            .raw_bind_parameter(place, value)
            .map_err(|source| failure::of_statement(name, source))?;
    }
    Ok(prepared)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => ToSqlOutput::Owned(rusqlite::types::Value::Null),
            Value::Integer(number) => ToSqlOutput::Owned((*number).into()),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Uuid(id) => ToSqlOutput::Owned(id.to_be_bytes().to_vec().into()),
            Value::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

fn read(name: &str, value: ValueRef<'_>) -> Result<Value, Error> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Integer(number)),
        ValueRef::Blob(bytes) => Ok(Value::Bytes(bytes.to_vec())),
        ValueRef::Text(text) => {
            String::from_utf8(text.to_vec())
                .map(Value::Text)
                .map_err(|source| {
                    Error::caused(
                        format!("statement \"{name}\" read text that is not UTF-8"),
                        source,
                    )
                })
        }
        ValueRef::Real(_) => Err(Error::broken(format!(
            "statement \"{name}\" read a number that is not whole"
        ))),
    }
}
