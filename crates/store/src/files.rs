//! Files and images, and their contents in pieces. Write the pieces first and the row last: a file
//! without a row is not there.

use crate::commit::Write;
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::{Kind, Value};

/// How large a piece should be, in bytes; the last one is smaller.
pub const CHUNK_BYTES: usize = 1024 * 1024;

/// A row of `file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// The account.
    pub account: i64,
    /// The profile.
    pub profile_id: u128,
    /// The identifier.
    pub id: u128,
    /// `file` or `image`.
    pub kind: String,
    /// The name the sender gave it.
    pub name: Option<String>,
    /// The media type.
    pub media_type: String,
    /// The size of the contents before encryption, in bytes.
    pub size_bytes: i64,
    /// The hash of the contents before encryption.
    pub sha256: Vec<u8>,
    /// When it was uploaded, in microseconds.
    pub uploaded_at: i64,
    /// What else is known of it, as JSON.
    pub body: String,
}

static FILE: Table = Table {
    name: "file",
    key: &["account", "profile_id", "id"],
    columns: &[
        ("account", Kind::Integer),
        ("profile_id", Kind::Uuid),
        ("id", Kind::Uuid),
        ("kind", Kind::Text),
        ("name", Kind::Text),
        ("media_type", Kind::Text),
        ("size_bytes", Kind::Integer),
        ("sha256", Kind::Bytes),
        ("uploaded_at", Kind::Integer),
        ("body", Kind::Text),
    ],
};

static CHUNK: Table = Table {
    name: "file_chunk",
    key: &["account", "file_id", "number"],
    columns: &[
        ("account", Kind::Integer),
        ("file_id", Kind::Uuid),
        ("number", Kind::Integer),
        ("content", Kind::Bytes),
    ],
};

/// The key of all pieces of a file.
static CHUNKS: Table = Table {
    name: "file_chunk",
    key: &["account", "file_id"],
    columns: &[("account", Kind::Integer), ("file_id", Kind::Uuid)],
};

static INSERT: Statement = Statement::insert("file.insert", &FILE);
static DELETE: Statement = Statement::delete("file.delete", &FILE);
static LOAD: Statement = Statement::select(
    "file.load",
    "select account, profile_id, id, kind, name, media_type, size_bytes, sha256, uploaded_at, body
     from file where account = $1 and profile_id = $2 and id = $3",
);
static OF_PROFILE: Statement = Statement::select(
    "file.of_profile",
    "select account, profile_id, id, kind, name, media_type, size_bytes, sha256, uploaded_at, body
     from file where account = $1 and profile_id = $2 and kind = $3 order by id limit $4",
);
static SOME: Statement = Statement::select(
    "file.some",
    "select account, profile_id, id, kind, name, media_type, size_bytes, sha256, uploaded_at, body
     from file where account = $1 order by profile_id, id limit $2",
);
static INSERT_CHUNK: Statement = Statement::insert("file_chunk.insert", &CHUNK);
static DELETE_CHUNKS: Statement = Statement::delete("file_chunk.delete", &CHUNKS);
static LOAD_CHUNK: Statement = Statement::select(
    "file_chunk.load",
    "select content from file_chunk where account = $1 and file_id = $2 and number = $3",
);

pub(crate) static STATEMENTS: &[&Statement] = &[
    &INSERT,
    &DELETE,
    &LOAD,
    &OF_PROFILE,
    &SOME,
    &INSERT_CHUNK,
    &DELETE_CHUNKS,
    &LOAD_CHUNK,
];

/// Adds a file, whose pieces are there already.
pub fn insert(row: &FileRow) -> Write {
    Write::new(&INSERT, values(row))
}

/// Deletes a file's row.
pub fn delete(account: i64, profile_id: u128, id: u128) -> Write {
    Write::new(&DELETE, vec![account.into(), profile_id.into(), id.into()])
}

/// One file.
pub async fn load(
    store: &Store,
    account: i64,
    profile_id: u128,
    id: u128,
) -> Result<Option<FileRow>, Error> {
    let rows = store
        .query(&LOAD, vec![account.into(), profile_id.into(), id.into()])
        .await?;
    rows.first().map(read).transpose()
}

/// The files or the images of a profile, oldest first.
pub async fn of_profile(
    store: &Store,
    account: i64,
    profile_id: u128,
    kind: &str,
    limit: i64,
) -> Result<Vec<FileRow>, Error> {
    let values = vec![account.into(), profile_id.into(), kind.into(), limit.into()];
    store
        .query(&OF_PROFILE, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Some files of an account, at most `limit`.
pub async fn some(store: &Store, account: i64, limit: i64) -> Result<Vec<FileRow>, Error> {
    let rows = store
        .query(&SOME, vec![account.into(), limit.into()])
        .await?;
    rows.iter().map(read).collect()
}

/// Adds a piece of a file's contents.
pub fn insert_chunk(account: i64, file_id: u128, number: i64, content: Vec<u8>) -> Write {
    let values = vec![
        account.into(),
        file_id.into(),
        number.into(),
        content.into(),
    ];
    Write::new(&INSERT_CHUNK, values)
}

/// Deletes all pieces of a file.
pub fn delete_chunks(account: i64, file_id: u128) -> Write {
    Write::new(&DELETE_CHUNKS, vec![account.into(), file_id.into()])
}

/// One piece of a file's contents; `None` after the last.
pub async fn load_chunk(
    store: &Store,
    account: i64,
    file_id: u128,
    number: i64,
) -> Result<Option<Vec<u8>>, Error> {
    let values = vec![account.into(), file_id.into(), number.into()];
    store
        .query(&LOAD_CHUNK, values)
        .await?
        .first()
        .map(|row| row.bytes("content"))
        .transpose()
}

fn values(row: &FileRow) -> Vec<Value> {
    vec![
        row.account.into(),
        row.profile_id.into(),
        row.id.into(),
        (&row.kind).into(),
        row.name.as_deref().into(),
        (&row.media_type).into(),
        row.size_bytes.into(),
        (&row.sha256).into(),
        row.uploaded_at.into(),
        (&row.body).into(),
    ]
}

pub(crate) fn read(row: &Row) -> Result<FileRow, Error> {
    Ok(FileRow {
        account: row.integer("account")?,
        profile_id: row.uuid("profile_id")?,
        id: row.uuid("id")?,
        kind: row.text("kind")?,
        name: row.optional_text("name")?,
        media_type: row.text("media_type")?,
        size_bytes: row.integer("size_bytes")?,
        sha256: row.bytes("sha256")?,
        uploaded_at: row.integer("uploaded_at")?,
        body: row.text("body")?,
    })
}
