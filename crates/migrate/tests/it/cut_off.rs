//! Clients whose sending was cut off: found again, though the server no longer knows their keys.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use migrate::progress::Silent;
use migrate::{Error, Reporter, Stages, run};

use crate::repeated::{Book, MAPPING, PEOPLE};
use crate::runs::{ran, result_rows};
use crate::server::Search;

/// A book of which the answer to the client with this reference is lost, with the keys forgotten since.
async fn cut_off(name: &str, mapping: &str, lost: &str) -> Book {
    let mut book = Book::new(name).await;
    book.write("mapping.yaml", mapping);
    book.options.stages = Stages::parse("5:rest").expect("stages");
    book.options.patience.give_up_after = Duration::from_millis(100);
    book.server.state().trouble.loses_answer_of = Some(lost.to_owned());
    let outcome = run(book.options.clone(), Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
    book.server.state().trouble.loses_answer_of = None;
    book.server.forget_keys();
    book
}

/// The references of all profiles, in order.
fn references(book: &Book) -> Vec<String> {
    let state = book.server.state();
    let references = state.profiles.values().map(|profile| {
        let reference = profile.data["customer_ref"].as_str();
        reference.unwrap_or_default().to_owned()
    });
    let mut references: Vec<String> = references.collect();
    references.sort();
    references
}

/// People named inline have references too.
fn named() -> String {
    let name =
        "    - {to: collected_data.personal_details.name.family_name, from: NAME}\ndocuments";
    assert!(MAPPING.contains(name));
    MAPPING.replace(
        name,
        &format!("    - {{to: collected_data.customer_ref, from: NAME}}\n{name}"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_answer_was_lost_is_not_doubled_under_another_key() {
    for lost in ["2", "C", "Ina"] {
        let book = cut_off(&format!("cut-off-{lost}"), &named(), lost).await;
        let summary = ran(&book.options).await;
        assert!(summary.is_clean(), "{lost}: {summary}");
        assert_eq!(references(&book), ["1", "2", "3", "C", "Ina"], "{lost}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_who_share_a_reference_are_told_apart_by_what_was_sent() {
    let mapping = MAPPING.replacen("customer_ref, from: NO", "customer_ref, constant: X", 1);
    let book = cut_off("cut-off-shared", &mapping, "X").await;
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(references(&book), ["", "C", "X", "X", "X"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_was_cut_off_keeps_the_key_when_the_company_is_to_be_made_again() {
    let mut book = Book::new("cut-off-inline").await;
    book.write("mapping.yaml", &named());
    book.options.patience.give_up_after = Duration::from_millis(100);
    book.server.state().trouble.loses_answer_of = Some("Ina".to_owned());
    let outcome = run(book.options.clone(), Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
    book.server.state().trouble.loses_answer_of = None;
    book.options.may_repeat = true;
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(references(&book), ["1", "2", "3", "C", "Ina"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_before_the_server_and_refuses_a_second_try_says_nothing_of_the_first() {
    for (status, has_words) in [(511, true), (404, false)] {
        let book = Book::new(&format!("cut-off-never-{status}")).await;
        {
            let trouble = &mut book.server.state().trouble;
            trouble.search = Search::Unknown;
            trouble.loses_answer_of = Some("2".to_owned());
            trouble.never = Some((status, has_words));
        }
        let summary = ran(&book.options).await;
        assert!(!summary.is_clean(), "{summary}");
        let rows = result_rows(&book.options.state, "people.csv");
        assert!(rows[1][6].contains("is not known"), "{:?}", rows[1]);
        book.server.state().trouble.loses_answer_of = None;
        let summary = ran(&book.options).await;
        assert!(summary.is_clean(), "{summary}");
        assert_eq!(references(&book), ["", "1", "2", "3", "C"], "{status}");
    }
}

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

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_looked_for_is_told() {
    let mapping = MAPPING.replacen("customer_ref, from: NO", "custom_fields.no, from: NO", 1);
    let mut book = Book::new("cut-off-nameless").await;
    book.write("mapping.yaml", &mapping);
    book.options.patience.give_up_after = Duration::from_millis(100);
    // Whoami, the policy, and whether anybody is there.
    book.server.state().trouble.dies_after = Some(3);
    let outcome = run(book.options.clone(), Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
    book.server.state().trouble.dies_after = None;
    let said = Arc::new(Said::default());
    let reporter: Arc<dyn Reporter> = Arc::<Said>::clone(&said);
    run(book.options.clone(), reporter).await.expect("it runs");
    let said = said.0.lock().expect("no test failed inside").clone();
    assert!(
        said.contains("without a customer_ref to look for"),
        "{said}"
    );
    assert_eq!(references(&book).len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_body_never_gets_through_comes_once_its_row_is_mended() {
    let mut book = Book::new("cut-off-barred").await;
    let patience = book.options.patience;
    book.options.patience.give_up_after = Duration::from_millis(100);
    // Whoami, the policy, and whether anybody is there.
    book.server.state().trouble.dies_after = Some(3);
    let outcome = run(book.options.clone(), Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
    book.server.state().trouble.dies_after = None;
    book.server.state().trouble.bars = Some("Molly");
    book.options.patience = patience;
    let summary = ran(&book.options).await;
    assert!(!summary.is_clean(), "{summary}");
    book.write("people.csv", &PEOPLE.replace("Molly", "Polly"));
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(references(&book), ["", "1", "2", "3", "C"]);
    let profile = book.profile("1");
    let state = book.server.state();
    let details = &state.profiles[&profile].data["personal_details"];
    assert_eq!(details["name"]["family_name"], "Polly");
}

/// Two clients cut off with one reference, of whom one is there, in words that are neither's.
async fn two_for_one(name: &str) -> Book {
    let mapping = MAPPING.replacen("customer_ref, from: NO", "customer_ref, constant: X", 1);
    let book = cut_off(&format!("cut-off-two-{name}"), &mapping, "X").await;
    let mut is_first = true;
    assert!(
        book.server.state().profiles.len() > 1,
        "several were cut off"
    );
    book.server.state().profiles.retain(|_, profile| {
        profile.data["personal_details"]["name"]["family_name"] = "Somebody".into();
        std::mem::take(&mut is_first)
    });
    for _ in 0..2 {
        let summary = ran(&book.options).await;
        assert!(!summary.is_clean(), "{summary}");
        let rows = result_rows(&book.options.state, "people.csv");
        let held = rows.iter().filter(|row| row[6].contains("was cut off"));
        let held: Vec<&str> = held.map(|row| &row[6]).collect();
        assert!(held.len() > 1, "{rows:?}");
        for said in held {
            assert!(
                !said.contains("one that is left counts as its own"),
                "{said}"
            );
            assert!(
                said.contains("holds what was sent of one of them alone"),
                "{said}"
            );
            assert!(
                said.contains("where none of them is left, all are sent"),
                "{said}"
            );
        }
    }
    book
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_who_were_cut_off_one_is_told_by_what_its_profile_holds() {
    let book = two_for_one("told").await;
    let kept = {
        let mut state = book.server.state();
        let mut of_x = state.profiles.iter_mut();
        let of_x = of_x.find(|(_, profile)| profile.data["customer_ref"] == "X");
        let (id, profile) = of_x.expect("one is left");
        profile.data["personal_details"] =
            serde_json::json!({"name": {"family_name": "Molly"}, "dob": "1980-01-01"});
        id.clone()
    };
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(references(&book), ["", "C", "X", "X", "X"]);
    let rows = result_rows(&book.options.state, "people.csv");
    assert_eq!(rows[0][5], kept, "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_who_were_cut_off_all_are_sent_where_no_profile_is_left() {
    let book = two_for_one("sent").await;
    for profile in book.server.state().profiles.values_mut() {
        if profile.data["customer_ref"] == "X" {
            profile.data["customer_ref"] = "another".into();
        }
    }
    let summary = ran(&book.options).await;
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(references(&book), ["", "C", "X", "X", "X", "another"]);
}
