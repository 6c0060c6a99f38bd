//! The thread that writes. It takes everything that waits, makes one transaction of it, and answers
//! after the one flush to disk that they share.
//!
//! A commit that is refused has written nothing yet in nearly every case: its guards are looked at
//! first. Should one fail half-way, the transaction is rolled back and made again with a savepoint
//! for each commit, so that its neighbors do not notice. Savepoints from the start would copy every
//! page that a commit touches.

use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::commit::{Commit, Guard};
use crate::error::Error;
use crate::row::Row;
use crate::sqlite::{execute, failure};
use crate::statement::Statement;
use crate::statistics::Counters;
use crate::value::Value;

/// How many requests share one transaction at most.
const BATCH_REQUESTS_MAX: usize = 256;

/// How many bytes of values share one transaction at most; a larger commit stands alone.
const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;

pub(super) enum Request {
    Commit {
        commit: Commit,
        bytes: usize,
        answer: Answer<()>,
    },
    Claim {
        statement: &'static Statement,
        values: Vec<Value>,
        answer: Answer<Vec<Row>>,
    },
    Close {
        answer: oneshot::Sender<()>,
    },
}

type Answer<T> = oneshot::Sender<Result<T, Error>>;

/// An answer that may only be given once the transaction is on disk.
enum Outcome {
    Commit {
        /// How many rows were written.
        result: Result<usize, Error>,
        answer: Answer<()>,
        #[cfg(feature = "testing")]
        made: Commit,
    },
    Claim {
        result: Result<Vec<Row>, Error>,
        answer: Answer<Vec<Row>>,
        #[cfg(feature = "testing")]
        made: (&'static Statement, Vec<Value>),
    },
}

struct Writer {
    connection: Connection,
    counters: Arc<Counters>,
    /// Why no more writes are taken, once that is so.
    stopped: Option<String>,
}

/// Starts the writer. It ends when asked to close, or when every sender of requests is gone.
pub(super) fn start(
    connection: Connection,
    requests: mpsc::Receiver<Request>,
    counters: Arc<Counters>,
) -> Result<JoinHandle<()>, Error> {
    let writer = Writer {
        connection,
        counters,
        stopped: None,
    };
    std::thread::Builder::new()
        .name("sqlite-writer".to_owned())
        .spawn(move || run(writer, requests))
        .map_err(|source| Error::caused("the thread that writes could not be started", source))
}

fn run(mut writer: Writer, mut requests: mpsc::Receiver<Request>) {
    while let Some(first) = requests.blocking_recv() {
        let (batch, close) = gather(first, &mut requests);
        if !batch.is_empty() {
            writer.write(batch);
        }
        if let Some(answer) = close {
            requests.close();
            drop(writer);
            // Nobody may wait for the end any more.
            let _ = answer.send(());
            return;
        }
    }
}

/// What waits, up to the limits, and whether the writer shall end after it.
fn gather(
    first: Request,
    requests: &mut mpsc::Receiver<Request>,
) -> (Vec<Request>, Option<oneshot::Sender<()>>) {
    let mut batch = Vec::new();
    let mut bytes_sum = 0;
    let mut next = Some(first);
    while let Some(request) = next {
        match request {
            Request::Close { answer } => return (batch, Some(answer)),
            Request::Commit { bytes, .. } => bytes_sum += bytes,
            Request::Claim { .. } => {}
        }
        batch.push(request);
        let room = batch.len() < BATCH_REQUESTS_MAX && bytes_sum < BATCH_BYTES_MAX;
        next = if room { requests.try_recv().ok() } else { None };
    }
    (batch, None)
}

impl Writer {
    fn write(&mut self, batch: Vec<Request>) {
        if let Some(reason) = &self.stopped {
            return answer_all(refused(batch, &|| Error::stopped(reason.clone())));
        }
        let mut made = match self.begin().map(|()| self.together(&batch)) {
            Ok(made) => made,
            Err(error) => return answer_all(refused(batch, &|| Error::broken(error.to_string()))),
        };
        if made.is_none() {
            // A failed rollback leaves nothing more to do; the begin after it says so.
            let _ = self.connection.execute_batch("rollback");
            made = match self.begin().map(|()| self.one_by_one(&batch)) {
                Ok(made) => Some(made),
                Err(error) => {
                    return answer_all(refused(batch, &|| Error::broken(error.to_string())));
                }
            };
        }
        let mut requests = batch.into_iter();
        let made = made.unwrap_or_default().into_iter();
        let mut outcomes: Vec<Outcome> = made.zip(requests.by_ref()).filter_map(outcome).collect();
        if self.connection.is_autocommit() {
            fail(&mut outcomes, &|| Error::Full {
                source: "the transaction was rolled back with that of a neighbor".into(),
            });
            answer_all(outcomes);
            let rest: Vec<Request> = requests.collect();
            if !rest.is_empty() {
                self.write(rest);
            }
            return;
        }
        self.finish(&mut outcomes);
        answer_all(outcomes);
    }

