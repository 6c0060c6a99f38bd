//! Lists, pages and search.

use store::applications::{self, ApplicationFilter, ApplicationRow};
use store::testing::both;
use store::{Store, profiles, search};

use crate::samples::{ACCOUNT, creation, profile, words, write};

/// Twenty-five profiles, five at each moment, so that a page ends within one.
async fn store_a_crowd(store: &Store) {
    for number in 0..25_u8 {
        let mut row = profile(u128::from(number));
        row.created_at = i64::from(number / 5);
        let category = if number % 2 == 0 {
            "APPLICANT"
        } else {
            "CUSTOMER"
        };
        category.clone_into(&mut row.category);
        store.commit(creation(&row)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_without_gap_or_repetition() {
    for (name, store) in both().await {
        store_a_crowd(&store).await;
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = profiles::page(&store, ACCOUNT, after, 4).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((last.created_at, last.id));
            seen.extend(page.iter().map(|row| row.id));
        }
        assert_eq!(seen, (0..25).rev().collect::<Vec<u128>>(), "{name}");
        let walked = profiles::walk(&store, ACCOUNT, 20, 3).await.unwrap();
        assert_eq!(walked, [21, 22, 23], "{name}");
        assert!(
            profiles::page(&store, ACCOUNT + 1, None, 4)
                .await
                .unwrap()
                .is_empty(),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_narrowed_by_categories_and_counted() {
    for (name, store) in both().await {
        store_a_crowd(&store).await;
        let list = async |categories: &[&str], limit, offset| {
            let found = profiles::list(&store, ACCOUNT, &words(categories), (limit, offset)).await;
            found
                .unwrap()
                .into_iter()
                .map(|row| row.id)
                .collect::<Vec<_>>()
        };
        assert_eq!(list(&[], 3, 2).await, [22, 21, 20], "{name}");
        assert_eq!(list(&["CUSTOMER"], 2, 1).await, [21, 19], "{name}");
        assert_eq!(list(&["CUSTOMER", "APPLICANT"], 1, 24).await, [0], "{name}");
        let count = async |categories: &[&str]| {
            profiles::count(&store, ACCOUNT, &words(categories))
                .await
                .unwrap()
        };
        assert_eq!(
            (count(&[]).await, count(&["CUSTOMER"]).await),
            (25, 12),
            "{name}"
        );
        let found = profiles::by_customer_ref(&store, ACCOUNT, "C-1", 2)
            .await
            .unwrap();
        assert_eq!(
            found.iter().map(|row| row.id).collect::<Vec<_>>(),
            [0, 1],
            "{name}"
        );
        let summary = profiles::summary(&store, ACCOUNT, 3)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (summary.id, summary.category.as_str()),
            (3, "CUSTOMER"),
            "{name}"
        );
    }
}

fn application(number: u128, status: &str, flag: &str) -> ApplicationRow {
    ApplicationRow {
        account: ACCOUNT,
        profile_id: 1,
        id: number,
        product_id: number % 2,
        status: status.to_owned(),
        flag: flag.to_owned(),
        risk_level: (number > 2).then(|| "HIGH".to_owned()),
        hidden: false,
        applied_at: 5,
        changed_at: 6,
    }
}

/// Three that wait or are decided, and one that is hidden.
async fn store_applications(store: &Store) {
    store.commit(creation(&profile(1))).await.unwrap();
    let rows = [
        application(1, "APPLIED", "READY"),
        application(2, "APPLIED", "DECIDED"),
        application(3, "APPROVED", "DECIDED"),
        application(4, "APPLIED", "READY"),
        ApplicationRow {
            hidden: true,
            ..application(9, "REJECTED", "DECIDED")
        },
    ];
    write(store, rows.iter().map(applications::upsert)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_applications_is_narrowed_by_its_filter() {
    for (name, store) in both().await {
        store_applications(&store).await;
        let page = async |filter: ApplicationFilter, after, limit| {
            let lines = applications::page(&store, ACCOUNT, &filter, after, limit)
                .await
                .unwrap();
            assert!(
                lines.iter().all(|line| line.display_name == "Ada Lovelace"),
                "{name}"
            );
            lines
                .into_iter()
                .map(|line| line.application.id)
                .collect::<Vec<_>>()
        };
        let all = ApplicationFilter::default;
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(page(all(), None, 9).await, [4, 3, 2, 1], "{name}");
        assert_eq!(page(all(), Some((5, 3)), 1).await, [2], "{name}");
        let applied = || ApplicationFilter {
            status: text("APPLIED"),
            ..all()
        };
        assert_eq!(page(applied(), None, 9).await, [4, 2, 1], "{name}");
        let ready = ApplicationFilter {
            flag: text("READY"),
            ..applied()
        };
        assert_eq!(page(ready, None, 9).await, [4, 1], "{name}");
        let high = ApplicationFilter {
            risk_level: text("HIGH"),
            ..all()
        };
        assert_eq!(page(high, None, 9).await, [4, 3], "{name}");
        let product = ApplicationFilter {
            product_id: Some(1),
            ..all()
        };
        assert_eq!(page(product, None, 9).await, [3, 1], "{name}");
        assert_eq!(
            page(
                ApplicationFilter {
                    hidden: true,
                    ..all()
                },
                None,
                9
            )
            .await,
            [9],
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn applications_are_counted_and_walked_by_status() {
    for (name, store) in both().await {
        store_applications(&store).await;
        let counts = applications::counts(&store, ACCOUNT).await.unwrap();
        let count = |status: &str, flag: &str, count| (status.to_owned(), flag.to_owned(), count);
        let wanted = [
            count("APPLIED", "DECIDED", 1),
            count("APPLIED", "READY", 2),
            count("APPROVED", "DECIDED", 1),
        ];
        assert_eq!(counts, wanted, "{name}");
        let open = applications::walk_status(&store, ACCOUNT, "APPLIED", 0, 9)
            .await
            .unwrap();
        assert_eq!(open, [1], "{name}");
        write(&store, [applications::delete(ACCOUNT, 1, 9)]).await;
        let left = applications::of_profile(&store, ACCOUNT, 1).await.unwrap();
        assert_eq!(
            left.iter().map(|row| row.id).collect::<Vec<_>>(),
            [1, 2, 3, 4],
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_profiles_with_all_words_by_their_beginnings() {
    for (name, store) in both().await {
        for (id, text) in [
            (1, "ada lovelace"),
            (2, "adam smith"),
            (3, "grace hopper ada"),
        ] {
            let mut row = profile(id);
            row.category = if id == 2 { "CUSTOMER" } else { "APPLICANT" }.to_owned();
            let list: Vec<&str> = text.split(' ').collect();
            let commit = creation(&row).writes(search::insert(ACCOUNT, id, &words(&list)));
            store.commit(commit).await.unwrap();
        }
        let find = async |text: &[&str], categories: &[&str], page| {
            let words = (words(text), words(categories));
            let question = search::Question {
                customer_ref: "",
                words: &words.0,
                categories: &words.1,
            };
            let found = search::find(&store, ACCOUNT, question, page).await.unwrap();
            (found.ids, found.count)
        };
        assert_eq!(
            find(&["ada"], &[], (9, 0)).await,
            (vec![3, 2, 1], 3),
            "{name}"
        );
        assert_eq!(find(&["ada"], &[], (1, 1)).await, (vec![2], 3), "{name}");
        assert_eq!(
            find(&["ada", "lo"], &[], (9, 0)).await,
            (vec![1], 1),
            "{name}"
        );
        assert_eq!(
            find(&["hop", "gra", "ada"], &[], (9, 0)).await,
            (vec![3], 1),
            "{name}"
        );
        assert_eq!(
            find(&["ada"], &["CUSTOMER"], (9, 0)).await,
            (vec![2], 1),
            "{name}"
        );
        assert_eq!(find(&["da"], &[], (9, 0)).await, (vec![], 0), "{name}");
        assert_eq!(find(&["a%"], &[], (9, 0)).await, (vec![], 0), "{name}");
        assert_eq!(find(&["", ""], &[], (9, 0)).await, (vec![], 0), "{name}");
        write(&store, search::replace(ACCOUNT, 1, &words(&["zoe", "zoe"]))).await;
        assert_eq!(
            find(&["lovelace"], &[], (9, 0)).await,
            (vec![], 0),
            "{name}"
        );
        assert_eq!(find(&["zo"], &[], (9, 0)).await, (vec![1], 1), "{name}");
    }
}
