//! Events: matches and alerts that checks and monitoring have raised.

use crate::commit::Write;
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::{Kind, Value};

/// A row of `event`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// The account.
    pub account: i64,
    /// The profile.
    pub profile_id: u128,
    /// The identifier.
    pub id: u128,
    /// When it was raised, in microseconds.
    pub created_at: i64,
    /// The event, as JSON.
    pub body: String,
}

static TABLE: Table = Table {
    name: "event",
    key: &["account", "profile_id", "id"],
    columns: &[
        ("account", Kind::Integer),
        ("profile_id", Kind::Uuid),
        ("id", Kind::Uuid),
        ("created_at", Kind::Integer),
        ("body", Kind::Text),
    ],
};

static UPSERT: Statement = Statement::upsert("event.upsert", &TABLE);
static LOAD: Statement = Statement::select(
    "event.load",
    "select account, profile_id, id, created_at, body from event
     where account = $1 and profile_id = $2 and id = $3",
);
static OF_PROFILE: Statement = Statement::select(
    "event.of_profile",
    "select account, profile_id, id, created_at, body from event
     where account = $1 and profile_id = $2 order by id limit $3",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&UPSERT, &LOAD, &OF_PROFILE];

/// Stores an event, new or not.
pub fn upsert(row: &EventRow) -> Write {
    Write::new(&UPSERT, values(row))
}

/// One event.
pub async fn load(
    store: &Store,
    account: i64,
    profile_id: u128,
    id: u128,
) -> Result<Option<EventRow>, Error> {
    let rows = store
        .query(&LOAD, vec![account.into(), profile_id.into(), id.into()])
        .await?;
    rows.first().map(read).transpose()
}

/// The events of a profile, in the order of their identifiers.
pub async fn of_profile(
    store: &Store,
    account: i64,
    profile_id: u128,
    limit: i64,
) -> Result<Vec<EventRow>, Error> {
    let values = vec![account.into(), profile_id.into(), limit.into()];
    store
        .query(&OF_PROFILE, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

fn values(row: &EventRow) -> Vec<Value> {
    vec![
        row.account.into(),
        row.profile_id.into(),
        row.id.into(),
        row.created_at.into(),
        (&row.body).into(),
    ]
}

fn read(row: &Row) -> Result<EventRow, Error> {
    Ok(EventRow {
        account: row.integer("account")?,
        profile_id: row.uuid("profile_id")?,
        id: row.uuid("id")?,
        created_at: row.integer("created_at")?,
        body: row.text("body")?,
    })
}
