//! Commits that wait together are made together, and each still stands for itself.

use std::time::Duration;

use store::idempotency::{self, IdempotencyRow};
use store::testing::{scratch_postgres_url, scratch_sqlite};
use store::{Commit, Error, Lost, PostgresOptions, Store, links, profiles};
use tokio_postgres::NoTls;

use crate::samples::{ACCOUNT, change, creation, id, profile, stored_profile};

/// A store whose only writer can be held up from outside.
struct Jam {
    name: &'static str,
    store: Store,
    outside: Outside,
}

enum Outside {
    Sqlite(rusqlite::Connection),
    Postgres(tokio_postgres::Client),
}

async fn jams() -> Vec<Jam> {
    let store = scratch_sqlite().await;
    let connection = rusqlite::Connection::open(store.path().unwrap()).unwrap();
    let mut jams = vec![Jam {
        name: "sqlite",
        store,
        outside: Outside::Sqlite(connection),
    }];
    if let Some(url) = scratch_postgres_url().await {
        let options = PostgresOptions {
            writers: 1,
            ..PostgresOptions::default()
        };
        let store = Store::open_postgres(&url, options).await.unwrap();
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        jams.push(Jam {
            name: "postgres",
            store,
            outside: Outside::Postgres(client),
        });
    }
    jams
}

impl Jam {
    /// Holds up the writer with one commit in its hands, lets these gather behind it, and lets all
    /// go. The answers are in the order of the commits.
    async fn crowd(&self, commits: Vec<Commit>) -> Vec<Result<(), Error>> {
        let mut held = stored_profile(&self.store).await;
        self.command("begin immediate", "begin; select 1 from profile for update")
            .await;
        held.version = 2;
        let first = self.spawn(change(&held));
        tokio::time::sleep(Duration::from_millis(100)).await;
        let waiting: Vec<_> = commits
            .into_iter()
            .map(|commit| self.spawn(commit))
            .collect();
        tokio::time::sleep(Duration::from_millis(100)).await;
        self.command("rollback", "rollback").await;
        first.await.unwrap().unwrap();
        let mut answers = Vec::new();
        for task in waiting {
            answers.push(task.await.unwrap());
        }
        answers
    }

    async fn command(&self, sqlite: &str, postgres: &str) {
        match &self.outside {
            Outside::Sqlite(connection) => connection.execute_batch(sqlite).unwrap(),
            Outside::Postgres(client) => client.batch_execute(postgres).await.unwrap(),
        }
    }

    fn spawn(&self, commit: Commit) -> tokio::task::JoinHandle<Result<(), Error>> {
        let store = self.store.clone();
        tokio::spawn(async move { store.commit(commit).await })
    }
}

fn answer(key: usize) -> IdempotencyRow {
    IdempotencyRow {
        account: ACCOUNT,
        api_key: 1,
        key: key.to_string(),
        request_hash: vec![1; 32],
        status: 201,
        body: "{}".to_owned(),
        created_at: 1,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_that_wait_together_share_one_transaction() {
    for jam in jams().await {
        let commits = (0..60).map(|_| creation(&profile(id()))).collect();
        let answers = jam.crowd(commits).await;
        assert!(
            answers.iter().all(Result::is_ok),
            "{}: {answers:?}",
            jam.name
        );
        let statistics = jam.store.statistics();
        let seen = (statistics.commits, statistics.batches);
        assert_eq!(seen, (62, 3), "{}", jam.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_crowd_that_changes_one_version_exactly_one_does() {
    for jam in jams().await {
        let row = stored_profile(&jam.store).await;
        let commits = (0..20).map(|number| {
            let mut newer = row.clone();
            newer.version = 2;
            newer.display_name = format!("name {number}");
            change(&newer)
        });
        let answers = jam.crowd(commits.collect()).await;
        let made = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(made, 1, "{}: {answers:?}", jam.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_wins_one_fresh_row_and_loses_another_keeps_neither() {
    for jam in jams().await {
        let taken = Commit::new().guard(idempotency::insert(&answer(3)));
        jam.store.commit(taken).await.unwrap();
        let rows: Vec<_> = (0..10).map(|_| profile(id())).collect();
        let commits = rows.iter().enumerate().map(|(number, row)| {
            creation(row)
                .guard(idempotency::insert(&answer(number)))
                .write(links::insert(ACCOUNT, row.id, 1))
        });
        let answers = jam.crowd(commits.collect()).await;
        for (number, (row, answer)) in rows.iter().zip(answers).enumerate() {
            let found = profiles::version(&jam.store, ACCOUNT, row.id)
                .await
                .unwrap();
            let parents = links::parents(&jam.store, ACCOUNT, row.id, 9)
                .await
                .unwrap();
            assert_eq!(answer.is_ok(), number != 3, "{}: {answer:?}", jam.name);
            assert_eq!(found.is_some(), number != 3, "{}", jam.name);
            assert_eq!(parents.len(), usize::from(number != 3), "{}", jam.name);
            if let Err(error) = answer {
                let lost = Lost::Fresh {
                    table: "idempotency",
                };
                assert!(
                    matches!(error, Error::Conflict { what } if what == lost),
                    "{}",
                    jam.name
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_of_two_updates_of_one_row_counts() {
    for jam in jams().await {
        let row = stored_profile(&jam.store).await;
        let updates = (0..5).map(|number| {
            let mut newer = row.clone();
            newer.display_name = format!("name {number}");
            profiles::update(&newer)
        });
        jam.store
            .commit(Commit::new().writes(updates))
            .await
            .unwrap();
        let found = profiles::load(&jam.store, ACCOUNT, row.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.display_name, "name 4", "{}", jam.name);
    }
}
