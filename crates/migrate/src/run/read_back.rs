//! Reading everything back and comparing it with what was sent: the counts of a run are of what is
//! there, not of what was answered.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::time::Instant;

use super::attached::{audited, documented, done_with, linked, tagged};
use super::compare::Comparing;
use super::difference::{Cause, CauseCounts, Difference};
use super::gone::{self, Gone};
use super::noted::noted;
use super::sample::Sample;
use super::standing::{Moved, Standing};
use super::standings::Standings;
use super::targets::{Kind, Target, Targets, spots};
use super::undo::look::open;
use super::{ProfileCounts, Work, evidence, rest, second};
use crate::Error;
use crate::api::Failure;
use crate::ledger::Seen;

/// How many differences are kept and written; the rest are only counted.
pub const DIFFERENCES_COUNT_MAX: usize = 100_000;

/// How many clients are kept whose applications moved on; the rest are only counted.
pub const MOVED_COUNT_MAX: usize = 100_000;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct ReadBack {
    /// Profiles that should be there, by kind.
    pub expected: ProfileCounts,
    /// Links that should be there.
    pub expected_links: u64,
    /// Profiles found, by kind.
    pub profiles: ProfileCounts,
    /// Where each application stands.
    pub standing: Standings,
    /// Links found of those planned.
    pub links: u64,
    /// Customers whom a data provider keeps watching, and customers whom none does.
    pub monitored: (u64, u64),
    /// Everything that is not as it was sent, up to [`DIFFERENCES_COUNT_MAX`].
    pub differences: Vec<Difference>,
    /// How many differences there are of each cause.
    pub counts: CauseCounts,
    /// Applications that stand elsewhere than when the run ended: no difference, but the work that
    /// went on.
    pub moved: Vec<Moved>,
    /// How many clients they are; up to [`MOVED_COUNT_MAX`] are kept.
    pub moved_count: u64,
    /// A few clients, field by field.
    pub samples: Vec<Sample>,
    /// Profiles of which it is not known what the server added by itself: an older tool made them.
    pub unseen: u64,
    /// Why second profiles of the clients were not looked for.
    pub unlisted: Option<String>,
}

/// What a look at everything is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It ends a run, and remembers what the server added by itself.
    Run,
    /// It compares, notes of others included, and changes nothing in the state folder.
    Verify,
}

/// Reads back every profile of the run.
pub(super) async fn read_back(
    work: &Arc<Work>,
    gone: &Gone,
    purpose: Purpose,
) -> Result<ReadBack, Error> {
    let (targets, spots) = (Targets::new(work, gone)?, spots(work, gone)?);
    let sampled = super::sample::places(spots.len());
    let found = Arc::new(Mutex::new(ReadBack {
        standing: Standings::in_folder(work.ledger.folder())?,
        ..ReadBack::default()
    }));
    let places = (0..spots.len()).map(|place| (1, place)).collect();
    let deadline = rest::deadline();
    work.reporter.begin("read back", spots.len() as u64);
    let outcome = work.drive(places, |work, place| {
        let found = Arc::clone(&found);
        let target = targets.at(&work, spots[place]);
        let look = Look {
            place,
            purpose,
            deadline,
            is_sampled: sampled.contains(&place),
        };
        async move {
            match target? {
                Some(target) => one(&work, &target, &found, look).await,
                None => Ok(()),
            }
        }
    });
    let outcome = outcome.await;
    work.reporter.end();
    outcome?;
    let mut read_back = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    if purpose == Purpose::Verify {
        match second::look(work).await? {
            Ok(differences) => read_back.add(differences),
            Err(why) => {
                work.reporter
                    .say(&format!("{}: {why}", second::NOT_LOOKED_FOR));
                read_back.unlisted = Some(why);
            }
        }
    }
    read_back.standing.sort();
    read_back.moved.sort();
    read_back
        .samples
        .sort_by(|a, b| a.reference.cmp(&b.reference));
    read_back
        .differences
        .sort_by(|a, b| (&a.reference, &a.what).cmp(&(&b.reference, &b.what)));
    Ok(read_back)
}

