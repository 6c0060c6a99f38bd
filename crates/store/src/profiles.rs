//! Profiles: one row is one aggregate, changed only under `Guard::Profile`.

use crate::commit::{Guard, Write};
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::{Kind, Value};

/// A row of `profile`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRow {
    /// The account.
    pub account: i64,
    /// The identifier.
    pub id: u128,
    /// How often it was changed, from 1.
    pub version: i64,
    /// The role, as the API words it.
    pub role: String,
    /// The status, as the API words it.
    pub status: String,
    /// The category, as the API words it.
    pub category: String,
    /// The name to show.
    pub display_name: String,
    /// The folded name, for sorting and comparing.
    pub search_key: String,
    /// The institution's own number for the customer.
    pub customer_ref: Option<String>,
    /// When it was made, in microseconds.
    pub created_at: i64,
    /// When it was last changed, in microseconds.
    pub modified_at: i64,
    /// How often the collected data was changed; the ETag is made of it.
    pub data_version: i64,
    /// The collected data, as the API returns it.
    pub data: String,
    /// What the core needs to go on, with a format number inside.
    pub state: String,
}

/// What lists show of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileSummary {
    /// The identifier.
    pub id: u128,
    /// The role, as the API words it.
    pub role: String,
    /// The status, as the API words it.
    pub status: String,
    /// The category, as the API words it.
    pub category: String,
    /// The name to show.
    pub display_name: String,
    /// The institution's own number for the customer.
    pub customer_ref: Option<String>,
    /// When it was made, in microseconds.
    pub created_at: i64,
    /// When it was last changed, in microseconds.
    pub modified_at: i64,
}

static TABLE: Table = Table {
    name: "profile",
    key: &["account", "id"],
    columns: &[
        ("account", Kind::Integer),
        ("id", Kind::Uuid),
        ("version", Kind::Integer),
        ("role", Kind::Text),
        ("status", Kind::Text),
        ("category", Kind::Text),
        ("display_name", Kind::Text),
        ("search_key", Kind::Text),
        ("customer_ref", Kind::Text),
        ("created_at", Kind::Integer),
        ("modified_at", Kind::Integer),
        ("data_version", Kind::Integer),
        ("data", Kind::Text),
        ("state", Kind::Text),
    ],
};

static INSERT: Statement = Statement::insert("profile.insert", &TABLE);
static UPDATE: Statement = Statement::update(
    "profile.update",
    &TABLE,
    &[
        "version",
        "role",
        "status",
        "category",
        "display_name",
        "search_key",
        "customer_ref",
        "created_at",
        "modified_at",
        "data_version",
        "data",
        "state",
    ],
);
static DELETE: Statement = Statement::delete("profile.delete", &TABLE);
static LOAD: Statement = Statement::select(
    "profile.load",
    "select account, id, version, role, status, category, display_name, search_key, customer_ref,
        created_at, modified_at, data_version, data, state
     from profile where account = $1 and id = $2",
);
static VERSION: Statement = Statement::select(
    "profile.version",
    "select version, data_version from profile where account = $1 and id = $2",
);
static SUMMARY: Statement = Statement::select(
    "profile.summary",
    "select id, role, status, category, display_name, customer_ref, created_at, modified_at
     from profile where account = $1 and id = $2",
);
static BY_CUSTOMER_REF: Statement = Statement::select(
    "profile.by_customer_ref",
    "select id, role, status, category, display_name, customer_ref, created_at, modified_at
     from profile where account = $1 and customer_ref = $2 order by id limit $3",
);
static PAGE: Statement = Statement::select(
    "profile.page",
    "select id, role, status, category, display_name, customer_ref, created_at, modified_at
     from profile
     where account = $1 and (created_at, id) < ($2, $3)
     order by created_at desc, id desc limit $4",
);
static LIST: Statement = Statement::select_each(
    "profile.list",
    "select id, role, status, category, display_name, customer_ref, created_at, modified_at
     from profile
     where account = $1
        and ($2 is null or category in (select value from json_each($2)))
     order by created_at desc, id desc limit $3 offset $4",
    "select id, role, status, category, display_name, customer_ref, created_at, modified_at
     from profile
     where account = $1
        and ($2::text is null or category in (select jsonb_array_elements_text($2::text::jsonb)))
     order by created_at desc, id desc limit $3 offset $4",
);
static COUNT: Statement = Statement::select_each(
    "profile.count",
    "select count(*) as count from profile
     where account = $1 and ($2 is null or category in (select value from json_each($2)))",
    "select count(*) as count from profile
     where account = $1
        and ($2::text is null or category in (select jsonb_array_elements_text($2::text::jsonb)))",
);
static WALK: Statement = Statement::select(
    "profile.walk",
    "select id from profile where account = $1 and id > $2 order by id limit $3",
);

pub(crate) static STATEMENTS: &[&Statement] = &[
    &INSERT,
    &UPDATE,
    &DELETE,
    &LOAD,
    &VERSION,
    &SUMMARY,
    &BY_CUSTOMER_REF,
    &PAGE,
    &LIST,
    &COUNT,
    &WALK,
];

/// Adds a profile. Wrap it in `Guard::Fresh` where the identifier could be taken.
pub fn insert(row: &ProfileRow) -> Write {
    Write::new(&INSERT, values(row))
}

