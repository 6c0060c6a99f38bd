//! A policy that is published on one node, as the others come to know it.

use std::time::{Duration, Instant};

use serde_json::Value;
use service::platform::PUBLICATION_KNOWN_MILLISECONDS_MAX;
use service::{Platform, Settings, profiles, publications};
use uuid::Uuid;

use crate::harness::{World, pairs};
use crate::life::person;

const POLICY: &str = include_str!("life.yaml");
const KNOWN_MAX: Duration = Duration::from_millis(PUBLICATION_KNOWN_MILLISECONDS_MAX);

/// Publishes a policy that requires one task more.
async fn publish_stricter(world: &World) {
    let stricter = POLICY.replace(
        "tasks: [verify_identity, screening]",
        "tasks: [verify_identity, screening, funds]",
    );
    publications::publish(&world.platform, &world.caller, &stricter, "test")
        .await
        .unwrap();
}

fn tasks(profile: &Value) -> usize {
    let tasks = &profile["applications"][0]["required_tasks"];
    tasks.as_array().unwrap().len()
}

/// Creates somebody who waits for a person: the id, and how many tasks are required.
async fn create(world: &World, node: &Platform) -> (u128, usize) {
    let answer = profiles::create(node, &world.caller, &person("Sam FAIL")).await;
    let profile: Value = serde_json::from_str(&answer.unwrap().body).unwrap();
    let id: Uuid = profile["id"].as_str().unwrap().parse().unwrap();
    (id.as_u128(), tasks(&profile))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_publishes_governs_every_other_within_the_promised_second() {
    for (name, one, other) in pairs().await {
        let world = World::idle(one, POLICY, Settings::default()).await;
        let other = world.node(other);
        assert_eq!(create(&world, &world.platform).await.1, 2, "{name}");
        assert_eq!(create(&world, &other).await.1, 2, "{name}");
        publish_stricter(&world).await;
        let published = Instant::now();
        assert_eq!(create(&world, &world.platform).await.1, 3, "{name}: own");
        loop {
            let begun_after = published.elapsed();
            match create(&world, &other).await.1 {
                3 => break,
                tasks => assert_eq!(tasks, 2, "{name}"),
            }
            assert!(begun_after < KNOWN_MAX, "{name}: {begun_after:?}");
        }
        assert_eq!(create(&world, &other).await.1, 3, "{name}: and stays so");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn applications_move_over_when_every_node_has_heard_of_the_publication() {
    for (name, one, other) in pairs().await {
        let world = World::idle(one, POLICY, Settings::default()).await;
        world.hold_clock();
        let other = world.node(other);
        let mut applied = vec![create(&world, &other).await.0];
        publish_stricter(&world).await;
        let (store, account) = (&world.platform.store, world.caller.account);
        let job = store::jobs::load(store, account, "publish:2").await;
        let wait = job.unwrap().unwrap().due_at - world.platform.now_micros();
        let heard = i64::try_from(KNOWN_MAX.as_micros()).unwrap();
        assert!(wait > heard, "{name}: the job is due after {wait} µs");
        // The other node has not heard of it, as far as it may.
        let mut between = 0;
        while let (id, 2) = create(&world, &other).await {
            applied.push(id);
            between += 1;
        }
        eprintln!("{name}: {between} applications between publishing and hearing of it");
        world.work(&other);
        world.pass_seconds(3);
        world.quiet().await;
        for id in applied {
            assert_eq!(tasks(&world.settled(id).await), 3, "{name}");
        }
        world.stop();
    }
}
