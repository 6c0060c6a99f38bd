//! A long history does not make a change slower: it is not read.

use std::time::Instant;

use serde_json::json;
use store::Commit;

use crate::harness::World;
use crate::life::person;

const CHECKS: usize = 10_000;

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_old_checks_are_neither_loaded_nor_lost() {
    for (name, store) in store::testing::both().await {
        let world = World::new(store, include_str!("life.yaml")).await;
        let who = world.create(person("Alex")).await;
        world.quiet().await;
        let (store, account) = (&world.platform.store, world.caller.account);
        let rows = store::checks::of_profile(store, account, who, 10)
            .await
            .unwrap();
        let change = |tag: &'static str| {
            let (platform, caller) = (world.platform.clone(), world.caller.clone());
            async move {
                let request =
                    wire::request::parse(json!({ "name": tag }).to_string().as_bytes()).unwrap();
                let started = Instant::now();
                service::tags::add(&platform, &caller, who, request)
                    .await
                    .unwrap();
                started.elapsed()
            }
        };
        let before = change("before").await;
        for chunk in 0..CHECKS / 1_000 {
            let copies = (0..1_000).map(|number| {
                let id = u128::try_from(chunk * 1_000 + number).unwrap();
                store::checks::upsert(&store::checks::CheckRow {
                    id,
                    ..rows[0].clone()
                })
            });
            store.commit(Commit::new().writes(copies)).await.unwrap();
        }
        let after = change("after").await;
        let row = store::profiles::load(store, account, who)
            .await
            .unwrap()
            .unwrap();
        eprintln!("{name}: one change took {before:?} with 2 checks, {after:?} with 10,000 more");
        assert!(
            row.state.len() < 10_000,
            "{name}: the state holds {} bytes",
            row.state.len()
        );
        let profile = world.settled(who).await;
        assert_eq!(
            profile["checks"].as_array().unwrap().len(),
            500,
            "{name}: the newest are shown"
        );
        let counts = store::tables::counts(store).await.unwrap();
        let checks = counts
            .iter()
            .find(|(table, _)| table == "check_run")
            .unwrap()
            .1;
        assert_eq!(checks, 10_002, "{name}");
        world.stop();
    }
}
