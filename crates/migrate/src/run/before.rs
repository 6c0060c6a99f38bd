//! Whether clients of the book are on the server already, from elsewhere than this state.
//!
//! A profile is found again by its step in the ledger. Of a client without one a second profile would
//! be made, so the server is asked for its `customer_ref` first. An account without profiles, the
//! usual one, costs a single request, and what was looked for once is not looked for again.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::clients::{self, create_step};
use super::same_book::{each_sent, references};
use super::{Work, id, results};
use crate::api::{Call, Failure};
use crate::book::Client;
use crate::ledger::{Doubled, Ledger};
use crate::run::marks::Marks;
use crate::{Book, Error, hex};

/// Where the clients that were found are written, in the state folder.
const FOUND_FILE: &str = "already-there.csv";
/// The fact of a ledger that says for which clients the server was asked.
const LOOKED_FOR: &str = "looked for";
/// The fact of a ledger that says that it was once told to make profiles of clients who are there.
const REPEATED: &str = "may have repeated";
/// Profiles on a page: references that begin alike are found too.
const PAGE: usize = 200;
/// Pages that are read for one reference.
const PAGES_MAX: usize = 50;
/// Statuses of a server that has no search: not found, no such method, not implemented.
pub(super) const NO_SEARCH: [u16; 3] = [404, 405, 501];

/// Clients by position, with the profiles that have their references.
type Found = Vec<(usize, String)>;

/// Refuses to go on when clients that this state has not sent are on the server.
pub(super) async fn refuse_repetition(work: &Arc<Work>) -> Result<(), Error> {
    if work.options.may_repeat {
        work.ledger.set_fact(REPEATED, "yes")?;
        let unsent = unsent(&work.book, &work.ledger)?.into_iter();
        let steps = unsent.map(|place| create_step(&work.book.clients[place].row.reference));
        work.ledger.own_keys(steps)?;
    }
    let path = work.ledger.folder().join(FOUND_FILE);
    if !work.options.may_repeat {
        let _ = std::fs::remove_file(&path);
    }
    let clients = clients_digest(work);
    if work.ledger.fact(LOOKED_FOR)?.as_ref() == Some(&clients) {
        return Ok(());
    }
    if is_anybody_there(work).await? {
        let (found, wanted_count) = look_for_all(work).await?;
        if work.options.may_repeat {
            work.ledger.keep_doubled(&found)?;
        } else {
            refuse_found(work, &found, wanted_count, &path)?;
        }
    }
    if !work.is_stopped() && !work.is_anybody_held() {
        work.ledger.set_fact(LOOKED_FOR, &clients)?;
    }
    Ok(())
}

/// Whether profiles that this state has not made may have the references of its clients.
pub(super) fn may_be_others(work: &Work) -> Result<bool, Error> {
    Ok(work.options.may_repeat || work.ledger.fact(REPEATED)?.is_some())
}

impl Work {
    /// Lets nothing be made by a step in this run: whether it is there already could not be looked up.
    pub(super) fn hold_back(&self, step: &str, why: &str) {
        let said = format!(
            "it could not be looked up on the server, and was not sent: {why}; the next run looks again"
        );
        self.hold_back_saying(step, said);
    }

    /// Lets nothing be made by a step in this run, and says this of it.
    pub(super) fn hold_back_saying(&self, step: &str, said: String) {
        let mut held = self
            .held_back
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        held.insert(step.to_owned(), said);
    }

    /// What is said of a step that makes nothing in this run.
    pub(super) fn held_back(&self, step: &str) -> Option<String> {
        let held = self
            .held_back
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        held.get(step).cloned()
    }

    fn is_anybody_held(&self) -> bool {
        let held = self
            .held_back
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        !held.is_empty()
    }
}

/// Forgets for whom the server was asked, as before the first run.
pub(super) fn forget_looks(ledger: &Ledger) -> Result<(), Error> {
    for name in [LOOKED_FOR, REPEATED] {
        if ledger.fact(name)?.is_some() {
            ledger.forget_fact(name)?;
        }
    }
    Ok(())
}

/// Which clients a book has, as one word.
fn clients_digest(work: &Work) -> String {
    let mut digest = Sha256::new();
    for client in work.book.clients.iter().filter(|it| it.becomes_profile()) {
        digest.update(client.row.reference.as_bytes());
        digest.update([0]);
    }
    hex(&digest.finalize())
}

