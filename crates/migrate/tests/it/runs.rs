//! Whole runs against a server.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use migrate::api::{Api, Call, Failure, Patience};
use migrate::ledger::Ledger;
use migrate::progress::Silent;
use migrate::run::Consent;
use migrate::{Error, Options, Scope, Stages, Summary, run};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::{Server, Trouble};
use crate::shared;
use crate::truth::{Comparison, book, resulted};

/// Options for a run with a state folder of its own.
pub(crate) fn options(folder: &Path, url: &str, scope: Scope, state: &str) -> Options {
    let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join(state);
    let _ = fs::remove_dir_all(&state);
    Options {
        mapping: shared::northgate_mapping(),
        source: folder.to_owned(),
        state,
        base_urls: vec![url.to_owned()],
        api_key: "test-key".to_owned(),
        scope,
        stages: Stages::parse("1:20,3:50,5:rest").expect("stages"),
        patience: Patience {
            request: Duration::from_secs(10),
            give_up_after: Duration::from_secs(20),
            wait_min: Duration::from_millis(1),
            wait_max: Duration::from_millis(20),
        },
        may_repeat: false,
        only: None,
        mended: Vec::new(),
        consent: Consent::default(),
        window: None,
        listen: None,
        stop: Arc::new(AtomicBool::new(false)),
    }
}

