//! Clients who could not be looked up are not sent, and come with the next run.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use migrate::progress::Silent;
use migrate::{Error, Options, run};

use crate::repeated::{Book, MAPPING, PEOPLE};
use crate::runs::{ran, result_rows};
use crate::server::{Refusals, Search};

const WHY: &str = "it could not be looked up on the server, and was not sent: ";
const AMBIGUOUS: &str = "it was not sent: its sending was cut off, and ";

/// Another state folder for the same book.
fn elsewhere(book: &Book) -> Options {
    let state = book.folder.join("another-state");
    let _ = fs::remove_dir_all(&state);
    Options {
        state,
        ..book.options.clone()
    }
}

/// How many profiles have a reference.
fn count(book: &Book, reference: &str) -> usize {
    let state = book.server.state();
    let mut all = state.profiles.values();
    let mut count = 0;
    while all.any(|profile| profile.data["customer_ref"] == reference) {
        count += 1;
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_looked_for_is_not_sent_and_comes_with_the_next_run() {
    let book = Book::new("held-back").await;
    // Somebody else is there, and the server does not say whether it is the second client.
    book.write("people.csv", "NO,NAME,BORN\n2,Bob,1981-01-01\n");
    book.write("companies.csv", "NO,NAME\n");
    book.write("links.csv", "COMPANY,PERSON,NAME,ROLE\n");
    book.write("notes.csv", "NO,TEXT\n");
    assert!(ran(&book.options).await.is_clean());
    let whole = Book::new("held-back").await;
    let other = Options {
        base_urls: vec![book.server.url.clone()],
        ..elsewhere(&whole)
    };
    book.server.forget_keys();
    for search in [Search::Refused("2"), Search::Empty] {
        book.server.state().trouble.search = search;
        let summary = ran(&other).await;
        assert!(!summary.is_clean(), "{summary}");
        assert_eq!(count(&book, "2"), 1, "{search:?}");
        let rows = result_rows(&other.state, "people.csv");
        assert_eq!(&rows[1][3], "failed", "{search:?}");
        assert!(rows[1][6].starts_with(WHY), "{:?}", rows[1]);
        let notes = result_rows(&other.state, "notes.csv");
        assert_eq!(&notes[0][3], "failed", "{notes:?}");
    }
    // Nobody whom the server looked for is held back by that.
    assert_eq!((count(&book, "1"), count(&book, "3")), (1, 1));
    // The next run looks again, and finds who is there.
    book.server.state().trouble.search = Search::Answered;
    match run(other.clone(), Arc::new(Silent)).await {
        Err(Error::Repeated(message)) => assert!(message.contains("1 of 1"), "{message}"),
        outcome => panic!("{outcome:?}"),
    }
    let twice = book.profile("2");
    book.server.state().profiles.remove(&twice);
    let summary = ran(&other).await;
    assert_eq!(count(&book, "2"), 1, "{summary}");
    let rows = result_rows(&other.state, "people.csv");
    assert_eq!(&rows[1][3], "migrated", "{:?}", rows[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_is_answered_in_parts_is_read_to_its_end() {
    let book = Book::new("parts").await;
    // A reference that begins alike comes first.
    book.write(
        "people.csv",
        "NO,NAME,BORN\n22,Ann,1980-01-01\n2,Bob,1981-01-01\n",
    );
    book.write("companies.csv", "NO,NAME\n");
    book.write("links.csv", "COMPANY,PERSON,NAME,ROLE\n");
    assert!(ran(&book.options).await.is_clean());
    book.server.forget_keys();
    book.write("people.csv", "NO,NAME,BORN\n2,Bob,1981-01-01\n");
    let other = elsewhere(&book);
    book.server.state().trouble.search = Search::OneByOne;
    match run(other.clone(), Arc::new(Silent)).await {
        Err(Error::Repeated(message)) => assert!(message.contains("1 of 1"), "{message}"),
        outcome => panic!("{outcome:?}"),
    }
    book.server.state().trouble.search = Search::CutOff;
    let summary = ran(&other).await;
    assert!(!summary.is_clean(), "{summary}");
    assert_eq!(count(&book, "2"), 1);
    let rows = result_rows(&other.state, "people.csv");
    assert!(
        rows[0][6].contains("ends after 1 of 2 profiles"),
        "{:?}",
        rows[0]
    );
}

/// A book of which the answers to clients are lost, with the keys forgotten since.
async fn cut_off(name: &str, mapping: &str, lost: &str) -> Book {
    let mut book = Book::new(name).await;
    book.write("mapping.yaml", mapping);
    book.options.patience.give_up_after = Duration::from_millis(100);
    book.server.state().trouble.loses_answer_of = Some(lost.to_owned());
    let outcome = run(book.options.clone(), Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
    book.server.state().trouble.loses_answer_of = None;
    book.server.forget_keys();
    book
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_who_was_cut_off_and_cannot_be_looked_for_is_not_sent() {
    let book = cut_off("held-cut-off", MAPPING, "2").await;
    book.server.state().trouble.search = Search::Refused("2");
    let summary = ran(&book.options).await;
    assert!(!summary.is_clean(), "{summary}");
    assert_eq!(count(&book, "2"), 1);
    let rows = result_rows(&book.options.state, "people.csv");
    assert!(rows[1][6].starts_with(WHY), "{:?}", rows[1]);
    book.server.state().trouble.search = Search::Answered;
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(count(&book, "2"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_who_was_cut_off_and_is_one_of_several_is_not_sent() {
    let mapping = MAPPING.replacen("customer_ref, from: NO", "customer_ref, constant: X", 1);
    let mut book = cut_off("held-ambiguous", &mapping, "X").await;
    book.options.patience = crate::runs::options(
        &book.folder,
        &book.server.url,
        migrate::Scope::All,
        "repeated-held-ambiguous-other",
    )
    .patience;
    // Two say the same: whose is whose cannot be told.
    let made = {
        let mut state = book.server.state();
        let one = state
            .profiles
            .values()
            .next()
            .expect("one was made")
            .clone();
        state.profiles.insert("0-another".to_owned(), one);
        state.profiles.len()
    };
    let summary = ran(&book.options).await;
    assert!(!summary.is_clean(), "{summary}");
    let rows = result_rows(&book.options.state, "people.csv");
    let held = rows.iter().filter(|row| row[6].starts_with(AMBIGUOUS));
    let held = held.count();
    assert!(held > 0, "{rows:?}");
    let failed = rows.iter().filter(|row| &row[3] == "failed").count();
    assert_eq!(held, failed, "{rows:?}");
    // Whoever was not begun comes.
    let people = PEOPLE.lines().count() - 1;
    assert!(count(&book, "X") <= people + made - held, "{rows:?}");
    let told = &rows[0][6];
    for part in ["customer_ref X", "0-another", "--again"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("looks again"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stands_beside_many_whose_numbers_begin_alike_is_looked_up_at_once() {
    let book = Book::new("held-back-many").await;
    book.write("companies.csv", "NO,NAME\n");
    book.write("links.csv", "COMPANY,PERSON,NAME,ROLE\n");
    book.write("scans.csv", "NO,FILE,TYPE\n");
    book.write("notes.csv", "NO,TEXT\n");
    let many: String = (1000..1060).fold("NO,NAME,BORN\n".to_owned(), |rows, number| {
        format!("{rows}{number},N{number},1980-01-01\n")
    });
    book.write("people.csv", &many);
    assert!(ran(&book.options).await.is_clean());
    book.write("people.csv", "NO,NAME,BORN\n1,Molly,1980-01-01\n");
    book.server.forget_keys();
    let other = elsewhere(&book);
    // Any other server may list the very one last.
    book.server.state().trouble.search = Search::OneByOne;
    assert!(!ran(&other).await.is_clean());
    assert_eq!(count(&book, "1"), 0);
    book.server.state().trouble.refusals = Refusals::Told;
    let summary = ran(&other).await;
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(count(&book, "1"), 1);
    book.server.forget_keys();
    let outcome = run(elsewhere(&book), Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Repeated(_))), "{outcome:?}");
}
