//! What the workers of a run share, and how it goes from group to group.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value;

use super::crew::Crew;
use super::marks::Marks;
use super::options::Options;
use super::order::Group;
use super::places::Places;
use super::{before, clients, companies, delta, evidence, notes, order, rest, rights, total};
use crate::api::{Api, Call, Failure};
use crate::book::{Associate, Entity, Judged, Note, Scan};
use crate::ledger::{Ledger, RowEntry};
use crate::listener::Listener;
use crate::progress::Reporter;
use crate::{Book, Error};

/// Everything the workers share.
pub(super) struct Work {
    pub(super) options: Options,
    pub(super) book: Book,
    pub(super) ledger: Ledger,
    pub(super) api: Api,
    pub(super) reporter: Arc<dyn Reporter>,
    /// Clients begun, which decides the stage.
    pub(super) begun_count: AtomicU64,
    /// The workers, and what decides how many they are.
    pub(super) crew: Arc<Crew>,
    /// By client: the rows that follow it, as positions in the book.
    pub(super) followers: Vec<Followers>,
    /// Steps that were answered, not kept by the server, and sent again.
    pub(super) repairs_count: AtomicU64,
    /// What changed since the last run, of the rows that follow a client.
    pub(super) delta: delta::Delta,
    /// Where rows stood that do not stand where they were planned: none in a run, which plans them anew.
    pub(super) places: Places,
    /// What is told of rows that changed.
    pub(super) log: Mutex<delta::Log>,
    /// Profiles that automation was seen to be done with.
    pub(super) rested: Mutex<HashSet<String>>,
    /// Steps that make nothing in this run, since whether their clients are there is not known: what is said.
    pub(super) held_back: Mutex<HashMap<String, String>>,
    /// Automation was still at work when the time to wait for it was over.
    pub(super) is_automation_slow: AtomicBool,
    /// Files whose content was compared, those an earlier look had compared, and those whose content
    /// the server keeps to itself.
    pub(super) files_held: AtomicU64,
    pub(super) files_held_before: AtomicU64,
    pub(super) files_unheld: AtomicU64,
    /// Every id that the run's steps were answered with, once it is asked for.
    pub(super) made: OnceLock<Marks>,
    /// The window that the run held was closed.
    pub(super) is_window_lost: AtomicBool,
    /// Hears what the server says of profiles that want hands.
    pub(super) listener: OnceLock<Listener>,
}

/// The rows that follow one client.
#[derive(Clone, Debug, Default)]
pub(super) struct Followers {
    pub(super) associates: Vec<usize>,
    pub(super) documents: Vec<usize>,
    pub(super) notes: Vec<usize>,
}

/// A row that follows a client.
#[derive(Clone, Copy)]
pub(super) enum Follower<'a> {
    Link(&'a Associate),
    Document(&'a Scan),
    Note(&'a Note),
}

impl<'a> Follower<'a> {
    pub(super) fn judged(&self) -> &'a Judged {
        match self {
            Follower::Link(associate) => &associate.row,
            Follower::Document(scan) => &scan.row,
            Follower::Note(note) => &note.row,
        }
    }

    /// Its part of a step's name.
    pub(super) fn part(&self) -> &'static str {
        match self {
            Follower::Link(_) => "associate",
            Follower::Document(_) => "document",
            Follower::Note(_) => "note",
        }
    }
}

impl Work {
    pub(super) fn new(
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
            places: Places::default(),
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
    pub(super) async fn agree_with_ledger(&self) -> Result<(), Error> {
        let (who, told_at) = match self.api.first_call(Call::get("/whoami")).await {
            Ok(answer) => (answer.body, answer.told_at),
            Err(Failure::Refused { .. } | Failure::Unclear(_)) => (Value::Null, None),
            Err(failure) => return Err(failure.into()),
        };
        self.agree_on_account(&who)?;
        if let Some(at) = told_at {
            self.ledger.begin_at(at)?;
        }
        rights::recall(&self.api, &self.ledger)?;
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
    pub(super) fn agree_on_account(&self, who: &Value) -> Result<(), Error> {
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
    pub(super) fn keep_mended(&self) -> Result<(), Error> {
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

    pub(super) fn plan_rows(&self) -> Result<(), Error> {
        let rows = self.book.rows().map(|row| RowEntry {
            file: self.file(row),
            number: row.record.row,
            line: row.record.line,
            reference: &row.reference,
            hash: row.record.hash(),
            disposition: row.verdict.disposition(),
            reasons: row.verdict.reasons.join(";"),
        });
        self.ledger.plan(rows, self.delta.gone())
    }

    pub(super) async fn push(self: &Arc<Work>) -> Result<(), Error> {
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
    pub(super) async fn push_companies(self: &Arc<Work>) -> Result<(), Error> {
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
    pub(super) fn rows_count(&self, places: &[usize]) -> u64 {
        let clients = places.iter().map(|place| &self.book.clients[*place]);
        clients
            .filter(|client| client.row.verdict.migrates())
            .count() as u64
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.options.stop.load(Ordering::Relaxed)
    }

    /// The source file of a row.
    pub(super) fn file(&self, row: &Judged) -> &str {
        &self.book.mapping.sources[row.source].file
    }

    pub(super) fn row_done(&self, row: &Judged, profile: &str) -> Result<(), Error> {
        self.ledger
            .row_done(self.file(row), row.record.row, profile)
    }

    pub(super) fn row_failed(&self, row: &Judged, error: &str) -> Result<(), Error> {
        self.count_failure(error);
        self.ledger
            .row_failed(self.file(row), row.record.row, error)
    }

    /// Whether the run made what has this id.
    pub(super) fn has_made(&self, id: &str) -> Result<bool, Error> {
        if let Some(made) = self.made.get() {
            return Ok(made.contains(id));
        }
        let made = self.answered()?;
        Ok(self.made.get_or_init(|| made).contains(id))
    }

    /// What the run's steps were answered with so far.
    pub(super) fn answered(&self) -> Result<Marks, Error> {
        let mut answered = Marks::default();
        for step in self.ledger.finished() {
            answered.insert(&step?.1);
        }
        Ok(answered)
    }

    /// The profile a client became, if it did.
    pub(super) fn profile(&self, place: usize) -> Result<Option<String>, Error> {
        self.ledger.answer(&clients::create_step(
            &self.book.clients[place].row.reference,
        ))
    }
}
