//! Institutions: the firms that use the program.

use crate::commit::Write;
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::Kind;

/// A row of `institution`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstitutionRow {
    /// The identifier.
    pub id: u128,
    /// The name people know it by.
    pub name: String,
    /// When it was made, in microseconds.
    pub created_at: i64,
    /// A known text sealed with the encryption key; none in an installation made before this.
    pub key_check: Option<String>,
}

static TABLE: Table = Table {
    name: "institution",
    key: &["id"],
    columns: &[
        ("id", Kind::Uuid),
        ("name", Kind::Text),
        ("created_at", Kind::Integer),
        ("key_check", Kind::Text),
    ],
};

static INSERT: Statement = Statement::insert("institution.insert", &TABLE);
static SET_KEY_CHECK: Statement = Statement::change(
    "institution.set_key_check",
    "update institution set key_check = $2 where id = $1 and key_check is null",
);
static LOAD: Statement = Statement::select(
    "institution.load",
    "select id, name, created_at, key_check from institution where id = $1",
);
static LIST: Statement = Statement::select(
    "institution.list",
    "select id, name, created_at, key_check from institution order by id",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&INSERT, &SET_KEY_CHECK, &LOAD, &LIST];

/// Adds an institution.
pub fn insert(row: &InstitutionRow) -> Write {
    Write::new(
        &INSERT,
        vec![
            row.id.into(),
            (&row.name).into(),
            row.created_at.into(),
            row.key_check.as_deref().into(),
        ],
    )
}

/// Keeps the check of the encryption key, unless there is one.
pub fn set_key_check(id: u128, key_check: &str) -> Write {
    Write::new(&SET_KEY_CHECK, vec![id.into(), key_check.into()])
}

/// The institution, if there is one with this identifier.
pub async fn load(store: &Store, id: u128) -> Result<Option<InstitutionRow>, Error> {
    store
        .query(&LOAD, vec![id.into()])
        .await?
        .first()
        .map(read)
        .transpose()
}

/// All institutions, oldest first.
pub async fn list(store: &Store) -> Result<Vec<InstitutionRow>, Error> {
    store.query(&LIST, vec![]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<InstitutionRow, Error> {
    Ok(InstitutionRow {
        id: row.uuid("id")?,
        name: row.text("name")?,
        created_at: row.integer("created_at")?,
        key_check: row.optional_text("key_check")?,
    })
}
