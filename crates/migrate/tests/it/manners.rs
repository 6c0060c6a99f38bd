//! How a run treats the server, and those who look after both.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use migrate::control::{self, Wish};
use migrate::notices::Notices;
use migrate::progress::{Silent, Status};
use migrate::run::Consent;
use migrate::{Error, Options, Reporter, Scope, Stages, run};

use crate::runs::{options, ran, result_rows};
use crate::server::{Server, Trouble};
use crate::shared;

/// Remembers what a run told.
#[derive(Default)]
struct Watch(Mutex<Watched>);

#[derive(Default)]
struct Watched {
    said: Vec<String>,
    statuses: Vec<Status>,
}

impl Watch {
    /// The most workers that were ever allowed.
    fn most(&self) -> usize {
        let watched = self.0.lock().expect("no test failed inside");
        let allowed = watched.statuses.iter().map(|status| status.allowed);
        allowed.max().unwrap_or_default()
    }

    fn said(&self) -> String {
        self.0
            .lock()
            .expect("no test failed inside")
            .said
            .join("\n")
    }
}

impl Reporter for Watch {
    fn begin(&self, _part: &str, _total: u64) {}
    fn advance(&self) {}
    fn say(&self, text: &str) {
        let mut watched = self.0.lock().expect("no test failed inside");
        watched.said.push(text.to_owned());
    }
    fn end(&self) {}
    fn status(&self, status: &Status) {
        let mut watched = self.0.lock().expect("no test failed inside");
        watched.statuses.push(status.clone());
    }
}

