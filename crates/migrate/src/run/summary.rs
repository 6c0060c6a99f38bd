//! The counts of a run, and how they look on a terminal.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use super::results::MIGRATED_BEFORE;
use crate::numbered;

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Per source file, in the order of the mapping.
    pub files: Vec<FileCounts>,
    /// Companies that come over without associates whose rows were rejected; the result files name
    /// those rows.
    pub companies_lacking_associates: u64,
    /// Profiles and what hangs on them, as read back; `None` when nothing was read back.
    pub profiles: Option<ProfileCounts>,
    /// Links between companies and their associates, as read back.
    pub links: u64,
    /// Customers under ongoing monitoring, and customers without, as read back.
    pub monitored: (u64, u64),
    /// Where the applications stand -> how many.
    pub standing: BTreeMap<String, u64>,
    /// How many things are not as they were sent; they are in `differences.csv`.
    pub differences: u64,
    /// How many of them are of rows that were changed after they were sent.
    pub of_rows_changed: u64,
    /// How many of them are of things that were sent and that no row stands for any more.
    pub of_rows_gone: u64,
    /// How many of them are applications for products that rows no longer name.
    pub of_products_left: u64,
    /// Files whose content was compared when it was read back, and those whose content the server keeps
    /// to itself.
    pub contents: (u64, u64),
    /// Requests sent in this run.
    pub requests: u64,
    /// How many of them were tries again.
    pub retries: u64,
    /// The p95 of all answers, in milliseconds.
    pub p95_milliseconds: Option<f64>,
    /// How often the number of workers was lowered or raised for the server's sake.
    pub pace_changes: u64,
    /// Steps that the server answered and did not keep, and that were sent again.
    pub repairs: u64,
    /// The run was stopped before its end.
    pub is_stopped: bool,
}

/// What became of the rows of one source file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// The file.
    pub file: String,
    /// Its data rows.
    pub rows: u64,
    /// Outcome (`migrated`, `migrated_with_warning`, `rejected`, `skipped`, `failed`, `waiting`,
    /// `migrated_before`) -> how many.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// Reason -> how many rows carry it.
    pub reasons: BTreeMap<String, u64>,
}

/// Profiles and what hangs on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProfileCounts {
    /// People who are customers.
    pub individual_customers: u64,
    /// Companies that are customers.
    pub company_customers: u64,
    /// People who exist only as somebody's associate.
    pub associates_given_inline: u64,
    /// Customers the scope leaves out who came over as somebody's associate.
    pub left_out_customers_as_associates: u64,
    /// Documents.
    pub documents: u64,
    /// Notes.
    pub notes: u64,
}

impl ProfileCounts {
    /// How many profiles there are.
    pub fn profiles(&self) -> u64 {
        self.individual_customers
            + self.company_customers
            + self.associates_given_inline
            + self.left_out_customers_as_associates
    }

    /// Names and figures, in order.
    pub fn entries(&self) -> [(&'static str, u64); 6] {
        [
            ("individual_customers", self.individual_customers),
            ("company_customers", self.company_customers),
            ("associates_given_inline", self.associates_given_inline),
            (
                "left_out_customers_as_associates",
                self.left_out_customers_as_associates,
            ),
            ("documents", self.documents),
            ("notes", self.notes),
        ]
    }
}

/// What a figure of [`ProfileCounts`] counts, for people.
pub(crate) fn in_words(name: &str) -> String {
    match name {
        "associates_given_inline" => "people who are named by a company only".to_owned(),
        "left_out_customers_as_associates" => {
            "clients out of scope who came as associates".to_owned()
        }
        name => name.replace('_', " "),
    }
}

/// The outcomes in the order of the table.
pub(super) const OUTCOMES: [&str; 6] = [
    "migrated",
    "migrated_with_warning",
    "rejected",
    "skipped",
    "failed",
    "waiting",
];

impl FileCounts {
    /// How many of its rows have this outcome.
    pub fn count(&self, outcome: &str) -> u64 {
        self.outcomes.get(outcome).copied().unwrap_or_default()
    }

    /// Whether rows are to come over and have not: they failed, or wait.
    fn is_open(&self) -> bool {
        self.count("failed") + self.count("waiting") > 0
    }
}

/// The judgement of a run and of every report: every row that is to come over has, with what the old
/// system decided about it, and everything is as it was sent. Rows that the mapping rejects or skips are no business of it.
pub(crate) fn is_reconciled(files: &[FileCounts], differences: u64) -> bool {
    differences == 0 && !files.iter().any(FileCounts::is_open)
}

impl Summary {
    /// Whether everything came over that should, and is as it was sent.
    pub fn is_clean(&self) -> bool {
        !self.is_stopped && is_reconciled(&self.files, self.differences)
    }

    /// What can be done where a run is not clean.
    pub fn hints(&self) -> Vec<&'static str> {
        let is_left = self.files.iter().any(FileCounts::is_open);
        let mut hints = Vec::new();
        if self.is_stopped {
            hints.push("run again with the same --state: it goes on where it stopped");
        } else if is_left {
            hints.push(
                "mend the cause, then run again with the same --state: only what failed is sent",
            );
        }
        let of_source = self.of_rows_changed + self.of_rows_gone + self.of_products_left;
        if self.differences > of_source {
            hints.push(
                "what differs is there already and is not sent again: mend it on the server, see \
                 differences.csv",
            );
        }
        if self.of_rows_changed > 0 {
            hints.push(
                "rows that changed after they were sent are brought up to date unless the server \
                 changed too (conflicts.csv) or an older version sent them: then change the profile \
                 on the server, or put the old value (\"found\" in differences.csv) back",
            );
        }
        if self.of_rows_gone > 0 {
            hints.push(
                "what was sent stays on the server though its row is gone: see to the profile \
                 (differences.csv has its id), or put the row back",
            );
        }
        if self.of_products_left > 0 {
            hints.push(
                "an application for a product that its row no longer names stays until a person ends it \
                 on the server (differences.csv has the profile)",
            );
        }
        hints
    }

