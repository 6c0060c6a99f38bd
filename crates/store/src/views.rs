//! Who has seen which profile on which day, so that a view is audited once a day.

use crate::commit::{Guard, Write};
use crate::error::Error;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::{Kind, Value};

/// A row of `profile_view`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewRow {
    /// The account.
    pub account: i64,
    /// The profile.
    pub profile_id: u128,
    /// Who has seen it.
    pub viewer: String,
    /// On which day, since 1970, in the time zone of the account.
    pub day: i64,
}

static TABLE: Table = Table {
    name: "profile_view",
    key: &["account", "profile_id", "viewer", "day"],
    columns: &[
        ("account", Kind::Integer),
        ("profile_id", Kind::Uuid),
        ("viewer", Kind::Text),
        ("day", Kind::Integer),
    ],
};

static INSERT: Statement = Statement::insert("profile_view.insert", &TABLE);
static SEEN: Statement = Statement::select(
    "profile_view.seen",
    "select day from profile_view
     where account = $1 and profile_id = $2 and viewer = $3 and day = $4",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&INSERT, &SEEN];

/// The first view of the day: the commit is a conflict if there was one already, so that whatever
/// it writes (the audit entry) is written once.
pub fn first_of_day(row: &ViewRow) -> Guard {
    Guard::Fresh(Write::new(&INSERT, values(row)))
}

/// Whether this view was counted already.
pub async fn is_seen(store: &Store, row: &ViewRow) -> Result<bool, Error> {
    Ok(!store.query(&SEEN, values(row)).await?.is_empty())
}

fn values(row: &ViewRow) -> Vec<Value> {
    vec![
        row.account.into(),
        row.profile_id.into(),
        (&row.viewer).into(),
        row.day.into(),
    ]
}
