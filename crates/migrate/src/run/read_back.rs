//! Reading everything back and comparing it with what was sent: the counts of a run are of what is
//! there, not of what was answered.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::time::Instant;

use super::clients::create_step;
use super::links::{inline_owner, pointer, same};
use super::standing::Standing;
use super::{ProfileCounts, Work, order, rest};
use crate::Error;
use crate::api::{Call, Failure};
use crate::book::{Entity, Person};

/// How many differences are kept; the rest are only counted.
pub const DIFFERENCES_COUNT_MAX: usize = 100_000;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct ReadBack {
    /// Profiles found, by kind.
    pub profiles: ProfileCounts,
    /// Where each application stands.
    pub standing: Vec<Standing>,
    /// Links found of those planned.
    pub links: u64,
    /// Everything that is not as it was sent.
    pub differences: Vec<Difference>,
}

/// One thing that is not as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The client's reference in the source.
    pub reference: String,
    /// Its profile.
    pub profile: String,
    /// What differs: a path, or `applications`, `documents`, `notes`.
    pub what: String,
    /// What was sent.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// A profile to be read back.
struct Target {
    /// The client's reference; of people named inline, the company's with a mark of their own.
    reference: String,
    profile: String,
    /// The body it was made with.
    body: Value,
    kind: Kind,
    /// Position of the client, for what follows it.
    client: Option<usize>,
}

#[derive(Clone, Copy)]
enum Kind {
    IndividualCustomer,
    CompanyCustomer,
    Inline,
    LeftOutCustomer,
}

/// Reads back every profile of the run.
pub(super) async fn read_back(work: &Arc<Work>) -> Result<ReadBack, Error> {
    let targets = Arc::new(targets(work)?);
    let found = Arc::new(Mutex::new(ReadBack::default()));
    let places = (0..targets.len()).collect();
    let deadline = rest::deadline();
    work.drive("read back", places, |work, place| {
        let (targets, found) = (Arc::clone(&targets), Arc::clone(&found));
        async move { one(&work, &targets[place], &found, deadline).await }
    })
    .await?;
    let mut read_back = found.lock().unwrap_or_else(PoisonError::into_inner).clone();
    read_back.standing.sort();
    read_back
        .differences
        .sort_by(|a, b| (&a.reference, &a.what).cmp(&(&b.reference, &b.what)));
    Ok(read_back)
}

/// What is read back: companies from above, then individuals, then people named inline. Automation
/// asks the owners of a company to apply on its behalf, so the company is looked at first.
fn targets(work: &Work) -> Result<Vec<Target>, Error> {
    let levels = order::levels(&work.book, &work.followers);
    let companies = levels.into_iter().rev().flatten();
    let companies = companies.flat_map(|group| group.members);
    let is_individual = |place: &usize| work.book.clients[*place].entity == Entity::Individual;
    let individuals = (0..work.book.clients.len()).filter(is_individual);
    let mut targets = Vec::new();
    for place in companies.chain(individuals) {
        targets.extend(client_target(work, place)?);
    }
    targets.extend(inline_targets(work)?);
    Ok(targets)
}

fn client_target(work: &Work, place: usize) -> Result<Option<Target>, Error> {
    let client = &work.book.clients[place];
    let reference = &client.row.reference;
    let kind = match (
        client.becomes_profile(),
        client.is_associate_only,
        client.entity,
    ) {
        (false, _, _) => return Ok(None),
        (true, true, _) => Kind::LeftOutCustomer,
        (true, false, Entity::Individual) => Kind::IndividualCustomer,
        (true, false, Entity::Company) => Kind::CompanyCustomer,
    };
    let profile = work.ledger.answer(&create_step(reference))?;
    Ok(profile.map(|profile| Target {
        reference: reference.clone(),
        profile,
        body: client.body.clone(),
        kind,
        client: Some(place),
    }))
}

