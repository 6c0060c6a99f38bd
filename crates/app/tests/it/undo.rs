//! A run taken back: what people have touched since stays.

use std::fmt::Write;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::binary::{Run, command, finish, folder};
use crate::gate::{Gate, Meeting};
use crate::verify::Migrated;

const MAPPING: &str = r#"
version: 1
name: undo
as_of: 2025-06-30
sources:
  people: {file: people.csv}
  companies: {file: companies.csv}
  links: {file: links.csv}
  notes: {file: notes.csv}
individuals:
  source: people
  key: NO
  products: {always: [current_account]}
  tags: [migrated]
  fields:
    - {to: collected_data.customer_ref, from: NO}
    - {to: collected_data.personal_details.name.given_names, from: FIRST, steps: [split_words]}
    - {to: collected_data.personal_details.name.family_name, from: NAME}
    - {to: collected_data.personal_details.dob, from: BORN}
    - {to: collected_data.contact_details.email, from: EMAIL}
    - {to: "collected_data.address_history[0].address.type", constant: STRUCTURED}
    - {to: "collected_data.address_history[0].address.country", from: LAND, steps: [country]}
companies:
  source: companies
  key: NO
  products: {always: [current_account]}
  fields:
    - {to: collected_data.customer_ref, from: NO}
    - {to: collected_data.metadata.name, from: NAME}
    - {to: collected_data.metadata.number, from: NUMBER}
    - {to: collected_data.metadata.country_of_incorporation, constant: GBR}
associates:
  source: links
  owner: COMPANY
  person: PERSON
  role: {from: ROLE, lists: {D: officers.directors}}
  fields:
    - {to: collected_data.personal_details.name.given_names, from: FIRST, steps: [split_words]}
    - {to: collected_data.personal_details.name.family_name, from: NAME}
    - {to: collected_data.personal_details.dob, from: BORN}
notes:
  source: notes
  owner: NO
  fields: [{to: text, from: TEXT}]
"#;

fn new(name: &str) -> Migrated {
    let book = folder(&format!("{name}-book"));
    let write = |file: &str, text: &str| fs::write(book.join(file), text).unwrap();
    write("mapping.yaml", MAPPING);
    let mut people = "NO,FIRST,NAME,BORN,EMAIL,LAND\n".to_owned();
    for number in 1..=9 {
        // The demo provider fails whom it is told to: they wait for hands.
        let name = if matches!(number, 3 | 8) {
            "Fail"
        } else {
            "Bloom"
        };
        writeln!(
            people,
            "P{number},Ann,{name},198{number}-01-01,p{number}@example.com,GBR"
        )
        .unwrap();
    }
    write("people.csv", &people);
    write(
        "companies.csv",
        "NO,NAME,NUMBER\nC1,One Limited,00000001\nC2,Two Limited,00000002\n\
         C3,Three Limited,00000003\n",
    );
    write(
        "links.csv",
        "COMPANY,PERSON,FIRST,NAME,BORN,ROLE\nC1,P5,,,,D\nC1,,Ina,Foe,1970-07-07,D\nC2,P6,,,,D\n\
         C3,P9,,,,D\n",
    );
    write("notes.csv", "NO,TEXT\nP4,from the old system\n");
    let migrated = Migrated::new(name, &book, &book.join("mapping.yaml"));
    let run = migrated.migrate("run", &[]);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    migrated
}

impl Migrated {
    fn id_of(&self, reference: &str) -> String {
        let file = if reference.starts_with('C') {
            "companies.csv"
        } else {
            "people.csv"
        };
        let clients = self.clients(file).into_iter();
        let mut found = clients.filter(|(key, _)| key == reference);
        found.next().unwrap().1
    }

    fn read(&self, reference: &str) -> Value {
        let path = format!("/profiles/{}", self.id_of(reference));
        self.ask("GET", &path, &Value::Null)
    }

    /// A key that is not the migration's.
    fn other_key(&self) -> String {
        let body = json!({"name": "Onboarding desk", "environment": "demo"}).to_string();
        let issued = self.server().ask("POST", "/admin/keys", &self.key, &body);
        assert_eq!(issued.status, 200, "{}", issued.body);
        let secret = issued.body["key"]
            .as_str()
            .or(issued.body["secret"].as_str());
        secret
            .unwrap_or_else(|| panic!("{}", issued.body))
            .to_owned()
    }

