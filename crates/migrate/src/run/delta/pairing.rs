//! Which row stands for what was sent of another, of the rows that follow a client.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::super::clients::create_step;
use super::super::gone::{Kind, coming, inline_steps, parsed};
use super::super::links::inline_owner;
use super::super::{Follower, Work, content_name};
use crate::Error;
use crate::book::{Judged, Person};

/// What changed since the last run, of the rows that follow a client.
#[derive(Debug, Default)]
pub(in crate::run) struct Delta {
    /// By the name a row gives its step: the name of the finished one that it stands in for.
    pairs: HashMap<String, String>,
    /// The names of the finished ones.
    olds: HashSet<String>,
    /// Finished steps that others stand in for.
    replaced: HashSet<String>,
    /// Profiles of people named inline whom no row names as they were sent, with the steps that made
    /// them.
    inline: HashMap<String, String>,
}

impl Delta {
    /// The name of the finished step that a row stands in for.
    pub(in crate::run) fn old(&self, name: &str) -> Option<&str> {
        self.pairs.get(name).map(String::as_str)
    }

    /// Whether a finished step does not count any more.
    pub(in crate::run) fn is_replaced(&self, step: &str) -> bool {
        self.replaced.contains(step)
    }

    /// The step that made a person named inline whom no row names as they were sent.
    pub(in crate::run) fn inline_step(&self, profile: &str) -> Option<&str> {
        self.inline.get(profile).map(String::as_str)
    }

    /// Whether a row stands in for the finished step of this name.
    pub(in crate::run) fn is_paired(&self, name: &str) -> bool {
        self.olds.contains(name)
    }

    /// The pairs, for the ledger.
    pub(in crate::run) fn pairs(&self) -> &HashMap<String, String> {
        &self.pairs
    }

    /// How many rows stand in for others.
    pub(in crate::run) fn count(&self) -> usize {
        self.pairs.len()
    }
}

impl Work {
    /// The answer of a step that is finished and counts still.
    pub(in crate::run) fn live(&self, step: &str) -> Result<Option<String>, Error> {
        let answer = self.ledger.answer(step)?;
        Ok(answer.filter(|_| !self.delta.is_replaced(step)))
    }
}

/// One thing that was sent and that no row stands for.
struct Gone<'a> {
    kind: Kind,
    reference: &'a str,
    name: &'a str,
    answer: &'a str,
    body: Value,
    is_taken: bool,
}

