//! Taking a run back.
//!
//! [`look`] looks at every profile that the state has made and says what would become of it;
//! [`Undo::carry_out`] does it: open applications end (what was never approved is rejected, the rest
//! cancelled, which ends its monitoring), and the profile gets the tag [`TAG`]. Nothing is deleted: the
//! contract cannot, and an auditor wants to see it. All of it goes through the ordinary API, so it is
//! in each profile's audit.
//!
//! Only what this state has made itself is taken back. Another state of the same book may have made a
//! profile that this one knows ([`owned`]): it is left alone with everything on it.
//!
//! A profile is left alone when people have touched it, when its fields are no longer as they were
//! sent, or when somebody lists it who stays: a company of another origin, or one that is left alone
//! itself. Who has done what the profile's audit says ([`touched`]); a profile whose audit cannot be
//! read is left alone too. What only automation did does not count.
//!
//! The ledger has every profile before anything is done to it, so an undo that was killed goes on, and
//! a run with that state refuses to send anything again unless it is told to.

mod end;
mod file;
pub(super) mod look;
mod owned;
mod reasons;
mod touched;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::stream::{self, StreamExt};

use super::Options;
use super::gone::{Kind, parsed};
use super::marks::Marks;
use crate::api::{Api, Call, Failure};
use crate::ledger::Ledger;
use crate::progress::Reporter;
use crate::{Error, clock, numbered};
use look::Looked;
use owned::Owned;

/// The tag of profiles that were taken back.
pub const TAG: &str = "migration-undone";
/// The file in the state folder that says of each client what becomes of it.
pub const FILE: &str = "undo.csv";
/// What steps of an undo begin with.
const UNDO_STEP: &str = "undo/";
/// Clients that are left alone and named on the terminal.
pub const NAMED_COUNT_MAX: usize = 50;

/// What would be taken back, or was.
pub struct Undo {
    place: Place,
    clients: Vec<Client>,
    /// The policy's reasons to reject; `None` where they cannot be read.
    known: Option<Vec<reasons::Reason>>,
}

/// Where an undo works.
struct Place {
    ledger: Ledger,
    api: Api,
    /// Everything that the run's steps were answered with.
    made: Marks,
    /// The keys that made profiles of the run.
    creators: HashSet<String>,
    /// Whose the profiles are.
    owned: Owned,
    /// The server keeps comments and reasons of decisions.
    takes_comments: bool,
    reasons: Vec<String>,
    workers: usize,
    stop: Arc<AtomicBool>,
}

/// One profile that the state has made.
#[derive(Clone, Debug)]
struct Client {
    /// What its steps begin with: the client's reference; of people named inline, the company's with
    /// a mark of their own.
    reference: String,
    profile: String,
    /// `INDIVIDUAL` or `COMPANY`, as far as it is known.
    entity: String,
    /// How many applications are open.
    open_count: usize,
    /// Products whose applications would be rejected.
    rejected: Vec<String>,
    parents: Vec<String>,
    fate: Fate,
}

/// What becomes of a profile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// It would be taken back.
    Undo,
    /// It was begun and goes on.
    GoOn,
    /// It was taken back now.
    Undone,
    /// It was taken back before.
    Before,
    /// It is left alone: why.
    LeftAlone(String),
    /// It is left alone, for it is another state's, or may be: why.
    OfOthers(String),
    /// The server refuses: why.
    Failed(String),
}

/// How many profiles, by what becomes of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// To be taken back, those begun before included.
    pub waiting: usize,
    /// Applications of those that would end.
    pub applications: usize,
    /// Taken back now.
    pub undone: usize,
    /// Taken back before.
    pub before: usize,
    /// Left alone.
    pub left_alone: usize,
    /// Those of them that another state has made, or may have.
    pub of_others: usize,
    /// Refused by the server.
    pub failed: usize,
}

