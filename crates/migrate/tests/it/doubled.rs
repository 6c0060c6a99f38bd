//! One book from two state folders: what one made is not made again by the other.

use std::fs;
use std::sync::Arc;

use migrate::ledger::Ledger;
use migrate::progress::Silent;
use migrate::{Options, Summary, run};

use crate::ends::decided;
use crate::repeated::{Book, MAPPING, PEOPLE};
use crate::runs::{ran, result_rows};
use crate::server::{Notes, Refusals, Search};

/// Another state folder for the same book, on a server that cannot be asked who is there.
fn elsewhere(book: &Book) -> Options {
    book.server.state().trouble.search = Search::Unknown;
    let state = book.folder.join("another-state");
    let _ = fs::remove_dir_all(&state);
    Options {
        state,
        ..book.options.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_states_at_one_time_make_every_client_once() {
    let book = Book::new("two-states").await;
    let other = elsewhere(&book);
    book.server.state().trouble.is_unreliable = true;
    let runs = [book.options.clone(), other];
    let [one, two] = runs.map(|options| tokio::spawn(run(options, Arc::new(Silent))));
    for outcome in [one.await, two.await] {
        let summary = outcome.expect("it ends").expect("it runs");
        assert!(summary.is_clean(), "{summary}");
    }
    // Three people, a company, and one person whom it names inline.
    let state = book.server.state();
    assert_eq!(state.profiles.len(), 5);
    let count = |of: fn(&crate::server::Profile) -> usize| -> usize {
        state.profiles.values().map(of).sum()
    };
    assert_eq!(count(|profile| profile.notes.len()), 3);
    assert_eq!(count(|profile| profile.images.len()), 1);
    assert_eq!(count(|profile| profile.applications.len()), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_shared_with_the_account_but_for_those_of_an_older_tool() {
    let book = Book::new("shared-keys").await;
    ran(&book.options).await;
    let (shared, own) = book.server.state().keys_counts;
    assert!(shared > 5 && own == 0, "{shared} {own}");
    // What is made beside what is there has keys of its own; what hangs on it, those of its profile.
    let beside = Options {
        may_repeat: true,
        ..elsewhere(&book)
    };
    let count = book.server.state().profiles.len();
    ran(&beside).await;
    // The API key may be another by the time its answer is asked for again.
    assert_eq!(book.server.state().keys_counts.1, 0);
    assert_eq!(book.server.state().profiles.len(), 2 * count);
    // An older tool sent its keys without the scope, and so the server keeps their answers.
    let book = Book::new("old-keys").await;
    let ledger = Ledger::open(&book.options.state).expect("it can be made");
    ledger.set_fact("keys", "").expect("it can be written");
    drop(ledger);
    ran(&book.options).await;
    let (shared, own) = book.server.state().keys_counts;
    assert!(shared == 0 && own > 5, "{shared} {own}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_was_answered_from_memory_and_is_gone_is_made_anew() {
    let book = Book::new("replayed").await;
    let other = elsewhere(&book);
    ran(&book.options).await;
    let (gone, undone) = (book.profile("1"), book.profile("2"));
    {
        let mut state = book.server.state();
        state.profiles.remove(&gone);
        let profile = state.profiles.get_mut(&undone).expect("it is there");
        profile.tags.push("migration-undone".to_owned());
        // The company lists who is gone, and would list somebody else now.
        state.trouble.refuses_reused_keys = true;
    }
    let count = book.server.state().profiles.len();
    let summary = ran(&other).await;
    assert!(!summary.is_clean(), "{summary}");
    assert_eq!(book.server.state().profiles.len(), count + 2);
    let rows = result_rows(&other.state, "people.csv");
    let made: Vec<&str> = rows.iter().map(|row| &row[5]).collect();
    assert_ne!(made[0], gone);
    assert_ne!(made[1], undone);
    assert_eq!(made[2], book.profile("3"));
    assert!(book.server.state().profiles.contains_key(&undone));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whom_another_state_made_of_other_content_is_refused_and_not_doubled() {
    let book = Book::new("other-content").await;
    let other = elsewhere(&book);
    book.server.state().trouble.refuses_reused_keys = true;
    ran(&book.options).await;
    let count = book.server.state().profiles.len();
    book.write("people.csv", &PEOPLE.replace("Bob", "Rob"));
    let bob = book.profile("2");
    for _ in 0..2 {
        let summary = ran(&other).await;
        assert!(!summary.is_clean(), "{summary}");
        assert_eq!(book.server.state().profiles.len(), count);
    }
    // A server that can be asked says which profile it is.
    book.server.state().trouble.search = Search::Answered;
    let mut may = other.clone();
    may.may_repeat = false;
    let refused = run(may, Arc::new(Silent)).await.expect("it runs");
    assert!(!refused.is_clean(), "{refused}");
    let rows = result_rows(&other.state, "people.csv");
    assert_eq!(&rows[1][3], "failed");
    assert!(rows[1][6].contains(&bob), "{:?}", rows[1]);
    // Once it is gone, it is made anew, where what the search does not find is not there.
    book.server.state().profiles.remove(&bob);
    let summary = ran(&other).await;
    assert!(!summary.is_clean(), "{summary}");
    assert_eq!(book.server.state().profiles.len(), count - 1);
    book.server.state().trouble.refusals = Refusals::Told;
    let summary = ran(&other).await;
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(book.server.state().profiles.len(), count);
}

/// What another state comes to, which was refused a client before this one made it.
async fn refused_before(name: &str, refusals: Refusals) -> (Book, Options, Summary) {
    let book = Book::new(name).await;
    let other = elsewhere(&book);
    {
        let mut state = book.server.state();
        state.trouble.search = Search::Answered;
        state.trouble.refusals = refusals;
        state.trouble.refuses = Some("2".to_owned());
    }
    book.write("companies.csv", "NO,NAME\n");
    book.write("links.csv", "COMPANY,PERSON,NAME,ROLE\n");
    book.write("people.csv", "NO,NAME,BORN\n2,Bob,1981-01-01\n");
    book.write("notes.csv", "NO,TEXT\n2,was here\n");
    let summary = ran(&other).await;
    assert!(!summary.is_clean(), "{summary}");
    book.server.state().trouble.refuses = None;
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    let summary = ran(&other).await;
    assert_eq!(book.server.state().profiles.len(), 1, "{summary}");
    (book, other, summary)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_who_was_refused_and_made_by_another_state_since_is_not_made_again() {
    let (_, _, summary) = refused_before("refused-told", Refusals::Told).await;
    assert!(summary.is_clean(), "{summary}");
    let (book, other, summary) = refused_before("refused", Refusals::Forgotten).await;
    assert!(!summary.is_clean(), "{summary}");
    let rows = result_rows(&other.state, "people.csv");
    assert!(rows[0][6].contains(&book.profile("2")), "{:?}", rows[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_without_a_reference_is_one_whomever_it_lists() {
    let book = Book::new("nameless-company").await;
    let other = elsewhere(&book);
    let named =
        "    - {to: collected_data.customer_ref, from: NO}\n    - {to: collected_data.metadata";
    assert!(MAPPING.contains(named));
    let mapping = MAPPING.replace(named, "    - {to: collected_data.metadata");
    book.write("mapping.yaml", &mapping);
    {
        let trouble = &mut book.server.state().trouble;
        trouble.refusals = Refusals::Forgotten;
        trouble.refuses_reused_keys = true;
        trouble.refuses = Some("3".to_owned());
    }
    ran(&book.options).await;
    assert_eq!(book.server.state().profiles.len(), 4);
    book.server.state().trouble.refuses = None;
    let summary = ran(&other).await;
    assert!(!summary.is_clean(), "{summary}");
    assert_eq!(book.server.state().profiles.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_another_state_put_on_another_task_is_there() {
    let book = Book::new("other-task").await;
    let other = elsewhere(&book);
    ran(&book.options).await;
    {
        let trouble = &mut book.server.state().trouble;
        trouble.refuses_reused_keys = true;
        trouble.notes = Notes::ToOtherTask;
    }
    let summary = ran(&other).await;
    assert!(summary.is_clean(), "{summary}");
    let state = book.server.state();
    let notes = state.profiles.values().map(|profile| profile.notes.len());
    assert_eq!(notes.sum::<usize>(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_another_state_put_on_another_task_is_there() {
    let book = decided("decided-on-other-task").await;
    let other = elsewhere(&book);
    ran(&book.options).await;
    {
        let trouble = &mut book.server.state().trouble;
        trouble.refuses_reused_keys = true;
        trouble.notes = Notes::ToOtherTask;
    }
    for _ in 0..2 {
        let summary = ran(&other).await;
        assert!(summary.is_clean(), "{summary}");
    }
    {
        let state = book.server.state();
        let notes = state.profiles.values().map(|profile| profile.notes.len());
        assert_eq!(notes.sum::<usize>(), 3);
    }
    let report = migrate::verify(other, Arc::new(Silent)).await;
    let report = report.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.totals.evidence.notes, 3);
    // What says something else is not what was sent.
    for profile in book.server.state().profiles.values_mut() {
        for note in &mut profile.notes {
            note["text"] = "something else".into();
        }
    }
    let third = Options {
        state: book.folder.join("third-state"),
        ..book.options.clone()
    };
    let _ = fs::remove_dir_all(&third.state);
    let summary = ran(&third).await;
    assert_eq!(summary.files[0].count("failed"), 3, "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_who_was_taken_back_many_times_is_made_anew() {
    for refusals in [Refusals::Kept, Refusals::Told] {
        let book = Book::new("taken-back").await;
        book.server.state().trouble.refusals = refusals;
        book.write("companies.csv", "NO,NAME\n");
        book.write("links.csv", "COMPANY,PERSON,NAME,ROLE\n");
        for count in 1..=6 {
            let other = elsewhere(&book);
            let summary = ran(&other).await;
            assert!(summary.is_clean(), "{count}: {summary}");
            assert_eq!(summary.repairs, 0, "{summary}");
            let mut state = book.server.state();
            assert_eq!(state.profiles.len(), 3 * count);
            for profile in state.profiles.values_mut() {
                profile.tags = vec!["migration-undone".to_owned()];
                // An Usher says that it remembers them, so that nothing is put on them any more.
                assert!(profile.images.len() < 2 && profile.notes.len() < 3);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_that_was_taken_back_many_times_comes_with_its_links() {
    let book = Book::new("taken-back-company").await;
    {
        let trouble = &mut book.server.state().trouble;
        trouble.refuses_reused_keys = true;
        trouble.refusals = Refusals::Told;
    }
    for count in 1..=6 {
        let other = elsewhere(&book);
        book.server.state().trouble.search = Search::Answered;
        let summary = ran(&other).await;
        assert!(summary.is_clean(), "{count}: {summary}");
        assert_eq!(summary.links, 3, "{count}: {summary}");
        let mut state = book.server.state();
        assert_eq!(state.profiles.len(), 5 * count);
        for profile in state.profiles.values_mut() {
            profile.tags = vec!["migration-undone".to_owned()];
        }
    }
}
