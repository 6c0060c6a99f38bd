//! The waist over SQLite: one thread writes, a few threads read snapshots of the write-ahead log.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{mpsc, oneshot};

use crate::commit::Commit;
use crate::error::Error;
use crate::migration;
use crate::row::Row;
use crate::statement::Statement;
use crate::statistics::Counters;
use crate::value::Value;

mod execute;
mod failure;
mod reader;
mod schema;
mod writer;

/// The oldest SQLite that is safe: earlier ones can corrupt the write-ahead log.
const VERSION_MIN: i32 = 3_051_003;

/// How many commits may wait for the writer; the next caller waits until there is room.
const WRITER_QUEUE_MAX: usize = 4_096;

/// How many queries may wait for a reader; the next caller waits until there is room.
const READER_QUEUE_MAX: usize = 4_096;

/// How long to wait for another process that holds the database, in milliseconds.
const BUSY_MILLISECONDS_MAX: u32 = 10_000;

/// How many prepared statements a connection keeps.
const STATEMENTS_KEPT_MAX: usize = 256;

/// The size of a page, in bytes, of a database made new.
const PAGE_BYTES: u64 = 8_192;

/// How many pages the write-ahead log takes before they are copied into the database: 32 MiB. Pages
/// that many transactions change are copied once.
const LOG_PAGES: i64 = 4_096;

/// How a SQLite database is opened.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// How many threads read.
    pub readers: usize,
    /// How large the page cache of the writer may grow, in mebibytes; each reader has a quarter.
    pub cache_mebibytes: u32,
    /// How large the database file may grow, in bytes; then writes fail with `Error::Full`.
    pub file_bytes_max: Option<u64>,
}

impl Default for SqliteOptions {
    fn default() -> SqliteOptions {
        SqliteOptions {
            readers: 3,
            cache_mebibytes: 64,
            file_bytes_max: None,
        }
    }
}

/// The channels to the threads.
pub(crate) struct Sqlite {
    writer: mpsc::Sender<writer::Request>,
    /// None for a database in memory: its one connection writes and reads.
    reader: Option<mpsc::Sender<reader::Request>>,
    threads: std::sync::Mutex<Vec<JoinHandle<()>>>,
    path: PathBuf,
}

impl Sqlite {
    pub(crate) async fn open(
        path: &Path,
        options: SqliteOptions,
        counters: Arc<Counters>,
    ) -> Result<Sqlite, Error> {
        let path = path.to_owned();
        let opened = tokio::task::spawn_blocking(move || open(path, &options, &counters)).await;
        opened.map_err(|source| Error::caused("opening the database was interrupted", source))?
    }

    /// A database that no file holds and that ends with the last handle to it. One connection
    /// writes and reads, in the order of the requests.
    pub(crate) async fn open_in_memory(
        options: SqliteOptions,
        counters: Arc<Counters>,
    ) -> Result<Sqlite, Error> {
        let opened = tokio::task::spawn_blocking(move || {
            let path = PathBuf::from(":memory:");
            let (writer, thread) = start_writer(&path, &options, &counters)?;
            Ok(Sqlite {
                writer,
                reader: None,
                threads: std::sync::Mutex::new(vec![thread]),
                path,
            })
        });
        let opened = opened.await;
        opened.map_err(|source| Error::caused("opening the database was interrupted", source))?
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) async fn query(
        &self,
        statement: &'static Statement,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, Error> {
        let Some(reader) = &self.reader else {
            return self.claim(statement, values).await;
        };
        let (answer, answered) = oneshot::channel();
        let request = reader::Request {
            statement,
            values,
            answer,
        };
        reader.send(request).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    pub(crate) async fn commit(&self, commit: Commit, bytes: usize) -> Result<(), Error> {
        let (answer, answered) = oneshot::channel();
        let request = writer::Request::Commit {
            commit,
            bytes,
            answer,
        };
        self.writer.send(request).await.map_err(|_| closed())?;
        answered.await.map_err(|_| lost_writer())?
    }

    pub(crate) async fn claim(
        &self,
        statement: &'static Statement,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, Error> {
        let (answer, answered) = oneshot::channel();
        let request = writer::Request::Claim {
            statement,
            values,
            answer,
        };
        self.writer.send(request).await.map_err(|_| closed())?;
        answered.await.map_err(|_| lost_writer())?
    }

    /// Ends the writer after what it has been given, and waits for it.
    pub(crate) async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self
            .writer
            .send(writer::Request::Close { answer })
            .await
            .is_ok()
        {
            // The writer that is gone already has nothing left to flush.
            let _ = answered.await;
        }
        let Ok(mut threads) = self.threads.lock() else {
            return;
        };
        for thread in threads.drain(..) {
            drop(thread);
        }
    }
}

