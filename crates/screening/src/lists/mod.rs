//! Lists as their publishers give them, read into entries.
//!
//! A publication is one file or several ([`Part`]); [`read()`] finds out which [`Format`] it has
//! where that is not said. Every parser streams its input, never panics, and reports what it does
//! not understand with its place ([`Problem`]) rather than leave it out in silence. Whether a
//! publication is fit to be used is not decided here but by [`crate::snapshot`].
//!
//! The parsers for the European Union and Australia are written from the published formats; the
//! others have been run over real publications.

mod australia;
mod bis;
mod canada;
mod dates;
mod draft;
mod eu;
mod format;
mod ftm;
mod input;
mod labels;
mod ofac;
mod own;
mod popolo;
mod problem;
mod reading;
mod rows;
mod text;
mod uk;
mod un;
mod us_consolidated;
mod xml;

use std::fmt;
use std::io::{self, BufRead};

use serde::{Deserialize, Serialize};

use crate::entry::Entry;

pub use format::Format;
pub use ftm::{Operation, Operations, operations};
pub use input::{Part, PartRead};
pub use own::COLUMNS as OWN_COLUMNS;
pub use problem::{At, Problem, Problems};

use input::Opened;
use reading::Reading;

/// What was read of a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    pub format: Format,
    /// When it was published, in its own words.
    pub published: Option<String>,
    /// How many records it says that it has.
    pub declared: Option<u64>,
    /// How many records there were, in entries of their own or parts of one.
    pub records: u64,
    /// In canonical form, by id; each id once.
    pub entries: Vec<Entry>,
    pub problems: Problems,
    /// Why it is not whole, where it was cut off or broke.
    pub broken: Option<String>,
    pub parts: Vec<PartRead>,
}

/// What the publisher does not say and whoever loads a list knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hints {
    /// The format, where it is not to be found out.
    pub format: Option<Format>,
    /// The country whose offices a list of politicians names.
    pub country: Option<countries::Code>,
}

/// Why nothing could be read at all.
#[derive(Debug)]
pub enum Unreadable {
    /// A part could not be read to its end.
    Io { part: String, source: io::Error },
    /// It looks like no list that is known; for people, with a hint.
    Unknown(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Io { part, .. } => write!(f, "{part} could not be read"),
            Unreadable::Unknown(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Unreadable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Unreadable::Io { source, .. } => Some(source),
            Unreadable::Unknown(_) => None,
        }
    }
}

/// Reads a publication: all its parts to their ends.
pub fn read(parts: Vec<Part<'_>>, hints: &Hints) -> Result<Publication, Unreadable> {
    let mut opened = Vec::with_capacity(parts.len());
    for part in parts {
        opened.push(Opened::open(part)?);
    }
    let format = match hints.format {
        Some(format) => format,
        None => format::of_all(&opened)?,
    };
    let mut reading = Reading::new(hints.clone());
    let mut rest = Rest::new(format);
    let mut read = Vec::with_capacity(opened.len());
    for mut part in opened {
        part.name().clone_into(&mut reading.part);
        let done = part_of(format, &mut part, &mut reading, &mut rest);
        let name = part.name().to_owned();
        let closed = done.and_then(|()| part.close());
        read.push(closed.map_err(|source| Unreadable::Io { part: name, source })?);
    }
    rest.join(&mut reading);
    Ok(reading.finish(format, read))
}

/// What some formats can only join once all parts are read.
enum Rest {
    Ofac(Box<ofac::Tables>),
    Ftm(Box<ftm::Loose>),
    Popolo(Box<popolo::Tables>),
    None,
}

impl Rest {
    fn new(format: Format) -> Rest {
        match format {
            Format::OfacCsv => Rest::Ofac(Box::default()),
            Format::FollowTheMoney => Rest::Ftm(Box::default()),
            Format::Popolo => Rest::Popolo(Box::default()),
            _ => Rest::None,
        }
    }

    fn join(self, reading: &mut Reading) {
        match self {
            Rest::Ofac(tables) => tables.join(reading),
            Rest::Ftm(loose) => loose.join(reading),
            Rest::Popolo(tables) => tables.join(reading),
            Rest::None => {}
        }
    }
}

fn part_of(
    format: Format,
    input: &mut dyn BufRead,
    reading: &mut Reading,
    rest: &mut Rest,
) -> io::Result<()> {
    match (format, rest) {
        (Format::OfacCsv, Rest::Ofac(tables)) => tables.read(input, reading),
        (Format::FollowTheMoney, Rest::Ftm(loose)) => ftm::read(input, reading, loose),
        (Format::Popolo, Rest::Popolo(tables)) => tables.read(input, reading),
        (Format::OfacCsv | Format::FollowTheMoney | Format::Popolo, _) => Ok(()),
        (Format::OfacXml, _) => ofac::xml::read(input, reading),
        (Format::UsConsolidated, _) => us_consolidated::read(input, reading),
        (Format::Un, _) => un::read(input, reading),
        (Format::Uk, _) => uk::read(input, reading),
        (Format::Eu, _) => eu::read(input, reading),
        (Format::Canada, _) => canada::read(input, reading),
        (Format::Australia, _) => australia::read(input, reading),
        (Format::Bis, _) => bis::read(input, reading),
        (Format::Own, _) => own::read(input, reading),
    }
}
