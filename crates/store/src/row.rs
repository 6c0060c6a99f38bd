//! A row that a query has found; its columns are read by name.

use std::sync::Arc;

use crate::error::Error;
use crate::value::Value;

/// One row of a result. A column that is absent, null or of another kind is an error that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

impl Row {
    pub(crate) fn new(columns: Arc<[String]>, values: Vec<Value>) -> Row {
        Row { columns, values }
    }

    /// The value of a column as it was stored. SQLite cannot tell an identifier from bytes, so
    /// both are `Value::Bytes` there.
    pub fn value(&self, column: &str) -> Result<&Value, Error> {
        let place = self.columns.iter().position(|name| name == column);
        place
            .and_then(|place| self.values.get(place))
            .ok_or_else(|| Error::broken(format!("the result has no column \"{column}\"")))
    }

    /// A whole number.
    pub fn integer(&self, column: &str) -> Result<i64, Error> {
        self.optional_integer(column)?.ok_or_else(|| absent(column))
    }

    /// A whole number, or nothing.
    pub fn optional_integer(&self, column: &str) -> Result<Option<i64>, Error> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Integer(number) => Ok(Some(*number)),
            _ => Err(other_kind(column, "a whole number")),
        }
    }

    /// Yes or no, stored as 1 or 0.
    pub fn flag(&self, column: &str) -> Result<bool, Error> {
        Ok(self.integer(column)? != 0)
    }

    /// Text.
    pub fn text(&self, column: &str) -> Result<String, Error> {
        self.optional_text(column)?.ok_or_else(|| absent(column))
    }

    /// Text, or nothing.
    pub fn optional_text(&self, column: &str) -> Result<Option<String>, Error> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text.clone())),
            _ => Err(other_kind(column, "text")),
        }
    }

    /// An identifier.
    pub fn uuid(&self, column: &str) -> Result<u128, Error> {
        self.optional_uuid(column)?.ok_or_else(|| absent(column))
    }

    /// An identifier, or nothing.
    pub fn optional_uuid(&self, column: &str) -> Result<Option<u128>, Error> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Uuid(id) => Ok(Some(*id)),
            Value::Bytes(bytes) => match <[u8; 16]>::try_from(bytes.as_slice()) {
                Ok(bytes) => Ok(Some(u128::from_be_bytes(bytes))),
                Err(_) => Err(other_kind(column, "an identifier of 16 bytes")),
            },
            _ => Err(other_kind(column, "an identifier")),
        }
    }

    /// Bytes.
    pub fn bytes(&self, column: &str) -> Result<Vec<u8>, Error> {
        self.optional_bytes(column)?.ok_or_else(|| absent(column))
    }

    /// Bytes, or nothing.
    pub fn optional_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, Error> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Bytes(bytes) => Ok(Some(bytes.clone())),
            _ => Err(other_kind(column, "bytes")),
        }
    }
}

fn absent(column: &str) -> Error {
    Error::broken(format!(
        "the column \"{column}\" is null where a value must stand"
    ))
}

fn other_kind(column: &str, wanted: &str) -> Error {
    Error::broken(format!("the column \"{column}\" does not hold {wanted}"))
}
