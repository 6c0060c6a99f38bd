//! Measures durable onboarding commits on scratch databases: a profile with its application,
//! checks, audit entries, messages, search words, idempotency row and job, from many callers.
//!
//! `cargo run --release --package store --features testing --example onboardings -- 64 20000`

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use store::jobs::NewJob;
use store::messages::NewMessage;
use store::{
    Commit, Error, Guard, PostgresOptions, Store, applications, audits, checks, endpoints,
    idempotency, jobs, messages, profiles, search, testing,
};

const ACCOUNT: i64 = 1;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok());
    let callers = numbers.next().unwrap_or(64);
    let commits = numbers.next().unwrap_or(20_000);
    measure("sqlite", testing::scratch_sqlite().await, callers, commits).await?;
    let cluster = testing::Cluster::start()?;
    let url = cluster.create_database().await;
    let store = Store::open_postgres(&url, PostgresOptions::default()).await?;
    measure("postgres", store, callers, commits).await?;
    Ok(())
}

async fn measure(name: &str, store: Store, callers: usize, commits: usize) -> Result<(), Error> {
    store
        .commit(Commit::new().write(endpoints::insert(&endpoint())))
        .await?;
    let left = Arc::new(AtomicUsize::new(commits));
    let began = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (store, left) = (store.clone(), Arc::clone(&left));
            tokio::spawn(async move {
                let mut times = Vec::new();
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
                        count.checked_sub(1)
                    })
                    .is_ok()
                {
                    let began = Instant::now();
                    store.commit(onboarding()).await?;
                    times.push(began.elapsed());
                }
                Ok::<Vec<Duration>, Error>(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        if let Ok(mine) = task.await {
            times.extend(mine?);
        }
    }
    let took = began.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: usize| {
        times
            .get(times.len() * share / 100)
            .copied()
            .unwrap_or_default()
    };
    let statistics = store.statistics();
    println!(
        "{name}: {callers} callers, {commits} onboardings in {took:.2} s; p50 {:?}, p99 {:?}; \
         {} commits in {} batches, {} rows",
        at(50),
        at(99),
        statistics.commits,
        statistics.batches,
        statistics.rows_written
    );
    store.close().await;
    Ok(())
}

fn id() -> u128 {
    uuid::Uuid::now_v7().as_u128()
}

fn filler(bytes: usize) -> String {
    format!("\"{}\"", "x".repeat(bytes))
}

fn onboarding() -> Commit {
    let profile_id = id();
    let words = [format!("{:x}", profile_id % 4_096), "person".to_owned()];
    let mut commit = Commit::new()
        .guard(Guard::Fresh(profiles::insert(&profile(profile_id))))
        .guard(idempotency::insert(&answer()))
        .writes(search::insert(ACCOUNT, profile_id, &words))
        .write(applications::upsert(&application(profile_id)))
        .write(audits::insert(&audits::AuditRow {
            account: ACCOUNT,
            profile_id,
            id: id(),
            at: 1,
            body: filler(1_500),
        }))
        .write(jobs::enqueue(&NewJob {
            account: ACCOUNT,
            key: format!("wake:{profile_id:032x}"),
            kind: "wake".to_owned(),
            profile_id: Some(profile_id),
            due_at: i64::MAX,
            body: "{}".to_owned(),
            created_at: 1,
        }));
    for _ in 0..4 {
        commit = commit.write(checks::upsert(&check(profile_id)));
    }
    for _ in 0..3 {
        commit = commit.write(messages::insert(&NewMessage {
            account: ACCOUNT,
            id: id(),
            event: "TASK_CREATED".to_owned(),
            at: 1,
            body: filler(430),
        }));
    }
    commit
}

fn profile(id: u128) -> profiles::ProfileRow {
    profiles::ProfileRow {
        account: ACCOUNT,
        id,
        version: 1,
        role: "INDIVIDUAL_CUSTOMER".to_owned(),
        status: "NORMAL".to_owned(),
        category: "APPLICANT".to_owned(),
        display_name: "A Person".to_owned(),
        search_key: "a person".to_owned(),
        customer_ref: Some(format!("{id:032x}")),
        created_at: 1,
        modified_at: 1,
        data_version: 1,
        data: filler(1_450),
        state: filler(3_000),
    }
}

fn answer() -> idempotency::IdempotencyRow {
    idempotency::IdempotencyRow {
        account: ACCOUNT,
        api_key: 1,
        key: format!("{:032x}", id()),
        request_hash: vec![1; 32],
        status: 201,
        body: filler(500),
        created_at: 1,
    }
}

fn application(profile_id: u128) -> applications::ApplicationRow {
    applications::ApplicationRow {
        account: ACCOUNT,
        profile_id,
        id: id(),
        product_id: 1,
        status: "APPLIED".to_owned(),
        flag: "READY".to_owned(),
        risk_level: None,
        hidden: false,
        applied_at: 1,
        changed_at: 1,
    }
}

fn check(profile_id: u128) -> checks::CheckRow {
    checks::CheckRow {
        account: ACCOUNT,
        profile_id,
        id: id(),
        check_type: "IDENTITY_CHECK".to_owned(),
        variant_id: 1,
        state: "COMPLETE".to_owned(),
        ordered_at: 1,
        body: filler(422),
    }
}

fn endpoint() -> endpoints::EndpointRow {
    endpoints::EndpointRow {
        account: ACCOUNT,
        id: id(),
        url: "http://127.0.0.1/".to_owned(),
        secret: String::new(),
        events: r#"["TASK_CREATED"]"#.to_owned(),
        enabled: true,
        batching: false,
        created_at: 1,
        next_attempt_at: 0,
        attempts: 0,
        stalled_since: None,
        last_processed_at: None,
        lease: 0,
        lease_until: 0,
        failures: "[]".to_owned(),
    }
}
