//! What a migration comes to, before anything is sent: how many clients it has, what is wrong with its
//! rows, who may be in it twice, when each stage of the ramp begins, what its notices say, and whether
//! it is done in time.
//!
//! [`make`] reads the book, asks the server a few harmless questions if there is one, and says it all
//! as a [`Plan`]: text at 80 columns, or JSON. Nothing is sent.

mod duplicates;
mod json;
mod letter;
mod profiles;
mod ramp;
mod rate;
mod text;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::{Timestamp, Zoned};

pub use duplicates::{Duplicates, Likeness, PAIRS_COUNT_MAX, Pair, Row};
pub use letter::Letter;
pub use profiles::Profiles;
pub use ramp::{Hours, Stage};
pub use rate::{Rate, Source};

use crate::api::{Api, Call, Patience};
use crate::book::Keep;
use crate::notices::{Notices, SMALL_SCALE_CLIENTS_MAX, notice_time};
use crate::run::{Stages, is_loopback, mapping_text};
use crate::{Book, Error, Scope, mapping, mended};

/// What one client is taken to cost one worker when nothing was measured.
const ASSUMED_PER_CLIENT: Duration = Duration::from_secs(1);

/// What a plan is made of.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The mapping file.
    pub mapping: PathBuf,
    /// The folder of the source files.
    pub source: PathBuf,
    /// Which clients come over.
    pub scope: Scope,
    /// How the load grows.
    pub stages: Stages,
    /// Base URLs of the server's nodes; empty: the server is not asked.
    pub base_urls: Vec<String>,
    /// The API key; empty: the server is not asked.
    pub api_key: String,
    /// How long the server is waited for.
    pub patience: Patience,
    /// The state folder of an earlier run, or of the one that is planned.
    pub state: Option<PathBuf>,
    /// When the first client comes over; as soon as notice allows unless said.
    pub start: Option<Zoned>,
    /// When the last client must be over.
    pub deadline: Option<Zoned>,
    /// The hours of a day in which clients may come over; all unless said.
    pub hours: Option<Hours>,
    /// The present instant, in the time zone of the plan.
    pub now: Zoned,
}

/// A plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the bank or the migration is called.
    pub name: String,
    /// Which clients come over.
    pub scope: Scope,
    /// The account, as the server calls it; empty when it was not asked.
    pub account: String,
    /// The profiles that the book becomes.
    pub profiles: Profiles,
    /// Rows of associates, documents and notes that come over with them.
    pub followers: [u64; 3],
    /// What becomes of the rows of each source file.
    pub files: Vec<File>,
    /// Clients who may be one.
    pub duplicates: Duplicates,
    /// How long one client takes one worker.
    pub rate: Rate,
    /// The stages that the book reaches.
    pub stages: Vec<Stage>,
    /// When the last client is over and read back.
    pub ends: Zoned,
    /// When the last client must be over.
    pub deadline: Option<Zoned>,
    /// The hours in which clients may come over.
    pub hours: Option<Hours>,
    /// When the plan was made.
    pub now: Zoned,
    /// The notices; none where nobody need be told.
    pub letters: Vec<Letter>,
}

/// What becomes of the rows of one source file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// The file.
    pub file: String,
    /// Disposition (`migrate`, `migrate_with_warning`, `reject`, `skip`) -> rows.
    pub dispositions: BTreeMap<&'static str, u64>,
    /// Disposition and reason -> rows that carry it.
    pub reasons: BTreeMap<(&'static str, String), u64>,
}

impl Plan {
    /// Whether everybody is over by the deadline, if there is one.
    pub fn is_in_time(&self) -> bool {
        self.deadline
            .as_ref()
            .is_none_or(|deadline| self.ends <= *deadline)
    }

    /// The stages whose notice was given too late, or is not on record and can no longer be given in
    /// time.
    pub fn late_notices(&self) -> impl Iterator<Item = &Letter> {
        self.letters
            .iter()
            .filter(|letter| letter.is_late(&self.now))
    }
}

