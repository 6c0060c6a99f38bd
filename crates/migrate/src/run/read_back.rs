//! Reading everything back and comparing it with what was sent: the counts of a run are of what is
//! there, not of what was answered.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::time::Instant;

use super::clients::create_step;
use super::gone::{self, Gone, Thing};
use super::links::{inline_owner, pointer, same};
use super::standing::Standing;
use super::{ProfileCounts, Work, order, rest};
use crate::Error;
use crate::api::{Call, Failure};
use crate::book::{Entity, Person};
use crate::mapping::ASSOCIATE_LISTS;

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
    /// Where it comes from, as far as it is known.
    pub cause: Cause,
}

/// Where a difference comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Not known: the server did not keep it, or somebody changed it there.
    Unknown,
    /// It is as it was sent; the source says something else since.
    RowChanged,
    /// It was sent, and no row of the source stands for it any more.
    RowGone,
}

impl Cause {
    /// The cause as `differences.csv` words it; empty when it is not known.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Cause::Unknown => "",
            Cause::RowChanged => "the row was changed after it was sent",
            Cause::RowGone => "it was sent and the source no longer has it",
        }
    }
}

/// A profile to be read back.
struct Target {
    /// The client's reference; of people named inline, the company's with a mark of their own.
    reference: String,
    profile: String,
    /// The body its row makes by now.
    body: Value,
    /// The data it was made with; `Null` when that is not known.
    sent: Value,
    kind: Kind,
    /// Position of the client, for what follows it.
    client: Option<usize>,
    /// What was sent for it and is no longer in the source.
    gone: Vec<Thing>,
}

impl Target {
    /// How many things of a kind are no longer in the source.
    fn gone_count(&self, kind: gone::Kind) -> usize {
        self.gone.iter().filter(|thing| thing.kind == kind).count()
    }
}

#[derive(Clone, Copy)]
enum Kind {
    IndividualCustomer,
    CompanyCustomer,
    Inline,
    LeftOutCustomer,
    /// A client whose row is gone: what it is, the profile says.
    Gone,
}

/// Reads back every profile of the run.
pub(super) async fn read_back(work: &Arc<Work>, gone: &Gone) -> Result<ReadBack, Error> {
    let targets = Arc::new(targets(work, gone)?);
    let found = Arc::new(Mutex::new(ReadBack::default()));
    let places = (0..targets.len()).map(|place| (1, place)).collect();
    let deadline = rest::deadline();
    work.reporter.begin("read back", targets.len() as u64);
    let outcome = work.drive(places, |work, place| {
        let (targets, found) = (Arc::clone(&targets), Arc::clone(&found));
        async move { one(&work, &targets[place], &found, deadline).await }
    });
    let outcome = outcome.await;
    work.reporter.end();
    outcome?;
    let mut read_back = found.lock().unwrap_or_else(PoisonError::into_inner).clone();
    read_back.standing.sort();
    read_back
        .differences
        .sort_by(|a, b| (&a.reference, &a.what).cmp(&(&b.reference, &b.what)));
    Ok(read_back)
}

/// What is read back: companies from above, then individuals, then people named inline. Automation
/// asks the owners of a company to apply on its behalf, so the company is looked at first. At last
/// comes what no row stands for any more.
fn targets(work: &Work, gone: &Gone) -> Result<Vec<Target>, Error> {
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
    let places = targets.iter().enumerate();
    let known: HashMap<String, usize> = places
        .map(|(place, target)| (target.reference.clone(), place))
        .collect();
    for (reference, things) in &gone.things {
        let (people, things): (Vec<Thing>, Vec<Thing>) = things
            .iter()
            .cloned()
            .partition(|thing| thing.kind == gone::Kind::Inline);
        for person in people {
            targets.push(gone_target(work, reference, &person, Kind::Inline)?);
        }
        let client = things.iter().find(|one| one.kind == gone::Kind::Client);
        if let Some(client) = client.cloned() {
            let target = gone_target(work, reference, &client, Kind::Gone)?;
            targets.push(Target {
                gone: things,
                ..target
            });
        } else if let Some(place) = known.get(reference) {
            targets[*place].gone = things;
        }
    }
    Ok(targets)
}

