//! Picking few clients who cover much of a book.
//!
//! A feature is something that a migration could get wrong: the kind of client, its product, its
//! country, the script of its name, a warning of its row, each value of a column that has few, its
//! documents by type and content, its notes, its associates by list. Clients are picked one after
//! another, always the one who adds the most features that no other has. Whoever a picked company
//! lists comes too, since it cannot come without. Same book, same clients.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;

use crate::book::{Book, Client, Entity, Person};
use crate::{Error, text};

/// A column with more values than this is data, not a code.
const VALUES_COUNT_MAX: usize = 12;
/// A code is no longer than this, in bytes.
const VALUE_BYTES_MAX: usize = 40;
/// Of each feature so many clients are remembered, so that memory does not grow with the book.
const HOLDERS_COUNT_MAX: usize = 8;

/// The clients that were picked.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Their positions in [`Book::clients`], in the order of the book, with whoever they list.
    pub places: Vec<usize>,
    /// Features that are covered, with the position of a client who has it.
    pub covered: BTreeMap<String, usize>,
    /// Features of the book that none of them has, with the position of the first client who has it.
    pub missed: BTreeMap<String, usize>,
}

impl Choice {
    /// The references of the clients.
    pub fn references(&self, book: &Book) -> BTreeSet<String> {
        let places = self.places.iter();
        places
            .map(|place| book.clients[*place].row.reference.clone())
            .collect()
    }
}

/// Picks at most `count` clients, those included whom picked companies list.
///
/// Errors: the file that the rows are kept in cannot be read.
pub fn choose(book: &Book, count: usize) -> Result<Choice, Error> {
    let features = features(book)?;
    let listed = listed(book);
    let mut choice = Choice::default();
    let mut chosen = BTreeSet::new();
    let mut open: HashSet<&str> = features.keys().map(String::as_str).collect();
    let holders = holders(&features);
    loop {
        let room = count - chosen.len();
        let gain = |(place, has): (&usize, &Vec<&str>)| {
            let new = has.iter().filter(|one| open.contains(**one)).count();
            let together = closure(&listed, *place);
            let cost = together.difference(&chosen).count();
            (new > 0 && cost <= room).then_some((new, Reverse((cost, *place))))
        };
        let Some((_, Reverse((_, place)))) = holders.iter().filter_map(gain).max() else {
            break;
        };
        for place in closure(&listed, place) {
            chosen.insert(place);
            for feature in holders.get(&place).into_iter().flatten() {
                if open.remove(feature) {
                    choice.covered.insert((*feature).to_owned(), place);
                }
            }
        }
    }
    fill(book, &listed, count, &mut chosen);
    choice.places = chosen.into_iter().collect();
    let missed = features
        .iter()
        .filter(|(feature, _)| open.contains(feature.as_str()));
    choice.missed = missed
        .filter_map(|(feature, places)| Some((feature.clone(), *places.first()?)))
        .collect();
    Ok(choice)
}

/// Takes more clients from all over the book.
fn fill(
    book: &Book,
    listed: &HashMap<usize, Vec<usize>>,
    count: usize,
    chosen: &mut BTreeSet<usize>,
) {
    let coming = book.clients.iter().enumerate();
    let coming: Vec<usize> = coming
        .filter(|(_, client)| client.row.verdict.migrates())
        .map(|(place, _)| place)
        .collect();
    let step = (coming.len() / count.max(1)).max(1);
    for place in coming.into_iter().step_by(step) {
        let together = closure(listed, place);
        if chosen.len() + together.difference(chosen).count() <= count {
            chosen.extend(together);
        }
    }
}

/// By company: the clients it lists.
fn listed(book: &Book) -> HashMap<usize, Vec<usize>> {
    let mut listed: HashMap<usize, Vec<usize>> = HashMap::new();
    for associate in &book.associates {
        if let (true, Some(owner), Person::Client(person)) = (
            associate.row.verdict.migrates(),
            associate.owner,
            &associate.person,
        ) {
            listed.entry(owner).or_default().push(*person);
        }
    }
    listed
}

/// A client and everybody it lists, and whom those list.
fn closure(listed: &HashMap<usize, Vec<usize>>, place: usize) -> BTreeSet<usize> {
    let mut together = BTreeSet::new();
    let mut open = vec![place];
    while let Some(place) = open.pop() {
        if together.insert(place) {
            open.extend(listed.get(&place).into_iter().flatten());
        }
    }
    together
}

/// By client: the features it is remembered for.
fn holders(features: &BTreeMap<String, Vec<usize>>) -> BTreeMap<usize, Vec<&str>> {
    let mut holders: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (feature, places) in features {
        for place in places {
            holders.entry(*place).or_default().push(feature);
        }
    }
    holders
}

