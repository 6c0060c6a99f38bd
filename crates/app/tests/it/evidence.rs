//! What the old system decided comes over as evidence: passes with their days, notes, warnings.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::Method;
use serde_json::Value;

use crate::binary::{Run, Server, command, folder, master_key, run};
use crate::proxy::{Made, Proxy, Trouble};

const MAPPING: &str = r#"
version: 1
name: evidence
as_of: 2026-01-31
sources: {people: {file: people.csv}}
individuals:
  source: people
  key: NO
  products: {always: [current_account]}
  evidence:
    - task: verify_identity
      provenance: old KYC review
      outcome: {from: KYC, steps: [{lookup: {values: {PASS: passed, REFER: failed}}}], on_error: warn unknown_outcome}
      done_on: {from: KYC_ON, steps: [{date: {format: YYYY-MM-DD}}], on_error: warn odd_day}
      done_by: {from: CLERK}
      valid_days: 3650
      spread_days: 90
    - task: source_of_funds
      provenance: old file
      outcome: {from: FUNDS, steps: [{lookup: {values: {SEEN: passed}, others: leave_out}}]}
      done_on: {from: KYC_ON, steps: [{date: {format: YYYY-MM-DD}}], on_error: leave_out}
  fields:
    - {to: collected_data.customer_ref, from: NO}
    - {to: collected_data.personal_details.name.given_names, from: NAME, steps: [{given_names: first last}]}
    - {to: collected_data.personal_details.name.family_name, from: NAME, steps: [{family_name: first last}]}
    - {to: collected_data.personal_details.dob, from: BORN}
    - {to: "collected_data.address_history[0].address.type", constant: STRUCTURED}
    - {to: "collected_data.address_history[0].address.country", from: LAND, steps: [country]}
"#;

const HEADER: &str = "NO,NAME,BORN,LAND,KYC,KYC_ON,CLERK,FUNDS\n";

/// Whom the demo provider fails, and whom not, with what the old system said of them.
const BOOK: &str = "\
A1,Ann Fail,1980-05-06,GBR,PASS,2024-03-01,Kay Clerk,
A2,Bob Good,1981-05-06,GBR,PASS,2024-03-01,,
A3,Cid Fail,1982-05-06,GBR,REFER,2024-03-02,Kay Clerk,
A4,Dot Fail,1983-05-06,GBR,PASS,,,
A5,Eve Fail,1984-05-06,GBR,MAYBE,2024-03-01,,
A6,Fay Fail,1985-05-06,GBR,,2024-03-01,,SEEN
A7,Gus Fail,1986-05-06,GBR,,,,
A8,Hal Fail,1987-05-06,GBR,PASS,2031-01-01,,
A9,Ivy Good,1988-05-06,GBR,REFER,2024-03-02,,
";

/// A server with the demo policy, a book beside it, and the key in a file.
struct Place {
    data: PathBuf,
    key: String,
}

impl Place {
    fn new(name: &str, rows: &str) -> Place {
        let data = folder(name);
        fs::write(data.join("people.csv"), format!("{HEADER}{rows}")).unwrap();
        fs::write(data.join("mapping.yaml"), MAPPING).unwrap();
        Place {
            data,
            key: String::new(),
        }
    }

    fn serve(&mut self) -> Server {
        let server = Server::start(&self.data.join("server"));
        self.key = master_key(&self.data.join("server"), "demo");
        let published = server.ask("POST", "/admin/config", &self.key, config::DEMO);
        assert_eq!(published.status, 200);
        fs::write(self.data.join("key.txt"), &self.key).unwrap();
        server
    }

    fn arguments(&self, server: &Server) -> Vec<String> {
        self.arguments_at(&format!("http://{}", server.address))
    }

    fn arguments_at(&self, url: &str) -> Vec<String> {
        let file = |name: &str| self.data.join(name).display().to_string();
        let options = [
            ("--source", self.data.display().to_string()),
            ("--mapping", file("mapping.yaml")),
            ("--url", url.to_owned()),
            ("--key-file", file("key.txt")),
            ("--state", file("state")),
        ];
        let options = options
            .into_iter()
            .flat_map(|(name, value)| [name.to_owned(), value]);
        ["migrate".to_owned(), "run".to_owned()]
            .into_iter()
            .chain(options)
            .collect()
    }

