//! Keys of the API.

use crate::commit::Write;
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::Kind;

/// A row of `api_key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// The account it opens.
    pub account: i64,
    /// The identifier.
    pub id: u128,
    /// The name people gave it.
    pub name: String,
    /// The first letters of the secret, to know it by.
    pub prefix: String,
    /// The hash of the secret; unique.
    pub secret_hash: Vec<u8>,
    /// Whether it may administer the account.
    pub is_admin: bool,
    /// When it was made, in microseconds.
    pub created_at: i64,
    /// Who made it.
    pub created_by: String,
    /// Since when it no longer opens anything, in microseconds.
    pub revoked_at: Option<i64>,
}

static TABLE: Table = Table {
    name: "api_key",
    key: &["account", "id"],
    columns: &[
        ("account", Kind::Integer),
        ("id", Kind::Uuid),
        ("name", Kind::Text),
        ("prefix", Kind::Text),
        ("secret_hash", Kind::Bytes),
        ("is_admin", Kind::Integer),
        ("created_at", Kind::Integer),
        ("created_by", Kind::Text),
        ("revoked_at", Kind::Integer),
    ],
};

static INSERT: Statement = Statement::insert("api_key.insert", &TABLE);
static REVOKE: Statement = Statement::change(
    "api_key.revoke",
    "update api_key set revoked_at = $3
     where account = $1 and id = $2 and revoked_at is null",
);
static FIND: Statement = Statement::select(
    "api_key.find",
    "select account, id, name, prefix, secret_hash, is_admin, created_at, created_by, revoked_at
     from api_key where secret_hash = $1",
)
.across_accounts("a request names its account by its key alone");
static LIST: Statement = Statement::select(
    "api_key.list",
    "select account, id, name, prefix, secret_hash, is_admin, created_at, created_by, revoked_at
     from api_key where account = $1 order by id",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&INSERT, &REVOKE, &FIND, &LIST];

/// Adds a key.
pub fn insert(row: &KeyRow) -> Write {
    Write::new(
        &INSERT,
        vec![
            row.account.into(),
            row.id.into(),
            (&row.name).into(),
            (&row.prefix).into(),
            (&row.secret_hash).into(),
            row.is_admin.into(),
            row.created_at.into(),
            (&row.created_by).into(),
            row.revoked_at.into(),
        ],
    )
}

/// Revokes a key; one that is revoked already keeps its time.
pub fn revoke(account: i64, id: u128, at: i64) -> Write {
    Write::new(&REVOKE, vec![account.into(), id.into(), at.into()])
}

/// The key with this hash, revoked or not.
pub async fn find(store: &Store, secret_hash: &[u8]) -> Result<Option<KeyRow>, Error> {
    store
        .query(&FIND, vec![secret_hash.into()])
        .await?
        .first()
        .map(read)
        .transpose()
}

/// All keys of an account, oldest first.
pub async fn list(store: &Store, account: i64) -> Result<Vec<KeyRow>, Error> {
    store
        .query(&LIST, vec![account.into()])
        .await?
        .iter()
        .map(read)
        .collect()
}

fn read(row: &Row) -> Result<KeyRow, Error> {
    Ok(KeyRow {
        account: row.integer("account")?,
        id: row.uuid("id")?,
        name: row.text("name")?,
        prefix: row.text("prefix")?,
        secret_hash: row.bytes("secret_hash")?,
        is_admin: row.flag("is_admin")?,
        created_at: row.integer("created_at")?,
        created_by: row.text("created_by")?,
        revoked_at: row.optional_integer("revoked_at")?,
    })
}
