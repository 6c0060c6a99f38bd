//! A northgate book, held row by row to what its makers say should happen with it.
//!
//! [`judged`] is what the tool makes of the rows before anything is sent, [`resulted`] what a run says
//! became of them; [`Comparison::of`] holds either to `truth.jsonl`, and [`Comparison::of_first`] to
//! `truth_summary.json` where that is all there is. Shared by the tests and by the example `truth`.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::fs;
use std::path::Path;

use migrate::book::{Associate, Client, Entity, Judged, Keep, Kept, Note, Scan};
use migrate::{Book, Scope, mapping};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What is said of one row.
pub(crate) struct Row {
    line: u64,
    /// `migrate`, `migrate_with_warning`, `reject`, `skip`; of a run also what else became of it.
    pub(crate) disposition: String,
    pub(crate) reasons: Vec<String>,
    /// As the mapping makes them.
    pub(crate) mapped: Value,
    /// As the server has them; `None`: not looked up.
    pub(crate) there: Option<Value>,
    /// The profile that it became or belongs to; empty without one.
    pub(crate) profile: String,
}

/// Rows by source file and data row, from 1.
pub(crate) type Rows = BTreeMap<(String, u64), Row>;

/// Reads a book as a run would.
pub(crate) fn book(mapping: &Path, folder: &Path, scope: Scope) -> Result<Book, String> {
    let text = fs::read_to_string(mapping).map_err(|error| error.to_string())?;
    let name = mapping.display().to_string();
    let mapping = mapping::read(&name, &text, folder).map_err(|error| error.to_string())?;
    let keep = Keep::temporary().map_err(|error| error.to_string())?;
    Book::read(mapping, folder, scope, &keep).map_err(|error| error.to_string())
}

/// What the tool says of each row before anything is sent.
pub(crate) fn judged(book: &Book) -> Rows {
    let clients = book.clients.iter();
    let associates = book.associates.iter();
    let documents = book.documents.iter();
    let notes = book.notes.iter();
    let rows = clients
        .map(|client| (&client.row, client_values(client)))
        .chain(associates.map(|one| (&one.row, associate_values(one))))
        .chain(documents.map(|scan| (&scan.row, scan_values(scan))))
        .chain(notes.map(|note| (&note.row, note_values(note))));
    let place = |row: &Judged| {
        let file = book.mapping.sources[row.source].file.clone();
        (file, row.record.row)
    };
    rows.map(|(row, mapped)| {
        let said = Row {
            line: row.record.line,
            disposition: row.verdict.disposition().to_owned(),
            reasons: row.verdict.reasons.clone(),
            mapped,
            there: None,
            profile: String::new(),
        };
        (place(row), said)
    })
    .collect()
}

/// As [`judged`], but with what the result files of a run say became of each row.
///
/// Errors: a result file that cannot be read, has a row twice or one that is not in the book, and
/// rows of the source that are in no result file.
pub(crate) fn resulted(book: &Book, folder: &Path, state: &Path) -> Result<Rows, String> {
    let mut rows = judged(book);
    for source in &book.mapping.sources {
        let path = state.join("results").join(&source.file);
        let wrong = |what: &str| format!("{}: {what}", path.display());
        let mut seen = HashSet::new();
        for record in records(&path)? {
            let cell = |at: usize| record.get(at).unwrap_or_default();
            let number: u64 = cell(1).parse().map_err(|_| wrong("a row has no number"))?;
            let row = rows.get_mut(&(source.file.clone(), number));
            let row = row.ok_or_else(|| wrong(&format!("row {number} is not in the book")))?;
            if !seen.insert(number) {
                return Err(wrong(&format!("row {number} is there twice")));
            }
            row.line = cell(0).parse().unwrap_or_default();
            let disposition = match cell(3) {
                "migrated" => "migrate",
                "migrated_with_warning" => "migrate_with_warning",
                "rejected" => "reject",
                "skipped" => "skip",
                other => other,
            };
            disposition.clone_into(&mut row.disposition);
            row.reasons = cell(4).split(';').map(str::to_owned).collect();
            row.reasons.retain(|reason| !reason.is_empty());
            cell(5).clone_into(&mut row.profile);
        }
        let (there, here) = (records(&folder.join(&source.file))?.len(), seen.len());
        if there != here {
            return Err(wrong(&format!("{here} rows, but the source has {there}")));
        }
    }
    Ok(rows)
}

/// Every record of a CSV file after its header, whatever its length.
fn records(path: &Path) -> Result<Vec<csv::StringRecord>, String> {
    let mut reader = csv::ReaderBuilder::new();
    let read = reader.flexible(true).from_path(path);
    let mut read = read.map_err(|error| format!("{}: {error}", path.display()))?;
    let records: Result<Vec<_>, _> = read.records().collect();
    records.map_err(|error| format!("{}: {error}", path.display()))
}