    /// Runs the tool through a proxy that makes trouble by a rule; tells what trouble it made.
    fn run_through(
        &self,
        server: &Server,
        rule: impl Fn(&Method, &str) -> Trouble + Send + Sync + 'static,
    ) -> (Run, Arc<Made>) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let proxy = runtime.block_on(Proxy::with_rule(&server.address, rule));
        let arguments = self.arguments_at(&proxy.url);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        (run(&arguments), Arc::clone(&proxy.made))
    }

    fn run(&self, server: &Server) -> Run {
        let arguments = self.arguments(server);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run(&arguments)
    }

    /// By reference: the profile, and the reasons of its row.
    fn results(&self) -> BTreeMap<String, (String, String)> {
        let text = fs::read_to_string(self.data.join("state/results/people.csv")).unwrap();
        let cells = |line: &str| -> Vec<String> {
            let cells = line.strip_prefix('"').unwrap().strip_suffix('"');
            let cells = cells.unwrap().split("\",\"");
            cells.map(str::to_owned).collect()
        };
        let rows = text.lines().skip(1).map(cells);
        rows.map(|row| (row[2].clone(), (row[5].clone(), row[4].clone())))
            .collect()
    }
}

fn task(server: &Server, place: &Place, profile: &str, alias: &str) -> Value {
    let path = format!("/4.0/profiles/{profile}/tasks");
    let tasks = server.ask("GET", &path, &place.key, "").body;
    let mut tasks = tasks.as_array().unwrap().iter();
    tasks
        .find(|task| task["variant"]["alias"] == alias)
        .cloned()
        .unwrap_or_default()
}