    /// The summary as JSON, as `summary.json` has it.
    pub fn to_json(&self) -> Value {
        let files: Vec<Value> = self
            .files
            .iter()
            .map(|file| {
                json!({
                    "file": file.file,
                    "rows": file.rows,
                    "outcomes": file.outcomes,
                    "reasons": file.reasons,
                })
            })
            .collect();
        let profiles = self.profiles.map(|profiles| {
            profiles
                .entries()
                .into_iter()
                .collect::<BTreeMap<&'static str, u64>>()
        });
        json!({
            "files": files,
            "companies_lacking_associates": self.companies_lacking_associates,
            "read_back": {
                "profiles": profiles,
                "links": self.links,
                "customers_monitored": self.monitored.0,
                "customers_not_monitored": self.monitored.1,
                "standing": self.standing,
                "differences": self.differences,
                "of_rows_changed": self.of_rows_changed,
                "of_rows_gone": self.of_rows_gone,
                "of_products_left": self.of_products_left,
            },
            "requests": self.requests,
            "retries": self.retries,
            "p95_milliseconds": self.p95_milliseconds.map(f64::round),
            "pace_changes": self.pace_changes,
            "answered_and_not_kept": self.repairs,
            "is_stopped": self.is_stopped,
        })
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table(f)?;
        for file in self.files.iter().filter(|file| !file.reasons.is_empty()) {
            writeln!(f, "\nreasons in {}", file.file)?;
            for (reason, count) in &file.reasons {
                writeln!(f, "  {count:>8}  {reason}")?;
            }
        }
        let lacking = self.companies_lacking_associates;
        if lacking > 0 {
            writeln!(
                f,
                "\n{} over without associates whose rows were rejected; the column lacks\nof the \
                 result file names those rows (FILE:ROW)",
                numbered(lacking, "company comes", "companies come")
            )?;
        }
        if let Some(profiles) = &self.profiles {
            writeln!(f, "\nread back")?;
            for (name, count) in profiles.entries() {
                writeln!(f, "  {count:>8}  {}", in_words(name))?;
            }
            writeln!(
                f,
                "  {:>8}  links between companies and associates",
                self.links
            )?;
            let (monitored, others) = self.monitored;
            writeln!(f, "  {monitored:>8}  customers under ongoing monitoring")?;
            if others > 0 {
                writeln!(f, "  {others:>8}  customers whom no data provider monitors")?;
            }
            writeln!(
                f,
                "  {:>8}  differences from what was sent",
                self.differences
            )?;
            for (count, what) in [
                (
                    self.of_rows_changed,
                    "from rows changed after they were sent",
                ),
                (self.of_rows_gone, "sent before and no longer in the source"),
                (
                    self.of_products_left,
                    "applications for products that rows no longer name",
                ),
            ] {
                if count > 0 {
                    writeln!(f, "  {count:>8}  of them: {what}")?;
                }
            }
            writeln!(f, "\napplications stand at")?;
            for (standing, count) in &self.standing {
                writeln!(f, "  {count:>8}  {standing}")?;
            }
        }
        self.manners(f)
    }
}

impl Summary {
    /// How it went with the server.
    fn manners(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\n{}, {} of them tried again",
            numbered(self.requests, "request", "requests"),
            self.retries
        )?;
        if self.pace_changes > 0 {
            let count = self.pace_changes;
            write!(
                f,
                "\n{} of the pace for the server's sake, see pace.csv",
                numbered(count, "change", "changes")
            )?;
        }
        if self.repairs > 0 {
            write!(
                f,
                "\n{} the server had answered and not kept it; that was sent again",
                numbered(self.repairs, "time", "times")
            )?;
        }
        if self.is_stopped {
            write!(
                f,
                "\nstopped before the end; run again with the same state folder to go on"
            )?;
        }
        Ok(())
    }

    /// Rows by file and outcome.
    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .files
            .iter()
            .map(|file| file.file.len())
            .max()
            .unwrap_or_default()
            .max(4);
        // Seldom needed, and then not to be overlooked.
        let before = |file: &FileCounts| file.outcomes.get(MIGRATED_BEFORE).copied();
        let has_before = self.files.iter().any(|file| before(file).is_some());
        write!(f, "{:<width$}  {:>8}", "file", "rows")?;
        for outcome in [
            "migrated", "warned", "rejected", "skipped", "failed", "waiting",
        ] {
            write!(f, "  {outcome:>8}")?;
        }
        if has_before {
            write!(f, "  {:>8}", "before")?;
        }
        writeln!(f)?;
        for file in &self.files {
            write!(f, "{:<width$}  {:>8}", file.file, file.rows)?;
            for outcome in OUTCOMES {
                write!(
                    f,
                    "  {:>8}",
                    file.outcomes.get(outcome).copied().unwrap_or_default()
                )?;
            }
            if has_before {
                write!(f, "  {:>8}", before(file).unwrap_or_default())?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
