//! How a run ends that is stopped, or hindered, on its last steps.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use migrate::ledger::Ledger;
use migrate::progress::Silent;
use migrate::{Error, Reporter, run, verify};

use crate::repeated::{Book, MAPPING};
use crate::runs::{ran, result_rows};

/// Does something when the run begins with a part.
struct At<F>(&'static str, F);

impl<F: Fn() + Send + Sync> Reporter for At<F> {
    fn begin(&self, part: &str, _total: u64) {
        if part == self.0 {
            self.1();
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
    let stopping = At("read back", move || stop.store(true, Ordering::Relaxed));
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
    let hindering = At("read back", move || {
        fs::create_dir_all(&path).expect("a folder can be made");
    });
    let ended = run(book.options.clone(), Arc::new(hindering)).await;
    assert!(matches!(ended, Err(Error::State(_))), "{ended:?}");
    assert!(!results.join("report.html").exists());
    assert_eq!(outcome(&book, 1), "broke off");
    fs::remove_dir(&in_the_way).expect("it is empty");
    assert!(ran(&book.options).await.is_clean());
    assert_eq!(outcome(&book, 2), "reconciled");
}

/// A book of which every person has a decision of the old system, and nobody a note.
pub(crate) async fn decided(name: &str) -> Book {
    let book = Book::new(name).await;
    let evidence = "  key: NO\n  evidence:\n    - {task: identity, provenance: old, \
                    outcome: {constant: failed}, done_on: {from: BORN}}\n";
    let mapping = MAPPING.replacen("  key: NO\n", evidence, 1);
    book.write("mapping.yaml", &mapping);
    book.write("notes.csv", "NO,TEXT\n");
    book
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ended_before_the_old_decisions_is_not_reconciled() {
    let book = decided("stopped-evidence").await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut options = book.options.clone();
    options.stop = Arc::clone(&stop);
    let stopping = At("evidence", move || stop.store(true, Ordering::Relaxed));
    let summary = run(options, Arc::new(stopping)).await;
    let summary = summary.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(summary.files[0].count("waiting"), 3, "{summary}");
    for row in result_rows(&book.options.state, "people.csv") {
        assert_eq!((&row[3], &row[5]), ("waiting", &*book.profile(&row[2])));
        assert!(row[6].contains("1 decision is"), "{row:?}");
    }
    let looked = async || {
        let report = verify(book.options.clone(), Arc::new(Silent)).await;
        report.unwrap_or_else(|error| panic!("{error}"))
    };
    let report = looked().await;
    assert_eq!((report.counts.all, report.totals.evidence.waiting), (0, 3));
    assert_eq!(report.open_rows(), (0, 3));
    assert!(!report.is_clean());
    assert!(ran(&book.options).await.is_clean());
    assert!(looked().await.is_clean());
}
