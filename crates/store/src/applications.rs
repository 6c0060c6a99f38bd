//! Applications, one row each, for lists; the profile's state is the truth.

use crate::commit::Write;
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::{Kind, Value};

/// A row of `application`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationRow {
    /// The account.
    pub account: i64,
    /// Who applies.
    pub profile_id: u128,
    /// The identifier.
    pub id: u128,
    /// For what.
    pub product_id: u128,
    /// The status, as the API words it.
    pub status: String,
    /// The flag, as the API words it.
    pub flag: String,
    /// The level of risk, if it is known.
    pub risk_level: Option<String>,
    /// Whether lists leave it out.
    pub hidden: bool,
    /// When it was applied for, in microseconds.
    pub applied_at: i64,
    /// When status or flag last changed, in microseconds.
    pub changed_at: i64,
}

/// A line of the list: the application and who applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationLine {
    /// The application.
    pub application: ApplicationRow,
    /// The name of the profile.
    pub display_name: String,
    /// The role of the profile.
    pub role: String,
    /// The institution's own number for the customer.
    pub customer_ref: Option<String>,
    /// When the profile was last changed, in microseconds.
    pub modified_at: i64,
}

/// Which applications a list shows. What is `None` does not narrow it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicationFilter {
    /// Only this status.
    pub status: Option<String>,
    /// Only this flag.
    pub flag: Option<String>,
    /// Only this level of risk.
    pub risk_level: Option<String>,
    /// Only this product.
    pub product_id: Option<u128>,
    /// The hidden ones instead of the others.
    pub hidden: bool,
}

static TABLE: Table = Table {
    name: "application",
    key: &["account", "profile_id", "id"],
    columns: &[
        ("account", Kind::Integer),
        ("profile_id", Kind::Uuid),
        ("id", Kind::Uuid),
        ("product_id", Kind::Uuid),
        ("status", Kind::Text),
        ("flag", Kind::Text),
        ("risk_level", Kind::Text),
        ("hidden", Kind::Integer),
        ("applied_at", Kind::Integer),
        ("changed_at", Kind::Integer),
    ],
};

static UPSERT: Statement = Statement::upsert("application.upsert", &TABLE);
static DELETE: Statement = Statement::delete("application.delete", &TABLE);
static OF_PROFILE: Statement = Statement::select(
    "application.of_profile",
    "select account, profile_id, id, product_id, status, flag, risk_level, hidden, applied_at,
        changed_at
     from application where account = $1 and profile_id = $2 order by id",
);
static PAGE: Statement = Statement::select(
    "application.page",
    "select a.account, a.profile_id, a.id, a.product_id, a.status, a.flag, a.risk_level, a.hidden,
        a.applied_at, a.changed_at, p.display_name, p.role, p.customer_ref, p.modified_at
     from application a join profile p on p.account = a.account and p.id = a.profile_id
     where a.account = $1 and a.hidden = $2 and (a.applied_at, a.id) < ($3, $4)
        and (cast($5 as text) is null or a.flag = $5)
        and (cast($6 as text) is null or a.risk_level = $6)
        and (cast($7 as bigint) = 0 or a.product_id = $8)
     order by a.applied_at desc, a.id desc limit $9",
);
static PAGE_OF_STATUS: Statement = Statement::select(
    "application.page_of_status",
    "select a.account, a.profile_id, a.id, a.product_id, a.status, a.flag, a.risk_level, a.hidden,
        a.applied_at, a.changed_at, p.display_name, p.role, p.customer_ref, p.modified_at
     from application a join profile p on p.account = a.account and p.id = a.profile_id
     where a.account = $1 and a.hidden = $2 and (a.applied_at, a.id) < ($3, $4)
        and (cast($5 as text) is null or a.flag = $5)
        and (cast($6 as text) is null or a.risk_level = $6)
        and (cast($7 as bigint) = 0 or a.product_id = $8)
        and a.status = $10
     order by a.applied_at desc, a.id desc limit $9",
);
static COUNTS: Statement = Statement::select(
    "application.counts",
    "select status, flag, count(*) as count from application
     where account = $1 and hidden = 0 group by status, flag order by status, flag",
);
static OPEN: Statement = Statement::select(
    "application.walk_status",
    "select distinct profile_id from application
     where account = $1 and status = $2 and profile_id > $3 order by profile_id limit $4",
);