/// How one profile is looked at.
#[derive(Clone, Copy)]
struct Look {
    /// Its number among the profiles that are read back.
    place: usize,
    purpose: Purpose,
    deadline: Instant,
    is_sampled: bool,
}

async fn one(
    work: &Work,
    target: &Target,
    found: &Mutex<ReadBack>,
    look: Look,
) -> Result<(), Error> {
    let found = || found.lock().unwrap_or_else(PoisonError::into_inner);
    let seen = work.ledger.seen(&target.profile)?;
    let mut comparing = Comparing::new(target, seen.is_some(), look.purpose);
    for thing in &target.gone {
        if thing.kind != gone::Kind::Link {
            comparing.gone(thing.kind, (&thing.why, thing.is_changed));
        }
    }
    let mut due = due(work, target)?;
    if target.profile.is_empty() {
        found().add(comparing.differences);
        return Ok(());
    }
    let Some(profile) = profile(work, look.deadline, &mut comparing).await? else {
        let mut found = found();
        found.expect(target.kind, &due);
        found.add(comparing.differences);
        return Ok(());
    };
    let sent = &target.body["collected_data"];
    let data = &profile["collected_data"];
    comparing.compare("collected_data", (sent, &target.sent), data);
    if matches!(
        target.kind,
        Kind::IndividualCustomer | Kind::CompanyCustomer
    ) {
        comparing.applications(&profile);
    }
    comparing.left_applications(&profile);
    let (links, documents, notes) = hanging(work, &profile, &mut due, &mut comparing).await?;
    if look.purpose == Purpose::Verify {
        audited(work, &mut comparing).await?;
    }
    let standing = Standing::of(&target.reference, &profile);
    let stood = seen.as_ref().map(|seen| seen.standing.clone());
    let is_unseen = seen.is_none() && look.purpose == Purpose::Verify;
    added(work, (seen, &standing), look.purpose, &mut comparing)?;
    let kind = match (target.kind, profile["role"].as_str()) {
        (Kind::Gone, Some("INDIVIDUAL_CUSTOMER")) => Kind::IndividualCustomer,
        (Kind::Gone, Some("COMPANY_CUSTOMER")) => Kind::CompanyCustomer,
        (kind, _) => kind,
    };
    let sample = if look.is_sampled {
        Some(Sample::of(work, target, &profile)?)
    } else {
        None
    };
    let mut found = found();
    found.samples.extend(sample);
    found.expect(kind, &due);
    found.unseen += u64::from(is_unseen);
    found.profiles.count(kind, documents, notes);
    found.links += links;
    found.watch(kind, &profile);
    found.moved(Moved::between(stood.as_deref(), &standing));
    found.standing.add(look.place, &standing)?;
    found.add(comparing.differences);
    Ok(())
}

/// Whether the latest check of some variant goes on watching: ongoing monitoring, which ends with the
/// last open application. A server that does not tell of applications is taken at its checks' word.
fn is_monitored(profile: &Value) -> bool {
    if profile["applications"].is_array() && open(profile).is_empty() {
        return false;
    }
    let checks = profile["checks"].as_array().into_iter().flatten();
    let providers = checks.flat_map(|check| check["providers"].as_array().into_iter().flatten());
    providers
        .into_iter()
        .any(|provider| provider["is_monitored"] == true)
}

/// Looks for what hangs on a profile; how many links, documents and notes are there. What is there though
/// the ledger was not sure of it is due, too.
async fn hanging(
    work: &Work,
    profile: &Value,
    due: &mut Due,
    comparing: &mut Comparing<'_>,
) -> Result<(u64, u64, u64), Error> {
    let (links, unsure_count) = linked(work, profile, comparing)?;
    due.links += unsure_count;
    let documents = documented(work, profile, comparing).await?;
    let notes = noted(work, profile, comparing).await?;
    decided(work, profile, comparing).await?;
    tagged(work, profile, comparing)?;
    Ok((links, documents, notes))
}

