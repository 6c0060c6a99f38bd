//! Which row stands for what was sent of another, of the rows that follow a client.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::super::clients::create_step;
use super::super::gone::{Kind, as_document, coming, inline_steps, parsed, unfollowed};
use super::super::links::inline_owner;
use super::super::marks::Marks;
use super::super::{Follower, Work, content_name};
use crate::Error;
use crate::book::{Associate, Judged, Person};

/// What changed since the last run, of the rows that follow a client.
#[derive(Debug, Default)]
pub(in crate::run) struct Delta {
    /// By the name a row gives its step: the name of the finished one that it stands in for.
    pairs: HashMap<String, String>,
    /// The names of the finished ones.
    olds: HashSet<String>,
    /// Finished steps that others stand in for.
    replaced: HashSet<String>,
    /// Of the hashes of what was sent and no row stood for as it was, the first signs.
    gone: BTreeSet<String>,
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

    /// Of the hashes of what was sent and no row stood for as it was, as many signs as names have.
    pub(in crate::run) fn gone(&self) -> &BTreeSet<String> {
        &self.gone
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
struct Gone {
    kind: Kind,
    reference: String,
    name: String,
    answer: String,
    body: Value,
    is_taken: bool,
}

/// Finds which rows stand in for which finished steps. To be asked before the rows are planned.
pub(in crate::run) fn find(work: &Work) -> Result<Delta, Error> {
    let replaced = work.ledger.replaced()?;
    let mut names = Marks::default();
    for (name, _) in coming(work) {
        names.insert(&name);
    }
    let mut live = Marks::default();
    let mut gone = Vec::new();
    for finished in work.ledger.finished() {
        let (step, answer) = finished?;
        let Some((kind, reference, name)) = parsed(&step).filter(|_| !replaced.contains(&step))
        else {
            continue;
        };
        let follows = matches!(kind, Kind::Link | Kind::Document | Kind::File | Kind::Note);
        if follows && names.contains(name) {
            live.insert(name);
        } else if follows {
            let body = work.ledger.sent(&step)?.unwrap_or_default();
            gone.push(Gone {
                kind,
                reference: reference.to_owned(),
                name: name.to_owned(),
                answer,
                body: serde_json::from_str(&body).unwrap_or_default(),
                is_taken: false,
            });
        }
    }
    let unfinished = unfinished(work, (&names, &mut live), (&gone, &replaced))?;
    gone.extend(unfinished);
    drop(names);
    let hashes = gone.iter().filter_map(|one| hash_in(&one.name)).collect();
    let pairs = if gone.is_empty() {
        HashMap::new()
    } else {
        paired(work, gone, &live)?
    };
    let named = named_inline(work);
    let inline = inline_steps(work)?.into_iter();
    let inline = inline.filter(|(_, step)| !named.contains(step)).collect();
    Ok(Delta {
        olds: pairs.values().cloned().collect(),
        pairs,
        replaced,
        gone: hashes,
        inline,
    })
}

/// What a name says of the content of its row.
fn hash_in(name: &str) -> Option<String> {
    let (_, content) = name.rsplit_once('/')?;
    let (hash, _) = content.split_once('.')?;
    Some(hash.to_owned())
}

/// What an earlier run was sending when it was cut off, and no row stands for as it was sent: whether it is
/// there is not known. What a row stands for as it was sent is live.
fn unfinished(
    work: &Work,
    (names, live): (&Marks, &mut Marks),
    (gone, replaced): (&[Gone], &HashSet<String>),
) -> Result<Vec<Gone>, Error> {
    let mut known: HashSet<String> = gone.iter().map(|one| one.name.clone()).collect();
    let before = work.ledger.pairs()?;
    let mut tried = work.ledger.all_tried()?;
    let images = unfollowed(work)?.into_iter();
    // Another document may have come of it.
    let images = images.filter(|image| !replaced.contains(&as_document(image)));
    tried.extend(images.map(|image| (image, String::new(), String::new())));
    let mut unfinished = Vec::new();
    for (step, path, body) in &tried {
        let step = as_document(step);
        let Some((kind, reference, name)) = parsed(&step) else {
            continue;
        };
        let follows = matches!(kind, Kind::Link | Kind::Document | Kind::File | Kind::Note);
        if follows && names.contains(name) {
            // One that was to stand in for something goes on doing so.
            let old = before.get(name);
            if !old.is_some_and(|old| gone.iter().any(|one| one.name == *old)) {
                live.insert(name);
            }
        } else if follows && known.insert(name.to_owned()) {
            let is_link = kind == Kind::Link;
            unfinished.push(Gone {
                kind,
                reference: reference.to_owned(),
                name: name.to_owned(),
                answer: if is_link { path.clone() } else { String::new() },
                body: serde_json::from_str(body).unwrap_or_default(),
                is_taken: false,
            });
        }
    }
    Ok(unfinished)
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

/// Of one client: rows that were not sent as they are, what was sent and has no row, and the places
/// where another row stands by now.
#[derive(Default)]
struct OfClient<'a> {
    fresh: Vec<(String, Follower<'a>)>,
    gone: Vec<Gone>,
    /// As the run last planned them, and as they last came over where that did not.
    places: [Vec<(String, String)>; 2],
}

/// Pairs what is gone with rows whose names are not `live`.
fn paired(work: &Work, gone: Vec<Gone>, live: &Marks) -> Result<HashMap<String, String>, Error> {
    let mut clients: BTreeMap<String, OfClient<'_>> = BTreeMap::new();
    for one in gone {
        let client = clients.entry(one.reference.clone()).or_default();
        client.gone.push(one);
    }
    for (name, row) in coming(work) {
        if let Some(client) = clients.get_mut(&row.judged().reference) {
            for (known, found) in client.places.iter_mut().zip(places(work, &row)?) {
                known.extend(found);
            }
            if !live.contains(&name) {
                client.fresh.push((name, row));
            }
        }
    }
    // What an earlier run found and did not get to: the ledger has forgotten the places by now.
    let before = work.ledger.pairs()?;
    let mut pairs = HashMap::new();
    for mut client in clients.into_values() {
        client.pair(work, &before, &mut pairs)?;
    }
    Ok(pairs)
}

impl OfClient<'_> {
    fn pair(
        &mut self,
        work: &Work,
        before: &HashMap<String, String>,
        pairs: &mut HashMap<String, String>,
    ) -> Result<(), Error> {
        let gone = &mut self.gone;
        for (name, _) in &self.fresh {
            let known = before.get(name);
            take(pairs, name, gone, &|one| {
                known.is_some_and(|old| *old == one.name)
            });
        }
        // Of rows that say the same, any may stand for any.
        for (old, new) in self.places.iter().flatten() {
            let mut names = self.fresh.iter().map(|(name, _)| name);
            if let Some(name) =
                names.find(|name| name.starts_with(new) && !pairs.contains_key(*name))
            {
                take(pairs, name, gone, &|one| one.name.starts_with(old));
            }
        }
        for (name, row) in &self.fresh {
            let key = Key::of(work, row)?;
            take(pairs, name, gone, &|one| key.is_of(one));
        }
        self.pair_links(work, pairs)
    }

    /// Pairs the links of a company with a person where one is gone and one is new: it is the same link,
    /// in another list by now.
    fn pair_links(
        &mut self,
        work: &Work,
        pairs: &mut HashMap<String, String>,
    ) -> Result<(), Error> {
        let mut fresh: BTreeMap<String, Vec<&String>> = BTreeMap::new();
        for (name, row) in &self.fresh {
            if let Follower::Link(associate) = row
                && !pairs.contains_key(name)
                && let Some(profile) = linked_profile(work, associate)?
            {
                fresh.entry(profile).or_default().push(name);
            }
        }
        for (profile, names) in fresh {
            let is_of = |one: &Gone| one.kind == Kind::Link && one.answer == profile;
            let left = self.gone.iter().filter(|one| !one.is_taken && is_of(one));
            if let ([name], 1) = (names.as_slice(), left.count()) {
                take(pairs, name, &mut self.gone, &is_of);
            }
        }
        Ok(())
    }
}

/// The profile of the person whom a row links, if there is one already.
fn linked_profile(work: &Work, associate: &Associate) -> Result<Option<String>, Error> {
    match associate.person {
        Person::Client(place) => work.profile(place),
        Person::Inline => {
            let owner = inline_owner(&associate.row.reference, associate);
            work.ledger.answer(&create_step(&owner))
        }
        Person::Unknown => Ok(None),
    }
}

/// Pairs a row with the first thing that is left and fits, unless it has one.
fn take(
    pairs: &mut HashMap<String, String>,
    name: &str,
    gone: &mut [Gone],
    fits: &dyn Fn(&Gone) -> bool,
) {
    if pairs.contains_key(name) {
        return;
    }
    if let Some(found) = gone.iter_mut().find(|one| !one.is_taken && fits(one)) {
        found.is_taken = true;
        pairs.insert(name.to_owned(), found.name.clone());
    }
}

/// Where another row stands by now than when the run last planned, or than what last came over from that
/// place: how the names of the old rows and of the new one begin.
fn places(work: &Work, row: &Follower<'_>) -> Result<[Option<(String, String)>; 2], Error> {
    let judged: &Judged = row.judged();
    let (file, number) = (work.file(judged), judged.record.row);
    let hashes = work.ledger.hashes_at(file, number)?;
    let start = |hash: &str| format!("{}/{}/{hash}.", judged.reference, row.part());
    let new = start(&content_name(judged));
    Ok(hashes.map(|hash| {
        let old = start(hash?.get(..16)?);
        (old != new).then(|| (old, new.clone()))
    }))
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
                let name = scan.file.as_ref().map(|file| file.name.clone());
                name.map_or(Key::Unknown, Key::File)
            }
            Follower::Note(note) => {
                let body = note.body.get()?;
                Key::Note(body["author_name"].clone(), body["created_on"].clone())
            }
        })
    }

    fn is_of(&self, gone: &Gone) -> bool {
        match self {
            Key::Link(profile, list) => {
                let was = gone.body["list"].as_str();
                gone.kind == Kind::Link && gone.answer == *profile && was == list.as_deref()
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
