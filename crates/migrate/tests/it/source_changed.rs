//! A book that changed since it was brought over: products, tags, and links whose rows moved.

use std::sync::Arc;

use migrate::progress::Silent;
use migrate::report::Report;
use migrate::run::Watched;
use migrate::{verify, watch};

use crate::repeated::{Book, MAPPING};
use crate::runs::{ran, result_rows};

const PRODUCTS: &str =
    "NO,NAME,BORN,PRODUCT\n1,Molly,1980-01-01,A\n2,Bob,1981-01-01,A\n3,Cy,1982-01-01,A\n";
const LEFT: &str =
    "the row no longer names this product; its application stands until a person ends it";

/// A book whose people have products of their own, brought over.
async fn with_products(name: &str) -> Book {
    let book = Book::new(name).await;
    let products =
        "products: {from: PRODUCT, aliases: {A: account, S: savings}, on_error: reject product}";
    let mapping = MAPPING.replacen("products: {always: [account]}", products, 1);
    book.write("mapping.yaml", &mapping);
    book.write("people.csv", PRODUCTS);
    assert!(ran(&book.options).await.is_clean());
    book
}

async fn watched(book: &Book) -> Watched {
    let watched = watch(book.options.clone(), Arc::new(Silent)).await;
    watched.unwrap_or_else(|error| panic!("{error}"))
}

async fn verified(book: &Book) -> Report {
    let report = verify(book.options.clone(), Arc::new(Silent)).await;
    report.unwrap_or_else(|error| panic!("{error}"))
}

/// What was done about rows that changed: the number of the run's start, the row, what, and how.
fn changes(book: &Book) -> Vec<String> {
    let rows = result_rows(&book.options.state, "changes.csv");
    rows.iter()
        .map(|row| {
            assert!(row[7].starts_with("20"), "{row:?}");
            format!("{} {} {}: {}", &row[6], &row[1], &row[4], &row[5])
        })
        .collect()
}