/// Stores the profile as it is in the row, whose `version` is the new one. Goes with
/// `guard(row.account, row.id, the version it was loaded at)`.
pub fn update(row: &ProfileRow) -> Write {
    Write::new(&UPDATE, values(row))
}

/// Deletes the profile's own row.
pub fn delete(account: i64, id: u128) -> Write {
    Write::new(&DELETE, vec![account.into(), id.into()])
}

/// The profile must still be at this version.
pub fn guard(account: i64, id: u128, version: i64) -> Guard {
    Guard::Profile {
        account,
        id,
        version,
    }
}

/// The profile with this identifier.
pub async fn load(store: &Store, account: i64, id: u128) -> Result<Option<ProfileRow>, Error> {
    store
        .query(&LOAD, vec![account.into(), id.into()])
        .await?
        .first()
        .map(read)
        .transpose()
}

/// The version and the data version of a profile, without its contents.
pub async fn version(store: &Store, account: i64, id: u128) -> Result<Option<(i64, i64)>, Error> {
    let rows = store
        .query(&VERSION, vec![account.into(), id.into()])
        .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    Ok(Some((
        row.integer("version")?,
        row.integer("data_version")?,
    )))
}

/// What lists show of one profile.
pub async fn summary(
    store: &Store,
    account: i64,
    id: u128,
) -> Result<Option<ProfileSummary>, Error> {
    let rows = store
        .query(&SUMMARY, vec![account.into(), id.into()])
        .await?;
    rows.first().map(read_summary).transpose()
}

/// Profiles with the institution's own number, oldest first.
pub async fn by_customer_ref(
    store: &Store,
    account: i64,
    customer_ref: &str,
    limit: i64,
) -> Result<Vec<ProfileSummary>, Error> {
    let values = vec![account.into(), customer_ref.into(), limit.into()];
    store
        .query(&BY_CUSTOMER_REF, values)
        .await?
        .iter()
        .map(read_summary)
        .collect()
}

/// The next profiles of the list, newest first; `after` is `(created_at, id)` of the last one seen.
pub async fn page(
    store: &Store,
    account: i64,
    after: Option<(i64, u128)>,
    limit: i64,
) -> Result<Vec<ProfileSummary>, Error> {
    let (created_at, id) = after.unwrap_or((i64::MAX, u128::MAX));
    let values = vec![account.into(), created_at.into(), id.into(), limit.into()];
    store
        .query(&PAGE, values)
        .await?
        .iter()
        .map(read_summary)
        .collect()
}

/// Profiles newest first, by offset, of some categories or (when there are none) of all.
pub async fn list(
    store: &Store,
    account: i64,
    categories: &[String],
    (limit, offset): (i64, i64),
) -> Result<Vec<ProfileSummary>, Error> {
    let values = vec![
        account.into(),
        json_list(categories),
        limit.into(),
        offset.into(),
    ];
    store
        .query(&LIST, values)
        .await?
        .iter()
        .map(read_summary)
        .collect()
}

/// How many profiles there are, of some categories or (when there are none) of all.
pub async fn count(store: &Store, account: i64, categories: &[String]) -> Result<i64, Error> {
    let rows = store
        .query(&COUNT, vec![account.into(), json_list(categories)])
        .await?;
    rows.first().map_or(Ok(0), |row| row.integer("count"))
}

/// The next identifiers after one (0 to begin), for work that goes through a whole account.
pub async fn walk(
    store: &Store,
    account: i64,
    after: u128,
    limit: i64,
) -> Result<Vec<u128>, Error> {
    let rows = store
        .query(&WALK, vec![account.into(), after.into(), limit.into()])
        .await?;
    rows.iter().map(|row| row.uuid("id")).collect()
}

/// A list of words for a condition; null when there is none.
fn json_list(words: &[String]) -> Value {
    if words.is_empty() {
        return Value::Null;
    }
    serde_json::Value::from(words).to_string().into()
}

fn values(row: &ProfileRow) -> Vec<Value> {
    vec![
        row.account.into(),
        row.id.into(),
        row.version.into(),
        (&row.role).into(),
        (&row.status).into(),
        (&row.category).into(),
        (&row.display_name).into(),
        (&row.search_key).into(),
        row.customer_ref.as_deref().into(),
        row.created_at.into(),
        row.modified_at.into(),
        row.data_version.into(),
        (&row.data).into(),
        (&row.state).into(),
    ]
}

fn read(row: &Row) -> Result<ProfileRow, Error> {
    Ok(ProfileRow {
        account: row.integer("account")?,
        id: row.uuid("id")?,
        version: row.integer("version")?,
        role: row.text("role")?,
        status: row.text("status")?,
        category: row.text("category")?,
        display_name: row.text("display_name")?,
        search_key: row.text("search_key")?,
        customer_ref: row.optional_text("customer_ref")?,
        created_at: row.integer("created_at")?,
        modified_at: row.integer("modified_at")?,
        data_version: row.integer("data_version")?,
        data: row.text("data")?,
        state: row.text("state")?,
    })
}

fn read_summary(row: &Row) -> Result<ProfileSummary, Error> {
    Ok(ProfileSummary {
        id: row.uuid("id")?,
        role: row.text("role")?,
        status: row.text("status")?,
        category: row.text("category")?,
        display_name: row.text("display_name")?,
        customer_ref: row.optional_text("customer_ref")?,
        created_at: row.integer("created_at")?,
        modified_at: row.integer("modified_at")?,
    })
}
