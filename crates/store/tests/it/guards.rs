//! Commits are all or nothing, and a conflict is nobody else's.

use store::idempotency::{self, IdempotencyRow};
use store::testing::both;
use store::{Commit, Error, Guard, Lost, Write, applications, links, profiles};

use crate::samples::{ACCOUNT, change, creation, id, profile, stored_profile};

fn answer(key: &str) -> IdempotencyRow {
    IdempotencyRow {
        account: ACCOUNT,
        api_key: 1,
        key: key.to_owned(),
        request_hash: vec![1; 32],
        status: 201,
        body: "{}".to_owned(),
        created_at: 1,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_guard_changes_nothing() {
    for (name, store) in both().await {
        let row = stored_profile(&store).await;
        let mut newer = row.clone();
        newer.version = 2;
        newer.display_name = "Ada King".to_owned();
        let stale = change(&newer).write(links::insert(ACCOUNT, 1, 2));
        let mut stale_guard = stale.clone();
        stale_guard.guards = vec![profiles::guard(ACCOUNT, row.id, 5)];
        let error = store.commit(stale_guard).await.unwrap_err();
        let what = Lost::Profile {
            account: ACCOUNT,
            id: row.id,
        };
        assert!(
            matches!(&error, Error::Conflict { what: lost } if *lost == what),
            "{name}: {error}"
        );
        assert_eq!(
            profiles::load(&store, ACCOUNT, row.id)
                .await
                .unwrap()
                .unwrap(),
            row,
            "{name}"
        );
        assert_eq!(
            links::parents(&store, ACCOUNT, 1, 10).await.unwrap(),
            [0_u128; 0],
            "{name}"
        );
        store.commit(stale).await.unwrap();
        assert_eq!(
            profiles::load(&store, ACCOUNT, row.id)
                .await
                .unwrap()
                .unwrap(),
            newer,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_of_another_account_is_lost() {
    for (name, store) in both().await {
        let row = stored_profile(&store).await;
        let commit = Commit::new().guard(profiles::guard(ACCOUNT + 1, row.id, 1));
        assert!(
            store.commit(commit).await.unwrap_err().is_conflict(),
            "{name}"
        );
        assert!(
            profiles::load(&store, ACCOUNT + 1, row.id)
                .await
                .unwrap()
                .is_none(),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_changes_to_one_version_exactly_one_is_made() {
    for (name, store) in both().await {
        let row = stored_profile(&store).await;
        let tasks: Vec<_> = (0..40)
            .map(|number| {
                let mut newer = row.clone();
                newer.version = 2;
                newer.display_name = format!("name {number}");
                let store = store.clone();
                tokio::spawn(async move { store.commit(change(&newer)).await })
            })
            .collect();
        let mut made = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(()) => made += 1,
                Err(error) => assert!(error.is_conflict(), "{name}: {error:?}"),
            }
        }
        assert_eq!(made, 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_commit_never_fails_its_neighbors() {
    for (name, store) in both().await {
        let taken = stored_profile(&store).await;
        let tasks: Vec<_> = (0..60)
            .map(|number| {
                let row = profile(id());
                let commit = match number % 3 {
                    0 => creation(&row),
                    // Fails in the middle: the row exists, and a plain insert says so.
                    1 => creation(&row).write(profiles::insert(&taken)),
                    _ => change(&profiles_at(&row, 9)),
                };
                let store = store.clone();
                tokio::spawn(async move { (number % 3, row.id, store.commit(commit).await) })
            })
            .collect();
        for task in tasks {
            let (kind, id, outcome) = task.await.unwrap();
            let found = profiles::version(&store, ACCOUNT, id).await.unwrap();
            match kind {
                0 => assert!(outcome.is_ok() && found.is_some(), "{name}: {outcome:?}"),
                1 => {
                    let broken = matches!(outcome, Err(Error::Broken { .. }));
                    assert!(broken && found.is_none(), "{name}: {outcome:?}");
                }
                _ => assert!(
                    outcome.unwrap_err().is_conflict() && found.is_none(),
                    "{name}"
                ),
            }
        }
    }
}

fn profiles_at(row: &profiles::ProfileRow, version: i64) -> profiles::ProfileRow {
    let mut row = row.clone();
    row.version = version;
    row
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_row_is_made_once() {
    for (name, store) in both().await {
        let tasks: Vec<_> = (0..30)
            .map(|_| {
                let row = profile(id());
                let commit = creation(&row).guard(idempotency::insert(&answer("k")));
                let store = store.clone();
                tokio::spawn(async move { store.commit(commit).await })
            })
            .collect();
        let mut made = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(()) => made += 1,
                Err(Error::Conflict { what }) => {
                    assert_eq!(
                        what,
                        Lost::Fresh {
                            table: "idempotency"
                        },
                        "{name}"
                    );
                }
                Err(other) => panic!("{name}: {other:?}"),
            }
        }
        assert_eq!(made, 1, "{name}");
        // The profiles of the others went with their answers.
        assert_eq!(
            profiles::count(&store, ACCOUNT, &[]).await.unwrap(),
            1,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_row_of_a_commit_that_lost_another_guard_is_not_kept() {
    for (name, store) in both().await {
        let row = stored_profile(&store).await;
        let commit = Commit::new()
            .guard(idempotency::insert(&answer("k")))
            .guard(profiles::guard(ACCOUNT, row.id, 9));
        assert!(
            store.commit(commit).await.unwrap_err().is_conflict(),
            "{name}"
        );
        let kept = idempotency::load(&store, ACCOUNT, (1, 1), "k")
            .await
            .unwrap();
        assert!(kept.is_none(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_of_one_commit_are_made_in_their_order() {
    for (name, store) in both().await {
        let words = |words: &[&str]| {
            words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>()
        };
        let find = async |word: &str| {
            let question = store::search::Question {
                words: &words(&[word]),
                ..Default::default()
            };
            let found = store::search::find(&store, ACCOUNT, question, (10, 0)).await;
            found.unwrap().count
        };
        let mut writes = store::search::insert(ACCOUNT, 1, &words(&["one"]));
        writes.extend(store::search::replace(ACCOUNT, 1, &words(&["two"])));
        writes.extend(store::search::replace(
            ACCOUNT,
            1,
            &words(&["three", "four"]),
        ));
        store.commit(Commit::new().writes(writes)).await.unwrap();
        let found = [
            find("one").await,
            find("two").await,
            find("three").await,
            find("four").await,
        ];
        assert_eq!(found, [0, 0, 1, 1], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_of_two_upserts_of_one_row_counts() {
    for (name, store) in both().await {
        let row = |status: &str| applications::ApplicationRow {
            account: ACCOUNT,
            profile_id: 1,
            id: 2,
            product_id: 3,
            status: status.to_owned(),
            flag: "FLAG".to_owned(),
            risk_level: None,
            hidden: false,
            applied_at: 1,
            changed_at: 1,
        };
        let writes =
            ["APPLIED", "REJECTED", "APPROVED"].map(|status| applications::upsert(&row(status)));
        store.commit(Commit::new().writes(writes)).await.unwrap();
        let found = applications::of_profile(&store, ACCOUNT, 1).await.unwrap();
        assert_eq!(found, [row("APPROVED")], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_store_takes_no_writes_and_keeps_what_it_took() {
    for (name, store) in both().await {
        let row = profile(id());
        let pending = tokio::spawn({
            let (store, commit) = (store.clone(), creation(&row));
            async move { store.commit(commit).await }
        });
        pending.await.unwrap().unwrap();
        let again = store.clone();
        store.close().await;
        let error = again.commit(creation(&profile(id()))).await.unwrap_err();
        assert!(matches!(error, Error::Stopped { .. }), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn what_is_not_an_insert_cannot_be_fresh() {
    let store = store::testing::scratch_sqlite().await;
    let write: Write = links::insert(ACCOUNT, 1, 2);
    let error = store
        .commit(Commit::new().guard(Guard::Fresh(write)))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Refused { .. }), "{error:?}");
}
