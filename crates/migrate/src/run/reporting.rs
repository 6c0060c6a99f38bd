//! The report of a look at everything.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use uuid::Uuid;

use super::evidence::Unsent;
use super::gone::Gone;
use super::read_back::ReadBack;
use super::results::lacking::Lacking;
use super::summary::FileCounts;
use super::{Work, evidence, held, results, starts};
use crate::api::Call;
use crate::book::Judged;
use crate::check::Policy;
use crate::ledger::Trouble;
use crate::report::{
    About, EXCEPTIONS_COUNT_MAX, EvidenceCounts, Exception, Input, ReasonCount, Report, Totals,
};
use crate::source::Digest;
use crate::{Error, clock};

/// What a look at everything began with.
pub(super) struct Begun {
    pub(super) command: &'static str,
    pub(super) at: String,
    pub(super) policy: Policy,
    pub(super) inputs: Vec<Input>,
}

impl Begun {
    /// Names what was read by its hash; a run writes the hashes down.
    pub(super) fn now(work: &Work, command: &'static str, policy: Policy) -> Result<Begun, Error> {
        Ok(Begun {
            command,
            at: clock::written(clock::now()),
            policy,
            inputs: inputs(work)?,
        })
    }

    /// Writes down that these are the files brought over.
    pub(super) fn remember(&mut self, work: &Work) -> Result<(), Error> {
        for input in &mut self.inputs {
            work.ledger.set_fact(&fact(&input.file), &input.sha256)?;
            input.is_as_run = Some(true);
        }
        Ok(())
    }
}

fn fact(file: &str) -> String {
    format!("sha256 of {file}")
}

/// The mapping and the sources, with the hashes of what was read of them: none is read again, which
/// might be another by now, or a command that would run twice.
fn inputs(work: &Work) -> Result<Vec<Input>, Error> {
    let mapping = &work.book.mapping;
    let mut inputs = vec![input(work, "the mapping", &mapping.digest, None)?];
    for source in &mapping.sources {
        let digest = source.digest.clone().unwrap_or_default();
        inputs.push(input(work, &source.file, &digest, Some(digest.rows))?);
    }
    Ok(inputs)
}

fn input(work: &Work, file: &str, digest: &Digest, rows: Option<u64>) -> Result<Input, Error> {
    let as_run = work.ledger.fact(&fact(file))?;
    Ok(Input {
        file: file.to_owned(),
        is_as_run: as_run.map(|as_run| as_run == digest.sha256),
        sha256: digest.sha256.clone(),
        bytes: digest.bytes,
        rows,
    })
}

/// The report of what was found.
pub(super) async fn report(
    work: &Work,
    gone: &Gone,
    begun: Begun,
    found: ReadBack,
) -> Result<Report, Error> {
    let first = found.standing.iter().next().transpose()?;
    let key_name = match first {
        Some(one) => key_name(work, &one.profile).await,
        None => None,
    };
    let mut report = Report {
        about: About {
            command: begun.command,
            begun_at: begun.at,
            ended_at: clock::written(clock::now()),
            run: work.ledger.run().to_string(),
            run_begun_at: made_at(work.ledger.run()),
            book: work.book.mapping.name.clone(),
            scope: work.book.scope.as_str().to_owned(),
            account: account(work)?,
            addresses: work.options.base_urls.join(", "),
            key_name,
            configuration: match begun.policy {
                Policy::Version(number) => format!("version {number}"),
                Policy::Missing => "none is published".to_owned(),
                Policy::Unread(why) => format!("not known: {why}"),
            },
        },
        inputs: begun.inputs,
        totals: Totals {
            expected: found.expected,
            found: found.profiles,
            links_expected: found.expected_links,
            links_found: found.links,
            files_compared: work.files_held.load(Ordering::Relaxed),
            files_compared_before: work.files_held_before.load(Ordering::Relaxed),
            files_not_given: work.files_unheld.load(Ordering::Relaxed),
            unseen: found.unseen,
            companies_lacking_associates: Lacking::of(&work.book).count(),
            doubled: work.ledger.doubled_count()?,
            monitored: found.monitored,
            evidence: evidence_counts(work)?,
        },
        starts: starts::all(&work.ledger)?,
        starts_count: starts::count(&work.ledger)?,
        windows: held::all(work).await?,
        has_own_windows: held::has_all_own(&work.ledger)?,
        differences: found.differences,
        counts: found.counts,
        standing: found.standing,
        moved: found.moved,
        moved_count: found.moved_count,
        unlisted: found.unlisted,
        samples: found.samples,
        ..Report::default()
    };
    count_rows(work, gone, &mut report)?;
    Ok(report)
}

/// When an id was made, as reports write it.
fn made_at(id: Uuid) -> String {
    let at = id.get_timestamp().map(|at| at.to_unix());
    let at = at.and_then(|(seconds, _)| i64::try_from(seconds).ok());
    let at = at.and_then(|seconds| Timestamp::from_second(seconds).ok());
    at.map(clock::written).unwrap_or_default()
}