/// The texts of the notes on a task.
fn notes(server: &Server, place: &Place, profile: &str, alias: &str) -> Vec<String> {
    let task = task(server, place, profile, alias);
    let task = task["id"].as_str().unwrap();
    let path = format!("/4.0/profiles/{profile}/tasks/{task}/notes");
    let notes = server.ask("GET", &path, &place.key, "").body;
    let notes = notes.as_array().unwrap().iter();
    notes
        .map(|note| note["text"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_pass_that_has_expired_by_now_is_on_record_and_its_task_is_open() {
    let book = "A1,Ann Fail,1980-05-06,GBR,PASS,2001-03-01,Kay Clerk,\n";
    let mut place = Place::new("evidence-expired", book);
    let by_the_policy = MAPPING.replace("      valid_days: 3650\n      spread_days: 90\n", "");
    fs::write(place.data.join("mapping.yaml"), by_the_policy).unwrap();
    let server = place.serve();
    // Spread as the policy spreads it, the pass would expire later.
    let at_once = config::DEMO.replacen("      spread_days: 180 ", "      # ", 1);
    let published = server.ask("POST", "/admin/config", &place.key, &at_once);
    assert_eq!(published.status, 200);
    for _ in 0..2 {
        let run = place.run(&server);
        assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
        assert!(run.data.contains("0  differences"), "{}", run.data);
    }
    let (profile, reasons) = &place.results()["A1"];
    assert_eq!(reasons, "");
    let open = task(&server, &place, profile, "verify_identity");
    assert_eq!(open["state"], "INCOMPLETE", "{open:#}");
    assert!(open["imported"].is_null(), "{open:#}");
    let path = format!("/4.0/profiles/{profile}/audit-items");
    let audit = server.ask("GET", &path, &place.key, "").body.to_string();
    assert!(audit.contains("expired"), "{audit}");
}

#[test]
fn a_pass_that_another_state_has_sent_is_there_though_its_task_is_another_by_now() {
    let book = "A1,Ann Fail,1980-05-06,GBR,PASS,2001-03-01,Kay Clerk,\n";
    let mut place = Place::new("evidence-two-states", book);
    // Without a reference the second state cannot ask whether the client is there.
    let text = MAPPING.replace("      valid_days: 3650\n      spread_days: 90\n", "");
    let text = text.replace("    - {to: collected_data.customer_ref, from: NO}\n", "");
    fs::write(place.data.join("mapping.yaml"), text).unwrap();
    let server = place.serve();
    let at_once = config::DEMO.replacen("      spread_days: 180 ", "      # ", 1);
    let published = server.ask("POST", "/admin/config", &place.key, &at_once);
    assert_eq!(published.status, 200);
    let first = place.run(&server);
    assert_eq!(first.code, 0, "{}{}", first.data, first.talk);
    let mut arguments = place.arguments(&server);
    let other = place.data.join("other-state").display().to_string();
    *arguments.last_mut().unwrap() = other.clone();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    for _ in 0..2 {
        let second = run(&arguments);
        assert_eq!(second.code, 0, "{}{}", second.data, second.talk);
        assert!(second.data.contains("0  differences"), "{}", second.data);
    }
    let text = fs::read_to_string(format!("{other}/results/report.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["totals"]["evidence"]["accepted_as_pass"], 1);
    let profile = &place.results()["A1"].0;
    let path = format!("/4.0/profiles/{profile}/tasks");
    let tasks = server.ask("GET", &path, &place.key, "").body;
    let tasks = tasks.as_array().unwrap().iter();
    let passes = tasks.filter(|task| task["imported"]["as_of"] == "2001-03-01");
    assert_eq!(passes.count(), 1);
}

#[test]
fn past_decisions_come_over_with_their_days() {
    let mut place = Place::new("evidence", BOOK);
    let server = place.serve();
    for _ in 0..2 {
        let run = place.run(&server);
        assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
        assert!(run.data.contains("0  differences"), "{}", run.data);
    }
    let results = place.results();
    let reasons = |reference: &str| results[reference].1.as_str();
    assert_eq!(reasons("A1"), "");
    assert_eq!(reasons("A4"), "evidence_without_day:verify_identity");
    assert_eq!(reasons("A5"), "unknown_outcome");
    assert_eq!(reasons("A8"), "evidence_in_future:verify_identity");
    // What the old system did not pass and today does is for somebody to look at.
    let otherwise =
        "evidence_failed_task_passed:verify_identity;evidence_failed_approved:current_account";
    assert_eq!(reasons("A9"), otherwise);
    assert_eq!(reasons("A2"), "");
    let identity =
        |reference: &str| task(&server, &place, &results[reference].0, "verify_identity");
    let passed = identity("A1");
    assert_eq!(passed["state"], "COMPLETED_PASS", "{passed}");
    assert_eq!(passed["imported"]["as_of"], "2024-03-01");
    assert_eq!(
        passed["imported"]["provenance"],
        "old KYC review, by Kay Clerk"
    );
    let expiry = passed["expiry_date"].as_str().unwrap();
    assert!(("2034-02-27".."2034-05-28").contains(&expiry), "{expiry}");
    // Automation has passed it today, which is the better evidence.
    let own = identity("A2");
    assert_eq!(own["state"], "COMPLETED_PASS");
    assert!(own["imported"].is_null(), "{own}");
    for open in ["A3", "A4", "A5", "A6", "A7", "A8"] {
        assert_eq!(identity(open)["state"], "INCOMPLETE", "{open}");
    }
    let said = |reference: &str| notes(&server, &place, &results[reference].0, "verify_identity");
    assert_eq!(
        said("A3"),
        [
            "Before the migration the client did not pass on 2024-03-02 (old KYC review, by Kay \
             Clerk). That does not pass this task."
        ]
    );
    assert_eq!(
        said("A6"),
        [
            "Before the migration the client passed on 2024-03-01 (old file). The policy asks for \
             no task \"source_of_funds\"."
        ]
    );
    assert!(said("A7").is_empty());
    a_change_is_found(&server, &place, (&results["A1"].0, &passed));
    drop(server);
}

/// What somebody changes afterwards is found by the next run.
fn a_change_is_found(server: &Server, place: &Place, (profile, passed): (&str, &Value)) {
    let path = format!(
        "/4.0/profiles/{}/tasks/{}",
        profile,
        passed["id"].as_str().unwrap()
    );
    let changed = server.ask("POST", &path, &place.key, r#"{"state": "COMPLETED_FAIL"}"#);
    assert_eq!(changed.status, 200);
    let run = place.run(server);
    assert_eq!(run.code, 1, "{}{}", run.data, run.talk);
    let found = fs::read_to_string(place.data.join("state/results/differences.csv")).unwrap();
    assert!(found.contains("evidence for verify_identity"), "{found}");
}

#[test]
fn a_killed_run_brings_each_decision_over_once() {
    let rows = (0..40).fold(String::new(), |mut rows, number| {
        let outcome = if number % 2 == 0 { "PASS" } else { "REFER" };
        let day = 10 + number % 20;
        writeln!(
            rows,
            "B{number},Ann{number} Fail,1980-05-{day},GBR,{outcome},2024-03-{day},Kay,SEEN"
        )
        .unwrap();
        rows
    });
    let mut place = Place::new("evidence-killed", &rows);
    let server = place.serve();
    for milliseconds in [250, 500, 700, 900, 1_200] {
        let arguments = place.arguments(&server);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut child = command(&arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let run = place.run(&server);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    for (reference, (profile, _)) in place.results() {
        let number: u32 = reference[1..].parse().unwrap();
        let passed = task(&server, &place, &profile, "verify_identity");
        let is_passed = passed["imported"]["as_of"].is_string();
        assert_eq!(is_passed, number.is_multiple_of(2), "{reference} {passed}");
        // A note for source_of_funds, and one for the outcome that is no pass.
        let notes = notes(&server, &place, &profile, "verify_identity").len();
        assert_eq!(notes, if is_passed { 1 } else { 2 }, "{reference}");
    }
    drop(server);
}

#[test]
fn evidence_for_a_task_that_is_not_there_is_a_mistake_of_the_mapping() {
    let mut place = Place::new("evidence-mistaken", "A1,Ann Fail,1980-05-06,GBR,PASS,,,\n");
    let text = MAPPING.replace("task: verify_identity", "task: verify_identiy");
    fs::write(place.data.join("mapping.yaml"), text).unwrap();
    let server = place.serve();
    let run = place.run(&server);
    assert_eq!(run.code, 2, "{}{}", run.data, run.talk);
    let wanted = "individuals.evidence[0].task: the published policy has no task \
                  \"verify_identiy\"\n  hint: did you mean \"verify_identity\"?";
    assert!(run.data.contains(wanted), "{}", run.data);
    assert!(Path::new(&place.data.join("state")).exists());
    drop(server);
}

#[test]
fn evidence_that_was_answered_and_not_kept_is_sent_again() {
    let mut place = Place::new("evidence-lies", BOOK);
    let server = place.serve();
    let (pass, note) = (AtomicBool::new(false), AtomicBool::new(false));
    let rule = move |method: &Method, path: &str| {
        let is_task = method == Method::POST && path.contains("/tasks/");
        let lied = if path.ends_with("/notes") {
            &note
        } else {
            &pass
        };
        if is_task && !lied.swap(true, Ordering::Relaxed) {
            Trouble::Lie
        } else {
            Trouble::None
        }
    };
    let (run, made) = place.run_through(&server, rule);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    assert_eq!(made.lies.load(Ordering::Relaxed), 2);
    let said = "2 times the server had answered and not kept it";
    assert!(run.data.contains(said), "{}", run.data);
    let results = place.results();
    let passed = task(&server, &place, &results["A1"].0, "verify_identity");
    assert_eq!(passed["imported"]["as_of"], "2024-03-01", "{passed}");
    for noted in ["A3", "A6"] {
        let notes = notes(&server, &place, &results[noted].0, "verify_identity");
        assert_eq!(notes.len(), 1, "{noted}: {notes:?}");
    }
    drop(server);
}

fn report(place: &Place) -> Value {
    let text = fs::read_to_string(place.data.join("state/results/report.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn only_evidence_that_the_server_refused_counts_as_refused() {
    let mut place = Place::new("evidence-refused", BOOK);
    let server = place.serve();
    let rule = |method: &Method, path: &str| {
        let is_pass = path.contains("/tasks/") && !path.ends_with("/notes");
        if method == Method::POST && is_pass {
            Trouble::Denied
        } else {
            Trouble::None
        }
    };
    let (refused, _) = place.run_through(&server, rule);
    assert_eq!(refused.code, 1, "{}{}", refused.data, refused.talk);
    let told = |counts: &Value| {
        [
            "sent",
            "accepted_as_pass",
            "accepted_as_note",
            "refused",
            "not_needed",
            "waiting",
        ]
        .map(|name| counts[name].as_u64().unwrap())
    };
    assert_eq!(
        told(&report(&place)["totals"]["evidence"]),
        [4, 0, 3, 1, 1, 0]
    );
    let run = place.run(&server);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    assert_eq!(
        told(&report(&place)["totals"]["evidence"]),
        [4, 1, 3, 0, 1, 0]
    );
    drop(server);
}

#[test]
fn a_pass_that_is_overdue_is_spread_from_the_day_it_is_sent_and_held_to_what_was_sent() {
    let mut place = Place::new("evidence-overdue", &BOOK[..=BOOK.find('\n').unwrap()]);
    let overdue = MAPPING.replace("valid_days: 3650", "valid_days: 30");
    fs::write(place.data.join("mapping.yaml"), overdue).unwrap();
    let server = place.serve();
    // The run began long ago, and comes to its passes today.
    let begin = |id: &str| {
        let ledger = migrate::ledger::Ledger::open(&place.data.join("state")).unwrap();
        ledger.set_fact("id", id).unwrap();
    };
    begin("018d0000-0000-7000-8000-000000000001");
    let first = place.run(&server);
    assert_eq!(first.code, 0, "{}{}", first.data, first.talk);
    let profile = &place.results()["A1"].0;
    let passed = task(&server, &place, profile, "verify_identity");
    assert_eq!(passed["state"], "COMPLETED_PASS", "{passed}");
    let expiry = passed["expiry_date"].as_str().unwrap();
    let today = report(&place)["ended_at"].as_str().unwrap()[..10].to_owned();
    assert!(*expiry > *today, "{expiry}");
    // What would be sent by a run of another day is no difference.
    begin("018d0000-0000-7000-8000-000000000002");
    let again = place.run(&server);
    assert_eq!(again.code, 0, "{}{}", again.data, again.talk);
    assert!(again.data.contains("0  differences"), "{}", again.data);
    drop(server);
}

#[test]
fn a_warning_stays_with_its_client_when_rows_move_and_goes_with_its_evidence() {
    let rows: Vec<&str> = BOOK
        .lines()
        .filter(|row| row.starts_with("A7") || row.starts_with("A9"))
        .collect();
    let book = |rows: [&str; 2]| format!("{HEADER}{}\n{}\n", rows[0], rows[1]);
    let mut place = Place::new("evidence-moved", "");
    let server = place.serve();
    let reasons = |rows: [&str; 2], code: i32| {
        fs::write(place.data.join("people.csv"), book(rows)).unwrap();
        let run = place.run(&server);
        assert_eq!(run.code, code, "{}{}", run.data, run.talk);
        let results = place.results();
        ["A7", "A9"].map(|reference| results[reference].1.clone())
    };
    let warned = [
        "",
        "evidence_failed_task_passed:verify_identity;evidence_failed_approved:current_account",
    ];
    assert_eq!(reasons([rows[0], rows[1]], 0), warned);
    assert_eq!(reasons([rows[1], rows[0]], 0), warned);
    let first = MAPPING.find("  evidence:").unwrap();
    let last = MAPPING.find("  fields:").unwrap();
    let without = format!("{}{}", &MAPPING[..first], &MAPPING[last..]);
    fs::write(place.data.join("mapping.yaml"), without).unwrap();
    // That it was sent and is no longer in the book is a difference, and no warning.
    assert_eq!(reasons([rows[1], rows[0]], 1), ["", ""]);
    drop(server);
}
