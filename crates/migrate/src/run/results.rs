//! Result files: every source row ends in one.
//!
//! `results/FILE` has a line for each row of a source file; `results/rejected-FILE` has the rows that
//! did not come over and could (not those that came before and no longer would: `migrated_before`), in the source's own columns with the reasons behind them, to be
//! mended and run again ([`mended`](crate::mended)); `results/mended.csv` has what such rows said before;
//! `results/ids.csv` has which profile each client became; `results/standing.csv` has where each application stands, and
//! `results/differences.csv` what was not found as it was sent; `results/doubled.csv` has the clients who were on the
//! server already and came over all the same (`--again`); `results/report.html` and `report.json`
//! are the report of the whole. A source that is called like one of them gets `source-` before its name
//! ([`names`]). Nothing of the data is changed: a cell that a spreadsheet would take for a
//! formula stays as it is, since a changed reference would no longer be found in the source. All
//! cells are quoted; open the files by importing them as text.

mod changes;
mod ids;
pub(super) mod lacking;
mod mended;
mod names;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use csv::{QuoteStyle, Writer, WriterBuilder};

use super::delta::Told;
use super::evidence::Unsent;
use super::gone::Gone;
use super::read_back::ReadBack;
use super::standings::Standings;
use super::starts;
use super::summary::{FileCounts, Summary};
use super::{Work, before};
use crate::book::{Judged, Outcome};
use crate::ledger::RowState;
use crate::mapping::{Mapping, Source};
use crate::mended::RejectedFile;
use crate::report::Report;
use crate::{Error, private};
use lacking::Lacking;
use names::Names;

/// Whether the results can be written at the end, hours from now. Nothing is changed.
///
/// Errors: what stands in the way.
pub(super) fn check(state: &Path) -> Result<(), Error> {
    let folder = state.join("results");
    if folder.exists() && !folder.is_dir() {
        return Err(broken(&folder.join("report.html"), "results is no folder"));
    }
    let mut files = vec![state.join("summary.json")];
    if folder.is_dir() {
        files.extend(["report.html", "report.json"].map(|file| folder.join(file)));
    }
    for file in files {
        private::check(&file).map_err(|error| broken(&file, &error.to_string()))?;
    }
    Ok(())
}

/// Writes the result files and counts them.
pub(super) fn write(
    work: &Work,
    gone: &Gone,
    read_back: Option<&ReadBack>,
) -> Result<Summary, Error> {
    let folder = work.ledger.folder().join("results");
    fs::create_dir_all(&folder).map_err(|error| broken(&folder, &error.to_string()))?;
    let sources = 0..work.book.mapping.sources.len();
    let mut by_source: BTreeMap<usize, Vec<&Judged>> =
        sources.map(|source| (source, Vec::new())).collect();
    for row in work.book.rows() {
        by_source.entry(row.source).or_default().push(row);
    }
    let mut files = Vec::new();
    let (lacking, unsent) = (Lacking::of(&work.book), Unsent::of(work)?);
    let known = (gone, &lacking, &unsent);
    for (source, rows) in by_source {
        files.push(file((work, known), &folder, (source, &rows))?);
    }
    let (requests, retries) = work.api.counts();
    let is_stopped = work.is_stopped();
    let mut summary = Summary {
        files,
        companies_lacking_associates: lacking.count(),
        requests,
        retries,
        p95_milliseconds: work.p95(),
        pace_changes: pace(work, &folder)?,
        repairs: work.repairs_count.load(Ordering::Relaxed),
        is_stopped,
        ..Summary::default()
    };
    log(work, &folder)?;
    mended::write(work, &folder.join("mended.csv"))?;
    let found = read_back.filter(|_| !is_stopped);
    ids::write(work, gone, found, &folder.join("ids.csv"))?;
    // Without a look at what is there, older ones would say what is no longer known.
    for file in [
        "differences.csv",
        "standing.csv",
        "report.html",
        "report.json",
    ] {
        let _ = fs::remove_file(folder.join(file));
    }
    if let Some(read_back) = found {
        differences(&folder.join("differences.csv"), read_back)?;
        summary.profiles = Some(read_back.profiles);
        summary.links = read_back.links;
        summary.monitored = read_back.monitored;
        standing(&folder.join("standing.csv"), &read_back.standing)?;
        summary.standing = read_back.standing.words.clone();
        summary.differences = read_back.counts.all;
        summary.of_rows_changed = read_back.counts.row_changed;
        summary.of_rows_gone = read_back.counts.row_gone;
        summary.of_products_left = read_back.counts.product_left;
    }
    let doubled = work.ledger.doubled()?;
    if !doubled.is_empty() {
        before::write_found(&folder.join("doubled.csv"), &doubled)?;
    }
    let path = work.ledger.folder().join("summary.json");
    let json = format!("{:#}\n", summary.to_json());
    fs::write(&path, json).map_err(|error| broken(&path, &error.to_string()))?;
    Ok(summary)
}

