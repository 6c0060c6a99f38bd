//! Clients who may be one, two rows at a time.
//!
//! In blocks, so that no book is compared row by row with itself: one reference on several rows;
//! people of one date of birth and companies of one country and number; people of one name whose
//! dates of birth differ by a digit, or have day and month swapped. Names of one date of birth are
//! compared letter by letter and, where that does not find them alike, as the screening engine
//! compares them: across scripts, spellings and orders of words. The mapping's own warning
//! (`find_possible_duplicates`) is another matter: it decides on reasons of rows.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use screening::comparison::compare_names;
use screening::knowledge::Knowledge;
use screening::words::{Analyzer, Bearer};
use serde_json::Value;

use crate::book::duplicates::{GROUP_ROWS_MAX, Name, group_key};
use crate::book::{Client, Entity};
use crate::{Book, Error};

/// Pairs that are kept with both rows; more are only counted.
pub const PAIRS_COUNT_MAX: usize = 1_000;

/// The least score of two names, between 0 and 1, at which people of one date of birth are a likely
/// pair: the names alone make it as likely as not. A screening, which looks for one in a million, asks
/// for more.
const NAME_SCORE_MIN: f64 = 0.5;

/// Why two rows may be one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// They have one reference.
    SameReference,
    /// People with one name and date of birth, companies with one name, country and number.
    Exact,
    /// One date of birth and names that differ by a slip, or one number under two names.
    NameDiffers,
    /// One date of birth and names that are written in other letters, another order or another spelling.
    NameWritten,
    /// One name and dates of birth that differ by a digit or have day and month swapped.
    BirthDiffers,
}

impl Likeness {
    /// In a few words.
    pub fn as_str(self) -> &'static str {
        match self {
            Likeness::SameReference => "one reference on two rows",
            Likeness::Exact => "one name and date of birth (companies: and number), two references",
            Likeness::NameDiffers => "likely: the names differ a little",
            Likeness::NameWritten => "likely: one name, written in two ways",
            Likeness::BirthDiffers => "likely: the dates of birth differ a little",
        }
    }
}

/// Two rows that may be one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Why.
    pub likeness: Likeness,
    /// The row that comes first.
    pub first: Row,
    /// The other.
    pub second: Row,
}

/// A row as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The source file.
    pub file: String,
    /// The line on which it begins; the header's is 1.
    pub line: u64,
    /// The client's reference.
    pub reference: String,
    /// The client's name, as it is mapped.
    pub name: String,
    /// Date of birth; of companies country and number.
    pub known_by: String,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duplicates {
    /// How many pairs of each kind.
    pub counts: BTreeMap<Likeness, u64>,
    /// The pairs, up to [`PAIRS_COUNT_MAX`].
    pub pairs: Vec<Pair>,
}

/// Finds pairs among the clients of a book that come over, and those of one reference among all.
///
/// Errors: what was kept of the rows cannot be read.
pub(super) fn find(book: &Book) -> Result<Duplicates, Error> {
    let mut finding = Finding {
        book,
        analyzer: Analyzer::new(Arc::new(Knowledge::empty())),
        found: Duplicates::default(),
    };
    finding.references()?;
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut names: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, client) in book.clients.iter().enumerate() {
        if !client.row.verdict.migrates() {
            continue;
        }
        if let Some(key) = group_key(client)? {
            groups.entry(key).or_default().push(place);
        }
        if client.entity == Entity::Individual {
            let name = Name::of(&client.body.get()?).whole;
            names
                .entry(name.into_iter().collect())
                .or_default()
                .push(place);
        }
    }
    for places in groups.values().filter(|places| places.len() > 1) {
        finding.group(places)?;
    }
    let named = names
        .iter()
        .filter(|(name, places)| !name.is_empty() && (2..=GROUP_ROWS_MAX).contains(&places.len()));
    for (_, places) in named {
        finding.births(places)?;
    }
    let mut found = finding.found;
    found.pairs.sort_by_key(|pair| pair.likeness);
    Ok(found)
}

struct Finding<'a> {
    book: &'a Book,
    analyzer: Analyzer,
    found: Duplicates,
}