/// A profile that no row stands for any more; it is compared with what it was made of.
fn gone_target(work: &Work, reference: &str, thing: &Thing, kind: Kind) -> Result<Target, Error> {
    let sent = sent(work, &thing.step)?;
    let data = if sent.is_null() {
        json!({})
    } else {
        sent.clone()
    };
    Ok(Target {
        reference: reference.to_owned(),
        profile: thing.answer.clone(),
        body: json!({"collected_data": data}),
        sent,
        kind,
        client: None,
        gone: vec![thing.clone()],
    })
}

/// The data a step made a profile of, without its links, which have rows of their own.
fn sent(work: &Work, step: &str) -> Result<Value, Error> {
    let Some(body) = work.ledger.sent(step)? else {
        return Ok(Value::Null);
    };
    let mut body: Value = serde_json::from_str(&body).unwrap_or_default();
    let mut data = body["collected_data"].take();
    for list in ASSOCIATE_LISTS {
        let (parent, name) = match list.rsplit_once('.') {
            Some((parent, name)) => (data.pointer_mut(&pointer(parent)), name),
            None => (Some(&mut data), *list),
        };
        if let Some(fields) = parent.and_then(Value::as_object_mut) {
            fields.remove(name);
        }
    }
    Ok(data)
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
    let step = create_step(reference);
    let Some(profile) = work.ledger.answer(&step)? else {
        return Ok(None);
    };
    Ok(Some(Target {
        reference: reference.clone(),
        profile,
        body: client.body.clone(),
        sent: sent(work, &step)?,
        kind,
        client: Some(place),
        gone: Vec::new(),
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
                sent: Value::Null,
                kind: Kind::Inline,
                client: None,
                gone: Vec::new(),
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
    for thing in &target.gone {
        let before = "migrated from this state";
        comparing.differ_by(Cause::RowGone, thing.kind.as_str(), before, &thing.why);
    }
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
    comparing.compare(
        "collected_data",
        (sent, &target.sent),
        &profile["collected_data"],
    );
    if matches!(
        target.kind,
        Kind::IndividualCustomer | Kind::CompanyCustomer
    ) {
        comparing.applications(&profile);
    }
    let links = linked(work, &profile, &mut comparing)?;
    let mut wanted = target.gone_count(gone::Kind::Document) as u64;
    if let Some(place) = target.client {
        wanted += sent_documents(work, place)?;
    }
    let have = profile["collected_data"]["documents"]
        .as_array()
        .map_or(0, Vec::len) as u64;
    if have < wanted {
        comparing.differ("documents", &wanted.to_string(), &have.to_string());
    }
    let documents = wanted.min(have);
    let notes = noted(work, &profile, &mut comparing).await?;
    let kind = match (target.kind, profile["role"].as_str()) {
        (Kind::Gone, Some("INDIVIDUAL_CUSTOMER")) => Kind::IndividualCustomer,
        (Kind::Gone, Some("COMPANY_CUSTOMER")) => Kind::CompanyCustomer,
        (kind, _) => kind,
    };
    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
    found.profiles.count(kind, documents, notes);
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

/// Looks for every planned link in the company's lists, and for those that no row stands for any
/// more; how many are there.
fn linked(work: &Work, profile: &Value, comparing: &mut Comparing<'_>) -> Result<u64, Error> {
    let mut there = Vec::new();
    let planned = comparing.target.client;
    let planned = planned.map(|place| &work.followers[place].associates);
    for associate in planned.into_iter().flatten() {
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
            there.push(linked);
        } else {
            comparing.differ(
                list,
                &format!("a link to {linked}"),
                "none that says the same",
            );
        }
    }
    for thing in &comparing.target.gone {
        if thing.kind != gone::Kind::Link {
            continue;
        }
        let counted = there.iter().filter(|id| **id == thing.answer).count();
        if links_to(profile, &thing.answer) > counted {
            there.push(thing.answer.clone());
        } else {
            let expected = format!("a link to {}", thing.answer);
            comparing.differ(thing.kind.as_str(), &expected, "none");
        }
    }
    Ok(there.len() as u64)
}

/// How many entries of a company's lists link a profile.
fn links_to(company: &Value, profile: &str) -> usize {
    let lists = ASSOCIATE_LISTS.iter().filter_map(|list| {
        company["collected_data"]
            .pointer(&pointer(list))?
            .as_array()
    });
    let entries = lists.flatten();
    entries
        .filter(|entry| entry["linked_profile"]["id"] == json!(profile))
        .count()
}

/// Looks for the client's notes on its tasks; how many are there. Of notes that no row stands for any
/// more the text is not known: as many others must be there.
async fn noted(work: &Work, profile: &Value, comparing: &mut Comparing<'_>) -> Result<u64, Error> {
    let mut wanted = Vec::new();
    let planned = comparing.target.client;
    let planned = planned.map(|place| &work.followers[place].notes);
    for note in planned.into_iter().flatten() {
        let note = &work.book.notes[*note];
        let row = work.ledger.row(work.file(&note.row), note.row.record.row)?;
        if row.is_some_and(|row| row.state == "done") {
            wanted.push(note.body["text"].as_str().unwrap_or_default().trim());
        }
    }
    let gone = comparing.target.gone_count(gone::Kind::Note);
    if wanted.is_empty() && gone == 0 {
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
    if texts.len() < gone {
        comparing.differ("notes", &format!("{gone} others"), &texts.len().to_string());
    }
    Ok(count + texts.len().min(gone) as u64)
}

struct Comparing<'a> {
    target: &'a Target,
    differences: Vec<Difference>,
}

impl Comparing<'_> {
    /// Everything that the row says must be there; what the server adds is its own. `before` is what
    /// was sent when the profile was made, which tells a row that was changed since from a profile
    /// that was.
    fn compare(&mut self, path: &str, (now, before): (&Value, &Value), found: &Value) {
        match now {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let pair = (value, &before[name.as_str()]);
                    self.compare(&format!("{path}.{name}"), pair, &found[name.as_str()]);
                }
                for (name, value) in before.as_object().into_iter().flatten() {
                    if !fields.contains_key(name) {
                        self.dropped(&format!("{path}.{name}"), value, &found[name.as_str()]);
                    }
                }
            }
            Value::Array(items) => {
                for (place, value) in items.iter().enumerate() {
                    let pair = (value, &before[place]);
                    self.compare(&format!("{path}[{place}]"), pair, &found[place]);
                }
                let have = found.as_array().map_or(0, Vec::len);
                if have > items.len() {
                    let was = before.as_array().map_or(0, Vec::len);
                    let cause = if was == have {
                        Cause::RowChanged
                    } else {
                        Cause::Unknown
                    };
                    let expected = format!("{} entries", items.len());
                    self.differ_by(cause, path, &expected, &have.to_string());
                }
            }
            now if same(now, found) => {}
            now if !before.is_null() && same(before, found) => {
                self.differ_by(Cause::RowChanged, path, &plain(now), &plain(found));
            }
            // A row that says more than it did: it is not there because it was not sent.
            now if !self.target.sent.is_null() && before.is_null() && found.is_null() => {
                self.differ_by(Cause::RowChanged, path, &plain(now), &plain(found));
            }
            now => self.differ(path, &plain(now), &plain(found)),
        }
    }

    /// What was sent once and the row no longer says: a difference where it is there still.
    fn dropped(&mut self, path: &str, before: &Value, found: &Value) {
        match before {
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.dropped(&format!("{path}.{name}"), value, &found[name.as_str()]);
                }
            }
            before if !before.is_null() && same(before, found) => {
                self.differ_by(Cause::RowChanged, path, "nothing", &plain(found));
            }
            _ => {}
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
        self.differ_by(Cause::Unknown, what, expected, found);
    }

    fn differ_by(&mut self, cause: Cause, what: &str, expected: &str, found: &str) {
        self.differences.push(Difference {
            reference: self.target.reference.clone(),
            profile: self.target.profile.clone(),
            what: what.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
            cause,
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
            Kind::LeftOutCustomer | Kind::Gone => self.left_out_customers_as_associates += 1,
        }
        self.documents += documents;
        self.notes += notes;
    }
}