/// What became of the decisions of the old system that come over.
fn evidence_counts(work: &Work) -> Result<EvidenceCounts, Error> {
    let mut counts = EvidenceCounts::default();
    for (place, client) in work.book.clients.iter().enumerate() {
        for one in evidence::of(client) {
            let step = evidence::step(&client.row.reference, one);
            let count = match work.ledger.answer(&step)? {
                Some(answer) if answer == evidence::LEFT => &mut counts.not_needed,
                Some(_) if is_note(work.ledger.sent(&step)?) => &mut counts.notes,
                Some(_) => &mut counts.passes,
                None => match trouble(work, place, &step)? {
                    Some(Trouble::Refused) => &mut counts.refused,
                    Some(Trouble::NoTask) => &mut counts.without_task,
                    None => &mut counts.waiting,
                },
            };
            *count += 1;
        }
    }
    Ok(counts)
}

/// Why a piece of evidence did not come over, if that is known: its client is there, and the last try
/// ended so.
fn trouble(work: &Work, place: usize, step: &str) -> Result<Option<Trouble>, Error> {
    if work.profile(place)?.is_none() || work.ledger.intent(step)?.is_some() {
        return Ok(None);
    }
    let state = work.planned(&work.book.clients[place].row)?;
    let has_failed = state.is_some_and(|state| state.state == "failed");
    let trouble = work.ledger.trouble(step)?;
    Ok(trouble.filter(|_| has_failed))
}

/// Whether a piece of evidence went to the notes of a task: the path and the body that were sent.
fn is_note(sent: Option<String>) -> bool {
    evidence::sent(sent).is_some_and(|(path, _)| path.ends_with(evidence::NOTES))
}

/// Institution and environment, as the ledger has them from the server.
fn account(work: &Work) -> Result<String, Error> {
    let fact = |name: &str| Ok::<_, Error>(work.ledger.fact(name)?.unwrap_or_default());
    let (institution, id) = (fact("institution name")?, fact("institution")?);
    let environment = fact("environment")?;
    let account = format!("{institution} {id} {environment}");
    Ok(account.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The name of the key that made a profile, where the audit tells it.
async fn key_name(work: &Work, profile: &str) -> Option<String> {
    let path = format!("/profiles/{profile}/audit-items");
    let items = work.api.call(Call::get(path)).await.ok()?.body;
    let mut items = items.as_array()?.iter();
    let made = items.find(|item| item["action"] == super::CREATED_PROFILE)?;
    made["apikey"]["name"].as_str().map(str::to_owned)
}

/// Counts what became of the rows, and keeps those that did not come over.
fn count_rows(work: &Work, gone: &Gone, report: &mut Report) -> Result<(), Error> {
    let sources = work.book.mapping.sources.iter();
    let mut files: Vec<FileCounts> = sources
        .map(|source| FileCounts {
            file: source.file.clone(),
            ..FileCounts::default()
        })
        .collect();
    let mut reasons: BTreeMap<(usize, &'static str, String), u64> = BTreeMap::new();
    let unsent = Unsent::of(work)?;
    for row in work.book.rows() {
        let (outcome, said, error) = became(work, (gone, &unsent), row)?;
        let counts = &mut files[row.source];
        counts.rows += 1;
        *counts.outcomes.entry(outcome).or_default() += 1;
        for reason in &said {
            *counts.reasons.entry(reason.clone()).or_default() += 1;
            let key = (row.source, outcome, reason.clone());
            *reasons.entry(key).or_default() += 1;
        }
        if !outcome.starts_with("migrated") {
            report.exceptions_count += 1;
            if report.exceptions.len() < EXCEPTIONS_COUNT_MAX {
                report.exceptions.push(Exception {
                    file: work.file(row).to_owned(),
                    row: row.record.row,
                    line: row.record.line,
                    key: row.reference.clone(),
                    outcome,
                    reasons: said.join(";"),
                    error,
                });
            }
        }
    }
    report.reasons = reasons
        .into_iter()
        .map(|((source, outcome, reason), rows)| ReasonCount {
            file: files[source].file.clone(),
            outcome,
            reason,
            rows,
        })
        .collect();
    report.files = files;
    Ok(())
}

/// What became of a row, its reasons, and what the server said of it.
fn became(
    work: &Work,
    (gone, unsent): (&Gone, &Unsent),
    row: &Judged,
) -> Result<(&'static str, Vec<String>, String), Error> {
    if gone.profile(row).is_some() {
        let reasons = results::reasons(row, None);
        return Ok((results::MIGRATED_BEFORE, reasons, String::new()));
    }
    let state = unsent.judged(row, work.planned(row)?);
    let outcome = results::outcome(row, state.as_ref());
    let reasons = results::reasons(row, state.as_ref());
    let error = state.and_then(|state| state.error);
    let error = row.advice.as_deref().map(str::to_owned).or(error);
    Ok((outcome, reasons, error.unwrap_or_default()))
}
