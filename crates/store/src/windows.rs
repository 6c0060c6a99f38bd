//! Windows in which named checks are switched off for clients that are brought over: opened, renewed,
//! closed once, kept for ever.

use crate::commit::{Guard, Write};
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::Kind;

/// A row of `check_window`, with how it was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowRow {
    /// The account.
    pub account: i64,
    /// Counts the account's windows, from 1.
    pub number: i64,
    /// The identifier.
    pub id: u128,
    /// When it was opened, in microseconds.
    pub opened_at: i64,
    /// Until when it stays open unless it is renewed, in microseconds.
    pub leased_until: i64,
    /// When it ends at the latest, in microseconds.
    pub ends_at: Option<i64>,
    /// Checks, keys, reason and by whom, as JSON of our own with a format number.
    pub body: String,
    /// When it was closed, in microseconds, and by whom and why, as JSON of our own.
    pub end: Option<(i64, String)>,
}

static WINDOW: Table = Table {
    name: "check_window",
    key: &["account", "number"],
    columns: &[
        ("account", Kind::Integer),
        ("number", Kind::Integer),
        ("id", Kind::Uuid),
        ("opened_at", Kind::Integer),
        ("leased_until", Kind::Integer),
        ("ends_at", Kind::Integer),
        ("body", Kind::Text),
    ],
};
static END: Table = Table {
    name: "check_window_end",
    key: &["account", "number"],
    columns: &[
        ("account", Kind::Integer),
        ("number", Kind::Integer),
        ("closed_at", Kind::Integer),
        ("body", Kind::Text),
    ],
};

static INSERT: Statement = Statement::insert("check_window.insert", &WINDOW);
static CLOSE: Statement = Statement::insert("check_window_end.insert", &END);
static RENEW: Statement = Statement::change(
    "check_window.renew",
    "update check_window set leased_until = $4
     where account = $1 and number = $2 and leased_until > $3 and leased_until < $4
        and not exists (select 1 from check_window_end as closed
            where closed.account = check_window.account and closed.number = check_window.number)",
);
static LATEST: Statement = Statement::select(
    "check_window.latest",
    "select one.account, one.number, one.id, one.opened_at, one.leased_until, one.ends_at, one.body,
        closed.closed_at, closed.body as end_body
     from check_window as one left join check_window_end as closed
        on closed.account = one.account and closed.number = one.number
     where one.account = $1 order by one.number desc limit 1",
);
static FIND: Statement = Statement::select(
    "check_window.find",
    "select one.account, one.number, one.id, one.opened_at, one.leased_until, one.ends_at, one.body,
        closed.closed_at, closed.body as end_body
     from check_window as one left join check_window_end as closed
        on closed.account = one.account and closed.number = one.number
     where one.account = $1 and one.id = $2",
);
static PAGE: Statement = Statement::select(
    "check_window.page",
    "select one.account, one.number, one.id, one.opened_at, one.leased_until, one.ends_at, one.body,
        closed.closed_at, closed.body as end_body
     from check_window as one left join check_window_end as closed
        on closed.account = one.account and closed.number = one.number
     where one.account = $1 order by one.number desc limit $2",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&INSERT, &CLOSE, &RENEW, &LATEST, &FIND, &PAGE];

/// Opens a window. As a guard, so that two cannot be opened at once.
pub fn open(row: &WindowRow) -> Guard {
    Guard::Fresh(Write::new(
        &INSERT,
        vec![
            row.account.into(),
            row.number.into(),
            row.id.into(),
            row.opened_at.into(),
            row.leased_until.into(),
            row.ends_at.into(),
            (&row.body).into(),
        ],
    ))
}

/// Closes a window. As a guard, so that it is closed once.
pub fn close(row: &WindowRow, closed_at: i64, body: &str) -> Guard {
    Guard::Fresh(Write::new(
        &CLOSE,
        vec![
            row.account.into(),
            row.number.into(),
            closed_at.into(),
            body.into(),
        ],
    ))
}

/// Leases a window for longer; changes nothing when it is closed, its lease has run out by `now`, or
/// it is leased that long already.
pub fn renew(row: &WindowRow, now: i64, until: i64) -> Write {
    let values = vec![
        row.account.into(),
        row.number.into(),
        now.into(),
        until.into(),
    ];
    Write::new(&RENEW, values)
}

/// The last window that was opened, open or not.
pub async fn latest(store: &Store, account: i64) -> Result<Option<WindowRow>, Error> {
    let rows = store.query(&LATEST, vec![account.into()]).await?;
    rows.first().map(read).transpose()
}

/// One window.
pub async fn find(store: &Store, account: i64, id: u128) -> Result<Option<WindowRow>, Error> {
    let rows = store.query(&FIND, vec![account.into(), id.into()]).await?;
    rows.first().map(read).transpose()
}

/// The windows of an account, newest first.
pub async fn list(store: &Store, account: i64, limit: i64) -> Result<Vec<WindowRow>, Error> {
    let values = vec![account.into(), limit.into()];
    store.query(&PAGE, values).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<WindowRow, Error> {
    let closed_at = row.optional_integer("closed_at")?;
    let end = row.optional_text("end_body")?;
    Ok(WindowRow {
        account: row.integer("account")?,
        number: row.integer("number")?,
        id: row.uuid("id")?,
        opened_at: row.integer("opened_at")?,
        leased_until: row.integer("leased_until")?,
        ends_at: row.optional_integer("ends_at")?,
        body: row.text("body")?,
        end: closed_at.zip(end),
    })
}
