//! The audit trail: what happened, only ever added to.

use crate::commit::Write;
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::{Kind, Value};

/// A row of `audit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// The account.
    pub account: i64,
    /// The profile.
    pub profile_id: u128,
    /// The identifier.
    pub id: u128,
    /// When it happened, in microseconds.
    pub at: i64,
    /// What happened, by whom and why, as JSON of our own with a format number.
    pub body: String,
}

static TABLE: Table = Table {
    name: "audit",
    key: &["account", "profile_id", "id"],
    columns: &[
        ("account", Kind::Integer),
        ("profile_id", Kind::Uuid),
        ("id", Kind::Uuid),
        ("at", Kind::Integer),
        ("body", Kind::Text),
    ],
};

static INSERT: Statement = Statement::insert("audit.insert", &TABLE);
static OF_PROFILE: Statement = Statement::select(
    "audit.of_profile",
    "select account, profile_id, id, at, body from audit
     where account = $1 and profile_id = $2 and id < $3 order by id desc limit $4",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&INSERT, &OF_PROFILE];

/// Adds an entry.
pub fn insert(row: &AuditRow) -> Write {
    Write::new(&INSERT, values(row))
}

/// The next entries of a profile, newest first; `before` is the identifier of the last one seen.
pub async fn of_profile(
    store: &Store,
    account: i64,
    profile_id: u128,
    before: Option<u128>,
    limit: i64,
) -> Result<Vec<AuditRow>, Error> {
    let before = before.unwrap_or(u128::MAX);
    let values = vec![
        account.into(),
        profile_id.into(),
        before.into(),
        limit.into(),
    ];
    store
        .query(&OF_PROFILE, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

fn values(row: &AuditRow) -> Vec<Value> {
    vec![
        row.account.into(),
        row.profile_id.into(),
        row.id.into(),
        row.at.into(),
        (&row.body).into(),
    ]
}

fn read(row: &Row) -> Result<AuditRow, Error> {
    Ok(AuditRow {
        account: row.integer("account")?,
        profile_id: row.uuid("profile_id")?,
        id: row.uuid("id")?,
        at: row.integer("at")?,
        body: row.text("body")?,
    })
}
