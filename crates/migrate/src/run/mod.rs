//! Bringing a book over.
//!
//! [`run`] reads and judges the whole book first; nothing is sent when the mapping is wrong. Then
//! come individuals, companies with their associates (owners before the companies they own), what the
//! old system decided about them, the notes, and at last everything is read back and compared. Each effect is a step in the [`Ledger`](crate::ledger::Ledger), so a run
//! can be stopped or killed at any instant and started again with the same options.

mod attached;
mod before;
mod breaker;
mod clients;
mod companies;
mod compare;
pub(crate) mod crew;
mod cut_off;
mod delta;
mod difference;
mod evidence;
mod gone;
mod held;
mod links;
mod listening;
mod marks;
mod noted;
mod notes;
mod options;
mod order;
mod pace;
mod places;
mod prove;
mod read_back;
mod reporting;
mod rest;
mod results;
mod rights;
mod same_book;
mod sample;
mod second;
mod standing;
mod standings;
pub(crate) mod starts;
mod steps;
mod summary;
mod targets;
pub mod undo;
mod verify;
mod volume;
mod window;
mod work;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::Value;

pub(crate) use clients::{body as client_body, create_step};
pub use delta::{WATCHED_COUNT_MAX, Watched, watch};
pub use difference::{Cause, CauseCounts, Difference};
pub(crate) use evidence::{day_of, of as evidence_of};
pub use held::HeldWindow;
pub(crate) use links::{inline_owner, list_mut};
pub use options::{Ask, Consent, Options, Stages, WORKERS_COUNT_MAX};
pub use read_back::{DIFFERENCES_COUNT_MAX, MOVED_COUNT_MAX, ReadBack};
pub(crate) use results::names_of;
pub(crate) use same_book::preview as refuse_other_book;
pub use sample::{Compared, Sample};
pub use standing::{Moved, Standing};
pub use standings::Standings;
pub use starts::{STARTS_COUNT_MAX, Start};
pub use summary::{FileCounts, ProfileCounts, Summary};
pub(crate) use summary::{in_words, is_reconciled};
pub use verify::verify;
pub(crate) use volume::is_loopback;

use crate::api::{Api, Failure};
use crate::book::{Judged, Keep};
use crate::check::{self, Policy};
use crate::ledger::Ledger;
use crate::plan::Profiles;
use crate::progress::Reporter;
use crate::{Book, Error, mapping, mended, numbered};
use marks::Tally;
use read_back::Purpose;
use reporting::Begun;
use work::{Follower, Followers, Work};

/// How the audit calls the making of a profile.
const CREATED_PROFILE: &str = "created-profile";

/// Brings a book over, or goes on where an earlier run with the same state folder stopped.
///
/// Errors: mistakes of mapping, sources, options or state, before anything is sent; later only a
/// server that refuses the key or does not answer. Rows that fail are in the results, not errors.
pub async fn run(options: Options, reporter: Arc<dyn Reporter>) -> Result<Summary, Error> {
    crate::ledger::refuse_folder(&options.state)?;
    let book = read_book(&options, &Keep::in_folder(&options.state)?)?;
    let ledger = Ledger::open(&options.state)?;
    results::check(&options.state)?;
    undo::refuse_again(&ledger, options.may_repeat)?;
    let api = Api::new(&options.base_urls, &options.api_key, options.patience)?;
    api.stop_by(Arc::clone(&options.stop));
    api.tell(Arc::clone(&reporter));
    tell_of(&book, reporter.as_ref());
    let mut work = Work::new(options, book, ledger, api, reporter);
    work.agree_with_ledger().await?;
    let policy = check::policy(&work.book.mapping, &work.api).await?;
    match &policy {
        Policy::Version(_) => {}
        Policy::Missing => return Err(Error::Option(check::NO_POLICY.to_owned())),
        Policy::Unread(why) => {
            let what = "products and custom fields are not checked beforehand";
            work.reporter.say(&format!("{what}: {why}"));
        }
    }
    same_book::refuse_other(&work)?;
    work.keep_mended()?;
    work.allow(volume::agree(&work, Profiles::of(&work.book).total())?);
    undo::forget(&work.ledger, work.reporter.as_ref())?;
    work.delta = delta::find(&work)?;
    let work = Arc::new(work);
    let mut heartbeat = work.heartbeat();
    let begun = Begun::now(&work, "run", policy)?;
    starts::begin(&work)?;
    let summary = carried_out(&work, begun).await;
    heartbeat.shutdown().await;
    // Where the run itself went wrong, that is said, whether its end can be written down or not.
    let ended = starts::end(&work.ledger, summary.as_ref().ok());
    let summary = summary?;
    ended?;
    Ok(summary)
}