impl Finding<'_> {
    fn references(&mut self) -> Result<(), Error> {
        let mut first: HashMap<&str, usize> = HashMap::new();
        for (place, client) in self.book.clients.iter().enumerate() {
            let reference = client.row.reference.as_str();
            if reference.is_empty() {
                continue;
            }
            match first.get(reference) {
                Some(before) => self.add(Likeness::SameReference, *before, place)?,
                None => {
                    first.insert(reference, place);
                }
            }
        }
        Ok(())
    }

    /// Rows of one date of birth, or of one number.
    fn group(&mut self, places: &[usize]) -> Result<(), Error> {
        let clients = &self.book.clients;
        if clients[places[0]].entity == Entity::Company {
            let names = places
                .iter()
                .map(|place| Ok(folded(&company_name(&clients[*place].body.get()?))))
                .collect::<Result<Vec<String>, Error>>()?;
            return self.companies(places, &names);
        }
        let names = places
            .iter()
            .map(|place| Ok(Name::of(&clients[*place].body.get()?)))
            .collect::<Result<Vec<Name>, Error>>()?;
        let is_large = places.len() > GROUP_ROWS_MAX;
        let written = if is_large {
            Vec::new()
        } else {
            self.written(places)?
        };
        for left in 0..places.len() {
            for right in left + 1..places.len() {
                let (one, other) = (&names[left], &names[right]);
                if one.whole.is_empty() {
                    continue;
                }
                if one.whole == other.whole {
                    self.add(Likeness::Exact, places[left], places[right])?;
                } else if !is_large && one.is_like(other) {
                    self.add(Likeness::NameDiffers, places[left], places[right])?;
                } else if !is_large
                    && compare_names(&written[left], &written[right]).score >= NAME_SCORE_MIN
                {
                    self.add(Likeness::NameWritten, places[left], places[right])?;
                }
            }
        }
        Ok(())
    }

    /// People's names as the screening engine reads them.
    fn written(&self, places: &[usize]) -> Result<Vec<screening::words::Name>, Error> {
        let names = places.iter().map(|place| {
            let name = person_name(&self.book.clients[*place].body.get()?);
            Ok(self.analyzer.analyze(Bearer::Person, &name))
        });
        names.collect()
    }

    /// Companies of one number: each beside the first of its own name, and the first of each other
    /// name beside the first of all.
    fn companies(&mut self, places: &[usize], names: &[String]) -> Result<(), Error> {
        let mut first: HashMap<&str, usize> = HashMap::new();
        for (place, name) in places.iter().zip(names) {
            if let Some(before) = first.get(name.as_str()) {
                self.add(Likeness::Exact, *before, *place)?;
                continue;
            }
            if *place != places[0] {
                self.add(Likeness::NameDiffers, places[0], *place)?;
            }
            first.insert(name, *place);
        }
        Ok(())
    }

    /// Rows of one name.
    fn births(&mut self, places: &[usize]) -> Result<(), Error> {
        let births = places
            .iter()
            .map(|place| Ok(birth(&self.book.clients[*place].body.get()?)))
            .collect::<Result<Vec<String>, Error>>()?;
        for left in 0..places.len() {
            for right in left + 1..places.len() {
                if differ_a_little(&births[left], &births[right]) {
                    self.add(Likeness::BirthDiffers, places[left], places[right])?;
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, likeness: Likeness, first: usize, second: usize) -> Result<(), Error> {
        *self.found.counts.entry(likeness).or_default() += 1;
        if self.found.pairs.len() < PAIRS_COUNT_MAX {
            let (first, second) = (self.row(first)?, self.row(second)?);
            self.found.pairs.push(Pair {
                likeness,
                first,
                second,
            });
        }
        Ok(())
    }

    fn row(&self, place: usize) -> Result<Row, Error> {
        let client: &Client = &self.book.clients[place];
        let body = client.body.get()?;
        let metadata = &body["collected_data"]["metadata"];
        let (name, known_by) = match client.entity {
            Entity::Individual => (person_name(&body), birth(&body)),
            Entity::Company => {
                let country = text(&metadata["country_of_incorporation"]);
                let number = text(&metadata["number"]);
                (company_name(&body), format!("{country} {number}"))
            }
        };
        Ok(Row {
            file: self.book.mapping.sources[client.row.source].file.clone(),
            line: client.row.record.line,
            reference: client.row.reference.clone(),
            name,
            known_by,
        })
    }
}

/// Whether two dates, both known, differ by one digit or have day and month swapped.
fn differ_a_little(left: &str, right: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if left.len() != 10 || right.len() != 10 || left == right {
        return false;
    }
    let is_swapped =
        left[..5] == right[..5] && left[5..7] == right[8..] && left[8..] == right[5..7];
    is_swapped
        || left
            .iter()
            .zip(&right)
            .filter(|(one, other)| one != other)
            .count()
            == 1
}

fn person_name(body: &Value) -> String {
    let name = &body["collected_data"]["personal_details"]["name"];
    let given = name["given_names"].as_array().into_iter().flatten();
    let parts = given.chain([&name["family_name"]]).map(text);
    parts
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn company_name(body: &Value) -> String {
    text(&body["collected_data"]["metadata"]["name"])
}

fn birth(body: &Value) -> String {
    text(&body["collected_data"]["personal_details"]["dob"])
}

fn folded(name: &str) -> String {
    wire::fold::words(name).concat()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_birth_differ_by_a_digit_or_a_swap() {
        let check = |left: &str, right: &str, expected: bool| {
            assert_eq!(differ_a_little(left, right), expected, "{left} {right}");
        };
        check("1971-03-14", "1971-03-15", true);
        check("1971-03-04", "1971-04-03", true);
        check("1971-03-14", "1971-03-14", false);
        check("1971-03-14", "1972-03-15", false);
        check("1971-03-04", "1972-04-03", false);
        check("", "1971-03-14", false);
        check("", "", false);
    }
}
