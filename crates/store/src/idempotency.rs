//! Answers kept for requests that carry an idempotency key.

use crate::commit::{Guard, Write};
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::{Kind, Value};

/// A row of `idempotency`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyRow {
    /// The account.
    pub account: i64,
    /// The key that asked.
    pub api_key: u128,
    /// The idempotency key it gave.
    pub key: String,
    /// The hash of the request, to refuse another request under the same key.
    pub request_hash: Vec<u8>,
    /// The HTTP status of the answer.
    pub status: i64,
    /// The answer.
    pub body: String,
    /// When, in microseconds.
    pub created_at: i64,
}

static TABLE: Table = Table {
    name: "idempotency",
    key: &["account", "api_key", "key"],
    columns: &[
        ("account", Kind::Integer),
        ("api_key", Kind::Uuid),
        ("key", Kind::Text),
        ("request_hash", Kind::Bytes),
        ("status", Kind::Integer),
        ("body", Kind::Text),
        ("created_at", Kind::Integer),
    ],
};

static INSERT: Statement = Statement::insert("idempotency.insert", &TABLE);
static LOAD: Statement = Statement::select(
    "idempotency.load",
    "select account, api_key, key, request_hash, status, body, created_at from idempotency
     where account = $1 and api_key in ($2, $3) and key = $4 order by api_key",
);
static SWEEP: Statement = Statement::change(
    "idempotency.sweep",
    "delete from idempotency where account = $1 and created_at < $2",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&INSERT, &LOAD, &SWEEP];

/// Keeps the answer in the commit that makes its effect. The commit is a conflict
/// (`Lost::Fresh { table: "idempotency" }`) if the key was used already: load the answer then.
pub fn insert(row: &IdempotencyRow) -> Guard {
    Guard::Fresh(Write::new(&INSERT, values(row)))
}

/// The answer kept under a key by one of two owners (the same twice for one); where both have one, that
/// of the lower.
pub async fn load(
    store: &Store,
    account: i64,
    (one, other): (u128, u128),
    key: &str,
) -> Result<Option<IdempotencyRow>, Error> {
    let rows = store
        .query(
            &LOAD,
            vec![account.into(), one.into(), other.into(), key.into()],
        )
        .await?;
    rows.first().map(read).transpose()
}

/// Forgets the answers of an account that are older than this.
pub fn sweep(account: i64, before: i64) -> Write {
    Write::new(&SWEEP, vec![account.into(), before.into()])
}

fn values(row: &IdempotencyRow) -> Vec<Value> {
    vec![
        row.account.into(),
        row.api_key.into(),
        (&row.key).into(),
        (&row.request_hash).into(),
        row.status.into(),
        (&row.body).into(),
        row.created_at.into(),
    ]
}

fn read(row: &Row) -> Result<IdempotencyRow, Error> {
    Ok(IdempotencyRow {
        account: row.integer("account")?,
        api_key: row.uuid("api_key")?,
        key: row.text("key")?,
        request_hash: row.bytes("request_hash")?,
        status: row.integer("status")?,
        body: row.text("body")?,
        created_at: row.integer("created_at")?,
    })
}