/// Brings over what was read, reads it back, and writes what became of it.
async fn carried_out(work: &Arc<Work>, mut begun: Begun) -> Result<Summary, Error> {
    cut_off::settle(work).await?;
    before::refuse_repetition(work).await?;
    work.ledger.set_pairs(work.delta.pairs())?;
    work.plan_rows()?;
    let gone = gone::find(work)?;
    if work.delta.count() > 0 {
        let count = work.delta.count();
        let text = format!("rows changed since they were sent: {count} (results/changes.csv)");
        work.reporter.say(&text);
    }
    if gone.count() > 0 {
        let (count, what) = (gone.count(), "sent from this state before");
        let text = format!("{what} and no longer in the source: {count} (differences.csv)");
        work.reporter.say(&text);
    }
    let window = window::hold(work).await?;
    work.take_time();
    let outcome = match work.listen().await {
        Ok(()) => work.push().await,
        Err(error) => Err(error),
    };
    let pushing = work.take_time();
    // A person named inline whose row was edited is not gone by now.
    let gone = gone::find(work);
    let mut read_back = Ok(None);
    if let (Ok(gone), true) = (&gone, outcome.is_ok() && !work.is_stopped()) {
        let found = read_back::read_back(work, gone, Purpose::Run).await;
        read_back = found.map(Some);
    }
    // Whatever went wrong, the checks are switched on again first.
    work.stop_listening().await;
    let closed = match window {
        Some(window) => window.let_go(work).await,
        None => Ok(()),
    };
    let gone = gone?;
    // Where a run ends too early, what it came to is written all the same, row by row.
    let found = read_back.as_ref().ok().and_then(Option::as_ref);
    let read_count = found.map_or(0, |found| found.profiles.profiles());
    work.keep_rate(pushing, (read_count, work.take_time()))?;
    let mut summary = results::write(work, &gone, found)?;
    let contents = [&work.files_held, &work.files_unheld];
    summary.contents = contents.map(|count| count.load(Ordering::Relaxed)).into();
    outcome?;
    // Whoever stops a run stops its look, too: what was not looked at would count as there.
    if let Some(found) = read_back?.filter(|_| !summary.is_stopped) {
        begun.remember(work)?;
        held::look(work).await?;
        let end = starts::ended(&work.ledger, closed.as_ref().ok().map(|()| &summary))?;
        let mut report = reporting::report(work, &gone, begun, found).await?;
        report.still_open = closed.as_ref().err().map(ToString::to_string);
        report.end(end.as_ref());
        results::report(work, &report)?;
        end.map_or(Ok(()), |end| starts::keep(&work.ledger, &end))?;
    }
    closed?;
    Ok(summary)
}

/// Reads and judges a book without sending anything: what `run` would do. What the rows hold goes
/// into `keep`.
///
/// Errors: mistakes of the mapping and the sources; a full disk.
pub fn read_book(options: &Options, keep: &Keep) -> Result<Book, Error> {
    let (name, text) = mapping_text(&options.mapping)?;
    let mut mapping = mapping::read(&name, &text, &options.source)?;
    mended::lay_over(&mut mapping, options, keep)?;
    let mut book = Book::read(mapping, &options.source, options.scope, keep)?;
    if let Some(only) = &options.only {
        book.leave_out_others(only);
    }
    Ok(book)
}

/// The mapping file: what problems call it, and its text.
pub(crate) fn mapping_text(mapping: &Path) -> Result<(String, String), Error> {
    let name = mapping.display().to_string();
    match fs::read_to_string(mapping) {
        Ok(text) => Ok((name, text)),
        Err(error) => Err(Error::Source {
            file: name,
            message: error.to_string(),
            hint: None,
        }),
    }
}

/// Says what was read, and what is odd about it.
fn tell_of(book: &Book, reporter: &dyn Reporter) {
    reporter.say(&counted(book));
    let sources = book.mapping.sources.iter();
    for file in sources.filter(|one| may_be_cut_off(one)) {
        reporter.say(&format!(
            "{} has no line end behind its last row: look whether it was copied whole",
            file.file
        ));
    }
    for remark in &book.remarks {
        reporter.say(remark);
    }
}

/// Whether a file has several rows and its last line no end.
fn may_be_cut_off(source: &mapping::Source) -> bool {
    let digest = source.digest.as_ref();
    digest.is_some_and(|digest| !digest.is_ended && digest.rows > 1)
}

/// What was read, in one line.
fn counted(book: &Book) -> String {
    let rows = book.rows().count();
    let coming = book.rows().filter(|row| row.verdict.migrates()).count();
    let clients = book
        .clients
        .iter()
        .filter(|client| client.row.verdict.migrates())
        .count();
    let clients = numbered(clients, "as a client", "as clients");
    format!(
        "{} read, {} over, {clients}",
        numbered(rows, "row", "rows"),
        numbered(coming, "of them comes", "of them come"),
    )
}

/// For how many a list's items count.
fn total<T>(items: &[(u64, T)]) -> u64 {
    items.iter().map(|(count, _)| count).sum()
}

/// Counts how often a content was met, so that equal rows are steps of their own.
#[derive(Debug, Default)]
struct Occurrences(Tally);

impl Occurrences {
    /// A name for a row by its content: the same in a mended file.
    fn name(&mut self, row: &Judged) -> String {
        let content = content_name(row);
        let count = self.0.count(&content);
        format!("{content}.{count}")
    }
}

/// What names of steps say of a row's content.
fn content_name(row: &Judged) -> String {
    row.record.hash()[..16].to_owned()
}

/// The `id` of an answer.
fn id(body: &Value) -> String {
    body["id"].as_str().unwrap_or_default().to_owned()
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Error::Server(failure.to_string())
    }
}
