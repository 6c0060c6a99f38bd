//! What the platform does by itself: old answers are forgotten, uploads that died are cleared away,
//! and one broken profile does not hold up the others.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use service::idempotency::Idempotency;
use service::{Caller, Kind, Settings, files, profiles, publications};
use store::Commit;
use store::profiles::ProfileRow;
use wire::request::UploadFile;

use crate::harness::World;
use crate::life::person;

const POLICY: &str = include_str!("life.yaml");

async fn rows(world: &World, table: &str) -> i64 {
    let counts = store::tables::counts(&world.platform.store).await.unwrap();
    let found = counts.iter().find(|(name, _)| name == table);
    found.unwrap().1
}

/// Waits until something holds, a minute or more.
async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    for _ in 0..6_000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited in vain until {what}");
}

fn upload(mebibytes: usize) -> UploadFile {
    let mut content = b"%PDF-1.7".to_vec();
    content.resize(mebibytes * 1024 * 1024, b' ');
    let body = json!({"data": STANDARD.encode(content), "name": "a.pdf"});
    wire::request::parse(body.to_string().as_bytes()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_idempotency_keys_are_kept_for_thirty_days() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let caller = Caller {
            idempotency: Some(Idempotency {
                key: "k".to_owned(),
                is_shared: false,
                request_hash: [1; 32],
            }),
            ..world.caller.clone()
        };
        profiles::create(&world.platform, &caller, &person("Alex"))
            .await
            .unwrap();
        world.pass_days(29);
        world.quiet().await;
        assert_eq!(rows(&world, "idempotency").await, 1, "{name}");
        world.pass_days(2);
        world.quiet().await;
        assert_eq!(rows(&world, "idempotency").await, 0, "{name}");
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_does_not_end_leaves_nothing_behind() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let profile = world.create(person("Alex")).await;
        world.quiet().await;
        let mut stalled = Box::pin(files::upload(
            &world.platform,
            &world.caller,
            profile,
            upload(20),
        ));
        // Each step takes it at most one commit further.
        while rows(&world, "file_chunk").await == 0 {
            let step = poll_fn(|context| Poll::Ready(stalled.as_mut().poll(context))).await;
            assert!(step.is_pending(), "{name}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        world.pass_days(1);
        until("the pieces are gone", async || {
            rows(&world, "file_chunk").await == 0
        })
        .await;
        // Should it go on after all, it comes too late.
        let failure = stalled.await.unwrap_err();
        assert_eq!(failure.kind, Kind::Busy, "{name}: {failure}");
        world.quiet().await;
        let left = (rows(&world, "file").await, rows(&world, "file_chunk").await);
        assert_eq!(left, (0, 0), "{name}");
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_uploaded_stays() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let profile = world.create(person("Alex")).await;
        for mebibytes in [8, 9] {
            files::upload(&world.platform, &world.caller, profile, upload(mebibytes))
                .await
                .unwrap();
        }
        let key = |(kind, ..): &(String, i64, i64)| kind == "sweep-file";
        let account = world.caller.account;
        let jobs = store::jobs::counts(&world.platform.store, account).await;
        assert!(!jobs.unwrap().iter().any(key), "{name}");
        world.pass_days(1);
        world.quiet().await;
        let left = (rows(&world, "file").await, rows(&world, "file_chunk").await);
        assert_eq!(left, (2, 17), "{name}");
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_profile_does_not_keep_others_from_the_published_policy() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, POLICY).await;
        let waiting = world.create(person("Sam FAIL")).await;
        world.quiet().await;
        let (account, broken) = (world.caller.account, 1);
        let commit = Commit::new().write(store::profiles::insert(&ProfileRow {
            id: broken,
            customer_ref: None,
            state: "broken".to_owned(),
            ..store::profiles::load(&world.platform.store, account, waiting)
                .await
                .unwrap()
                .unwrap()
        }));
        world.platform.store.commit(commit).await.unwrap();
        let stricter = POLICY.replace(
            "tasks: [verify_identity, screening]",
            "tasks: [verify_identity, screening, funds]",
        );
        publications::publish(&world.platform, &world.caller, &stricter, "test")
            .await
            .unwrap();
        until("the job has failed", async || {
            let failed = store::jobs::failed(&world.platform.store, account, 10).await;
            failed.unwrap().iter().any(|job| job.key == "publish:2")
        })
        .await;
        let read = profiles::read(&world.platform, &world.caller, waiting).await;
        let profile: Value = serde_json::from_str(&read.unwrap().body).unwrap();
        let tasks = &profile["applications"][0]["required_tasks"];
        assert_eq!(tasks.as_array().unwrap().len(), 3, "{name}");
        // Once it is mended, the next try ends the job.
        let commit = Commit::new().write(store::profiles::delete(account, broken));
        world.platform.store.commit(commit).await.unwrap();
        world.quiet().await;
        world.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_that_must_take_turns_all_have_theirs() {
    for (name, store) in store::testing::both().await {
        let settings = Settings {
            checks_at_once_max: 1,
            ..Settings::default()
        };
        let world = World::with(store, POLICY, settings).await;
        let mut ids = Vec::new();
        for given in ["Alex", "Ada", "Mary"] {
            ids.push(world.create(person(given)).await);
        }
        for id in ids {
            let profile = world.settled(id).await;
            assert_eq!(profile["applications"][0]["status"], "APPROVED", "{name}");
        }
        world.stop();
    }
}