/// Looks for the client's evidence.
async fn decided(work: &Work, profile: &Value, comparing: &mut Comparing<'_>) -> Result<(), Error> {
    let Some(place) = comparing.target.client else {
        return Ok(());
    };
    for (task, expected, there) in evidence::found(work, place, profile).await? {
        comparing.differ(&format!("evidence for {task}"), &expected, &there);
    }
    let client = &work.book.clients[place];
    if comparing.purpose == Purpose::Run {
        let row = &client.row;
        let warnings = evidence::contradicted(evidence::of(client), profile);
        work.ledger
            .warn(work.file(row), row.record.row, &warnings)?;
    }
    Ok(())
}

/// The profile, unless it is not there any more.
async fn profile(
    work: &Work,
    deadline: Instant,
    comparing: &mut Comparing<'_>,
) -> Result<Option<Value>, Error> {
    match work.at_rest(&comparing.target.profile, deadline).await {
        Ok(profile) => Ok(Some(profile)),
        Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => {
            comparing.differ("profile", "there", &message);
            Ok(None)
        }
        Err(failure) => Err(failure.into()),
    }
}

/// What should hang on a profile.
#[derive(Clone, Copy, Default)]
struct Due {
    links: u64,
    documents: u64,
    notes: u64,
}

/// What the ledger says hangs on a profile, that no row stands for any more included.
fn due(work: &Work, target: &Target) -> Result<Due, Error> {
    let gone = |kind| target.gone_count(kind) as u64;
    let mut due = Due {
        links: gone(gone::Kind::Link),
        documents: gone(gone::Kind::Document),
        notes: gone(gone::Kind::Note),
    };
    let Some(place) = target.client else {
        return Ok(due);
    };
    let (book, followers) = (&work.book, &work.followers[place]);
    for associate in &followers.associates {
        due.links += u64::from(done_with(work, &book.associates[*associate].row)?.is_some());
    }
    for scan in &followers.documents {
        let scan = &book.documents[*scan];
        let is_document = scan.kind.as_ref().is_some_and(|kind| !kind.is_file);
        due.documents += u64::from(is_document && done_with(work, &scan.row)?.is_some());
    }
    for note in &followers.notes {
        due.notes += u64::from(done_with(work, &book.notes[*note].row)?.is_some());
    }
    Ok(due)
}

/// Tells what was added since the profile was first read back. That first look is at the end of the run
/// that made the profile: what is there by then, which people may have added meanwhile too, counts as
/// the server's own, and is remembered. A run looks at what it sent only:
/// automation and people may go on adding while it works.
fn added(
    work: &Work,
    (seen, standing): (Option<Seen>, &[Standing]),
    purpose: Purpose,
    comparing: &mut Comparing<'_>,
) -> Result<(), Error> {
    let extras = std::mem::take(&mut comparing.extras);
    if purpose == Purpose::Verify {
        let seen = seen.map(|seen| seen.extras);
        let is_since = |name: &String| seen.as_ref().is_some_and(|seen| !seen.contains(name));
        for (name, value) in extras.iter().filter(|(name, _)| is_since(name)) {
            comparing.differ_by(Cause::Added, name, "", value);
        }
        return Ok(());
    }
    let seen = Seen {
        extras: match seen {
            Some(seen) => seen.extras,
            None => extras.into_keys().collect(),
        },
        standing: standing.iter().map(Standing::stands).collect(),
    };
    work.ledger.saw(&comparing.target.profile, &seen)?;
    Ok(())
}

impl ReadBack {
    fn expect(&mut self, kind: Kind, due: &Due) {
        self.expected.count(kind, due.documents, due.notes);
        self.expected_links += due.links;
    }

    fn moved(&mut self, moved: Option<Moved>) {
        self.moved_count += u64::from(moved.is_some());
        if self.moved.len() < MOVED_COUNT_MAX {
            self.moved.extend(moved);
        }
    }

    /// Counts a customer as monitored or not.
    fn watch(&mut self, kind: Kind, profile: &Value) {
        match (kind, is_monitored(profile)) {
            (Kind::IndividualCustomer | Kind::CompanyCustomer, true) => self.monitored.0 += 1,
            (Kind::IndividualCustomer | Kind::CompanyCustomer, false) => self.monitored.1 += 1,
            _ => {}
        }
    }

    fn add(&mut self, differences: Vec<Difference>) {
        for difference in &differences {
            self.counts.count(difference.cause);
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