/// Writes what became of rows that changed since they were sent.
fn log(work: &Work, folder: &Path) -> Result<(), Error> {
    let mut log = work.log.lock().unwrap_or_else(PoisonError::into_inner);
    log.changes.sort();
    log.conflicts.sort();
    let place = |told: &Told| {
        let row = told.row.to_string();
        [
            told.file.clone(),
            row,
            told.key.clone(),
            told.profile.clone(),
            told.what.clone(),
        ]
    };
    let start = starts::latest(&work.ledger)?.unwrap_or_default();
    let changes = log.changes.iter().map(|told| {
        let [file, row, key, profile, what] = place(told);
        let (number, at) = (start.number.to_string(), start.begun_at.clone());
        [
            file,
            row,
            key,
            profile,
            what,
            told.says[0].clone(),
            number,
            at,
        ]
    });
    changes::add(&folder.join("changes.csv"), changes)?;
    let conflicts = log.conflicts.iter().map(|told| {
        let [file, row, key, profile, what] = place(told);
        let [sent, source, server] = told.says.clone();
        [file, row, key, profile, what, sent, source, server]
    });
    let header = [
        "file",
        "row",
        "key",
        "profile_id",
        "what",
        "sent",
        "source",
        "server",
    ];
    table(&folder.join("conflicts.csv"), header, conflicts)
}

/// Writes the report of a look at everything beside the results: both files or none.
pub(super) fn report(work: &Work, report: &Report) -> Result<(), Error> {
    let folder = work.ledger.folder().join("results");
    let (page, json) = (folder.join("report.html"), folder.join("report.json"));
    let page_written = fs::write(&page, report.to_html());
    let written = page_written.map_err(|error| broken(&page, &error.to_string()));
    let written = written.and_then(|()| {
        let written = File::create(&json).and_then(|file| report.write_json(file));
        written.map_err(|error| broken(&json, &error.to_string()))
    });
    if written.is_err() {
        // One that is half written, or stands alone, must not say what the run did not come to.
        for file in [page, json] {
            let _ = fs::remove_file(file);
        }
    }
    written
}

/// What the result files of a mapping's source are called.
pub(crate) fn names_of(mapping: &Mapping, source: &Source) -> Names {
    let files = mapping.sources.iter();
    let mut names =
        names::names(files.map(|one| (one.file.as_str(), RejectedFile::keeps_format(one))));
    let names = names.remove(source.file.as_str());
    names.expect("every source of the mapping has its names")
}

/// The two result files of one source.
struct SourceResults {
    all: ResultFile,
    rejected: RejectedFile,
    counts: FileCounts,
}

fn file(
    (work, (gone, lacking, unsent)): (&Work, (&Gone, &Lacking, &Unsent)),
    folder: &Path,
    (source, rows): (usize, &[&Judged]),
) -> Result<FileCounts, Error> {
    let place = source;
    let source = &work.book.mapping.sources[source];
    let names = names_of(&work.book.mapping, source);
    let mut results = SourceResults {
        all: writer(&folder.join(&names.all))?,
        rejected: RejectedFile::begin(&folder.join(&names.rejected), source)?,
        counts: FileCounts {
            file: source.file.clone(),
            ..FileCounts::default()
        },
    };
    results.all.write([
        "line",
        "row",
        "key",
        "outcome",
        "reasons",
        "profile_id",
        "error",
        "mended",
        "lacks",
    ])?;
    for row in rows {
        let state = work.ledger.row(&source.file, row.record.row)?;
        let state = unsent.judged(row, state);
        let lacks = lacking.of_row(place, row.record.row);
        results.add((source, row, &lacks), state, gone.profile(row))?;
    }
    results.all.end()?;
    results.rejected.end()?;
    Ok(results.counts)
}

impl SourceResults {
    /// Adds a row; `before` is the profile it became before, if it does not come over now.
    fn add(
        &mut self,
        (source, row, lacks): (&Source, &Judged, &str),
        state: Option<RowState>,
        before: Option<&str>,
    ) -> Result<(), Error> {
        let outcome = match before {
            Some(_) => MIGRATED_BEFORE,
            None => outcome(row, state.as_ref()),
        };
        let reasons = reasons(row, state.as_ref());
        let joined = reasons.join(";");
        let (profile, error) = match (before, state) {
            (Some(profile), _) => (profile.to_owned(), String::new()),
            (None, Some(state)) if row.verdict.migrates() => (
                state.profile.unwrap_or_default(),
                state.error.unwrap_or_default(),
            ),
            (None, _) => (
                String::new(),
                row.advice.as_deref().unwrap_or_default().to_owned(),
            ),
        };
        let is_mended = if mended::is_mended(source, row)? {
            "yes"
        } else {
            ""
        };
        let (line, number) = (row.record.line.to_string(), row.record.row.to_string());
        self.all.write([
            &line,
            &number,
            &row.reference,
            outcome,
            &joined,
            &profile,
            &error,
            is_mended,
            lacks,
        ])?;
        if matches!(outcome, "rejected" | "failed") {
            let why = match (outcome, error.as_str()) {
                ("failed", _) => error,
                (_, "") => joined,
                _ => format!("{joined}: {error}"),
            };
            self.rejected.add(&row.record, &why)?;
        }
        self.counts.rows += 1;
        *self.counts.outcomes.entry(outcome).or_default() += 1;
        for reason in reasons {
            *self.counts.reasons.entry(reason).or_default() += 1;
        }
        Ok(())
    }
}

