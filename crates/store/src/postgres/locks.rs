//! The rows that a batch guards: locked by one statement per table, in the order of their keys.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::Row;
use uuid::Uuid;

use crate::commit::{Commit, Guard};
use crate::postgres::batch::Trouble;
use crate::postgres::failure::Failure;
use crate::postgres::value::Column;

const PROFILES: &str = "select 'profile' as kind, p.account, p.id, p.version
    from unnest($1::bigint[], $2::uuid[]) as g(account, id)
    join profile p on p.account = g.account and p.id = g.id
    order by p.account, p.id for update of p";

const JOBS: &str = "select 'job' as kind, j.account, j.key, j.lease
    from unnest($1::bigint[], $2::text[]) as g(account, key)
    join job j on j.account = g.account and j.key = g.key
    order by j.account, j.key for update of j";

const ENDPOINTS: &str = "select 'endpoint' as kind, e.account, e.id, e.lease
    from unnest($1::bigint[], $2::uuid[]) as g(account, id)
    join endpoint e on e.account = g.account and e.id = g.id
    order by e.account, e.id for update of e";

/// The keys of the rows to lock.
#[derive(Default)]
pub(super) struct Locks<'commits> {
    profiles: BTreeSet<(i64, u128)>,
    jobs: BTreeSet<(i64, &'commits str)>,
    endpoints: BTreeSet<(i64, u128)>,
}

/// The locked rows, and what their versions or leases are.
#[derive(Default)]
pub(super) struct Held {
    profiles: BTreeMap<(i64, u128), i64>,
    jobs: BTreeMap<(i64, String), i64>,
    endpoints: BTreeMap<(i64, u128), i64>,
}

impl<'commits> Locks<'commits> {
    pub(super) fn of(commits: &[&'commits Commit]) -> Locks<'commits> {
        let mut locks = Locks::default();
        for guard in commits.iter().flat_map(|commit| &commit.guards) {
            match guard {
                Guard::Profile { account, id, .. } => drop(locks.profiles.insert((*account, *id))),
                Guard::Job { account, key, .. } => drop(locks.jobs.insert((*account, key))),
                Guard::Endpoint { account, id, .. } => {
                    locks.endpoints.insert((*account, *id));
                }
                Guard::Fresh(_) => {}
            }
        }
        locks
    }

    /// The text that locks the row of a guard. A fresh row has none.
    pub(super) fn text(guard: &Guard) -> &'static str {
        match guard {
            Guard::Profile { .. } => PROFILES,
            Guard::Job { .. } => JOBS,
            Guard::Endpoint { .. } | Guard::Fresh(_) => ENDPOINTS,
        }
    }

    /// The statements, always in the same order of tables.
    pub(super) fn statements(&self) -> Vec<(&'static str, Vec<Column<'commits>>)> {
        let mut statements = Vec::new();
        if !self.profiles.is_empty() {
            statements.push((PROFILES, by_id(&self.profiles)));
        }
        if !self.jobs.is_empty() {
            let accounts = self
                .jobs
                .iter()
                .map(|(account, _)| Some(*account))
                .collect();
            let keys = self.jobs.iter().map(|(_, key)| Some(*key)).collect();
            statements.push((JOBS, vec![Column::Integers(accounts), Column::Texts(keys)]));
        }
        if !self.endpoints.is_empty() {
            statements.push((ENDPOINTS, by_id(&self.endpoints)));
        }
        statements
    }
}

fn by_id<'commits>(rows: &BTreeSet<(i64, u128)>) -> Vec<Column<'commits>> {
    let accounts = rows.iter().map(|(account, _)| Some(*account)).collect();
    let ids = rows
        .iter()
        .map(|(_, id)| Some(Uuid::from_u128(*id)))
        .collect();
    vec![Column::Integers(accounts), Column::Uuids(ids)]
}

impl Held {
    /// Reads the answers of the locks among those of the first round trip.
    pub(super) fn read(answers: &[Vec<Row>]) -> Result<Held, Trouble> {
        let mut held = Held::default();
        for row in answers.iter().flatten().filter(|row| is_lock(row)) {
            held.add(row)
                .map_err(|error| Trouble::Undone(Failure::from(error)))?;
        }
        Ok(held)
    }

    fn add(&mut self, row: &Row) -> Result<(), tokio_postgres::Error> {
        let kind: &str = row.try_get(0)?;
        let account: i64 = row.try_get(1)?;
        let number: i64 = row.try_get(3)?;
        match kind {
            "profile" => {
                self.profiles
                    .insert((account, row.try_get::<_, Uuid>(2)?.as_u128()), number);
            }
            "job" => drop(self.jobs.insert((account, row.try_get(2)?), number)),
            _ => {
                self.endpoints
                    .insert((account, row.try_get::<_, Uuid>(2)?.as_u128()), number);
            }
        }
        Ok(())
    }

    /// Whether a guard over a row holds. Fresh rows are decided by their insert.
    pub(super) fn holds(&self, guard: &Guard) -> bool {
        match guard {
            Guard::Fresh(_) => true,
            Guard::Profile {
                account,
                id,
                version,
            } => self.profiles.get(&(*account, *id)) == Some(version),
            Guard::Job {
                account,
                key,
                lease,
            } => *lease != 0 && self.jobs.get(&(*account, key.clone())) == Some(lease),
            Guard::Endpoint { account, id, lease } => {
                *lease != 0 && self.endpoints.get(&(*account, *id)) == Some(lease)
            }
        }
    }
}

fn is_lock(row: &Row) -> bool {
    row.columns()
        .first()
        .is_some_and(|column| column.name() == "kind")
}
