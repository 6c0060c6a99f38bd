//! What a check answered, and what was decided on it, is kept whatever happens at the same time.

use serde_json::{Value, json};
use service::{checks, events, profiles, tasks};
use uuid::Uuid;
use wire::value::ProfileStatus;

use crate::harness::World;
use crate::life::{parse, person, rename};

const POLICY: &str = include_str!("life.yaml");

fn id(value: &Value) -> u128 {
    value["id"]
        .as_str()
        .unwrap()
        .parse::<Uuid>()
        .unwrap()
        .as_u128()
}

fn task<'a>(profile: &'a Value, alias: &str) -> &'a Value {
    let tasks = profile["tasks"].as_array().unwrap();
    tasks
        .iter()
        .find(|task| task["variant"]["alias"] == alias)
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_come_in_together_are_all_kept() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let who = world.create(person("Alex DELAY1")).await;
        let run = || parse(json!({ "check_type": "IDENTITY_CHECK" }));
        for _ in 0..12 {
            let mode = checks::Mode::Async;
            checks::run(&world.platform, &world.caller, who, (run(), mode))
                .await
                .unwrap();
        }
        let profile = world.settled(who).await;
        let checks = profile["checks"].as_array().unwrap();
        assert_eq!(checks.len(), 14, "{name}");
        for check in checks {
            assert_eq!(check["state"], "COMPLETE", "{name}: {check:#}");
            assert!(check["output_data"].is_object(), "{name}");
        }
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attaching_a_check_to_a_task_leaves_its_answer_alone() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let who = world.create(person("Alex FAIL")).await;
        let profile = world.settled(who).await;
        let check = &profile["checks"].as_array().unwrap()[0];
        let task = id(task(&profile, "verify_identity"));
        let attach = parse(json!({ "check_ids": [check["id"]] }));
        tasks::update(&world.platform, &world.caller, who, (task, attach))
            .await
            .unwrap();
        let answer = checks::read(&world.platform, &world.caller, who, id(check))
            .await
            .unwrap();
        let now: Value = serde_json::from_str(&answer.body).unwrap();
        for kept in ["output_data", "input_data", "providers", "result"] {
            assert_eq!(now[kept], check[kept], "{name}: {kept}");
        }
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_pass_counts_from_its_own_day() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let who = world.create(person("Alex FAIL")).await;
        let task = id(task(&world.settled(who).await, "verify_identity"));
        let day = (world.platform.now() - jiff::SignedDuration::from_hours(24 * 100)).to_string();
        let body = json!({
            "state": "COMPLETED_PASS", "as_of": &day[..10], "provenance": "legacy KYC review",
        });
        let answer = tasks::update(&world.platform, &world.caller, who, (task, parse(body))).await;
        let passed: Value = serde_json::from_str(&answer.unwrap().body).unwrap();
        let expires = passed["expiry_date"].as_str().unwrap();
        let latest =
            (world.platform.now() + jiff::SignedDuration::from_hours(24 * 270)).to_string();
        assert!(expires[..10] < latest[..10], "{name}: {expires}");
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolved_match_no_longer_blocks_an_approval() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let who = world.create(person("Alex SANCTION")).await;
        let profile = world.settled(who).await;
        let open = id(task(&profile, "screening"));
        let pass = parse(json!({ "state": "COMPLETED_PASS" }));
        tasks::update(&world.platform, &world.caller, who, (open, pass))
            .await
            .unwrap();
        let blocked = world.settled(who).await;
        assert_eq!(blocked["applications"][0]["status"], "APPLIED", "{name}");
        let blockers = &blocked["applications"][0]["approval_blockers"];
        assert_eq!(blockers[0]["blocker_type"], "UNRESOLVED_EVENT", "{name}");
        let event = id(&blocked["events"][0]);
        let resolve = parse(
            json!({ "resolution": "MISMATCH", "resolution_reason": "another date of birth" }),
        );
        let answer = events::update(&world.platform, &world.caller, who, (event, resolve)).await;
        let resolved: Value = serde_json::from_str(&answer.unwrap().body).unwrap();
        assert_eq!(
            resolved["resolution_reason"], "another date of birth",
            "{name}"
        );
        let profile = world.settled(who).await;
        assert_eq!(profile["applications"][0]["status"], "APPROVED", "{name}");
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_screening_task_says_whether_its_matches_are_resolved() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let who = world.create(person("Alex SANCTION")).await;
        let waits = |profile: Value| {
            let waiting = profile["applications"][0]["waiting_for"].to_string();
            assert!(waiting.contains("screening"), "{name}: {waiting}");
            waiting
        };
        let profile = world.settled(who).await;
        let event = id(&profile["events"][0]);
        let waiting = waits(profile);
        assert!(waiting.contains("matches to resolve: 1"), "{waiting}");
        let resolve = parse(json!({ "resolution": "MISMATCH", "resolution_reason": "no" }));
        events::update(&world.platform, &world.caller, who, (event, resolve))
            .await
            .unwrap();
        let waiting = waits(world.settled(who).await);
        assert!(waiting.contains("passed by hand"), "{waiting}");
        // A later run that ends in an error is what to see to: the next may pass the task.
        rename(&world, who, "Alex ERROR").await;
        let run = parse(json!({ "check_type": "PEPS_AND_SANCTIONS_SCREEN" }));
        checks::run(
            &world.platform,
            &world.caller,
            who,
            (run, checks::Mode::Sync),
        )
        .await
        .unwrap();
        let waiting = waits(world.settled(who).await);
        assert!(!waiting.contains("by hand"), "{waiting}");
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_the_way_when_no_task_is_open_is_said_as_it_is() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let who = world.create(person("Alex SANCTION")).await;
        let profile = world.settled(who).await;
        let (open, event) = (id(task(&profile, "screening")), id(&profile["events"][0]));
        let waits = async |expected: Value| {
            let profile = world.settled(who).await;
            let waiting = &profile["applications"][0]["waiting_for"];
            assert_eq!(*waiting, expected, "{name}");
        };
        let set = async |status: ProfileStatus| {
            profiles::set_status(&world.platform, &world.caller, who, status)
                .await
                .unwrap();
        };
        let pass = parse(json!({ "state": "COMPLETED_PASS" }));
        tasks::update(&world.platform, &world.caller, who, (open, pass))
            .await
            .unwrap();
        let matches = json!({ "kind": "EVENTS", "message": "matches to resolve: 1" });
        waits(json!([matches])).await;
        set(ProfileStatus::Banned).await;
        let barred = |status: &str| {
            let message =
                format!("the status of the profile is {status}; only NORMAL can be approved");
            json!({ "kind": "PROFILE_STATUS", "subject": status, "message": message })
        };
        waits(json!([matches, barred("BANNED")])).await;
        let resolve = parse(json!({ "resolution": "MISMATCH", "resolution_reason": "no" }));
        events::update(&world.platform, &world.caller, who, (event, resolve))
            .await
            .unwrap();
        waits(json!([barred("BANNED")])).await;
        set(ProfileStatus::Suspended).await;
        waits(json!([barred("SUSPENDED")])).await;
        set(ProfileStatus::Normal).await;
        let profile = world.settled(who).await;
        assert_eq!(profile["applications"][0]["status"], "APPROVED", "{name}");
        world.stop();
    }
}