/// Looks at every profile that a state has made. Changes nothing on the server; what was found is
/// written to [`FILE`] in the state folder.
///
/// Errors: a state folder without a run or of another account; a server that refuses the key or does
/// not answer.
pub async fn look(options: Options, reporter: &Arc<dyn Reporter>) -> Result<Undo, Error> {
    let ledger = Ledger::of_run(&options.state)?;
    let api = Api::new(&options.base_urls, &options.api_key, options.patience)?;
    api.stop_by(Arc::clone(&options.stop));
    api.tell(Arc::clone(reporter));
    let takes_comments = agree(&ledger, &api).await?;
    let (made, clients) = made(&ledger)?;
    let place = Place {
        owned: Owned::of(&ledger, takes_comments)?,
        made,
        creators: HashSet::new(),
        takes_comments,
        reasons: Vec::new(),
        workers: options.stages.workers_of(0),
        stop: options.stop,
        ledger,
        api,
    };
    let cut_off = place.ledger.unknown()?.into_iter();
    let cut_off = cut_off.filter(|step| step.ends_with("/create")).count();
    if cut_off > 0 {
        reporter.say(&format!(
            "{} being sent when the run was cut off: whether they are on the server is not known, and \
             they are not taken back; run again first, or look for them",
            numbered(cut_off, "client was", "clients were")
        ));
    }
    let known = reasons::read(&place.api).await?;
    let mut undo = Undo {
        place,
        clients,
        known,
    };
    undo.look_at_all(reporter.as_ref()).await?;
    undo.write()?;
    Ok(undo)
}

/// The state must be of the account that the key opens; whether the server is one that keeps comments.
async fn agree(ledger: &Ledger, api: &Api) -> Result<bool, Error> {
    let who = match api.first_call(Call::get("/whoami")).await {
        Ok(answer) => answer.body,
        Err(Failure::Refused { .. } | Failure::Unclear(_)) => serde_json::Value::Null,
        Err(failure) => return Err(failure.into()),
    };
    let institution = who["institution"]["id"].as_str().unwrap_or_default();
    let environment = who["environment"].as_str().unwrap_or_default();
    for (name, found) in [("institution", institution), ("environment", environment)] {
        let begun = ledger.fact(name)?.unwrap_or_default();
        if begun != found {
            return Err(Error::State(format!(
                "the state folder {} was begun with another account ({name} \"{begun}\", and this key \
                 opens \"{found}\"); use a key of the account it was begun with",
                ledger.folder().display()
            )));
        }
    }
    Ok(!environment.is_empty())
}

/// What finished steps were answered with, and the profiles that they have made, each once.
fn made(ledger: &Ledger) -> Result<(Marks, Vec<Client>), Error> {
    let (mut made, mut profiles) = (Marks::default(), Marks::default());
    let mut clients = Vec::new();
    for finished in ledger.finished() {
        let (step, profile) = finished?;
        // What an undo has done is no run's.
        if !step.starts_with(UNDO_STEP) || parsed(&step).is_some() {
            made.insert(&profile);
        }
        let kind = parsed(&step).map(|(kind, _, _)| kind);
        let is_profile = matches!(kind, Some(Kind::Client | Kind::Inline)) && !profile.is_empty();
        if is_profile && profiles.insert(&profile) {
            clients.push(Client {
                reference: step.strip_suffix("/create").unwrap_or(&step).to_owned(),
                profile,
                entity: String::new(),
                open_count: 0,
                rejected: Vec::new(),
                parents: Vec::new(),
                fate: Fate::Undo,
            });
        }
    }
    Ok((made, clients))
}

