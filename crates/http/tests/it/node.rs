//! A whole node on a loopback port: database, workers, deliveries, HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use http_api::Options;
use jiff::Timestamp;
use service::{Environment, Platform, Settings, accounts, keys, publications, workers};
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::client::Client;

/// Longest time a test waits for something to come about.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A node with an institution, the demo policy in both accounts, and a key for each.
pub(crate) struct Node {
    pub(crate) platform: Platform,
    /// An administrator of the demo account.
    pub(crate) demo: Client,
    /// An administrator of the live account.
    pub(crate) live: Client,
    ahead_micros: Arc<AtomicI64>,
    shutdown: watch::Sender<bool>,
    running: JoinSet<()>,
    deliveries: JoinSet<()>,
    is_finished: bool,
}

/// A node on each database.
pub(crate) async fn both() -> Vec<Node> {
    with(Options::default()).await
}

/// A node on each database, with these options.
#[expect(
    clippy::print_stderr,
    reason = "the output of a failed test says on which database"
)]
pub(crate) async fn with(options: Options) -> Vec<Node> {
    let mut nodes = Vec::new();
    for (name, store) in store::testing::both().await {
        eprintln!("on {name}");
        nodes.push(Node::start(store, options.clone()).await);
    }
    nodes
}

impl Node {
    async fn start(store: Store, options: Options) -> Node {
        let ahead_micros = Arc::new(AtomicI64::new(0));
        let settings = Settings {
            encryption_key: [9; 32],
            poll_milliseconds: 50,
            allow_private_endpoints: true,
            ..Settings::default()
        };
        let platform = Platform::new(store, settings, clock(ahead_micros.clone()));
        accounts::found(&platform, "Northgate", "Europe/London")
            .await
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut clients = Vec::new();
        for environment in [Environment::Demo, Environment::Live] {
            let account = accounts::of(&platform, environment).await.unwrap();
            let key = keys::issue_admin(&platform, &account, "Master API Key")
                .await
                .unwrap();
            let key = key.key.unwrap();
            let caller = keys::authenticate(&platform, &key).await.unwrap();
            publications::publish(&platform, &caller, config::DEMO, "test")
                .await
                .unwrap();
            clients.push(Client { address, key });
        }
        let (shutdown, stop) = watch::channel(false);
        let mut running = JoinSet::new();
        running.spawn(workers::run(platform.clone(), stop.clone()));
        let mut deliveries = JoinSet::new();
        deliveries.spawn(workers::deliver::run(platform.clone(), stop.clone()));
        running.spawn(http_api::serve(listener, platform.clone(), options, stop));
        let [demo, live] = <[Client; 2]>::try_from(clients).ok().unwrap();
        Node {
            platform,
            demo,
            live,
            ahead_micros,
            shutdown,
            running,
            deliveries,
            is_finished: false,
        }
    }

    /// Turns the clock forward.
    pub(crate) fn advance(&self, seconds: i64) {
        self.ahead_micros
            .fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// Ends the deliveries in the middle of what they do, as the death of a node would.
    pub(crate) async fn kill_deliveries(&mut self) {
        self.deliveries.shutdown().await;
    }

    /// Delivers again, as another node would.
    pub(crate) fn start_deliveries(&mut self) {
        let stop = self.shutdown.subscribe();
        self.deliveries
            .spawn(workers::deliver::run(self.platform.clone(), stop));
    }

    /// Waits until no work is left but what has a time in the future.
    pub(crate) async fn settle(&self) {
        until("the jobs end", async || self.open_jobs().await.is_empty()).await;
    }

    async fn open_jobs(&self) -> Vec<String> {
        let mut open = Vec::new();
        for account in [accounts::DEMO, accounts::LIVE] {
            let counts = store::jobs::counts(&self.platform.store, account)
                .await
                .unwrap();
            let now = self.platform.now_micros();
            let due = counts.into_iter().filter(|(kind, _, due)| {
                !workers::WAITING_KINDS.contains(&kind.as_str()) || *due <= now
            });
            open.extend(due.map(|(kind, ..)| kind));
        }
        open
    }

    /// Ends the test: no job may be left, none may have failed, and everything must stop.
    pub(crate) async fn finish(mut self) {
        self.settle().await;
        for account in [accounts::DEMO, accounts::LIVE] {
            let failed = store::jobs::failed(&self.platform.store, account, 10)
                .await
                .unwrap();
            assert!(failed.is_empty(), "jobs have failed: {failed:?}");
        }
        self.is_finished = true;
        self.shutdown.send(true).unwrap();
        for running in [&mut self.running, &mut self.deliveries] {
            while let Some(ended) = running.join_next().await {
                ended.unwrap();
            }
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let has_ended = self.is_finished || std::thread::panicking();
        assert!(has_ended, "the test must end with finish()");
    }
}

/// Waits until something holds.
pub(crate) async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let waited = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waited).await;
    assert!(waited.is_ok(), "waited in vain until {what}");
}

#[expect(
    clippy::disallowed_methods,
    reason = "a whole node runs by a real clock, which tests turn"
)]
fn clock(ahead_micros: Arc<AtomicI64>) -> Arc<dyn Fn() -> Timestamp + Send + Sync> {
    Arc::new(move || {
        let now = Timestamp::now().as_microsecond() + ahead_micros.load(Ordering::SeqCst);
        Timestamp::from_microsecond(now).unwrap()
    })
}