fn inline_targets(work: &Work) -> Result<Vec<Target>, Error> {
    let mut targets = Vec::new();
    let mut seen = HashSet::new();
    let inline =
        work.book.associates.iter().filter(|associate| {
            associate.row.verdict.migrates() && associate.person == Person::Inline
        });
    for associate in inline {
        let reference = inline_owner(&associate.row.reference, associate);
        let Some(profile) = work.ledger.answer(&format!("{reference}/create"))? else {
            continue;
        };
        if seen.insert(profile.clone()) {
            targets.push(Target {
                reference,
                profile,
                body: associate.body.clone(),
                kind: Kind::Inline,
                client: None,
            });
        }
    }
    Ok(targets)
}

async fn one(
    work: &Work,
    target: &Target,
    found: &Mutex<ReadBack>,
    deadline: Instant,
) -> Result<(), Error> {
    let mut comparing = Comparing {
        target,
        differences: Vec::new(),
    };
    let profile = match work.at_rest(&target.profile, deadline).await {
        Ok(profile) => profile,
        Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => {
            comparing.differ("profile", "there", &message);
            found
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .add(comparing.differences);
            return Ok(());
        }
        Err(failure) => return Err(failure.into()),
    };
    let sent = &target.body["collected_data"];
    comparing.compare("collected_data", sent, &profile["collected_data"]);
    if matches!(
        target.kind,
        Kind::IndividualCustomer | Kind::CompanyCustomer
    ) {
        comparing.applications(&profile);
    }
    let mut links = 0;
    let (mut documents, mut notes) = (0, 0);
    if let Some(place) = target.client {
        links = linked(work, place, &profile, &mut comparing)?;
        let wanted = sent_documents(work, place)?;
        let have = profile["collected_data"]["documents"]
            .as_array()
            .map_or(0, Vec::len) as u64;
        if have < wanted {
            comparing.differ("documents", &wanted.to_string(), &have.to_string());
        }
        documents = wanted.min(have);
        notes = noted(work, place, &profile, &mut comparing).await?;
    }
    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
    found.profiles.count(target.kind, documents, notes);
    found.links += links;
    found
        .standing
        .extend(Standing::of(&target.reference, &profile));
    found.add(comparing.differences);
    Ok(())
}

/// How many documents the ledger says a client got.
fn sent_documents(work: &Work, place: usize) -> Result<u64, Error> {
    let mut count = 0;
    for scan in &work.followers[place].documents {
        let scan = &work.book.documents[*scan];
        let is_document = scan.kind.as_ref().is_some_and(|kind| !kind.is_file);
        let row = work.ledger.row(work.file(&scan.row), scan.row.record.row)?;
        if is_document && row.is_some_and(|row| row.state == "done") {
            count += 1;
        }
    }
    Ok(count)
}

/// Looks for every planned link in the company's lists; how many are there.
fn linked(
    work: &Work,
    place: usize,
    profile: &Value,
    comparing: &mut Comparing<'_>,
) -> Result<u64, Error> {
    let mut count = 0;
    for associate in &work.followers[place].associates {
        let associate = &work.book.associates[*associate];
        let row = work
            .ledger
            .row(work.file(&associate.row), associate.row.record.row)?;
        let (Some(row), Some(list)) = (row, &associate.list) else {
            continue;
        };
        let (true, Some(linked)) = (row.state == "done", row.profile) else {
            continue;
        };
        let entries = profile["collected_data"]
            .pointer(&pointer(list))
            .and_then(Value::as_array);
        let is_there = entries.into_iter().flatten().any(|entry| {
            entry["linked_profile"]["id"] == json!(linked)
                && associate.entry.as_object().is_none_or(|sent| {
                    sent.iter()
                        .all(|(name, value)| same(&entry[name.as_str()], value))
                })
        });
        if is_there {
            count += 1;
        } else {
            comparing.differ(
                list,
                &format!("a link to {linked}"),
                "none that says the same",
            );
        }
    }
    Ok(count)
}

