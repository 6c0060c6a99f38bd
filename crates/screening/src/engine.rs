//! Screening one party against lists: which entries may be it, how sure that is, and why.
//!
//! An [`Engine`] is built from lists and never changes; when a list changes, another is built and
//! takes its place. It keeps of each entry what is compared, and texts of names and ids in two
//! strings; whoever wants the entry itself finds it by its place in the list.

mod hits;
mod party;

use std::sync::{Arc, Mutex, PoisonError};

pub use hits::{Found, Hit, Hits, Settings};
pub(crate) use hits::{log_odds, most};
pub use party::Subject;

use crate::comparison::{self, Explanation};
use crate::entry::{Entry, Kind};
use crate::index::{Index, Scratch};
use crate::weights;
use crate::words::{Analyzer, Bearer, Name, Pool};
use party::Parties;

/// The version of everything here that decides an answer.
pub const VERSION: u32 = 1;

/// A list of which an engine is built: its id and its entries, in canonical form.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    pub id: &'a str,
    pub entries: &'a [Entry],
}

/// Lists, ready to screen against.
pub struct Engine {
    analyzer: Arc<Analyzer>,
    parties: Parties,
    /// Names of persons, and of those of whom the list does not say what they are.
    persons: Index,
    /// Names of all others, and again of those.
    others: Index,
    scratches: Mutex<Vec<Scratch>>,
}

impl Engine {
    /// An engine over the lists.
    pub fn build(lists: &[List], analyzer: Arc<Analyzer>) -> Engine {
        let parties = Parties::of(lists);
        let index = |wanted: fn(Kind) -> bool| {
            let mut pool = Pool::default();
            let mut names = 0..u32::try_from(parties.name_count()).unwrap_or(u32::MAX);
            Index::from_each(|| {
                let (name, kind) = names.find_map(|name| {
                    let kind = parties.get(parties.of_name(name)).kind;
                    wanted(kind).then_some((name, kind))
                })?;
                let text = parties.name(name);
                Some((name, analyzer.analyze_into(&mut pool, bearer(kind), text)))
            })
        };
        let (persons, others) = (index(is_person), index(is_other));
        Engine {
            analyzer,
            persons,
            others,
            parties,
            scratches: Mutex::default(),
        }
    }

    /// What analyzes names for this engine.
    pub fn analyzer(&self) -> &Arc<Analyzer> {
        &self.analyzer
    }

    /// The versions of what decides an answer, as a stored result names them.
    pub fn version() -> String {
        format!("{VERSION}.{}", weights::VERSION)
    }

    /// How many entries and names there are.
    pub fn counts(&self) -> (usize, usize) {
        (self.parties.len(), self.parties.name_count())
    }

    /// Bytes that it takes, as far as they can be counted.
    pub fn bytes(&self) -> usize {
        let indexes = [&self.persons, &self.others];
        let of_indexes: usize = indexes
            .iter()
            .map(|index| index.bytes() + index.word_bytes())
            .sum();
        of_indexes + self.parties.bytes()
    }

    /// The hits of a party with their reasons, best first.
    pub fn screen(&self, subject: &Subject, settings: &Settings) -> Hits {
        let mut scratch = self.scratch();
        let found = self.find(subject, settings, &mut scratch);
        self.put_back(scratch);
        hits::report(self, subject, settings, &found)
    }

    /// The hits of a party without their reasons, best first, all of them.
    pub fn find(
        &self,
        subject: &Subject,
        settings: &Settings,
        scratch: &mut Scratch,
    ) -> Vec<Found> {
        hits::find(self, subject, settings, scratch)
    }

    /// The ids of the list and of the entry that was found.
    pub fn entry_of(&self, found: &Found) -> (&str, &str) {
        (self.parties.list(found.party), self.parties.id(found.party))
    }

    /// Why a hit is one.
    pub fn explain(&self, subject: &Subject, found: &Found) -> Explanation {
        let party = self.parties.get(found.party);
        let name = self.name_of(found);
        let asked = &subject.names[found.asked];
        comparison::explain((asked, &subject.evidence), (&name, &party.evidence))
    }

    fn index(&self, kind: Bearer) -> &Index {
        match kind {
            Bearer::Person => &self.persons,
            Bearer::Organization => &self.others,
        }
    }

    fn name_of(&self, found: &Found) -> Name {
        let kind = self.parties.get(found.party).kind;
        self.analyzer
            .analyze(bearer(kind), self.parties.name(found.name))
    }

    fn names_of(&self, party: u32) -> Vec<Name> {
        let kind = bearer(self.parties.get(party).kind);
        let names = self.parties.names_of(party);
        names
            .map(|name| self.analyzer.analyze(kind, self.parties.name(name)))
            .collect()
    }

    fn scratch(&self) -> Scratch {
        let mut scratches = self
            .scratches
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        scratches.pop().unwrap_or_else(Scratch::remembering)
    }

    fn put_back(&self, scratch: Scratch) {
        let mut scratches = self
            .scratches
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        scratches.push(scratch);
    }
}

/// As whose names those of an entry are analyzed.
pub(crate) fn bearer(kind: Kind) -> Bearer {
    match kind {
        Kind::Person => Bearer::Person,
        Kind::Organization | Kind::Vessel | Kind::Aircraft | Kind::Unknown => Bearer::Organization,
    }
}

/// May an entry of this kind be a person?
pub(crate) fn is_person(kind: Kind) -> bool {
    matches!(kind, Kind::Person | Kind::Unknown)
}

/// May an entry of this kind be something else than a person?
pub(crate) fn is_other(kind: Kind) -> bool {
    kind != Kind::Person
}
