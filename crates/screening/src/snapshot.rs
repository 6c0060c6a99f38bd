//! Snapshots: publications that were found fit to be used, unchangeable from then on.
//!
//! [`Snapshot::accept`] makes one, or says by a [`Refusal`] why the publication must not take the
//! place of the one before it. A snapshot is stored as bytes of a versioned form
//! ([`Snapshot::encode`]), which know their length and their digest.

mod stored;

use std::fmt::{self, Write as _};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::entry::{Entry, Kind};
use crate::lists::{Format, PartRead, Problems, Publication};

pub use stored::{SNAPSHOT_BYTES_MAX, Unusable, VERSION};

/// A publication with fewer than this share of the entries before it is refused: lists lose
/// entries one by one, and files by halves.
pub const KEPT_PERCENT_MIN: usize = 50;

/// A publication in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    header: Header,
    /// Canonical, by id, each id once.
    entries: Vec<Entry>,
}

/// What a snapshot is, without its entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The word of whoever loads it for the list.
    pub source: String,
    pub format: Format,
    /// When it was published, in its own words.
    pub published: Option<String>,
    /// The digest of the raw bytes: of the one part, or of the digests of all parts.
    pub sha256: String,
    pub parts: Vec<PartRead>,
    #[serde(with = "milliseconds")]
    pub loaded_at: Timestamp,
    pub counts: Counts,
    pub problems: Problems,
}

/// How much there is of what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub entries: u64,
    pub names: u64,
    /// Only the kinds that there are.
    pub kinds: Vec<(Kind, u64)>,
}

/// What whoever loads a list says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// The word for the list, the same for each of its publications.
    pub source: String,
    /// Now.
    pub loaded_at: Timestamp,
}

/// Why a publication is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It was cut off or broke.
    Broken(String),
    /// It has no entries.
    Empty,
    /// It has not so many records as it says itself.
    Short { declared: u64, records: u64 },
    /// It has less than [`KEPT_PERCENT_MIN`] percent of the entries of the one before.
    Small { before: usize, now: usize },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Broken(why) => write!(f, "the publication is not whole: {why}"),
            Refusal::Empty => f.write_str("the publication has no entries"),
            Refusal::Short { declared, records } => {
                write!(
                    f,
                    "the publication says that it has {declared} records and has {records}"
                )
            }
            Refusal::Small { before, now } => write!(
                f,
                "the publication has {now} entries and the one before {before}: less than \
                 {KEPT_PERCENT_MIN} percent are left"
            ),
        }
    }
}

impl std::error::Error for Refusal {}

/// Why a publication must not take the place of the one before it, if anything speaks against it.
pub fn refuse(publication: &Publication, before: Option<&Snapshot>) -> Option<Refusal> {
    if let Some(why) = &publication.broken {
        return Some(Refusal::Broken(why.clone()));
    }
    let now = publication.entries.len();
    if now == 0 {
        return Some(Refusal::Empty);
    }
    let records = publication.records;
    if let Some(declared) = publication.declared.filter(|declared| *declared > records) {
        return Some(Refusal::Short { declared, records });
    }
    let before = before.map_or(0, |before| before.entries.len());
    let is_small = now * 100 < before * KEPT_PERCENT_MIN;
    is_small.then_some(Refusal::Small { before, now })
}

impl Snapshot {
    /// The publication as a snapshot, unless it has to be refused.
    pub fn accept(
        publication: Publication,
        load: Load,
        before: Option<&Snapshot>,
    ) -> Result<Snapshot, Refusal> {
        match refuse(&publication, before) {
            Some(refusal) => Err(refusal),
            None => Ok(Snapshot::unchecked(publication, load)),
        }
    }

    /// The publication as a snapshot whatever speaks against it: for a person who knows why it
    /// is so small.
    pub fn unchecked(publication: Publication, load: Load) -> Snapshot {
        let header = Header {
            source: load.source,
            format: publication.format,
            published: publication.published,
            sha256: digest(&publication.parts),
            parts: publication.parts,
            loaded_at: whole(load.loaded_at),
            counts: Counts::default(),
            problems: publication.problems,
        };
        Snapshot::of(header, publication.entries)
    }

    /// Entries by id under a header, whose counts are made anew.
    pub(crate) fn of(mut header: Header, entries: Vec<Entry>) -> Snapshot {
        header.counts = Counts::of(&entries);
        Snapshot { header, entries }
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Every entry, by id.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of this id.
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        let place = self
            .entries
            .binary_search_by(|entry| entry.id.as_str().cmp(id));
        self.entries.get(place.ok()?)
    }
}

impl Counts {
    fn of(entries: &[Entry]) -> Counts {
        let kinds = [
            Kind::Person,
            Kind::Organization,
            Kind::Vessel,
            Kind::Aircraft,
            Kind::Unknown,
        ];
        let count = |kind| entries.iter().filter(|entry| entry.kind == kind).count() as u64;
        Counts {
            entries: entries.len() as u64,
            names: entries.iter().map(|entry| entry.names.len() as u64).sum(),
            kinds: kinds
                .map(|kind| (kind, count(kind)))
                .into_iter()
                .filter(|(_, count)| *count > 0)
                .collect(),
        }
    }
}

/// One part's digest, or the digest of the digests of several in the order of their names.
fn digest(parts: &[PartRead]) -> String {
    if let [part] = parts {
        return part.sha256.clone();
    }
    let mut lines: Vec<String> = parts
        .iter()
        .map(|part| format!("{}  {}\n", part.sha256, part.name))
        .collect();
    lines.sort_unstable();
    hexadecimal(&Sha256::digest(lines.concat()))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Instants are kept to the millisecond.
pub(crate) fn whole(instant: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(instant.as_millisecond()).unwrap_or(instant)
}

mod milliseconds {
    use jiff::Timestamp;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        instant: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(instant.as_millisecond())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Timestamp, D::Error> {
        let milliseconds = i64::deserialize(deserializer)?;
        Timestamp::from_millisecond(milliseconds).map_err(D::Error::custom)
    }
}
