//! A window that is opened and closed on one node, as another knows of it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use service::platform::PUBLICATION_KNOWN_MILLISECONDS_MAX;
use service::{Caller, Kind, Platform, Settings, profiles, windows};
use uuid::Uuid;
use wire::request::parse;

use crate::harness::{World, pairs};
use crate::life::person;

const POLICY: &str = include_str!("life.yaml");
const KNOWN_MAX: Duration = Duration::from_millis(PUBLICATION_KNOWN_MILLISECONDS_MAX);

async fn open(world: &World, node: &Platform) -> u128 {
    let body = json!({"checks": ["identity"], "reason": "a book"}).to_string();
    let answer = windows::open(node, &world.caller, parse(body.as_bytes()).unwrap()).await;
    let window: Value = serde_json::from_str(&answer.unwrap().body).unwrap();
    let id: Uuid = window["id"].as_str().unwrap().parse().unwrap();
    id.as_u128()
}

/// The checks that a new profile of the window's key has.
async fn checks(world: &World, node: &Platform) -> usize {
    let answer = profiles::create(node, &world.caller, &person("Sam")).await;
    let profile: Value = serde_json::from_str(&answer.unwrap().body).unwrap();
    profile["checks"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_node_holds_to_a_window_within_a_second_and_to_its_end_at_once() {
    for (name, one, other) in pairs().await {
        let world = World::idle(one, POLICY, Settings::default()).await;
        let other = world.node(other);
        let stranger = Caller {
            key: 2,
            ..world.caller.clone()
        };
        let all = checks(&world, &other).await;
        let window = open(&world, &world.platform).await;
        let opened = Instant::now();
        assert_eq!(
            checks(&world, &world.platform).await,
            all - 1,
            "{name}: own"
        );
        loop {
            let begun_after = opened.elapsed();
            if checks(&world, &other).await == all - 1 {
                break;
            }
            assert!(begun_after < KNOWN_MAX, "{name}: {begun_after:?}");
        }
        for node in [&world.platform, &other] {
            let refused = profiles::create(node, &stranger, &person("Eve")).await;
            assert_eq!(refused.unwrap_err().kind, Kind::Conflict, "{name}");
        }
        windows::close(&world.platform, &world.caller, window)
            .await
            .unwrap();
        // Nobody comes in without checks after the end, also where it is not known yet.
        assert_eq!(checks(&world, &other).await, all, "{name}: other");
        tokio::time::sleep(KNOWN_MAX).await;
        for node in [&world.platform, &other] {
            profiles::create(node, &stranger, &person("Eve"))
                .await
                .unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_names_its_window_gets_it_on_every_node_at_once_or_is_refused() {
    for (name, one, other) in pairs().await {
        let mut world = World::idle(one, POLICY, Settings::default()).await;
        let other = world.node(other);
        let all = checks(&world, &other).await;
        for _ in 0..2 {
            let window = open(&world, &world.platform).await;
            world.caller.window = Some(window);
            // The other node knows of none yet, or of the one before.
            assert_eq!(checks(&world, &other).await, all - 1, "{name}");
            let stranger = Caller {
                key: 2,
                ..world.caller.clone()
            };
            let refused = profiles::create(&other, &stranger, &person("Eve")).await;
            let message = refused.unwrap_err().to_string();
            assert!(message.contains("opened for another"), "{name}: {message}");
            windows::close(&world.platform, &world.caller, window)
                .await
                .unwrap();
            let late = profiles::create(&other, &world.caller, &person("Sam")).await;
            assert_eq!(late.unwrap_err().kind, Kind::Conflict, "{name}");
            world.caller.window = None;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_says_whether_it_is_for_the_key_that_asks() {
    for (name, one, _) in pairs().await {
        let world = World::idle(one, POLICY, Settings::default()).await;
        open(&world, &world.platform).await;
        for (key, yours) in [(1, true), (2, false)] {
            let caller = Caller {
                key,
                ..world.caller.clone()
            };
            let answer = windows::list(&world.platform, &caller).await.unwrap();
            let windows: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(windows[0]["yours"], yours, "{name}: {key}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_cannot_both_open_a_window() {
    for (name, one, other) in pairs().await {
        let world = World::idle(one, POLICY, Settings::default()).await;
        let other = world.node(other);
        let ask = |node: Platform| {
            let caller = world.caller.clone();
            let body = json!({"checks": ["identity"], "reason": "a book"}).to_string();
            async move { windows::open(&node, &caller, parse(body.as_bytes()).unwrap()).await }
        };
        let (one, two) = tokio::join!(ask(world.platform.clone()), ask(other));
        assert!(one.is_ok() != two.is_ok(), "{name}: {one:?} {two:?}");
    }
}
