//! Who is screened, and against whom.

use super::List;
use crate::entry::{IdentifierKind, Kind};
use crate::evidence::Evidence;
use crate::words::{Analyzer, Bearer, Name};

/// A party to be screened: its names, analyzed, and what else is known of it.
#[derive(Clone, Debug)]
pub struct Subject {
    pub kind: Bearer,
    pub names: Vec<Name>,
    pub evidence: Evidence,
}

/// Names of a party that are screened; later ones are ignored.
const NAMES_MAX: usize = 20;

impl Subject {
    /// A party with these names.
    pub fn new<'a>(
        analyzer: &Analyzer,
        kind: Bearer,
        names: impl IntoIterator<Item = &'a str>,
        evidence: Evidence,
    ) -> Subject {
        let names = names.into_iter().take(NAMES_MAX);
        Subject {
            kind,
            names: names.map(|name| analyzer.analyze(kind, name)).collect(),
            evidence,
        }
    }
}

/// What is kept of an entry.
#[derive(Debug)]
pub(super) struct Party {
    /// The place of its list, and its place in there.
    pub(super) list: u16,
    pub(super) entry: u32,
    pub(super) kind: Kind,
    pub(super) evidence: Evidence,
    /// The number of its first name; the others follow.
    pub(super) first_name: u32,
}

/// The entries of all lists, and their names.
#[derive(Debug, Default)]
pub(super) struct Parties {
    lists: Vec<Box<str>>,
    all: Vec<Party>,
    ids: Texts,
    /// Names as the lists write them, those of one entry together.
    names: Texts,
    party_of_name: Vec<u32>,
    /// Parties by the hashes of their numbers (passport, IMO, ...), ascending.
    numbers: Vec<(u64, u32)>,
}

impl Parties {
    pub(super) fn of(lists: &[List]) -> Parties {
        let mut all = Parties::default();
        for (place, list) in (0_u16..).zip(lists) {
            all.lists.push(list.id.into());
            for (at, entry) in (0_u32..).zip(list.entries) {
                let party = count(all.all.len());
                let evidence = Evidence::of(entry);
                let hashes = evidence.numbers.iter().map(hash);
                all.numbers.extend(hashes.map(|hash| (hash, party)));
                all.all.push(Party {
                    list: place,
                    entry: at,
                    kind: entry.kind,
                    evidence,
                    first_name: count(all.party_of_name.len()),
                });
                all.ids.push(&entry.id);
                for name in &entry.names {
                    all.names.push(&name.text);
                    all.party_of_name.push(party);
                }
            }
        }
        all.numbers.sort_unstable();
        all.numbers.dedup();
        all.shrink();
        all
    }

    fn shrink(&mut self) {
        self.all.shrink_to_fit();
        self.ids.shrink();
        self.names.shrink();
        self.party_of_name.shrink_to_fit();
        self.numbers.shrink_to_fit();
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn name_count(&self) -> usize {
        self.party_of_name.len()
    }

    pub(super) fn get(&self, party: u32) -> &Party {
        &self.all[party as usize]
    }

    /// The ids of the lists, in their order.
    pub(super) fn lists(&self) -> impl Iterator<Item = &str> {
        self.lists.iter().map(|list| &**list)
    }

    pub(super) fn list(&self, party: u32) -> &str {
        &self.lists[usize::from(self.get(party).list)]
    }

    pub(super) fn id(&self, party: u32) -> &str {
        self.ids.get(party)
    }

    pub(super) fn name(&self, name: u32) -> &str {
        self.names.get(name)
    }

    pub(super) fn of_name(&self, name: u32) -> u32 {
        self.party_of_name[name as usize]
    }

    /// The numbers of a party's names.
    pub(super) fn names_of(&self, party: u32) -> std::ops::Range<u32> {
        let next = self.all.get(party as usize + 1);
        let end = next.map_or(count(self.party_of_name.len()), |next| next.first_name);
        self.get(party).first_name..end
    }

    /// The parties that may have one of the numbers, ascending.
    pub(super) fn with_numbers(&self, numbers: &[(IdentifierKind, String)]) -> Vec<u32> {
        let mut found = Vec::new();
        for number in numbers {
            let hash = hash(number);
            let from = self.numbers.partition_point(|(known, _)| *known < hash);
            let same = self.numbers[from..]
                .iter()
                .take_while(|(known, _)| *known == hash);
            found.extend(same.map(|(_, party)| *party));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    pub(super) fn bytes(&self) -> usize {
        let evidence = |party: &Party| {
            let evidence = &party.evidence;
            let numbers: usize = evidence
                .numbers
                .iter()
                .map(|(_, key)| key.capacity() + 32)
                .sum();
            8 * evidence.born.capacity() + 2 * evidence.countries.capacity() + numbers
        };
        self.all.iter().map(evidence).sum::<usize>()
            + self.all.capacity() * size_of::<Party>()
            + self.ids.bytes()
            + self.names.bytes()
            + 4 * self.party_of_name.capacity()
            + 16 * self.numbers.capacity()
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn hash((kind, key): &(IdentifierKind, String)) -> u64 {
    let start = 0xCBF2_9CE4_8422_2325 ^ (*kind as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    key.bytes().fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// Many short texts in one.
#[derive(Debug, Default)]
struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(count(self.text.len()));
    }

    fn get(&self, at: u32) -> &str {
        let at = at as usize;
        let from = at
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied()
            .unwrap_or(0);
        let to = self.ends.get(at).copied().unwrap_or(from);
        self.text.get(from as usize..to as usize).unwrap_or("")
    }

    fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    fn bytes(&self) -> usize {
        self.text.capacity() + 4 * self.ends.capacity()
    }
}
