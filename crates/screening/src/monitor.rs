//! Many clients against changes of lists. (A changed client is screened by the engine as any other.)
//!
//! A [`Book`] is the other side of an engine: an index over the names of clients. A changed entry
//! is looked up in it, as it was and as it is, and what differs is what monitoring tells. The index
//! has a large part that seldom changes and a small one for what came in since; when the small one
//! has grown they become one.

use std::collections::{BTreeMap, HashMap};

use crate::comparison::{self, Comparison};
use crate::engine::{Subject, bearer, is_other, is_person, log_odds, most};
use crate::entry::{Entry, IdentifierKind};
use crate::evidence::Evidence;
use crate::index::{Index, More, Scratch};
use crate::media::{self, Document, Mention, Wanted};
use crate::words::{Analyzer, Bearer, Name};

/// A client with its names.
#[derive(Clone, Debug)]
pub struct Client {
    /// Whatever tells it from others.
    pub id: String,
    pub subject: Subject,
}

/// Clients that are monitored.
#[derive(Default)]
pub struct Book {
    /// By number; a client that changed or went has left its number empty.
    clients: Vec<Option<Client>>,
    numbers: HashMap<String, u32>,
    /// Numbers of clients by what they are identified by.
    identified: BTreeMap<(IdentifierKind, String), Vec<u32>>,
    old: Part,
    young: Part,
    /// Clients from this number on are in the young part.
    young_from: u32,
}

/// An index over some of the clients.
#[derive(Default)]
struct Part {
    persons: Option<Index>,
    others: Option<Index>,
}

/// A client that an entry hits.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientHit {
    pub client: String,
    pub whole: Comparison,
}

/// An entry of a list before and after a publication.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    pub list: &'a str,
    /// None where the entry is new.
    pub before: Option<&'a Entry>,
    /// None where it is gone.
    pub after: Option<&'a Entry>,
}

/// What a changed entry means for a client.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub client: String,
    pub list: String,
    pub entry: String,
    pub what: What,
}

/// What has become of a hit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    New {
        score: f64,
    },
    /// The entry has changed, and maybe the score.
    Changed {
        before: f64,
        score: f64,
    },
    Withdrawn {
        before: f64,
    },
}

/// Clients in the young part before both become one: as many, or this share of the old ones.
const YOUNG_MAX: usize = 2_000;
const YOUNG_SHARE: usize = 16;

impl Book {
    /// A book of these clients.
    pub fn of(clients: impl IntoIterator<Item = Client>) -> Book {
        let mut book = Book::default();
        book.put(clients);
        book
    }

    /// How many clients there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Is there no client?
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Bytes that its indexes take.
    pub fn bytes(&self) -> usize {
        self.indexes(true)
            .chain(self.indexes(false))
            .map(|index| index.bytes() + index.word_bytes())
            .sum()
    }

    /// Takes clients in, new ones and changed ones.
    pub fn put(&mut self, clients: impl IntoIterator<Item = Client>) {
        for client in clients {
            self.forget(&client.id);
            let number = u32::try_from(self.clients.len()).unwrap_or(u32::MAX);
            self.numbers.insert(client.id.clone(), number);
            for key in &client.subject.evidence.numbers {
                self.identified.entry(key.clone()).or_default().push(number);
            }
            self.clients.push(Some(client));
        }
        let young = self.clients.len() - self.young_from as usize;
        if young > YOUNG_MAX.max(self.young_from as usize / YOUNG_SHARE) {
            self.merge();
        } else {
            self.young = self.part(self.young_from as usize);
        }
    }

    /// Lets a client go.
    pub fn remove(&mut self, id: &str) {
        self.forget(id);
    }

    fn forget(&mut self, id: &str) {
        let Some(number) = self.numbers.remove(id) else {
            return;
        };
        let Some(client) = self.clients[number as usize].take() else {
            return;
        };
        for key in &client.subject.evidence.numbers {
            if let Some(numbers) = self.identified.get_mut(key) {
                numbers.retain(|other| *other != number);
            }
        }
    }

