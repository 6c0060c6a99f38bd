//! `usher migrate verify`: everything that a run has made, read back and compared.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;
use migrate::api::Patience;
use migrate::numbered;
use migrate::report::Report;
use migrate::{Scope, Stages, private, progress};
use unicode_width::UnicodeWidthStr;

use super::{api_key, aside, outputs, trouble, until_heard};
use crate::ending::Ending;
use crate::place::show;
use crate::trouble::Trouble;
use crate::{say, table};

/// How wide a value of a difference is shown, at most.
const VALUE_COLUMNS: usize = 40;
/// Letters that are shown of what two values have in common, where only their ends differ.
const COMMON_SHOWN_COUNT: usize = 4;
/// Differences that are shown on the terminal; the reports have them all.
const SHOWN_COUNT_MAX: usize = 100;

/// Where the book, the run and the server are.
#[derive(Args, Debug)]
pub(super) struct Place {
    /// Folder with the source files
    #[arg(long, value_name = "DIR")]
    source: PathBuf,
    /// Mapping file of the run
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    #[command(flatten)]
    pub(super) run: RunPlace,
}

/// Where the run and the server are.
#[derive(Args, Debug)]
pub(super) struct RunPlace {
    /// Base URL of the server; several nodes by repeating it or with commas, tried in turn
    #[arg(
        long,
        value_name = "URL",
        env = "USHER_URL",
        value_delimiter = ',',
        required = true
    )]
    url: Vec<String>,
    /// API key; better given in USHER_KEY or --key-file than on the command line, which other users
    /// of the machine may see
    #[arg(long, value_name = "KEY", env = "USHER_KEY", hide_env_values = true)]
    key: Option<String>,
    /// File with the API key; it goes before USHER_KEY
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// State folder of the run
    #[arg(long, value_name = "DIR", default_value = "./usher-migration")]
    pub(super) state: PathBuf,
    /// How many requests are under way at once, at most
    #[arg(long, value_name = "COUNT", default_value_t = 3)]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=5))]
    workers: u8,
}

impl Place {
    /// The options of the library; the scope is the run's own.
    pub(super) fn options(&self) -> Result<migrate::Options, Trouble> {
        Ok(migrate::Options {
            mapping: self.mapping.clone(),
            source: self.source.clone(),
            ..self.run.options()?
        })
    }
}

impl RunPlace {
    /// The options of the library, without a book.
    pub(super) fn options(&self) -> Result<migrate::Options, Trouble> {
        let key = api_key(self.key.as_deref(), self.key_file.as_deref())?;
        let stages = Stages::parse(&format!("{}:rest", self.workers));
        Ok(migrate::Options {
            mapping: PathBuf::new(),
            source: PathBuf::new(),
            state: self.state.clone(),
            base_urls: self.url.clone(),
            api_key: key.trim().to_owned(),
            scope: Scope::All,
            stages: stages.map_err(trouble)?,
            patience: Patience::default(),
            may_repeat: false,
            window: None,
            listen: None,
            only: None,
            mended: Vec::new(),
            consent: migrate::run::Consent::default(),
            stop: Arc::new(AtomicBool::new(false)),
        })
    }
}

