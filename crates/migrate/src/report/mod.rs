//! The report of a migration: what an auditor asks for, as JSON and as a page.
//!
//! It says what was compared with what and when, by which tool, against which policy, from which
//! files (with their SHA-256), how many of each kind there should be and are, and everything that is
//! not as it was sent. `run` writes one at its end, `verify` whenever it is asked to.

mod html;
mod sections;

use std::io::{self, BufWriter, Write};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::run::{
    CauseCounts, Difference, FileCounts, HeldWindow, Moved, ProfileCounts, Sample, Standings,
    Start, in_words, is_reconciled,
};

/// Rows that did not come over of which the report shows the reasons; all are in the result files.
pub const EXCEPTIONS_COUNT_MAX: usize = 1_000;

/// A whole report.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Who compared what, when and with what.
    pub about: About,
    /// What was read, and what it should have been.
    pub inputs: Vec<Input>,
    /// Per source file: what became of its rows.
    pub files: Vec<FileCounts>,
    /// What should be there, and what is.
    pub totals: Totals,
    /// Everything that is not as it was sent, up to
    /// [`DIFFERENCES_COUNT_MAX`](crate::run::DIFFERENCES_COUNT_MAX).
    pub differences: Vec<Difference>,
    /// How many differences there are of each cause.
    pub counts: CauseCounts,
    /// Rows that did not come over, up to [`EXCEPTIONS_COUNT_MAX`].
    pub exceptions: Vec<Exception>,
    /// How many rows did not come over.
    pub exceptions_count: u64,
    /// Where each application stands.
    pub standing: Standings,
    /// Clients with applications that stand elsewhere than when the run ended, up to
    /// [`MOVED_COUNT_MAX`](crate::run::MOVED_COUNT_MAX).
    pub moved: Vec<Moved>,
    /// How many they are.
    pub moved_count: u64,
    /// A few clients, field by field.
    pub samples: Vec<Sample>,
    /// Why rows came over with a warning or did not come over, with how many they are.
    pub reasons: Vec<ReasonCount>,
    /// Every start of the run, oldest first, up to the latest
    /// [`STARTS_COUNT_MAX`](crate::run::STARTS_COUNT_MAX).
    pub starts: Vec<Start>,
    /// How many there were.
    pub starts_count: u64,
    /// The windows in which checks were switched off for the run's clients, oldest first.
    pub windows: Vec<HeldWindow>,
    /// Whether every window that the run opened is among them: an older version of the tool did not
    /// write them down.
    pub has_own_windows: bool,
    /// Why the run's window was not closed at its end, if it was not.
    pub still_open: Option<String>,
    /// Why second profiles of the clients were not looked for, where `verify` could not.
    pub unlisted: Option<String>,
}

/// Who compared what, when and with what.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// `run` or `verify`.
    pub command: &'static str,
    /// When the look began, in UTC.
    pub begun_at: String,
    /// When it ended, in UTC.
    pub ended_at: String,
    /// The run's id.
    pub run: String,
    /// When the run was first begun, in UTC.
    pub run_begun_at: String,
    /// The mapping's name.
    pub book: String,
    /// `all` or `active`.
    pub scope: String,
    /// The institution and the environment, as the server names them.
    pub account: String,
    /// Where the account was reached.
    pub addresses: String,
    /// The name of the API key, where the server's audit tells it.
    pub key_name: Option<String>,
    /// The version of the published policy, or why it is not known.
    pub configuration: String,
}

/// A file that was read.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// The file, as the mapping writes it.
    pub file: String,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Its data rows; none for the mapping.
    pub rows: Option<u64>,
    /// Whether it is the file that was brought over, if the run wrote that down.
    pub is_as_run: Option<bool>,
}

/// What should be there, and what is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    /// What the ledger says was made.
    pub expected: ProfileCounts,
    /// What was found.
    pub found: ProfileCounts,
    /// Links that were made.
    pub links_expected: u64,
    /// Links that were found.
    pub links_found: u64,
    /// Files whose content was fetched and compared by SHA-256.
    pub files_compared: u64,
    /// Files that an earlier run had fetched and compared, and this one did not again.
    pub files_compared_before: u64,
    /// Files whose content the server does not give back.
    pub files_not_given: u64,
    /// Profiles of which later additions cannot be told: an older version of the tool made them.
    pub unseen: u64,
    /// Companies that come over without associates whose rows were rejected.
    pub companies_lacking_associates: u64,
    /// Clients who were on the server already, from elsewhere, and came over all the same (`--again`).
    pub doubled: u64,
    /// Customers under ongoing monitoring, and customers whom no data provider monitors.
    pub monitored: (u64, u64),
    /// What became of the old system's decisions.
    pub evidence: EvidenceCounts,
}

