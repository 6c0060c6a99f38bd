use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::binary::{Run, Server, folder, master_key, run};

/// A server with the demo policy, and a copy of the book to change.
struct Stage {
    server: Server,
    data: PathBuf,
    book: PathBuf,
    key: String,
}

impl Stage {
    fn new(name: &str) -> Stage {
        let data = folder(name);
        let server = Server::start(&data);
        let key = master_key(&data, "demo");
        let published = server.ask("POST", "/admin/config", &key, config::DEMO);
        assert_eq!(published.status, 200);
        let book = data.join("book");
        fs::create_dir_all(book.join("files")).unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("book");
        for file in fs::read_dir(source).unwrap() {
            let file = file.unwrap();
            if file.file_type().unwrap().is_file() {
                fs::copy(file.path(), book.join(file.file_name())).unwrap();
            }
        }
        Stage {
            server,
            data,
            book,
            key,
        }
    }

    fn at(&self, name: &str) -> String {
        self.data.join(name).to_str().unwrap().to_owned()
    }

    fn migrate(&self, command: &str, options: &[&str]) -> Run {
        let url = format!("http://{}", self.server.address);
        let mut all = vec!["migrate", command, "--url", &url, "--key", &self.key];
        all.extend(options);
        run(&all)
    }

    /// With the book's folder and mapping.
    fn forecast(&self, options: &[&str]) -> Run {
        self.look("forecast", options)
    }

    fn look(&self, command: &str, options: &[&str]) -> Run {
        let (book, mapping) = (self.at("book"), self.at("book/mapping.yaml"));
        let mut all = vec![
            "--source",
            &book,
            "--mapping",
            &mapping,
            "--scope",
            "active",
        ];
        all.extend(options);
        self.migrate(command, &all)
    }

    fn bring_over(&self) {
        let (book, mapping) = (self.at("book"), self.at("book/mapping.yaml"));
        let state = self.at("state");
        let options = [
            "--source",
            &book,
            "--mapping",
            &mapping,
            "--scope",
            "active",
        ];
        let run = self.migrate("run", &[&options[..], &["--state", &state]].concat());
        assert!(run.talk.contains("reconciled"), "{}{}", run.data, run.talk);
    }

    fn edit_book(&self, file: &str, from: &str, to: &str) {
        let path = self.book.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} in {file}");
        fs::write(&path, text.replace(from, to)).unwrap();
    }

    fn applications(&self, profile: &Value) -> Value {
        let path = format!("/4.0/profiles/{}/applications", profile.as_str().unwrap());
        self.server.ask("GET", &path, &self.key, "").body
    }
}

