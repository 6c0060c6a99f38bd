//! Lists come back as they were written, what counts is what was swapped last, and nothing that did
//! not end is ever seen.

use store::lists::{self, SnapshotRow, SourceRow, SwapRow};
use store::screenings::{self, ScreeningRow};
use store::testing::both;
use store::{Commit, Error, Store};

use crate::samples::{ACCOUNT, id, write};

const BANK: u128 = 1;

fn body() -> String {
    r#"{"format":1}"#.to_owned()
}

fn snapshot(source: &str, number: i64) -> SnapshotRow {
    SnapshotRow {
        institution: BANK,
        source: source.to_owned(),
        number,
        id: id(),
        publication: "2026-11-23".to_owned(),
        sha256: vec![7; 32],
        loaded_at: 5,
        loaded_by: "Support".to_owned(),
        entries: 2,
        pieces: 2,
        size_bytes: 4,
        body: body(),
    }
}

fn swap(sequence: i64, source: &str, number: Option<i64>) -> SwapRow {
    SwapRow {
        institution: BANK,
        sequence,
        source: source.to_owned(),
        number,
        at: sequence * 10,
        body: body(),
    }
}

async fn commit_swap(store: &Store, row: &SwapRow) -> Result<(), Error> {
    store.commit(Commit::new().guard(lists::swap(row))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_are_added_once_changed_and_taken_away() {
    for (name, store) in both().await {
        let source = SourceRow {
            institution: BANK,
            name: "un".to_owned(),
            format: "un-xml".to_owned(),
            address: Some("https://lists.example.com/un.xml".to_owned()),
            every_seconds: Some(3600),
            created_at: 9,
            body: body(),
        };
        let add = || Commit::new().guard(lists::add_source(&source));
        store.commit(add()).await.unwrap();
        let again = store.commit(add()).await;
        assert!(matches!(again, Err(Error::Conflict { .. })), "{name}");
        let other = SourceRow {
            every_seconds: None,
            ..source.clone()
        };
        write(&store, [lists::set_source(&other)]).await;
        write(&store, [lists::note_fetch(BANK, "un", r#"{"format":2}"#)]).await;
        let known = lists::sources(&store, BANK).await.unwrap();
        let noted = SourceRow {
            body: r#"{"format":2}"#.to_owned(),
            ..other
        };
        assert_eq!(known, [noted], "{name}");
        assert!(
            lists::sources(&store, 2).await.unwrap().is_empty(),
            "{name}"
        );
        write(&store, [lists::remove_source(BANK, "un")]).await;
        let known = lists::sources(&store, BANK).await.unwrap();
        assert!(known.is_empty(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_comes_back_with_its_pieces_and_takes_its_number_alone() {
    for (name, store) in both().await {
        let row = snapshot("un", 1);
        let pieces = [vec![0, 255], vec![]];
        let pieces = pieces.into_iter().zip(0..);
        let writes = pieces.map(|(piece, at)| lists::add_piece(BANK, row.id, at, piece));
        write(&store, writes).await;
        let add = |row: &SnapshotRow| Commit::new().guard(lists::insert(row));
        store.commit(add(&row)).await.unwrap();
        let rival = SnapshotRow {
            id: id(),
            ..row.clone()
        };
        let lost = store.commit(add(&rival)).await;
        assert!(matches!(lost, Err(Error::Conflict { .. })), "{name}");
        store.commit(add(&snapshot("un", 2))).await.unwrap();
        let found = lists::load(&store, BANK, "un", 1).await.unwrap();
        assert_eq!(found.as_ref(), Some(&row), "{name}");
        let newest = lists::latest(&store, BANK, "un", 9).await.unwrap();
        let numbers: Vec<i64> = newest.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [2, 1], "{name}");
        for (at, piece) in [(0, Some(vec![0, 255])), (1, Some(vec![])), (2, None)] {
            let found = lists::load_piece(&store, BANK, row.id, at).await.unwrap();
            assert_eq!(found, piece, "{name}");
        }
        let other = lists::load_piece(&store, 2, row.id, 0).await.unwrap();
        assert_eq!(other, None, "{name}: another institution's");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_of_loads_that_did_not_end_are_found_and_no_others() {
    for (name, store) in both().await {
        let (ended, broken, running) = (snapshot("un", 1), id(), id());
        for snapshot_id in [ended.id, broken, running] {
            let pieces = (0..2).map(|at| lists::add_piece(BANK, snapshot_id, at, vec![1]));
            write(&store, pieces).await;
        }
        let commit = Commit::new().guard(lists::insert(&ended));
        store.commit(commit).await.unwrap();
        let left = lists::left_behind(&store, BANK, running).await.unwrap();
        assert_eq!(left, [broken], "{name}");
        write(&store, [lists::delete_pieces(BANK, broken)]).await;
        let left = lists::left_behind(&store, BANK, u128::MAX).await.unwrap();
        assert_eq!(left, [running], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_swap_of_each_source_counts_and_earlier_times_are_known() {
    for (name, store) in both().await {
        assert_eq!(lists::sequence(&store, BANK).await.unwrap(), 0, "{name}");
        let swaps = [
            swap(1, "un", Some(1)),
            swap(2, "eu", Some(1)),
            swap(3, "un", Some(2)),
            swap(4, "eu", None),
        ];
        for row in &swaps {
            commit_swap(&store, row).await.unwrap();
        }
        let late = commit_swap(&store, &swap(4, "uk", Some(1))).await;
        assert!(matches!(late, Err(Error::Conflict { .. })), "{name}");
        assert_eq!(lists::sequence(&store, BANK).await.unwrap(), 4, "{name}");
        assert_eq!(lists::sequence(&store, 2).await.unwrap(), 0, "{name}");
        let [first, second, third, fourth] = swaps;
        for (as_of, counting) in [
            (0, vec![]),
            (1, vec![first.clone()]),
            (2, vec![second.clone(), first]),
            (3, vec![second, third.clone()]),
            (9, vec![fourth, third]),
        ] {
            let current = lists::current(&store, BANK, as_of).await.unwrap();
            assert_eq!(current, counting, "{name}: as of {as_of}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screening_is_found_by_its_check_within_its_account() {
    for (name, store) in both().await {
        let row = ScreeningRow {
            account: ACCOUNT,
            profile_id: 1,
            check_id: 2,
            at: 3,
            body: body(),
        };
        write(&store, [screenings::insert(&row)]).await;
        let found = screenings::of_check(&store, ACCOUNT, 2).await.unwrap();
        assert_eq!(found, Some(row), "{name}");
        let other = screenings::of_check(&store, ACCOUNT + 1, 2).await.unwrap();
        assert_eq!(other, None, "{name}");
    }
}
