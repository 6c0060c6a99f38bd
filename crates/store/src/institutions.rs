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
}

static TABLE: Table = Table {
    name: "institution",
    key: &["id"],
    columns: &[
        ("id", Kind::Uuid),
        ("name", Kind::Text),
        ("created_at", Kind::Integer),
    ],
};

static INSERT: Statement = Statement::insert("institution.insert", &TABLE);
static LOAD: Statement = Statement::select(
    "institution.load",
    "select id, name, created_at from institution where id = $1",
);
static LIST: Statement = Statement::select(
    "institution.list",
    "select id, name, created_at from institution order by id",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&INSERT, &LOAD, &LIST];

/// Adds an institution.
pub fn insert(row: &InstitutionRow) -> Write {
    Write::new(
        &INSERT,
        vec![row.id.into(), (&row.name).into(), row.created_at.into()],
    )
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
    })
}