fn said<T: serde::de::DeserializeOwned>(kept: &Kept<T>) -> T {
    kept.get().expect("what was kept can be read")
}

/// The values of a profile that the truth speaks of, from its `collected_data`.
pub(crate) fn profile_values(data: &Value) -> Value {
    if data["entity_type"] == "COMPANY" {
        return json!({
            "name": data["metadata"]["name"],
            "number": data["metadata"]["number"],
            "country": data["metadata"]["country_of_incorporation"],
            "inc_date": data["metadata"]["incorporation_date"],
        });
    }
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
    let mut data = said(&client.body)["collected_data"].take();
    data["entity_type"] = match client.entity {
        Entity::Individual => json!("INDIVIDUAL"),
        Entity::Company => json!("COMPANY"),
    };
    profile_values(&data)
}

fn associate_values(associate: &Associate) -> Value {
    let mut data = said(&associate.body)["collected_data"].take();
    data["entity_type"] = json!("INDIVIDUAL");
    let mut values = profile_values(&data);
    let entry = said(&associate.entry);
    values["list"] = json!(associate.list);
    values["pct"] = entry["total_percentage"].clone();
    values["appointed_on"] = entry["appointed_on"].clone();
    values["resigned_on"] = entry["resigned_on"].clone();
    values["person_no"] = json!(associate.person_reference);
    values["entity_type"] = json!(associate.entity.as_str());
    values
}

fn scan_values(scan: &Scan) -> Value {
    let extracted = said(&scan.body)["extracted_data"].take();
    json!({
        "document_type": scan.kind.as_ref().map(|kind| &kind.document_type),
        "category": scan.kind.as_ref().map(|kind| &kind.category),
        "issued_on": extracted["issued"],
        "expires_on": extracted["expiry"],
        "mime": scan.file.as_ref().map(|file| file.mime),
        "bytes": scan.file.as_ref().map(|file| file.bytes),
        "sha256": scan.file.as_ref().map(|file| &file.sha256),
    })
}

fn note_values(note: &Note) -> Value {
    let body = said(&note.body);
    let text = body["text"].as_str().unwrap_or_default();
    let digest = Sha256::digest(text);
    let hex = digest.iter().map(|byte| format!("{byte:02x}"));
    json!({"noted_on": body["created_on"], "text_sha256": hex.collect::<String>()})
}

/// How the rows of one source file compare.
#[derive(Default)]
struct File {
    /// Disposition -> rows expected, rows found, rows that have it on both sides.
    dispositions: BTreeMap<String, [u64; 3]>,
    /// Rows compared, and those whose reasons are equal.
    reasons: [u64; 2],
    /// Values compared as they are mapped, and those that are equal.
    mapped: [u64; 2],
    /// Values compared as the server has them, and those that are equal.
    there: [u64; 2],
}

/// A book held to its truth.
#[derive(Default)]
pub(crate) struct Comparison {
    files: BTreeMap<String, File>,
    /// Rows of the book that the truth says nothing of, by file.
    beyond: BTreeMap<String, u64>,
    /// What is not equal, with its place.
    pub(crate) differences: Vec<String>,
}

impl Comparison {
    /// Holds every row to `truth.jsonl`: its line, its disposition, all reasons, every value.
    pub(crate) fn of(rows: &Rows, truth: &str, scope: Scope) -> Result<Comparison, String> {
        let mut found = Comparison::default();
        let mut places = BTreeSet::new();
        for line in truth.lines() {
            let truth: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
            let file = truth["file"].as_str().unwrap_or_default().to_owned();
            let place = (file, truth["row"].as_u64().unwrap_or_default());
            found.row(&place, rows.get(&place), &truth, scope);
            places.insert(place);
        }
        for (file, row) in rows.keys().filter(|place| !places.contains(place)) {
            let beyond = format!("{file} row {row}: not in the truth");
            found.differences.push(beyond);
        }
        Ok(found)
    }

