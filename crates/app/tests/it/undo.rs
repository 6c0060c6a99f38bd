//! A run taken back: what people have touched since stays.

use std::fmt::Write;
use std::fs;

use serde_json::{Value, json};

use crate::binary::{Run, folder};
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

    // The policy wants a reason to reject; what needs none is taken back, and the rest goes on later.
    let half = migrated.undo(&["--yes"]);
    assert_eq!(half.code, 1, "{}{}", half.data, half.talk);
    assert!(
        half.data.contains("taken back: 1 profile(s)") && half.talk.contains("add --reason ALIAS"),
        "{}{}",
        half.data,
        half.talk
    );
    let done = migrated.undo(&["--yes", "--reason", "identity_not_verified"]);
    println!("{}{}", done.data, done.talk);
    assert_eq!(done.code, 0, "{}{}", done.data, done.talk);
    assert!(
        done.data.contains("taken back: 6 profile(s)"),
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
        !verified.data.contains("migration-undone"),
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
        done.data.contains("taken back: 13 profile(s)"),
        "{}",
        done.data
    );
}
