//! Runs of checks, with their outputs.

use crate::commit::Write;
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::{Kind, Value};

/// A row of `check_run`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRow {
    /// The account.
    pub account: i64,
    /// The profile.
    pub profile_id: u128,
    /// The identifier.
    pub id: u128,
    /// The type of the check, as the API words it.
    pub check_type: String,
    /// The variant that was run.
    pub variant_id: u128,
    /// The state, as the API words it.
    pub state: String,
    /// When it was ordered, in microseconds.
    pub ordered_at: i64,
    /// The check with its output, as JSON.
    pub body: String,
}

static TABLE: Table = Table {
    name: "check_run",
    key: &["account", "profile_id", "id"],
    columns: &[
        ("account", Kind::Integer),
        ("profile_id", Kind::Uuid),
        ("id", Kind::Uuid),
        ("check_type", Kind::Text),
        ("variant_id", Kind::Uuid),
        ("state", Kind::Text),
        ("ordered_at", Kind::Integer),
        ("body", Kind::Text),
    ],
};

static UPSERT: Statement = Statement::upsert("check_run.upsert", &TABLE);
static DELETE: Statement = Statement::delete("check_run.delete", &TABLE);
static LOAD: Statement = Statement::select(
    "check_run.load",
    "select account, profile_id, id, check_type, variant_id, state, ordered_at, body
     from check_run where account = $1 and profile_id = $2 and id = $3",
);
static OF_PROFILE: Statement = Statement::select(
    "check_run.of_profile",
    "select account, profile_id, id, check_type, variant_id, state, ordered_at, body
     from check_run where account = $1 and profile_id = $2 order by id desc limit $3",
);
static OF_VARIANT: Statement = Statement::select(
    "check_run.of_variant",
    "select account, profile_id, id, check_type, variant_id, state, ordered_at, body
     from check_run where account = $1 and profile_id = $2 and variant_id = $3
     order by id desc limit $4",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&UPSERT, &DELETE, &LOAD, &OF_PROFILE, &OF_VARIANT];

/// Stores a run, new or not.
pub fn upsert(row: &CheckRow) -> Write {
    Write::new(&UPSERT, values(row))
}

/// Deletes a run.
pub fn delete(account: i64, profile_id: u128, id: u128) -> Write {
    Write::new(&DELETE, vec![account.into(), profile_id.into(), id.into()])
}

/// One run of a check.
pub async fn load(
    store: &Store,
    account: i64,
    profile_id: u128,
    id: u128,
) -> Result<Option<CheckRow>, Error> {
    let rows = store
        .query(&LOAD, vec![account.into(), profile_id.into(), id.into()])
        .await?;
    rows.first().map(read).transpose()
}

/// The runs of a profile, newest first.
pub async fn of_profile(
    store: &Store,
    account: i64,
    profile_id: u128,
    limit: i64,
) -> Result<Vec<CheckRow>, Error> {
    let values = vec![account.into(), profile_id.into(), limit.into()];
    store
        .query(&OF_PROFILE, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// The runs of one variant on a profile, newest first.
pub async fn of_variant(
    store: &Store,
    account: i64,
    profile_id: u128,
    variant_id: u128,
    limit: i64,
) -> Result<Vec<CheckRow>, Error> {
    let values = vec![
        account.into(),
        profile_id.into(),
        variant_id.into(),
        limit.into(),
    ];
    store
        .query(&OF_VARIANT, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

fn values(row: &CheckRow) -> Vec<Value> {
    vec![
        row.account.into(),
        row.profile_id.into(),
        row.id.into(),
        (&row.check_type).into(),
        row.variant_id.into(),
        (&row.state).into(),
        row.ordered_at.into(),
        (&row.body).into(),
    ]
}

pub(crate) fn read(row: &Row) -> Result<CheckRow, Error> {
    Ok(CheckRow {
        account: row.integer("account")?,
        profile_id: row.uuid("profile_id")?,
        id: row.uuid("id")?,
        check_type: row.text("check_type")?,
        variant_id: row.uuid("variant_id")?,
        state: row.text("state")?,
        ordered_at: row.integer("ordered_at")?,
        body: row.text("body")?,
    })
}