/// Ends the first application of a client on the server, as a person would.
fn end_first_application(book: &Book, reference: &str) {
    let id = book.profile(reference);
    let mut state = book.server.state();
    let profile = state.profiles.get_mut(&id).expect("it is there");
    profile.applications[0]["status"] = "CANCELLED".into();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_that_changed_is_seen_added_and_the_old_one_told_until_it_has_ended() {
    let book = with_products("product-changed").await;
    let changed = PRODUCTS.replace("1981-01-01,A", "1981-01-01,S");
    book.write("people.csv", &changed);
    let seen = watched(&book).await;
    assert_eq!((seen.new, seen.changed, seen.gone), (0, 1, 0), "{seen:?}");
    let what = "application for savings; application for account, which is no longer named";
    assert_eq!(seen.lines, [["changed", "people.csv", "2", "2", what]]);
    // Before the run nothing is laid to the server's charge.
    let counts = verified(&book).await.counts;
    assert_eq!((counts.all, counts.changed(), counts.added), (2, 0, 0));
    for _ in 0..2 {
        let summary = ran(&book.options).await;
        assert_eq!(
            (summary.differences, summary.of_products_left),
            (1, 1),
            "{summary}"
        );
        let differences = result_rows(&book.options.state, "differences.csv");
        assert_eq!(&differences[0][2], "application for account");
        assert_eq!((&differences[0][4], &differences[0][5]), ("APPLIED", LEFT));
        let profile = book.profile("2");
        assert_eq!(book.server.state().profiles[&profile].applications.len(), 2);
        assert!(watched(&book).await.is_quiet());
        let report = verified(&book).await;
        assert_eq!((report.counts.all, report.counts.product_left), (1, 1));
        assert!(report.to_html().contains("products no longer named"));
    }
    let told = "the row no longer names it; it stays until a person ends it";
    let first = [
        format!("2 2 application for account: {told}"),
        "2 2 application for savings: added".to_owned(),
    ];
    assert_eq!(changes(&book), first, "kept, and not told twice");
    end_first_application(&book, "2");
    assert!(verified(&book).await.is_clean());
    assert!(ran(&book.options).await.is_clean());
    // Named again, it is applied for again; now the other one is left.
    book.write("people.csv", PRODUCTS);
    assert_eq!(watched(&book).await.changed, 1);
    let summary = ran(&book.options).await;
    assert_eq!(
        (summary.differences, summary.of_products_left),
        (1, 1),
        "{summary}"
    );
    let profile = book.profile("2");
    assert_eq!(book.server.state().profiles[&profile].applications.len(), 3);
    let again = [
        "5 2 application for account: added".to_owned(),
        format!("5 2 application for savings: {told}"),
    ];
    assert_eq!(changes(&book), [first, again].concat());
    // And back while that one stands: nothing is applied for twice.
    book.write("people.csv", &changed);
    ran(&book.options).await;
    assert_eq!(book.server.state().profiles[&profile].applications.len(), 3);
    assert!(watched(&book).await.is_quiet());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_the_mapping_has_since_is_seen_before_a_run_puts_it_there() {
    let book = with_products("tag-added").await;
    let mapping = std::fs::read_to_string(&book.options.mapping).expect("it is there");
    let tagged = mapping.replacen("  key: NO\n", "  key: NO\n  tags: [late]\n", 1);
    book.write("mapping.yaml", &tagged);
    let seen = watched(&book).await;
    assert_eq!((seen.new, seen.changed), (0, 3), "{seen:?}");
    assert_eq!(
        seen.lines[0],
        ["changed", "people.csv", "1", "1", "tag late"]
    );
    assert!(ran(&book.options).await.is_clean());
    assert!(watched(&book).await.is_quiet());
}

/// Two companies whose directors are clients, and one who is named inline.
async fn with_directors(name: &str) -> Book {
    let book = Book::new(name).await;
    let lists = "{D: officers.directors, S: officers.secretaries, T: officers.trustees}";
    let mapping = MAPPING.replace("{D: officers.directors}", lists);
    book.write("mapping.yaml", &mapping);
    book.write("companies.csv", "NO,NAME\nB,B Limited\nC,C Limited\n");
    book.write("links.csv", DIRECTORS);
    assert!(ran(&book.options).await.is_clean());
    book
}

const DIRECTORS: &str = "COMPANY,PERSON,NAME,ROLE\nB,1,,D\nC,1,,D\nB,3,,D\nC,,Ina,D\nB,2,,D\n";

/// How many directors and secretaries a company has.
fn officers(book: &Book, company: &str) -> [usize; 2] {
    let id = book.profile(company);
    let state = book.server.state();
    let officers = &state.profiles[&id].data["officers"];
    ["directors", "secretaries"].map(|list| officers[list].as_array().map_or(0, Vec::len))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_changed_and_moved_in_its_file_is_one_link_still() {
    let book = with_directors("link-moved").await;
    let moved = DIRECTORS
        .replace("C,1,,D", "C,1,,S")
        .replace("C,,Ina,D", "C,,Ina,S")
        .replace("ROLE\n", "ROLE\nB,2,,S\n");
    book.write("links.csv", &moved);
    let seen = watched(&book).await;
    assert_eq!((seen.new, seen.changed, seen.gone), (1, 2, 0), "{seen:?}");
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(
        (officers(&book, "B"), officers(&book, "C")),
        ([3, 1], [0, 2])
    );
    assert!(watched(&book).await.is_quiet());
    assert!(verified(&book).await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_could_stand_for_either_of_two_is_told_and_stands_for_none() {
    let book = with_directors("link-unclear").await;
    let moved = DIRECTORS
        .replace("C,1,,D\n", "")
        .replace("ROLE\n", "ROLE\nB,2,,S\n");
    book.write("links.csv", &format!("{moved}C,1,,S\nC,1,,T\n"));
    let seen = watched(&book).await;
    assert_eq!((seen.new, seen.changed, seen.gone), (3, 0, 1), "{seen:?}");
    let gone = seen.lines.iter().find(|line| line[0] == "gone");
    let gone = gone.expect("it is told");
    assert_eq!((&*gone[1], &*gone[2], &*gone[3]), ("", "", "C"));
}