impl Undo {
    /// How many profiles the state has made, by what becomes of them.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for client in &self.clients {
            match &client.fate {
                Fate::Undo | Fate::GoOn => {
                    counts.waiting += 1;
                    counts.applications += client.open_count;
                }
                Fate::Undone => counts.undone += 1,
                Fate::Before => counts.before += 1,
                Fate::LeftAlone(_) => counts.left_alone += 1,
                Fate::OfOthers(_) => {
                    counts.left_alone += 1;
                    counts.of_others += 1;
                }
                Fate::Failed(_) => counts.failed += 1,
            }
        }
        counts
    }

    /// Clients that are left alone or refused, with the reasons: the first [`NAMED_COUNT_MAX`].
    pub fn named(&self) -> Vec<[String; 3]> {
        let named = self.clients.iter().filter_map(|client| match &client.fate {
            Fate::LeftAlone(why) | Fate::OfOthers(why) | Fate::Failed(why) => {
                let outcome = client.fate.in_words().to_owned();
                Some([client.reference.clone(), outcome, why.clone()])
            }
            Fate::Undo | Fate::GoOn | Fate::Undone | Fate::Before => None,
        });
        named.take(NAMED_COUNT_MAX).collect()
    }

    /// Why these reasons will not do for the applications that would be rejected, where the policy can
    /// be read: the server would refuse some of them, and half an account be taken back.
    pub fn lacks_reason(&self, given: &[String]) -> Option<String> {
        let clients = self.clients.iter();
        let waiting = clients.filter(|one| matches!(one.fate, Fate::Undo | Fate::GoOn));
        let products = waiting.flat_map(|one| one.rejected.iter().map(String::as_str));
        reasons::lacking(
            self.known.as_ref()?,
            given,
            &products.collect::<BTreeSet<_>>(),
        )
    }

    /// Where it is written client by client.
    pub fn path(&self) -> PathBuf {
        self.place.ledger.folder().join(FILE)
    }

    fn write(&self) -> Result<(), Error> {
        file::write(&self.path(), &self.clients)
    }

    async fn look_at_all(&mut self, reporter: &dyn Reporter) -> Result<(), Error> {
        let undone = self.place.ledger.undone()?;
        for client in &mut self.clients {
            match undone.get(&client.profile) {
                Some(true) => client.fate = Fate::Before,
                Some(false) => client.fate = Fate::GoOn,
                None => {
                    if let Some(why) = self.place.owned.other(&self.place.ledger, client)? {
                        client.fate = Fate::OfOthers(why);
                    }
                }
            }
        }
        let wanted = |client: &&Client| matches!(client.fate, Fate::Undo | Fate::GoOn);
        let total = self.clients.iter().filter(wanted).count();
        reporter.begin("looked at", total as u64);
        let place = &self.place;
        let clients = self.clients.iter().enumerate();
        let clients = clients.filter(|(_, client)| wanted(client));
        let looks = clients.map(move |(at, client)| async move {
            let looked = if place.stop.load(Ordering::Relaxed) {
                Ok(Looked::default())
            } else {
                look::look_at(place, client).await
            };
            reporter.advance();
            (at, looked)
        });
        let looks: Vec<_> = stream::iter(looks)
            .buffer_unordered(place.workers)
            .collect()
            .await;
        reporter.end();
        let mut looked = BTreeMap::new();
        for (at, look) in looks {
            looked.insert(at, look?);
        }
        if self.place.stop.load(Ordering::Relaxed) {
            let message = "stopped before everything was looked at; nothing was changed";
            return Err(Error::Option(message.to_owned()));
        }
        self.judge(looked);
        Ok(())
    }

    fn judge(&mut self, looked: BTreeMap<usize, Looked>) {
        let creators = looked.values().filter(|one| one.of_others.is_none());
        let creators = creators.filter_map(|one| one.touched.creator.clone());
        self.place.creators = creators.collect();
        for (at, one) in looked {
            let client = &mut self.clients[at];
            client.entity = one.entity;
            client.open_count = one.open.len();
            client.rejected = one.rejected;
            client.parents = one.parents;
            if client.fate != Fate::Undo {
                continue;
            }
            if let Some(why) = one.of_others {
                client.fate = Fate::OfOthers(why);
            } else if let Some(why) = one.gone.or_else(|| one.touched.why(&self.place.creators)) {
                client.fate = Fate::LeftAlone(why);
            }
        }
        while self.keep_whom_others_list() {}
        self.clients
            .sort_by(|one, other| one.reference.cmp(&other.reference));
    }

    /// Leaves alone whom somebody lists who stays; whether there was anybody.
    fn keep_whom_others_list(&mut self) -> bool {
        let stays: HashMap<String, (String, bool)> = self
            .clients
            .iter()
            .map(|client| {
                let stays = matches!(
                    client.fate,
                    Fate::LeftAlone(_) | Fate::OfOthers(_) | Fate::Failed(_)
                );
                (client.profile.clone(), (client.reference.clone(), stays))
            })
            .collect();
        let mut has_changed = false;
        for client in self.clients.iter_mut().filter(|one| one.fate == Fate::Undo) {
            let why = client
                .parents
                .iter()
                .find_map(|parent| match stays.get(parent) {
                    Some((_, false)) => None,
                    Some((reference, true)) => {
                        Some(format!("{reference} lists it, and is left alone itself"))
                    }
                    None => Some(format!("profile {parent} lists it, and is not of this run")),
                });
            if let Some(why) = why {
                client.fate = Fate::LeftAlone(why);
                has_changed = true;
            }
        }
        has_changed
    }

    /// Takes back what [`look`] has found, companies before those whom they list. Each profile is looked
    /// at once more before it is touched. Reasons are aliases of the policy's reasons to reject, where it
    /// asks for one. Can be stopped or killed and asked for again.
    ///
    /// Errors: as [`look`]; reasons that will not do ([`Undo::lacks_reason`]), before anything is
    /// touched; a ledger that cannot be written. What the server refuses for one profile is
    /// in the counts.
    pub async fn carry_out(
        &mut self,
        reasons: Vec<String>,
        reporter: &dyn Reporter,
    ) -> Result<(), Error> {
        if let Some(why) = self.lacks_reason(&reasons) {
            return Err(Error::Option(format!("{why}; nothing was changed")));
        }
        self.place.reasons = reasons;
        let at = clock::written(clock::now());
        let ledger = &self.place.ledger;
        ledger.set_fact(crate::ledger::UNDONE_AT, &at)?;
        let waiting = self.counts().waiting;
        reporter.begin("taken back", waiting as u64);
        let is_company = |client: &Client| client.entity == "COMPANY";
        let outcome = match self.carry_out_of(is_company, reporter).await {
            Ok(()) => self.carry_out_of(|one| !is_company(one), reporter).await,
            Err(error) => Err(error),
        };
        reporter.end();
        self.write()?;
        outcome
    }

    async fn carry_out_of(
        &mut self,
        of: impl Fn(&Client) -> bool,
        reporter: &dyn Reporter,
    ) -> Result<(), Error> {
        // Somebody may have been left alone since who lists others.
        while self.keep_whom_others_list() {}
        let place = &self.place;
        let clients = self.clients.iter().enumerate();
        let wanted = clients.filter(|(_, client)| {
            let is_waiting = matches!(client.fate, Fate::Undo | Fate::GoOn);
            is_waiting && of(client)
        });
        let ends = wanted.map(move |(at, client)| async move {
            let fate = end::end(place, client).await;
            reporter.advance();
            (at, fate)
        });
        let ends: Vec<_> = stream::iter(ends)
            .buffer_unordered(place.workers)
            .collect()
            .await;
        let mut outcome = Ok(());
        for (at, fate) in ends {
            match fate {
                Ok(fate) => self.clients[at].fate = fate,
                Err(error) => outcome = Err(error),
            }
        }
        outcome
    }
}

