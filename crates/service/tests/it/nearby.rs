//! The checks of a new profile are begun on the node that commits it: once, and by another node
//! when that one does not come to it.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use serde_json::Value;
use service::{Platform, Settings, workers};
use store::testing::Tape;
use store::{Guard, Job};
use tokio::sync::watch;

use crate::harness::{World, pairs};
use crate::life::person;
use crate::written::Written;

const POLICY: &str = include_str!("life.yaml");
/// Longer than a job is held.
const LEASE_OVER_SECONDS: i64 = workers::LEASE_SECONDS + 1;
/// A few times as long as a node with nothing to do sleeps.
const SEVERAL_POLLS: Duration = Duration::from_secs(1);

/// The workers of a node that was paused when it had just begun to work.
struct Paused {
    running: Pin<Box<dyn Future<Output = ()> + Send>>,
    stop: watch::Sender<bool>,
}

impl Paused {
    async fn new(node: &Platform) -> Paused {
        let stop = watch::Sender::new(false);
        let mut running: Pin<Box<dyn Future<Output = ()> + Send>> =
            Box::pin(workers::run(node.clone(), stop.subscribe()));
        poll_fn(|context| {
            assert!(running.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        Paused { running, stop }
    }

    /// Wakes up, is told to stop, and finishes what it holds.
    async fn finish(self) {
        self.stop.send(true).unwrap();
        self.running.await;
    }
}

/// The job of a profile's checks; `None` when it was ended.
async fn job(world: &World, profile: u128) -> Option<Job> {
    let key = format!("checks:{profile:032x}");
    store::jobs::load(&world.platform.store, world.caller.account, &key)
        .await
        .unwrap()
}

/// How many commits that held a profile, or the job of its checks, were lost. What a node does beside
/// it, such as asking for its daily sweep, may be lost to another at any time.
fn lost_of(tape: &Tape, profile: u128) -> usize {
    let checks = format!("checks:{profile:032x}");
    let holds = |guard: &Guard| match guard {
        Guard::Profile { id, .. } => *id == profile,
        Guard::Job { key, .. } => *key == checks,
        Guard::Endpoint { .. } | Guard::Fresh(_) => false,
    };
    let lost = tape.lost();
    let held = lost.iter().filter(|commit| commit.guards.iter().any(holds));
    held.count()
}

/// How often a provider was asked by a check whose answer was taken.
async fn attempts(world: &World, profile: u128) -> Vec<usize> {
    let rows = store::checks::of_profile(&world.platform.store, world.caller.account, profile, 10);
    let rows = rows.await.unwrap();
    let count = |body: &str| {
        let body: Value = serde_json::from_str(body).unwrap();
        body["body"]["attempts"].as_array().unwrap().len()
    };
    rows.iter().map(|row| count(&row.body)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_begun_nearby_is_run_once_and_claimed_by_nobody() {
    for (name, one, other) in pairs().await {
        let tape = one.record(0);
        let world = World::idle(one, POLICY, Settings::default()).await;
        world.hold_clock();
        let other = world.node(other);
        let others = other.store.record(0);
        world.work(&world.platform);
        world.work(&other);
        let mut profiles = Vec::new();
        for _ in 0..20 {
            profiles.push(world.create(person("Alex DELAY1")).await);
        }
        world.quiet().await;
        for profile in &profiles {
            assert_eq!(attempts(&world, *profile).await, [1, 1], "{name}");
        }
        let (own, others) = (Written::on(&tape), Written::on(&others));
        assert_eq!(own.ended("checks"), 20, "{name}: {own:?}");
        assert_eq!(own.claims("checks"), 0, "{name}: {own:?}");
        if name == "postgres" {
            assert_eq!(others.ended("checks"), 0, "{name}: {others:?}");
            assert_eq!(others.claims("checks"), 0, "{name}: {others:?}");
        }
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_node_stands_still_another_takes_the_job_after_its_lease() {
    for (name, one, other) in pairs().await {
        let world = World::idle(one, POLICY, Settings::default()).await;
        world.hold_clock();
        let first = world.platform.store.record(0);
        let paused = Paused::new(&world.platform).await;
        let profile = world.create(person("Alex")).await;
        let held = job(&world, profile).await.unwrap();
        assert_ne!(held.lease, 0, "{name}: handed over");
        let other = world.node(other);
        let tape = other.store.record(0);
        world.work(&other);
        tokio::time::sleep(SEVERAL_POLLS).await;
        assert_eq!(job(&world, profile).await, Some(held), "{name}");
        world.pass_seconds(LEASE_OVER_SECONDS);
        let taken = world.settled(profile).await;
        assert_eq!(taken["applications"][0]["status"], "APPROVED", "{name}");
        assert_eq!(Written::on(&tape).claims("checks"), 1, "{name}");
        assert_eq!(Written::on(&tape).ended("checks"), 1, "{name}");
        // The first wakes up with the job in its hands, and leaves it alone: it does not even try.
        let lost = lost_of(&first, profile);
        paused.finish().await;
        assert_eq!(lost_of(&first, profile), lost, "{name}");
        assert_eq!(world.settled(profile).await, taken, "{name}");
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_has_waited_nearby_for_most_of_its_lease_is_left_to_others() {
    for (name, one, other) in pairs().await {
        let world = World::idle(one, POLICY, Settings::default()).await;
        world.hold_clock();
        let paused = Paused::new(&world.platform).await;
        let profile = world.create(person("Alex")).await;
        world.pass_seconds(workers::LEASE_SECONDS / 2 + 1);
        paused.finish().await;
        let left = job(&world, profile).await;
        assert!(left.is_some_and(|job| job.lease != 0), "{name}");
        world.work(&world.node(other));
        world.pass_seconds(LEASE_OVER_SECONDS / 2);
        let taken = world.settled(profile).await;
        assert_eq!(taken["applications"][0]["status"], "APPROVED", "{name}");
        assert_eq!(attempts(&world, profile).await, [1, 1], "{name}");
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_killed_leaves_what_it_was_handed_to_others() {
    for (name, one, other) in pairs().await {
        let world = World::idle(one, POLICY, Settings::default()).await;
        world.hold_clock();
        let workers = world.work(&world.platform);
        let mut profiles = Vec::new();
        for _ in 0..5 {
            profiles.push(world.create(person("Alex DELAY3")).await);
        }
        workers.abort();
        assert!(workers.await.unwrap_err().is_cancelled(), "{name}");
        let mut held = 0;
        for profile in &profiles {
            held += usize::from(job(&world, *profile).await.is_some());
        }
        assert_ne!(held, 0, "{name}: everything was done before the kill");
        let other = world.node(other);
        let tape = other.store.record(0);
        world.work(&other);
        world.pass_seconds(LEASE_OVER_SECONDS);
        world.quiet().await;
        for profile in profiles {
            let taken = world.settled(profile).await;
            assert_eq!(taken["applications"][0]["status"], "APPROVED", "{name}");
        }
        assert_eq!(Written::on(&tape).ended("checks"), held, "{name}");
        world.stop();
    }
}

/// On one database: what is handed over never touches it.
#[tokio::test(flavor = "multi_thread")]
async fn what_finds_no_place_nearby_is_stored_for_whoever_claims_it() {
    const CREATED_MAX: usize = 10_000;
    let store = store::testing::scratch_sqlite().await;
    let world = World::idle(store.clone(), POLICY, Settings::default()).await;
    world.hold_clock();
    let without_workers = world.create(person("Alex")).await;
    let stored = job(&world, without_workers).await.unwrap();
    assert_eq!((stored.lease, stored.attempts), (0, 0));
    let paused = Paused::new(&world.platform).await;
    let mut handed = Vec::new();
    let beyond = loop {
        let profile = world.create(person("Alex")).await;
        if job(&world, profile).await.unwrap().lease == 0 {
            break profile;
        }
        handed.push(profile);
        assert!(handed.len() < CREATED_MAX, "the queue has no end");
    };
    assert!(handed.len() >= workers::JOBS_AT_ONCE_MAX);
    world.work(&world.node(store));
    until_ended(&world, beyond).await;
    assert!(job(&world, handed[0]).await.is_some());
    drop(paused);
    world.stop();
}

async fn until_ended(world: &World, profile: u128) {
    for _ in 0..6_000 {
        if job(world, profile).await.is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody took the job: {:?}", job(world, profile).await);
}