/// Finds which rows stand in for which finished steps. To be asked before the rows are planned.
pub(in crate::run) fn find(work: &Work) -> Result<Delta, Error> {
    let (finished, replaced) = (work.ledger.finished()?, work.ledger.replaced()?);
    let coming = coming(work);
    let names: HashSet<&str> = coming.iter().map(|(name, _)| name.as_str()).collect();
    let mut live: HashSet<&str> = HashSet::new();
    let mut gone = Vec::new();
    for (step, answer) in &finished {
        let Some((kind, reference, name)) = parsed(step).filter(|_| !replaced.contains(step))
        else {
            continue;
        };
        live.insert(name);
        let follows = matches!(kind, Kind::Link | Kind::Document | Kind::File | Kind::Note);
        if follows && !names.contains(name) {
            let body = work.ledger.sent(step)?.unwrap_or_default();
            gone.push(Gone {
                kind,
                reference,
                name,
                answer,
                body: serde_json::from_str(&body).unwrap_or_default(),
                is_taken: false,
            });
        }
    }
    let fresh = coming
        .iter()
        .filter(|(name, _)| !live.contains(name.as_str()));
    let fresh: Vec<(&str, Follower<'_>)> = fresh.map(|(name, row)| (name.as_str(), *row)).collect();
    let pairs = if gone.is_empty() {
        HashMap::new()
    } else {
        paired(work, &places(work, &coming)?, &fresh, &mut gone)?
    };
    let named = named_inline(work);
    let inline = inline_steps(work)?.into_iter();
    let inline = inline.filter(|(_, step)| !named.contains(step)).collect();
    Ok(Delta {
        olds: pairs.values().cloned().collect(),
        pairs,
        replaced,
        inline,
    })
}

/// The steps that make the people whom rows name by now.
fn named_inline(work: &Work) -> HashSet<String> {
    let rows = work.book.associates.iter().filter(|associate| {
        associate.person == Person::Inline
            && associate.owner.is_some()
            && associate.row.verdict.migrates()
    });
    rows.map(|associate| create_step(&inline_owner(&associate.row.reference, associate)))
        .collect()
}

fn paired(
    work: &Work,
    places: &[(String, String)],
    fresh: &[(&str, Follower<'_>)],
    gone: &mut [Gone<'_>],
) -> Result<HashMap<String, String>, Error> {
    // What an earlier run found and did not get to: the ledger has forgotten the places by now.
    let before = work.ledger.pairs()?;
    let mut pairing = Pairing::default();
    for (name, _) in fresh {
        let known = before.get(*name);
        pairing.pair(name, gone, &|one| known.is_some_and(|old| old == one.name));
    }
    // Of rows that say the same, any may stand for any.
    for (old, new) in places {
        let mut names = fresh.iter().map(|(name, _)| *name);
        let stands = |name: &&str| name.starts_with(new.as_str()) && !pairing.has(name);
        if let Some(name) = names.find(stands) {
            pairing.pair(name, gone, &|one| one.name.starts_with(old.as_str()));
        }
    }
    for (name, row) in fresh {
        let (key, reference) = (Key::of(work, row)?, &row.judged().reference);
        pairing.pair(name, gone, &|one| {
            one.reference == reference && key.is_of(one)
        });
    }
    Ok(pairing.pairs)
}

#[derive(Default)]
struct Pairing {
    pairs: HashMap<String, String>,
}

impl Pairing {
    fn has(&self, name: &str) -> bool {
        self.pairs.contains_key(name)
    }

    /// Pairs a row with the first thing that is left and fits, unless it has one.
    fn pair(&mut self, name: &str, gone: &mut [Gone<'_>], fits: &dyn Fn(&Gone<'_>) -> bool) {
        if self.has(name) {
            return;
        }
        if let Some(found) = gone.iter_mut().find(|one| !one.is_taken && fits(one)) {
            found.is_taken = true;
            self.pairs.insert(name.to_owned(), found.name.to_owned());
        }
    }
}

/// Of every place where another row stands by now: how the names of the old row and of the new one
/// begin.
fn places(work: &Work, coming: &[(String, Follower<'_>)]) -> Result<Vec<(String, String)>, Error> {
    let mut places = Vec::new();
    for (_, row) in coming {
        let judged: &Judged = row.judged();
        let hash = work.ledger.hash_at(work.file(judged), judged.record.row)?;
        let start = |hash: &str| format!("{}/{}/{hash}.", judged.reference, row.part());
        if let Some(old) = hash.as_deref().and_then(|hash| hash.get(..16)) {
            let (old, new) = (start(old), start(&content_name(judged)));
            if old != new {
                places.push((old, new));
            }
        }
    }
    Ok(places)
}

/// What a row is known by when it stands in another place.
enum Key {
    /// The profile it links, and the list.
    Link(String, Option<String>),
    /// The name of its file.
    File(String),
    /// Author and day, as they are sent.
    Note(Value, Value),
    Unknown,
}

impl Key {
    fn of(work: &Work, row: &Follower<'_>) -> Result<Key, Error> {
        Ok(match row {
            Follower::Link(associate) => match associate.person {
                Person::Client(place) => match work.profile(place)? {
                    Some(profile) => Key::Link(profile, associate.list.clone()),
                    None => Key::Unknown,
                },
                Person::Inline | Person::Unknown => Key::Unknown,
            },
            Follower::Document(scan) => {
                let name = scan.file.as_ref().and_then(|file| file.path.file_name());
                name.map_or(Key::Unknown, |name| {
                    Key::File(name.to_string_lossy().into_owned())
                })
            }
            Follower::Note(note) => {
                let body = note.body.get()?;
                Key::Note(body["author_name"].clone(), body["created_on"].clone())
            }
        })
    }

    fn is_of(&self, gone: &Gone<'_>) -> bool {
        match self {
            Key::Link(profile, list) => {
                let was = gone.body["list"].as_str();
                gone.kind == Kind::Link && gone.answer == profile && was == list.as_deref()
            }
            Key::File(name) => {
                matches!(gone.kind, Kind::Document | Kind::File)
                    && gone.body["name"].as_str() == Some(name)
            }
            Key::Note(author, day) => {
                gone.kind == Kind::Note
                    && !day.is_null()
                    && gone.body["author_name"] == *author
                    && gone.body["created_on"] == *day
            }
            Key::Unknown => false,
        }
    }
}