impl Fate {
    /// Its name in [`FILE`].
    fn in_words(&self) -> &'static str {
        match self {
            Fate::Undo => "to be undone",
            Fate::GoOn => "begun",
            Fate::Undone => "undone",
            Fate::Before => "undone before",
            Fate::LeftAlone(_) | Fate::OfOthers(_) => "left alone",
            Fate::Failed(_) => "failed",
        }
    }
}

/// A state that was taken back sends nothing again by accident: only when told to. Forgets nothing yet.
///
/// Errors: it was taken back, and it is not told to; or it is half taken back.
pub(super) fn refuse_again(ledger: &Ledger, may_repeat: bool) -> Result<(), Error> {
    let Some(at) = ledger.undone_at()? else {
        return Ok(());
    };
    let folder = ledger.folder().display();
    if !may_repeat {
        return Err(Error::Option(format!(
            "what the state folder {folder} had sent was taken back on {at}, and nothing is sent again by \
             accident; add --again to bring those clients over anew, as new profiles"
        )));
    }
    let begun_count = ledger.undoing_count()?;
    if begun_count > 0 {
        return Err(Error::Option(format!(
            "of the state folder {folder}, {} half taken back, and would stay so: finish the undo first, \
             with usher migrate undo",
            numbered(begun_count, "client is", "clients are")
        )));
    }
    Ok(())
}

/// Forgets what was sent for the clients that were taken back, once the run is sure to begin.
pub(super) fn forget(ledger: &Ledger, reporter: &dyn Reporter) -> Result<(), Error> {
    if let Some(at) = ledger.undone_at()? {
        let count = ledger.forget_undone()?;
        reporter.say(&format!(
            "{} taken back on {at} and will come over again, as new profiles",
            numbered(count, "client was", "clients were")
        ));
    }
    Ok(())
}