/// What became of the old system's decisions (passes and refusals with their dates) that come over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EvidenceCounts {
    /// Accepted as the pass of a task.
    pub passes: u64,
    /// Accepted as a note on a task: no pass, or its task is not asked for.
    pub notes: u64,
    /// Not sent, since the task had passed by itself.
    pub not_needed: u64,
    /// Sent, and refused by the server; the client's row has failed.
    pub refused: u64,
    /// Not sent, since the client has no task that could take it; its row has failed.
    pub without_task: u64,
    /// Not sent yet, or sent and the outcome is not known yet.
    pub waiting: u64,
}

impl EvidenceCounts {
    /// Every decision that is to come over.
    pub fn all(&self) -> u64 {
        self.sent() + self.not_needed + self.without_task + self.waiting
    }

    /// Those that were sent, and answered.
    pub fn sent(&self) -> u64 {
        self.passes + self.notes + self.refused
    }

    fn to_json(self) -> Value {
        json!({
            "all": self.all(),
            "sent": self.sent(),
            "accepted_as_pass": self.passes,
            "accepted_as_note": self.notes,
            "refused": self.refused,
            "without_task": self.without_task,
            "not_needed": self.not_needed,
            "waiting": self.waiting,
        })
    }
}

/// How many rows of a file carry a reason, by what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReasonCount {
    /// The source file.
    pub file: String,
    /// What became of the rows, as [`FileCounts`] has it.
    pub outcome: &'static str,
    /// The reason, as a code.
    pub reason: String,
    /// How many rows.
    pub rows: u64,
}

/// A row that did not come over.
#[derive(Clone, Debug, Default)]
pub struct Exception {
    /// The source file.
    pub file: String,
    /// The row's number in it, from 1 below the header.
    pub row: u64,
    /// The line of the file on which it begins.
    pub line: u64,
    /// Its reference.
    pub key: String,
    /// `rejected`, `skipped`, `failed` or `waiting`.
    pub outcome: &'static str,
    /// Why, as codes.
    pub reasons: String,
    /// What the server said, if it did.
    pub error: String,
}

impl Report {
    /// Whether no difference was found (everything that was sent and that the server gives back is
    /// there as it was sent, and, where [`Report::looks_for_additions`], nothing was added since), and
    /// every row that is to come over has: the judgement of a run, too. A run whose window was not
    /// closed has not ended well, whatever came over.
    pub fn is_clean(&self) -> bool {
        self.still_open.is_none() && is_reconciled(&self.files, self.counts.all)
    }

    /// Says how the latest start ended, which is written down after the report.
    pub(crate) fn end(&mut self, start: Option<&Start>) {
        let Some(start) = start else { return };
        let known = self.starts.iter_mut();
        for known in known.filter(|one| one.number == start.number) {
            start.clone_into(known);
        }
    }

    /// Rows that are to come over and failed, and rows that were not sent yet.
    pub fn open_rows(&self) -> (u64, u64) {
        let count = |outcome| self.files.iter().map(|file| file.count(outcome)).sum();
        (count("failed"), count("waiting"))
    }

    /// Whether the look was for what others added, too: a run looks at what it sent only.
    pub fn looks_for_additions(&self) -> bool {
        self.about.command == "verify"
    }

    /// The report as a page that needs nothing else.
    pub fn to_html(&self) -> String {
        html::page(self)
    }

    /// Writes the report as JSON.
    ///
    /// Errors: the disk is full or broken.
    pub fn write_json(&self, file: impl Write) -> io::Result<()> {
        let mut file = BufWriter::new(file);
        serde_json::to_writer_pretty(&mut file, self)?;
        writeln!(file)?;
        file.flush()
    }

