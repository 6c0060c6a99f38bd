//! The waist: everything that the program reads or writes passes through these methods.

use std::path::Path;
use std::sync::Arc;

use crate::commit::Commit;
use crate::error::Error;
use crate::postgres::{Postgres, PostgresOptions};
use crate::row::Row;
use crate::sqlite::{Sqlite, SqliteOptions};
use crate::statement::Statement;
use crate::statistics::{Counters, Statistics};
use crate::value::Value;

/// A database of one of the two kinds. Cloning is cheap; the clones share everything.
#[derive(Clone)]
pub struct Store {
    backend: Arc<Backend>,
    counters: Arc<Counters>,
}

enum Backend {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// Which database is behind a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file, inside this process.
    Sqlite,
    /// A server, shared by any number of processes.
    Postgres,
}

impl Store {
    /// Opens or makes the database file and brings its schema up to date. The folder must exist.
    pub async fn open_sqlite(path: impl AsRef<Path>) -> Result<Store, Error> {
        Store::open_sqlite_with(path, SqliteOptions::default()).await
    }

    /// As `open_sqlite`, with options.
    pub async fn open_sqlite_with(
        path: impl AsRef<Path>,
        options: SqliteOptions,
    ) -> Result<Store, Error> {
        let counters = Arc::new(Counters::default());
        let sqlite = Sqlite::open(path.as_ref(), options, Arc::clone(&counters)).await?;
        Ok(Store {
            backend: Arc::new(Backend::Sqlite(sqlite)),
            counters,
        })
    }

    /// A SQLite database in memory, empty but for the schema: for what is tried out and must leave no
    /// trace. It ends with the last clone. `file_bytes_max` bounds the memory that it takes.
    pub async fn open_in_memory(options: SqliteOptions) -> Result<Store, Error> {
        let counters = Arc::new(Counters::default());
        let sqlite = Sqlite::open_in_memory(options, Arc::clone(&counters)).await?;
        Ok(Store {
            backend: Arc::new(Backend::Sqlite(sqlite)),
            counters,
        })
    }

    /// Connects to a PostgreSQL database by its URL and brings its schema up to date. Must be
    /// called inside the runtime that goes on running. TLS is not offered yet: keep the server on
    /// the same host or a private network.
    pub async fn open_postgres(url: &str, options: PostgresOptions) -> Result<Store, Error> {
        let counters = Arc::new(Counters::default());
        let postgres = Postgres::open(url, &options, Arc::clone(&counters)).await?;
        Ok(Store {
            backend: Arc::new(Backend::Postgres(postgres)),
            counters,
        })
    }

    /// Which database this is.
    pub fn engine(&self) -> Engine {
        match &*self.backend {
            Backend::Sqlite(_) => Engine::Sqlite,
            Backend::Postgres(_) => Engine::Postgres,
        }
    }

    /// The file of a SQLite database.
    pub fn path(&self) -> Option<&Path> {
        match &*self.backend {
            Backend::Sqlite(sqlite) => Some(sqlite.path()),
            Backend::Postgres(_) => None,
        }
    }

    /// Reads committed rows, as of one moment.
    pub async fn query(
        &self,
        statement: &'static Statement,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, Error> {
        statement.check_reads()?;
        statement.check(&values)?;
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.query(statement, values).await,
            Backend::Postgres(postgres) => postgres.query(statement, values).await,
        }
    }

    /// Makes every write or none, durably. `Error::Conflict` says which guard was lost.
    pub async fn commit(&self, commit: Commit) -> Result<(), Error> {
        let bytes = commit.check()?;
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.commit(commit, bytes).await,
            Backend::Postgres(postgres) => postgres.commit(commit, bytes).await,
        }
    }

    /// Runs a claim: changes rows and returns them, durably.
    pub(crate) async fn take(
        &self,
        statement: &'static Statement,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, Error> {
        statement.check(&values)?;
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.claim(statement, values).await,
            Backend::Postgres(postgres) => postgres.claim(statement, values).await,
        }
    }

    /// What was done since the store was opened.
    pub fn statistics(&self) -> Statistics {
        self.counters.read()
    }

    /// Records every transaction from now on. Room for `bytes` of values is made at once, so that
    /// recording them costs little; more may come.
    #[cfg(feature = "testing")]
    pub fn record(&self, bytes: usize) -> Arc<crate::testing::Tape> {
        self.counters.tape.record(self.engine(), bytes)
    }

    /// Makes what was handed over durable, then ends the writer. Later writes of any clone fail
    /// with `Error::Stopped`.
    pub async fn close(self) {
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => postgres.close().await,
        }
    }
}
