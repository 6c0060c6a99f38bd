//! Versions of an institution's policy document, and which of them each account works by.

use crate::commit::{Guard, Write};
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::Kind;

/// A row of `config_version`; it never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigRow {
    /// Whose policy it is.
    pub institution: u128,
    /// The number of the version, from 1.
    pub number: i64,
    /// The document, as its author wrote it.
    pub document: String,
    /// When it was stored, in microseconds.
    pub created_at: i64,
    /// Who stored it.
    pub author: String,
}

/// A row of `publication`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicationRow {
    /// The account that works by it.
    pub account: i64,
    /// The order of publications in this account, from 1; the highest counts.
    pub sequence: i64,
    /// The version published.
    pub number: i64,
    /// When, in microseconds.
    pub published_at: i64,
    /// By whom.
    pub author: String,
}

static VERSION: Table = Table {
    name: "config_version",
    key: &["institution", "number"],
    columns: &[
        ("institution", Kind::Uuid),
        ("number", Kind::Integer),
        ("document", Kind::Text),
        ("created_at", Kind::Integer),
        ("author", Kind::Text),
    ],
};

static PUBLICATION: Table = Table {
    name: "publication",
    key: &["account", "sequence"],
    columns: &[
        ("account", Kind::Integer),
        ("sequence", Kind::Integer),
        ("number", Kind::Integer),
        ("published_at", Kind::Integer),
        ("author", Kind::Text),
    ],
};

static INSERT: Statement = Statement::insert("config_version.insert", &VERSION);
static LOAD: Statement = Statement::select(
    "config_version.load",
    "select institution, number, document, created_at, author from config_version
     where institution = $1 and number = $2",
);
static LATEST: Statement = Statement::select(
    "config_version.latest",
    "select institution, number, document, created_at, author from config_version
     where institution = $1 order by number desc limit 1",
);
static LIST: Statement = Statement::select(
    "config_version.list",
    "select institution, number, '' as document, created_at, author from config_version
     where institution = $1 order by number desc limit $2",
);
static PUBLISH: Statement = Statement::insert("publication.insert", &PUBLICATION);
static CURRENT: Statement = Statement::select(
    "publication.current",
    "select account, sequence, number, published_at, author from publication
     where account = $1 order by sequence desc limit 1",
);
static PUBLICATIONS: Statement = Statement::select(
    "publication.list",
    "select account, sequence, number, published_at, author from publication
     where account = $1 order by sequence desc limit $2",
);

pub(crate) static STATEMENTS: &[&Statement] = &[
    &INSERT,
    &LOAD,
    &LATEST,
    &LIST,
    &PUBLISH,
    &CURRENT,
    &PUBLICATIONS,
];

/// Stores a new version. As a guard, so that two authors cannot take the same number.
pub fn insert(row: &ConfigRow) -> Guard {
    Guard::Fresh(Write::new(
        &INSERT,
        vec![
            row.institution.into(),
            row.number.into(),
            (&row.document).into(),
            row.created_at.into(),
            (&row.author).into(),
        ],
    ))
}

/// One version of an institution's policy.
pub async fn load(
    store: &Store,
    institution: u128,
    number: i64,
) -> Result<Option<ConfigRow>, Error> {
    let rows = store
        .query(&LOAD, vec![institution.into(), number.into()])
        .await?;
    rows.first().map(read).transpose()
}

/// The version with the highest number, published or not.
pub async fn latest(store: &Store, institution: u128) -> Result<Option<ConfigRow>, Error> {
    store
        .query(&LATEST, vec![institution.into()])
        .await?
        .first()
        .map(read)
        .transpose()
}

/// The newest versions, without their documents (left empty).
pub async fn list(store: &Store, institution: u128, limit: i64) -> Result<Vec<ConfigRow>, Error> {
    store
        .query(&LIST, vec![institution.into(), limit.into()])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Publishes a version to an account. As a guard, so that two people cannot publish at once.
pub fn publish(row: &PublicationRow) -> Guard {
    Guard::Fresh(Write::new(
        &PUBLISH,
        vec![
            row.account.into(),
            row.sequence.into(),
            row.number.into(),
            row.published_at.into(),
            (&row.author).into(),
        ],
    ))
}

/// What an account works by now.
pub async fn current(store: &Store, account: i64) -> Result<Option<PublicationRow>, Error> {
    store
        .query(&CURRENT, vec![account.into()])
        .await?
        .first()
        .map(read_publication)
        .transpose()
}

/// The newest publications of an account.
pub async fn publications(
    store: &Store,
    account: i64,
    limit: i64,
) -> Result<Vec<PublicationRow>, Error> {
    let rows = store
        .query(&PUBLICATIONS, vec![account.into(), limit.into()])
        .await?;
    rows.iter().map(read_publication).collect()
}

fn read(row: &Row) -> Result<ConfigRow, Error> {
    Ok(ConfigRow {
        institution: row.uuid("institution")?,
        number: row.integer("number")?,
        document: row.text("document")?,
        created_at: row.integer("created_at")?,
        author: row.text("author")?,
    })
}

fn read_publication(row: &Row) -> Result<PublicationRow, Error> {
    Ok(PublicationRow {
        account: row.integer("account")?,
        sequence: row.integer("sequence")?,
        number: row.integer("number")?,
        published_at: row.integer("published_at")?,
        author: row.text("author")?,
    })
}
