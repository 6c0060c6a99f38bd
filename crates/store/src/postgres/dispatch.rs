//! Gathers commits into batches and keeps a few batches in flight. Two commits that guard the same
//! row are never in flight together: the later waits for the earlier.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use deadpool_postgres::{Object, Pool};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{Id, JoinSet};

use crate::commit::{Commit, Guard};
use crate::error::Error;
use crate::postgres::batch::{self, Trouble};
use crate::postgres::failure::Failure;
use crate::statistics::Counters;
use crate::value::Value;

/// How many commits share one transaction at most.
const BATCH_COMMITS_MAX: usize = 64;

/// How many bytes of values share one transaction at most; a larger commit stands alone.
const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;

/// How many commits the dispatcher looks at for the next batches; the others stay in the queue.
const PENDING_COMMITS_MAX: usize = 1_024;

/// How often a commit that surely did not happen is tried again before its caller hears of it;
/// besides once for each connection, which a server that was restarted leaves dead.
const SPARE_ATTEMPTS: usize = 2;

pub(super) enum Request {
    Commit(Waiting),
    Close(oneshot::Sender<()>),
}

/// A commit and who waits for it.
pub(super) struct Waiting {
    pub(super) commit: Commit,
    pub(super) bytes: usize,
    pub(super) answer: oneshot::Sender<Result<(), Error>>,
}

/// A row that a commit guards.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Guarded {
    Profile(i64, u128),
    Job(i64, String),
    Endpoint(i64, u128),
    Fresh(&'static str, Vec<Value>),
}

struct Dispatcher {
    pool: Pool,
    counters: Arc<Counters>,
    writers: usize,
    pending: VecDeque<Waiting>,
    busy: HashSet<Guarded>,
    batches: JoinSet<()>,
    rows: HashMap<Id, Vec<Guarded>>,
}

/// Starts the dispatcher. It ends when asked to close, or when every sender of requests is gone.
pub(super) fn start(
    pool: Pool,
    requests: mpsc::Receiver<Request>,
    writers: usize,
    counters: Arc<Counters>,
) {
    let dispatcher = Dispatcher {
        pool,
        counters,
        writers,
        pending: VecDeque::new(),
        busy: HashSet::new(),
        batches: JoinSet::new(),
        rows: HashMap::new(),
    };
    tokio::spawn(dispatcher.run(requests));
}

impl Dispatcher {
    async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut closing: Option<oneshot::Sender<()>> = None;
        let mut is_open = true;
        loop {
            self.launch();
            let is_idle = self.pending.is_empty() && self.batches.is_empty();
            if is_idle && !is_open {
                break;
            }
            let has_room = is_open && self.pending.len() < PENDING_COMMITS_MAX;
            tokio::select! {
                request = requests.recv(), if has_room => match request {
                    Some(Request::Commit(waiting)) => self.pending.push_back(waiting),
                    Some(Request::Close(answer)) => {
                        closing = Some(answer);
                        is_open = false;
                    }
                    None => is_open = false,
                },
                Some(ended) = self.batches.join_next_with_id() => {
                    self.release(match ended {
                        Ok((id, ())) => id,
                        Err(error) => error.id(),
                    });
                }
            }
            while is_open && self.pending.len() < PENDING_COMMITS_MAX {
                match requests.try_recv() {
                    Ok(Request::Commit(waiting)) => self.pending.push_back(waiting),
                    Ok(Request::Close(answer)) => {
                        closing = Some(answer);
                        is_open = false;
                    }
                    Err(_) => break,
                }
            }
        }
        self.pool.close();
        drop(requests);
        if let Some(answer) = closing {
            // Nobody may wait for the end any more.
            let _ = answer.send(());
        }
    }

    /// Starts batches while there are commits and connections for them.
    fn launch(&mut self) {
        while self.batches.len() < self.writers && !self.pending.is_empty() {
            let (batch, rows) = self.gather();
            if batch.is_empty() {
                return;
            }
            let pool = self.pool.clone();
            let counters = Arc::clone(&self.counters);
            let task = self.batches.spawn(run(pool, counters, batch));
            self.rows.insert(task.id(), rows);
        }
    }

    /// The next commits that guard no row of a batch in flight, and the rows they guard. A commit
    /// that must wait makes later ones over the same rows wait too.
    fn gather(&mut self) -> (Vec<Waiting>, Vec<Guarded>) {
        let mut batch: Vec<Waiting> = Vec::new();
        let mut rows = Vec::new();
        let mut bytes = 0;
        let mut rest = VecDeque::with_capacity(self.pending.len());
        let mut blocked: HashSet<Guarded> = HashSet::new();
        while let Some(waiting) = self.pending.pop_front() {
            let is_full = batch.len() == BATCH_COMMITS_MAX
                || (!batch.is_empty() && bytes + waiting.bytes > BATCH_BYTES_MAX);
            if is_full {
                rest.push_back(waiting);
                break;
            }
            let guarded: Vec<Guarded> = waiting.commit.guards.iter().map(guarded).collect();
            if guarded
                .iter()
                .any(|row| self.busy.contains(row) || blocked.contains(row))
            {
                blocked.extend(guarded);
                rest.push_back(waiting);
                continue;
            }
            bytes += waiting.bytes;
            self.busy.extend(guarded.iter().cloned());
            rows.extend(guarded);
            batch.push(waiting);
        }
        rest.append(&mut self.pending);
        self.pending = rest;
        (batch, rows)
    }

    fn release(&mut self, batch: Id) {
        for row in self.rows.remove(&batch).unwrap_or_default() {
            self.busy.remove(&row);
        }
    }
}

