//! What screenings were asked and have answered. Only ever added to.

use crate::commit::Write;
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::Kind;

/// A row of `screening`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreeningRow {
    /// The account.
    pub account: i64,
    /// Who was screened.
    pub profile_id: u128,
    /// The run of the check that it was done for.
    pub check_id: u128,
    /// When, in microseconds.
    pub at: i64,
    /// Everything that is needed to do it again, as JSON of our own with a format number.
    pub body: String,
}

static TABLE: Table = Table {
    name: "screening",
    key: &["account", "profile_id", "check_id"],
    columns: &[
        ("account", Kind::Integer),
        ("profile_id", Kind::Uuid),
        ("check_id", Kind::Uuid),
        ("at", Kind::Integer),
        ("body", Kind::Text),
    ],
};

static INSERT: Statement = Statement::insert("screening.insert", &TABLE);
static OF_CHECK: Statement = Statement::select(
    "screening.of_check",
    "select account, profile_id, check_id, at, body from screening
     where account = $1 and check_id = $2 limit 1",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&INSERT, &OF_CHECK];

/// Keeps a screening.
pub fn insert(row: &ScreeningRow) -> Write {
    Write::new(
        &INSERT,
        vec![
            row.account.into(),
            row.profile_id.into(),
            row.check_id.into(),
            row.at.into(),
            (&row.body).into(),
        ],
    )
}

/// The screening that was done for a check.
pub async fn of_check(
    store: &Store,
    account: i64,
    check_id: u128,
) -> Result<Option<ScreeningRow>, Error> {
    let values = vec![account.into(), check_id.into()];
    store
        .query(&OF_CHECK, values)
        .await?
        .first()
        .map(read)
        .transpose()
}

fn read(row: &Row) -> Result<ScreeningRow, Error> {
    Ok(ScreeningRow {
        account: row.integer("account")?,
        profile_id: row.uuid("profile_id")?,
        check_id: row.uuid("check_id")?,
        at: row.integer("at")?,
        body: row.text("body")?,
    })
}