    fn begin(&self) -> Result<(), Error> {
        self.connection
            .execute_batch("begin immediate")
            .map_err(|source| {
                let error = failure::of_batch(source);
                tracing::error!(error = %error, "the writer could not begin a transaction");
                error
            })
    }

    /// Makes the requests in one transaction without marks between them; `None` when one failed after
    /// it had written something.
    fn together(&self, batch: &[Request]) -> Option<Vec<Made>> {
        let mut all = Vec::with_capacity(batch.len());
        for request in batch {
            let changes_before = self.connection.total_changes();
            let made = self.make(request);
            let is_rolled_back = self.connection.is_autocommit();
            let has_written = self.connection.total_changes() != changes_before;
            if made.is_failed() && has_written && !is_rolled_back {
                return None;
            }
            all.push(made);
            if is_rolled_back {
                // SQLite has given the whole transaction up: the disk is full or failing.
                break;
            }
        }
        Some(all)
    }

    /// Makes the requests in one transaction with a savepoint for each; what fails leaves nothing.
    fn one_by_one(&self, batch: &[Request]) -> Vec<Made> {
        let mut all = Vec::with_capacity(batch.len());
        for request in batch {
            all.push(self.within_savepoint(request));
            if self.connection.is_autocommit() {
                break;
            }
        }
        all
    }

    /// Makes the batch durable, or turns its good outcomes into failures.
    fn finish(&mut self, outcomes: &mut [Outcome]) {
        let Err(source) = self.connection.execute_batch("commit") else {
            self.count(outcomes);
            #[cfg(feature = "testing")]
            self.record(outcomes);
            return;
        };
        tracing::error!(error = %source, "a commit to the disk failed");
        if !self.connection.is_autocommit() {
            // A failed rollback leaves nothing more to do; the next begin will say so.
            let _ = self.connection.execute_batch("rollback");
        }
        if failure::is_harmless(&source) {
            let full = source.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull);
            let text = source.to_string();
            fail(outcomes, &|| {
                if full {
                    return Error::Full {
                        source: text.clone().into(),
                    };
                }
                Error::caused("the transaction could not be committed", text.clone())
            });
            return;
        }
        self.stopped = Some(format!(
            "the disk failed while committing ({source}); check it, then start again"
        ));
        let text = source.to_string();
        fail(outcomes, &|| Error::Unknown {
            source: text.clone().into(),
        });
    }

    fn count(&self, outcomes: &[Outcome]) {
        let commits = outcomes.iter().filter(|outcome| outcome.is_good()).count();
        self.counters.count_batch(commits, outcomes.len() - commits);
        let rows = outcomes.iter().map(Outcome::rows).sum();
        self.counters.count_rows_written(rows);
    }

    /// Notes the transaction for a benchmark that records.
    #[cfg(feature = "testing")]
    fn record(&self, outcomes: &[Outcome]) {
        if let Some(tape) = self.counters.tape.tape() {
            let made: Vec<_> = outcomes.iter().filter_map(Outcome::made).collect();
            tape.note(tape.ended(), &made);
            for outcome in outcomes {
                if let Outcome::Commit {
                    result: Err(_),
                    made: lost,
                    ..
                } = outcome
                {
                    tape.note_lost(lost);
                }
            }
        }
    }

    /// Makes one request inside the transaction.
    fn make(&self, request: &Request) -> Made {
        match request {
            Request::Commit { commit, .. } => Made::Commit(self.apply(commit)),
            Request::Claim {
                statement, values, ..
            } => {
                let (name, sql) = (statement.name(), statement.sqlite());
                Made::Claim(execute::rows(&self.connection, name, sql, values))
            }
            Request::Close { .. } => Made::Nothing,
        }
    }

    fn within_savepoint(&self, request: &Request) -> Made {
        if let Err(error) = self.mark("savepoint", "savepoint one_commit") {
            return Made::failed(request, error);
        }
        let made = self.make(request);
        let ended = if !made.is_failed() {
            self.mark("release", "release one_commit")
        } else if self.connection.is_autocommit() {
            Ok(())
        } else {
            self.mark("rollback", "rollback to one_commit")
                .and_then(|()| self.mark("release", "release one_commit"))
        };
        match ended {
            Ok(()) => made,
            Err(error) => Made::failed(request, error),
        }
    }

    fn mark(&self, name: &str, sql: &str) -> Result<(), Error> {
        execute::change(&self.connection, name, sql, &[]).map(|_| ())
    }

    /// Returns how many rows were written.
    fn apply(&self, commit: &Commit) -> Result<usize, Error> {
        for guard in &commit.guards {
            if !self.holds(guard)? {
                return Err(guard.lost());
            }
        }
        let mut rows = 0;
        for write in &commit.writes {
            let statement = write.statement;
            rows += execute::change(
                &self.connection,
                statement.name(),
                statement.sqlite(),
                &write.values,
            )?;
        }
        Ok(rows)
    }

