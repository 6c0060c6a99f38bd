//! Two state folders of one book that meet on one account: an undo takes back what its own state made.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use migrate::api::Patience;
use migrate::progress::Silent;
use migrate::{Options, Scope, Stages};
use serde_json::{Value, json};

use crate::binary::{Run, folder, run};
use crate::proxy::{Proxy, Trouble};
use crate::verify::Migrated;

/// Without a `customer_ref` the second state cannot ask whether the clients are there.
const MAPPING: &str = r#"
version: 1
name: two-states
as_of: 2025-06-30
sources:
  people: {file: people.csv}
  notes: {file: notes.csv}
individuals:
  source: people
  key: NO
  products: {always: [current_account]}
  tags: [migrated]
  fields:
    - {to: collected_data.personal_details.name.given_names, from: NAME, steps: [{given_names: first last}]}
    - {to: collected_data.personal_details.name.family_name, from: NAME, steps: [{family_name: first last}]}
    - {to: collected_data.personal_details.dob, from: BORN}
    - {to: collected_data.contact_details.email, constant: p@example.com}
    - {to: "collected_data.address_history[0].address.type", constant: STRUCTURED}
    - {to: "collected_data.address_history[0].address.country", from: LAND}
notes:
  source: notes
  owner: NO
  fields: [{to: text, from: TEXT}]
"#;

/// What an undo of the demo policy needs.
const YES: [&str; 3] = ["--yes", "--reason", "identity_not_verified"];
const ROWS: &str = "NO,NAME,BORN,LAND\nP1,Ann Fail,1981-01-01,GBR\nP2,Bob Fail,1982-01-01,GBR\n\
                    P3,Cid Fail,1983-01-01,GBR\n";

/// Runs a command with the second state.
fn second(place: &Migrated, command: &str, more: &[&str]) -> Run {
    let url = format!("http://{}", place.server().address);
    let state = state(place);
    let at = ["--url", &url, "--key", &place.key, "--state"];
    let at = [&["migrate", command], &at[..], &[state.to_str().unwrap()]].concat();
    run(&[&at[..], more].concat())
}

fn state(place: &Migrated) -> PathBuf {
    place.data.join("other-state")
}

/// The second state's look at everything: reference and what differs.
fn verified(place: &Migrated) -> (Vec<String>, Run) {
    let file = place.data.join("other.json");
    let (book, mapping) = (
        place.book.to_str().unwrap(),
        place.mapping.to_str().unwrap(),
    );
    let book = [
        "--source",
        book,
        "--mapping",
        mapping,
        "--json",
        file.to_str().unwrap(),
    ];
    let run = second(place, "verify", &book);
    let report: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let differences = report["differences"].as_array().unwrap().iter();
    let told = differences.map(|one| {
        let text = |name: &str| one[name].as_str().unwrap().to_owned();
        format!("{} {}", text("key"), text("what"))
    });
    (told.collect(), run)
}

/// Key, outcome and reason of every profile of the second state's last undo.
fn undone(place: &Migrated) -> Vec<String> {
    let mut reader = csv::Reader::from_path(state(place).join("undo.csv")).unwrap();
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| format!("{} {} {}", &row[0], &row[2], &row[3]))
        .collect()
}

fn is_marked(place: &Migrated, profile: &str) -> bool {
    let profile = place.ask("GET", &format!("/profiles/{profile}"), &Value::Null);
    profile["tags"].to_string().contains("migration-undone")
}

/// A book of three clients from one state, and of five, with a note for the first, from another.
fn met(name: &str) -> Migrated {
    let book = folder(&format!("{name}-book"));
    let write = |file: &str, text: &str| fs::write(book.join(file), text).unwrap();
    write("mapping.yaml", MAPPING);
    write("people.csv", ROWS);
    write("notes.csv", "NO,TEXT\n");
    let place = Migrated::new(name, &book, &book.join("mapping.yaml"));
    let first = place.migrate("run", &[]);
    assert_eq!(first.code, 0, "{}{}", first.data, first.talk);
    write(
        "people.csv",
        &format!("{ROWS}P4,Dot Fail,1984-01-01,GBR\nP5,Eve Fail,1985-01-01,GBR\n"),
    );
    write("notes.csv", "NO,TEXT\nP1,from the second state\n");
    let mapping = place.mapping.to_str().unwrap();
    let book = ["--source", book.to_str().unwrap(), "--mapping", mapping];
    let run = second(&place, "run", &book);
    assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
    assert_eq!(place.profiles_count(), 5);
    place
}

