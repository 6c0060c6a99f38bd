//! Rows to test with.

use store::profiles::ProfileRow;
use store::{Commit, Guard, Store, Write};

/// The account of most tests.
pub(crate) const ACCOUNT: i64 = 7;

/// A new identifier.
pub(crate) fn id() -> u128 {
    uuid::Uuid::now_v7().as_u128()
}

/// A profile at version 1.
pub(crate) fn profile(id: u128) -> ProfileRow {
    ProfileRow {
        account: ACCOUNT,
        id,
        version: 1,
        role: "INDIVIDUAL_CUSTOMER".to_owned(),
        status: "NORMAL".to_owned(),
        category: "APPLICANT".to_owned(),
        display_name: "Ada Lovelace".to_owned(),
        search_key: "ada lovelace".to_owned(),
        customer_ref: Some("C-1".to_owned()),
        created_at: 1_000,
        modified_at: 1_000,
        data_version: 1,
        data: r#"{"name":"Ada"}"#.to_owned(),
        state: r#"{"format":1}"#.to_owned(),
    }
}

/// A commit that adds a profile.
pub(crate) fn creation(row: &ProfileRow) -> Commit {
    Commit::new().guard(Guard::Fresh(store::profiles::insert(row)))
}

/// A commit that moves a profile from the version before the row's to the row's.
pub(crate) fn change(row: &ProfileRow) -> Commit {
    Commit::new()
        .guard(store::profiles::guard(row.account, row.id, row.version - 1))
        .write(store::profiles::update(row))
}

/// Adds a profile to the store.
pub(crate) async fn stored_profile(store: &Store) -> ProfileRow {
    let row = profile(id());
    store.commit(creation(&row)).await.unwrap();
    row
}

/// Makes some writes.
pub(crate) async fn write(store: &Store, writes: impl IntoIterator<Item = Write>) {
    store.commit(Commit::new().writes(writes)).await.unwrap();
}

/// A list of words.
pub(crate) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
