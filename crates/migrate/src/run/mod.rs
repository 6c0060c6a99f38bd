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
mod prove;
mod read_back;
mod reporting;
mod rest;
mod results;
mod same_book;
mod sample;
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

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

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
pub use sample::{Compared, Sample};
pub use standing::{Moved, Standing};
pub use standings::Standings;
pub use starts::{STARTS_COUNT_MAX, Start};
pub use summary::{FileCounts, ProfileCounts, Summary};
pub(crate) use summary::{in_words, is_reconciled};
pub use verify::verify;
pub(crate) use volume::is_loopback;

use crate::api::{Api, Call, Failure};
use crate::book::{Associate, Entity, Judged, Keep, Note, Scan};

use crate::check::{self, Policy};
use crate::ledger::{Ledger, RowEntry};
use crate::listener::Listener;
use crate::plan::Profiles;
use crate::progress::Reporter;
use crate::{Book, Error, mapping, mended, numbered};
use crew::Crew;
use marks::{Marks, Tally};
use order::Group;
use read_back::Purpose;
use reporting::Begun;

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

/// Everything the workers share.
struct Work {
    options: Options,
    book: Book,
    ledger: Ledger,
    api: Api,
    reporter: Arc<dyn Reporter>,
    /// Clients begun, which decides the stage.
    begun_count: AtomicU64,
    /// The workers, and what decides how many they are.
    crew: Arc<Crew>,
    /// By client: the rows that follow it, as positions in the book.
    followers: Vec<Followers>,
    /// Steps that were answered, not kept by the server, and sent again.
    repairs_count: AtomicU64,
    /// What changed since the last run, of the rows that follow a client.
    delta: delta::Delta,
    /// What is told of rows that changed.
    log: Mutex<delta::Log>,
    /// Profiles that automation was seen to be done with.
    rested: Mutex<HashSet<String>>,
    /// Steps that make nothing in this run, for their clients could not be looked up: why.
    held_back: Mutex<HashMap<String, String>>,
    /// Automation was still at work when the time to wait for it was over.
    is_automation_slow: AtomicBool,
    /// Files whose content was compared, those an earlier look had compared, and those whose content
    /// the server keeps to itself.
    files_held: AtomicU64,
    files_held_before: AtomicU64,
    files_unheld: AtomicU64,
    /// Every id that the run's steps were answered with, once it is asked for.
    made: OnceLock<Marks>,
    /// The window that the run held was closed.
    is_window_lost: AtomicBool,
    /// Hears what the server says of profiles that want hands.
    listener: OnceLock<Listener>,
}

/// The rows that follow one client.
#[derive(Clone, Debug, Default)]
struct Followers {
    associates: Vec<usize>,
    documents: Vec<usize>,
    notes: Vec<usize>,
}

/// A row that follows a client.
#[derive(Clone, Copy)]
enum Follower<'a> {
    Link(&'a Associate),
    Document(&'a Scan),
    Note(&'a Note),
}

impl<'a> Follower<'a> {
    fn judged(&self) -> &'a Judged {
        match self {
            Follower::Link(associate) => &associate.row,
            Follower::Document(scan) => &scan.row,
            Follower::Note(note) => &note.row,
        }
    }

    /// Its part of a step's name.
    fn part(&self) -> &'static str {
        match self {
            Follower::Link(_) => "associate",
            Follower::Document(_) => "document",
            Follower::Note(_) => "note",
        }
    }
}

