//! One batch of commits as one transaction, in at most three round trips: lock the guarded rows
//! and make the fresh ones; make the fresh rows of commits that guard rows besides; write and
//! commit. Commits that lose a guard are left out; the others go on.

use std::collections::{BTreeMap, HashMap, HashSet};

use deadpool_postgres::Object;
use tokio_postgres::Statement as Prepared;
use tokio_postgres::types::ToSql;

use crate::commit::{Commit, Guard, Write};
use crate::error::Error;
use crate::postgres::failure::{self, Failure};
use crate::postgres::group;
use crate::postgres::locks::{Held, Locks};
use crate::postgres::pipeline::{self, Break, Sent};
use crate::postgres::value::{self, Column};
use crate::statement::Statement;
use crate::value::Value;

/// How a batch ended when it was not committed.
pub(super) enum Trouble {
    /// Surely nothing was written. The batch may be split and tried again.
    Undone(Failure),
    /// A commit lost one fresh row and won another: it must be tried alone.
    Mixed,
    /// COMMIT was sent and its answer never came.
    Unknown(String),
}

/// A batch on its way.
struct Batch<'batch> {
    client: &'batch Object,
    commits: &'batch [&'batch Commit],
    prepared: HashMap<&'static str, Prepared>,
    /// Why a commit is left out, for each of them.
    lost: Vec<Option<Error>>,
    has_begun: bool,
}

/// A fresh row and the place of its commit.
type Fresh<'batch> = (usize, &'batch Write);

/// Runs the batch; says for every commit whether it was made or lost a guard.
pub(super) async fn run(
    client: &Object,
    commits: &[&Commit],
) -> Result<Vec<Option<Error>>, Trouble> {
    let prepared = prepare(client, commits).await.map_err(Trouble::Undone)?;
    let lost = commits.iter().map(|_| None).collect();
    let mut batch = Batch {
        client,
        commits,
        prepared,
        lost,
        has_begun: false,
    };
    if commits.iter().any(|commit| !commit.guards.is_empty()) {
        batch.take_guards().await?;
        batch.make_late_fresh().await?;
    }
    batch.write().await?;
    Ok(batch.lost)
}

/// Every statement that the batch may send. One that this connection has not seen yet costs a
/// round trip, once.
async fn prepare(
    client: &Object,
    commits: &[&Commit],
) -> Result<HashMap<&'static str, Prepared>, Failure> {
    let mut texts: HashSet<&'static str> = HashSet::new();
    for commit in commits {
        for guard in &commit.guards {
            texts.insert(match guard {
                Guard::Fresh(write) => fresh_text(write.statement),
                other => Locks::text(other),
            });
        }
        texts.extend(commit.writes.iter().map(|write| text(write.statement)));
    }
    let mut prepared = HashMap::with_capacity(texts.len());
    for text in texts {
        prepared.insert(text, client.prepare_cached(text).await?);
    }
    Ok(prepared)
}

