//! A platform with workers over a scratch database, on both engines.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;
use service::{
    Actor, Caller, Environment, Platform, Settings, accounts, profiles, publications, workers,
};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// So long nothing may be done while there are jobs: longer than a dead worker's lease.
const STILL_MAX: Duration = Duration::from_secs(45);
/// No test is so long at work.
const QUIET_MAX: Duration = Duration::from_mins(5);
/// After so long the profiles begin to move to what was published.
const PUBLISHED_SECONDS: i64 = 3;

pub(crate) struct World {
    pub(crate) platform: Platform,
    pub(crate) caller: Caller,
    clock: Arc<TestClock>,
    stop: watch::Sender<bool>,
}

impl World {
    /// A world with this policy published to the demo account.
    pub(crate) async fn new(store: store::Store, policy: &str) -> World {
        World::with(store, policy, Settings::default()).await
    }

    /// As [`World::new`], with these settings.
    pub(crate) async fn with(store: store::Store, policy: &str, settings: Settings) -> World {
        let world = World::idle(store, policy, settings).await;
        world.work(&world.platform);
        world
    }

    /// As [`World::with`], but nobody works on the jobs.
    pub(crate) async fn idle(store: store::Store, policy: &str, settings: Settings) -> World {
        let clock = Arc::new(TestClock::default());
        let platform = Platform::new(store, settings, clock.of_platform());
        accounts::found(&platform, "Test", "Europe/London")
            .await
            .unwrap();
        let account = accounts::of(&platform, Environment::Demo).await.unwrap();
        let actor = Actor::Key {
            id: "1".to_owned(),
            name: "test".to_owned(),
        };
        let mut caller = Caller::platform(&account, actor);
        caller.key = 1;
        publications::publish(&platform, &caller, policy, "test")
            .await
            .unwrap();
        let stop = watch::Sender::new(false);
        World {
            platform,
            caller,
            clock,
            stop,
        }
    }

    /// Another node on the same database, with caches of its own, by the same clock.
    pub(crate) fn node(&self, store: store::Store) -> Platform {
        let settings = self.platform.settings.clone();
        Platform::new(store, settings, self.clock.of_platform())
    }

    /// Lets a node work on jobs.
    pub(crate) fn work(&self, node: &Platform) -> JoinHandle<()> {
        tokio::spawn(workers::run(node.clone(), self.stop.subscribe()))
    }

    /// Turns the clock forward.
    pub(crate) fn pass_days(&self, days: i64) {
        self.pass_seconds(days * 86_400);
    }

    /// Turns the clock forward.
    pub(crate) fn pass_seconds(&self, seconds: i64) {
        let clock = &self.clock;
        clock.ahead.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// From now on time passes only when the clock is turned: however slow the machine is, no lease
    /// runs out by itself. What publishing has asked for is due.
    pub(crate) fn hold_clock(&self) {
        self.clock.held_at.store(real_now(), Ordering::SeqCst);
        self.pass_seconds(PUBLISHED_SECONDS);
    }

    /// Creates a profile and returns its id.
    pub(crate) async fn create(&self, body: Value) -> u128 {
        self.create_on(&self.platform, body).await
    }

    /// Creates a profile on this node and returns its id.
    pub(crate) async fn create_on(&self, node: &Platform, body: Value) -> u128 {
        let answer = profiles::create(node, &self.caller, &body).await.unwrap();
        let profile: Value = serde_json::from_str(&answer.body).unwrap();
        profile["id"]
            .as_str()
            .unwrap()
            .parse::<uuid::Uuid>()
            .unwrap()
            .as_u128()
    }

    /// Waits until no job is left that is due, and reads the profile.
    pub(crate) async fn settled(&self, id: u128) -> Value {
        self.quiet().await;
        let answer = profiles::read(&self.platform, &self.caller, id)
            .await
            .unwrap();
        serde_json::from_str(&answer.body).unwrap()
    }

    /// Waits until no job but those of a later day is left. On a busy machine that may take long;
    /// it fails when nothing is done any more though there is something to do.
    pub(crate) async fn quiet(&self) {
        let store = &self.platform.store;
        let (begun, mut changed) = (Instant::now(), Instant::now());
        let mut seen = (0, Vec::new());
        loop {
            let counts = store::jobs::counts(store, self.caller.account)
                .await
                .unwrap();
            // A job that is being worked off is due when its lease ends.
            let held = workers::LEASE_SECONDS * 2_000_000;
            let now = self.platform.now().as_microsecond() + held;
            if counts
                .iter()
                .all(|(kind, _, due)| workers::WAITING_KINDS.contains(&kind.as_str()) && *due > now)
            {
                return;
            }
            let state = (store.statistics().rows_written, counts);
            if seen != state {
                (seen, changed) = (state, Instant::now());
            }
            if changed.elapsed() > STILL_MAX || begun.elapsed() > QUIET_MAX {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let failed = store::jobs::failed(store, self.caller.account, 10).await;
        panic!(
            "jobs never ended: {:?}, failed: {:?}",
            seen.1,
            failed.unwrap()
        );
    }

    pub(crate) fn stop(&self) {
        self.stop.send(true).unwrap();
    }
}

/// The time of a test, in microseconds.
#[derive(Default)]
struct TestClock {
    /// How far it is ahead.
    ahead: AtomicI64,
    /// When it was held; 0 while it runs.
    held_at: AtomicI64,
}

impl TestClock {
    fn of_platform(self: &Arc<TestClock>) -> service::platform::Clock {
        let clock = self.clone();
        Arc::new(move || {
            let now = match clock.held_at.load(Ordering::SeqCst) {
                0 => real_now(),
                held_at => held_at,
            };
            Timestamp::from_microsecond(now + clock.ahead.load(Ordering::SeqCst)).unwrap()
        })
    }
}

/// Two nodes on one database, each with its own connections where it has any.
pub(crate) async fn pairs() -> Vec<(&'static str, store::Store, store::Store)> {
    let sqlite = store::testing::scratch_sqlite().await;
    let mut pairs = vec![("sqlite", sqlite.clone(), sqlite)];
    if let Some(url) = store::testing::scratch_postgres_url().await {
        let open = || async {
            let options = store::PostgresOptions::default();
            store::Store::open_postgres(&url, options).await.unwrap()
        };
        pairs.push(("postgres", open().await, open().await));
    }
    pairs
}

#[expect(
    clippy::disallowed_methods,
    reason = "the clock of the test, which can be turned"
)]
fn real_now() -> i64 {
    Timestamp::now().as_microsecond()
}