#[test]
fn an_undo_leaves_alone_whom_another_state_has_made() {
    let place = met("two-states-undo");
    let first: Vec<String> = (place.clients("people.csv").into_iter())
        .map(|(_, profile)| profile)
        .collect();
    assert_eq!(first.len(), 3);

    let asked = second(&place, "undo", &[]);
    println!("{}{}", asked.data, asked.talk);
    let told = undone(&place);
    let why = "another state has made it";
    assert!(
        told[0].starts_with(&format!(
            "P1 left alone {why}, and this one has added to it what stays, note: 1"
        )),
        "{told:?}"
    );
    assert_eq!(
        told[1..3],
        [
            format!("P2 left alone {why}"),
            format!("P3 left alone {why}")
        ]
    );
    assert_eq!(told[3..], ["P4 to be undone ", "P5 to be undone "]);
    let counted = "of another state, or not certainly of this one";
    assert!(asked.data.contains(counted), "{}", asked.data);

    let done = second(&place, "undo", &YES);
    println!("{}{}", done.data, done.talk);
    assert_eq!(done.code, 0, "{}{}", done.data, done.talk);
    assert!(
        done.data.contains("taken back: 2 profiles"),
        "{}",
        done.data
    );
    assert!(done.data.contains("left alone: 3;"), "{}", done.data);
    assert!(first.iter().all(|profile| !is_marked(&place, profile)));

    // The state that made them takes them back: but for whom the other has written a note of.
    let done = place.of_run("undo", &YES);
    println!("{}{}", done.data, done.talk);
    assert!(
        done.data.contains("taken back: 2 profiles"),
        "{}",
        done.data
    );
    let marked: Vec<bool> = first
        .iter()
        .map(|profile| is_marked(&place, profile))
        .collect();
    assert_eq!(marked, [false, true, true]);
}

#[test]
fn what_was_taken_back_is_a_difference_whoever_took_it_back() {
    let place = met("two-states-verify");
    let (told, run) = verified(&place);
    assert_eq!((told.as_slice(), run.code), (&[][..], 0), "{}", run.data);
    // The other state takes back two of those whom this one knows too.
    let done = place.of_run("undo", &YES);
    assert!(
        done.data.contains("taken back: 2 profiles"),
        "{}",
        done.data
    );
    let marked = |who: &[&str]| -> Vec<String> {
        who.iter()
            .map(|who| format!("{who} tag migration-undone"))
            .collect()
    };
    let (told, run) = verified(&place);
    assert_eq!((told, run.code), (marked(&["P2", "P3"]), 1), "{}", run.data);
    let done = second(&place, "undo", &YES);
    assert!(
        done.data.contains("taken back: 2 profiles"),
        "{}",
        done.data
    );
    let (told, run) = verified(&place);
    let all = marked(&["P2", "P3", "P4", "P5"]);
    assert_eq!((told, run.code), (all, 1), "{}", run.data);
    let (report, run) = place.verify();
    println!("{:#}", report["differences"]);
    assert_ne!(run.code, 0, "{}", run.data);
}

#[test]
fn a_client_who_was_cut_off_is_not_made_again_under_another_api_key() {
    let place = met("two-states-keys");
    let body = json!({"name": "later", "environment": "demo"}).to_string();
    let issued = place.server().ask("POST", "/admin/keys", &place.key, &body);
    let later = issued.body["key"].as_str().unwrap().to_owned();
    fs::write(place.book.join("people.csv"), ROWS).unwrap();
    fs::write(place.book.join("notes.csv"), "NO,TEXT\n").unwrap();
    // Made on purpose beside those who are there, under keys of the state's own.
    let options = |url: &str, key: &str| Options {
        mapping: place.mapping.clone(),
        source: place.book.clone(),
        state: place.data.join("third-state"),
        base_urls: vec![url.to_owned()],
        api_key: key.to_owned(),
        scope: Scope::Active,
        stages: Stages::parse("1:rest").unwrap(),
        patience: Patience {
            give_up_after: Duration::from_millis(300),
            wait_min: Duration::from_millis(50),
            ..Patience::default()
        },
        may_repeat: true,
        only: None,
        mended: Vec::new(),
        consent: migrate::run::Consent::default(),
        stop: Arc::default(),
        window: None,
        listen: None,
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let proxy = Proxy::with_rule(&place.server().address, |method, path| {
            let is_create = method == Method::POST && path.ends_with("/profiles");
            if is_create {
                Trouble::AnswerLost
            } else {
                Trouble::None
            }
        });
        let proxy = proxy.await;
        let broken = migrate::run(options(&proxy.url, &place.key), Arc::new(Silent)).await;
        assert!(broken.is_err(), "{broken:?}");
        let url = format!("http://{}", place.server().address);
        let summary = migrate::run(options(&url, &later), Arc::new(Silent)).await;
        let summary = summary.unwrap();
        assert!(summary.is_clean(), "{summary}");
    });
    assert_eq!(place.profiles_count(), 5 + 3);
}
