//! A record of what a store has written, transaction by transaction, so that a benchmark can write
//! the same rows in the same transactions through the bare driver.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::packed::Packed;
use crate::commit::{Commit, Guard, Write};
use crate::postgres::grouping;
use crate::statement::Statement;
use crate::store::Engine;
use crate::value::{Kind, Value};

/// What a store has written since it was asked to record. Everything stays in memory: record short
/// runs only.
#[derive(Debug)]
pub struct Tape {
    engine: Engine,
    packed: Mutex<Packed>,
    ended: AtomicUsize,
    lost: Mutex<Vec<Commit>>,
}

/// One transaction, in the order in which transactions ended.
#[derive(Clone, Debug)]
pub struct Batch {
    engine: Engine,
    /// How many transactions had ended when this one began: the ones it may depend on.
    pub begun_after: usize,
    /// What it made, in order; what lost a guard is left out.
    pub entries: Vec<Entry>,
}

/// What one caller had written.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A commit whose guards held.
    Commit(Commit),
    /// A claim that found rows.
    Claim {
        /// The statement.
        statement: &'static Statement,
        /// Its values.
        values: Vec<Value>,
    },
}

/// What a transaction made, before the tape has copied it.
pub(crate) enum Made<'made> {
    /// A commit whose guards held.
    Commit(&'made Commit),
    /// A claim that found rows.
    Claim(&'static Statement, &'made [Value]),
}

/// One statement of a transaction, as it was sent. What only reads (the guards over rows) is not
/// there.
#[derive(Clone, Debug)]
pub struct Step {
    /// The name of the statement.
    pub name: &'static str,
    /// The text, with parameters `$1`, `$2` ….
    pub sql: &'static str,
    /// One set of values for each row.
    pub rows: Vec<Vec<Value>>,
    /// The kinds of the parameters if each parameter is an array with an entry for each row; `None`
    /// if the statement is sent once for each row.
    pub arrays: Option<Vec<Kind>>,
}

/// Where a store finds the tape it records on, if it does.
#[derive(Debug, Default)]
pub(crate) struct Slot(OnceLock<Arc<Tape>>);

impl Slot {
    /// Starts recording, once and for all.
    pub(crate) fn record(&self, engine: Engine, bytes: usize) -> Arc<Tape> {
        let tape = self.0.get_or_init(|| {
            Arc::new(Tape {
                engine,
                packed: Mutex::new(Packed::with_room(bytes)),
                ended: AtomicUsize::new(0),
                lost: Mutex::default(),
            })
        });
        Arc::clone(tape)
    }

    /// The tape, while recording.
    pub(crate) fn tape(&self) -> Option<&Tape> {
        self.0.get().map(Arc::as_ref)
    }
}

impl Tape {
    /// Everything recorded up to now.
    pub fn batches(&self) -> Vec<Batch> {
        let all = self.lock().unpack();
        let batch = |(begun_after, entries)| Batch {
            engine: self.engine,
            begun_after,
            entries,
        };
        all.into_iter().map(batch).collect()
    }

    /// The commits that were refused or lost a guard, with their guards.
    pub fn lost(&self) -> Vec<Commit> {
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.clone()
    }

    /// Notes a commit of which nothing was made.
    pub(crate) fn note_lost(&self, commit: &Commit) {
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.push(commit.clone());
    }

    /// How many transactions have ended: to be noted when one begins.
    pub(crate) fn ended(&self) -> usize {
        self.ended.load(Ordering::SeqCst)
    }

    /// Notes a transaction that was committed.
    pub(crate) fn note(&self, begun_after: usize, made: &[Made<'_>]) {
        if made.is_empty() {
            return;
        }
        let mut packed = self.lock();
        packed.pack(begun_after, made);
        self.ended.store(packed.transactions(), Ordering::SeqCst);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Packed> {
        self.packed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Batch {
    /// The statements as they were sent.
    pub fn steps(&self) -> Vec<Step> {
        match self.engine {
            Engine::Sqlite => self.entries.iter().flat_map(sqlite_steps).collect(),
            Engine::Postgres => self.postgres_steps(),
        }
    }

    fn postgres_steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut commits = Vec::new();
        for entry in &self.entries {
            match entry {
                Entry::Commit(commit) => commits.push(commit),
                Entry::Claim { statement, values } => steps.push(Step {
                    name: statement.name(),
                    sql: &statement.texts().postgres,
                    rows: vec![values.clone()],
                    arrays: None,
                }),
            }
        }
        let fresh: Vec<Vec<Write>> = commits
            .iter()
            .map(|commit| fresh(commit).cloned().collect())
            .collect();
        let texts = |statement: &'static Statement| statement.texts().postgres_fresh.as_deref();
        steps.extend(grouped(fresh.iter().map(Vec::as_slice), texts));
        let writes = commits.iter().map(|commit| commit.writes.as_slice());
        steps.extend(grouped(writes, |_| None));
        steps
    }
}

fn fresh(commit: &Commit) -> impl Iterator<Item = &Write> {
    commit.guards.iter().filter_map(|guard| match guard {
        Guard::Fresh(write) => Some(write),
        Guard::Profile { .. } | Guard::Job { .. } | Guard::Endpoint { .. } => None,
    })
}

fn sqlite_steps(entry: &Entry) -> Vec<Step> {
    let step = |statement: &'static Statement, sql: &'static str, values: &[Value]| Step {
        name: statement.name(),
        sql,
        rows: vec![values.to_vec()],
        arrays: None,
    };
    match entry {
        Entry::Claim { statement, values } => {
            vec![step(statement, &statement.texts().sqlite, values)]
        }
        Entry::Commit(commit) => {
            let fresh = fresh(commit).map(|write| {
                let texts = write.statement.texts();
                let sql = texts.sqlite_fresh.as_deref().unwrap_or(&texts.sqlite);
                step(write.statement, sql, &write.values)
            });
            let writes = commit.writes.iter();
            let writes = writes.map(|write| {
                step(
                    write.statement,
                    &write.statement.texts().sqlite,
                    &write.values,
                )
            });
            fresh.chain(writes).collect()
        }
    }
}

/// The statements that several commits become.
fn grouped<'commits>(
    commits: impl Iterator<Item = &'commits [Write]>,
    text: impl Fn(&'static Statement) -> Option<&'static str>,
) -> Vec<Step> {
    let groups = grouping(commits);
    groups
        .into_iter()
        .map(|(statement, rows)| {
            let texts = statement.texts();
            let sql = text(statement).or(texts.postgres_batch.as_deref());
            Step {
                name: statement.name(),
                sql: sql.unwrap_or(&texts.postgres),
                rows,
                arrays: sql.and_then(|_| statement.kinds()),
            }
        })
        .collect()
}