fn open(path: PathBuf, options: &SqliteOptions, counters: &Arc<Counters>) -> Result<Sqlite, Error> {
    let version = rusqlite::version_number();
    if version < VERSION_MIN {
        return Err(Error::broken(format!(
            "SQLite {} can corrupt its write-ahead log; use 3.51.3 or newer",
            rusqlite::version()
        )));
    }
    let (writer, thread) = start_writer(&path, options, counters)?;
    let mut threads = vec![thread];
    let (reader, requests) = mpsc::channel(READER_QUEUE_MAX);
    let requests = Arc::new(std::sync::Mutex::new(requests));
    for _ in 0..options.readers.max(1) {
        let connection = connect(&path, options)?;
        set_up_reader(&connection, options).map_err(|source| cannot_open(&path, source))?;
        threads.push(reader::start(
            connection,
            Arc::clone(&requests),
            Arc::clone(counters),
        )?);
    }
    Ok(Sqlite {
        writer,
        reader: Some(reader),
        threads: std::sync::Mutex::new(threads),
        path,
    })
}

/// Opens the connection that writes, with the schema up to date.
fn start_writer(
    path: &Path,
    options: &SqliteOptions,
    counters: &Arc<Counters>,
) -> Result<(mpsc::Sender<writer::Request>, JoinHandle<()>), Error> {
    let mut connection = connect(path, options)?;
    set_up_writer(&connection, options).map_err(|source| cannot_open(path, source))?;
    schema::migrate(&mut connection, migration::SQLITE)?;
    let (writer, requests) = mpsc::channel(WRITER_QUEUE_MAX);
    let thread = writer::start(connection, requests, Arc::clone(counters))?;
    Ok((writer, thread))
}

fn connect(path: &Path, options: &SqliteOptions) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(|source| cannot_open(path, source))?;
    set_up(&connection, options).map_err(|source| cannot_open(path, source))?;
    Ok(connection)
}

fn set_up(connection: &Connection, _options: &SqliteOptions) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::from_millis(u64::from(
        BUSY_MILLISECONDS_MAX,
    )))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT_MAX);
    // Without it SQLite plans a statement with a bound limit, or one ordered behind a bound key,
    // anew at every execution, which costs more than the execution.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "case_sensitive_like", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "temp_store", "memory")
}

fn set_up_writer(connection: &Connection, options: &SqliteOptions) -> rusqlite::Result<()> {
    connection.pragma_update(
        None,
        "page_size",
        i64::try_from(PAGE_BYTES).unwrap_or(8_192),
    )?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", LOG_PAGES, |_| Ok(()))?;
    let kibibytes = i64::from(options.cache_mebibytes) * 1_024;
    connection.pragma_update(None, "cache_size", -kibibytes)?;
    if let Some(bytes) = options.file_bytes_max {
        let pages = i64::try_from(bytes / PAGE_BYTES).unwrap_or(i64::MAX);
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    }
    Ok(())
}

fn set_up_reader(connection: &Connection, options: &SqliteOptions) -> rusqlite::Result<()> {
    let kibibytes = i64::from(options.cache_mebibytes) * 1_024 / 4;
    connection.pragma_update(None, "cache_size", -kibibytes)?;
    connection.pragma_update(None, "query_only", true)
}

fn cannot_open(path: &Path, source: rusqlite::Error) -> Error {
    Error::caused(
        format!(
            "the database {} could not be opened; check the folder and its rights",
            path.display()
        ),
        source,
    )
}

fn closed() -> Error {
    Error::stopped("the store was closed")
}

/// The writer died with the request in its hands.
fn lost_writer() -> Error {
    Error::Unknown {
        source: "the writer of the database ended".into(),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::statements;

    #[test]
    fn no_statement_is_planned_anew_at_every_execution() {
        let options = SqliteOptions::default();
        let mut connection = connect(Path::new(":memory:"), &options).unwrap();
        schema::migrate(&mut connection, migration::SQLITE).unwrap();
        for statement in statements::all() {
            let mut prepared = connection.prepare(statement.sqlite()).unwrap();
            for value in 1..=3 {
                for place in 1..=prepared.parameter_count() {
                    prepared.raw_bind_parameter(place, value).unwrap();
                }
                // A constraint may refuse the values; the statement was planned all the same.
                let _ = prepared.raw_query().next();
            }
            let again = prepared.get_status(StatementStatus::RePrepare);
            assert_eq!(again, 0, "{}", statement.name());
        }
    }
}
