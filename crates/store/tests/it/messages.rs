//! Webhook messages: one row per endpoint that wants them, in order, none skipped.

use store::endpoints::{self, EndpointRow};
use store::messages::{self, NewMessage};
use store::testing::both;
use store::{Commit, Store};

use crate::samples::{ACCOUNT, id};

fn endpoint(id: u128, events: &str) -> EndpointRow {
    EndpointRow {
        account: ACCOUNT,
        id,
        url: "https://example.com/hook".to_owned(),
        secret: "s".to_owned(),
        events: events.to_owned(),
        enabled: true,
        batching: false,
        created_at: 1,
        next_attempt_at: 0,
        attempts: 0,
        stalled_since: None,
        last_processed_at: None,
        lease: 0,
        lease_until: 0,
        failures: "[]".to_owned(),
    }
}

fn message(event: &str, body: &str) -> NewMessage {
    NewMessage {
        account: ACCOUNT,
        id: id(),
        event: event.to_owned(),
        at: 1,
        body: body.to_owned(),
    }
}

async fn add(store: &Store, row: &EndpointRow) {
    store
        .commit(Commit::new().write(endpoints::insert(row)))
        .await
        .unwrap();
}

async fn send(store: &Store, events: &[(&str, &str)]) {
    let writes = events
        .iter()
        .map(|(event, body)| messages::insert(&message(event, body)));
    store.commit(Commit::new().writes(writes)).await.unwrap();
}

/// The messages that show. On PostgreSQL they show once every transaction that began before has
/// ended, those of other tests on the same server too: so the wanted ones are waited for.
async fn bodies(store: &Store, endpoint: u128, wanted: usize) -> Vec<String> {
    waited_for(wanted, async || {
        let head = messages::head(store, ACCOUNT, endpoint, 100).await.unwrap();
        head.into_iter().map(|message| message.body).collect()
    })
    .await
}

async fn claimed(store: &Store, now: i64, wanted: usize) -> Vec<EndpointRow> {
    waited_for(wanted, async || {
        store.claim_endpoint(now, 5, 100).await.unwrap()
    })
    .await
}

async fn waited_for<T>(wanted: usize, read: impl AsyncFn() -> Vec<T>) -> Vec<T> {
    for _ in 0..1_000 {
        let found = read().await;
        if found.len() >= wanted {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    read().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_to_every_endpoint_that_wants_it_and_to_no_other() {
    for (name, store) in both().await {
        send(&store, &[("TASK_CREATED", "before there was anybody")]).await;
        add(
            &store,
            &endpoint(1, r#"["TASK_CREATED","CHECK_COMPLETED"]"#),
        )
        .await;
        add(&store, &endpoint(2, r#"["CHECK_COMPLETED"]"#)).await;
        let off = EndpointRow {
            enabled: false,
            ..endpoint(3, r#"["TASK_CREATED"]"#)
        };
        add(&store, &off).await;
        let foreign = EndpointRow {
            account: ACCOUNT + 1,
            ..endpoint(4, r#"["TASK_CREATED"]"#)
        };
        add(&store, &foreign).await;
        send(
            &store,
            &[
                ("TASK_CREATED", "a"),
                ("CHECK_COMPLETED", "b"),
                ("OTHER", "c"),
            ],
        )
        .await;
        send(&store, &[("TASK_CREATED", "d"), ("TASK", "e")]).await;
        assert_eq!(bodies(&store, 1, 3).await, ["a", "b", "d"], "{name}");
        assert_eq!(bodies(&store, 2, 1).await, ["b"], "{name}");
        assert!(
            bodies(&store, 3, 0).await.is_empty() && bodies(&store, 4, 0).await.is_empty(),
            "{name}"
        );
        let depths = messages::depths(&store, ACCOUNT).await.unwrap();
        assert_eq!(depths, [(1, 3, 1), (2, 1, 1)], "{name}");
        store
            .commit(Commit::new().write(messages::delete_all(ACCOUNT, 1)))
            .await
            .unwrap();
        assert!(bodies(&store, 1, 0).await.is_empty(), "{name}");
        assert_eq!(bodies(&store, 2, 1).await, ["b"], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_held_by_one_and_released_with_what_was_delivered() {
    for (name, store) in both().await {
        add(&store, &endpoint(1, r#"["E"]"#)).await;
        assert!(
            claimed(&store, 10, 0).await.is_empty(),
            "{name}: no message"
        );
        send(&store, &[("E", "a"), ("E", "b")]).await;
        let held = claimed(&store, 10, 1).await;
        assert_eq!(held.len(), 1, "{name}");
        assert!(claimed(&store, 10, 0).await.is_empty(), "{name}");
        let late = held.into_iter().next().unwrap();
        let mut held = claimed(&store, 110, 1).await.pop().unwrap();
        let head = messages::head(&store, ACCOUNT, 1, 1).await.unwrap();
        let done = |row: &EndpointRow| {
            Commit::new()
                .guard(endpoints::guard(row))
                .write(messages::delete(&head[0]))
                .write(endpoints::release(row))
        };
        assert!(
            store.commit(done(&late)).await.unwrap_err().is_conflict(),
            "{name}"
        );
        assert_eq!(bodies(&store, 1, 2).await, ["a", "b"], "{name}");
        held.last_processed_at = Some(120);
        held.next_attempt_at = 300;
        store.commit(done(&held)).await.unwrap();
        assert_eq!(bodies(&store, 1, 1).await, ["b"], "{name}");
        assert!(claimed(&store, 299, 0).await.is_empty(), "{name}");
        let again = claimed(&store, 300, 1).await.pop().unwrap();
        assert_eq!(again.last_processed_at, Some(120), "{name}");
        assert_ne!(again.lease, held.lease, "{name}");
    }
}

/// Twelve writers, each with its own sequence; one reader that takes what it sees and deletes it.
/// If it ever overtook a writer, a message would come after one with a higher place.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_message_is_skipped_or_reordered_under_concurrent_writers() {
    const WRITERS: usize = 12;
    const EACH: usize = 40;
    for (name, store) in both().await {
        add(&store, &endpoint(1, r#"["E"]"#)).await;
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let store = store.clone();
                tokio::spawn(async move {
                    for number in 0..EACH {
                        send(&store, &[("E", &format!("{writer}:{number}"))]).await;
                    }
                })
            })
            .collect();
        let mut last = (i64::MIN, i64::MIN);
        let mut next = [0; WRITERS];
        let mut seen = 0;
        while seen < WRITERS * EACH {
            let head = messages::head(&store, ACCOUNT, 1, 25).await.unwrap();
            for message in &head {
                let place = (message.txn, message.seq);
                assert!(place > last, "{name}: {place:?} came after {last:?}");
                last = place;
                let (writer, number) = message.body.split_once(':').unwrap();
                let writer: usize = writer.parse().unwrap();
                assert_eq!(number.parse::<usize>().unwrap(), next[writer], "{name}");
                next[writer] += 1;
            }
            seen += head.len();
            let writes = head.iter().map(messages::delete);
            store.commit(Commit::new().writes(writes)).await.unwrap();
        }
        for writer in writers {
            writer.await.unwrap();
        }
        assert!(bodies(&store, 1, 0).await.is_empty(), "{name}");
    }
}