    /// Makes one part of both, and closes the gaps.
    fn merge(&mut self) {
        let clients = std::mem::take(&mut self.clients);
        self.clients = clients.into_iter().flatten().map(Some).collect();
        self.numbers.clear();
        self.identified.clear();
        for (number, client) in (0_u32..).zip(self.clients.iter().flatten()) {
            self.numbers.insert(client.id.clone(), number);
            for key in &client.subject.evidence.numbers {
                self.identified.entry(key.clone()).or_default().push(number);
            }
        }
        self.old = self.part(0);
        self.young = Part::default();
        self.young_from = u32::try_from(self.clients.len()).unwrap_or(u32::MAX);
    }

    /// An index over the clients from a number on.
    fn part(&self, from: usize) -> Part {
        let names = |kind: Bearer| {
            let clients = self.clients.iter().enumerate().skip(from);
            let of_kind = clients.filter_map(move |(number, client)| {
                let client = client
                    .as_ref()
                    .filter(|client| client.subject.kind == kind)?;
                Some((u32::try_from(number).unwrap_or(u32::MAX), client))
            });
            of_kind.flat_map(|(number, client)| {
                client.subject.names.iter().map(move |name| (number, name))
            })
        };
        let index = |kind: Bearer| Some(Index::of(names(kind))).filter(|index| !index.is_empty());
        Part {
            persons: index(Bearer::Person),
            others: index(Bearer::Organization),
        }
    }

    fn indexes(&self, persons: bool) -> impl Iterator<Item = &Index> {
        [&self.old, &self.young]
            .into_iter()
            .filter_map(move |part| {
                if persons {
                    part.persons.as_ref()
                } else {
                    part.others.as_ref()
                }
            })
    }

    /// The clients that an entry hits with this score at least, in the order of their ids.
    pub fn hits_of(
        &self,
        entry: &Entry,
        threshold: f64,
        analyzer: &Analyzer,
        scratch: &mut Scratch,
    ) -> Vec<ClientHit> {
        let evidence = Evidence::of(entry);
        let names: Vec<Name> = entry
            .names
            .iter()
            .map(|name| analyzer.analyze(bearer(entry.kind), &name.text))
            .collect();
        let floor = (threshold / (1.0 - threshold)).ln();
        let known = Known {
            book: self,
            evidence: &evidence,
            most: most(&evidence),
        };
        let mut best = Best {
            evidence: &evidence,
            threshold,
            clients: BTreeMap::new(),
        };
        let kinds = [(true, is_person(entry.kind)), (false, is_other(entry.kind))];
        for (persons, _) in kinds.into_iter().filter(|(_, wanted)| *wanted) {
            for index in self.indexes(persons) {
                for name in &names {
                    for found in index.search(name, floor, &known, scratch) {
                        best.offer(self.client(found.owner), found.names);
                    }
                }
            }
        }
        for number in self.with_numbers(&evidence.numbers) {
            let Some(client) = self.client(number) else {
                continue;
            };
            let wanted = match client.subject.kind {
                Bearer::Person => is_person(entry.kind),
                Bearer::Organization => is_other(entry.kind),
            };
            for one in client.subject.names.iter().filter(|_| wanted) {
                for name in &names {
                    let names = comparison::compare_names(one, name);
                    best.offer(Some(client), names);
                }
            }
        }
        let hit = |(client, whole): (&str, Comparison)| ClientHit {
            client: client.to_owned(),
            whole,
        };
        best.clients.into_iter().map(hit).collect()
    }

