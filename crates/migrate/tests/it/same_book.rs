//! A state and what it is given: another key, another book, another folder, another account.

use std::fs;
use std::sync::{Arc, Mutex};

use migrate::book::Keep;
use migrate::check::preview;
use migrate::ledger::Ledger;
use migrate::progress::Silent;
use migrate::run::Consent;
use migrate::trial::receiver::Receiver;
use migrate::trial::{self, Phase};
use migrate::{Error, Options, Reporter, read_book, run, watch};
use serde_json::Value;

use crate::repeated::{Book, MAPPING, PEOPLE};
use crate::runs::{ran, result_rows};
use crate::server::Refusals;

/// The people's part of the mapping, with another column as the key.
fn keyed_by(column: &str) -> String {
    let mapping = MAPPING.replacen("key: NO", &format!("key: {column}"), 1);
    assert_ne!(mapping, MAPPING);
    mapping
}

async fn refused(options: &Options) -> String {
    match run(options.clone(), Arc::new(Silent)).await {
        Err(Error::State(message) | Error::Repeated(message)) => message,
        outcome => panic!("{outcome:?}"),
    }
}

fn assert_has(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{part}: {message}");
    }
}

/// Another state folder for the same book.
fn elsewhere(book: &Book) -> Options {
    let state = book.folder.join("another-state");
    let _ = fs::remove_dir_all(&state);
    Options {
        state,
        ..book.options.clone()
    }
}