/// Looks for the client's notes on its tasks; how many are there.
async fn noted(
    work: &Work,
    place: usize,
    profile: &Value,
    comparing: &mut Comparing<'_>,
) -> Result<u64, Error> {
    let mut wanted = Vec::new();
    for note in &work.followers[place].notes {
        let note = &work.book.notes[*note];
        let row = work.ledger.row(work.file(&note.row), note.row.record.row)?;
        if row.is_some_and(|row| row.state == "done") {
            wanted.push(note.body["text"].as_str().unwrap_or_default().trim());
        }
    }
    if wanted.is_empty() {
        return Ok(0);
    }
    let mut have = Vec::new();
    for task in profile["tasks"].as_array().into_iter().flatten() {
        let (Some(profile), Some(task)) = (profile["id"].as_str(), task["id"].as_str()) else {
            continue;
        };
        let path = format!("/profiles/{profile}/tasks/{task}/notes");
        match work.api.call(Call::get(path)).await {
            Ok(answer) => have.extend(answer.body.as_array().cloned().unwrap_or_default()),
            Err(Failure::Refused { .. } | Failure::Unclear(_)) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    let mut texts: Vec<&str> = have
        .iter()
        .filter_map(|note| note["text"].as_str())
        .map(str::trim)
        .collect();
    let mut count = 0;
    for wanted in wanted {
        if let Some(place) = texts.iter().position(|text| *text == wanted) {
            texts.swap_remove(place);
            count += 1;
        } else {
            comparing.differ("notes", "a note as it was sent", "none like it");
        }
    }
    Ok(count)
}

struct Comparing<'a> {
    target: &'a Target,
    differences: Vec<Difference>,
}

impl Comparing<'_> {
    /// Everything sent must be there; what the server adds is its own.
    fn compare(&mut self, path: &str, sent: &Value, found: &Value) {
        match sent {
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.compare(&format!("{path}.{name}"), value, &found[name.as_str()]);
                }
            }
            Value::Array(items) => {
                for (place, value) in items.iter().enumerate() {
                    self.compare(&format!("{path}[{place}]"), value, &found[place]);
                }
                let have = found.as_array().map_or(0, Vec::len);
                if have > items.len() {
                    self.differ(path, &format!("{} entries", items.len()), &have.to_string());
                }
            }
            sent if same(sent, found) => {}
            sent => self.differ(path, &plain(sent), &plain(found)),
        }
    }

    fn applications(&mut self, profile: &Value) {
        for wanted in self.target.body["applications"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let alias = &wanted["product"]["alias"];
            let applications = profile["applications"].as_array().into_iter().flatten();
            let count = applications
                .filter(|application| application["hidden"] != true)
                .filter(|application| &application["product"]["alias"] == alias)
                .count();
            if count != 1 {
                let expected = format!("one for {}", plain(alias));
                self.differ("applications", &expected, &count.to_string());
            }
        }
    }

    fn differ(&mut self, what: &str, expected: &str, found: &str) {
        self.differences.push(Difference {
            reference: self.target.reference.clone(),
            profile: self.target.profile.clone(),
            what: what.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
        });
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

impl ReadBack {
    fn add(&mut self, differences: Vec<Difference>) {
        let room = DIFFERENCES_COUNT_MAX.saturating_sub(self.differences.len());
        self.differences.extend(differences.into_iter().take(room));
    }
}

impl ProfileCounts {
    fn count(&mut self, kind: Kind, documents: u64, notes: u64) {
        match kind {
            Kind::IndividualCustomer => self.individual_customers += 1,
            Kind::CompanyCustomer => self.company_customers += 1,
            Kind::Inline => self.associates_given_inline += 1,
            Kind::LeftOutCustomer => self.left_out_customers_as_associates += 1,
        }
        self.documents += documents;
        self.notes += notes;
    }
}
