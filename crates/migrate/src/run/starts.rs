//! Every start of a run with its end: what an auditor asks for first.
//!
//! Each is a fact of the ledger, written when it begins and again when it ends. One without an end was
//! killed or cut off.

use serde::{Deserialize, Serialize};

use super::{Summary, Work};
use crate::ledger::Ledger;
use crate::{Error, clock};

/// Starts that a report shows; of more, the latest.
pub const STARTS_COUNT_MAX: u64 = 1_000;
/// The fact of a ledger that says how often its run was started.
const COUNT: &str = "starts";

/// One start of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Its number, from 1.
    pub number: u64,
    /// When it began to send, in UTC.
    pub begun_at: String,
    /// When it ended, in UTC; none when it was killed or cut off, or is under way.
    pub ended_at: Option<String>,
    /// `reconciled`, `not reconciled`, `stopped` or `broke off`; none as long as it has no end.
    pub outcome: Option<String>,
    /// Of a test with few clients: how many they were to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_clients: Option<u64>,
    /// The version of the tool.
    pub tool: String,
}

fn name(number: u64) -> String {
    format!("start {number}")
}

/// Writes down that the run begins to send.
pub(super) fn begin(work: &Work) -> Result<(), Error> {
    let number = count(&work.ledger)? + 1;
    let only = work.options.only.as_ref();
    let start = Start {
        number,
        begun_at: clock::written(clock::now()),
        only_clients: only.map(|only| only.len() as u64),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        ..Start::default()
    };
    keep(&work.ledger, &start)?;
    work.ledger.set_fact(COUNT, &number.to_string())
}

/// Writes down how the present start ended, unless that is on record; without a summary it broke off.
pub(super) fn end(ledger: &Ledger, summary: Option<&Summary>) -> Result<(), Error> {
    match ended(ledger, summary)? {
        Some(ended) => keep(ledger, &ended),
        None => Ok(()),
    }
}

/// How the present start ends, not written down; `None` where an end is on record.
pub(super) fn ended(ledger: &Ledger, summary: Option<&Summary>) -> Result<Option<Start>, Error> {
    let Some(start) = latest(ledger)?.filter(|one| one.ended_at.is_none()) else {
        return Ok(None);
    };
    let outcome = match summary {
        None => "broke off",
        Some(summary) if summary.is_stopped => "stopped",
        Some(summary) if summary.is_clean() => "reconciled",
        Some(_) => "not reconciled",
    };
    Ok(Some(Start {
        ended_at: Some(clock::written(clock::now())),
        outcome: Some(outcome.to_owned()),
        ..start
    }))
}

/// Writes a start down.
pub(super) fn keep(ledger: &Ledger, start: &Start) -> Result<(), Error> {
    let text = serde_json::to_string(start).map_err(|error| Error::State(error.to_string()))?;
    ledger.set_fact(&name(start.number), &text)
}

/// How often the run was started; 0 when an older version of the tool did not write it down.
///
/// Errors: a ledger that cannot be used, or that says something else than a number.
pub(super) fn count(ledger: &Ledger) -> Result<u64, Error> {
    let Some(text) = ledger.fact(COUNT)? else {
        return Ok(0);
    };
    text.parse().map_err(|_| ledger.unreadable(COUNT))
}

/// The latest start; `None` where an older version of the tool did not write it down.
pub(super) fn latest(ledger: &Ledger) -> Result<Option<Start>, Error> {
    read(ledger, count(ledger)?)
}

fn read(ledger: &Ledger, number: u64) -> Result<Option<Start>, Error> {
    let name = name(number);
    let Some(text) = ledger.fact(&name)? else {
        return Ok(None);
    };
    let start = serde_json::from_str(&text);
    start.map(Some).map_err(|_| ledger.unreadable(&name))
}

/// Whether the whole book was sent from a state, or part of it.
pub(crate) fn is_of_full_run(ledger: &Ledger) -> Result<bool, Error> {
    let is_full = all(ledger)?.iter().any(|one| one.only_clients.is_none());
    Ok(is_full && ledger.finished().next().transpose()?.is_some())
}

/// Every start, oldest first, up to the latest [`STARTS_COUNT_MAX`].
pub(super) fn all(ledger: &Ledger) -> Result<Vec<Start>, Error> {
    let count = count(ledger)?;
    let first = count.saturating_sub(STARTS_COUNT_MAX) + 1;
    let mut all = Vec::new();
    for number in first..=count {
        all.extend(read(ledger, number)?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_keeps_its_first_end_and_one_that_was_killed_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        end(&ledger, None).unwrap();
        assert!(all(&ledger).unwrap().is_empty());
        for number in 1..=2 {
            let start = Start {
                number,
                ..Start::default()
            };
            keep(&ledger, &start).unwrap();
            ledger.set_fact(COUNT, &number.to_string()).unwrap();
        }
        end(&ledger, Some(&Summary::default())).unwrap();
        end(&ledger, None).unwrap();
        let all = all(&ledger).unwrap();
        let told: Vec<_> = all.iter().map(|one| one.outcome.as_deref()).collect();
        assert_eq!(told, [None, Some("reconciled")]);
        assert!(all[0].ended_at.is_none() && all[1].ended_at.is_some());
    }

    #[test]
    fn what_cannot_be_read_is_said_and_not_taken_for_none() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        ledger.set_fact(COUNT, "1").unwrap();
        ledger.set_fact(&name(1), "{\"number\":").unwrap();
        let said = |error: Error| error.to_string();
        let unread = all(&ledger).unwrap_err();
        assert!(said(unread).contains("\"start 1\""));
        let unread = end(&ledger, None).unwrap_err();
        assert!(said(unread).contains("\"start 1\""));
        ledger.set_fact(COUNT, "many").unwrap();
        let unread = count(&ledger).unwrap_err();
        assert!(said(unread).contains("\"starts\""));
    }
}
