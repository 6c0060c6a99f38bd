//! All tables, and how many rows each has.

use crate::error::Error;
use crate::statement::Statement;
use crate::store::Store;

/// Every table of the schema, in the order in which the migrations make them.
pub const TABLES: &[&str] = &[
    "institution",
    "account",
    "api_key",
    "config_version",
    "publication",
    "profile",
    "search_token",
    "application",
    "check_run",
    "task_version",
    "event",
    "note",
    "link",
    "audit",
    "endpoint",
    "message",
    "job",
    "idempotency",
    "file",
    "file_chunk",
    "profile_view",
    "administration",
    "check_window",
    "check_window_end",
    "list_source",
    "list_snapshot",
    "list_piece",
    "list_swap",
    "screening",
];

static COUNTS: Statement = Statement::select(
    "table.counts",
    "select 'institution' as name, count(*) as count from institution
     union all select 'account', count(*) from account
     union all select 'api_key', count(*) from api_key
     union all select 'config_version', count(*) from config_version
     union all select 'publication', count(*) from publication
     union all select 'profile', count(*) from profile
     union all select 'search_token', count(*) from search_token
     union all select 'application', count(*) from application
     union all select 'check_run', count(*) from check_run
     union all select 'task_version', count(*) from task_version
     union all select 'event', count(*) from event
     union all select 'note', count(*) from note
     union all select 'link', count(*) from link
     union all select 'audit', count(*) from audit
     union all select 'endpoint', count(*) from endpoint
     union all select 'message', count(*) from message
     union all select 'job', count(*) from job
     union all select 'idempotency', count(*) from idempotency
     union all select 'file', count(*) from file
     union all select 'file_chunk', count(*) from file_chunk
     union all select 'profile_view', count(*) from profile_view
     union all select 'administration', count(*) from administration
     union all select 'check_window', count(*) from check_window
     union all select 'check_window_end', count(*) from check_window_end
     union all select 'list_source', count(*) from list_source
     union all select 'list_snapshot', count(*) from list_snapshot
     union all select 'list_piece', count(*) from list_piece
     union all select 'list_swap', count(*) from list_swap
     union all select 'screening', count(*) from screening",
)
.across_accounts("the operator's view of the whole database; only numbers are read");

pub(crate) static STATEMENTS: &[&Statement] = &[&COUNTS];

/// How many rows each table has. Reads all of them: not for a request.
pub async fn counts(store: &Store) -> Result<Vec<(String, i64)>, Error> {
    let rows = store.query(&COUNTS, vec![]).await?;
    rows.iter()
        .map(|row| Ok((row.text("name")?, row.integer("count")?)))
        .collect()
}
