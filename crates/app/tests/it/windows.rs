//! Limited compliance: a product of their own, or checks switched off for a window.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::Method;
use migrate::api::Patience;
use migrate::progress::Silent;
use migrate::{Options, Scope, Stages};
use serde_json::{Value, json};

use crate::binary::{Answer, Run, Server, command, folder, master_key, run};
use crate::proxy::{Proxy, Trouble};

const POLICY: &str = include_str!("../../../../examples/limited-compliance/policy.yaml");

/// A server with the example's policy, and a book beside it.
struct Place {
    data: PathBuf,
    server: Server,
    key: String,
}

impl Place {
    fn new(name: &str, rows: &str, options: &[&str]) -> Place {
        let data = folder(name);
        let text = format!("NO,NAME,BORN,COUNTRY,KYC,KYC_ON\n{rows}");
        fs::write(data.join("clients.csv"), text).unwrap();
        let server = Server::start_with(&data.join("server"), options);
        let key = master_key(&data.join("server"), "demo");
        fs::write(data.join("key.txt"), &key).unwrap();
        let place = Place { data, server, key };
        assert_eq!(place.ask("POST", "/admin/config", POLICY).status, 200);
        place
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        self.server.ask(method, path, &self.key, body)
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, "");
        assert_eq!(answer.status, 200, "{path}");
        answer.body
    }

    /// Where the server is and the key, as options.
    fn server_options(&self) -> Vec<String> {
        let key = self.data.join("key.txt").display().to_string();
        let url = format!("http://{}", self.server.address);
        ["--url", &url, "--key-file", &key]
            .map(str::to_owned)
            .to_vec()
    }

    fn arguments(&self, mapping: &str, more: &[&str]) -> Vec<String> {
        let state = self.data.join("state").display().to_string();
        self.command("run", mapping, &[&["--state", &state], more].concat())
    }

    fn command(&self, command: &str, mapping: &str, more: &[&str]) -> Vec<String> {
        let folder =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/limited-compliance");
        let mut arguments = ["migrate", command].map(str::to_owned).to_vec();
        arguments.extend(self.server_options());
        for (name, path) in [
            ("--source", self.data.clone()),
            ("--mapping", folder.join(mapping)),
        ] {
            arguments.extend([name.to_owned(), path.display().to_string()]);
        }
        arguments.extend(more.iter().map(|one| (*one).to_owned()));
        arguments
    }

    fn migrate(&self, command: &str, mapping: &str, more: &[&str]) -> Run {
        let arguments = self.command(command, mapping, more);
        run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn run(&self, mapping: &str, more: &[&str]) -> Run {
        let arguments = self.arguments(mapping, more);
        run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn window(&self, what: &[&str]) -> Run {
        let mut arguments = vec!["migrate", "window"];
        let options = self.server_options();
        arguments.extend(what);
        arguments.extend(options.iter().map(String::as_str));
        run(&arguments)
    }

    /// The profile of a client.
    fn profile(&self, reference: &str) -> Value {
        let found = self.get(&format!("/4.0/profiles?q={reference}"));
        assert_eq!(found["results"].as_array().unwrap().len(), 1, "{found}");
        let id = found["results"][0]["id"].as_str().unwrap();
        self.get(&format!("/4.0/profiles/{id}"))
    }

    /// Adds a customer with another key than the run's.
    fn add_with_another_key(&self) -> Answer {
        let wanted = r#"{"name": "Form", "environment": "demo"}"#;
        let issued = self.ask("POST", "/admin/keys", wanted).body;
        let key = issued["key"].as_str().unwrap();
        let body = r#"{"role": "INDIVIDUAL_CUSTOMER", "applications": [{"product": {"alias": "account"}}],
            "collected_data": {"entity_type": "INDIVIDUAL", "customer_ref": "NEW",
                "personal_details": {"name": {"family_name": "New"}}}}"#;
        self.server.ask("POST", "/4.0/profiles", key, body)
    }
}

fn checks(profile: &Value) -> Vec<&str> {
    let checks = profile["checks"].as_array().unwrap().iter();
    let mut checks: Vec<&str> = checks
        .map(|check| check["check_type"].as_str().unwrap())
        .collect();
    checks.sort_unstable();
    checks
}

const SCREENING: &str = "PEPS_AND_SANCTIONS_SCREEN";
const IDENTITY: &str = "IDENTITY_CHECK";

