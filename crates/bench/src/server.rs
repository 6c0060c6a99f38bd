//! A whole node in this process: HTTP, workers and webhooks over an open store.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use service::{
    Actor, Caller, Environment, Platform, Settings, accounts, keys, publications, workers,
};
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Trouble;

/// How long to wait for the last jobs before the run counts as failed.
const QUIET_SECONDS_MAX: u64 = 120;

/// How often the jobs are counted while waiting for the last of them.
const LOOK_MILLISECONDS: u64 = 10;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) key: String,
    pub(crate) platform: Platform,
    stop: watch::Sender<bool>,
    running: JoinSet<()>,
}

impl Server {
    /// Starts a node with the demonstration's policy published to its demo account.
    pub(crate) async fn start(store: Store) -> Result<Server, Trouble> {
        let platform = Platform::new(store, Settings::default(), Arc::new(now));
        accounts::found(&platform, "Bench", "Europe/London").await?;
        let account = accounts::of(&platform, Environment::Demo).await?;
        let actor = Actor::Key {
            id: "1".to_owned(),
            name: "bench".to_owned(),
        };
        let caller = Caller::platform(&account, actor);
        let published = publications::publish(&platform, &caller, config::DEMO, "bench").await;
        published.map_err(|error| format!("the policy was not published: {error:?}"))?;
        let key = keys::issue_admin(&platform, &account, "bench").await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let mut running = JoinSet::new();
        running.spawn(workers::run(platform.clone(), stopped.clone()));
        running.spawn(workers::deliver::run(platform.clone(), stopped.clone()));
        let options = http_api::Options::default();
        running.spawn(http_api::serve(
            listener,
            platform.clone(),
            options,
            stopped,
        ));
        let key = key.key.ok_or("a new key shows its secret")?;
        Ok(Server {
            address,
            key,
            platform,
            stop,
            running,
        })
    }

    /// Waits until no job is left but those of a later day; fails when some never end.
    pub(crate) async fn quiet(&self) -> Result<(), Trouble> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(QUIET_SECONDS_MAX) {
            let counts = store::jobs::counts(&self.platform.store, accounts::DEMO).await?;
            if counts
                .iter()
                .all(|(kind, _, _)| workers::WAITING_KINDS.contains(&kind.as_str()))
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MILLISECONDS)).await;
        }
        Err("jobs were still left after two minutes".into())
    }

    /// How many applications are approved.
    pub(crate) async fn approved(&self) -> Result<i64, Trouble> {
        let counts = store::applications::counts(&self.platform.store, accounts::DEMO).await?;
        let approved = counts.iter().filter(|(status, _, _)| status == "APPROVED");
        Ok(approved.map(|(_, _, count)| count).sum())
    }

    /// Stops the node and closes its store.
    pub(crate) async fn stop(mut self) {
        // Nobody listens only if everything has ended already.
        let _ = self.stop.send(true);
        while self.running.join_next().await.is_some() {}
        Store::clone(&self.platform.store).close().await;
    }
}

/// The time: the one place that looks at the clock on the wall.
#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark is a program of its own, as `app` is"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
