//! The formats, and how a file shows which it has.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::input::Opened;
use super::rows::{Columns, Row, Rows};
use super::{Unreadable, own};

/// A format in which lists are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Format {
    /// SDN.CSV or CONS_PRIM.CSV of the US Treasury, with their ALT, ADD and COMMENTS.
    OfacCsv,
    /// SDN.XML or CONSOLIDATED.XML of the US Treasury.
    OfacXml,
    /// The Consolidated Screening List of the US (CSV).
    UsConsolidated,
    /// The consolidated list of the Security Council (XML).
    Un,
    /// ConList.csv of the UK Treasury.
    Uk,
    /// The consolidated list of the European Union (XML, 1.0 and 1.1).
    Eu,
    /// The consolidated autonomous sanctions list of Canada (XML).
    Canada,
    /// The consolidated list of Australia, saved as CSV.
    Australia,
    /// The denied persons of the US Bureau of Industry and Security (tab separated).
    Bis,
    /// FollowTheMoney entities, one JSON text a line.
    FollowTheMoney,
    /// Popolo JSON: politicians and their memberships.
    Popolo,
    /// An institution's own list (CSV).
    Own,
}

/// Every format with the word by which people name it.
const WORDS: [(Format, &str); 12] = [
    (Format::OfacCsv, "ofac-csv"),
    (Format::OfacXml, "ofac-xml"),
    (Format::UsConsolidated, "us-consolidated"),
    (Format::Un, "un"),
    (Format::Uk, "uk"),
    (Format::Eu, "eu"),
    (Format::Canada, "canada"),
    (Format::Australia, "australia"),
    (Format::Bis, "bis"),
    (Format::FollowTheMoney, "ftm"),
    (Format::Popolo, "popolo"),
    (Format::Own, "own"),
];

impl Format {
    /// Every format.
    pub fn all() -> impl Iterator<Item = Format> {
        WORDS.iter().map(|(format, _)| *format)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = WORDS.iter().find(|(format, _)| format == self);
        f.write_str(word.map_or("", |(_, word)| word))
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        let found = WORDS.iter().find(|(_, word)| *word == text);
        found.map(|(format, _)| *format).ok_or_else(|| {
            let words: Vec<&str> = WORDS.iter().map(|(_, word)| *word).collect();
            format!(
                "{text:?} is no format of lists; there are {}",
                words.join(", ")
            )
        })
    }
}

/// The one format of all parts.
pub(crate) fn of_all(parts: &[Opened<'_>]) -> Result<Format, Unreadable> {
    let mut known: Option<(Format, &str)> = None;
    for part in parts {
        let format = of(part.head()).map_err(|why| {
            Unreadable::Unknown(format!("{} is no list that is known: {why}", part.name()))
        })?;
        match known {
            Some((other, first)) if other != format => {
                return Err(Unreadable::Unknown(format!(
                    "{first} is {other} and {} is {format}: load them apart",
                    part.name()
                )));
            }
            _ => known = Some((format, part.name())),
        }
    }
    known
        .map(|(format, _)| format)
        .ok_or_else(|| Unreadable::Unknown("there is no file to read".to_owned()))
}

/// The format that the first bytes of a file show, or why they show none.
pub(crate) fn of(head: &[u8]) -> Result<Format, String> {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start();
    match text.chars().next() {
        None => Err("it is empty".to_owned()),
        Some('<') => of_xml(text),
        Some('{' | '[') => of_json(text),
        Some(_) => of_table(head),
    }
}

fn of_xml(text: &str) -> Result<Format, String> {
    let root = text
        .split('<')
        .find(|tag| tag.starts_with(|letter: char| letter.is_alphabetic()))
        .and_then(|tag| tag.split([' ', '>', '\n', '\r', '\t', '/']).next())
        .unwrap_or_default();
    match root.rsplit(':').next().unwrap_or(root) {
        "sdnList" => Ok(Format::OfacXml),
        "CONSOLIDATED_LIST" => Ok(Format::Un),
        "export" => Ok(Format::Eu),
        "data-set" => Ok(Format::Canada),
        "Sanctions" => Err("the advanced format of OFAC is not read: load SDN.XML".to_owned()),
        "html" | "HTML" => Err("it is a web page".to_owned()),
        other => Err(format!("no list has the root <{other}>")),
    }
}

fn of_json(text: &str) -> Result<Format, String> {
    let line = text.lines().next().unwrap_or_default();
    let is_line = line.contains("\"schema\"") && line.contains("\"properties\"");
    if is_line || line.starts_with("{\"op\"") {
        Ok(Format::FollowTheMoney)
    } else if ["\"persons\"", "\"memberships\"", "\"organizations\""]
        .iter()
        .any(|name| text.contains(name))
    {
        Ok(Format::Popolo)
    } else {
        Err("it is JSON, but neither lines of FollowTheMoney nor Popolo".to_owned())
    }
}

fn of_table(head: &[u8]) -> Result<Format, String> {
    let first = |mut head: &[u8], separator: u8| {
        let mut rows = Rows::new(&mut head, separator);
        rows.next().ok().flatten().unwrap_or_default()
    };
    if is_ofac(&first(head, b',')) {
        return Ok(Format::OfacCsv);
    }
    let row = first(head, own::separator(head));
    let columns = Columns::of(&row);
    let has = |names: &[&str]| names.iter().all(|name| columns.place(&[name]).is_some());
    if row.field(0).eq_ignore_ascii_case("last updated") || has(&["name6", "groupid"]) {
        Ok(Format::Uk)
    } else if has(&["source", "entitynumber", "name", "altnames"]) {
        Ok(Format::UsConsolidated)
    } else if has(&["standardorder", "frcitation"]) {
        Ok(Format::Bis)
    } else if has(&["reference", "nametype"]) {
        Ok(Format::Australia)
    } else {
        own::header(&row).map(|_| Format::Own)
    }
}

/// Rows of OFAC have no header: a number first, and a number of columns that tells the file.
fn is_ofac(row: &Row) -> bool {
    let is_number = |place: usize| row.field(place).bytes().all(|byte| byte.is_ascii_digit());
    let starts = !row.field(0).is_empty() && is_number(0);
    starts && matches!(row.fields.len(), 2 | 5 | 6 | 12)
}