    /// All of it but where the applications stand.
    fn to_json(&self) -> Value {
        let about = &self.about;
        json!({
            "tool": {"name": "usher", "version": env!("CARGO_PKG_VERSION"), "command": about.command},
            "begun_at": about.begun_at,
            "ended_at": about.ended_at,
            "judgement": if self.is_clean() { "reconciled" } else { "not reconciled" },
            "rows_failed": self.open_rows().0,
            "rows_waiting": self.open_rows().1,
            "run": about.run,
            "run_begun_at": about.run_begun_at,
            "starts_count": self.starts_count,
            "starts": self.starts,
            "windows": self.windows,
            "has_own_windows": self.has_own_windows,
            "window_not_closed": self.still_open,
            "second_profiles_not_looked_for": self.unlisted,
            "book": about.book,
            "scope": about.scope,
            "account": about.account,
            "addresses": about.addresses,
            "key_name": about.key_name,
            "configuration": about.configuration,
            "inputs": self.inputs.iter().map(Input::to_json).collect::<Vec<_>>(),
            "files": self.files.iter().map(|file| json!({
                "file": file.file, "rows": file.rows, "outcomes": file.outcomes, "reasons": file.reasons,
            })).collect::<Vec<_>>(),
            "totals": self.totals.to_json(),
            "difference_counts": {
                "all": self.counts.all,
                "changed_on_server": self.counts.changed(),
                "added_on_server": self.counts.added,
                "row_changed": self.counts.row_changed,
                "row_gone": self.counts.row_gone,
                "product_left": self.counts.product_left,
            },
            "differences": self.differences.iter().map(Difference::to_json).collect::<Vec<_>>(),
            "reasons": self.reasons.iter().map(|one| json!({
                "file": one.file, "outcome": one.outcome, "reason": one.reason, "rows": one.rows,
            })).collect::<Vec<_>>(),
            "exceptions_count": self.exceptions_count,
            "exceptions": self.exceptions.iter().map(Exception::to_json).collect::<Vec<_>>(),
            "moved_count": self.moved_count,
            "moved": self.moved.iter().map(Moved::to_json).collect::<Vec<_>>(),
            "samples": self.samples.iter().map(Sample::to_json).collect::<Vec<_>>(),
        })
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        if let Value::Object(rest) = self.to_json() {
            for (name, value) in &rest {
                fields.serialize_entry(name, value)?;
            }
        }
        fields.serialize_entry("standing", &self.standing)?;
        fields.end()
    }
}

impl Input {
    fn to_json(&self) -> Value {
        json!({
            "file": self.file,
            "sha256": self.sha256,
            "bytes": self.bytes,
            "rows": self.rows,
            "is_as_run": self.is_as_run,
        })
    }
}

impl Totals {
    /// What is counted, how many there should be, and how many there are.
    pub fn entries(&self) -> Vec<(String, u64, u64)> {
        let expected = self.expected.entries();
        let pairs = expected.iter().zip(self.found.entries());
        let mut entries: Vec<_> = pairs
            .map(|((name, expected), (_, found))| (in_words(name), *expected, found))
            .collect();
        entries.push((
            "links between companies and associates".to_owned(),
            self.links_expected,
            self.links_found,
        ));
        entries
    }

    fn to_json(self) -> Value {
        let entries = self.entries().into_iter();
        let counts: Vec<Value> = entries
            .map(|(name, expected, found)| {
                json!({"what": name, "expected": expected, "found": found})
            })
            .collect();
        json!({
            "counts": counts,
            "files_compared": self.files_compared,
            "files_compared_before": self.files_compared_before,
            "files_not_given": self.files_not_given,
            "profiles_without_first_look": self.unseen,
            "companies_lacking_associates": self.companies_lacking_associates,
            "clients_made_again": self.doubled,
            "customers_monitored": self.monitored.0,
            "customers_not_monitored": self.monitored.1,
            "evidence": self.evidence.to_json(),
        })
    }
}

impl Exception {
    fn to_json(&self) -> Value {
        json!({
            "file": self.file,
            "row": self.row,
            "line": self.line,
            "key": self.key,
            "outcome": self.outcome,
            "reasons": self.reasons,
            "error": self.error,
        })
    }
}

impl Moved {
    fn to_json(&self) -> Value {
        json!({
            "key": self.reference,
            "profile_id": self.profile,
            "before": self.before,
            "now": self.now,
        })
    }
}
