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
    let Err(Error::Forbidden(why)) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(
        why.contains("POST /profiles") && why.contains("403 for each of the first 5 clients"),
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

#[tokio::test(flavor = "multi_thread")]
async fn a_run_with_only_refused_rows_left_knows_what_was_allowed_before() {
    let book = Book::new("forbidden-rest").await;
    let many: String = (10..20).fold(PEOPLE.to_owned(), |rows, number| {
        format!("{rows}{number},N{number},1980-01-01\n")
    });
    book.write("people.csv", &many);
    assert!(ran(&book.options).await.is_clean());
    let more = (30..36).fold(many, |rows, number| {
        format!("{rows}{number},Refused{number},1980-01-01\n")
    });
    book.write("people.csv", &more);
    book.server.state().trouble.forbids = Some(("POST", "/profiles", "Refused"));
    let summary = ran(&book.options).await;
    assert!(!summary.is_clean(), "{summary}");
    let rows = outcomes(&book, "people.csv");
    // Some have a warning that they look alike.
    let came = rows.iter().filter(|row| row.0.starts_with("migrated"));
    let failed = rows.iter().filter(|row| row.0 == "failed");
    assert_eq!((came.count(), failed.count()), (13, 6), "{rows:?}");
    assert!(summary.profiles.is_some(), "it was read back");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_refusals_of_one_profile_are_of_that_profile() {
    let book = Book::new("forbidden-profile").await;
    book.write("notes.csv", "NO,TEXT\n");
    let scans = (0..8).fold("NO,FILE,TYPE\n".to_owned(), |rows, number| {
        let file = format!("{number}.pdf");
        let content = format!("%PDF-1.4\n{number}..\nstartxref\n9\n%%EOF\n");
        book.write(&format!("scans/{file}"), &content);
        format!("{rows}2,{file},P\n")
    });
    book.write("scans.csv", &scans);
    book.server.state().trouble.forbids = Some(("POST", "/document_images", ""));
    let summary = ran(&book.options).await;
    let rows = outcomes(&book, "scans.csv");
    let failed = rows.iter().filter(|row| row.0 == "failed").count();
    assert_eq!(failed, 8, "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_can_do_without_may_be_refused_for_everybody() {
    let book = Book::new("forbidden-audit").await;
    let many: String = (10..20).fold(PEOPLE.to_owned(), |rows, number| {
        format!("{rows}{number},N{number},1980-01-01\n")
    });
    book.write("people.csv", &many);
    assert!(ran(&book.options).await.is_clean());
    book.server.state().trouble.forbids = Some(("GET", "/audit-items", ""));
    let verified = migrate::verify(book.options.clone(), Arc::new(Silent)).await;
    let report = verified.unwrap_or_else(|error| panic!("{error}"));
    assert!(report.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_without_a_right_to_its_profile_says_so() {
    let book = Book::new("forbidden-task").await;
    book.write("notes.csv", "NO,TEXT\n");
    assert!(ran(&book.options).await.is_clean());
    let end: &'static str = Box::leak(format!("/profiles/{}", book.profile("2")).into_boxed_str());
    book.server.state().trouble.forbids = Some(("GET", end, ""));
    book.write("notes.csv", "NO,TEXT\n2,was here\n");
    let summary = ran(&book.options).await;
    let rows = outcomes(&book, "notes.csv");
    assert!(rows[0].1.contains("HTTP 403: 204"), "{rows:?} {summary}");
}