/// Options of `usher migrate verify`.
#[derive(Args, Debug)]
pub(crate) struct VerifyOptions {
    #[command(flatten)]
    place: Place,
    /// Write the report as a page that needs nothing else and prints well
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Reads back, compares, tells.
pub(super) async fn run(options: &VerifyOptions) -> Result<Ending, Trouble> {
    outputs::check([
        ("--report", options.report.as_ref()),
        ("--json", options.json.as_ref()),
    ])?;
    let library = options.place.options()?;
    let stop = Arc::clone(&library.stop);
    let work = aside(migrate::verify(library, Arc::from(progress::for_stderr())));
    let report = Box::pin(until_heard(&stop, work, "nothing was changed"))
        .await?
        .map_err(trouble)?;
    show_totals(&report);
    show_differences(&report);
    if let Some(path) = &options.report {
        let file = private::create(path);
        let written = file.and_then(|mut file| file.write_all(report.to_html().as_bytes()));
        written.map_err(|error| unwritten(path, &error))?;
    }
    if let Some(path) = &options.json {
        let written = private::create(path).and_then(|file| report.write_json(file));
        written.map_err(|error| unwritten(path, &error))?;
    }
    for input in report
        .inputs
        .iter()
        .filter(|input| input.is_as_run == Some(false))
    {
        say::talk(&format!(
            "{} has changed since it was brought over",
            input.file
        ));
    }
    if report.is_clean() {
        say::talk("reconciled: everything that was sent is there, and nothing beside it");
        return Ok(Ending::Well);
    }
    let counts = &report.counts;
    let (failed, waiting) = report.open_rows();
    if failed + waiting > 0 {
        say::talk(&format!(
            "rows that are to come over and have not: {failed} failed, {waiting} not sent yet"
        ));
        say::talk("  hint: run again with the same --state: only what is missing is sent");
    }
    say::talk(&format!(
        "not reconciled: {}, {} changed or missing on the server, {} added there, {} \
         of rows that changed, {} of rows that are gone, {} of products that rows no longer name",
        numbered(counts.all, "difference", "differences"),
        counts.changed(),
        counts.added,
        counts.row_changed,
        counts.row_gone,
        counts.product_left,
    ));
    if options.report.is_none() && options.json.is_none() {
        say::talk("  hint: --report FILE.html and --json FILE write all of it down");
    }
    Ok(Ending::Wrong)
}

fn show_totals(report: &Report) {
    let totals = &report.totals;
    let mut rows: Vec<[String; 3]> = Vec::new();
    for (name, expected, found) in totals.entries() {
        rows.push([name, expected.to_string(), found.to_string()]);
    }
    let files = "files compared by SHA-256".to_owned();
    rows.push([files, String::new(), totals.files_compared.to_string()]);
    say::data(&table::text(
        [("kind", 48), ("expected", 10), ("found", 10)],
        &rows,
    ));
    if !report.moved.is_empty() {
        let count = report.moved.len();
        say::data(&format!(
            "{} applications that moved on since the run",
            numbered(count, "client has", "clients have")
        ));
    }
}

fn show_differences(report: &Report) {
    let shown = report.differences.iter().take(SHOWN_COUNT_MAX);
    let rows: Vec<[String; 5]> = shown
        .map(|one| {
            let [sent, found] = told_apart(&one.expected, &one.found);
            let cause = one.cause.in_words().to_owned();
            [one.reference.clone(), one.what.clone(), sent, found, cause]
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    let header = [
        ("client", 20),
        ("what", 60),
        ("sent", VALUE_COLUMNS),
        ("on the server", VALUE_COLUMNS),
        ("cause", 50),
    ];
    say::data(&format!("\n{}", table::text(header, &rows)));
    if report.differences.len() > SHOWN_COUNT_MAX {
        let more = report.differences.len() - SHOWN_COUNT_MAX;
        say::data(&format!("… and {more} more"));
    }
}

/// Two values that differ, so that a table that cuts them still shows where: what both begin with is
/// left out of those that are too wide, but for its last letters.
fn told_apart(sent: &str, found: &str) -> [String; 2] {
    let whole = [sent.to_owned(), found.to_owned()];
    if whole.iter().all(|value| value.width() <= VALUE_COLUMNS / 2) {
        return whole;
    }
    let pairs = sent.chars().zip(found.chars());
    let common = pairs.take_while(|(one, other)| one == other).count();
    let left_out = common.saturating_sub(COMMON_SHOWN_COUNT);
    if left_out <= 1 {
        return whole;
    }
    whole.map(|value| {
        std::iter::once('…')
            .chain(value.chars().skip(left_out))
            .collect()
    })
}

fn unwritten(path: &Path, error: &std::io::Error) -> Trouble {
    Trouble::usage(format!("{} cannot be written: {error}", show(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_shown_of_values_that_are_cut() {
        let long = "sha256 0123456789012345678901234567890123456789";
        let check = |sent: &str, found: &str, expected: [&str; 2]| {
            assert_eq!(told_apart(sent, found), expected);
        };
        check("Molly", "Polly", ["Molly", "Polly"]);
        check("Flat 1", "Flat 2", ["Flat 1", "Flat 2"]);
        check(
            &format!("{long}a"),
            &format!("{long}bc"),
            ["…6789a", "…6789bc"],
        );
        check(&format!("a{long}"), long, [&format!("a{long}"), long]);
        check(&format!("{long}é"), long, ["…6789é", "…6789"]);
        // As the table cuts them, on a narrow terminal too.
        let [sent, found] = told_apart(&format!("{long}a{long}"), &format!("{long}b{long}"));
        assert_ne!(table::cut(&sent, 12), table::cut(&found, 12));
    }
}