    fn row(&mut self, place: &(String, u64), row: Option<&Row>, truth: &Value, scope: Scope) {
        let differences = &mut self.differences;
        let file = self.files.entry(place.0.clone()).or_default();
        let mut wrong =
            |what: String| differences.push(format!("{} row {}: {what}", place.0, place.1));
        let wanted = &truth[scope.as_str()];
        let disposition = wanted["do"].as_str().unwrap_or_default();
        let [expected, _, equal] = file.dispositions.entry(disposition.to_owned()).or_default();
        *expected += 1;
        file.reasons[0] += 1;
        let Some(row) = row else {
            return wrong("not in the book".to_owned());
        };
        *equal += u64::from(row.disposition == disposition);
        file.dispositions
            .entry(row.disposition.clone())
            .or_default()[1] += 1;
        if truth["line"] != json!(row.line) {
            wrong(format!("line {}, not {}", row.line, truth["line"]));
        }
        let why = wanted["why"].as_array().into_iter().flatten();
        let why: BTreeSet<&str> = why.filter_map(Value::as_str).collect();
        let reasons: BTreeSet<&str> = row.reasons.iter().map(String::as_str).collect();
        file.reasons[1] += u64::from(why == reasons && reasons.len() == row.reasons.len());
        if row.disposition != disposition || why != reasons || reasons.len() != row.reasons.len() {
            let found = format!("{} {:?}", row.disposition, row.reasons);
            wrong(format!("{found}, not {disposition} {why:?}"));
        }
        let does_migrate = disposition.starts_with("migrate");
        for (name, expected) in truth["expected"].as_object().into_iter().flatten() {
            // Of files that cannot be sent the truth has the digest; the book has none.
            let unread = ["mime", "bytes", "sha256"].contains(&name.as_str());
            if unread && row.mapped[name].is_null() && !does_migrate {
                continue;
            }
            let there = row.there.as_ref().and_then(|there| there.get(name));
            for (value, counts, side) in [
                (Some(&row.mapped[name]), &mut file.mapped, ""),
                (there, &mut file.there, " on the server"),
            ] {
                let Some(value) = value else { continue };
                counts[0] += 1;
                counts[1] += u64::from(same(value, expected));
                if !same(value, expected) {
                    wrong(format!("{name}{side} {value}, not {expected}"));
                }
            }
        }
    }

    /// Holds the first rows of each file to the counts of `truth_summary.json`, and counts the others.
    pub(crate) fn of_first(rows: &Rows, summary: &str, scope: Scope) -> Result<Comparison, String> {
        let summary: Value = serde_json::from_str(summary).map_err(|error| error.to_string())?;
        let mut found = Comparison::default();
        for (name, truth) in summary["files"].as_object().into_iter().flatten() {
            let first = truth["rows"].as_u64().unwrap_or_default();
            let file = found.files.entry(name.clone()).or_default();
            for (disposition, count) in truth[scope.as_str()].as_object().into_iter().flatten() {
                let expected = count.as_u64().unwrap_or_default();
                file.dispositions
                    .insert(disposition.clone(), [expected, 0, 0]);
            }
            for ((_, number), row) in rows.iter().filter(|((of, _), _)| of == name) {
                if *number > first {
                    let beyond = format!("{name}  {}", row.disposition);
                    *found.beyond.entry(beyond).or_default() += 1;
                    continue;
                }
                let counts = file.dispositions.entry(row.disposition.clone());
                counts.or_default()[1] += 1;
            }
            for (disposition, [expected, got, equal]) in &mut file.dispositions {
                *equal = *expected.min(got);
                if expected != got {
                    let told = format!(
                        "{name}: {got} of the first {first} rows {disposition}, not {expected}"
                    );
                    found.differences.push(told);
                }
            }
        }
        Ok(found)
    }
}

/// Numbers compare by value: 43 is 43.0.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => (left - right).abs() < 1e-9,
        _ => left == right,
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<18}{:<24}{:>9}{:>9}{:>9}",
            "file", "", "expected", "got", "equal"
        )?;
        for (name, file) in &self.files {
            let dispositions = file.dispositions.iter();
            let dispositions = dispositions.map(|(name, counts)| (name.as_str(), *counts));
            let others = [
                ("reasons, by row", file.reasons),
                ("values, as mapped", file.mapped),
                ("values, on the server", file.there),
            ];
            let others = others.into_iter().filter(|(_, [all, _])| *all > 0);
            let others = others.map(|(what, [all, equal])| (what, [all, all, equal]));
            let mut place = name.as_str();
            for (what, [expected, got, equal]) in dispositions.chain(others) {
                let sign = if expected == got && got == equal {
                    ""
                } else {
                    "  <--"
                };
                writeln!(
                    f,
                    "{place:<18}{what:<24}{expected:>9}{got:>9}{equal:>9}{sign}"
                )?;
                place = "";
            }
        }
        if !self.beyond.is_empty() {
            writeln!(f, "rows beyond those that the truth counts")?;
        }
        for (what, count) in &self.beyond {
            writeln!(f, "{count:>8}  {what}")?;
        }
        Ok(())
    }
}