/// Marks a client's profile as one that was taken back.
fn mark(book: &Book, reference: &str) {
    let id = book.profile(reference);
    let mut state = book.server.state();
    let profile = state.profiles.get_mut(&id).expect("it is there");
    profile.tags.push("migration-undone".to_owned());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_from_another_column_makes_nobody_a_second_time() {
    // With customer_ref and without.
    let nameless =
        "    - {to: collected_data.customer_ref, from: NO}\n    - {to: collected_data.personal";
    assert!(MAPPING.contains(nameless));
    for (name, has_reference) in [("other-key", true), ("other-key-nameless", false)] {
        let book = Book::new(name).await;
        let with = |mapping: String| {
            if has_reference {
                mapping
            } else {
                mapping.replace(nameless, "    - {to: collected_data.personal")
            }
        };
        book.write("mapping.yaml", &with(MAPPING.to_owned()));
        assert!(ran(&book.options).await.is_clean());
        let effects = book.server.state().effects_count;
        book.write("mapping.yaml", &with(keyed_by("NAME")));
        for _ in 0..2 {
            let message = refused(&book.options).await;
            let parts = [
                "key of individuals was NO",
                "is NAME by now",
                "of 3 clients",
                "`key: NO`",
            ];
            assert_has(&message, &parts);
            // Who only looks is told the same.
            let looked = watch(book.options.clone(), Arc::new(Silent)).await;
            let judged = preview(&book.options).await;
            for told in [looked.map(|_| ()), judged.map(|_| ())] {
                let Err(Error::State(message)) = told else {
                    panic!("{told:?}");
                };
                assert_has(&message, &parts);
            }
        }
        assert_eq!(book.server.state().effects_count, effects);
        // As it was, and under another name of the column, it goes on.
        book.write("mapping.yaml", &with(MAPPING.to_owned()));
        assert!(ran(&book.options).await.is_clean());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_column_may_be_called_otherwise() {
    let book = Book::new("renamed-key").await;
    assert!(ran(&book.options).await.is_clean());
    let effects = book.server.state().effects_count;
    let people =
        keyed_by("NUMBER").replacen("customer_ref, from: NO}", "customer_ref, from: NUMBER}", 1);
    book.write("mapping.yaml", &people);
    book.write("people.csv", &PEOPLE.replace("NO,", "NUMBER,"));
    assert!(ran(&book.options).await.is_clean());
    assert_eq!(book.server.state().effects_count, effects);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whom_this_state_sent_under_a_key_that_is_gone_is_found_by_the_reference() {
    let book = Book::new("gone-key").await;
    let mapping = MAPPING.replacen("customer_ref, from: NO", "customer_ref, from: BORN", 1);
    book.write("mapping.yaml", &mapping);
    ran(&book.options).await;
    let effects = book.server.state().effects_count;
    let ids: Vec<String> = {
        let state = book.server.state();
        let all = state.profiles.iter();
        let born = all.filter(|(_, one)| one.data["customer_ref"] == "1981-01-01");
        born.map(|(id, _)| id.clone()).collect()
    };
    assert_eq!(ids.len(), 1);
    // The bank has given one of them another number.
    book.write("people.csv", &PEOPLE.replace("\n2,", "\n22,"));
    let message = refused(&book.options).await;
    let parts = [
        "1 of 1 clients are on the server already",
        "no row has any more",
        &ids[0],
    ];
    assert_has(&message, &parts);
    assert_eq!(book.server.state().effects_count, effects);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_book_does_not_take_the_places_of_those_who_were_sent() {
    let mut book = Book::new("other-book").await;
    assert!(ran(&book.options).await.is_clean());
    let effects = book.server.state().effects_count;
    let others = "NO,NAME,BORN\n1,Ann,1970-01-01\n2,Eve,1971-01-01\n3,Kay,1972-01-01\n";
    book.write("people.csv", others);
    let message = refused(&book.options).await;
    let parts = [
        "3 of 4 clients",
        "1 on line 2 of people.csv",
        "another book",
        "--same-book",
    ];
    assert_has(&message, &parts);
    assert_eq!(book.server.state().effects_count, effects);
    // Two of them at once may be corrected, and all of them where somebody says so.
    book.write("people.csv", &others.replace("3,Kay,1972", "3,Cy,1972"));
    assert!(ran(&book.options).await.is_clean());
    book.write("people.csv", PEOPLE);
    assert!(ran(&book.options).await.is_clean());
    book.write("people.csv", others);
    book.options.consent = Consent {
        is_same_book: true,
        ..Consent::default()
    };
    assert!(ran(&book.options).await.is_clean());
    let state = book.server.state();
    let ann = state
        .profiles
        .values()
        .find(|one| one.data["customer_ref"] == "1");
    let data = &ann.expect("it is there").data;
    assert_eq!(data["personal_details"]["name"]["family_name"], "Ann");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_not_written_into_a_folder_with_other_things() {
    let mut book = Book::new("state-in-book").await;
    book.options.state.clone_from(&book.folder);
    // The folder is that of an earlier run of this test.
    let _ = fs::remove_file(book.folder.join("ledger.sqlite"));
    let message = refused(&book.options).await;
    assert_has(
        &message,
        &["is no state folder", "companies.csv", "--state"],
    );
    assert!(!book.folder.join("ledger.sqlite").exists());
    assert_eq!(book.server.state().requests_count, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_in_a_demo_account_does_not_use_the_state_of_a_full_run() {
    let book = Book::new("test-in-run").await;
    assert!(ran(&book.options).await.is_clean());
    let report = book.options.state.join("results/report.json");
    let before = fs::read(&report).expect("it is there");
    let test = |options: Options| async {
        trial::run(
            options,
            (Phase::Demo, 2),
            &Receiver::default(),
            Arc::new(Silent),
        )
        .await
    };
    let told = test(book.options.clone()).await.expect_err("it is refused");
    assert_has(
        &told.to_string(),
        &["run with the whole book", "--state of its own"],
    );
    assert_eq!(fs::read(&report).expect("it is there"), before);
    // With a state of its own it may be repeated.
    let other = Book::new("test-own").await;
    for _ in 0..2 {
        test(other.options.clone()).await.expect("it runs");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_who_were_taken_back_come_over_anew() {
    let book = Book::new("anew").await;
    {
        let trouble = &mut book.server.state().trouble;
        trouble.refuses_reused_keys = true;
        trouble.refusals = Refusals::Told;
    }
    assert!(ran(&book.options).await.is_clean());
    let other = elsewhere(&book);
    for reference in ["1", "2", "C"] {
        mark(&book, reference);
    }
    let message = refused(&other).await;
    let who = book.profile("3");
    assert_has(
        &message,
        &["1 of 4 clients are on the server", who.as_str()],
    );
    mark(&book, "3");
    let count = book.server.state().profiles.len();
    let summary = ran(&other).await;
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(book.server.state().profiles.len(), count + 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_who_were_there_and_came_all_the_same_are_named_and_counted() {
    let book = Book::new("told-again").await;
    assert!(ran(&book.options).await.is_clean());
    let mut other = elsewhere(&book);
    refused(&other).await;
    other.may_repeat = true;
    ran(&other).await;
    assert!(other.state.join("already-there.csv").is_file());
    other.may_repeat = false;
    ran(&other).await;
    let rows = result_rows(&other.state, "doubled.csv");
    let keys: Vec<&str> = rows.iter().map(|row| &row[2]).collect();
    assert_eq!(keys, ["C", "1", "2", "3"]);
    let report = fs::read_to_string(other.state.join("results/report.json"));
    let report: Value = serde_json::from_str(&report.expect("it is there")).expect("it is JSON");
    assert_eq!(
        report["totals"]["clients_made_again"], 4,
        "{}",
        report["totals"]
    );
    let page = fs::read_to_string(other.state.join("results/report.html")).expect("it is there");
    assert_has(
        &page,
        &[
            "4 clients had profiles on the server already",
            "doubled.csv",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_has_sent_nothing_may_go_to_another_account() {
    let book = Book::new("unused-account").await;
    assert!(ran(&book.options).await.is_clean());
    let other = elsewhere(&book);
    refused(&other).await;
    {
        let mut state = book.server.state();
        state.trouble.environment = Some("live");
        state.profiles.clear();
    }
    book.server.forget_keys();
    assert!(ran(&other).await.is_clean());
    book.server.state().trouble.environment = None;
    assert_has(&refused(&other).await, &["begun with the live account"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_gone_are_not_told_as_a_server_that_disagrees() {
    let book = Book::new("told-gone").await;
    assert!(ran(&book.options).await.is_clean());
    book.write("notes.csv", "NO,TEXT\n1,twice\n1,twice\n");
    ran(&book.options).await;
    let page = fs::read_to_string(book.options.state.join("results/report.html"));
    let page = page.expect("it is there");
    let parts = [
        "1 difference, all of them in the source: 0 changed and 1 gone",
        "no longer in the source",
    ];
    assert_has(&page, &parts);
    assert!(!page.contains("do not agree"), "{page}");
}

/// A reporter that keeps what is said.
#[derive(Default)]
struct Said(Mutex<Vec<String>>);

impl Reporter for Said {
    fn begin(&self, _part: &str, _total: u64) {}

    fn advance(&self) {}

    fn say(&self, text: &str) {
        self.0
            .lock()
            .expect("no test failed inside")
            .push(text.to_owned());
    }

    fn end(&self) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn words_and_folders_of_the_mapping_that_fit_nothing_are_said() {
    let book = Book::new("fits-nothing").await;
    let scope = "  scope: {column: NAME, leave_out: {Moly: closed, Cy: closed, Zebedee: closed}}\n  products";
    let mapping = MAPPING
        .replacen("  products", scope, 1)
        .replace("folder: scans\n", "folder: scan\n");
    book.write("mapping.yaml", &mapping);
    let expected = [
        "scope: no row of people.csv has \"Moly\" in NAME, so it leaves nobody out; did you mean \"Molly\"?",
        "scope: no row of people.csv has \"Zebedee\" in NAME, so it leaves nobody out",
    ];
    let keep = Keep::temporary().expect("a file can be made");
    let read = read_book(&book.options, &keep).expect("it can be read");
    assert_eq!(read.remarks[..2], expected);
    let folder = format!(
        "documents: there is no folder scan in {}",
        book.folder.display()
    );
    assert_has(
        &read.remarks[2],
        &[folder.as_str(), "did you mean \"scans\"?"],
    );
    let said = Arc::new(Said::default());
    let reporter: Arc<dyn Reporter> = Arc::<Said>::clone(&said);
    run(book.options.clone(), reporter).await.expect("it runs");
    let said = said.0.lock().expect("no test failed inside");
    assert!(
        read.remarks.iter().all(|one| said.contains(one)),
        "{said:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_of_before_is_given_its_key_by_the_first_run() {
    let book = Book::new("key-of-before").await;
    assert!(ran(&book.options).await.is_clean());
    let ledger = Ledger::open(&book.options.state).expect("it is there");
    let key = ledger.fact("key of individuals").expect("it can be read");
    assert_eq!(key.as_deref(), Some("NO"));
    // What no longer says it is held by the references.
    ledger
        .set_fact("key of individuals", "NAME")
        .expect("it can be written");
    drop(ledger);
    book.write("mapping.yaml", &keyed_by("NAME"));
    assert_has(
        &refused(&book.options).await,
        &["3 of 3 clients", "no row has any more"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_state_began_is_told_by_the_clock_of_its_server() {
    let book = Book::new("clock-behind").await;
    let began = || {
        let ledger = Ledger::open(&book.options.state).expect("it is there");
        let began = ledger.fact("began by the server's clock");
        began.expect("it can be read")
    };
    book.server.state().trouble.date = Some("Thu, 27 Jan 2022 11:30:22 GMT");
    assert!(ran(&book.options).await.is_clean());
    assert_eq!(began().as_deref(), Some("1643283022"));
    // What was sent by then is as old as that.
    book.server.state().trouble.date = Some("Thu, 27 Jan 2022 12:30:22 GMT");
    assert!(ran(&book.options).await.is_clean());
    assert_eq!(began().as_deref(), Some("1643283022"));
}
