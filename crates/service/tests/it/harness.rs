//! A platform with workers over a scratch database, on both engines.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use service::{
    Actor, Caller, Environment, Platform, Settings, accounts, profiles, publications, workers,
};
use tokio::sync::watch;

pub(crate) struct World {
    pub(crate) platform: Platform,
    pub(crate) caller: Caller,
    /// How far the clock is ahead, in microseconds.
    ahead: Arc<AtomicI64>,
    stop: watch::Sender<bool>,
}

impl World {
    /// A world with this policy published to the demo account.
    pub(crate) async fn new(store: store::Store, policy: &str) -> World {
        World::with(store, policy, Settings::default()).await
    }

    /// As [`World::new`], with these settings.
    pub(crate) async fn with(store: store::Store, policy: &str, settings: Settings) -> World {
        let ahead = Arc::new(AtomicI64::new(0));
        let clock = {
            let ahead = ahead.clone();
            Arc::new(move || {
                let now = real_now() + ahead.load(Ordering::SeqCst);
                Timestamp::from_microsecond(now).unwrap()
            })
        };
        let platform = Platform::new(store, settings, clock);
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
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(workers::run(platform.clone(), stopped));
        World {
            platform,
            caller,
            ahead,
            stop,
        }
    }

    /// Turns the clock forward.
    pub(crate) fn pass_days(&self, days: i64) {
        self.ahead
            .fetch_add(days * 86_400_000_000, Ordering::SeqCst);
    }

    /// Creates a profile and returns its id.
    pub(crate) async fn create(&self, body: Value) -> u128 {
        let request = wire::request::parse(body.to_string().as_bytes()).unwrap();
        let answer = profiles::create(&self.platform, &self.caller, request)
            .await
            .unwrap();
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

    /// Waits until no job but those of a later day is left.
    pub(crate) async fn quiet(&self) {
        for _ in 0..2_000 {
            let counts = store::jobs::counts(&self.platform.store, self.caller.account)
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
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let failed = store::jobs::failed(&self.platform.store, self.caller.account, 10)
            .await
            .unwrap();
        panic!("jobs never ended: {failed:?}");
    }

    pub(crate) fn stop(&self) {
        self.stop.send(true).unwrap();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the clock of the test, which can be turned"
)]
fn real_now() -> i64 {
    Timestamp::now().as_microsecond()
}
