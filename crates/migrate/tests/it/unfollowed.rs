//! What was sent in part, or refused, and whose row is gone: told where it is there, and only there.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use migrate::progress::Silent;
use migrate::run::Watched;
use migrate::{Error, Reporter, run};

use crate::repeated::Book;
use crate::runs::{ran, result_rows};

const LINKS: &str = "COMPANY,PERSON,NAME,ROLE\nC,1,,D\n";

/// A reporter that keeps what is said.
#[derive(Default)]
struct Said(Mutex<String>);

impl Reporter for Said {
    fn begin(&self, _part: &str, _total: u64) {}

    fn advance(&self) {}

    fn say(&self, text: &str) {
        self.0.lock().expect("no test failed inside").push_str(text);
    }

    fn end(&self) {}
}

/// Runs; whether it was clean, and what it said.
async fn said(book: &Book) -> (bool, String) {
    let said = Arc::new(Said::default());
    let reporter: Arc<dyn Reporter> = Arc::<Said>::clone(&said);
    let summary = run(book.options.clone(), reporter).await.expect("it runs");
    let said = said.0.lock().expect("no test failed inside").clone();
    (summary.is_clean(), said)
}

async fn watched(book: &Book) -> Watched {
    let watched = migrate::watch(book.options.clone(), Arc::new(Silent)).await;
    watched.unwrap_or_else(|error| panic!("{error}"))
}

/// Nothing is said of what was never carried out, in this run and in later ones.
async fn assert_quiet(book: &Book) {
    for _ in 0..2 {
        let (is_clean, said) = said(book).await;
        assert!(
            is_clean && !said.contains("no longer in the source"),
            "{said}"
        );
    }
    let watched = watched(book).await;
    assert!(watched.is_quiet(), "{watched:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_whose_document_was_refused_is_told_when_its_row_is_gone() {
    let book = Book::new("unfollowed-image").await;
    book.server.state().trouble.forbids = Some(("POST", "/documents", ""));
    let summary = ran(&book.options).await;
    assert!(!summary.is_clean(), "{summary}");
    book.server.state().trouble.forbids = None;
    book.write("scans.csv", "NO,FILE,TYPE\n");
    for _ in 0..2 {
        let summary = ran(&book.options).await;
        let rows = result_rows(&book.options.state, "differences.csv");
        assert_eq!((rows.len(), summary.differences), (1, 1), "{rows:?}");
        assert_eq!((&rows[0][0], &rows[0][2]), ("2", "document"), "{rows:?}");
        assert!(rows[0][4].contains("its image was sent"), "{rows:?}");
    }
    assert_eq!(watched(&book).await.gone, 1);
    let report = migrate::verify(book.options.clone(), Arc::new(Silent)).await;
    let report = report.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.differences.len(), 1, "{:?}", report.differences);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_whose_row_goes_on_with_another_file_is_not_told() {
    let book = Book::new("unfollowed-other").await;
    book.write("scans/b.pdf", "%PDF-1.4\nother\nstartxref\n9\n%%EOF\n");
    book.server.state().trouble.forbids = Some(("POST", "/documents", ""));
    assert!(!ran(&book.options).await.is_clean());
    book.server.state().trouble.forbids = None;
    book.write("scans.csv", "NO,FILE,TYPE\n2,b.pdf,P\n");
    assert_quiet(&book).await;
    // And changed back: one document still.
    book.write("scans.csv", "NO,FILE,TYPE\n2,a.pdf,P\n");
    assert_quiet(&book).await;
    let profile = book.profile("2");
    let documents = book.server.state().profiles[&profile].data["documents"].clone();
    assert_eq!(documents.as_array().map(Vec::len), Some(1), "{documents}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_refused_is_not_told_when_its_row_is_gone() {
    for is_new in [true, false] {
        let book = Book::new(&format!("unfollowed-link-{is_new}")).await;
        if is_new {
            book.server.state().trouble.refuses_links_to = Some("3".to_owned());
        } else {
            book.write("links.csv", LINKS);
            assert!(ran(&book.options).await.is_clean());
            book.server.state().trouble.forbids = Some(("POST", "/collected_data", ""));
        }
        book.write("links.csv", &format!("{LINKS}C,3,,D\n"));
        let summary = ran(&book.options).await;
        assert!(!summary.is_clean(), "{summary}");
        book.server.state().trouble.forbids = None;
        book.server.state().trouble.refuses_links_to = None;
        book.write("links.csv", LINKS);
        assert_quiet(&book).await;
        // What people put there by hand is theirs.
        let (company, person) = (book.profile("C"), book.profile("3"));
        if let Some(company) = book.server.state().profiles.get_mut(&company) {
            let directors = company.data["officers"]["directors"].as_array_mut();
            let by_hand = serde_json::json!({"linked_profile": {"id": person}});
            directors.expect("there are some").push(by_hand);
        }
        assert_quiet(&book).await;
    }
}

/// A book with one link, and one more whose sending was cut off before or after it was put there.
async fn cut_off_link(is_there: bool) -> Book {
    let book = Book::new(&format!("unfollowed-cut-{is_there}")).await;
    book.write("links.csv", LINKS);
    assert!(ran(&book.options).await.is_clean());
    book.write("links.csv", &format!("{LINKS}C,3,,D\n"));
    if is_there {
        book.server.state().trouble.loses_answers_to = Some("/collected_data");
    } else {
        book.server.state().trouble.breaks_off = Some("/collected_data");
    }
    let mut hasty = book.options.clone();
    hasty.patience.give_up_after = Duration::from_millis(200);
    let outcome = run(hasty, Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
    book.server.state().trouble.loses_answers_to = None;
    book.server.state().trouble.breaks_off = None;
    book.write("links.csv", LINKS);
    book
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_cut_off_and_is_there_is_expected_there() {
    let book = cut_off_link(true).await;
    assert_eq!(ran(&book.options).await.differences, 1);
    let report = migrate::verify(book.options.clone(), Arc::new(Silent)).await;
    let totals = report.unwrap_or_else(|error| panic!("{error}")).totals;
    assert_eq!((totals.links_expected, totals.links_found), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_cut_off_and_is_not_there_is_told_no_more() {
    let book = cut_off_link(false).await;
    ran(&book.options).await;
    assert_quiet(&book).await;
}