    fn by(&self, key: &str, path: &str, body: &Value) -> Value {
        let path = format!("/4.0{path}");
        let answer = self.server().ask("POST", &path, key, &body.to_string());
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    /// Passes every task that is open, and approves the application.
    fn approve(&self, key: &str, reference: &str) {
        let id = self.id_of(reference);
        let profile = self.read(reference);
        for task in profile["tasks"].as_array().unwrap() {
            if task["state"] == "INCOMPLETE" {
                let path = format!("/profiles/{id}/tasks/{}", task["id"].as_str().unwrap());
                self.by(key, &path, &json!({"state": "COMPLETED_PASS"}));
            }
        }
        let application = &self.read(reference)["applications"][0];
        if application["status"] == "APPLIED" {
            let application = application["id"].as_str().unwrap();
            let path = format!("/profiles/{id}/applications/{application}");
            self.by(key, &path, &json!({"status": "APPROVED"}));
        }
        assert_eq!(
            self.read(reference)["applications"][0]["status"],
            "APPROVED"
        );
    }

    /// Outcome and reason of every client of the last undo.
    fn undone(&self) -> Vec<[String; 3]> {
        let mut reader = csv::Reader::from_path(self.data.join("state/undo.csv")).unwrap();
        let rows = reader.records().map(Result::unwrap);
        rows.map(|row| [0, 2, 3].map(|place| row[place].to_owned()))
            .collect()
    }

    /// A command with another URL or key.
    fn with_key(&self, (url, key): (&str, &str), what: &str, more: &[&str]) -> Command {
        let state = self.data.join("state");
        let place = ["migrate", what, "--url", url, "--key", key, "--state"];
        command(&[&place[..], &[state.to_str().unwrap()], more].concat())
    }

    /// Every profile of the run: its tags for an undo, its open applications, and whether there were no
    /// more decisions than applications.
    fn ends(&self) -> Vec<(usize, usize, bool)> {
        let mut reader = csv::Reader::from_path(self.data.join("state/results/ids.csv")).unwrap();
        let ids: Vec<String> = (reader.records())
            .map(|row| row.unwrap()[1].to_owned())
            .collect();
        let ends = ids.iter().map(|id| {
            let profile = self.ask("GET", &format!("/profiles/{id}"), &Value::Null);
            let path = format!("/profiles/{id}/audit-items");
            let audit = self.ask("GET", &path, &Value::Null);
            let decisions = audit.as_array().unwrap().iter();
            let decisions = decisions.filter(|item| item["action"] == "manual-decision");
            let applications = profile["applications"].as_array().unwrap();
            let is_once = decisions.count() <= applications.len();
            let applications = applications.iter();
            let open = applications.filter(|one| {
                one["hidden"] != true
                    && !matches!(one["status"].as_str(), Some("REJECTED" | "CANCELLED"))
            });
            let marks = tags(&profile).into_iter();
            let marks = marks.filter(|tag| *tag == "migration-undone");
            (marks.count(), open.count(), is_once)
        });
        ends.collect()
    }

    fn undo(&self, more: &[&str]) -> Run {
        self.of_run("undo", more)
    }
}

fn tags(profile: &Value) -> Vec<&str> {
    let tags = profile["tags"].as_array().unwrap().iter();
    tags.map(|tag| tag["name"].as_str().unwrap()).collect()
}

/// Changes a field, writes a note, approves an application, tags a company, and lists a client elsewhere.
fn touch(migrated: &Migrated) {
    let other = migrated.other_key();
    // By the migration's own key too: the field says it.
    migrated.edit(&migrated.id_of("P1"), |data| {
        data["contact_details"]["email"] = json!("new@example.com");
    });
    let task = migrated.read("P2")["tasks"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/profiles/{}/tasks/{task}/notes", migrated.id_of("P2"));
    migrated.by(&other, &path, &json!({"text": "called her"}));
    migrated.approve(&other, "P3");
    // Whom a client of another origin lists stays too.
    let company = migrated.by(
        &other,
        "/profiles",
        &json!({"role": "COMPANY_CUSTOMER", "collected_data": {"entity_type": "COMPANY",
            "metadata": {"name": "Elsewhere"}, "officers": {"directors": [
                {"entity_type": "INDIVIDUAL", "linked_profile": {"id": migrated.id_of("P7")}}]}},
            "applications": []}),
    );
    assert!(company["id"].is_string());
    let path = format!("/profiles/{}/tags", migrated.id_of("C3"));
    migrated.by(&other, &path, &json!({"name": "watch"}));
    // Looking is no touch.
    let looked = migrated.server().ask(
        "GET",
        &format!("/4.0/profiles/{}", migrated.id_of("P8")),
        &other,
        "",
    );
    assert_eq!(looked.status, 200);
}

/// Everybody whom nobody has touched has ended and is marked, and nobody else.
fn assert_taken_back(migrated: &Migrated) {
    for reference in ["P4", "P5", "P6", "P8", "C1", "C2"] {
        let profile = migrated.read(reference);
        assert!(tags(&profile).contains(&"migration-undone"), "{profile}");
        for application in profile["applications"].as_array().unwrap() {
            let status = application["status"].as_str().unwrap();
            let is_over =
                application["hidden"] == true || matches!(status, "REJECTED" | "CANCELLED");
            assert!(is_over, "{reference}: {application}");
        }
        let path = format!("/profiles/{}/audit-items", migrated.id_of(reference));
        let audit = migrated.ask("GET", &path, &Value::Null).to_string();
        assert!(audit.contains("migration-undone"), "{audit}");
    }
    for reference in ["P1", "P2", "P3", "P7", "P9", "C3"] {
        let profile = migrated.read(reference);
        assert!(!tags(&profile).contains(&"migration-undone"), "{profile}");
    }
    assert_eq!(migrated.read("P3")["applications"][0]["status"], "APPROVED");
}

/// Everybody who is touched is left alone and told with the reason.
fn assert_named(migrated: &Migrated) {
    let named: Vec<String> = migrated
        .undone()
        .iter()
        .filter(|[_, outcome, _]| outcome == "left alone")
        .map(|[key, _, why]| format!("{key} {why}"))
        .collect();
    assert_eq!(named.len(), 6, "{named:?}");
    let expected = [
        "C3 Onboarding desk: added-a-tag",
        "P1 changed since it was sent: collected_data.contact_details.email",
        "P2 Onboarding desk: added-a-task-note",
        "P3 Onboarding desk: ",
        // Both the link and the company that lists it say so.
        "P7 ",
        "P9 C3 lists it, and is left alone itself",
    ];
    for (named, expected) in named.iter().zip(expected) {
        assert!(named.starts_with(expected), "{named}");
    }
}

/// The policy wants a reason to reject: nothing is taken back by halves for want of it.
fn assert_reason_wanted(migrated: &Migrated) {
    for (more, told) in [
        (
            &["--yes"][..],
            "add --reason ALIAS, one of identity_not_verified",
        ),
        (
            &["--yes", "--reason", "risk_accepted"],
            "risk_accepted is no reason",
        ),
    ] {
        let refused = migrated.undo(more);
        assert_eq!(refused.code, 2, "{}{}", refused.data, refused.talk);
        assert!(
            refused.data.contains("would be taken back"),
            "{}",
            refused.data
        );
        assert!(refused.talk.contains(told), "{}", refused.talk);
        for client in ["P1", "P3", "P4"] {
            assert!(!tags(&migrated.read(client)).contains(&"migration-undone"));
        }
    }
}

#[test]
fn a_run_is_taken_back_but_for_what_people_have_touched() {
    let migrated = new("undo");
    touch(&migrated);

    let asked = migrated.undo(&[]);
    println!("{}{}", asked.data, asked.talk);
    assert_eq!(asked.code, 2, "{}{}", asked.data, asked.talk);
    assert!(asked.talk.contains("nothing was changed"), "{}", asked.talk);
    assert!(!tags(&migrated.read("P4")).contains(&"migration-undone"));
    assert_named(&migrated);

    assert_reason_wanted(&migrated);
    let done = migrated.undo(&["--yes", "--reason", "identity_not_verified"]);
    println!("{}{}", done.data, done.talk);
    assert_eq!(done.code, 0, "{}{}", done.data, done.talk);
    assert!(
        done.data.contains("taken back: 7 profiles"),
        "{}",
        done.data
    );
    assert_taken_back(&migrated);

    let again = migrated.undo(&["--yes"]);
    println!("{}{}", again.data, again.talk);
    assert_eq!(again.code, 0);
    assert!(
        again.talk.contains("nothing to take back"),
        "{}",
        again.talk
    );
    let verified = migrated.migrate("verify", &[]);
    println!("{}{}", verified.data, verified.talk);
    assert!(
        verified.talk.contains("this run was taken back on"),
        "{}",
        verified.talk
    );
    assert!(
        verified.data.contains("new@example.com"),
        "{}",
        verified.data
    );
    assert!(
        verified.data.contains("migration-undone"),
        "{}",
        verified.data
    );
}

#[test]
fn what_was_taken_back_comes_over_again_only_when_told() {
    let migrated = new("undo-again");
    let first = migrated.id_of("P1");
    let done = migrated.undo(&["--yes", "--reason", "identity_not_verified"]);
    assert_eq!(done.code, 0, "{}{}", done.data, done.talk);
    let refused = migrated.migrate("run", &[]);
    println!("{}{}", refused.data, refused.talk);
    assert_ne!(refused.code, 0);
    assert!(refused.talk.contains("add --again"), "{}", refused.talk);
    // What cannot begin forgets nothing.
    let url = format!("http://{}", migrated.server().address);
    let (book, mapping) = (migrated.book.to_str(), migrated.mapping.to_str());
    let more = [
        "--source",
        book.unwrap(),
        "--mapping",
        mapping.unwrap(),
        "--again",
    ];
    let wrong = finish(migrated.with_key((&url, "wrong-key"), "run", &more));
    println!("{}{}", wrong.data, wrong.talk);
    assert_ne!(wrong.code, 0);
    let refused = migrated.migrate("run", &[]);
    assert!(refused.talk.contains("add --again"), "{}", refused.talk);
    let again = migrated.migrate("run", &["--again"]);
    assert_eq!(again.code, 0, "{}{}", again.data, again.talk);
    let second = migrated.id_of("P1");
    assert_ne!(first, second);
    assert_eq!(
        migrated.read("P1")["applications"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let path = format!("/profiles/{first}");
    assert!(tags(&migrated.ask("GET", &path, &Value::Null)).contains(&"migration-undone"));
    // That run can be taken back like the first.
    let done = migrated.undo(&["--yes", "--reason", "identity_not_verified"]);
    assert!(
        done.data.contains("taken back: 13 profiles"),
        "{}",
        done.data
    );
}

/// What an undo of the demo policy needs.
const YES: [&str; 3] = ["--yes", "--reason", "identity_not_verified"];

fn at_a_tag(request: &str) -> Meeting {
    if request.starts_with("POST ") && request.ends_with("/tags") {
        Meeting::Held
    } else {
        Meeting::Through
    }
}

#[test]
fn an_undo_that_is_killed_between_ending_and_tagging_goes_on() {
    let migrated = new("undo-killed");
    let gate = Gate::start(&migrated.server().address, at_a_tag);
    let mut undo = migrated.with_key((&gate.url, &migrated.key), "undo", &YES);
    undo.stdout(Stdio::null()).stderr(Stdio::null());
    let mut undo = undo.spawn().unwrap();
    let held = gate.met.recv_timeout(Duration::from_mins(1));
    undo.kill().unwrap();
    undo.wait().unwrap();
    println!("{held:?}");
    let ends = migrated.ends();
    assert_eq!(ends.len(), 13);
    assert!(ends.contains(&(0, 0, true)), "{ends:?}");
    // Half taken back, it is not brought over again.
    let again = migrated.migrate("run", &["--again"]);
    assert_ne!(again.code, 0, "{}{}", again.data, again.talk);
    assert!(
        again.talk.contains("finish the undo first"),
        "{}",
        again.talk
    );
    let done = migrated.undo(&YES);
    println!("{}{}", done.data, done.talk);
    assert_eq!(done.code, 0, "{}{}", done.data, done.talk);
    for end in migrated.ends() {
        assert_eq!(end, (1, 0, true));
    }
    assert!(
        migrated
            .undone()
            .iter()
            .all(|[_, outcome, _]| outcome.starts_with("undone"))
    );
}

fn at_an_end(request: &str) -> Meeting {
    if request.starts_with("POST ") && request.contains("/applications/") {
        Meeting::LiedTo
    } else {
        Meeting::Through
    }
}

#[test]
fn an_undo_does_not_take_an_answer_for_the_end_of_an_application() {
    let migrated = new("undo-lied-to");
    let gate = Gate::start(&migrated.server().address, at_an_end);
    let done = finish(migrated.with_key((&gate.url, &migrated.key), "undo", &YES));
    println!("{}{}", done.data, done.talk);
    assert_eq!(done.code, 0, "{}{}", done.data, done.talk);
    assert!(gate.met.try_iter().count() >= 12);
    for (marks, open, _) in migrated.ends() {
        assert_eq!((marks, open), (1, 0));
    }
}
