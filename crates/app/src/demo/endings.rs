//! Where every client of the book ended, as the API tells it.

use std::collections::BTreeMap;
use std::path::Path;

use migrate::api::{Api, Call};
use serde_json::Value;

use super::book;
use crate::table;
use crate::trouble::Trouble;

/// A client of the book, and where it ended.
pub(super) struct Client {
    reference: String,
    name: String,
    product: String,
    risk: String,
    status: String,
    /// What it waits for, in a word each.
    waits_for: Vec<String>,
    /// Why, in a sentence each.
    why: Vec<String>,
}

/// Reads the results of the migration, and the profile of each client that came over.
pub(super) async fn read(api: &Api, state: &Path) -> Result<Vec<Client>, Trouble> {
    let mut clients = Vec::new();
    for file in book::CLIENT_FILES {
        let path = state.join("results").join(file);
        let broken = |error: csv::Error| Trouble::new(format!("{} cannot be read: {error}", path.display()));
        let mut rows = csv::Reader::from_path(&path).map_err(broken)?;
        let names = rows.headers().map_err(broken)?.clone();
        for row in rows.records() {
            let row = row.map_err(broken)?;
            let cell = |name: &str| {
                let place = names.iter().position(|column| column == name);
                place.and_then(|place| row.get(place)).unwrap_or_default().to_owned()
            };
            let (outcome, profile) = (cell("outcome"), cell("profile_id"));
            if profile.is_empty() || !outcome.starts_with("migrated") {
                clients.push(left_out(cell("key"), outcome, &cell("reasons"), &cell("error")));
                continue;
            }
            let answer = api.call(Call::get(format!("/profiles/{profile}"))).await;
            let answer = answer.map_err(|failure| Trouble::new(failure.to_string()))?;
            clients.extend(ended(&cell("key"), &answer.body));
        }
    }
    Ok(clients)
}

/// A row that did not come over.
fn left_out(reference: String, outcome: String, reasons: &str, error: &str) -> Client {
    let reasons = reasons.split(';').chain([error]).filter(|reason| !reason.is_empty());
    Client {
        reference,
        name: String::new(),
        product: String::new(),
        risk: String::new(),
        status: outcome,
        waits_for: reasons.map(str::to_owned).collect(),
        why: Vec::new(),
    }
}

/// A client of its own for each application.
fn ended(reference: &str, profile: &Value) -> Vec<Client> {
    let applications = profile["applications"].as_array().into_iter().flatten();
    let shown = applications.filter(|application| application["hidden"] != true);
    let client = |application: &Value| {
        let waiting = application["waiting_for"].as_array().map(Vec::as_slice).unwrap_or_default();
        Client {
            reference: reference.to_owned(),
            name: name(&profile["collected_data"]),
            product: text(&application["product"]["alias"]),
            risk: text(&application["risk"]["level"]["label"]),
            status: text(&application["status"]).to_lowercase().replace('_', " "),
            waits_for: waiting.iter().map(word).collect(),
            why: waiting.iter().map(|one| sentence(one, profile)).collect(),
        }
    };
    shown.map(client).collect()
}

fn name(data: &Value) -> String {
    let person = &data["personal_details"]["name"];
    let given = person["given_names"].as_array().into_iter().flatten();
    let names: Vec<String> = given.chain([&person["family_name"]]).map(text).collect();
    let company = text(&data["metadata"]["name"]);
    if company.is_empty() { names.join(" ").trim().to_owned() } else { company }
}

fn word(waiting: &Value) -> String {
    let subject = text(&waiting["subject"]);
    if subject.is_empty() { text(&waiting["kind"]).to_lowercase() } else { subject }
}

/// Why, with what the checks of the task came to.
fn sentence(waiting: &Value, profile: &Value) -> String {
    let message = text(&waiting["message"]);
    let _ = profile;
    message
}

/// A table of all clients.
pub(super) fn table(clients: &[Client]) -> String {
    let header =
        [("reference", 10), ("name", 34), ("product", 18), ("risk", 12), ("status", 11), ("waits for", 60)];
    let rows: Vec<[String; 6]> = clients
        .iter()
        .map(|client| {
            let of = |text: &String| text.clone();
            [
                of(&client.reference),
                of(&client.name),
                of(&client.product),
                of(&client.risk),
                of(&client.status),
                client.waits_for.join(", "),
            ]
        })
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for client in clients {
        *counts.entry(&client.status).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(status, count)| format!("{count} {status}")).collect();
    format!("{}\n\n{} rows: {}", table::text(header, &rows), clients.len(), counts.join(", "))
}

/// The waiting clients with their reasons in full.
pub(super) fn reasons(clients: &[Client]) -> String {
    let waiting = clients.iter().filter(|client| !client.why.is_empty());
    let rows: Vec<[String; 3]> = waiting
        .flat_map(|client| {
            client.why.iter().map(|why| [client.reference.clone(), client.name.clone(), why.clone()])
        })
        .collect();
    table::text([("reference", 10), ("name", 30), ("why", 110)], &rows)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
