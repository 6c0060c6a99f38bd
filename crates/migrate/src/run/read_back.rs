//! Reading everything back and comparing it with what was sent: the counts of a run are of what is
//! there, not of what was answered.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::time::Instant;

use super::gone::{self, Gone};
use super::links::{pointer, same};
use super::standing::Standing;
use super::targets::{Kind, Target, targets};
use super::{ProfileCounts, Work, rest};
use crate::Error;
use crate::api::{Call, Failure};
use crate::mapping::ASSOCIATE_LISTS;

/// How many differences are kept and written; the rest are only counted.
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
    /// Everything that is not as it was sent, up to [`DIFFERENCES_COUNT_MAX`].
    pub differences: Vec<Difference>,
    /// How many differences there are of each cause.
    pub counts: CauseCounts,
}

/// Differences by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CauseCounts {
    /// Of every cause.
    pub all: u64,
    /// [`Cause::RowChanged`].
    pub row_changed: u64,
    /// [`Cause::RowGone`].
    pub row_gone: u64,
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
        if thing.kind != gone::Kind::Link {
            comparing.gone(thing.kind, &thing.why);
        }
    }
    if target.profile.is_empty() {
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        found.add(comparing.differences);
        return Ok(());
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
    let documents = documented(work, &profile, &mut comparing)?;
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

/// Counts the documents of a profile, as many as were sent; how many are there.
fn documented(work: &Work, profile: &Value, comparing: &mut Comparing<'_>) -> Result<u64, Error> {
    let mut wanted = comparing.target.gone_count(gone::Kind::Document) as u64;
    if let Some(place) = comparing.target.client {
        wanted += sent_documents(work, place)?;
    }
    let documents = profile["collected_data"]["documents"].as_array();
    let have = documents.map_or(0, Vec::len) as u64;
    if have < wanted {
        comparing.differ("documents", &wanted.to_string(), &have.to_string());
    }
    Ok(wanted.min(have))
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
        let sent = associate.entry.get()?;
        let is_there = entries.into_iter().flatten().any(|entry| {
            entry["linked_profile"]["id"] == json!(linked)
                && sent.as_object().is_none_or(|sent| {
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
    let target = comparing.target;
    let gone = target.gone.iter();
    let gone = gone.filter(|thing| thing.kind == gone::Kind::Link);
    let mut before: Vec<(&str, &str)> = gone
        .map(|thing| (thing.answer.as_str(), thing.why.as_str()))
        .collect();
    // The tool may have been killed between making a company with its links and writing them down.
    for profile in &target.sent_links {
        if !there.contains(profile) && before.iter().all(|(known, _)| known != profile) {
            before.push((profile, gone::GONE_OR_OTHER));
        }
    }
    for (linked, why) in before {
        // A row that was changed may stand for the same link; one that is gone there too is no matter.
        let counted = there.iter().filter(|known| *known == linked).count();
        if links_to(profile, linked) > counted {
            there.push(linked.to_owned());
            comparing.gone(gone::Kind::Link, why);
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
            let body = note.body.get()?;
            wanted.push(body["text"].as_str().unwrap_or_default().trim().to_owned());
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

    /// Something was sent and no row stands for it any more.
    fn gone(&mut self, kind: gone::Kind, why: &str) {
        let before = "migrated from this state";
        self.differ_by(Cause::RowGone, kind.as_str(), before, why);
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
        for difference in &differences {
            self.counts.all += 1;
            match difference.cause {
                Cause::Unknown => {}
                Cause::RowChanged => self.counts.row_changed += 1,
                Cause::RowGone => self.counts.row_gone += 1,
            }
        }
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