impl Work {
    fn new(
        options: Options,
        book: Book,
        ledger: Ledger,
        api: Api,
        reporter: Arc<dyn Reporter>,
    ) -> Work {
        let mut followers = vec![Followers::default(); book.clients.len()];
        for (place, associate) in book.associates.iter().enumerate() {
            if let (Some(owner), true) = (associate.owner, associate.row.verdict.migrates()) {
                followers[owner].associates.push(place);
            }
        }
        for (place, scan) in book.documents.iter().enumerate() {
            if let (Some(owner), true) = (scan.owner, scan.row.verdict.migrates()) {
                followers[owner].documents.push(place);
            }
        }
        for (place, note) in book.notes.iter().enumerate() {
            if let (Some(owner), true) = (note.owner, note.row.verdict.migrates()) {
                followers[owner].notes.push(place);
            }
        }
        Work {
            options,
            book,
            ledger,
            api,
            reporter,
            begun_count: AtomicU64::new(0),
            crew: Arc::default(),
            followers,
            repairs_count: AtomicU64::new(0),
            delta: delta::Delta::default(),
            log: Mutex::default(),
            rested: Mutex::default(),
            held_back: Mutex::default(),
            is_automation_slow: AtomicBool::new(false),
            files_held: AtomicU64::new(0),
            files_held_before: AtomicU64::new(0),
            files_unheld: AtomicU64::new(0),
            made: OnceLock::new(),
            is_window_lost: AtomicBool::new(false),
            listener: OnceLock::new(),
        }
    }

    /// The state folder must belong to this book, scope and account.
    async fn agree_with_ledger(&self) -> Result<(), Error> {
        let who = match self.api.first_call(Call::get("/whoami")).await {
            Ok(answer) => answer.body,
            Err(Failure::Refused { .. } | Failure::Unclear(_)) => Value::Null,
            Err(failure) => return Err(failure.into()),
        };
        self.agree_on_account(&who)?;
        for (name, value) in [
            ("book", self.book.mapping.name.as_str()),
            ("scope", self.book.scope.as_str()),
        ] {
            let settled = self.ledger.settle(name, value)?;
            if settled != value {
                return Err(Error::State(format!(
                    "the state folder {} belongs to a run with {name} \"{settled}\", not \
                     \"{value}\"; give this run its own --state",
                    self.ledger.folder().display()
                )));
            }
        }
        Ok(())
    }

