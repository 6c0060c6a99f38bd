//! How a run ends that is stopped, or hindered, on its last steps.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use migrate::ledger::Ledger;
use migrate::{Error, Reporter, run};

use crate::repeated::Book;
use crate::runs::ran;

/// Does something when the run begins to read back.
struct AtLook<F>(F);

impl<F: Fn() + Send + Sync> Reporter for AtLook<F> {
    fn begin(&self, part: &str, _total: u64) {
        if part == "read back" {
            self.0();
        }
    }
    fn advance(&self) {}
    fn say(&self, _text: &str) {}
    fn end(&self) {}
}

/// How a start ended, as the ledger has it.
fn outcome(book: &Book, start: u64) -> String {
    let ledger = Ledger::open(&book.options.state).expect("it is free");
    let told = ledger.fact(&format!("start {start}")).expect("it is read");
    let told: serde_json::Value = serde_json::from_str(&told.expect("it began")).expect("JSON");
    told["outcome"].as_str().unwrap_or("none").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_was_stopped_ends_in_no_report() {
    let book = Book::new("stopped-look").await;
    let first = ran(&book.options).await;
    assert!(first.is_clean(), "{first}");
    let report = book.options.state.join("results/report.html");
    assert!(report.exists());
    let stop = Arc::new(AtomicBool::new(false));
    let mut options = book.options.clone();
    options.stop = Arc::clone(&stop);
    let stopping = AtLook(move || stop.store(true, Ordering::Relaxed));
    let summary = run(options, Arc::new(stopping)).await;
    let summary = summary.unwrap_or_else(|error| panic!("{error}"));
    assert!(
        summary.is_stopped && summary.profiles.is_none(),
        "{summary}"
    );
    assert!(!report.exists());
    assert!(!report.with_extension("json").exists());
    assert_eq!(outcome(&book, 2), "stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_cannot_be_written_leaves_no_judgement() {
    let book = Book::new("no-report").await;
    let results = book.options.state.join("results");
    let in_the_way = results.join("report.json");
    let path = in_the_way.clone();
    let hindering = AtLook(move || fs::create_dir_all(&path).expect("a folder can be made"));
    let ended = run(book.options.clone(), Arc::new(hindering)).await;
    assert!(matches!(ended, Err(Error::State(_))), "{ended:?}");
    assert!(!results.join("report.html").exists());
    assert_eq!(outcome(&book, 1), "broke off");
    fs::remove_dir(&in_the_way).expect("it is empty");
    assert!(ran(&book.options).await.is_clean());
    assert_eq!(outcome(&book, 2), "reconciled");
}
