//! What administrators have done to an account: keys, policy, webhooks. Only ever added to.

use crate::commit::Write;
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::Kind;

/// A row of `administration`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdministrationRow {
    /// The account.
    pub account: i64,
    /// The identifier.
    pub id: u128,
    /// When it happened, in microseconds.
    pub at: i64,
    /// What was done, in a word for programs.
    pub action: String,
    /// By whom and to what, as JSON of our own with a format number.
    pub body: String,
}

static TABLE: Table = Table {
    name: "administration",
    key: &["account", "id"],
    columns: &[
        ("account", Kind::Integer),
        ("id", Kind::Uuid),
        ("at", Kind::Integer),
        ("action", Kind::Text),
        ("body", Kind::Text),
    ],
};

static INSERT: Statement = Statement::insert("administration.insert", &TABLE);
static PAGE: Statement = Statement::select(
    "administration.page",
    "select account, id, at, action, body from administration
     where account = $1 and id < $2 order by id desc limit $3",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&INSERT, &PAGE];

/// Adds an entry.
pub fn insert(row: &AdministrationRow) -> Write {
    Write::new(
        &INSERT,
        vec![
            row.account.into(),
            row.id.into(),
            row.at.into(),
            (&row.action).into(),
            (&row.body).into(),
        ],
    )
}

/// The next entries of an account, newest first; `after` is the identifier of the last one read.
pub async fn page(
    store: &Store,
    account: i64,
    after: Option<u128>,
    limit: i64,
) -> Result<Vec<AdministrationRow>, Error> {
    let after = after.unwrap_or(u128::MAX);
    let values = vec![account.into(), after.into(), limit.into()];
    let rows = store.query(&PAGE, values).await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<AdministrationRow, Error> {
    Ok(AdministrationRow {
        account: row.integer("account")?,
        id: row.uuid("id")?,
        at: row.integer("at")?,
        action: row.text("action")?,
        body: row.text("body")?,
    })
}