    fn holds(&self, guard: &Guard) -> Result<bool, Error> {
        match guard {
            Guard::Fresh(write) => {
                let texts = write.statement.texts();
                let sql = texts.sqlite_fresh.as_deref().unwrap_or(&texts.sqlite);
                let name = write.statement.name();
                Ok(execute::change(&self.connection, name, sql, &write.values)? == 1)
            }
            Guard::Profile { account, id, version } => self.finds(
                "guard.profile",
                "select 1 from profile where account = $1 and id = $2 and version = $3",
                &[(*account).into(), (*id).into(), (*version).into()],
            ),
            Guard::Job { account, key, lease } => self.finds(
                "guard.job",
                "select 1 from job where account = $1 and key = $2 and lease = $3 and lease <> 0",
                &[(*account).into(), key.into(), (*lease).into()],
            ),
            Guard::Endpoint { account, id, lease } => self.finds(
                "guard.endpoint",
                "select 1 from endpoint where account = $1 and id = $2 and lease = $3 and lease <> 0",
                &[(*account).into(), (*id).into(), (*lease).into()],
            ),
        }
    }

    fn finds(&self, name: &str, sql: &str, values: &[Value]) -> Result<bool, Error> {
        Ok(!execute::rows(&self.connection, name, sql, values)?.is_empty())
    }
}

/// What became of a request inside the transaction.
enum Made {
    /// How many rows a commit wrote.
    Commit(Result<usize, Error>),
    /// What a claim found.
    Claim(Result<Vec<Row>, Error>),
    /// It was no request to the database.
    Nothing,
}

impl Made {
    fn failed(request: &Request, error: Error) -> Made {
        match request {
            Request::Commit { .. } => Made::Commit(Err(error)),
            Request::Claim { .. } => Made::Claim(Err(error)),
            Request::Close { .. } => Made::Nothing,
        }
    }

    fn is_failed(&self) -> bool {
        match self {
            Made::Commit(result) => result.is_err(),
            Made::Claim(result) => result.is_err(),
            Made::Nothing => false,
        }
    }
}

/// A request with what became of it.
fn outcome((made, request): (Made, Request)) -> Option<Outcome> {
    match (made, request) {
        (
            Made::Commit(result),
            Request::Commit {
                answer,
                #[cfg(feature = "testing")]
                commit,
                ..
            },
        ) => Some(Outcome::Commit {
            result,
            answer,
            #[cfg(feature = "testing")]
            made: commit,
        }),
        (
            Made::Claim(result),
            Request::Claim {
                answer,
                #[cfg(feature = "testing")]
                statement,
                #[cfg(feature = "testing")]
                values,
                ..
            },
        ) => Some(Outcome::Claim {
            result,
            answer,
            #[cfg(feature = "testing")]
            made: (statement, values),
        }),
        _ => None,
    }
}

impl Outcome {
    fn rows(&self) -> usize {
        match self {
            Outcome::Commit {
                result: Ok(rows), ..
            } => *rows,
            Outcome::Commit { .. } | Outcome::Claim { .. } => 0,
        }
    }

    /// What a tape notes of it; nothing of what was not made.
    #[cfg(feature = "testing")]
    fn made(&self) -> Option<crate::testing::Made<'_>> {
        use crate::testing::Made;
        match self {
            Outcome::Commit {
                result: Ok(_),
                made,
                ..
            } => Some(Made::Commit(made)),
            Outcome::Claim {
                result: Ok(rows),
                made,
                ..
            } if !rows.is_empty() => Some(Made::Claim(made.0, &made.1)),
            Outcome::Commit { .. } | Outcome::Claim { .. } => None,
        }
    }

    fn is_good(&self) -> bool {
        match self {
            Outcome::Commit { result, .. } => result.is_ok(),
            Outcome::Claim { result, .. } => result.is_ok(),
        }
    }
}

/// Turns every good outcome into a failure.
fn fail(outcomes: &mut [Outcome], error: &dyn Fn() -> Error) {
    for outcome in outcomes {
        match outcome {
            Outcome::Commit { result, .. } if result.is_ok() => *result = Err(error()),
            Outcome::Claim { result, .. } if result.is_ok() => *result = Err(error()),
            Outcome::Commit { .. } | Outcome::Claim { .. } => {}
        }
    }
}

fn refused(batch: Vec<Request>, error: &dyn Fn() -> Error) -> Vec<Outcome> {
    let refuse = |request: Request| outcome((Made::failed(&request, error()), request));
    batch.into_iter().filter_map(refuse).collect()
}

/// Answers the callers; one that no longer waits needs no answer.
fn answer_all(outcomes: Vec<Outcome>) {
    for outcome in outcomes {
        match outcome {
            Outcome::Commit { result, answer, .. } => drop(answer.send(result.map(|_| ()))),
            Outcome::Claim { result, answer, .. } => drop(answer.send(result)),
        }
    }
}
