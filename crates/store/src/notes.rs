//! Notes: what people wrote on tasks.

use crate::commit::Write;
use crate::error::Error;
use crate::row::Row;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::{Kind, Value};

/// A row of `note`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteRow {
    /// The account.
    pub account: i64,
    /// The profile.
    pub profile_id: u128,
    /// The task it is written on.
    pub task_id: u128,
    /// The identifier.
    pub id: u128,
    /// When it was written, in microseconds.
    pub created_at: i64,
    /// The note, as JSON.
    pub body: String,
    /// When it was deleted, in microseconds.
    pub deleted_at: Option<i64>,
}

static TABLE: Table = Table {
    name: "note",
    key: &["account", "profile_id", "task_id", "id"],
    columns: &[
        ("account", Kind::Integer),
        ("profile_id", Kind::Uuid),
        ("task_id", Kind::Uuid),
        ("id", Kind::Uuid),
        ("created_at", Kind::Integer),
        ("body", Kind::Text),
        ("deleted_at", Kind::Integer),
    ],
};

static UPSERT: Statement = Statement::upsert("note.upsert", &TABLE);
static LOAD: Statement = Statement::select(
    "note.load",
    "select account, profile_id, task_id, id, created_at, body, deleted_at from note
     where account = $1 and profile_id = $2 and task_id = $3 and id = $4",
);
static OF_TASK: Statement = Statement::select(
    "note.of_task",
    "select account, profile_id, task_id, id, created_at, body, deleted_at from note
     where account = $1 and profile_id = $2 and task_id = $3 and deleted_at is null
     order by id limit $4",
);
static OF_PROFILE: Statement = Statement::select(
    "note.of_profile",
    "select account, profile_id, task_id, id, created_at, body, deleted_at from note
     where account = $1 and profile_id = $2 and deleted_at is null order by id limit $3",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&UPSERT, &LOAD, &OF_TASK, &OF_PROFILE];

/// Stores a note, new or not; a deleted one has `deleted_at`.
pub fn upsert(row: &NoteRow) -> Write {
    Write::new(&UPSERT, values(row))
}

/// One note, deleted or not.
pub async fn load(
    store: &Store,
    account: i64,
    (profile_id, task_id): (u128, u128),
    id: u128,
) -> Result<Option<NoteRow>, Error> {
    let values = vec![account.into(), profile_id.into(), task_id.into(), id.into()];
    store
        .query(&LOAD, values)
        .await?
        .first()
        .map(read)
        .transpose()
}

/// The notes of one task that are not deleted, oldest first.
pub async fn of_task(
    store: &Store,
    account: i64,
    profile_id: u128,
    task_id: u128,
    limit: i64,
) -> Result<Vec<NoteRow>, Error> {
    let values = vec![
        account.into(),
        profile_id.into(),
        task_id.into(),
        limit.into(),
    ];
    store
        .query(&OF_TASK, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// The notes of all tasks of a profile that are not deleted, oldest first.
pub async fn of_profile(
    store: &Store,
    account: i64,
    profile_id: u128,
    limit: i64,
) -> Result<Vec<NoteRow>, Error> {
    let values = vec![account.into(), profile_id.into(), limit.into()];
    store
        .query(&OF_PROFILE, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

fn values(row: &NoteRow) -> Vec<Value> {
    vec![
        row.account.into(),
        row.profile_id.into(),
        row.task_id.into(),
        row.id.into(),
        row.created_at.into(),
        (&row.body).into(),
        row.deleted_at.into(),
    ]
}

fn read(row: &Row) -> Result<NoteRow, Error> {
    Ok(NoteRow {
        account: row.integer("account")?,
        profile_id: row.uuid("profile_id")?,
        task_id: row.uuid("task_id")?,
        id: row.uuid("id")?,
        created_at: row.integer("created_at")?,
        body: row.text("body")?,
        deleted_at: row.optional_integer("deleted_at")?,
    })
}