/// By feature: the first clients who have it.
fn features(book: &Book) -> Result<BTreeMap<String, Vec<usize>>, Error> {
    let codes = codes(book)?;
    let mut found = Found::default();
    for (place, client) in book.clients.iter().enumerate() {
        if client.row.verdict.migrates() {
            of_client(book, &codes, (place, client), &mut found)?;
        }
    }
    of_followers(book, &mut found);
    Ok(found.0)
}

#[derive(Default)]
struct Found(BTreeMap<String, Vec<usize>>);

impl Found {
    fn add(&mut self, place: usize, feature: String) {
        let places = self.0.entry(feature).or_default();
        if places.len() < HOLDERS_COUNT_MAX && !places.contains(&place) {
            places.push(place);
        }
    }
}

fn of_client(
    book: &Book,
    codes: &HashSet<(usize, usize)>,
    (place, client): (usize, &Client),
    found: &mut Found,
) -> Result<(), Error> {
    let kind = client.entity.as_str().to_lowercase();
    found.add(place, format!("kind {kind}"));
    let body = client.body.get()?;
    for application in body["applications"].as_array().into_iter().flatten() {
        let alias = application["product"]["alias"].as_str().unwrap_or_default();
        found.add(place, format!("product {alias} for {kind}"));
    }
    let data = &body["collected_data"];
    let (country, name) = match client.entity {
        Entity::Individual => (
            &data["address_history"][0]["address"]["country"],
            &data["personal_details"]["name"],
        ),
        Entity::Company => (
            &data["metadata"]["country_of_incorporation"],
            &data["metadata"]["name"],
        ),
    };
    if let Some(country) = country.as_str() {
        found.add(place, format!("country {country} for {kind}"));
    }
    let mut scripts = BTreeSet::new();
    texts(name, &mut |text| scripts.extend(text::scripts(text)));
    for script in scripts {
        found.add(place, format!("{script} letters for {kind}"));
    }
    for reason in &client.row.verdict.reasons {
        found.add(place, format!("warning {reason} for {kind}"));
    }
    let columns = &book.mapping.sources[client.row.source].columns;
    for (column, cell) in client.row.record.cells.get()?.iter().enumerate() {
        if codes.contains(&(client.row.source, column)) {
            let column = columns.get(column).map_or("", String::as_str);
            let value = match cell.trim() {
                "" => "empty".to_owned(),
                value => format!("\"{value}\""),
            };
            found.add(place, format!("{column} {value} for {kind}"));
        }
    }
    Ok(())
}

/// What documents, notes and associates add to those they follow.
fn of_followers(book: &Book, found: &mut Found) {
    for scan in &book.documents {
        if let (true, Some(owner), Some(kind)) =
            (scan.row.verdict.migrates(), scan.owner, &scan.kind)
        {
            let mime = scan.file.as_ref().map_or("", |file| file.mime);
            found.add(owner, format!("document {} as {mime}", kind.document_type));
            for reason in &scan.row.verdict.reasons {
                found.add(owner, format!("warning {reason} for a document"));
            }
        }
    }
    for note in &book.notes {
        if let (true, Some(owner)) = (note.row.verdict.migrates(), note.owner) {
            found.add(owner, "a note".to_owned());
            for reason in &note.row.verdict.reasons {
                found.add(owner, format!("warning {reason} for a note"));
            }
        }
    }
    for associate in &book.associates {
        let (true, Some(owner)) = (associate.row.verdict.migrates(), associate.owner) else {
            continue;
        };
        let list = associate.list.as_deref().unwrap_or_default();
        let who = match &associate.person {
            Person::Client(_) if associate.entity == Entity::Company => "a client company",
            Person::Client(_) => "a client",
            Person::Inline | Person::Unknown => "a person named in the row",
        };
        found.add(owner, format!("{list} with {who}"));
        for reason in &associate.row.verdict.reasons {
            found.add(owner, format!("warning {reason} for an associate"));
        }
    }
}

/// The columns of client files, by source and place, that hold few short values.
fn codes(book: &Book) -> Result<HashSet<(usize, usize)>, Error> {
    let mut values: HashMap<(usize, usize), Option<HashSet<String>>> = HashMap::new();
    for client in &book.clients {
        for (column, cell) in client.row.record.cells.get()?.iter().enumerate() {
            let column = values
                .entry((client.row.source, column))
                .or_insert_with(|| Some(HashSet::new()));
            let Some(known) = column else { continue };
            let cell = cell.trim();
            if !known.contains(cell) {
                known.insert(cell.to_owned());
            }
            if known.len() > VALUES_COUNT_MAX || cell.len() > VALUE_BYTES_MAX {
                *column = None;
            }
        }
    }
    let codes = values.into_iter().filter(|(_, values)| values.is_some());
    Ok(codes.map(|(column, _)| column).collect())
}

/// Calls on every text of a value.
fn texts(value: &Value, on_text: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => on_text(text),
        Value::Array(values) => values.iter().for_each(|value| texts(value, on_text)),
        Value::Object(values) => values.values().for_each(|value| texts(value, on_text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