pub(crate) async fn ran(options: &Options) -> Summary {
    run(options.clone(), Arc::new(Silent))
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

fn truth(folder: &Path) -> Value {
    let text = fs::read_to_string(folder.join("truth_summary.json")).expect("it is there");
    serde_json::from_str(&text).expect("it is JSON")
}

/// What the makers of the book say must exist afterwards, and in which numbers rows go which way.
fn assert_as_its_makers_say(summary: &Summary, truth: &Value, scope: Scope) {
    let profiles: BTreeMap<&str, u64> = summary
        .profiles
        .expect("it was read back")
        .entries()
        .into_iter()
        .map(|(name, count)| match name {
            "left_out_customers_as_associates" => ("closed_customers_as_associates", count),
            name => (name, count),
        })
        .collect();
    assert_eq!(json!(profiles), truth["profiles"][scope.as_str()]);
    for file in &summary.files {
        let wanted = &truth["files"][&file.file][scope.as_str()]["dispositions"];
        for (outcome, disposition) in [
            ("migrated", "migrate"),
            ("migrated_with_warning", "migrate_with_warning"),
            ("rejected", "reject"),
            ("skipped", "skip"),
        ] {
            let count = file.outcomes.get(outcome).copied().unwrap_or_default();
            let wanted = wanted[disposition].as_u64().unwrap_or_default();
            assert_eq!(count, wanted, "{} {outcome}", file.file);
        }
    }
    assert_eq!(summary.differences, 0, "{summary}");
    assert!(summary.is_clean(), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_small_book_comes_over_and_is_what_its_makers_say() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let truth = truth(&folder);
    let lines = fs::read_to_string(folder.join("truth.jsonl")).expect("it is there");
    for scope in [Scope::All, Scope::Active] {
        let server = Server::start(Trouble::default()).await;
        let options = options(
            &folder,
            &server.url,
            scope,
            &format!("whole-{}", scope.as_str()),
        );
        let summary = ran(&options).await;
        assert_as_its_makers_say(&summary, &truth, scope);
        let book = book(&options.mapping, &folder, scope).expect("it can be read");
        let rows = resulted(&book, &folder, &options.state).expect("every row is in a result file");
        let found = Comparison::of(&rows, &lines, scope).expect("it is JSON");
        let scope = scope.as_str();
        assert_lacking_are_named(&options.state, &lines, scope);
        assert!(
            found.differences.is_empty(),
            "{scope}: {:#?}",
            found.differences
        );
        println!("{summary}");
    }
}

/// A company that came over without somebody whose row is rejected names that row, and no other does.
fn assert_lacking_are_named(state: &Path, truth: &str, scope: &str) {
    let truth: Vec<Value> = (truth.lines())
        .map(|line| serde_json::from_str(line).expect("it is JSON"))
        .collect();
    let is = |row: &Value, file: &str, wanted: &str| {
        row["file"] == file
            && row[scope]["do"]
                .as_str()
                .is_some_and(|it| it.starts_with(wanted))
    };
    let text = |value: &Value| value.as_str().expect("it is text").to_owned();
    let mut wanted: BTreeMap<String, Vec<String>> = (truth.iter())
        .filter(|row| is(row, "companies.csv", "migrate"))
        .map(|row| (text(&row["cust_no"]), Vec::new()))
        .collect();
    for row in truth
        .iter()
        .filter(|row| is(row, "associates.csv", "reject"))
    {
        if let Some(rows) = wanted.get_mut(&text(&row["cust_no"])) {
            rows.push(format!("associate_rejected:associates.csv:{}", row["row"]));
        }
    }
    assert!(wanted.values().any(|rows| rows.len() > 1), "{wanted:?}");
    for row in result_rows(state, "companies.csv") {
        let wanted = wanted
            .get(&row[2])
            .filter(|_| row[3].starts_with("migrated"));
        let wanted = wanted.map(|rows| rows.join(";")).unwrap_or_default();
        assert_eq!(row[8], wanted, "{scope} {row:?}");
    }
}

pub(crate) fn result_rows(state: &Path, name: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(state.join("results").join(name))
        .expect("there is a result file");
    reader
        .records()
        .map(|row| row.expect("a row can be read"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_of_every_kind_neither_doubles_nor_loses_anything() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let calm = Server::start(Trouble::default()).await;
    ran(&options(&folder, &calm.url, Scope::Active, "calm")).await;
    let wild = Server::start(Trouble {
        is_unreliable: true,
        ..Trouble::default()
    })
    .await;
    let summary = ran(&options(&folder, &wild.url, Scope::Active, "wild")).await;
    assert_as_its_makers_say(&summary, &truth(&folder), Scope::Active);
    assert!(
        summary.retries > 100,
        "there was trouble: {}",
        summary.retries
    );
    assert_eq!(wild.content(), calm.content());
    assert_eq!(wild.state().effects_count, calm.state().effects_count);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_cut_off_at_any_instant_goes_on_where_it_stopped() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let calm = Server::start(Trouble::default()).await;
    ran(&options(&folder, &calm.url, Scope::Active, "uncut")).await;
    let server = Server::start(Trouble::default()).await;
    let options = options(&folder, &server.url, Scope::Active, "cut");
    let mut cuts_count = 0;
    for cut in 0..25_u64 {
        let run = tokio::spawn(run(options.clone(), Arc::new(Silent)));
        tokio::time::sleep(Duration::from_millis(40 + cut * 37 % 200)).await;
        if !run.is_finished() {
            cuts_count += 1;
        }
        run.abort();
        let _ = run.await;
    }
    assert!(cuts_count > 5, "the runs were cut off: {cuts_count}");
    tokio::time::sleep(Duration::from_millis(200)).await;
    let summary = ran(&options).await;
    assert_as_its_makers_say(&summary, &truth(&folder), Scope::Active);
    assert_eq!(server.content(), calm.content());
}

/// Set for the process that is killed.
const KILLED_RUN: &str = "USHER_TEST_KILLED_RUN";

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_at_any_instant_goes_on_where_it_stopped() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let calm = Server::start(Trouble::default()).await;
    ran(&options(&folder, &calm.url, Scope::Active, "unkilled")).await;
    let server = Server::start(Trouble::default()).await;
    let options = options(&folder, &server.url, Scope::Active, "killed");
    drop(Ledger::open(&options.state).expect("a folder can be made"));
    fs::write(options.state.join("url"), &server.url).expect("a file can be written");
    let mut kills_count = 0;
    for turn in 0..15_u64 {
        let mut child = std::process::Command::new(std::env::current_exe().expect("a program"))
            .args(["--exact", "runs::one_run_to_be_killed"])
            .env(KILLED_RUN, "1")
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it starts");
        tokio::time::sleep(Duration::from_millis(60 + turn * 53 % 250)).await;
        kills_count += u32::from(child.try_wait().expect("it can be asked").is_none());
        child.kill().expect("it can be killed");
        child.wait().expect("it is over");
    }
    assert!(kills_count > 5, "the runs were killed: {kills_count}");
    let summary = ran(&options).await;
    assert_as_its_makers_say(&summary, &truth(&folder), Scope::Active);
    assert_eq!(server.content(), calm.content());
}

/// Not a test of its own: the process that the test above kills.
#[tokio::test(flavor = "multi_thread")]
async fn one_run_to_be_killed() {
    if std::env::var_os(KILLED_RUN).is_none() {
        return;
    }
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join("killed");
    let Ok(url) = fs::read_to_string(state.join("url")) else {
        return;
    };
    let options = Options {
        state,
        ..options(&folder, &url, Scope::Active, "killed-unused")
    };
    let _ = run(options, Arc::new(Silent)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_large_book_comes_over() {
    let Some(folder) = shared::book("northgate") else {
        return;
    };
    let server = Server::start(Trouble {
        is_unreliable: true,
        ..Trouble::default()
    })
    .await;
    let options = options(&folder, &server.url, Scope::Active, "large");
    let begun = std::time::Instant::now();
    let summary = ran(&options).await;
    println!("{summary}\n{} s", begun.elapsed().as_secs());
    assert!(summary.is_clean());
    let rows: Vec<u64> = summary.files.iter().map(|file| file.rows).collect();
    assert_eq!(rows, [10_000, 1_500, 5_000, 2_000, 1_500]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_sends_nothing_again_and_finds_what_changed() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let server = Server::start(Trouble::default()).await;
    let options = options(&folder, &server.url, Scope::All, "again");
    ran(&options).await;
    let effects = server.state().effects_count;
    assert!(ran(&options).await.is_clean());
    assert_eq!(server.state().effects_count, effects);

    let mut changed = Vec::new();
    for profile in server.state().profiles.values_mut() {
        let reference = profile.data["customer_ref"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        match reference.as_str() {
            "01000001" => profile.data["personal_details"]["dob"] = json!("1940-03-13"),
            "01000004" => profile.data["documents"] = json!([]),
            "05000013" => profile.data["officers"]["directors"] = json!([]),
            "01000007" => profile.applications.clear(),
            "01000025" => profile.notes.clear(),
            _ => continue,
        }
        changed.push(reference);
    }
    let summary = ran(&options).await;
    let mut found: Vec<String> = result_rows(&options.state, "differences.csv")
        .iter()
        .map(|row| row[0].to_owned())
        .collect();
    assert!(!summary.is_clean());
    found.dedup();
    changed.sort();
    assert_eq!(found, changed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_client_fails_with_what_follows_it_and_can_be_run_again() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let refuses = Some("05000013".to_owned());
    let server = Server::start(Trouble {
        refuses,
        ..Trouble::default()
    })
    .await;
    let options = options(&folder, &server.url, Scope::All, "refused");
    let summary = ran(&options).await;
    assert!(!summary.is_clean());
    let failed: Vec<_> = result_rows(&options.state, "companies.csv")
        .into_iter()
        .filter(|row| &row[3] == "failed")
        .collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(
        (&failed[0][2], &failed[0][6]),
        ("05000013", "HTTP 200: 201 this client cannot be")
    );
    let rejected = result_rows(&options.state, "rejected-companies.csv");
    let mended = rejected
        .iter()
        .find(|row| &row[0] == "05000013")
        .expect("it can be mended");
    // The last column is the line in the source.
    let why = &mended[mended.len() - 2];
    assert!(why.contains("this client cannot be"), "{why}");

    server.state().trouble.refuses = None;
    assert_as_its_makers_say(&ran(&options).await, &truth(&folder), Scope::All);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_says_so_and_goes_on_later() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let server = Server::start(Trouble::default()).await;
    let options = options(&folder, &server.url, Scope::All, "stopped");
    options.stop.store(true, Ordering::Relaxed);
    let summary = ran(&options).await;
    assert!(summary.is_stopped && !summary.is_clean());
    assert!(server.state().profiles.is_empty());
    options.stop.store(false, Ordering::Relaxed);
    assert_as_its_makers_say(&ran(&options).await, &truth(&folder), Scope::All);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_the_server_leaves_says_of_every_row_what_became_of_it() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let server = Server::start(Trouble::default()).await;
    let mut options = options(&folder, &server.url, Scope::All, "left");
    options.patience.give_up_after = Duration::from_millis(50);
    let mut before = 0;
    // Among individuals, among companies, and while reading back.
    for requests in [300, 500, 500] {
        server.state().trouble.dies_after = Some(requests);
        let outcome = run(options.clone(), Arc::new(Silent)).await;
        assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
        let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
        for name in [
            "individuals",
            "companies",
            "associates",
            "documents",
            "notes",
        ] {
            for row in result_rows(&options.state, &format!("{name}.csv")) {
                *outcomes.entry(row[3].to_owned()).or_default() += 1;
            }
        }
        assert_eq!(
            outcomes.values().sum::<usize>(),
            700,
            "{requests}: {outcomes:?}"
        );
        assert_eq!(outcomes.get("failed"), None, "{requests}: {outcomes:?}");
        let done = outcomes["migrated"];
        assert!(done > before, "{requests}: {outcomes:?}");
        assert_eq!(outcomes.contains_key("waiting"), done < 576, "{outcomes:?}");
        before = done;
        let summary = fs::read_to_string(options.state.join("summary.json")).expect("it is there");
        let summary: Value = serde_json::from_str(&summary).expect("it is JSON");
        assert_eq!(summary["read_back"]["profiles"], Value::Null, "{requests}");
        assert!(!options.state.join("results/standing.csv").exists());
        server.state().requests_count = 0;
    }
    server.state().trouble.dies_after = None;
    assert_as_its_makers_say(&ran(&options).await, &truth(&folder), Scope::All);
    // What an earlier run has read back is not left lying as if it were of this one.
    let standing = options.state.join("results/standing.csv");
    assert!(standing.exists());
    server.state().requests_count = 0;
    server.state().trouble.dies_after = Some(10);
    let outcome = run(options.clone(), Arc::new(Silent)).await;
    assert!(matches!(outcome, Err(Error::Server(_))), "{outcome:?}");
    assert!(!standing.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_when_it_cannot_go_well() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let server = Server::start(Trouble::default()).await;
    let good = options(&folder, &server.url, Scope::All, "guarded");
    let refused = |options: Options| async move {
        match run(options, Arc::new(Silent)).await {
            Ok(summary) => panic!("it ran: {summary}"),
            Err(error) => error,
        }
    };

    let mapping = good.state.with_extension("yaml");
    let text = fs::read_to_string(shared::northgate_mapping()).expect("the mapping is there");
    fs::write(&mapping, text.replace("from: SURNAME", "from: SURNAM")).expect("it can be written");
    let error = refused(Options {
        mapping,
        ..good.clone()
    })
    .await;
    assert!(matches!(error, Error::Mapping(_)), "{error}");
    assert!(
        error.to_string().contains("did you mean \"SURNAME\"?"),
        "{error}"
    );

    let error = refused(Options {
        api_key: "wrong".to_owned(),
        ..good.clone()
    })
    .await;
    assert!(matches!(error, Error::Server(_)), "{error}");

    let error = refused(Options {
        base_urls: vec!["host".to_owned()],
        ..good.clone()
    })
    .await;
    assert!(matches!(error, Error::Option(_)), "{error}");

    let ledger = Ledger::open(&good.state).expect("the folder is free");
    let error = refused(good.clone()).await;
    assert!(matches!(error, Error::Locked(_)), "{error}");
    drop(ledger);

    assert!(server.state().profiles.is_empty());
    ran(&good).await;
    let error = refused(Options {
        scope: Scope::Active,
        ..good
    })
    .await;
    assert!(
        error
            .to_string()
            .contains("belongs to a run with scope \"all\""),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_does_not_answer_is_passed_over() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let server = Server::start(Trouble::default()).await;
    let mut options = options(&folder, &server.url, Scope::All, "nodes");
    options.base_urls.insert(0, "http://127.0.0.1:1".to_owned());
    assert_as_its_makers_say(&ran(&options).await, &truth(&folder), Scope::All);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_tried_again_only_while_the_request_is_at_work() {
    let folder = Path::new("unused");
    let ask = async |conflicts: Vec<bool>| {
        let server = Server::start(Trouble {
            conflicts,
            ..Trouble::default()
        })
        .await;
        let patience = options(folder, &server.url, Scope::All, "conflicts").patience;
        let api = Api::new(std::slice::from_ref(&server.url), "test-key", patience);
        let body = json!({"role": "INDIVIDUAL_CUSTOMER", "collected_data": {}});
        let call = Call::post("/profiles", &body, Uuid::now_v7());
        let outcome = api.expect("a client").call(call).await;
        let requests_count = server.state().requests_count;
        (outcome.map(|answer| answer.status), requests_count)
    };
    let refused = |code: i64, message: &str| {
        Err(Failure::Refused {
            status: 409,
            code: Some(code),
            message: message.to_owned(),
        })
    };
    assert_eq!(ask(vec![true, true]).await, (Ok(200), 3));
    let conflict = refused(201, "HTTP 409: 201 a task is open");
    assert_eq!(ask(vec![false]).await, (conflict.clone(), 1));
    assert_eq!(ask(vec![true, false]).await, (conflict, 2));
    // What became of it is not known, which is no refusal: a new key might do it twice.
    let (outcome, requests_count) = ask(vec![true; 40]).await;
    assert!(matches!(outcome, Err(Failure::Unclear(_))), "{outcome:?}");
    assert_eq!(requests_count, 31);
}

/// The same against a real server: set `USHER_TEST_BASE_URL` and `USHER_TEST_API_KEY` (of an empty
/// account with the products `current_account` and `savings_account`) when compiling the tests.
#[tokio::test(flavor = "multi_thread")]
async fn the_small_book_comes_over_to_a_real_server() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let (Some(url), Some(key)) = (
        option_env!("USHER_TEST_BASE_URL"),
        option_env!("USHER_TEST_API_KEY"),
    ) else {
        println!("skipped: USHER_TEST_BASE_URL and USHER_TEST_API_KEY are not set");
        return;
    };
    let state: PathBuf = ["real-", key.get(..6).unwrap_or(key)].concat().into();
    let mut options = options(&folder, url, Scope::Active, &state.display().to_string());
    options.api_key = key.to_owned();
    options.patience = Patience::default();
    let summary = ran(&options).await;
    println!("{summary}");
    assert_as_its_makers_say(&summary, &truth(&folder), Scope::Active);
}
