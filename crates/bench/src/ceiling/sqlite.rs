//! The ceiling on SQLite: one connection with the settings of the store's writer.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use store::testing::{Batch, scratch_folder};
use store::{Store, Value};

use super::Ceiling;
use crate::{Trouble, processor};

/// A statement and one set of its values, in the order of SQLite's own numbers.
struct Call {
    sql: &'static str,
    values: Vec<Value>,
}

/// The bytes of a database file, without its log.
pub(crate) fn bytes(path: &Path) -> Result<i64, Trouble> {
    let connection = Connection::open(path)?;
    let pages: i64 =
        connection.query_row("select page_count from pragma_page_count", (), |row| {
            row.get(0)
        })?;
    let size: i64 = connection.query_row("select page_size from pragma_page_size", (), |row| {
        row.get(0)
    })?;
    Ok(pages * size)
}

/// The same rows in the same transactions.
pub(crate) async fn same_commits(batches: &[Batch]) -> Result<Ceiling, Trouble> {
    let path = empty().await?;
    let calls = calls(&path, batches)?;
    replay(&path, &calls)
}

/// The same rows in one transaction.
pub(crate) async fn one_commit(batches: &[Batch]) -> Result<Ceiling, Trouble> {
    let path = empty().await?;
    let calls = calls(&path, batches)?.into_iter().flatten().collect();
    replay(&path, &[calls])
}

/// A new file with the schema.
async fn empty() -> Result<PathBuf, Trouble> {
    let path = scratch_folder().join("ceiling.sqlite");
    Store::open_sqlite(&path).await?.close().await;
    Ok(path)
}

fn calls(path: &Path, batches: &[Batch]) -> Result<Vec<Vec<Call>>, Trouble> {
    let connection = Connection::open(path)?;
    let mut places: HashMap<&'static str, Vec<usize>> = HashMap::new();
    let mut all = Vec::with_capacity(batches.len());
    for batch in batches {
        let mut calls = Vec::new();
        for step in batch.steps() {
            if !places.contains_key(step.sql) {
                places.insert(step.sql, parameters(&connection, step.sql)?);
            }
            let places = places.get(step.sql).map(Vec::as_slice).unwrap_or_default();
            for row in &step.rows {
                let values = places
                    .iter()
                    .filter_map(|place| row.get(*place).cloned())
                    .collect();
                calls.push(Call {
                    sql: step.sql,
                    values,
                });
            }
        }
        all.push(calls);
    }
    Ok(all)
}

/// For each of SQLite's parameters, the place of its value: `$2` may be the first it meets.
fn parameters(connection: &Connection, sql: &str) -> Result<Vec<usize>, Trouble> {
    let prepared = connection.prepare(sql)?;
    let numbers = (1..=prepared.parameter_count()).map(|place| {
        let name = prepared
            .parameter_name(place)
            .ok_or("a parameter without a name")?;
        let number: usize = name.trim_start_matches('$').parse()?;
        number
            .checked_sub(1)
            .ok_or_else(|| Trouble::from("a parameter $0"))
    });
    numbers.collect()
}

fn replay(path: &Path, batches: &[Vec<Call>]) -> Result<Ceiling, Trouble> {
    const STATEMENTS_KEPT_MAX: usize = 256;
    let connection = Connection::open(path)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT_MAX);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 4_096, |_| Ok(()))?;
    connection.pragma_update(None, "cache_size", -64 * 1_024)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    let changes_before = connection.total_changes();
    let processor_before = processor::of_this_process()?;
    let begun = Instant::now();
    for batch in batches {
        connection.execute_batch("begin immediate")?;
        for call in batch {
            let mut prepared = connection.prepare_cached(call.sql)?;
            for (place, value) in call.values.iter().enumerate() {
                prepared.raw_bind_parameter(place + 1, value)?;
            }
            let mut rows = prepared.raw_query();
            while rows.next()?.is_some() {}
        }
        connection.execute_batch("commit")?;
    }
    Ok(Ceiling {
        wall: begun.elapsed(),
        driver: processor::of_this_process()?.saturating_sub(processor_before),
        database: None,
        rows: connection.total_changes() - changes_before,
    })
}