fn guarded(guard: &Guard) -> Guarded {
    match guard {
        Guard::Profile { account, id, .. } => Guarded::Profile(*account, *id),
        Guard::Job { account, key, .. } => Guarded::Job(*account, key.clone()),
        Guard::Endpoint { account, id, .. } => Guarded::Endpoint(*account, *id),
        Guard::Fresh(write) => {
            let key = write.statement.key(&write.values).to_vec();
            Guarded::Fresh(write.statement.table_name(), key)
        }
    }
}

/// Runs a batch and answers its callers. What surely was not written because of one of them is
/// tried again one by one, so that a bad commit never fails its neighbors.
async fn run(pool: Pool, counters: Arc<Counters>, batch: Vec<Waiting>) {
    let commits: Vec<&Commit> = batch.iter().map(|waiting| &waiting.commit).collect();
    match transaction(&pool, &counters, &commits).await {
        Ok(lost) => {
            for (waiting, lost) in batch.into_iter().zip(lost) {
                reply(waiting, lost.map_or(Ok(()), Err));
            }
        }
        Err(Trouble::Unknown(text)) => {
            for waiting in batch {
                reply(
                    waiting,
                    Err(Error::Unknown {
                        source: text.clone().into(),
                    }),
                );
            }
        }
        Err(Trouble::Undone(failure @ Failure::Pool(_))) => {
            for waiting in batch {
                reply(waiting, Err(failure.to_error("the commit")));
            }
        }
        Err(Trouble::Undone(failure)) if batch.len() == 1 && !failure.is_passing() => {
            for waiting in batch {
                reply(waiting, Err(failure.to_error("the commit")));
            }
        }
        Err(Trouble::Undone(_) | Trouble::Mixed) => {
            for waiting in batch {
                let outcome = alone(&pool, &counters, &waiting.commit).await;
                reply(waiting, outcome);
            }
        }
    }
}

/// Makes one commit in a transaction of its own.
async fn alone(pool: &Pool, counters: &Counters, commit: &Commit) -> Result<(), Error> {
    let mut spare_attempts = SPARE_ATTEMPTS + pool.status().max_size;
    loop {
        match transaction(pool, counters, &[commit]).await {
            Ok(lost) => return lost.into_iter().flatten().next().map_or(Ok(()), Err),
            Err(Trouble::Unknown(text)) => {
                return Err(Error::Unknown {
                    source: text.into(),
                });
            }
            Err(Trouble::Undone(failure)) if failure.is_passing() && spare_attempts > 0 => {
                spare_attempts -= 1;
            }
            Err(Trouble::Undone(failure)) => return Err(failure.to_error("the commit")),
            Err(Trouble::Mixed) => {
                return Err(Error::broken("a commit alone cannot be mixed with others"));
            }
        }
    }
}

/// One transaction on one connection, which is given back clean or thrown away.
async fn transaction(
    pool: &Pool,
    counters: &Counters,
    commits: &[&Commit],
) -> Result<Vec<Option<Error>>, Trouble> {
    let client = pool
        .get()
        .await
        .map_err(|error| Trouble::Undone(error.into()))?;
    #[cfg(feature = "testing")]
    let begun_after = counters.tape.tape().map_or(0, crate::testing::Tape::ended);
    let outcome = batch::run(&client, commits).await;
    #[cfg(feature = "testing")]
    if let (Some(tape), Ok(lost)) = (counters.tape.tape(), &outcome) {
        use crate::testing::Made;
        let made = commits.iter().zip(lost).filter(|(_, lost)| lost.is_none());
        let made: Vec<Made<'_>> = made.map(|(commit, _)| Made::Commit(commit)).collect();
        tape.note(begun_after, &made);
        let lost = commits.iter().zip(lost).filter(|(_, lost)| lost.is_some());
        lost.for_each(|(commit, _)| tape.note_lost(commit));
    }
    match &outcome {
        Ok(lost) => {
            let failures = lost.iter().flatten().count();
            counters.count_batch(commits.len() - failures, failures);
            let made = commits.iter().zip(lost).filter(|(_, lost)| lost.is_none());
            counters.count_rows_written(made.map(|(commit, _)| commit.writes.len()).sum());
        }
        Err(Trouble::Undone(_) | Trouble::Mixed) => {
            if client.batch_execute("rollback").await.is_err() {
                drop(Object::take(client));
            }
        }
        Err(Trouble::Unknown(_)) => drop(Object::take(client)),
    }
    outcome
}

/// Answers a caller; one that no longer waits needs no answer.
fn reply(waiting: Waiting, outcome: Result<(), Error>) {
    drop(waiting.answer.send(outcome));
}