fn five(folder: &Path, server: &Server, state: &str) -> Options {
    Options {
        stages: Stages::parse("5:rest").expect("stages"),
        ..options(folder, &server.url, Scope::Active, state)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_gets_slower_or_fails_more_often_is_spared_until_it_recovers() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    for (name, trouble, why) in [
        (
            "lags",
            Trouble {
                lags: Some((200..330, 250)),
                ..Trouble::default()
            },
            "it was",
        ),
        (
            "fails",
            Trouble {
                fails: Some(200..400),
                ..Trouble::default()
            },
            "% of requests fail",
        ),
    ] {
        let server = Server::start(trouble).await;
        let options = five(&folder, &server, &format!("spared-{name}"));
        let watch = Arc::new(Watch::default());
        let summary = run(options.clone(), Arc::clone(&watch) as _).await;
        let summary = summary.unwrap_or_else(|error| panic!("{error}"));
        assert!(summary.is_clean(), "{summary}");
        let changes = result_rows(&options.state, "pace.csv");
        assert_eq!(changes.len() as u64, summary.pace_changes);
        let workers = |row: usize, column: usize| changes[row][column].parse::<u32>().unwrap_or(0);
        assert!(changes.len() >= 2, "{name}: {changes:?}");
        assert!(
            workers(0, 1) == 5 && workers(0, 2) == 2,
            "{name}: {changes:?}"
        );
        assert!(changes[0][7].contains(why), "{name}: {changes:?}");
        let raised = (1..changes.len()).find(|row| workers(*row, 2) > workers(*row, 1));
        assert!(raised.is_some(), "{name}: {changes:?}");
        assert!(
            watch.said().contains("backing off: 2 workers instead of 5"),
            "{}",
            watch.said()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_that_is_refused_as_a_whole_ends_the_run_early_and_says_why() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let server = Server::start(Trouble {
        refuses_all: Some("has no such product"),
        ..Trouble::default()
    })
    .await;
    let options = five(&folder, &server, "refused-as-a-whole");
    let outcome = run(options.clone(), Arc::new(Silent)).await;
    let Err(Error::Refusing(why)) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(why.contains("has no such product"), "{why}");
    assert!(
        (20..26).contains(&server.state().effects_count),
        "{}",
        server.state().effects_count
    );
    let rows = result_rows(&options.state, "individuals.csv");
    let count = |outcome: &str| rows.iter().filter(|row| &row[3] == outcome).count();
    assert!(
        count("failed") >= 20 && count("waiting") > 200,
        "{}",
        count("waiting")
    );
    // Once the cause is mended everybody comes over, those who were refused too.
    server.state().trouble.refuses_all = None;
    assert!(ran(&options).await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_holds_until_it_is_taken_back_even_when_the_run_is_killed() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let lagging = || Trouble {
        lags: Some((0..u64::MAX, 5)),
        ..Trouble::default()
    };
    let server = Server::start(lagging()).await;
    let options = five(&folder, &server, "paused");
    let count = || server.state().profiles.len();
    let begun = tokio::spawn(run(options.clone(), Arc::new(Silent)));
    while count() < 20 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(control::ask(&options.state, Wish::Pause).ok(), Some(true));
    let at_rest = async || {
        let mut before = usize::MAX;
        while before != count() {
            before = count();
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
        before
    };
    let paused_at = at_rest().await;
    assert!(paused_at < 200, "{paused_at}");
    begun.abort();
    let _ = begun.await;
    let watch = Arc::new(Watch::default());
    let again = tokio::spawn(run(options.clone(), Arc::clone(&watch) as _));
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(count(), paused_at);
    assert!(watch.said().contains("paused"), "{}", watch.said());
    assert_eq!(control::resume(&options.state).ok(), Some(true));
    let summary = again.await.expect("it does not panic").expect("it goes on");
    assert!(summary.is_clean(), "{summary}");
    assert_eq!(control::resume(&options.state).ok(), Some(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_the_run_it_was_meant_for_and_no_other() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let server = Server::start(Trouble {
        lags: Some((0..u64::MAX, 5)),
        ..Trouble::default()
    })
    .await;
    let options = five(&folder, &server, "asked-to-stop");
    assert!(
        control::ask(&options.state, Wish::Stop).is_err(),
        "there is no folder"
    );
    let begun = tokio::spawn(run(options.clone(), Arc::new(Silent)));
    while server.state().profiles.len() < 20 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(control::ask(&options.state, Wish::Stop).ok(), Some(true));
    let summary = begun
        .await
        .expect("it does not panic")
        .expect("it ends well");
    assert!(
        summary.is_stopped && server.state().profiles.len() < 300,
        "{summary}"
    );
    assert!(
        control::ask(&options.state, Wish::Stop).is_err(),
        "no run is under way"
    );
    // One that came too late for its run is not for the next.
    fs::write(options.state.join(control::FILE), "stop\n").expect("it can be written");
    let next = Options {
        stop: Arc::default(),
        ..options
    };
    assert!(ran(&next).await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_volume_is_not_raised_without_notice() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let server = Server::start(Trouble {
        environment: Some("production"),
        lags: Some((0..u64::MAX, 2)),
        ..Trouble::default()
    })
    .await;
    let options = Options {
        stages: Stages::parse("1:50,3:rest").expect("stages"),
        ..options(&folder, &server.url, Scope::Active, "noticed")
    };
    let refused = async |what: &str| match run(options.clone(), Arc::new(Silent)).await {
        Err(Error::Notice(message)) => assert!(message.contains(what), "{message}"),
        other => panic!("{other:?}"),
    };
    refused("no notice of the start is on record; nothing was sent").await;
    let hours_ago = |hours: i64| {
        let now = jiff::Zoned::now().timestamp();
        now - SignedDuration::from_hours(hours)
    };
    let record = |stages: &[usize], at: Timestamp| {
        Notices::record(&options.state, &options.stages, stages, at).expect("it can be kept");
    };
    record(&[1, 2], hours_ago(47));
    refused("the notice of the start is not 48 hours old").await;
    assert_eq!(server.state().profiles.len(), 0);
    record(&[1], hours_ago(49));
    let watch = Arc::new(Watch::default());
    let summary = run(options.clone(), Arc::clone(&watch) as _).await;
    assert!(summary.is_ok_and(|summary| summary.is_clean()));
    assert_eq!(watch.most(), 1, "{}", watch.said());
    record(&[2], hours_ago(49));
    let watch = Arc::new(Watch::default());
    let summary = run(options.clone(), Arc::clone(&watch) as _).await;
    assert!(summary.is_ok_and(|summary| summary.is_clean()));
    assert_eq!(watch.most(), 3, "{}", watch.said());
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_may_raise_the_volume_without_notice_and_is_asked_once() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let server = Server::start(Trouble {
        environment: Some("production"),
        ..Trouble::default()
    })
    .await;
    let asked = Arc::new(Mutex::new(Vec::new()));
    let asking = Arc::clone(&asked);
    let options = Options {
        stages: Stages::parse("1:50,3:rest").expect("stages"),
        consent: Consent {
            notice_given: false,
            is_same_book: false,
            ask: Some(Arc::new(move |statement: &str| {
                let mut asked = asking.lock().expect("no test failed inside");
                asked.push(statement.to_owned());
                asked.len() > 1
            })),
        },
        ..options(&folder, &server.url, Scope::Active, "asked")
    };
    let outcome = run(options.clone(), Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Notice(_))), "{outcome:?}");
    assert!(ran(&options).await.is_clean());
    assert!(ran(&options).await.is_clean());
    let asked = asked.lock().expect("no test failed inside");
    assert_eq!(asked.len(), 2, "{asked:?}");
    let wanted = "no notice of stage 2 (3 workers after 50 clients) is on record";
    assert!(asked[1].contains(wanted), "{asked:?}");
}
