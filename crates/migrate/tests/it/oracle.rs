//! The northgate books, judged row by row against what their makers say should happen.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use migrate::book::{Associate, Client, Entity, Note, Scan, Verdict};
use migrate::{Book, Scope, mapping};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::shared::{self, said};

fn read(folder: &Path, scope: Scope) -> Book {
    let text = fs::read_to_string(shared::northgate_mapping()).expect("the mapping is there");
    let mapping = mapping::read("mapping.yaml", &text, folder)
        .unwrap_or_else(|problems| panic!("{problems}"));
    Book::read(mapping, folder, scope, &shared::keep()).expect("the book can be read")
}

/// What the book says of one row: file and row, its line, verdict, and values to compare.
pub(crate) fn told(book: &Book) -> HashMap<(String, u64), (u64, Verdict, Value)> {
    let rows = book
        .clients
        .iter()
        .map(|client| (&client.row, client_values(client)))
        .chain(
            book.associates
                .iter()
                .map(|a| (&a.row, associate_values(a))),
        )
        .chain(
            book.documents
                .iter()
                .map(|scan| (&scan.row, scan_values(scan))),
        )
        .chain(book.notes.iter().map(|note| (&note.row, note_values(note))));
    rows.map(|(row, values)| {
        let file = book.mapping.sources[row.source].file.clone();
        (
            (file, row.record.row),
            (row.record.line, row.verdict.clone(), values),
        )
    })
    .collect()
}

fn person_values(data: &Value) -> Value {
    let details = &data["personal_details"];
    json!({
        "given_names": details["name"]["given_names"],
        "family_name": details["name"]["family_name"],
        "dob": details["dob"],
        "nationality": details["nationality"],
        "country": data["address_history"][0]["address"]["country"],
        "gender": details["gender"],
        "email": data["contact_details"]["email"],
    })
}

fn client_values(client: &Client) -> Value {
    let data = &said(&client.body)["collected_data"];
    match client.entity {
        Entity::Individual => person_values(data),
        Entity::Company => json!({
            "name": data["metadata"]["name"],
            "number": data["metadata"]["number"],
            "country": data["metadata"]["country_of_incorporation"],
            "inc_date": data["metadata"]["incorporation_date"],
        }),
    }
}

fn associate_values(associate: &Associate) -> Value {
    let mut values = person_values(&said(&associate.body)["collected_data"]);
    values["list"] = json!(associate.list);
    values["pct"] = said(&associate.entry)["total_percentage"].clone();
    values["appointed_on"] = said(&associate.entry)["appointed_on"].clone();
    values["resigned_on"] = said(&associate.entry)["resigned_on"].clone();
    values["person_no"] = json!(associate.person_reference);
    values["entity_type"] = json!(associate.entity.as_str());
    values
}

fn scan_values(scan: &Scan) -> Value {
    json!({
        "document_type": scan.kind.as_ref().map(|kind| &kind.document_type),
        "category": scan.kind.as_ref().map(|kind| &kind.category),
        "issued_on": said(&scan.body)["extracted_data"]["issued"],
        "expires_on": said(&scan.body)["extracted_data"]["expiry"],
        "mime": scan.file.as_ref().map(|file| file.mime),
        "bytes": scan.file.as_ref().map(|file| file.bytes),
        "sha256": scan.file.as_ref().map(|file| &file.sha256),
    })
}

fn note_values(note: &Note) -> Value {
    let body = said(&note.body);
    let text = body["text"].as_str().unwrap_or_default();
    json!({"noted_on": body["created_on"], "text_sha256": sha256(text)})
}

fn sha256(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// Numbers compare by value: 43 is 43.0.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => (left - right).abs() < 1e-9,
        _ => left == right,
    }
}

fn differences(folder: &Path, scope: Scope) -> (usize, Vec<String>) {
    let book = read(folder, scope);
    let told = told(&book);
    let truth = fs::read_to_string(folder.join("truth.jsonl")).expect("truth.jsonl is there");
    let mut differences = Vec::new();
    let mut count = 0;
    for line in truth.lines() {
        let truth: Value = serde_json::from_str(line).expect("a line is JSON");
        let file = truth["file"].as_str().unwrap_or_default().to_owned();
        let row = truth["row"].as_u64().unwrap_or_default();
        let place = format!("{file} row {row}");
        count += 1;
        let Some((line, verdict, values)) = told.get(&(file, row)) else {
            differences.push(format!("{place}: not in the book"));
            continue;
        };
        if truth["line"] != json!(line) {
            differences.push(format!("{place}: line {line}, not {}", truth["line"]));
        }
        let wanted = &truth[scope.as_str()];
        let mut why: Vec<&str> = wanted["why"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut reasons: Vec<&str> = verdict.reasons.iter().map(String::as_str).collect();
        why.sort_unstable();
        reasons.sort_unstable();
        if wanted["do"] != verdict.disposition() || why != reasons {
            let found = format!("{} {reasons:?}", verdict.disposition());
            differences.push(format!("{place}: {found}, not {} {why:?}", wanted["do"]));
        }
        for (name, expected) in truth["expected"].as_object().into_iter().flatten() {
            // Of files that cannot be sent the truth has the digest; the book has none.
            let unread =
                ["mime", "bytes", "sha256"].contains(&name.as_str()) && values[name].is_null();
            let is_excused = unread && !verdict.migrates();
            if !is_excused && !same(&values[name], expected) {
                differences.push(format!("{place}: {name} {}, not {expected}", values[name]));
            }
        }
    }
    if count != told.len() {
        differences.push(format!(
            "{} rows in the book, {count} in the truth",
            told.len()
        ));
    }
    (count, differences)
}

#[test]
fn every_row_of_the_small_book_is_judged_as_its_makers_say() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    for scope in [Scope::All, Scope::Active] {
        let (count, differences) = differences(&folder, scope);
        assert!(
            differences.is_empty(),
            "{}:\n{}",
            scope.as_str(),
            differences.join("\n")
        );
        println!(
            "scope {}: {count} rows of 5 files equal the truth",
            scope.as_str()
        );
    }
}

#[test]
fn the_first_rows_of_the_large_book_go_the_way_its_makers_say() {
    let Some(folder) = shared::book("northgate") else {
        return;
    };
    let summary = fs::read_to_string(folder.join("truth_summary.json")).expect("it is there");
    let summary: Value = serde_json::from_str(&summary).expect("it is JSON");
    for scope in [Scope::All, Scope::Active] {
        let told = told(&read(&folder, scope));
        for (file, truth) in summary["files"].as_object().expect("files") {
            let rows = truth["rows"].as_u64().expect("rows");
            let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
            let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
            for ((_, row), (_, verdict, _)) in told.iter().filter(|((name, _), _)| name == file) {
                if *row <= rows {
                    *counts.entry(verdict.disposition()).or_default() += 1;
                    verdict
                        .reasons
                        .iter()
                        .for_each(|r| *reasons.entry(r).or_default() += 1);
                }
            }
            let found = json!(counts);
            assert_eq!(
                found,
                truth[scope.as_str()],
                "{file} {} {reasons:?}",
                scope.as_str()
            );
        }
    }
}