    /// One account has one state: profiles made in another cannot be found in this one. Where the
    /// account is reached may change, and so may the account as long as nothing was sent to it.
    fn agree_on_account(&self, who: &Value) -> Result<(), Error> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let institution = text(&who["institution"]["id"]);
        let environment = text(&who["environment"]);
        let address = self.options.base_urls.join(", ");
        let name = text(&who["institution"]["name"]);
        let called = |environment: &str, name: &str, institution: &str, address: &str| {
            let account =
                format!("{environment} account of \"{name}\" ({institution}) at {address}");
            account.trim_start().to_owned()
        };
        let begun = called(
            &self.ledger.settle("environment", &environment)?,
            &self.ledger.settle("institution name", &name)?,
            &self.ledger.settle("institution", &institution)?,
            &self.ledger.settle("address", &address)?,
        );
        let is_same = self.ledger.settle("environment", &environment)? == environment
            && self.ledger.settle("institution", &institution)? == institution;
        if is_same {
            return Ok(());
        }
        if self.ledger.is_unused()? {
            before::forget_looks(&self.ledger)?;
            for (name, value) in [
                ("environment", &environment),
                ("institution name", &name),
                ("institution", &institution),
                ("address", &address),
            ] {
                self.ledger.set_fact(name, value)?;
            }
            return Ok(());
        }
        Err(Error::State(format!(
            "the state folder {} was begun with the {begun}, and this key opens the {}; use the key \
             it was begun with, or give this run its own --state",
            self.ledger.folder().display(),
            called(&environment, &name, &institution, &address),
        )))
    }

    /// From now on the state has the rows that were given as mended.
    fn keep_mended(&self) -> Result<(), Error> {
        for source in &self.book.mapping.sources {
            let Some(mended) = &source.mended else {
                continue;
            };
            let rows = mended.new_rows(&source.file)?;
            if !rows.is_empty() {
                self.ledger.keep_mended(&rows)?;
                let edited = rows.iter().filter(|row| row.hash != row.original);
                let (count, file) = (edited.count(), &source.file);
                let text = format!("mended rows of {file} that stand in for its own: {count}");
                self.reporter.say(&text);
            }
        }
        Ok(())
    }

    fn plan_rows(&self) -> Result<(), Error> {
        self.ledger.plan(self.book.rows().map(|row| RowEntry {
            file: self.file(row),
            number: row.record.row,
            line: row.record.line,
            reference: &row.reference,
            hash: row.record.hash(),
            disposition: row.verdict.disposition(),
            reasons: row.verdict.reasons.join(";"),
        }))
    }

    async fn push(self: &Arc<Work>) -> Result<(), Error> {
        let clients = self.book.clients.iter().enumerate();
        let individuals: Vec<(u64, usize)> = clients
            .filter(|(_, c)| c.entity == Entity::Individual && c.becomes_profile())
            .map(|(place, _)| (self.rows_count(&[place]), place))
            .collect();
        self.reporter.begin("individuals", total(&individuals));
        let outcome = self.drive(individuals, clients::bring_over).await;
        self.reporter.end();
        outcome?;
        let outcome = self.push_companies().await;
        self.reporter.end();
        outcome?;
        let clients = self.book.clients.iter().enumerate();
        let deciding: Vec<(u64, usize)> = clients
            .map(|(place, client)| (evidence::of(client).len() as u64, place))
            .filter(|(count, _)| *count > 0)
            .collect();
        if !deciding.is_empty() {
            self.reporter.begin("evidence", total(&deciding));
            let outcome = self.drive(deciding, evidence::bring_over).await;
            self.reporter.end();
            outcome?;
        }
        let followers = self.followers.iter().enumerate();
        let noting: Vec<(u64, usize)> = followers
            .filter(|(_, f)| !f.notes.is_empty())
            .map(|(place, f)| (f.notes.len() as u64, place))
            .collect();
        self.reporter.begin("notes", total(&noting));
        let outcome = self.drive(noting, notes::bring_over).await;
        self.reporter.end();
        outcome
    }

    /// Companies of all levels, as one part of the run.
    async fn push_companies(self: &Arc<Work>) -> Result<(), Error> {
        let levels: Vec<Vec<(u64, Group)>> = order::levels(&self.book, &self.followers)
            .into_iter()
            .map(|groups| {
                let counted = groups.into_iter();
                counted
                    .map(|group| (self.rows_count(&group.members), group))
                    .collect()
            })
            .collect();
        let totals = levels.iter().map(|level| total(level));
        self.reporter.begin("companies", totals.sum());
        for companies in levels {
            let deadline = rest::deadline();
            self.drive(companies, |work, group| {
                companies::bring_over(work, group, deadline)
            })
            .await?;
        }
        Ok(())
    }

    /// How many of these clients' rows come over: not those who come only because somebody lists
    /// them, whose rows are skipped.
    fn rows_count(&self, places: &[usize]) -> u64 {
        let clients = places.iter().map(|place| &self.book.clients[*place]);
        clients
            .filter(|client| client.row.verdict.migrates())
            .count() as u64
    }

    fn is_stopped(&self) -> bool {
        self.options.stop.load(Ordering::Relaxed)
    }

    /// The source file of a row.
    fn file(&self, row: &Judged) -> &str {
        &self.book.mapping.sources[row.source].file
    }

    fn row_done(&self, row: &Judged, profile: &str) -> Result<(), Error> {
        self.ledger
            .row_done(self.file(row), row.record.row, profile)
    }

    fn row_failed(&self, row: &Judged, error: &str) -> Result<(), Error> {
        self.count_failure(error);
        self.ledger
            .row_failed(self.file(row), row.record.row, error)
    }

    /// Whether the run made what has this id.
    fn has_made(&self, id: &str) -> Result<bool, Error> {
        if let Some(made) = self.made.get() {
            return Ok(made.contains(id));
        }
        let made = self.answered()?;
        Ok(self.made.get_or_init(|| made).contains(id))
    }

    /// What the run's steps were answered with so far.
    fn answered(&self) -> Result<Marks, Error> {
        let mut answered = Marks::default();
        for step in self.ledger.finished() {
            answered.insert(&step?.1);
        }
        Ok(answered)
    }

    /// The profile a client became, if it did.
    fn profile(&self, place: usize) -> Result<Option<String>, Error> {
        self.ledger
            .answer(&create_step(&self.book.clients[place].row.reference))
    }
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