fn text(statement: &'static Statement) -> &'static str {
    let texts = statement.texts();
    texts.postgres_batch.as_deref().unwrap_or(&texts.postgres)
}

fn fresh_text(statement: &'static Statement) -> &'static str {
    statement
        .texts()
        .postgres_fresh
        .as_deref()
        .unwrap_or_else(|| text(statement))
}

impl<'batch> Batch<'batch> {
    /// Begins the transaction, locks the guarded rows, and makes the fresh rows of the commits
    /// that guard nothing else: they need no answer first.
    async fn take_guards(&mut self) -> Result<(), Trouble> {
        let locks = Locks::of(self.commits);
        let fresh = self.fresh(|commit| !guards_rows(commit));
        let mut statements = vec![command(self.client, "begin")];
        for (text, columns) in locks.statements() {
            statements.push(self.many(text, columns)?);
        }
        let first_fresh = statements.len();
        for rows in fresh.values() {
            statements.push(self.insert_fresh(rows)?);
        }
        let answers = pipeline::send(statements).await.map_err(before_commit)?;
        self.has_begun = true;
        let held = Held::read(&answers)?;
        for (commit, lost) in self.commits.iter().zip(&mut self.lost) {
            *lost = commit
                .guards
                .iter()
                .find(|guard| !held.holds(guard))
                .map(Guard::lost);
        }
        let answers = answers.get(first_fresh..).unwrap_or_default();
        mark_losers(&fresh, answers, self.commits, &mut self.lost)
    }

    /// Makes the fresh rows of the commits that still hold the rows they guard besides.
    async fn make_late_fresh(&mut self) -> Result<(), Trouble> {
        let fresh = self.fresh(guards_rows);
        if fresh.is_empty() {
            return Ok(());
        }
        let mut statements = Vec::with_capacity(fresh.len());
        for rows in fresh.values() {
            statements.push(self.insert_fresh(rows)?);
        }
        let answers = pipeline::send(statements).await.map_err(before_commit)?;
        mark_losers(&fresh, &answers, self.commits, &mut self.lost)
    }

    /// Makes the writes of the commits that have lost nothing, and commits.
    async fn write(&mut self) -> Result<(), Trouble> {
        let survivors = self
            .commits
            .iter()
            .zip(&self.lost)
            .filter(|(_, lost)| lost.is_none());
        let groups = group::group(survivors.map(|(commit, _)| commit.writes.as_slice()));
        if self.lost.iter().all(Option::is_some) {
            let undone = pipeline::send(vec![command(self.client, "rollback")]).await;
            return undone.map(|_| ()).map_err(before_commit);
        }
        let mut statements = Vec::new();
        if !self.has_begun {
            statements.push(command(self.client, "begin"));
        }
        for group in &groups {
            let text = text(group.statement);
            match group.statement.kinds() {
                Some(kinds) => {
                    statements.push(self.many(text, value::columns(&kinds, &group.rows))?);
                }
                None => {
                    for row in &group.rows {
                        statements.push(self.one(text, row)?);
                    }
                }
            }
        }
        statements.push(command(self.client, "commit"));
        pipeline::send(statements)
            .await
            .map(|_| ())
            .map_err(at_commit)
    }

    /// The fresh rows of the commits that were not lost and are wanted, by statement, in the order
    /// of their keys.
    fn fresh(
        &self,
        is_wanted: impl Fn(&Commit) -> bool,
    ) -> BTreeMap<&'static str, Vec<Fresh<'batch>>> {
        let mut all: BTreeMap<&'static str, Vec<Fresh<'batch>>> = BTreeMap::new();
        for (place, commit) in self.commits.iter().enumerate() {
            let lost = self.lost.get(place).is_some_and(Option::is_some);
            if lost || !is_wanted(commit) {
                continue;
            }
            for guard in &commit.guards {
                if let Guard::Fresh(write) = guard {
                    all.entry(fresh_text(write.statement))
                        .or_default()
                        .push((place, write));
                }
            }
        }
        for rows in all.values_mut() {
            rows.sort_by(|(_, left), (_, right)| key(left).cmp(key(right)));
        }
        all
    }

    fn insert_fresh<'sent>(&'sent self, rows: &[Fresh<'sent>]) -> Result<Sent<'sent>, Trouble> {
        let Some((_, first)) = rows.first() else {
            return Ok(Box::pin(std::future::ready(Ok(Vec::new()))));
        };
        let kinds = first.statement.kinds().unwrap_or_default();
        let values: Vec<&[Value]> = rows
            .iter()
            .map(|(_, write)| write.values.as_slice())
            .collect();
        self.many(fresh_text(first.statement), value::columns(&kinds, &values))
    }

    /// A statement over columns of values.
    fn many<'sent>(
        &'sent self,
        text: &str,
        columns: Vec<Column<'sent>>,
    ) -> Result<Sent<'sent>, Trouble> {
        let prepared = self.prepared(text)?;
        let client = self.client;
        Ok(Box::pin(async move {
            let parameters: Vec<&(dyn ToSql + Sync)> = columns
                .iter()
                .map(|column| column as &(dyn ToSql + Sync))
                .collect();
            client.query(prepared, &parameters).await
        }))
    }

    /// A statement over one set of values.
    fn one<'sent>(&'sent self, text: &str, row: &'sent [Value]) -> Result<Sent<'sent>, Trouble> {
        let prepared = self.prepared(text)?;
        let client = self.client;
        Ok(Box::pin(async move {
            client.query(prepared, &value::parameters(row)).await
        }))
    }

    fn prepared(&self, text: &str) -> Result<&Prepared, Trouble> {
        self.prepared.get(text).ok_or_else(|| {
            Trouble::Undone(Error::broken("a statement of the batch was not prepared").into())
        })
    }
}

/// Finds out which fresh rows existed already. A commit that has lost all of its rows has written
/// nothing and is left out; one that has won others must be undone, which only it alone can be.
fn mark_losers(
    fresh: &BTreeMap<&'static str, Vec<Fresh<'_>>>,
    answers: &[Vec<tokio_postgres::Row>],
    commits: &[&Commit],
    lost: &mut [Option<Error>],
) -> Result<(), Trouble> {
    let mut winners: HashSet<usize> = HashSet::new();
    let mut losers: Vec<Fresh<'_>> = Vec::new();
    for (rows, answer) in fresh.values().zip(answers) {
        let made = value::keys(answer).map_err(Trouble::Undone)?;
        for (place, write) in rows {
            if made.contains(key(write)) {
                winners.insert(*place);
            } else {
                losers.push((*place, write));
            }
        }
    }
    for (place, write) in losers {
        if winners.contains(&place) && commits.len() > 1 {
            return Err(Trouble::Mixed);
        }
        if let Some(lost) = lost.get_mut(place) {
            *lost = Some(Guard::Fresh(write.clone()).lost());
        }
    }
    Ok(())
}

fn key(write: &Write) -> &[Value] {
    write.statement.key(&write.values)
}

/// Whether the commit guards rows that exist.
fn guards_rows(commit: &Commit) -> bool {
    commit
        .guards
        .iter()
        .any(|guard| !matches!(guard, Guard::Fresh(_)))
}

fn command<'client>(client: &'client Object, text: &'static str) -> Sent<'client> {
    Box::pin(async move { client.batch_execute(text).await.map(|()| Vec::new()) })
}

fn before_commit(broken: Break) -> Trouble {
    Trouble::Undone(broken.error.into())
}

fn at_commit(broken: Break) -> Trouble {
    let text = failure::describe(&broken.error);
    let failure = Failure::from(broken.error);
    if broken.all_sent && failure.is_lost() {
        return Trouble::Unknown(text);
    }
    Trouble::Undone(failure)
}
