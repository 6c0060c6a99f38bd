//! Versions of tasks that have expired; the live ones are in the profile.

use crate::commit::Write;
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::{Kind, Value};

/// A row of `task_version`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// The account.
    pub account: i64,
    /// The profile.
    pub profile_id: u128,
    /// The identifier.
    pub id: u128,
    /// The task version, as JSON of our own with a format number.
    pub body: String,
}

static TABLE: Table = Table {
    name: "task_version",
    key: &["account", "profile_id", "id"],
    columns: &[
        ("account", Kind::Integer),
        ("profile_id", Kind::Uuid),
        ("id", Kind::Uuid),
        ("body", Kind::Text),
    ],
};

static UPSERT: Statement = Statement::upsert("task_version.upsert", &TABLE);
static LOAD: Statement = Statement::select(
    "task_version.load",
    "select account, profile_id, id, body from task_version
     where account = $1 and profile_id = $2 and id = $3",
);
static OF_PROFILE: Statement = Statement::select(
    "task_version.of_profile",
    "select account, profile_id, id, body from task_version
     where account = $1 and profile_id = $2 order by id limit $3",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&UPSERT, &LOAD, &OF_PROFILE];

/// Stores an expired version, new or not.
pub fn upsert(row: &TaskRow) -> Write {
    Write::new(&UPSERT, values(row))
}

/// One expired version.
pub async fn load(
    store: &Store,
    account: i64,
    profile_id: u128,
    id: u128,
) -> Result<Option<TaskRow>, Error> {
    let rows = store
        .query(&LOAD, vec![account.into(), profile_id.into(), id.into()])
        .await?;
    rows.first().map(read).transpose()
}

/// The expired versions of a profile, oldest first.
pub async fn of_profile(
    store: &Store,
    account: i64,
    profile_id: u128,
    limit: i64,
) -> Result<Vec<TaskRow>, Error> {
    let values = vec![account.into(), profile_id.into(), limit.into()];
    store
        .query(&OF_PROFILE, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

fn values(row: &TaskRow) -> Vec<Value> {
    vec![
        row.account.into(),
        row.profile_id.into(),
        row.id.into(),
        (&row.body).into(),
    ]
}

pub(crate) fn read(row: &Row) -> Result<TaskRow, Error> {
    Ok(TaskRow {
        account: row.integer("account")?,
        profile_id: row.uuid("profile_id")?,
        id: row.uuid("id")?,
        body: row.text("body")?,
    })
}