/// The clients that were not sent and are there, and of how many it was asked.
async fn look_for_all(work: &Arc<Work>) -> Result<(Vec<Doubled>, usize), Error> {
    let mut wanted = Vec::new();
    let mut nameless_count = 0;
    for place in unsent(&work.book, &work.ledger)? {
        match reference(&work.book.clients[place])? {
            Some(_) => wanted.push(place),
            None => nameless_count += 1,
        }
    }
    if nameless_count > 0 {
        let what = "clients without a customer_ref are not looked for on the server";
        work.reporter.say(&format!("{nameless_count} {what}"));
    }
    let own = Arc::new(Own::of(work)?);
    let found = Arc::new(Mutex::new(Found::new()));
    work.reporter.begin("looked up", wanted.len() as u64);
    let items = wanted.iter().map(|place| (1, *place)).collect();
    let outcome = work.drive_with_all(items, |work, place| {
        let (found, own) = (Arc::clone(&found), Arc::clone(&own));
        async move {
            let is_own = |profile: &str| Ok(own.has(profile));
            let client = &work.book.clients[place];
            let (profile, why_not) = look_for(&work, client, is_own).await?;
            // Whoever is to come beside others comes, whether there are any or not.
            if let Some(why) = why_not.filter(|_| profile.is_none() && !work.options.may_repeat) {
                work.hold_back(&create_step(&client.row.reference), &why);
            }
            if let Some(profile) = profile {
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                found.push((place, profile));
            }
            Ok(())
        }
    });
    let outcome = outcome.await;
    work.reporter.end();
    outcome?;
    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner).clone();
    found.sort_unstable();
    let found = found.into_iter().map(|(place, profile)| {
        let row = &work.book.clients[place].row;
        let (file, reference) = (work.file(row).to_owned(), row.reference.clone());
        (file, row.record.line, reference, profile)
    });
    Ok((found.collect(), wanted.len()))
}

/// Refuses to go on where somebody was found, who is written down in a file.
fn refuse_found(
    work: &Work,
    found: &[Doubled],
    wanted_count: usize,
    path: &Path,
) -> Result<(), Error> {
    let Some((file, line, _, profile)) = found.first() else {
        return Ok(());
    };
    write_found(path, found)?;
    let folder = work.ledger.folder().display();
    let is_own = work.ledger.is_answer(profile)?;
    let whose = if is_own {
        format!("the state folder {folder} has sent them under keys that no row has any more")
    } else {
        format!("the state folder {folder} does not know them")
    };
    Err(Error::Repeated(format!(
        "{} of {wanted_count} clients are on the server already, and {whose}: line {line} of {file} is \
         profile {profile}, for example, see {}; nothing was sent",
        found.len(),
        path.display(),
    )))
}

/// Writes clients who were there already to a file.
pub(super) fn write_found(path: &Path, found: &[Doubled]) -> Result<(), Error> {
    let rows = found.iter().map(|(file, line, reference, profile)| {
        let (file, reference, profile) = (file.clone(), reference.clone(), profile.clone());
        [file, line.to_string(), reference, profile]
    });
    results::table(path, ["file", "line", "key", "profile_id"], rows)
}

/// The profiles that a state has made, but for clients whose keys no row has any more: those would be made
/// a second time under another key.
struct Own {
    all: Marks,
    /// Made of clients who are in the book.
    here: Marks,
    /// Made of clients who are not.
    gone: Marks,
}

impl Own {
    fn of(work: &Work) -> Result<Own, Error> {
        let (mut here, mut gone) = (Marks::default(), Marks::default());
        let references = references(&work.book);
        each_sent(&work.ledger, |reference, profile| {
            let marks = if references.contains(reference) {
                &mut here
            } else {
                &mut gone
            };
            marks.insert(profile);
        })?;
        let all = work.answered()?;
        Ok(Own { all, here, gone })
    }

    fn has(&self, profile: &str) -> bool {
        self.here.contains(profile) || (self.all.contains(profile) && !self.gone.contains(profile))
    }
}

/// Whether the account has any profile, as far as that is known; not where the server has no search.
async fn is_anybody_there(work: &Work) -> Result<bool, Error> {
    match work.api.call(Call::get("/profiles?limit=1")).await {
        Ok(answer) => Ok(answer.body["results"]
            .as_array()
            .is_none_or(|results| !results.is_empty())),
        Err(Failure::Refused {
            status, message, ..
        }) if NO_SEARCH.contains(&status) => {
            let what = "clients that are on the server already are not looked for";
            work.reporter.say(&format!("{what}: {message}"));
            Ok(false)
        }
        // Nothing is known: each client is looked for by itself.
        Err(Failure::Refused { .. } | Failure::Unclear(_)) => Ok(true),
        Err(failure) => Err(failure.into()),
    }
}

/// The clients a profile would be made of, of which nothing was sent from this state.
pub(super) fn unsent(book: &Book, ledger: &Ledger) -> Result<Vec<usize>, Error> {
    let begun: HashSet<String> = ledger.unknown()?.into_iter().collect();
    let mut unsent = Vec::new();
    for (place, client) in book.clients.iter().enumerate() {
        let step = create_step(&client.row.reference);
        if client.becomes_profile() && !begun.contains(&step) && ledger.answer(&step)?.is_none() {
            unsent.push(place);
        }
    }
    Ok(unsent)
}

/// What a client's profile would be found by.
fn reference(client: &Client) -> Result<Option<String>, Error> {
    Ok(reference_in(&clients::body(client)?))
}

