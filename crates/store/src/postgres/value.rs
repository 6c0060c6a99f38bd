//! Values on their way to the server and back.

use std::collections::HashSet;
use std::error::Error as StdError;
use std::sync::Arc;

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::error::Error;
use crate::postgres::failure::Failure;
use crate::row::Row;
use crate::value::{Kind, Value};

/// The values of one statement.
pub(super) fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

/// One parameter of a statement for many rows: a column of them.
#[derive(Debug)]
pub(super) enum Column<'values> {
    Integers(Vec<Option<i64>>),
    Texts(Vec<Option<&'values str>>),
    Uuids(Vec<Option<Uuid>>),
    Bytes(Vec<Option<&'values [u8]>>),
}

/// Turns rows into columns. The kinds were checked when the commit came in.
pub(super) fn columns<'values>(kinds: &[Kind], rows: &[&'values [Value]]) -> Vec<Column<'values>> {
    kinds
        .iter()
        .enumerate()
        .map(|(place, kind)| column(*kind, place, rows))
        .collect()
}

fn column<'values>(kind: Kind, place: usize, rows: &[&'values [Value]]) -> Column<'values> {
    let values = rows.iter().map(|row| row.get(place));
    match kind {
        Kind::Integer => Column::Integers(
            values
                .map(|value| match value {
                    Some(Value::Integer(number)) => Some(*number),
                    _ => None,
                })
                .collect(),
        ),
        Kind::Text => Column::Texts(
            values
                .map(|value| match value {
                    Some(Value::Text(text)) => Some(text.as_str()),
                    _ => None,
                })
                .collect(),
        ),
        Kind::Uuid => Column::Uuids(
            values
                .map(|value| match value {
                    Some(Value::Uuid(id)) => Some(Uuid::from_u128(*id)),
                    _ => None,
                })
                .collect(),
        ),
        Kind::Bytes => Column::Bytes(
            values
                .map(|value| match value {
                    Some(Value::Bytes(bytes)) => Some(bytes.as_slice()),
                    _ => None,
                })
                .collect(),
        ),
    }
}

/// The head of an array: dimensions, nulls, kind, length and lower bound.
const ARRAY_HEAD_BYTES: usize = 20;

/// The length in front of every value of an array.
const LENGTH_BYTES: usize = 4;

impl Column<'_> {
    /// How many bytes the column takes on its way, at most.
    fn bytes(&self) -> usize {
        let (count, bytes) = match self {
            Column::Integers(values) => (values.len(), values.len() * size_of::<i64>()),
            Column::Texts(values) => (
                values.len(),
                values.iter().flatten().map(|one| one.len()).sum(),
            ),
            Column::Uuids(values) => (values.len(), values.len() * size_of::<Uuid>()),
            Column::Bytes(values) => (
                values.len(),
                values.iter().flatten().map(|one| one.len()).sum(),
            ),
        };
        ARRAY_HEAD_BYTES + count * LENGTH_BYTES + bytes
    }
}

type Encoded = Result<IsNull, Box<dyn StdError + Sync + Send>>;

impl ToSql for Column<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Encoded {
        // Growing step by step would copy large columns several times.
        out.reserve(self.bytes());
        match self {
            Column::Integers(values) => values.to_sql(kind, out),
            Column::Texts(values) => values.to_sql(kind, out),
            Column::Uuids(values) => values.to_sql(kind, out),
            Column::Bytes(values) => values.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Encoded {
        match (self, kind) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Integer(number), &Type::INT8) => number.to_sql(kind, out),
            (Value::Integer(number), &Type::INT4) => i32::try_from(*number)?.to_sql(kind, out),
            (Value::Text(text), &Type::TEXT | &Type::VARCHAR) => text.to_sql(kind, out),
            (Value::Uuid(id), &Type::UUID) => Uuid::from_u128(*id).to_sql(kind, out),
            (Value::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(kind, out),
            _ => Err(format!("a value of another kind stands where {kind} must").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// The rows of a result.
pub(super) fn rows(found: &[tokio_postgres::Row]) -> Result<Vec<Row>, Failure> {
    let Some(first) = found.first() else {
        return Ok(Vec::new());
    };
    let columns: Arc<[String]> = first
        .columns()
        .iter()
        .map(|column| column.name().to_owned())
        .collect();
    found
        .iter()
        .map(|row| {
            let values: Result<Vec<Value>, Failure> =
                (0..columns.len()).map(|place| read(row, place)).collect();
            Ok(Row::new(Arc::clone(&columns), values?))
        })
        .collect()
}

fn read(row: &tokio_postgres::Row, place: usize) -> Result<Value, Failure> {
    let Some(column) = row.columns().get(place) else {
        return Err(Error::broken("a row has fewer columns than its result").into());
    };
    let value = match *column.type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(place)?.into(),
        Type::INT4 => row.try_get::<_, Option<i32>>(place)?.map(i64::from).into(),
        Type::TEXT | Type::VARCHAR => row.try_get::<_, Option<String>>(place)?.into(),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(place)?.into(),
        Type::UUID => row
            .try_get::<_, Option<Uuid>>(place)?
            .map(|id| id.as_u128())
            .into(),
        ref kind => {
            return Err(Error::broken(format!(
                "the column \"{}\" has the type {kind}, which the waist does not know",
                column.name()
            ))
            .into());
        }
    };
    Ok(value)
}

/// The rows of a result as sets of values: the keys of rows that were made.
pub(super) fn keys(found: &[tokio_postgres::Row]) -> Result<HashSet<Vec<Value>>, Failure> {
    found
        .iter()
        .map(|row| (0..row.len()).map(|place| read(row, place)).collect())
        .collect()
}
