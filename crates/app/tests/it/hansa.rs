//! Another bank's book, brought over by its mapping alone, and held to what each row must become.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::binary::{Server, folder, master_key, run};

const POLICY: &str = include_str!("../../../../examples/hansa/policy.yaml");
const EXPECTED: &str = include_str!("../../../../examples/hansa/expected.jsonl");

/// What the server adds of its own to an address.
const DERIVED: [&str; 2] = ["original_freeform_address", "original_structured_address"];

/// A server with the book on it.
struct Moved {
    server: Server,
    key: String,
    results: PathBuf,
}

impl Moved {
    fn new() -> Moved {
        let data = folder("hansa");
        let server = Server::start(&data.join("server"));
        let key = master_key(&data.join("server"), "demo");
        let published = server.ask("POST", "/admin/config", &key, POLICY);
        assert_eq!(published.status, 200, "{}", published.body);
        let key_file = data.join("key.txt");
        fs::write(&key_file, &key).unwrap();
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/hansa");
        let url = format!("http://{}", server.address);
        let (book, mapping, state) = (
            example.join("book"),
            example.join("mapping.yaml"),
            data.join("state"),
        );
        let run = run(&[
            "migrate",
            "run",
            "--scope",
            "active",
            "--source",
            book.to_str().unwrap(),
            "--mapping",
            mapping.to_str().unwrap(),
            "--url",
            &url,
            "--key-file",
            key_file.to_str().unwrap(),
            "--state",
            state.to_str().unwrap(),
        ]);
        assert_eq!(run.code, 0, "{}{}", run.data, run.talk);
        assert!(run.talk.contains("reconciled"), "{}", run.talk);
        Moved {
            server,
            key,
            results: state.join("results"),
        }
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.server.ask("GET", path, &self.key, "");
        assert_eq!(answer.status, 200, "{path}");
        answer.body
    }

    /// What the tool says of each row: by file and row.
    fn told(&self, files: &BTreeSet<String>) -> BTreeMap<(String, u64), Told> {
        let mut told = BTreeMap::new();
        for file in files {
            let mut reader = csv::Reader::from_path(self.results.join(file)).unwrap();
            for row in reader.records() {
                let row = row.unwrap();
                let reasons = row[4].split(';').filter(|one| !one.is_empty());
                told.insert(
                    (file.clone(), row[1].parse().unwrap()),
                    Told {
                        line: row[0].parse().unwrap(),
                        key: row[2].to_owned(),
                        outcome: row[3].to_owned(),
                        reasons: reasons.map(str::to_owned).collect(),
                        profile: row[5].to_owned(),
                    },
                );
            }
        }
        told
    }
}

/// One line of a result file.
struct Told {
    line: u64,
    key: String,
    outcome: String,
    reasons: BTreeSet<String>,
    profile: String,
}

fn expected() -> Vec<Value> {
    let lines = EXPECTED.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Every value of a document by its path, as `expected.jsonl` writes them.
fn leaves(value: &Value, path: &str, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if DERIVED.contains(&name.as_str()) {
                    continue;
                }
                let dot = if path.is_empty() { "" } else { "." };
                leaves(value, &format!("{path}{dot}{name}"), found);
            }
        }
        Value::Array(values) if values.iter().any(Value::is_object) => {
            for (place, value) in values.iter().enumerate() {
                leaves(value, &format!("{path}[{place}]"), found);
            }
        }
        value => {
            found.insert(path.to_owned(), value.clone());
        }
    }
}

/// The fields that differ between what is expected and what is there.
fn differences(place: &str, expected: &Value, found: &Value) -> Vec<String> {
    let mut there = BTreeMap::new();
    leaves(found, "", &mut there);
    let wanted = expected.as_object().unwrap();
    let names: BTreeSet<&String> = wanted.keys().chain(there.keys()).collect();
    let differing = names.into_iter().filter(|name| {
        let (wanted, there) = (wanted.get(*name), there.get(*name));
        wanted != there
    });
    differing
        .map(|name| {
            let (wanted, there) = (wanted.get(name), there.get(name));
            format!("{place}: {name} is {there:?}, not {wanted:?}")
        })
        .collect()
}

