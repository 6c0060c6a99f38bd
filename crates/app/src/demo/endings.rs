//! Where every client of the book ended, as the API tells it.

use std::collections::BTreeMap;
use std::path::Path;

use migrate::api::{Api, Call};
use serde_json::Value;

use super::book;
use super::reasons::Associates;
use crate::table;
use crate::trouble::Trouble;

/// A row of the client book, as the results of the migration have it.
pub(super) struct Row {
    /// The bank's reference.
    pub(super) reference: String,
    /// The profile it became; nothing when it did not come over.
    pub(super) profile: Option<String>,
    outcome: String,
    reasons: Vec<String>,
}

/// A client's application, or a row that did not come over.
struct Ending {
    reference: String,
    name: String,
    product: String,
    risk: String,
    status: String,
    /// What it waits for, in a word each; or why it did not come over.
    waits_for: Vec<String>,
    /// Why, in a sentence each.
    why: Vec<String>,
}

/// Where everybody ended.
#[derive(Default)]
pub(super) struct Endings {
    clients: Vec<Ending>,
    /// Applications made for a company's sake: status -> how many.
    associates: BTreeMap<String, usize>,
}

/// The rows of the files of clients, in order.
pub(super) fn rows(state: &Path) -> Result<Vec<Row>, Trouble> {
    let mut found = Vec::new();
    for file in book::CLIENT_FILES {
        let path = state.join("results").join(file);
        let broken =
            |error: csv::Error| Trouble::new(format!("{} cannot be read: {error}", path.display()));
        let mut rows = csv::Reader::from_path(&path).map_err(broken)?;
        let names = rows.headers().map_err(broken)?.clone();
        for row in rows.records() {
            let row = row.map_err(broken)?;
            let cell = |name: &str| {
                let place = names.iter().position(|column| column == name);
                place
                    .and_then(|place| row.get(place))
                    .unwrap_or_default()
                    .to_owned()
            };
            let (outcome, profile) = (cell("outcome"), cell("profile_id"));
            let came_over = outcome.starts_with("migrated") && !profile.is_empty();
            let (reasons, error) = (cell("reasons"), cell("error"));
            let reasons = reasons
                .split(';')
                .chain([error.as_str()])
                .filter(|reason| !reason.is_empty());
            found.push(Row {
                reference: cell("key"),
                profile: came_over.then_some(profile),
                outcome,
                reasons: reasons.map(str::to_owned).collect(),
            });
        }
    }
    Ok(found)
}

/// Reads the profile of each client that came over.
pub(super) async fn read(api: &Api, state: &Path) -> Result<Endings, Trouble> {
    let mut endings = Endings::default();
    let mut associates = Associates::new(api);
    for row in rows(state)? {
        let Some(id) = &row.profile else {
            endings.clients.push(left_out(row));
            continue;
        };
        let profile = profile(api, id).await?;
        for application in shown(&profile) {
            let status = words(&application["status"]);
            if application["associated_role"].is_string() {
                *endings.associates.entry(status).or_default() += 1;
                continue;
            }
            let mut why = Vec::new();
            for waiting in list(&application["waiting_for"]) {
                why.push(associates.why(waiting, &profile).await?);
            }
            let mut waits_for: Vec<String> =
                list(&application["waiting_for"]).iter().map(word).collect();
            if application["status"] == "REJECTED" {
                waits_for.extend(refusal(application));
            }
            endings.clients.push(Ending {
                reference: row.reference.clone(),
                name: name(&profile),
                product: text(&application["product"]["alias"]),
                risk: text(&application["risk"]["overall_risk"]["name"]),
                status,
                waits_for,
                why,
            });
        }
    }
    Ok(endings)
}

/// Why an application was rejected: the reasons given, else what was said.
fn refusal(application: &Value) -> Vec<String> {
    let reasons: Vec<String> = list(&application["decision_reasons"])
        .iter()
        .map(|reason| text(&reason["name"]))
        .collect();
    if !reasons.is_empty() {
        return reasons;
    }
    let said = list(&application["history"])
        .last()
        .map(|step| text(&step["comment"]));
    said.into_iter()
        .filter(|comment| !comment.is_empty())
        .collect()
}

/// A row that did not come over; its name stays where it is.
fn left_out(row: Row) -> Ending {
    Ending {
        reference: row.reference,
        name: "-".to_owned(),
        product: "-".to_owned(),
        risk: "-".to_owned(),
        status: format!("row {}", row.outcome),
        waits_for: row.reasons,
        why: Vec::new(),
    }
}

impl Endings {
    /// A table of all clients, and how many ended where.
    pub(super) fn table(&self) -> String {
        let header = [
            ("reference", 10),
            ("name", 36),
            ("product", 18),
            ("risk", 12),
            ("status", 14),
            ("waits for, or why not", 60),
        ];
        let row = |client: &Ending| {
            let of = |text: &String| text.clone();
            let waits_for = client.waits_for.join(", ");
            let (name, product) = (of(&client.name), of(&client.product));
            [
                of(&client.reference),
                name,
                product,
                of(&client.risk),
                of(&client.status),
                waits_for,
            ]
        };
        let rows: Vec<[String; 6]> = self.clients.iter().map(row).collect();
        let mut statuses: BTreeMap<String, usize> = BTreeMap::new();
        for client in &self.clients {
            *statuses.entry(client.status.clone()).or_default() += 1;
        }
        format!(
            "{}\n\nclients: {}\ndirectors, partners and owners, for their companies' sake: {}",
            table::text(header, &rows),
            counts(&statuses),
            counts(&self.associates),
        )
    }

    /// The waiting clients with their reasons in full.
    pub(super) fn reasons(&self) -> String {
        let mut lines = Vec::new();
        for client in self.clients.iter().filter(|client| !client.why.is_empty()) {
            lines.push(format!(
                "{}  {}",
                client.reference,
                table::harmless(&client.name)
            ));
            lines.extend(
                client
                    .why
                    .iter()
                    .map(|why| format!("        {}", table::harmless(why))),
            );
        }
        lines.join("\n")
    }
}

fn counts(statuses: &BTreeMap<String, usize>) -> String {
    let counts: Vec<String> = statuses
        .iter()
        .map(|(status, count)| format!("{count} {status}"))
        .collect();
    counts.join(", ")
}

/// Reads a profile.
pub(super) async fn profile(api: &Api, id: &str) -> Result<Value, Trouble> {
    let answer = api.call(Call::get(format!("/profiles/{id}"))).await;
    Ok(answer
        .map_err(|failure| Trouble::new(failure.to_string()))?
        .body)
}

/// The applications of a profile that are shown.
pub(super) fn shown(profile: &Value) -> impl Iterator<Item = &Value> {
    list(&profile["applications"])
        .iter()
        .filter(|application| application["hidden"] != true)
}

/// The name of a person or company.
pub(super) fn name(profile: &Value) -> String {
    let data = &profile["collected_data"];
    let person = &data["personal_details"]["name"];
    let names = list(&person["given_names"])
        .iter()
        .chain([&person["family_name"], &data["metadata"]["name"]]);
    let names: Vec<&str> = names.filter_map(Value::as_str).collect();
    names.join(" ")
}

/// What an application waits for, in a word.
pub(super) fn word(waiting: &Value) -> String {
    let subject = text(&waiting["subject"]);
    if subject.is_empty() {
        words(&waiting["kind"])
    } else {
        subject
    }
}

/// A code as words: `IN_REVIEW` is "in review".
pub(super) fn words(code: &Value) -> String {
    text(code).to_lowercase().replace('_', " ")
}

/// A list, empty when it is absent.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A text, empty when it is absent.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
