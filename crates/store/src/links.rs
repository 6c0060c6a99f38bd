//! Links: which profiles name a profile as their associate.

use crate::commit::Write;
use crate::error::Error;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::Kind;

static TABLE: Table = Table {
    name: "link",
    key: &["account", "child_id", "parent_id"],
    columns: &[
        ("account", Kind::Integer),
        ("child_id", Kind::Uuid),
        ("parent_id", Kind::Uuid),
    ],
};

static INSERT: Statement = Statement::insert_or_keep("link.insert", &TABLE);
static DELETE: Statement = Statement::delete("link.delete", &TABLE);
static PARENTS: Statement = Statement::select(
    "link.parents",
    "select parent_id from link where account = $1 and child_id = $2 order by parent_id limit $3",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&INSERT, &DELETE, &PARENTS];

/// Says that the parent names the child; saying it twice changes nothing.
pub fn insert(account: i64, child_id: u128, parent_id: u128) -> Write {
    Write::new(
        &INSERT,
        vec![account.into(), child_id.into(), parent_id.into()],
    )
}

/// Takes it back; taking back what was never said changes nothing.
pub fn delete(account: i64, child_id: u128, parent_id: u128) -> Write {
    Write::new(
        &DELETE,
        vec![account.into(), child_id.into(), parent_id.into()],
    )
}

/// The profiles that name this one.
pub async fn parents(
    store: &Store,
    account: i64,
    child_id: u128,
    limit: i64,
) -> Result<Vec<u128>, Error> {
    let rows = store
        .query(
            &PARENTS,
            vec![account.into(), child_id.into(), limit.into()],
        )
        .await?;
    rows.iter().map(|row| row.uuid("parent_id")).collect()
}
