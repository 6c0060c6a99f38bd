//! The waist over PostgreSQL: a pool of connections that read, and a dispatcher that gathers
//! commits into batches, each one transaction in a few pipelined round trips.

use std::sync::Arc;

use deadpool_postgres::{Object, Pool};
use tokio::sync::{mpsc, oneshot};

use crate::commit::Commit;
use crate::error::Error;
use crate::migration;
use crate::row::Row;
use crate::statement::Statement;
use crate::statistics::Counters;
use crate::value::Value;

mod batch;
mod connect;
mod dispatch;
mod failure;
mod group;
mod locks;
mod pipeline;
mod schema;
mod value;

#[cfg(feature = "testing")]
pub(crate) use group::grouping;

/// How many commits may wait for the dispatcher; the next caller waits until there is room.
const QUEUE_COMMITS_MAX: usize = 4_096;

/// How a PostgreSQL database is used.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// How many connections read and claim.
    pub readers: usize,
    /// How many transactions write at the same time, each on its own connection.
    pub writers: usize,
    /// How long one statement may run, in milliseconds, before the server ends it.
    pub statement_milliseconds_max: u32,
    /// How long a transaction may wait for this program, in milliseconds, before the server ends
    /// it. A transaction that hangs holds back the messages of all accounts.
    pub idle_milliseconds_max: u32,
    /// How long to wait for a connection, in milliseconds.
    pub connect_milliseconds_max: u32,
}

impl Default for PostgresOptions {
    fn default() -> PostgresOptions {
        PostgresOptions {
            readers: 8,
            writers: 2,
            statement_milliseconds_max: 30_000,
            idle_milliseconds_max: 10_000,
            connect_milliseconds_max: 10_000,
        }
    }
}

pub(crate) struct Postgres {
    readers: Pool,
    requests: mpsc::Sender<dispatch::Request>,
    counters: Arc<Counters>,
}

impl Postgres {
    pub(crate) async fn open(
        url: &str,
        options: &PostgresOptions,
        counters: Arc<Counters>,
    ) -> Result<Postgres, Error> {
        let writers = connect::pool(url, options, options.writers.max(1))?;
        let readers = connect::pool(url, options, options.readers.max(1))?;
        schema::migrate(url, options, migration::POSTGRES).await?;
        let (requests, received) = mpsc::channel(QUEUE_COMMITS_MAX);
        let writing = options.writers.max(1);
        dispatch::start(writers, received, writing, Arc::clone(&counters));
        Ok(Postgres {
            readers,
            requests,
            counters,
        })
    }

    pub(crate) async fn query(
        &self,
        statement: &'static Statement,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, Error> {
        // A server that was restarted leaves dead connections in the pool; a read may be repeated
        // until each of them has been tried.
        let mut spare_attempts = self.readers.status().max_size;
        let found = loop {
            match self.run(statement, &values).await {
                Err(failure) if failure.is_lost() && spare_attempts > 0 => spare_attempts -= 1,
                other => break other,
            }
        };
        let rows = found.map_err(|failure| failure.to_error(statement.name()))?;
        self.counters.count_query(rows.len());
        Ok(rows)
    }

    pub(crate) async fn claim(
        &self,
        statement: &'static Statement,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, Error> {
        #[cfg(feature = "testing")]
        let begun_after = self
            .counters
            .tape
            .tape()
            .map_or(0, crate::testing::Tape::ended);
        let found = self.run(statement, &values).await;
        let rows = found.map_err(|failure| failure.to_error(statement.name()))?;
        self.counters.count_batch(1, 0);
        #[cfg(feature = "testing")]
        if let Some(tape) = self.counters.tape.tape()
            && !rows.is_empty()
        {
            let claim = crate::testing::Made::Claim(statement, &values);
            tape.note(begun_after, &[claim]);
        }
        Ok(rows)
    }

    pub(crate) async fn commit(&self, commit: Commit, bytes: usize) -> Result<(), Error> {
        let (answer, answered) = oneshot::channel();
        let request = dispatch::Request::Commit(dispatch::Waiting {
            commit,
            bytes,
            answer,
        });
        self.requests.send(request).await.map_err(|_| closed())?;
        answered.await.map_err(|_| Error::Unknown {
            source: "the writer ended".into(),
        })?
    }

    pub(crate) async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self
            .requests
            .send(dispatch::Request::Close(answer))
            .await
            .is_ok()
        {
            // A dispatcher that is gone already has nothing left to write.
            let _ = answered.await;
        }
        self.readers.close();
    }

    async fn run(
        &self,
        statement: &'static Statement,
        values: &[Value],
    ) -> Result<Vec<Row>, failure::Failure> {
        let client = self.readers.get().await?;
        let found = read(&client, statement, values).await;
        if found.as_ref().is_err_and(failure::Failure::is_lost) {
            drop(Object::take(client));
        }
        found
    }
}

async fn read(
    client: &Object,
    statement: &'static Statement,
    values: &[Value],
) -> Result<Vec<Row>, failure::Failure> {
    let prepared = client.prepare_cached(statement.postgres()).await?;
    let rows = client.query(&prepared, &value::parameters(values)).await?;
    value::rows(&rows)
}

fn closed() -> Error {
    Error::stopped("the store was closed")
}