/// What the profile that a body makes would be found by.
pub(super) fn reference_in(body: &Value) -> Option<String> {
    let data = &body["collected_data"];
    // The second is the API's other name for it.
    let mut names = ["customer_ref", "customer_reference"].iter();
    let text = names.find_map(|name| data[*name].as_str());
    let text = text.filter(|text| text.contains(char::is_alphanumeric));
    text.map(str::to_owned)
}

/// A profile that has a client's reference, is not this state's own, and was taken back by nobody; and
/// why not all of them were looked at, if so.
pub(super) async fn look_for(
    work: &Work,
    client: &Client,
    is_own: impl Fn(&str) -> Result<bool, Error>,
) -> Result<(Option<String>, Option<String>), Error> {
    let Some(reference) = reference(client)? else {
        return Ok((None, None));
    };
    let mut others = Vec::new();
    let searched = search(work, &client.row.reference, &reference, |profile| {
        let profile = id(profile);
        if !is_own(&profile)? {
            others.push(profile);
        }
        Ok(false)
    });
    let why_not = searched.await?.why_not();
    for profile in others {
        if !work.is_taken_back(&profile).await? {
            return Ok((Some(profile), why_not));
        }
    }
    Ok((None, why_not))
}

/// A profile that has a `customer_ref`, was not made from this state, and was taken back by nobody; and
/// how far those that have it were looked at.
pub(super) async fn other(
    work: &Work,
    name: &str,
    reference: &str,
) -> Result<(Option<String>, Searched), Error> {
    let mut others = Vec::new();
    let searched = search(work, name, reference, |profile| {
        let profile = id(profile);
        if !work.ledger.is_undone(&profile)? && !work.ledger.is_answer(&profile)? {
            others.push(profile);
        }
        Ok(false)
    });
    let searched = searched.await?;
    for profile in others {
        if !work.is_taken_back(&profile).await? {
            return Ok((Some(profile), searched));
        }
    }
    Ok((None, searched))
}

/// How far a search has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Searched {
    /// Every profile was looked at, or enough of them.
    All,
    /// The server has no search.
    Unknown,
    /// Not all of them: why.
    NotAll(String),
}

impl Searched {
    /// Why a client who was looked for so must not be sent.
    pub(super) fn why_not(self) -> Option<String> {
        match self {
            Searched::All | Searched::Unknown => None,
            Searched::NotAll(why) => Some(why),
        }
    }
}

/// Gives the profiles that have a `customer_ref`, one by one, until enough is said; whether all of them
/// were looked at then. An Usher lists them before those whose references only begin like it. What the server refuses to look for is told by the `name` of the client.
pub(super) async fn search(
    work: &Work,
    name: &str,
    reference: &str,
    is_enough: impl FnMut(&Value) -> Result<bool, Error>,
) -> Result<Searched, Error> {
    let searched = search_pages(work, reference, is_enough).await?;
    if let Searched::NotAll(why) = &searched {
        work.reporter
            .say(&format!("{name} was not looked for: {why}"));
    }
    Ok(searched)
}

async fn search_pages(
    work: &Work,
    reference: &str,
    mut is_enough: impl FnMut(&Value) -> Result<bool, Error>,
) -> Result<Searched, Error> {
    let words = utf8_percent_encode(reference, NON_ALPHANUMERIC);
    let mut offset = 0;
    for _ in 0..PAGES_MAX {
        let path = format!("/profiles?q={words}&limit={PAGE}&offset={offset}");
        // Asked so, an Usher says that it is one.
        let answer = match work.api.call(Call::get(path).shared(true)).await {
            Ok(answer) => answer.body,
            Err(Failure::Refused { status, .. }) if NO_SEARCH.contains(&status) => {
                return Ok(Searched::Unknown);
            }
            Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => {
                return Ok(Searched::NotAll(message));
            }
            Err(failure) => return Err(failure.into()),
        };
        let Some(results) = answer["results"].as_array() else {
            let why = "the answer has no list of results";
            return Ok(Searched::NotAll(why.to_owned()));
        };
        for profile in results {
            let theirs = profile["collected_data"]["customer_ref"].as_str();
            let is_exact = theirs == Some(reference);
            let is_last = !is_exact && work.api.forgets_refusals();
            if is_last || (is_exact && is_enough(profile)?) {
                return Ok(Searched::All);
            }
        }
        offset += results.len();
        // A server may give fewer at a time than it is asked for.
        let count = answer["count"].as_u64().unwrap_or_default();
        let is_more = count > offset as u64;
        if results.is_empty() && is_more {
            let why = format!("the answer ends after {offset} of {count} profiles");
            return Ok(Searched::NotAll(why));
        }
        if results.len() < PAGE && !is_more {
            return Ok(Searched::All);
        }
    }
    let why = format!("more than {offset} profiles are found for it");
    Ok(Searched::NotAll(why))
}
