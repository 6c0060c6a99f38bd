//! Adverse media: documents in which a party is named, and what they are about.
//!
//! The cast: [`Document`] is what an institution loads or a feed delivers; `passages` finds the
//! places that may be names; [`mentions`] compares them with the names of an index, by the same
//! score as lists, so that a document costs the same however many clients there are;
//! [`Category`] says what is told near them; [`Fingerprint`] tells copies of one report.

mod category;
mod fingerprint;
mod passages;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use jiff::civil::Date;

pub use category::Category;
pub use fingerprint::{Fingerprint, Reports};

use crate::index::{Index, Plain, Scratch};
use crate::words::{Analyzer, Bearer, Pool};

/// A report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    pub id: String,
    pub title: String,
    pub text: String,
    pub date: Option<Date>,
    /// Who published it.
    pub source: String,
    pub link: Option<String>,
}

/// Bytes of a text that are read; what lies beyond is ignored.
pub const TEXT_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Names of a document that are compared; later ones are ignored.
pub const WINDOWS_MAX: usize = 100_000;

/// A party is named in a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// Whose name it is, as the index has it.
    pub owner: u32,
    /// How likely the name that is written there is the party's.
    pub score: f64,
    pub log_odds: f64,
    /// The name as it is written in the place that is most like it.
    pub written: String,
    /// How often it is named.
    pub count: usize,
    /// In the title, or in the text?
    pub in_title: bool,
    /// The words around the place.
    pub snippet: String,
    /// What is told near any of the places, and in the title.
    pub categories: Vec<Category>,
}

/// Names that are looked for: of one party, or of all clients.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub kind: Bearer,
    pub names: &'a Index,
}

/// The parties that a document names with this score at least, in the order of their owners.
pub fn mentions(
    document: &Document,
    wanted: &[Wanted],
    threshold: f64,
    analyzer: &Analyzer,
    scratch: &mut Scratch,
) -> Vec<Mention> {
    let threshold = threshold.clamp(0.05, 0.999);
    let floor = (threshold / (1.0 - threshold)).ln();
    let mut found: BTreeMap<u32, Places> = BTreeMap::new();
    let text = cut(&document.text);
    for (in_title, text) in [(true, document.title.as_str()), (false, text)] {
        let windows = passages::windows(text);
        let mut reading = Reading {
            pool: Pool::default(),
            known: HashMap::new(),
            analyzer,
            floor,
        };
        for window in windows.into_iter().take(WINDOWS_MAX) {
            for (owner, log_odds) in reading.look_up(wanted, &text[window.clone()], scratch) {
                found
                    .entry(*owner)
                    .or_default()
                    .add(in_title, window.clone(), *log_odds);
            }
        }
    }
    let told = Told::of(document, text);
    found
        .into_iter()
        .map(|(owner, places)| places.mention(owner, document, text, &told))
        .collect()
}

/// Windows of one text that are looked up.
struct Reading<'a> {
    pool: Pool,
    /// What was found for a window, by its text.
    known: HashMap<String, Vec<(u32, f64)>>,
    analyzer: &'a Analyzer,
    floor: f64,
}

impl Reading<'_> {
    fn look_up(&mut self, wanted: &[Wanted], window: &str, scratch: &mut Scratch) -> &[(u32, f64)] {
        if !self.known.contains_key(window) {
            let mut found = Vec::new();
            for wanted in wanted {
                let name = self
                    .analyzer
                    .analyze_into(&mut self.pool, wanted.kind, window);
                let hits = wanted.names.search(&name, self.floor, &Plain, scratch);
                found.extend(hits.iter().map(|hit| (hit.owner, hit.names.log_odds)));
            }
            self.known.insert(window.to_owned(), found);
        }
        self.known.get(window).map_or(&[], Vec::as_slice)
    }
}

/// Where a party is named.
#[derive(Default)]
struct Places {
    best: Option<(f64, bool, Range<usize>)>,
    all: Vec<(bool, Range<usize>)>,
}

impl Places {
    fn add(&mut self, in_title: bool, place: Range<usize>, log_odds: f64) {
        let better = self.best.as_ref().is_none_or(|(best, ..)| log_odds > *best);
        if better {
            self.best = Some((log_odds, in_title, place.clone()));
        }
        // Windows that overlap are one place.
        let overlaps = self.all.last().is_some_and(|(title, last)| {
            *title == in_title && last.start < place.end && place.start < last.end
        });
        if !overlaps {
            self.all.push((in_title, place));
        }
    }

    fn mention(self, owner: u32, document: &Document, text: &str, told: &Told) -> Mention {
        let (log_odds, in_title, place) = self.best.unwrap_or((0.0, false, 0..0));
        let whole = if in_title {
            document.title.as_str()
        } else {
            text
        };
        let in_text = self
            .all
            .iter()
            .filter(|(title, _)| !title)
            .map(|(_, place)| place);
        Mention {
            owner,
            score: crate::comparison::score(log_odds),
            log_odds,
            written: passages::plain(&whole[place.clone()]),
            count: self.all.len(),
            in_title,
            snippet: passages::around(whole, &place),
            categories: told.near(in_text),
        }
    }
}

/// What a document tells, and where.
struct Told {
    title: Vec<Category>,
    text: Vec<(usize, Category)>,
}

/// Bytes between a name and a word that tells of it.
const NEAR_BYTES: usize = 600;

impl Told {
    fn of(document: &Document, text: &str) -> Told {
        let title = category::places(&document.title);
        Told {
            title: title.into_iter().map(|(_, category)| category).collect(),
            text: category::places(text),
        }
    }

    fn near<'a>(&self, places: impl Iterator<Item = &'a Range<usize>>) -> Vec<Category> {
        let mut found = self.title.clone();
        for place in places {
            let from = place.start.saturating_sub(NEAR_BYTES);
            let first = self.text.partition_point(|(at, _)| *at < from);
            let near = self.text[first..].iter();
            found.extend(
                near.take_while(|(at, _)| *at < place.end + NEAR_BYTES)
                    .map(|(_, category)| *category),
            );
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// What is read of a text.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
