//! The report of a look at everything.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::gone::Gone;
use super::read_back::ReadBack;
use super::summary::FileCounts;
use super::{Work, results};
use crate::api::Call;
use crate::book::Judged;
use crate::check::Policy;
use crate::report::{About, EXCEPTIONS_COUNT_MAX, Exception, Input, Report, Totals};
use crate::{Error, clock, hex};

/// Bytes of a file that are hashed at a time.
const PIECE_BYTES: usize = 1 << 16;

/// What a look at everything began with.
pub(super) struct Begun {
    pub(super) command: &'static str,
    pub(super) at: String,
    pub(super) policy: Policy,
    pub(super) inputs: Vec<Input>,
}

impl Begun {
    /// Hashes what was read; a run writes the hashes down.
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

/// The mapping and the source files, with their hashes.
fn inputs(work: &Work) -> Result<Vec<Input>, Error> {
    let mut rows: BTreeMap<usize, u64> = BTreeMap::new();
    for row in work.book.rows() {
        *rows.entry(row.source).or_default() += 1;
    }
    let mapping = (&work.options.mapping, "the mapping", None);
    let sources = work.book.mapping.sources.iter().enumerate();
    let sources = sources.map(|(place, source)| {
        let rows = rows.get(&place).copied().unwrap_or_default();
        (&source.path, source.file.as_str(), Some(rows))
    });
    let mut inputs = Vec::new();
    for (path, file, rows) in std::iter::once(mapping).chain(sources) {
        let (sha256, bytes) = digest(path)?;
        let as_run = work.ledger.fact(&fact(file))?;
        inputs.push(Input {
            file: file.to_owned(),
            is_as_run: as_run.map(|as_run| as_run == sha256),
            sha256,
            bytes,
            rows,
        });
    }
    Ok(inputs)
}

/// SHA-256 of a file in hex, and its size.
fn digest(path: &Path) -> Result<(String, u64), Error> {
    let broken = |error: std::io::Error| Error::Source {
        file: path.display().to_string(),
        message: error.to_string(),
        hint: None,
    };
    let mut file = File::open(path).map_err(broken)?;
    let (mut hasher, mut size) = (Sha256::new(), 0);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let read = file.read(&mut piece).map_err(broken)?;
        if read == 0 {
            return Ok((hex(&hasher.finalize()), size));
        }
        hasher.update(&piece[..read]);
        size += read as u64;
    }
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
            files_compared: work.files_held.load(std::sync::atomic::Ordering::Relaxed),
            files_not_given: work.files_unheld.load(std::sync::atomic::Ordering::Relaxed),
            unseen: found.unseen,
        },
        differences: found.differences,
        counts: found.counts,
        standing: found.standing,
        moved: found.moved,
        moved_count: found.moved_count,
        samples: found.samples,
        ..Report::default()
    };
    count_rows(work, gone, &mut report)?;
    Ok(report)
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
    for row in work.book.rows() {
        let (outcome, error) = became(work, gone, row)?;
        let counts = &mut files[row.source];
        counts.rows += 1;
        *counts.outcomes.entry(outcome).or_default() += 1;
        for reason in &row.verdict.reasons {
            *counts.reasons.entry(reason.clone()).or_default() += 1;
        }
        if !outcome.starts_with("migrated") {
            report.exceptions_count += 1;
            if report.exceptions.len() < EXCEPTIONS_COUNT_MAX {
                report.exceptions.push(Exception {
                    file: work.file(row).to_owned(),
                    row: row.record.row,
                    key: row.reference.clone(),
                    outcome,
                    reasons: row.verdict.reasons.join(";"),
                    error,
                });
            }
        }
    }
    report.files = files;
    Ok(())
}

/// What became of a row, and what the server said of it.
fn became(work: &Work, gone: &Gone, row: &Judged) -> Result<(&'static str, String), Error> {
    if gone.profile(row).is_some() {
        return Ok((results::MIGRATED_BEFORE, String::new()));
    }
    let (file, number) = (work.file(row), row.record.row);
    let is_as_planned = work.ledger.hash_at(file, number)?.as_ref() == Some(&row.record.hash());
    let state = work.ledger.row(file, number)?.filter(|_| is_as_planned);
    let outcome = results::outcome(row, state.as_ref());
    Ok((
        outcome,
        state.and_then(|state| state.error).unwrap_or_default(),
    ))
}
