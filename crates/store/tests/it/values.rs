//! Values come back as they went in, and what one database could not hold is refused by both.

use store::testing::both;
use store::{Commit, Error, VALUE_BYTES_MAX, files, keys, profiles};

use crate::samples::{ACCOUNT, creation, id, profile};

#[tokio::test(flavor = "multi_thread")]
async fn values_come_back_as_they_went_in() {
    let texts = [
        "",
        "'; drop table profile --",
        "Łódź 日本 🦀",
        "a\u{1}\u{7f}\u{2028}b",
        "$1 ? % _ \\",
    ];
    for (name, store) in both().await {
        for (number, text) in texts.into_iter().enumerate() {
            let mut row = profile(id());
            row.display_name = text.to_owned();
            row.customer_ref = (number % 2 == 0).then(|| text.to_owned());
            row.created_at = [i64::MIN, -1, 0, 1, i64::MAX][number];
            store.commit(creation(&row)).await.unwrap();
            let found = profiles::load(&store, ACCOUNT, row.id)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(found, row, "{name}");
        }
        for id in [0, 1, u128::MAX] {
            let row = profile(id);
            store.commit(creation(&row)).await.unwrap();
            assert_eq!(
                profiles::load(&store, ACCOUNT, id).await.unwrap(),
                Some(row),
                "{name}"
            );
        }
        for (number, content) in [vec![], vec![0], vec![7; 16], (0..=255).collect()]
            .iter()
            .enumerate()
        {
            let number = i64::try_from(number).unwrap();
            let write = files::insert_chunk(ACCOUNT, 1, number, content.clone());
            store.commit(Commit::new().write(write)).await.unwrap();
            let found = files::load_chunk(&store, ACCOUNT, 1, number).await.unwrap();
            assert_eq!(found.as_ref(), Some(content), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_with_a_nul_is_refused_by_both() {
    for (name, store) in both().await {
        let mut row = profile(id());
        row.display_name = "a\0b".to_owned();
        let error = store.commit(creation(&row)).await.unwrap_err();
        assert!(
            matches!(&error, Error::Refused { reason } if reason.contains("NUL")),
            "{name}: {error}"
        );
        let error = profiles::by_customer_ref(&store, ACCOUNT, "\0", 1)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_beyond_the_limit_is_refused_by_both() {
    for (name, store) in both().await {
        let write = |bytes| files::insert_chunk(ACCOUNT, 1, 0, vec![0; bytes]);
        let error = store
            .commit(Commit::new().write(write(VALUE_BYTES_MAX + 1)))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{name}: {error}");
        store
            .commit(Commit::new().write(write(VALUE_BYTES_MAX)))
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_found_by_its_hash_and_revoked_once() {
    for (name, store) in both().await {
        let row = keys::KeyRow {
            account: ACCOUNT,
            id: 5,
            name: "back office".to_owned(),
            prefix: "ush_1".to_owned(),
            secret_hash: vec![9; 32],
            is_admin: true,
            created_at: 1,
            created_by: "ada".to_owned(),
            revoked_at: None,
        };
        store
            .commit(Commit::new().write(keys::insert(&row)))
            .await
            .unwrap();
        assert_eq!(
            keys::find(&store, &[9; 32]).await.unwrap(),
            Some(row),
            "{name}"
        );
        assert_eq!(keys::find(&store, &[8; 32]).await.unwrap(), None, "{name}");
        for at in [10, 20] {
            store
                .commit(Commit::new().write(keys::revoke(ACCOUNT, 5, at)))
                .await
                .unwrap();
        }
        let found = keys::find(&store, &[9; 32]).await.unwrap().unwrap();
        assert_eq!(found.revoked_at, Some(10), "{name}");
    }
}
