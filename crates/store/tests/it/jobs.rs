//! Jobs are claimed once, and what is late is refused.

use std::collections::HashSet;

use store::jobs::{self, NewJob};
use store::testing::both;
use store::{Claim, Commit, Error, Job, Store, links};

use crate::samples::ACCOUNT;

fn job(key: &str, due_at: i64) -> NewJob {
    NewJob {
        account: ACCOUNT,
        key: key.to_owned(),
        kind: "settle".to_owned(),
        profile_id: Some(1),
        due_at,
        body: "{}".to_owned(),
        created_at: 1,
    }
}

fn claim(now: i64, limit: i64) -> Claim {
    Claim {
        now,
        kinds: vec!["settle".to_owned()],
        limit,
        lease_microseconds: 100,
    }
}

async fn enqueue(store: &Store, job: &NewJob) {
    store
        .commit(Commit::new().write(jobs::enqueue(job)))
        .await
        .unwrap();
}

async fn claim_one(store: &Store, now: i64) -> Option<Job> {
    store.claim(claim(now, 1)).await.unwrap().into_iter().next()
}

async fn finish(store: &Store, job: &Job) -> Result<(), Error> {
    store
        .commit(
            Commit::new()
                .guard(jobs::guard(job))
                .writes(jobs::finish(job)),
        )
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_claimed_once() {
    for (name, store) in both().await {
        let all = 200;
        for number in 0..all {
            enqueue(&store, &job(&format!("settle:{number}"), number)).await;
        }
        let claimers: Vec<_> = (0..8)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut mine = Vec::new();
                    loop {
                        let jobs = store.claim(claim(1_000, 7)).await.unwrap();
                        if jobs.is_empty() {
                            return mine;
                        }
                        mine.extend(jobs);
                    }
                })
            })
            .collect();
        let mut seen = HashSet::new();
        for claimer in claimers {
            for job in claimer.await.unwrap() {
                assert!(job.lease > 0 && job.attempts == 1, "{name}");
                assert!(seen.insert(job.key), "{name}: a job was claimed twice");
            }
        }
        assert_eq!(seen.len(), usize::try_from(all).unwrap(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_due_and_of_the_kind_is_claimed_longest_due_first() {
    for (name, store) in both().await {
        for (key, due_at) in [("c", 30), ("a", 10), ("later", 51), ("b", 20)] {
            enqueue(&store, &job(key, due_at)).await;
        }
        let mut other = job("other", 5);
        other.kind = "deliver".to_owned();
        enqueue(&store, &other).await;
        let first = store.claim(claim(50, 2)).await.unwrap();
        let mut keys: Vec<_> = first.iter().map(|job| job.key.as_str()).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["a", "b"], "{name}");
        let rest = store.claim(claim(50, 10)).await.unwrap();
        assert_eq!(
            rest.iter().map(|job| job.key.as_str()).collect::<Vec<_>>(),
            ["c"],
            "{name}"
        );
        let kinds = ["settle".to_owned(), "deliver".to_owned()];
        assert_eq!(
            jobs::next_due(&store, &kinds).await.unwrap(),
            Some(5),
            "{name}"
        );
        let both = Claim {
            kinds: kinds.to_vec(),
            ..claim(60, 10)
        };
        let keys: Vec<_> = store
            .claim(both)
            .await
            .unwrap()
            .into_iter()
            .map(|job| job.key)
            .collect();
        assert_eq!(keys, ["later", "other"], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_write_of_a_holder_whose_lease_passed_is_refused() {
    for (name, store) in both().await {
        enqueue(&store, &job("k", 0)).await;
        let slow = claim_one(&store, 0).await.unwrap();
        assert!(claim_one(&store, 99).await.is_none(), "{name}");
        let fast = claim_one(&store, 100).await.unwrap();
        assert_eq!((fast.attempts, fast.key.as_str()), (2, "k"), "{name}");
        let late = Commit::new()
            .guard(jobs::guard(&slow))
            .write(links::insert(ACCOUNT, 1, 2))
            .writes(jobs::finish(&slow));
        assert!(
            store.commit(late).await.unwrap_err().is_conflict(),
            "{name}"
        );
        assert!(
            links::parents(&store, ACCOUNT, 1, 1)
                .await
                .unwrap()
                .is_empty(),
            "{name}"
        );
        finish(&store, &fast).await.unwrap();
        assert!(
            finish(&store, &fast).await.unwrap_err().is_conflict(),
            "{name}"
        );
        assert_eq!(
            jobs::load(&store, ACCOUNT, "k").await.unwrap(),
            None,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_twice_is_one_job_due_at_the_earlier_time_with_the_newer_body() {
    for (name, store) in both().await {
        for (due_at, body) in [(50, "1"), (20, "2"), (80, "3")] {
            let mut job = job("k", due_at);
            job.body = body.to_owned();
            enqueue(&store, &job).await;
        }
        let found = jobs::load(&store, ACCOUNT, "k").await.unwrap().unwrap();
        let seen = (found.due_at, found.body.as_str(), found.revision);
        assert_eq!(seen, (20, "3", 3), "{name}");
        let later = jobs::reschedule(&job("k", 90));
        store.commit(Commit::new().write(later)).await.unwrap();
        let found = jobs::load(&store, ACCOUNT, "k").await.unwrap().unwrap();
        assert_eq!(found.due_at, 90, "{name}");
        store
            .commit(Commit::new().write(jobs::cancel(ACCOUNT, "k")))
            .await
            .unwrap();
        assert_eq!(
            jobs::load(&store, ACCOUNT, "k").await.unwrap(),
            None,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_asked_for_while_it_is_held_runs_once_more() {
    for (name, store) in both().await {
        enqueue(&store, &job("k", 0)).await;
        let held = claim_one(&store, 0).await.unwrap();
        enqueue(&store, &job("k", 40)).await;
        enqueue(&store, &job("k", 30)).await;
        enqueue(&store, &job("k", 35)).await;
        assert!(
            claim_one(&store, 50).await.is_none(),
            "{name}: two would run at once"
        );
        finish(&store, &held).await.unwrap();
        assert!(claim_one(&store, 29).await.is_none(), "{name}");
        let again = claim_one(&store, 30).await.unwrap();
        assert_eq!(again.attempts, 1, "{name}");
        finish(&store, &again).await.unwrap();
        assert_eq!(
            jobs::load(&store, ACCOUNT, "k").await.unwrap(),
            None,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyed_wake_up_can_set_its_next_time_in_the_commit_that_ends_it() {
    for (name, store) in both().await {
        enqueue(&store, &job("wake", 0)).await;
        let held = claim_one(&store, 0).await.unwrap();
        let commit = Commit::new()
            .guard(jobs::guard(&held))
            .writes(jobs::finish(&held))
            .write(jobs::reschedule(&job("wake", 900)));
        store.commit(commit).await.unwrap();
        let found = jobs::load(&store, ACCOUNT, "wake").await.unwrap().unwrap();
        assert_eq!(
            (found.due_at, found.lease, found.attempts),
            (900, 0, 0),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_job_is_due_again_and_keeps_the_reason() {
    for (name, store) in both().await {
        enqueue(&store, &job("k", 0)).await;
        let held = claim_one(&store, 0).await.unwrap();
        let longer = Commit::new()
            .guard(jobs::guard(&held))
            .write(jobs::extend(&held, 500));
        store.commit(longer).await.unwrap();
        assert!(claim_one(&store, 499).await.is_none(), "{name}");
        let failed =
            Commit::new()
                .guard(jobs::guard(&held))
                .write(jobs::retry(&held, 600, "no answer"));
        store.commit(failed).await.unwrap();
        assert!(claim_one(&store, 599).await.is_none(), "{name}");
        assert_eq!(
            jobs::failed(&store, ACCOUNT, 9).await.unwrap().len(),
            1,
            "{name}"
        );
        let again = claim_one(&store, 600).await.unwrap();
        let seen = (again.attempts, again.last_error.as_deref());
        assert_eq!(seen, (2, Some("no answer")), "{name}");
        let parked = Commit::new().guard(jobs::guard(&again)).write(jobs::retry(
            &again,
            jobs::PARKED,
            "given up",
        ));
        store.commit(parked).await.unwrap();
        assert!(claim_one(&store, i64::MAX - 1).await.is_none(), "{name}");
        enqueue(&store, &job("k", 700)).await;
        let revived = claim_one(&store, 700).await.unwrap();
        assert_eq!((revived.attempts, revived.last_error), (1, None), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_process_held_is_free_at_once_on_sqlite_alone() {
    for (name, store) in both().await {
        enqueue(&store, &job("settle:1", 5)).await;
        let held = claim_one(&store, 10).await.unwrap();
        assert_eq!(claim_one(&store, 11).await, None, "{name}");
        let released = jobs::release_all(&store).await;
        let again = claim_one(&store, 11).await;
        if name == "postgres" {
            assert!(
                matches!(released, Err(Error::Refused { .. })),
                "{released:?}"
            );
            assert_eq!(again, None, "another node may be at work on it");
            continue;
        }
        released.unwrap();
        assert_eq!(again.map(|job| job.key).as_ref(), Some(&held.key));
        assert!(finish(&store, &held).await.unwrap_err().is_conflict());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_begun_where_it_was_asked_for_is_held_until_its_lease_ends() {
    for (name, store) in both().await {
        let (write, held) = jobs::begin(&job("settle:1", 5), 100);
        store.commit(Commit::new().write(write)).await.unwrap();
        assert_eq!(claim_one(&store, 99).await, None, "{name}");
        let stored = jobs::load(&store, ACCOUNT, "settle:1").await.unwrap();
        assert_eq!(stored.as_ref(), Some(&held), "{name}");
        enqueue(&store, &job("settle:1", 50)).await;
        finish(&store, &held).await.unwrap();
        let again = claim_one(&store, 50).await.unwrap();
        assert_eq!(
            again.attempts, 1,
            "{name}: it was asked for while it was held"
        );
        finish(&store, &again).await.unwrap();
        assert_eq!(claim_one(&store, 1_000).await, None, "{name}");
    }
}