    /// The clients that a document names with this score at least, with their ids; each once.
    pub fn mentions(
        &self,
        document: &Document,
        threshold: f64,
        analyzer: &Analyzer,
        scratch: &mut Scratch,
    ) -> Vec<(String, Mention)> {
        let kinds = [(Bearer::Person, true), (Bearer::Organization, false)];
        let wanted = kinds.into_iter().flat_map(|(kind, persons)| {
            self.indexes(persons)
                .map(move |names| Wanted { kind, names })
        });
        let wanted: Vec<Wanted> = wanted.collect();
        let mentions = media::mentions(document, &wanted, threshold, analyzer, scratch);
        let of = |mention: Mention| {
            let client = self.client(mention.owner)?;
            Some((client.id.clone(), mention))
        };
        mentions.into_iter().filter_map(of).collect()
    }

    fn client(&self, number: u32) -> Option<&Client> {
        self.clients.get(number as usize)?.as_ref()
    }

    fn with_numbers(&self, numbers: &[(IdentifierKind, String)]) -> Vec<u32> {
        let known = numbers
            .iter()
            .filter_map(|number| self.identified.get(number));
        let mut found: Vec<u32> = known.flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What changed entries mean for the clients: in the order of the changes, then of the clients.
    pub fn events(
        &self,
        changes: &[Change],
        threshold: f64,
        analyzer: &Analyzer,
        scratch: &mut Scratch,
    ) -> Vec<Event> {
        let mut events = Vec::new();
        for change in changes {
            let mut hits = |entry: Option<&Entry>| {
                entry.map_or_else(Vec::new, |entry| {
                    self.hits_of(entry, threshold, analyzer, scratch)
                })
            };
            let (before, after) = (hits(change.before), hits(change.after));
            let same = change.before == change.after;
            let Some(entry) = change.after.or(change.before) else {
                continue;
            };
            for (client, what) in differences(&before, &after, same) {
                events.push(Event {
                    client,
                    list: change.list.to_owned(),
                    entry: entry.id.clone(),
                    what,
                });
            }
        }
        events
    }
}

/// What has become of each hit; nothing of one whose entry is the same.
fn differences(before: &[ClientHit], after: &[ClientHit], same: bool) -> Vec<(String, What)> {
    let mut clients: BTreeMap<&str, (Option<f64>, Option<f64>)> = BTreeMap::new();
    for hit in before {
        clients.entry(&hit.client).or_default().0 = Some(hit.whole.score);
    }
    for hit in after {
        clients.entry(&hit.client).or_default().1 = Some(hit.whole.score);
    }
    let what = |(client, hit): (&str, (Option<f64>, Option<f64>))| {
        let what = match hit {
            (None, Some(score)) => What::New { score },
            (Some(before), None) => What::Withdrawn { before },
            (Some(before), Some(score)) if !same => What::Changed { before, score },
            (Some(_), Some(_)) | (None, None) => return None,
        };
        Some((client.to_owned(), what))
    };
    clients.into_iter().filter_map(what).collect()
}

/// The clients that an entry hits, each by the name that does best.
struct Best<'a, 'e> {
    evidence: &'e Evidence,
    threshold: f64,
    clients: BTreeMap<&'a str, Comparison>,
}

impl<'a> Best<'a, '_> {
    fn offer(&mut self, client: Option<&'a Client>, names: Comparison) {
        let Some(client) = client else {
            return;
        };
        let whole = comparison::with_evidence(names, &client.subject.evidence, self.evidence);
        if whole.score >= self.threshold {
            let known = self.clients.entry(&client.id).or_insert(whole);
            if whole.log_odds > known.log_odds {
                *known = whole;
            }
        }
    }
}

/// What is known of an entry besides its names.
struct Known<'a> {
    book: &'a Book,
    evidence: &'a Evidence,
    most: f64,
}

impl More for Known<'_> {
    fn most(&self) -> f64 {
        self.most
    }

    fn of(&self, client: u32) -> Option<f64> {
        let client = self.book.client(client)?;
        Some(log_odds(&client.subject.evidence, self.evidence))
    }
}
