//! The values that go into a statement and come out of a row: five kinds, the same on both
//! databases.

use crate::error::Error;

/// How many bytes one text or one run of bytes may have. A larger one is refused; contents of
/// files are written in pieces.
pub const VALUE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// One value of a statement or of a row. Yes and no are 1 and 0; times are microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// Text, without the character NUL, which PostgreSQL cannot hold.
    Text(String),
    /// An identifier.
    Uuid(u128),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// The kind of a column. Every kind can also be null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `integer` or `bigint`.
    Integer,
    /// `text`.
    Text,
    /// `blob` of 16 bytes or `uuid`.
    Uuid,
    /// `blob` or `bytea`.
    Bytes,
}

impl Value {
    /// Whether the value may stand in a column of this kind.
    pub(crate) fn fits(&self, kind: Kind) -> bool {
        matches!(
            (self, kind),
            (Value::Null, _)
                | (Value::Integer(_), Kind::Integer)
                | (Value::Text(_), Kind::Text)
                | (Value::Uuid(_), Kind::Uuid)
                | (Value::Bytes(_), Kind::Bytes)
        )
    }

    /// Refuses what one of the databases could not hold.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let size = self.size();
        if size > VALUE_BYTES_MAX {
            return Err(Error::refused(format!(
                "a value of {size} bytes is larger than the limit of {VALUE_BYTES_MAX} bytes"
            )));
        }
        match self {
            Value::Text(text) if text.as_bytes().contains(&0) => Err(Error::refused(
                "text holds the character NUL (U+0000), which cannot be stored; remove it",
            )),
            _ => Ok(()),
        }
    }

    /// About how many bytes the value takes.
    pub(crate) fn size(&self) -> usize {
        match self {
            Value::Null | Value::Integer(_) => 8,
            Value::Uuid(_) => 16,
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Integer(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Integer(i64::from(flag))
    }
}

impl From<u128> for Value {
    fn from(id: u128) -> Value {
        Value::Uuid(id)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Value {
        Value::Text(text.clone())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Value {
        Value::Bytes(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Value {
        Value::Bytes(bytes.to_vec())
    }
}

impl From<&Vec<u8>> for Value {
    fn from(bytes: &Vec<u8>) -> Value {
        Value::Bytes(bytes.clone())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}
