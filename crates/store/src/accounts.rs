//! Accounts: an institution in one environment; the unit that nothing ever crosses.

use crate::commit::Write;
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::Kind;

/// A row of `account`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// The number by which every other row names it.
    pub account: i64,
    /// Whose it is.
    pub institution: u128,
    /// `demo` or `live`.
    pub environment: String,
    /// The IANA time zone in which its days begin.
    pub time_zone: String,
    /// When it was made, in microseconds.
    pub created_at: i64,
}

static TABLE: Table = Table {
    name: "account",
    key: &["account"],
    columns: &[
        ("account", Kind::Integer),
        ("institution", Kind::Uuid),
        ("environment", Kind::Text),
        ("time_zone", Kind::Text),
        ("created_at", Kind::Integer),
    ],
};

static INSERT: Statement = Statement::insert("account.insert", &TABLE);
static SET_TIME_ZONE: Statement =
    Statement::update("account.set_time_zone", &TABLE, &["time_zone"]);
static LOAD: Statement = Statement::select(
    "account.load",
    "select account, institution, environment, time_zone, created_at from account
     where account = $1",
);
static LIST: Statement = Statement::select(
    "account.list",
    "select account, institution, environment, time_zone, created_at from account
     order by account",
)
.across_accounts("workers and the command line go through the accounts one by one");

pub(crate) static STATEMENTS: &[&Statement] = &[&INSERT, &SET_TIME_ZONE, &LOAD, &LIST];

/// Adds an account.
pub fn insert(row: &AccountRow) -> Write {
    Write::new(
        &INSERT,
        vec![
            row.account.into(),
            row.institution.into(),
            (&row.environment).into(),
            (&row.time_zone).into(),
            row.created_at.into(),
        ],
    )
}

/// Changes the time zone of an account.
pub fn set_time_zone(account: i64, time_zone: &str) -> Write {
    Write::new(&SET_TIME_ZONE, vec![account.into(), time_zone.into()])
}

/// The account with this number.
pub async fn load(store: &Store, account: i64) -> Result<Option<AccountRow>, Error> {
    store
        .query(&LOAD, vec![account.into()])
        .await?
        .first()
        .map(read)
        .transpose()
}

/// All accounts, in the order of their numbers.
pub async fn list(store: &Store) -> Result<Vec<AccountRow>, Error> {
    store.query(&LIST, vec![]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<AccountRow, Error> {
    Ok(AccountRow {
        account: row.integer("account")?,
        institution: row.uuid("institution")?,
        environment: row.text("environment")?,
        time_zone: row.text("time_zone")?,
        created_at: row.integer("created_at")?,
    })
}