pub(crate) static STATEMENTS: &[&Statement] = &[
    &UPSERT,
    &DELETE,
    &OF_PROFILE,
    &PAGE,
    &PAGE_OF_STATUS,
    &COUNTS,
    &OPEN,
];

/// Stores an application's row, new or not.
pub fn upsert(row: &ApplicationRow) -> Write {
    Write::new(
        &UPSERT,
        vec![
            row.account.into(),
            row.profile_id.into(),
            row.id.into(),
            row.product_id.into(),
            (&row.status).into(),
            (&row.flag).into(),
            row.risk_level.as_deref().into(),
            row.hidden.into(),
            row.applied_at.into(),
            row.changed_at.into(),
        ],
    )
}

/// Deletes an application's row.
pub fn delete(account: i64, profile_id: u128, id: u128) -> Write {
    Write::new(&DELETE, vec![account.into(), profile_id.into(), id.into()])
}

/// The applications of one profile, oldest first.
pub async fn of_profile(
    store: &Store,
    account: i64,
    profile_id: u128,
) -> Result<Vec<ApplicationRow>, Error> {
    let rows = store
        .query(&OF_PROFILE, vec![account.into(), profile_id.into()])
        .await?;
    rows.iter().map(read).collect()
}

/// The next lines of the list, newest first; `after` is `(applied_at, id)` of the last one seen.
pub async fn page(
    store: &Store,
    account: i64,
    filter: &ApplicationFilter,
    after: Option<(i64, u128)>,
    limit: i64,
) -> Result<Vec<ApplicationLine>, Error> {
    let (applied_at, id) = after.unwrap_or((i64::MAX, u128::MAX));
    let mut values: Vec<Value> = vec![
        account.into(),
        filter.hidden.into(),
        applied_at.into(),
        id.into(),
        filter.flag.as_deref().into(),
        filter.risk_level.as_deref().into(),
        filter.product_id.is_some().into(),
        filter.product_id.unwrap_or(0).into(),
        limit.into(),
    ];
    let rows = match &filter.status {
        None => store.query(&PAGE, values).await?,
        Some(status) => {
            values.push(status.into());
            store.query(&PAGE_OF_STATUS, values).await?
        }
    };
    rows.iter().map(read_line).collect()
}

/// How many applications that are not hidden have each status and flag.
pub async fn counts(store: &Store, account: i64) -> Result<Vec<(String, String, i64)>, Error> {
    let rows = store.query(&COUNTS, vec![account.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok((
                row.text("status")?,
                row.text("flag")?,
                row.integer("count")?,
            ))
        })
        .collect()
}

/// The next profiles after one (0 to begin) that have an application of this status.
pub async fn walk_status(
    store: &Store,
    account: i64,
    status: &str,
    after: u128,
    limit: i64,
) -> Result<Vec<u128>, Error> {
    let values = vec![account.into(), status.into(), after.into(), limit.into()];
    store
        .query(&OPEN, values)
        .await?
        .iter()
        .map(|row| row.uuid("profile_id"))
        .collect()
}

fn read(row: &Row) -> Result<ApplicationRow, Error> {
    Ok(ApplicationRow {
        account: row.integer("account")?,
        profile_id: row.uuid("profile_id")?,
        id: row.uuid("id")?,
        product_id: row.uuid("product_id")?,
        status: row.text("status")?,
        flag: row.text("flag")?,
        risk_level: row.optional_text("risk_level")?,
        hidden: row.flag("hidden")?,
        applied_at: row.integer("applied_at")?,
        changed_at: row.integer("changed_at")?,
    })
}

fn read_line(row: &Row) -> Result<ApplicationLine, Error> {
    Ok(ApplicationLine {
        application: read(row)?,
        display_name: row.text("display_name")?,
        role: row.text("role")?,
        customer_ref: row.optional_text("customer_ref")?,
        modified_at: row.integer("modified_at")?,
    })
}
