//! What belongs to a profile or an account comes back, and only to them.

use store::accounts::{self, AccountRow};
use store::audits::{self, AuditRow};
use store::checks::{self, CheckRow};
use store::configs::{self, ConfigRow, PublicationRow};
use store::events::{self, EventRow};
use store::files::{self, FileRow};
use store::institutions::{self, InstitutionRow};
use store::notes::{self, NoteRow};
use store::tasks::{self, TaskRow};
use store::testing::both;
use store::views::{self, ViewRow};
use store::{Commit, Error, SqliteOptions, Store, links, profiles, tables};

use crate::samples::{ACCOUNT, change, creation, profile, stored_profile, write};

fn body() -> String {
    r#"{"format":1}"#.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_state_of_a_check_comes_back() {
    for (name, store) in both().await {
        let ordered = CheckRow {
            account: ACCOUNT,
            profile_id: 1,
            id: 2,
            check_type: "IDENTITY_CHECK".to_owned(),
            variant_id: 3,
            state: "RUNNING".to_owned(),
            ordered_at: 4,
            body: body(),
        };
        let done = CheckRow {
            state: "COMPLETE".to_owned(),
            ..ordered.clone()
        };
        write(&store, [checks::upsert(&ordered), checks::upsert(&done)]).await;
        let (loaded, of_profile, of_variant) = (
            checks::load(&store, ACCOUNT, 1, 2).await.unwrap(),
            checks::of_profile(&store, ACCOUNT, 1, 9).await.unwrap(),
            checks::of_variant(&store, ACCOUNT, 1, 3, 9).await.unwrap(),
        );
        assert_eq!(loaded.as_ref(), Some(&done), "{name}");
        assert_eq!(
            (of_profile, of_variant),
            (vec![done.clone()], vec![done]),
            "{name}"
        );
        assert!(
            checks::of_variant(&store, ACCOUNT, 1, 4, 9)
                .await
                .unwrap()
                .is_empty(),
            "{name}"
        );
        assert_eq!(
            checks::load(&store, ACCOUNT + 1, 1, 2).await.unwrap(),
            None,
            "{name}"
        );
        write(&store, [checks::delete(ACCOUNT, 1, 2)]).await;
        assert_eq!(
            checks::load(&store, ACCOUNT, 1, 2).await.unwrap(),
            None,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_tasks_and_events_come_back() {
    for (name, store) in both().await {
        let task = TaskRow {
            account: ACCOUNT,
            profile_id: 1,
            id: 5,
            body: body(),
        };
        let event = EventRow {
            account: ACCOUNT,
            profile_id: 1,
            id: 6,
            created_at: 7,
            body: body(),
        };
        write(&store, [tasks::upsert(&task), events::upsert(&event)]).await;
        let found = tasks::load(&store, ACCOUNT, 1, 5).await.unwrap();
        assert_eq!(found.as_ref(), Some(&task), "{name}");
        assert_eq!(
            tasks::of_profile(&store, ACCOUNT, 1, 9).await.unwrap(),
            [task],
            "{name}"
        );
        let found = events::load(&store, ACCOUNT, 1, 6).await.unwrap();
        assert_eq!(found.as_ref(), Some(&event), "{name}");
        assert_eq!(
            events::of_profile(&store, ACCOUNT, 1, 9).await.unwrap(),
            [event],
            "{name}"
        );
        assert!(
            events::of_profile(&store, ACCOUNT, 2, 9)
                .await
                .unwrap()
                .is_empty(),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_checks_come_first_when_not_all_are_wanted() {
    for (name, store) in both().await {
        let run = |id| CheckRow {
            account: ACCOUNT,
            profile_id: 1,
            id,
            check_type: "IDENTITY_CHECK".to_owned(),
            variant_id: 3,
            state: "RUNNING".to_owned(),
            ordered_at: 4,
            body: body(),
        };
        write(&store, (1..=5).map(|id| checks::upsert(&run(id)))).await;
        let found = checks::of_profile(&store, ACCOUNT, 1, 2).await.unwrap();
        assert_eq!(found, [run(5), run(4)], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_note_is_listed_no_more() {
    for (name, store) in both().await {
        let note = NoteRow {
            account: ACCOUNT,
            profile_id: 1,
            task_id: 8,
            id: 9,
            created_at: 10,
            body: body(),
            deleted_at: None,
        };
        write(&store, [notes::upsert(&note)]).await;
        let found = notes::of_task(&store, ACCOUNT, 1, 8, 9).await.unwrap();
        assert_eq!(found, std::slice::from_ref(&note), "{name}");
        let deleted = NoteRow {
            deleted_at: Some(12),
            ..note
        };
        write(&store, [notes::upsert(&deleted)]).await;
        assert!(
            notes::of_task(&store, ACCOUNT, 1, 8, 9)
                .await
                .unwrap()
                .is_empty(),
            "{name}"
        );
        assert!(
            notes::of_profile(&store, ACCOUNT, 1, 9)
                .await
                .unwrap()
                .is_empty(),
            "{name}"
        );
        let found = notes::load(&store, ACCOUNT, (1, 8), 9).await.unwrap();
        assert_eq!(found, Some(deleted), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_trail_is_read_newest_first_and_links_are_sets() {
    for (name, store) in both().await {
        let entry = |id| AuditRow {
            account: ACCOUNT,
            profile_id: 1,
            id,
            at: 11,
            body: body(),
        };
        write(&store, [1, 2, 3].map(|id| audits::insert(&entry(id)))).await;
        let trail = audits::of_profile(&store, ACCOUNT, 1, None, 2)
            .await
            .unwrap();
        assert_eq!(trail, [entry(3), entry(2)], "{name}");
        let trail = audits::of_profile(&store, ACCOUNT, 1, Some(2), 2)
            .await
            .unwrap();
        assert_eq!(trail, [entry(1)], "{name}");
        let writes = [
            links::insert(ACCOUNT, 1, 20),
            links::insert(ACCOUNT, 1, 20),
            links::insert(ACCOUNT, 1, 21),
            links::delete(ACCOUNT, 1, 21),
        ];
        write(&store, writes).await;
        assert_eq!(
            links::parents(&store, ACCOUNT, 1, 9).await.unwrap(),
            [20],
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_there_with_its_row_and_goes_with_its_pieces() {
    for (name, store) in both().await {
        let row = FileRow {
            account: ACCOUNT,
            profile_id: 1,
            id: 2,
            kind: "image".to_owned(),
            name: None,
            media_type: "image/png".to_owned(),
            size_bytes: 3,
            sha256: vec![1; 32],
            uploaded_at: 4,
            body: "{}".to_owned(),
        };
        write(
            &store,
            [
                files::insert_chunk(ACCOUNT, 2, 0, vec![1, 2, 3]),
                files::insert(&row),
            ],
        )
        .await;
        assert_eq!(
            files::load(&store, ACCOUNT, 1, 2).await.unwrap(),
            Some(row.clone()),
            "{name}"
        );
        assert_eq!(
            files::of_profile(&store, ACCOUNT, 1, "image", 9)
                .await
                .unwrap(),
            [row],
            "{name}"
        );
        assert!(
            files::of_profile(&store, ACCOUNT, 1, "file", 9)
                .await
                .unwrap()
                .is_empty(),
            "{name}"
        );
        write(
            &store,
            [
                files::delete(ACCOUNT, 1, 2),
                files::delete_chunks(ACCOUNT, 2),
            ],
        )
        .await;
        assert_eq!(
            files::load(&store, ACCOUNT, 1, 2).await.unwrap(),
            None,
            "{name}"
        );
        assert_eq!(
            files::load_chunk(&store, ACCOUNT, 2, 0).await.unwrap(),
            None,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_the_first_of_its_day_once() {
    for (name, store) in both().await {
        let view = ViewRow {
            account: ACCOUNT,
            profile_id: 1,
            viewer: "ada".to_owned(),
            day: 20_000,
        };
        assert!(!views::is_seen(&store, &view).await.unwrap(), "{name}");
        let first = || Commit::new().guard(views::first_of_day(&view));
        store.commit(first()).await.unwrap();
        assert!(
            store.commit(first()).await.unwrap_err().is_conflict(),
            "{name}"
        );
        assert!(views::is_seen(&store, &view).await.unwrap(), "{name}");
        let next = ViewRow {
            day: 20_001,
            ..view
        };
        store
            .commit(Commit::new().guard(views::first_of_day(&next)))
            .await
            .unwrap();
    }
}

fn version(number: i64) -> ConfigRow {
    ConfigRow {
        institution: 1,
        number,
        document: format!("format: {number}"),
        created_at: 1,
        author: "ada".to_owned(),
    }
}

fn publication(sequence: i64, number: i64) -> PublicationRow {
    PublicationRow {
        account: ACCOUNT,
        sequence,
        number,
        published_at: 1,
        author: "ada".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_works_by_the_version_published_last() {
    for (name, store) in both().await {
        for number in [1, 2] {
            store
                .commit(Commit::new().guard(configs::insert(&version(number))))
                .await
                .unwrap();
        }
        let taken = store
            .commit(Commit::new().guard(configs::insert(&version(2))))
            .await;
        assert!(taken.unwrap_err().is_conflict(), "{name}");
        assert_eq!(
            configs::current(&store, ACCOUNT).await.unwrap(),
            None,
            "{name}"
        );
        for (sequence, number) in [(1, 2), (2, 1)] {
            let commit = Commit::new().guard(configs::publish(&publication(sequence, number)));
            store.commit(commit).await.unwrap();
        }
        let current = configs::current(&store, ACCOUNT).await.unwrap();
        assert_eq!(current, Some(publication(2, 1)), "{name}");
        assert_eq!(
            configs::publications(&store, ACCOUNT, 1)
                .await
                .unwrap()
                .len(),
            1,
            "{name}"
        );
        assert_eq!(
            configs::load(&store, 1, 1).await.unwrap(),
            Some(version(1)),
            "{name}"
        );
        assert_eq!(
            configs::latest(&store, 1).await.unwrap(),
            Some(version(2)),
            "{name}"
        );
        let numbers: Vec<_> = configs::list(&store, 1, 9)
            .await
            .unwrap()
            .iter()
            .map(|row| row.number)
            .collect();
        assert_eq!(numbers, [2, 1], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_institution_has_one_account_in_each_environment() {
    for (name, store) in both().await {
        let institution = InstitutionRow {
            id: 1,
            name: "Bank".to_owned(),
            created_at: 1,
            key_check: None,
        };
        let account = |account, environment: &str| AccountRow {
            account,
            institution: 1,
            environment: environment.to_owned(),
            time_zone: "UTC".to_owned(),
            created_at: 1,
        };
        let rows = [account(ACCOUNT, "demo"), account(ACCOUNT + 1, "live")];
        write(&store, [institutions::insert(&institution)]).await;
        write(&store, rows.iter().map(accounts::insert)).await;
        for refused in [account(ACCOUNT + 2, "live"), account(ACCOUNT + 2, "test")] {
            let commit = Commit::new().write(accounts::insert(&refused));
            assert!(store.commit(commit).await.is_err(), "{name}");
        }
        write(&store, [accounts::set_time_zone(ACCOUNT, "Europe/Oslo")]).await;
        let listed = accounts::list(&store).await.unwrap();
        let zones: Vec<&str> = listed.iter().map(|row| row.time_zone.as_str()).collect();
        assert_eq!(zones, ["Europe/Oslo", "UTC"], "{name}");
        let loaded = accounts::load(&store, ACCOUNT).await.unwrap();
        assert_eq!(loaded.as_ref(), listed.first(), "{name}");
        assert_eq!(
            institutions::load(&store, 1).await.unwrap(),
            Some(institution),
            "{name}"
        );
        // The first check of the encryption key stays.
        for check in ["first", "second"] {
            write(&store, [institutions::set_key_check(1, check)]).await;
            let found = institutions::list(&store).await.unwrap();
            assert_eq!(found[0].key_check.as_deref(), Some("first"), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_is_counted() {
    for (name, store) in both().await {
        store.commit(creation(&profile(1))).await.unwrap();
        let mut newer = profile(1);
        newer.version = 2;
        store.commit(change(&newer)).await.unwrap();
        let counts = tables::counts(&store).await.unwrap();
        let mut names: Vec<&str> = counts.iter().map(|(name, _)| name.as_str()).collect();
        let mut wanted = tables::TABLES.to_vec();
        names.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(names, wanted, "{name}");
        assert!(counts.contains(&("profile".to_owned(), 1)), "{name}");
        let statistics = store.statistics();
        assert_eq!((statistics.commits, statistics.batches), (2, 2), "{name}");
        write(&store, [profiles::delete(ACCOUNT, 1)]).await;
        assert_eq!(
            profiles::count(&store, ACCOUNT, &[]).await.unwrap(),
            0,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_in_memory_keeps_what_was_committed_for_all_its_handles_and_no_others() {
    let memory = || Store::open_in_memory(SqliteOptions::default());
    let (store, other) = (memory().await.unwrap(), memory().await.unwrap());
    let row = stored_profile(&store).await;
    let clone = store.clone();
    let found = profiles::load(&clone, ACCOUNT, row.id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&row));
    let error = store.commit(creation(&row)).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
    let elsewhere = profiles::load(&other, ACCOUNT, row.id).await.unwrap();
    assert_eq!(elsewhere, None);
}