/// The number at the end of a line that begins so.
#[track_caller]
fn count(run: &Run, label: &str) -> u64 {
    let line = run
        .data
        .lines()
        .find(|line| line.trim_start().starts_with(label));
    let line = line.unwrap_or_else(|| panic!("no {label} in\n{}", run.data));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_book_comes_to_what_was_forecast() {
    let stage = Stage::new("forecast-real");
    let saved = stage.at("forecast.json");
    let forecast = stage.forecast(&["--assume", "as_demo", "--json", &saved]);
    assert_eq!(forecast.code, 0, "{}", forecast.talk);
    assert!(
        forecast
            .data
            .contains("every check answers as the demo provider")
    );
    assert!(forecast.data.lines().all(|line| line.chars().count() <= 80));
    for label in [
        "approved by",
        "rejected by",
        "needing hands",
        "waiting for",
        "age (factor Age)",
    ] {
        assert!(count(&forecast, label) > 0, "{label}\n{}", forecast.data);
    }
    stage.bring_over();
    let state = stage.at("state");
    let compared = stage.migrate("forecast", &["--from", &saved, "--compare", &state]);
    assert_eq!(compared.code, 0, "{}{}", compared.data, compared.talk);
    let saved: Value = serde_json::from_str(&fs::read_to_string(saved).unwrap()).unwrap();
    let clients = saved["forecast"]["clients"].as_array().unwrap().len();
    let all = format!("{clients} of {clients} profiles came out as forecast");
    assert!(compared.data.contains(&all), "{}", compared.data);
}

#[test]
fn what_the_old_system_decided_counts_in_a_forecast_too() {
    let stage = Stage::new("forecast-evidence");
    let options = ["--assume", "as_demo"];
    let before = count(&stage.forecast(&options), "approved by");
    let evidence = |task: &str| {
        format!(
            "    - task: {task}\n      provenance: old review\n      outcome: {{from: STATUS, \
             steps: [{{lookup: {{values: {{ACTIVE: passed}}, others: leave_out}}}}]}}\n      \
             done_on: {{from: SINCE, steps: [date]}}\n"
        )
    };
    let evidence = evidence("verify_identity") + &evidence("verify_address");
    let with = format!("  key: REF\n  evidence:\n{evidence}");
    let path = stage.book.join("mapping.yaml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("  key: REF\n", &with, 1)).unwrap();
    let saved = stage.at("forecast.json");
    let forecast = stage.forecast(&["--assume", "as_demo", "--json", &saved]);
    let after = count(&forecast, "approved by");
    assert!(
        after > before,
        "{before} {after}\n{}{}",
        forecast.data,
        forecast.talk
    );
    stage.bring_over();
    let state = stage.at("state");
    let compared = stage.migrate("forecast", &["--from", &saved, "--compare", &state]);
    assert_eq!(compared.code, 0, "{}{}", compared.data, compared.talk);
}

#[test]
fn what_comes_out_otherwise_is_named_with_its_reason() {
    let stage = Stage::new("forecast-otherwise");
    let saved = stage.at("forecast.json");
    stage.forecast(&["--assume", "as_demo", "--json", &saved]);
    // After the forecast: a row is edited, and a person decides.
    stage.edit_book(
        "individuals.csv",
        "Mr,Arthur,Pennywhistle",
        "Mr,Arthur FAIL,Pennywhistle",
    );
    stage.bring_over();
    let found = stage
        .server
        .ask("GET", "/4.0/profiles?q=P-1002", &stage.key, "")
        .body;
    let profile = &found["results"][0]["id"];
    let application = &stage.applications(profile)[0]["id"];
    let path = format!(
        "/4.0/profiles/{}/applications/{}",
        profile.as_str().unwrap(),
        application.as_str().unwrap()
    );
    let cancel = json!({"status": "CANCELLED"}).to_string();
    let cancelled = stage.server.ask("POST", &path, &stage.key, &cancel);
    assert_eq!(cancelled.status, 200, "{}", cancelled.body);
    let state = stage.at("state");
    let compared = stage.migrate("forecast", &["--from", &saved, "--compare", &state]);
    assert_eq!(compared.code, 1, "{}", compared.talk);
    let folded = compared.data.split_whitespace().collect::<Vec<_>>();
    let folded = folded.join(" ");
    for wanted in [
        "P-1001, current_account (individuals.csv line 2) forecast APPROVED",
        "the row was changed: line 2 of individuals.csv says something else",
        "identity_check answered Fail, forecast 2+2",
        "P-1002, savings_account (individuals.csv line 3) forecast APPROVED",
        "a person or program decided: decided by Master",
        "an associate came out otherwise: P-1001",
    ] {
        assert!(folded.contains(wanted), "{wanted} in\n{}", compared.data);
    }
    let lines = compared.data.lines();
    assert!(lines.clone().all(|line| line.chars().count() <= 80));
    assert_eq!(
        compared.data.matches("\n  because ").count(),
        4,
        "{}",
        compared.data
    );
    // Another assumption is another forecast.
    let compared = stage.forecast(&["--assume", "pass", "--compare", &state]);
    assert!(
        count(&compared, "a check answered otherwise") > 3,
        "{}",
        compared.data
    );
}

#[test]
fn a_draft_stands_beside_the_published_policy() {
    let stage = Stage::new("forecast-draft");
    let draft = stage.at("draft.yaml");
    let stricter =
        config::DEMO.replace("      low: automatic_approval", "      low: manual_review");
    fs::write(&draft, &stricter).unwrap();
    let forecast = stage.forecast(&["--draft", &draft, "--client", "P-1001"]);
    for wanted in [
        "P-1001, a client (individuals.csv line 2)\n  current_account: approved",
        "under the draft",
        "current_account: ready for a decision",
        "  check identity_check: 2+2",
        "-5 Channel: branch (Met in a branch)",
    ] {
        assert!(
            forecast.data.contains(wanted),
            "{wanted} in\n{}",
            forecast.data
        );
    }
    let forecast = stage.forecast(&["--draft", &draft]);
    assert_eq!(forecast.code, 0, "{}", forecast.talk);
    assert!(
        forecast.data.lines().all(|line| line.chars().count() <= 80),
        "{}",
        forecast.data
    );
    for wanted in [
        "the draft changes the outcome of ",
        "P-1001, current_account\n  published  approved\n  draft      ready for a decision\n",
        // Which rule rejects, and which way its question was answered; in two lines, and none of it
        // cut off.
        "medium risk: Lives in a prohibited country =",
        "\n      yes\n",
    ] {
        assert!(
            forecast.data.contains(wanted),
            "{wanted} in\n{}",
            forecast.data
        );
    }
    assert!(!forecast.data.contains('…'), "{}", forecast.data);
    fs::write(
        &draft,
        stricter.replace("low: manual_review", "low: manuel_review"),
    )
    .unwrap();
    let wrong = stage.forecast(&["--draft", &draft]);
    assert!(
        wrong.code == 2 && wrong.talk.contains("usher config check"),
        "{}",
        wrong.talk
    );
    let line = stricter
        .lines()
        .position(|line| line.contains("low: manual_review"));
    let place = format!("draft.yaml:{}:", line.unwrap() + 1);
    assert!(wrong.data.contains(&place), "{place} in\n{}", wrong.data);
    assert!(wrong.data.contains("did you mean"), "{}", wrong.data);
}

#[test]
fn what_a_forecast_cannot_do_is_said_before_its_work() {
    let stage = Stage::new("forecast-early");

    let bad = stage.at("bad.yaml");
    fs::write(&bad, "format: 1\nproducts: 7\n").unwrap();
    let book = stage.at("book");
    for (options, wanted) in [
        (["--draft", &bad], "has 1 mistake; nothing was asked"),
        (
            ["--json", "/nope/x"],
            "--json: /nope/x cannot be written: there is no folder /nope",
        ),
        (["--json", &book], "it is a folder"),
        (["--compare", &book], "no state folder"),
        (
            ["--window", "identiy"],
            "switched_off[0] is \"identiy\", which is no check variant",
        ),
        (
            ["--client", "REF_OF_NOBODY"],
            "no client REF_OF_NOBODY comes over in this scope: no row",
        ),
        (["--client", "P-1021"], "is to skip ("),
    ] {
        let run = stage.forecast(&options);
        assert_eq!(run.code, 2, "{options:?}\n{}", run.talk);
        assert!(run.talk.contains(wanted), "{wanted} in\n{}", run.talk);
        assert!(
            run.talk.contains("hint:") || run.talk.contains("; "),
            "{}",
            run.talk
        );
        // The server was not asked about anybody.
        assert!(!run.talk.contains("forecast: "), "{}", run.talk);
    }
}

#[test]
fn what_a_forecast_needs_is_said() {
    let stage = Stage::new("forecast-needs");
    let issue = [
        "keys",
        "issue",
        "--data",
        stage.data.to_str().unwrap(),
        "--name",
        "Bank",
    ];
    let key = run(&issue).data.trim().to_owned();
    let plain = Stage { key, ..stage };
    let refused = plain.forecast(&[]);
    let wanted = "only an administrator's key may simulate";
    assert!(
        refused.code == 2 && refused.talk.contains(wanted),
        "{}",
        refused.talk
    );
    let wrong = plain.forecast(&["--assume", "perhaps"]);
    let wanted = "\"perhaps\" is no answer to assume";
    assert!(
        wrong.code == 2 && wrong.talk.contains(wanted),
        "{}",
        wrong.talk
    );
    let alone = run(&["migrate", "forecast", "--source", "x", "--mapping", "y"]);
    assert!(
        alone.code == 2 && alone.talk.contains("--url"),
        "{}",
        alone.talk
    );
}

#[test]
fn what_the_policy_needs_stands_beside_what_the_book_has() {
    let stage = Stage::new("requirements");
    let found = stage.look("requirements", &[]);
    assert_eq!(found.code, 1, "{}", found.talk);
    let mut lines = found.data.lines().map(str::trim);
    assert!(
        lines.any(|line| line == "personal_details.dob"),
        "{}",
        found.data
    );
    let lacking = lines.next().unwrap();
    assert!(
        lacking.ends_with(" lack it; without it the application waits"),
        "{lacking}"
    );
    assert_eq!(
        lines.next().unwrap(),
        "needed by risk factor Age, the guide's minimum"
    );
    assert_eq!(
        lines.next().unwrap(),
        "first P-1011 (line 12 of individuals.csv)"
    );
    // Whom a company names and nobody else has no reference of the bank's own.
    assert!(!found.data.contains("\n  customer_ref"), "{}", found.data);
    assert!(
        found.data.lines().all(|line| line.chars().count() <= 80),
        "{}",
        found.data
    );
    // Whoever lacks it waits for it.
    let lack: u64 = lacking.split(' ').next().unwrap().parse().unwrap();
    assert_eq!(lack, count(&stage.forecast(&[]), "age (factor Age)"));
    let json = stage.look("requirements", &["--json"]);
    let json: Value = serde_json::from_str(&json.data).unwrap();
    let mut groups = json["groups"].as_array().unwrap().iter();
    let associates = groups.find(|one| one["product"] == "associate_screening");
    assert!(
        associates.is_some(),
        "whom lists bring through count too: {json:#}"
    );
    let (book, mapping) = (stage.at("book"), stage.at("book/mapping.yaml"));
    let alone = run(&[
        "migrate",
        "requirements",
        "--source",
        &book,
        "--mapping",
        &mapping,
    ]);
    let wanted = "only the guide's minimum is looked at";
    assert!(alone.talk.contains(wanted), "{}", alone.talk);
    assert!(
        !alone.data.contains("needed by risk factor") && alone.data.contains("guide"),
        "{}",
        alone.data
    );
}
