//! A server that knows the API key and refuses it something.

use std::sync::Arc;

use migrate::progress::Silent;
use migrate::{Error, run};

use crate::repeated::{Book, PEOPLE};
use crate::runs::{ran, result_rows};

/// Outcome and error of every row of a file.
fn outcomes(book: &Book, file: &str) -> Vec<(String, String)> {
    let rows = result_rows(&book.options.state, file);
    let told = rows
        .iter()
        .map(|row| (row[3].to_owned(), row[6].to_owned()));
    told.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_a_right_for_one_thing_costs_the_rows_that_need_it() {
    for (name, forbidden, file, failed) in [
        ("one-body", ("POST", "/profiles", "Bob"), "people.csv", 1),
        ("one-note", ("POST", "/notes", "was here"), "notes.csv", 0),
        ("scans", ("POST", "/document_images", ""), "scans.csv", 0),
    ] {
        let book = Book::new(&format!("forbidden-{name}")).await;
        book.server.state().trouble.forbids = Some(forbidden);
        let summary = ran(&book.options).await;
        let rows = outcomes(&book, file);
        assert_eq!(rows[failed].0, "failed", "{name}: {summary}");
        assert!(rows[failed].1.contains("HTTP 403: 204"), "{name}: {rows:?}");
        let others = rows.iter().filter(|row| row.0 == "migrated").count();
        assert_eq!(others, rows.len() - 1, "{name}: {summary}");
        if failed == 0 {
            let people = outcomes(&book, "people.csv");
            assert!(
                people.iter().all(|row| row.0 == "migrated"),
                "{name}: {summary}"
            );
        }
        // Once the key has the right, what failed comes over.
        book.server.state().trouble.forbids = None;
        let summary = ran(&book.options).await;
        assert!(summary.is_clean(), "{name}: {summary}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_the_key_may_not_read_is_a_difference_and_ends_nothing() {
    let book = Book::new("forbidden-read").await;
    assert!(ran(&book.options).await.is_clean());
    let profile = book.profile("2");
    let end: &'static str = Box::leak(format!("/profiles/{profile}").into_boxed_str());
    book.server.state().trouble.forbids = Some(("GET", end, ""));
    let summary = ran(&book.options).await;
    assert_eq!(summary.differences, 1, "{summary}");
    let differences = result_rows(&book.options.state, "differences.csv");
    assert!(differences[0][4].contains("HTTP 403"), "{differences:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_lacks_a_right_for_every_row_ends_the_run_early_and_says_which() {
    let many: String = (10..60).fold(PEOPLE.to_owned(), |rows, number| {
        format!("{rows}{number},N{number},1980-01-01\n")
    });
    let book = Book::new("forbidden-always").await;
    book.write("people.csv", &many);
    book.server.state().trouble.forbids = Some(("POST", "/profiles", ""));
    let outcome = run(book.options.clone(), Arc::new(Silent)).await;
    let Err(Error::Refusing(why)) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(
        why.contains("POST /profiles") && why.contains("what the API key may do"),
        "{why}"
    );
    let rows = outcomes(&book, "people.csv");
    let count = |outcome: &str| rows.iter().filter(|row| row.0 == outcome).count();
    assert!((5..10).contains(&count("failed")), "{rows:?}");
    assert_eq!(count("failed") + count("waiting"), rows.len());
    book.server.state().trouble.forbids = None;
    assert!(ran(&book.options).await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_may_not_even_ask_who_it_is_ends_the_run_before_anything_is_sent() {
    let book = Book::new("forbidden-whole").await;
    book.server.state().trouble.forbids = Some(("GET", "/whoami", ""));
    let outcome = run(book.options.clone(), Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
    assert_eq!(book.server.state().effects_count, 0);
}
