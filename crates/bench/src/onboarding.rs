//! Onboardings over HTTP: from the first request to the moment when every application is approved
//! and no job is left, then the ceilings of the same rows.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant};

use store::testing::{Cluster, Tape, scratch_folder};
use store::{Engine, PostgresOptions, Statistics, Store};
use tokio::process::Command;

use crate::ceiling::{self, Ceiling};
use crate::load::Told;
use crate::server::Server;
use crate::{Trouble, processor};

/// Onboardings before the measured ones, in hundredths of them.
const WARM_UP_HUNDREDTHS: u32 = 10;

/// What one onboarding takes on the tape, in bytes, and a little more.
const TAPE_BYTES: usize = 24 * 1024;

/// How much is measured.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) onboardings: u32,
    pub(crate) concurrency: u32,
    /// How often, each time with a new database and followed by its ceilings.
    pub(crate) rounds: u32,
}

/// Everything about the runs on one database.
pub(crate) struct Run {
    pub(crate) engine: Engine,
    pub(crate) size: Size,
    pub(crate) wall: Duration,
    pub(crate) server: Duration,
    pub(crate) database: Option<Duration>,
    pub(crate) told: Told,
    pub(crate) queries: u64,
    pub(crate) commits: usize,
    pub(crate) batches: usize,
    /// Statement -> rows it was sent for.
    pub(crate) rows: BTreeMap<&'static str, usize>,
    pub(crate) bytes: i64,
    pub(crate) same_commits: Ceiling,
    pub(crate) one_commit: Ceiling,
    /// What share of the first ceiling every round reached.
    pub(crate) shares: Vec<f64>,
}

impl Run {
    /// The rate over HTTP as a share of a ceiling's.
    pub(crate) fn share(&self, ceiling: &Ceiling) -> f64 {
        ceiling.wall.as_secs_f64() / self.wall.as_secs_f64()
    }
}

/// What a run over HTTP came to.
struct Measured {
    wall: Duration,
    server: Duration,
    database: Option<Duration>,
    told: Told,
    queries: u64,
    bytes: i64,
    tape: std::sync::Arc<Tape>,
}

/// The round that reached the median share of its first ceiling: machines shared with others are now
/// fast and now slow.
pub(crate) async fn median(engine: Engine, size: Size) -> Result<Run, Trouble> {
    let mut runs = Vec::new();
    for _ in 0..size.rounds.max(1) {
        runs.push(match engine {
            Engine::Sqlite => on_sqlite(size).await?,
            Engine::Postgres => on_postgres(size).await?,
        });
    }
    let share = |run: &Run| run.share(&run.same_commits);
    let shares = runs.iter().map(share).collect();
    runs.sort_by(|one, other| share(one).total_cmp(&share(other)));
    let median = runs.swap_remove(runs.len() / 2);
    Ok(Run { shares, ..median })
}

/// Runs on a new SQLite file.
async fn on_sqlite(size: Size) -> Result<Run, Trouble> {
    let path = scratch_folder().join("bench.sqlite");
    let server = Server::start(Store::open_sqlite(&path).await?).await?;
    let bytes = || async { ceiling::sqlite::bytes(&path) };
    let measured = measure(&server, size, None, bytes).await?;
    server.stop().await;
    let batches = measured.tape.batches();
    let same_commits = ceiling::sqlite::same_commits(&batches).await?;
    let one_commit = ceiling::sqlite::one_commit(&batches).await?;
    Ok(run(
        Engine::Sqlite,
        size,
        &measured,
        (same_commits, one_commit),
    ))
}

/// Runs on a new database of a PostgreSQL server started for it.
async fn on_postgres(size: Size) -> Result<Run, Trouble> {
    let cluster = tokio::task::spawn_blocking(Cluster::start).await??;
    let url = cluster.create_database().await;
    let options = PostgresOptions::default();
    let server = Server::start(Store::open_postgres(&url, options.clone()).await?).await?;
    let observer = ceiling::postgres::Observer::connect(&url).await?;
    let bytes = || async { observer.bytes().await };
    let measured = measure(&server, size, Some(observer.process), bytes).await?;
    server.stop().await;
    let batches = measured.tape.batches();
    let replay = ceiling::postgres::Replay {
        cluster: &cluster,
        writers: options.writers,
    };
    let same_commits = replay.same_commits(&batches).await?;
    let one_commit = replay.one_commit(&batches).await?;
    Ok(run(
        Engine::Postgres,
        size,
        &measured,
        (same_commits, one_commit),
    ))
}

async fn measure<Bytes: Future<Output = Result<i64, Trouble>>>(
    server: &Server,
    size: Size,
    database: Option<u32>,
    bytes: impl Fn() -> Bytes,
) -> Result<Measured, Trouble> {
    let of_database = || database.map(processor::of_siblings).transpose();
    let warm_up = (size.onboardings * WARM_UP_HUNDREDTHS / 100).max(1);
    load(
        server,
        Size {
            onboardings: warm_up,
            ..size
        },
        0,
    )
    .await?;
    server.quiet().await?;
    let bytes_before = bytes().await?;
    let room = usize::try_from(size.onboardings)?.saturating_mul(TAPE_BYTES);
    let tape = server.platform.store.record(room);
    let queries = |statistics: Statistics| statistics.queries;
    let queries_before = queries(server.platform.store.statistics());
    let (server_before, database_before) = (processor::of_this_process()?, of_database()?);
    let begun = Instant::now();
    let told = load(server, size, warm_up).await?;
    server.quiet().await?;
    let wall = begun.elapsed();
    let (server_after, database_after) = (processor::of_this_process()?, of_database()?);
    let queries = queries(server.platform.store.statistics()) - queries_before;
    let approved = server.approved().await?;
    if approved != i64::from(warm_up + size.onboardings) {
        let sent = warm_up + size.onboardings;
        return Err(format!("of {sent} onboardings only {approved} were approved").into());
    }
    Ok(Measured {
        wall,
        server: server_after.saturating_sub(server_before),
        database: database_after
            .zip(database_before)
            .map(|(after, before)| after.saturating_sub(before)),
        told,
        queries,
        bytes: bytes().await? - bytes_before,
        tape,
    })
}

/// Runs the load generator to its end.
async fn load(server: &Server, size: Size, first: u32) -> Result<Told, Trouble> {
    let child = Command::new(std::env::current_exe()?)
        .arg("load")
        .args([
            "--address",
            &server.address.to_string(),
            "--key",
            &server.key,
        ])
        .args([
            "--onboardings",
            &size.onboardings.to_string(),
            "--first",
            &first.to_string(),
        ])
        .args(["--concurrency", &size.concurrency.to_string()])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let output = child.wait_with_output().await?;
    if !output.status.success() {
        return Err(format!("the load generator ended with {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn run(engine: Engine, size: Size, measured: &Measured, ceilings: (Ceiling, Ceiling)) -> Run {
    let batches = measured.tape.batches();
    let mut rows: BTreeMap<&'static str, usize> = BTreeMap::new();
    for step in batches.iter().flat_map(store::testing::Batch::steps) {
        *rows.entry(step.name).or_default() += step.rows.len();
    }
    let (same_commits, one_commit) = ceilings;
    Run {
        engine,
        size,
        wall: measured.wall,
        server: measured.server,
        database: measured.database,
        told: measured.told,
        queries: measured.queries,
        commits: batches.iter().map(|batch| batch.entries.len()).sum(),
        batches: batches.len(),
        rows,
        bytes: measured.bytes,
        same_commits,
        one_commit,
        shares: Vec::new(),
    }
}
