//! Scratch databases for tests and benchmarks. They go when the process that asked for them ends,
//! however it ends.
//!
//! A PostgreSQL server comes from `USHER_TEST_POSTGRES` (the URL of a server on which databases
//! may be made), or is started from the installed programs: one for all tests of a run, with one
//! database for each test. `USHER_TEST_POSTGRES=skip` leaves PostgreSQL out, and says so.

#![expect(clippy::print_stderr, reason = "tests tell what they leave out")]

use std::path::PathBuf;

use crate::postgres::PostgresOptions;
use crate::store::Store;

mod cluster;
mod database;
mod packed;
mod tape;
mod watchdog;

pub use cluster::Cluster;
pub use tape::{Batch, Entry, Step, Tape};
pub(crate) use tape::{Made, Slot};

/// A new, empty SQLite database.
pub async fn scratch_sqlite() -> Store {
    let path = scratch_folder().join("usher.db");
    match Store::open_sqlite(&path).await {
        Ok(store) => store,
        Err(error) => fail(&format!(
            "the scratch database {} failed: {error:?}",
            path.display()
        )),
    }
}

/// A new, empty PostgreSQL database; `None` if PostgreSQL was left out on purpose.
pub async fn scratch_postgres() -> Option<Store> {
    let url = scratch_postgres_url().await?;
    match Store::open_postgres(&url, PostgresOptions::default()).await {
        Ok(store) => Some(store),
        Err(error) => fail(&format!("the scratch database failed: {error:?}")),
    }
}

/// The URL of a new, empty PostgreSQL database; `None` if PostgreSQL was left out on purpose.
pub async fn scratch_postgres_url() -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "test support has no other way to be told"
    )]
    let given = std::env::var("USHER_TEST_POSTGRES").ok();
    match given.as_deref() {
        Some("skip") => {
            eprintln!("skipped PostgreSQL, because USHER_TEST_POSTGRES=skip");
            None
        }
        Some(url) => Some(database::create_watched(url).await),
        None => {
            let server = tokio::task::spawn_blocking(cluster::shared_url).await;
            let server = server.unwrap_or_else(|error| fail(&error.to_string()));
            let server = server.unwrap_or_else(|error| fail(&error));
            database::drop_left_over(&server).await;
            Some(database::create(&server).await)
        }
    }
}

/// A new store on each database, with its name, for tests that hold on both.
pub async fn both() -> Vec<(&'static str, Store)> {
    let mut stores = vec![("sqlite", scratch_sqlite().await)];
    if let Some(store) = scratch_postgres().await {
        stores.push(("postgres", store));
    }
    stores
}

/// A new folder that goes when this process ends.
pub fn scratch_folder() -> PathBuf {
    let name = format!(
        "usher-test-{}-{:016x}",
        std::process::id(),
        rand::random::<u64>()
    );
    let folder = std::env::temp_dir().join(name);
    if let Err(error) = std::fs::create_dir_all(&folder) {
        fail(&format!(
            "the folder {} cannot be made: {error}",
            folder.display()
        ));
    }
    watchdog::after_this_process(&format!("rm -rf {}", watchdog::quoted(&folder)));
    folder
}

/// Ends a test that cannot begin.
#[expect(clippy::panic, reason = "a test that cannot begin fails")]
fn fail(reason: &str) -> ! {
    panic!("{reason}")
}