/// A row that came over from this state once and does not any more.
pub(super) const MIGRATED_BEFORE: &str = "migrated_before";

/// What is to be said of a row: what it was judged by, and what was found once it was there.
pub(super) fn reasons(row: &Judged, state: Option<&RowState>) -> Vec<String> {
    let done = state.filter(|state| state.state == "done" && row.verdict.migrates());
    let found = done.into_iter().flat_map(|state| &state.warnings);
    row.verdict.reasons.iter().chain(found).cloned().collect()
}

/// What became of a row.
pub(super) fn outcome(row: &Judged, state: Option<&RowState>) -> &'static str {
    match row.verdict.outcome {
        Outcome::Reject => "rejected",
        Outcome::Skip => "skipped",
        Outcome::Migrate => match state.map(|state| (state.state.as_str(), state)) {
            Some(("done", state))
                if row.verdict.reasons.is_empty() && state.warnings.is_empty() =>
            {
                "migrated"
            }
            Some(("done", _)) => "migrated_with_warning",
            Some(("failed", _)) => "failed",
            _ => "waiting",
        },
    }
}

fn standing(path: &Path, standing: &Standings) -> Result<(), Error> {
    let mut file = writer(path)?;
    file.write([
        "key",
        "profile_id",
        "product",
        "status",
        "flag",
        "waits_for",
        "risk",
    ])?;
    for one in standing.iter() {
        let one = one?;
        file.write([
            &one.reference,
            &one.profile,
            &one.product,
            &one.status,
            &one.flag,
            &one.waits_for,
            &one.risk,
        ])?;
    }
    file.end()
}

fn differences(path: &Path, read_back: &ReadBack) -> Result<(), Error> {
    let mut file = writer(path)?;
    file.write(["key", "profile_id", "what", "expected", "found", "cause"])?;
    for difference in &read_back.differences {
        file.write([
            difference.reference.as_str(),
            &difference.profile,
            &difference.what,
            &difference.expected,
            &difference.found,
            difference.cause.in_words(),
        ])?;
    }
    file.end()
}

/// When and why the number of workers was changed for the server's sake; how often.
fn pace(work: &Work, folder: &Path) -> Result<u64, Error> {
    let path = folder.join("pace.csv");
    let changes = work.changes();
    let milliseconds = |value: Option<f64>| value.map(|it| format!("{it:.0}")).unwrap_or_default();
    let percent = |value: Option<f64>| milliseconds(value.map(|share| share * 100.0));
    let rows = changes.iter().map(|(at, change)| {
        let look = change.look;
        [
            at.to_string(),
            change.before.to_string(),
            change.after.to_string(),
            milliseconds(look.p95),
            milliseconds(look.p95_level),
            percent(Some(look.failing)),
            percent(look.failing_level),
            change.why.clone(),
        ]
    });
    let header = [
        "at",
        "workers_before",
        "workers_after",
        "p95_ms",
        "p95_level_ms",
        "failing_percent",
        "failing_level_percent",
        "why",
    ];
    table(&path, header, rows)?;
    Ok(changes.len() as u64)
}

/// Writes a table of its own.
pub(super) fn table<const N: usize>(
    path: &Path,
    header: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<(), Error> {
    let mut file = writer(path)?;
    file.write(header)?;
    for row in rows {
        file.write(row)?;
    }
    file.end()
}

/// A result file being written.
struct ResultFile {
    path: String,
    writer: Writer<File>,
}

fn writer(path: &Path) -> Result<ResultFile, Error> {
    let writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .flexible(true)
        .from_path(path)
        .map_err(|error| broken(path, &error.to_string()))?;
    Ok(ResultFile {
        path: path.display().to_string(),
        writer,
    })
}

impl ResultFile {
    fn write<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> Result<(), Error> {
        for cell in cells {
            let written = self.writer.write_field(cell.as_ref());
            written.map_err(|error| broken(Path::new(&self.path), &error.to_string()))?;
        }
        let ended = self.writer.write_record(None::<&[u8]>);
        ended.map_err(|error| broken(Path::new(&self.path), &error.to_string()))
    }

    fn end(mut self) -> Result<(), Error> {
        let flushed = self.writer.flush();
        flushed.map_err(|error| broken(Path::new(&self.path), &error.to_string()))
    }
}

fn broken(path: &Path, message: &str) -> Error {
    Error::State(format!("{} cannot be written: {message}", path.display()))
}