/// Takes a part out of a document.
fn take(document: &mut Value, name: &str) -> Value {
    document
        .as_object_mut()
        .and_then(|fields| fields.remove(name))
        .unwrap_or_default()
}

#[test]
fn another_banks_book_comes_over_by_its_mapping_alone() {
    let moved = Moved::new();
    let expected = expected();
    let files: BTreeSet<String> = expected.iter().map(|row| text(&row["file"])).collect();
    let told = moved.told(&files);
    assert_eq!(told.len(), expected.len(), "rows of all files");
    let mut wrong = Vec::new();
    for row in &expected {
        let place = (text(&row["file"]), row["row"].as_u64().unwrap());
        let said = &told[&place];
        let reasons: BTreeSet<String> = row["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(text)
            .collect();
        let wanted = (
            row["line"].as_u64().unwrap(),
            text(&row["key"]),
            text(&row["outcome"]),
            reasons,
        );
        let found = (
            said.line,
            said.key.clone(),
            said.outcome.clone(),
            said.reasons.clone(),
        );
        if found != wanted {
            wrong.push(format!("{place:?}: {found:?}, not {wanted:?}"));
        } else if said.outcome.starts_with("migrated") {
            wrong.extend(stored(&moved, &told, row, said));
        } else if !said.profile.is_empty() {
            wrong.push(format!("{place:?} has the profile {}", said.profile));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is stored otherwise than a row that came over wants it.
fn stored(
    moved: &Moved,
    told: &BTreeMap<(String, u64), Told>,
    row: &Value,
    said: &Told,
) -> Vec<String> {
    let file = text(&row["file"]);
    let place = format!("{file} row {}", row["row"]);
    let mut profile = moved.get(&format!("/4.0/profiles/{}", said.profile));
    match file.as_str() {
        "kunden.csv" | "firmen.csv" => client(moved, &place, row, &mut profile),
        "unterlagen.csv" => {
            let owner = moved.get(&format!("/4.0/profiles/{}", said.profile));
            document(moved, &place, row, &owner)
        }
        "vermerke.jsonl" => note(moved, &place, row, &profile),
        _ => {
            let of = |key: &Value| {
                let mut rows = told.iter().filter(|(at, _)| at.0 != file);
                let found = rows.find(|(_, told)| {
                    told.key == *key
                        && (told.outcome.starts_with("migrated") || told.outcome == "skipped")
                });
                found
                    .map(|(_, told)| told.profile.clone())
                    .unwrap_or_default()
            };
            associate(moved, (&place, row), &profile, &of(&row["key"]))
        }
    }
}

fn client(moved: &Moved, place: &str, row: &Value, profile: &mut Value) -> Vec<String> {
    let mut data = take(profile, "collected_data");
    for list in [
        "documents",
        "officers",
        "ownership_structure",
        "authorized_persons",
    ] {
        take(&mut data, list);
    }
    let mut wrong = differences(place, &row["collected_data"], &data);
    let applications = profile["applications"].as_array().unwrap().iter();
    let products: Vec<Value> = applications
        .map(|one| one["product"]["alias"].clone())
        .collect();
    if json!(products) != json!([row["product"]]) {
        wrong.push(format!("{place}: products {products:?}"));
    }
    let tags: BTreeSet<String> = profile["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| text(&tag["name"]))
        .collect();
    if tags != ["hansekontor", "migrated"].map(str::to_owned).into() {
        wrong.push(format!("{place}: tags {tags:?}"));
    }
    if let Some(evidence) = row.get("legitimation") {
        let id = text(&profile["id"]);
        let tasks = moved.get(&format!("/4.0/profiles/{id}/tasks"));
        let task = tasks
            .as_array()
            .unwrap()
            .iter()
            .find(|task| task["type"] == "INDIVIDUAL_VERIFY_IDENTITY")
            .unwrap();
        let passed = evidence["outcome"] == "passed";
        let imported = &task["imported"];
        if (task["state"] == "COMPLETED_PASS") != passed {
            wrong.push(format!("{place}: the task is {}", task["state"]));
        }
        let by = text(&evidence["by"]);
        let provenance = format!("Legitimationsprüfung Hansekontor, by {by}");
        let wanted = json!({"as_of": evidence["on"], "provenance": provenance});
        if passed && *imported != wanted {
            wrong.push(format!("{place}: {imported} and not {wanted}"));
        }
    }
    wrong
}

fn associate(
    moved: &Moved,
    (place, row): (&str, &Value),
    person: &Value,
    company: &str,
) -> Vec<String> {
    let company = moved.get(&format!("/4.0/profiles/{company}"));
    let list = text(&row["list"]);
    let pointer = format!("/collected_data/{}", list.replace('.', "/"));
    let entries = company.pointer(&pointer).and_then(Value::as_array);
    let mut entry = entries
        .into_iter()
        .flatten()
        .find(|entry| entry["linked_profile"]["id"] == person["id"])
        .cloned()
        .unwrap_or_default();
    let mut wrong = Vec::new();
    if entry.is_null() {
        wrong.push(format!("{place}: not in {list}"));
    } else {
        for own in ["linked_profile", "resolver_id", "entity_type"] {
            take(&mut entry, own);
        }
        wrong.extend(differences(place, &row["entry"], &entry));
    }
    if let Some(named) = row.get("named") {
        wrong.extend(differences(place, named, &person["collected_data"]));
    } else if person["collected_data"]["customer_ref"] != row["person"] {
        wrong.push(format!("{place}: another person is linked"));
    }
    wrong
}

fn document(moved: &Moved, place: &str, row: &Value, owner: &Value) -> Vec<String> {
    let id = text(&owner["id"]);
    let documents = owner["collected_data"]["documents"].as_array();
    let wanted = &row["document"];
    if wanted.is_null() {
        return Vec::new();
    }
    let same = documents.into_iter().flatten().find(|document| {
        let mut bare = (*document).clone();
        for own in ["id", "images"] {
            take(&mut bare, own);
        }
        differences(place, wanted, &bare).is_empty()
    });
    let Some(document) = same else {
        return vec![format!("{place}: no such document of {id}: {documents:?}")];
    };
    let image = text(&document["images"][0]["id"]);
    let image = moved.get(&format!("/4.0/profiles/{id}/document_images/{image}"));
    let data = text(&image["data"]);
    let content = STANDARD.decode(data).unwrap();
    let sha256 = Sha256::digest(content)
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    if sha256 == text(&row["sha256"]) {
        Vec::new()
    } else {
        vec![format!("{place}: other content {sha256}")]
    }
}

fn note(moved: &Moved, place: &str, row: &Value, profile: &Value) -> Vec<String> {
    let id = text(&profile["id"]);
    let tasks = moved.get(&format!("/4.0/profiles/{id}/tasks"));
    let mut notes = Vec::new();
    for task in tasks.as_array().unwrap() {
        let path = format!("/4.0/profiles/{id}/tasks/{}/notes", text(&task["id"]));
        notes.extend(moved.get(&path).as_array().unwrap().clone());
    }
    let wanted = &row["note"];
    let is_same = |note: &&Value| {
        let author = note["author_name_customised"] == true;
        let author = author.then_some(&note["author_name"]);
        let day = text(&note["created_on"]);
        note["text"] == wanted["text"]
            && author == wanted.get("author_name")
            && wanted
                .get("created_on")
                .is_none_or(|on| day.starts_with(&text(on)))
    };
    let count = notes.iter().filter(is_same).count();
    if count == 1 {
        Vec::new()
    } else {
        vec![format!("{place}: {count} such notes of {notes:#?}")]
    }
}