/// Makes a plan.
///
/// Errors: mistakes of the mapping and the sources; a server that refuses the key or does not answer;
/// a plan of more than ten years.
pub async fn make(asked: &Asked) -> Result<Plan, Error> {
    let (name, text) = mapping_text(&asked.mapping)?;
    let mut mapping = mapping::read(&name, &text, &asked.source)?;
    let keep = Keep::temporary()?;
    mended::lay_kept(&mut mapping, asked.state.as_deref(), &keep)?;
    let book = Book::read(mapping, &asked.source, asked.scope, &keep)?;
    let profiles = Profiles::of(&book);
    let clients = profiles.total();
    let server = server(asked, &book, clients).await?;
    let measured = asked
        .state
        .as_deref()
        .map(rate::measured)
        .transpose()?
        .flatten();
    let rate = measured.or(server.rate).unwrap_or(Rate {
        per_client: ASSUMED_PER_CLIENT,
        source: Source::Assumed,
    });
    let notices = match &asked.state {
        Some(state) => Notices::read(state)?,
        None => Notices::default(),
    };
    let is_own_demo = server.is_demo && asked.base_urls.iter().all(|url| is_loopback(url));
    let needs_notice = !is_own_demo && clients > SMALL_SCALE_CLIENTS_MAX;
    let start = start(asked, &notices, needs_notice)?;
    let stages = ramp::schedule(&asked.stages, clients, rate.per_client, &start, asked.hours)?;
    let ends = stages.last().map_or(start, |stage| stage.ends.clone());
    let mut plan = Plan {
        name: book.mapping.name.clone(),
        scope: asked.scope,
        account: server.account,
        profiles,
        followers: followers(&book),
        files: files(&book),
        duplicates: duplicates::find(&book)?,
        rate,
        stages,
        ends,
        deadline: asked.deadline.clone(),
        hours: asked.hours,
        now: asked.now.clone(),
        letters: Vec::new(),
    };
    if needs_notice {
        plan.letters = letter::letters(&plan, &notices);
    }
    Ok(plan)
}

#[derive(Default)]
struct Server {
    account: String,
    is_demo: bool,
    rate: Option<Rate>,
}

async fn server(asked: &Asked, book: &Book, clients: u64) -> Result<Server, Error> {
    if asked.base_urls.is_empty() || asked.api_key.is_empty() {
        return Ok(Server::default());
    }
    let api = Api::new(&asked.base_urls, &asked.api_key, asked.patience)?;
    let rate = rate::timed(&api, book, clients).await?;
    let who = api.first_call(Call::get("/whoami")).await;
    let who = who.map(|answer| answer.body).unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let environment = text(&who["environment"]);
    let name = text(&who["institution"]["name"]);
    Ok(Server {
        is_demo: environment == "demo",
        account: format!("{environment} account of {name}").trim().to_owned(),
        rate: Some(rate),
    })
}

/// When the first client comes over: as asked, else as soon as notice allows.
fn start(asked: &Asked, notices: &Notices, needs_notice: bool) -> Result<Zoned, Error> {
    if let Some(start) = &asked.start {
        return Ok(start.clone());
    }
    let zone = asked.now.time_zone().clone();
    let zoned = |at: Timestamp| at.to_zoned(zone);
    let earliest = match notices.of(1, asked.stages.workers_of(0)) {
        _ if !needs_notice => asked.now.clone(),
        Some(notice) => zoned(notice.allowed_from()).max(asked.now.clone()),
        None => ramp::plus(&asked.now, notice_time())?,
    };
    ramp::next_quarter(&earliest, asked.hours)
}

fn followers(book: &Book) -> [u64; 3] {
    let associates = book.associates.iter().map(|one| &one.row);
    let documents = book.documents.iter().map(|one| &one.row);
    let notes = book.notes.iter().map(|one| &one.row);
    [
        associates.filter(|row| row.verdict.migrates()).count() as u64,
        documents.filter(|row| row.verdict.migrates()).count() as u64,
        notes.filter(|row| row.verdict.migrates()).count() as u64,
    ]
}

fn files(book: &Book) -> Vec<File> {
    let sources = book.mapping.sources.iter();
    let mut files: Vec<File> = sources
        .map(|source| File {
            file: source.file.clone(),
            ..File::default()
        })
        .collect();
    for row in book.rows() {
        let file = &mut files[row.source];
        *file
            .dispositions
            .entry(row.verdict.disposition())
            .or_default() += 1;
        for reason in &row.verdict.reasons {
            let reason = (row.verdict.disposition(), reason.clone());
            *file.reasons.entry(reason).or_default() += 1;
        }
    }
    files
}