/// Waits until an application stands as it should.
fn wait_for(place: &Place, reference: &str, status: &str) -> Value {
    let begun = Instant::now();
    loop {
        let profile = place.profile(reference);
        let applications = profile["applications"].as_array().unwrap();
        if applications.iter().all(|one| one["status"] == status) {
            return profile;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{profile:#}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_product_of_their_own_screens_and_the_normal_one_is_added_later() {
    let rows = "A1,Ann Good,1980-05-06,GBR,PASS,2024-03-01\nA2,Bob Good,1981-05-06,GBR,,\n";
    let place = Place::new("limited-product", rows, &[]);
    let run = place.run("separate-product.yaml", &[]);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    assert!(
        run.data.contains("2  customers under ongoing monitoring"),
        "{}",
        run.data
    );
    let profile = wait_for(&place, "A1", "APPROVED");
    assert_eq!(checks(&profile), [SCREENING]);
    let path = format!(
        "/4.0/profiles/{}/applications",
        profile["id"].as_str().unwrap()
    );
    let added = place.ask("POST", &path, r#"{"product": {"alias": "account"}}"#);
    assert_eq!(added.status, 200);
    let profile = wait_for(&place, "A1", "APPROVED");
    assert_eq!(profile["applications"].as_array().unwrap().len(), 2);
    assert_eq!(checks(&profile), [IDENTITY, SCREENING]);
}

#[test]
fn a_run_holds_its_window_passes_by_evidence_and_closes_it() {
    let rows = "\
A1,Ann Good,1980-05-06,GBR,PASS,2024-03-01
A2,Bob Good,1981-05-06,GBR,REFER,2024-03-01
A3,Cid Good,1982-05-06,GBR,,
";
    let place = Place::new("limited-window", rows, &["--allow-private-endpoints"]);
    let run = place.run("window.yaml", &[]);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    for wanted in [
        "the window is open: identity switched off",
        "listening for Manual action required",
        "the window is closed: identity switched on again",
    ] {
        assert!(run.talk.contains(wanted), "{wanted}\n{}", run.talk);
    }
    let heard = run
        .talk
        .lines()
        .find(|line| line.contains("messages that profiles"));
    assert!(!heard.unwrap().contains("heard 0 "), "{}", run.talk);
    assert!(
        run.data.contains("3  customers under ongoing monitoring"),
        "{}",
        run.data
    );
    let passed = wait_for(&place, "A1", "APPROVED");
    assert_eq!(checks(&passed), [SCREENING]);
    for open in ["A2", "A3"] {
        let profile = wait_for(&place, open, "APPLIED");
        assert_eq!(checks(&profile), [SCREENING], "{open}");
    }
    assert_eq!(place.get("/admin/webhooks"), serde_json::json!([]));
    let status = place.window(&["status"]);
    assert!(status.data.contains("(asked)"), "{}", status.data);
    // Who comes now goes through everything.
    assert_eq!(place.add_with_another_key().status, 200);
    // Nothing is left to be sent, so nobody need be kept away again.
    let again = place.run("window.yaml", &[]);
    assert_eq!(again.code, 0, "{}{}", again.data, again.talk);
    assert!(!again.talk.contains("window is"), "{}", again.talk);
}

const KILLED: [&str; 4] = ["--ramp", "1:rest", "--window", "identity"];
const KILLED_COUNT: usize = 60;

/// A run with a window that was killed when the first client was over.
fn killed(name: &str) -> Place {
    let rows = (0..KILLED_COUNT).fold(String::new(), |mut rows, number| {
        writeln!(rows, "B{number:03},Ann Good,1980-05-06,GBR,PASS,2024-03-01").unwrap();
        rows
    });
    // Without leave for private endpoints the server sends no messages here.
    let place = Place::new(name, &rows, &[]);
    let arguments = place.arguments("window.yaml", &KILLED);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut child = command(&arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while place.get("/4.0/profiles?q=B&limit=1")["results"] == serde_json::json!([]) {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    place
}

/// Nobody but those who were screened only, and passed by evidence.
fn hold_all_screened(place: &Place) {
    for number in 0..KILLED_COUNT {
        let profile = wait_for(place, &format!("B{number:03}"), "APPROVED");
        assert_eq!(checks(&profile), [SCREENING], "{number}");
    }
}

#[test]
fn a_killed_run_whose_window_is_closed_goes_on_in_one_that_continues_it() {
    let place = killed("limited-lapsed");
    assert_eq!(place.window(&["close"]).code, 0);
    let run = place.run("window.yaml", &KILLED);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    let windows = place.get("/admin/windows");
    assert_eq!(windows.as_array().unwrap().len(), 2, "{windows}");
    assert_eq!(windows[0]["continues"][0], windows[1]["id"], "{windows}");
    hold_all_screened(&place);
}

#[test]
fn a_run_with_nothing_left_to_send_closes_the_window_of_the_one_that_was_killed() {
    let rows = "A1,Ann Good,1980-05-06,GBR,PASS,2024-03-01\n";
    let place = Place::new("limited-left-open", rows, &[]);
    assert_eq!(place.run("window.yaml", &[]).code, 0);
    // As if it had been killed before its end.
    let open = [
        "open",
        "--checks",
        "identity",
        "--reason",
        "left",
        "--minutes",
        "1440",
    ];
    assert_eq!(place.window(&open).code, 0);
    let id = place.get("/admin/windows")[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let left_open = |id: &str| {
        let ledger = migrate::ledger::Ledger::open(&place.data.join("state")).unwrap();
        ledger.set_fact("open window", id).unwrap();
    };
    left_open(&id);
    let again = place.run("window.yaml", &[]);
    assert_eq!(again.code, 0, "{}{}", again.data, again.talk);
    assert!(
        again.talk.contains("the window is closed"),
        "{}",
        again.talk
    );
    let windows = place.get("/admin/windows");
    assert_eq!(windows[0]["closed_because"], "asked", "{windows}");
    // One that the server does not know is none.
    left_open("01234567-89ab-7def-8123-456789abcdef");
    let again = place.run("window.yaml", &[]);
    assert_eq!(again.code, 0, "{}{}", again.data, again.talk);
    assert!(!again.talk.contains("window is"), "{}", again.talk);
}

#[test]
fn a_tag_that_is_still_to_come_opens_a_window_again() {
    let rows = "A1,Ann Good,1980-05-06,GBR,PASS,2024-03-01\n";
    let place = Place::new("limited-tag", rows, &[]);
    assert_eq!(place.run("window.yaml", &[]).code, 0);
    let ledger = migrate::ledger::Ledger::open(&place.data.join("state")).unwrap();
    ledger.distrust("A1/tag/migrated").unwrap();
    drop(ledger);
    let again = place.run("window.yaml", &[]);
    assert!(again.talk.contains("the window is open"), "{}", again.talk);
    assert!(
        again.talk.contains("the window is closed"),
        "{}",
        again.talk
    );
}

#[test]
fn a_killed_run_goes_on_with_its_window_and_closes_it() {
    let place = killed("limited-killed");
    let windows = place.get("/admin/windows");
    assert_eq!(windows[0]["open"], true, "{windows}");
    let refused = place.add_with_another_key();
    assert_eq!(refused.status, 409, "{}", refused.body);
    let other = place.window(&["open", "--checks", "screen", "--reason", "mine"]);
    assert_eq!(other.code, 2, "{}{}", other.data, other.talk);
    assert!(
        other.talk.contains("a window is open already"),
        "{}",
        other.talk
    );
    let run = place.run("window.yaml", &KILLED);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    assert!(
        run.talk.contains("the tool looks by itself"),
        "{}",
        run.talk
    );
    let windows = place.get("/admin/windows");
    assert_eq!(windows.as_array().unwrap().len(), 1, "{windows}");
    assert_eq!(windows[0]["closed_because"], "asked", "{windows}");
    hold_all_screened(&place);
}

#[test]
fn a_window_is_opened_shown_and_closed_by_command() {
    let place = Place::new("limited-commands", "A1,Ann Good,1980-05-06,GBR,,\n", &[]);
    assert!(place.window(&["status"]).talk.contains("never a window"));
    let opened = place.window(&["open", "--checks", "identity,screen", "--reason", "a trial"]);
    assert_eq!(opened.code, 0, "{}{}", opened.data, opened.talk);
    assert!(
        opened.data.contains("off: identity, screen; opened"),
        "{}",
        opened.data
    );
    let hostile = [
        "open",
        "--checks",
        "identity",
        "--reason",
        "clear \u{1b}[2J this",
    ];
    place.window(&["close"]);
    for shown in [place.window(&hostile), place.window(&["status"])] {
        assert!(!shown.data.contains('\u{1b}'), "{:?}", shown.data);
        assert!(shown.data.contains("[2J this"), "{}", shown.data);
    }
    // A run that asks for no window tells of this one.
    let plain = place.run("separate-product.yaml", &["--dry-run"]);
    let told = "a window is open on the server: ";
    assert!(plain.talk.contains(told), "{}", plain.talk);
    assert!(!plain.talk.contains('\u{1b}'), "{:?}", plain.talk);
    let wrong = place.run("window.yaml", &["--dry-run", "--window", "identiy"]);
    assert_eq!(wrong.code, 2, "{}{}", wrong.data, wrong.talk);
    let wanted = "--window: the published policy has no check \"identiy\" to switch off\n  hint: did you mean \"identity\"?";
    assert!(wrong.data.contains(wanted), "{}", wrong.data);
    let right = place.run("window.yaml", &["--dry-run", "--window", "identity"]);
    assert_eq!(right.code, 0, "{}{}", right.data, right.talk);
    let unknown_key = ["--key", "usher_demo_nobody"];
    let url = format!("http://{}", place.server.address);
    let unknown = run(&[
        &["migrate", "window", "status", "--url", &url],
        &unknown_key[..],
    ]
    .concat());
    assert!(
        unknown.talk.contains("does not know the API key"),
        "{}",
        unknown.talk
    );
    assert!(
        !unknown.talk.contains("administrator") && !unknown.talk.contains("--state"),
        "{}",
        unknown.talk
    );
    let unknown = place.window(&["open", "--checks", "identiy", "--reason", "a trial"]);
    assert_eq!(unknown.code, 2, "{}{}", unknown.data, unknown.talk);
    let closed = place.window(&["close"]);
    assert_eq!(closed.code, 0, "{}{}", closed.data, closed.talk);
    assert!(closed.data.contains("closed "), "{}", closed.data);
    assert!(place.window(&["close"]).talk.contains("no window is open"));
    let keyless = run(&["migrate", "window", "status", "--url", "http://127.0.0.1:1"]);
    assert_eq!(keyless.code, 2, "{}", keyless.talk);
}

#[test]
fn a_run_under_a_window_comes_out_as_forecast() {
    let rows = "\
A1,Ann Good,1980-05-06,GBR,PASS,2024-03-01
A2,Bob Good,1981-05-06,GBR,REFER,2024-03-01
A3,Cid Good,1982-05-06,GBR,,
";
    let place = Place::new("limited-forecast", rows, &[]);
    let saved = place.data.join("forecast.json").display().to_string();
    let forecast = place.migrate("forecast", "window.yaml", &["--json", &saved]);
    assert_eq!(forecast.code, 0, "{}{}", forecast.data, forecast.talk);
    for wanted in [
        "switched off for these clients: identity",
        "  approved by the policy",
    ] {
        assert!(forecast.data.contains(wanted), "{}", forecast.data);
    }
    let unknown = place.migrate("forecast", "window.yaml", &["--window", "identiy"]);
    assert_eq!(unknown.code, 2, "{}{}", unknown.data, unknown.talk);
    for wanted in ["\"identiy\"", "checks_off"] {
        assert!(unknown.talk.contains(wanted), "{}", unknown.talk);
    }
    let brought = place.run("window.yaml", &[]);
    assert_eq!(brought.code, 0, "{}{}", brought.data, brought.talk);
    let state = place.data.join("state").display().to_string();
    let mut arguments = vec!["migrate", "forecast", "--from", &saved, "--compare", &state];
    let server = place.server_options();
    arguments.extend(server.iter().map(String::as_str));
    let compared = run(&arguments);
    assert_eq!(compared.code, 0, "{}{}", compared.data, compared.talk);
    for wanted in [
        "3 of 3 profiles came out as forecast",
        "switched off for these clients: identity",
    ] {
        assert!(compared.data.contains(wanted), "{}", compared.data);
    }
}

#[test]
fn the_report_of_a_run_says_what_an_auditor_asks_for() {
    let rows = "\
A1,Ann Good,1980-05-06,GBR,PASS,2024-03-01
A2,Bob Good,1981-05-06,GBR,REFER,2024-03-01
A3,Cid Good,1982-05-06,GBR,,
A4,Dee Good,the sixth of May,GBR,PASS,2024-03-01
A5,Eve Good,1984-05-06,Atlantis,,
";
    let place = Place::new("limited-report", rows, &[]);
    let report = |file: &str| {
        let path = place.data.join("state/results").join(file);
        fs::read_to_string(path).unwrap()
    };
    let first = place.run("window.yaml", &[]);
    assert_eq!(first.code, 1, "{}{}", first.data, first.talk);
    assert!(first.talk.contains("not reconciled"), "{}", first.talk);
    // One judgement, wherever it stands.
    let page = report("report.html");
    assert!(page.contains("<strong>Not reconciled.</strong>"), "{page}");
    assert!(page.contains("1 row failed"), "{page}");
    assert!(!page.contains("<strong>Reconciled."), "{page}");
    let json: Value = serde_json::from_str(&report("report.json")).unwrap();
    let told = [&json["judgement"], &json["rows_failed"]].map(ToString::to_string);
    assert_eq!(told, ["\"not reconciled\"", "1"]);
    // Nobody refused the evidence of a client who is not there.
    let evidence = &json["totals"]["evidence"];
    let told = ["sent", "refused", "waiting"].map(|name| evidence[name].as_u64().unwrap());
    assert_eq!(told, [2, 0, 1], "{evidence}");
    let verified = place.migrate(
        "verify",
        "window.yaml",
        &["--state", place.data.join("state").to_str().unwrap()],
    );
    assert_eq!(verified.code, 1, "{}", verified.talk);
    assert!(verified.talk.contains("1 failed"), "{}", verified.talk);
    // Mended, it goes on in another window.
    let text = fs::read_to_string(place.data.join("clients.csv")).unwrap();
    let mended = text.replace("the sixth of May", "1983-05-06");
    fs::write(place.data.join("clients.csv"), mended).unwrap();
    let second = place.run("window.yaml", &[]);
    assert_eq!(second.code, 0, "{}{}", second.data, second.talk);
    let json: Value = serde_json::from_str(&report("report.json")).unwrap();
    assert_eq!(json["judgement"], "reconciled");
    let starts = json["starts"].as_array().unwrap().iter();
    let outcomes: Vec<&Value> = starts.clone().map(|one| &one["outcome"]).collect();
    assert_eq!(outcomes, ["not reconciled", "reconciled"]);
    let mut begun = starts.map(|one| one["begun_at"].as_str().unwrap().len());
    assert!(begun.all(|length| length == "2026-01-01 00:00:00 UTC".len()));
    hold_windows(&json);
    let totals = &json["totals"];
    let evidence = serde_json::json!({
        "all": 3, "sent": 3, "accepted_as_pass": 2, "accepted_as_note": 1,
        "refused": 0, "without_task": 0, "not_needed": 0, "waiting": 0,
    });
    assert_eq!(totals["evidence"], evidence);
    assert_eq!(totals["customers_monitored"], 4, "{totals}");
    hold_page(&report("report.html"), &json);
}

#[test]
fn a_window_that_was_opened_by_hand_is_in_the_report() {
    let rows = "A1,Ann Good,1980-05-06,GBR,PASS,2024-03-01\n";
    let place = Place::new("limited-by-hand", rows, &[]);
    let report = || -> (String, Value) {
        let read = |file: &str| {
            let path = place.data.join("state/results").join(file);
            fs::read_to_string(path).unwrap()
        };
        let json = serde_json::from_str(&read("report.json")).unwrap();
        (read("report.html"), json)
    };
    let run = place.run("separate-product.yaml", &[]);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    let (page, json) = report();
    assert_eq!(json["windows"], json!([]));
    assert_eq!(json["has_own_windows"], true);
    assert!(page.contains("This run opened no window."), "{page}");
    let open = ["open", "--checks", "identity", "--reason", "by hand"];
    assert_eq!(place.window(&open).code, 0);
    let run = place.run("separate-product.yaml", &[]);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    let (page, json) = report();
    assert_eq!(
        json["windows"][0]["reason"], "by hand",
        "{}",
        json["windows"]
    );
    assert!(!page.contains("This run opened no window."), "{page}");
    // A state that an older version of the tool began.
    let ledger = migrate::ledger::Ledger::open(&place.data.join("state")).unwrap();
    ledger.set_fact("windows held from the begin", "").unwrap();
    drop(ledger);
    let run = place.run("separate-product.yaml", &[]);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    let (page, json) = report();
    assert_eq!(json["has_own_windows"], false);
    assert!(
        page.contains("An older version of the tool did not write down"),
        "{page}"
    );
}

/// Options of a run that does not wait long.
fn hasty(place: &Place, url: &str) -> Options {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/limited-compliance");
    Options {
        mapping: examples.join("window.yaml"),
        source: place.data.clone(),
        state: place.data.join("state"),
        base_urls: vec![url.to_owned()],
        api_key: place.key.clone(),
        scope: Scope::All,
        stages: Stages::parse("1:rest").unwrap(),
        patience: Patience {
            give_up_after: Duration::from_secs(3),
            ..Patience::default()
        },
        may_repeat: false,
        only: None,
        mended: Vec::new(),
        consent: migrate::run::Consent::default(),
        stop: Arc::default(),
        window: None,
        listen: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_window_stays_open_is_not_reconciled_and_the_next_start_closes_it() {
    let rows = "A1,Ann Good,1980-05-06,GBR,PASS,2024-03-01\n";
    let place = Place::new("limited-not-closed", rows, &[]);
    // A page stands where the window is closed.
    let proxy = Proxy::with_rule(&place.server.address, |method: &Method, path: &str| {
        let is_close = method == Method::POST && path.ends_with("/close");
        if is_close {
            Trouble::Page
        } else {
            Trouble::None
        }
    });
    let proxy = proxy.await;
    let outcome = migrate::run(hasty(&place, &proxy.url), Arc::new(Silent)).await;
    let error = outcome.expect_err("the window is open");
    assert!(error.to_string().contains("no JSON"), "{error}");
    assert_eq!(place.get("/admin/windows")[0]["open"], true);
    let results = place.data.join("state/results");
    let report = || -> Value {
        let text = fs::read_to_string(results.join("report.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let json = report();
    assert_eq!(json["judgement"], "not reconciled");
    assert_eq!(
        json["starts"][0]["outcome"], "broke off",
        "{}",
        json["starts"]
    );
    let why = json["window_not_closed"].as_str().unwrap();
    assert!(why.contains("no JSON"), "{why}");
    let page = fs::read_to_string(results.join("report.html")).unwrap();
    assert!(page.contains("The window was not closed"), "{page}");
    assert!(!page.contains("<strong>Reconciled."), "{page}");
    let again = place.run("window.yaml", &[]);
    assert_eq!(again.code, 0, "{}{}", again.data, again.talk);
    assert!(
        again.talk.contains("the window is closed"),
        "{}",
        again.talk
    );
    assert_eq!(place.get("/admin/windows")[0]["open"], false);
    let json = report();
    let outcomes = [0, 1].map(|at| json["starts"][at]["outcome"].clone());
    assert_eq!(outcomes, ["broke off", "reconciled"]);
    assert_eq!(json["judgement"], "reconciled");
}

/// Two windows, one for each start, with all that is to be said of them.
fn hold_windows(json: &Value) {
    let windows = json["windows"].as_array().unwrap();
    assert_eq!(windows.len(), 2, "{windows:?}");
    for window in windows {
        assert_eq!(window["checks"], serde_json::json!(["identity"]));
        assert!(
            window["opened"]
                .as_str()
                .unwrap()
                .ends_with("by Master key")
        );
        assert!(
            window["closed"]
                .as_str()
                .unwrap()
                .ends_with("by Master key (asked)")
        );
        let reason = "the client book of the old system is brought over";
        assert_eq!(window["reason"], reason);
    }
}

/// The page says what the JSON says.
fn hold_page(page: &str, json: &Value) {
    let rejected = &json["reasons"][0];
    assert_eq!(
        (&rejected["outcome"], &rejected["rows"]),
        (&"rejected".into(), &1.into())
    );
    for wanted in [
        "<strong>Reconciled.</strong>",
        "Starts of the run",
        "Checks switched off",
        "by Master key (asked)",
        "accepted as the pass of a task",
        "customers under ongoing monitoring",
        rejected["reason"].as_str().unwrap(),
    ] {
        assert!(page.contains(wanted), "{wanted}\n{page}");
    }
}
