//! Parts of the long lists of a profile: the rows after the last one that was read.

use crate::checks::{self, CheckRow};
use crate::error::Error;
use crate::files::{self, FileRow};
use crate::statement::Statement;
use crate::store::Store;
use crate::tasks::{self, TaskRow};

static CHECKS: Statement = Statement::select(
    "page.checks",
    "select account, profile_id, id, check_type, variant_id, state, ordered_at, body
     from check_run where account = $1 and profile_id = $2 and id < $3 order by id desc limit $4",
);
static FILES: Statement = Statement::select(
    "page.files",
    "select account, profile_id, id, kind, name, media_type, size_bytes, sha256, uploaded_at, body
     from file where account = $1 and profile_id = $2 and kind = $3 and id > $4
     order by id limit $5",
);
static TASKS: Statement = Statement::select(
    "page.tasks",
    "select account, profile_id, id, body from task_version
     where account = $1 and profile_id = $2 and id > $3 order by id limit $4",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&CHECKS, &FILES, &TASKS];

/// Which rows of a profile.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The account.
    pub account: i64,
    /// The profile.
    pub profile_id: u128,
    /// The last row that was read; `None` begins at the start.
    pub after: Option<u128>,
    /// How many rows at most.
    pub limit: i64,
}

/// The runs of checks, newest first.
pub async fn checks(store: &Store, part: Part) -> Result<Vec<CheckRow>, Error> {
    let values = vec![
        part.account.into(),
        part.profile_id.into(),
        part.after.unwrap_or(u128::MAX).into(),
        part.limit.into(),
    ];
    let rows = store.query(&CHECKS, values).await?;
    rows.iter().map(checks::read).collect()
}

/// The files or the images, oldest first.
pub async fn files(store: &Store, kind: &str, part: Part) -> Result<Vec<FileRow>, Error> {
    let values = vec![
        part.account.into(),
        part.profile_id.into(),
        kind.into(),
        part.after.unwrap_or(0).into(),
        part.limit.into(),
    ];
    let rows = store.query(&FILES, values).await?;
    rows.iter().map(files::read).collect()
}

/// The expired versions of tasks, oldest first.
pub async fn tasks(store: &Store, part: Part) -> Result<Vec<TaskRow>, Error> {
    let values = vec![
        part.account.into(),
        part.profile_id.into(),
        part.after.unwrap_or(0).into(),
        part.limit.into(),
    ];
    let rows = store.query(&TASKS, values).await?;
    rows.iter().map(tasks::read).collect()
}
