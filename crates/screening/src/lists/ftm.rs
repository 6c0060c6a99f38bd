//! FollowTheMoney: entities as JSON texts, one a line, and the files of changes to them
//! (`{"op": "ADD", "entity": …}`).
//!
//! Only those that can be a customer become entries: persons, organizations, vessels, aircraft and
//! wallets. Addresses, documents, sanctions and offices are entities of their own there, and are
//! joined to the entries that they belong to at the end. Entities that the publisher itself says
//! are no targets and that have no topic are there for others' sake, and are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Read as _};

use serde::Deserialize;
use serde_json::Value;

use super::dates::{self, Order};
use super::input::{Opened, Part, PartRead};
use super::problem::{At, Problems, quoted};
use super::reading::{Draft, Reading};
use super::{Format, Hints, Unreadable, text};
use crate::entry::{Entry, IdentifierKind, Kind, NameKind, Position, Role, Topic};

/// A longer line is no entity.
const LINE_BYTES_MAX: u64 = 32 << 20;

#[derive(Deserialize)]
struct Entity {
    id: String,
    #[serde(default)]
    schema: String,
    #[serde(default)]
    caption: String,
    #[serde(default)]
    properties: BTreeMap<String, Vec<Value>>,
    target: Option<bool>,
    #[serde(default)]
    referents: Vec<String>,
}

#[derive(Deserialize)]
struct Change {
    op: String,
    entity: Entity,
}

impl Entity {
    fn all<'a>(&'a self, property: &str) -> impl Iterator<Item = &'a str> {
        let values = self.properties.get(property).into_iter().flatten();
        values.filter_map(Value::as_str)
    }

    fn first(&self, property: &str) -> &str {
        self.all(property).next().unwrap_or_default()
    }
}

/// What belongs to entries, until all of them are read.
#[derive(Default)]
pub(crate) struct Loose {
    addresses: BTreeMap<String, (String, String)>,
    posts: BTreeMap<String, (String, String)>,
    /// Which entry has which address.
    lives: Vec<(String, String)>,
    /// Sanctions, documents and offices with the property that names their entry.
    belongings: Vec<(&'static str, Entity)>,
    /// What a file of changes takes away.
    removed: BTreeSet<String>,
}

pub(crate) fn read(
    input: &mut dyn BufRead,
    reading: &mut Reading,
    loose: &mut Loose,
) -> io::Result<()> {
    let mut line = Vec::new();
    let mut number = 0;
    let mut wrong: Option<(u64, String)> = None;
    loop {
        line.clear();
        let count = (&mut *input)
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut line)?;
        if count == 0 {
            break;
        }
        number += 1;
        if count as u64 == LINE_BYTES_MAX && line.last() != Some(&b'\n') {
            reading.broken(&format!(
                "line {number} is longer than {LINE_BYTES_MAX} bytes"
            ));
            return Ok(());
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        // A bad line is the last one of a file that was cut off, or a problem where more follow.
        if let Some((bad, error)) = wrong.take() {
            reading.problem(
                At::Line(bad),
                None,
                format!("the line is no entity: {error}"),
            );
        }
        match change(&line) {
            Ok((op, entity)) => {
                reading.records += 1;
                take(reading, loose, At::Line(number), &op, entity);
            }
            Err(error) => wrong = Some((number, error)),
        }
    }
    if let Some((bad, error)) = wrong {
        reading.problem(
            At::Line(bad),
            None,
            format!("the line is no entity: {error}"),
        );
        reading.broken(&format!("its last line, {bad}, is no entity: {error}"));
    }
    Ok(())
}

fn change(line: &[u8]) -> Result<(String, Entity), String> {
    let is_change = line.trim_ascii_start().starts_with(b"{\"op\"");
    let text = |error: serde_json::Error| error.to_string();
    if is_change {
        let change: Change = serde_json::from_slice(line).map_err(text)?;
        Ok((change.op, change.entity))
    } else {
        let entity = serde_json::from_slice(line).map_err(text)?;
        Ok((String::new(), entity))
    }
}

fn take(reading: &mut Reading, loose: &mut Loose, at: At, op: &str, entity: Entity) {
    if entity.id.is_empty() {
        return reading.problem(at, None, "the entity has no id and was left out".to_owned());
    }
    match op {
        "" if reading.has(&entity.id) => {
            let what = "the id was there before; both lines are one entry".to_owned();
            reading.problem(at, Some(&entity.id), what);
        }
        "" => {}
        "ADD" | "MOD" => {
            loose.removed.remove(&entity.id);
            reading.forget(&entity.id);
        }
        "DEL" => {
            reading.forget(&entity.id);
            loose.removed.insert(entity.id);
            return;
        }
        other => {
            let what = format!("the change {} is none of ADD, MOD and DEL", quoted(other));
            return reading.problem(at, Some(&entity.id), what);
        }
    }
    if let Some(kind) = kind(&entity.schema) {
        let is_listed = entity.target != Some(false)
            || !entity.properties.get("topics").is_none_or(Vec::is_empty);
        if is_listed {
            self::entity(reading, loose, at, kind, &entity);
        } else if !op.is_empty() {
            loose.removed.insert(entity.id);
        }
        return;
    }
    let country = || entity.all("country").next().unwrap_or_default().to_owned();
    match entity.schema.as_str() {
        "Address" => {
            let pieces = ["street", "city", "region", "postalCode"];
            let pieces: Vec<&str> = pieces.iter().flat_map(|piece| entity.all(piece)).collect();
            let full = Some(entity.first("full")).filter(|full| !full.is_empty());
            let full = full.map_or_else(|| pieces.join(", "), str::to_owned);
            let place = (full, country());
            loose.addresses.insert(entity.id, place);
        }
        "Position" => {
            let post = (entity.first("name").to_owned(), country());
            loose.posts.insert(entity.id, post);
        }
        "Sanction" => loose.belongings.push(("entity", entity)),
        "Passport" | "Identification" | "Occupancy" => loose.belongings.push(("holder", entity)),
        // Relations, payments and the like say nothing of one party alone.
        _ => {}
    }
}

fn kind(schema: &str) -> Option<Kind> {
    Some(match schema {
        "Person" => Kind::Person,
        "Organization" | "Company" | "PublicBody" => Kind::Organization,
        "LegalEntity" | "CryptoWallet" | "Thing" => Kind::Unknown,
        "Vessel" => Kind::Vessel,
        "Airplane" => Kind::Aircraft,
        _ => return None,
    })
}

fn entity(reading: &mut Reading, loose: &mut Loose, at: At, kind: Kind, entity: &Entity) {
    let Some(mut draft) = reading.entry(at, &entity.id) else {
        return;
    };
    draft.kind(kind);
    names(&mut draft, entity);
    let mut has_topic = false;
    for word in entity.all("topics") {
        draft.topic(topic(word));
        has_topic = true;
    }
    if !has_topic {
        draft.topic(Topic::Watch);
    }
    facts(&mut draft, entity);
    for (property, kind) in NUMBERS {
        for number in entity.all(property) {
            draft.identifier(*kind, number, "", Some(property));
        }
    }
    for (property, role) in COUNTRIES {
        for country in entity.all(property) {
            draft.countries(*role, country);
        }
    }
    for referent in entity.referents.iter().chain([&entity.id]) {
        // Only what is a reference elsewhere: the id itself may be one of Wikidata.
        let is_item = referent.strip_prefix('Q').is_some_and(|number| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        if is_item {
            draft.identifier(IdentifierKind::Wikidata, referent, "", None);
        } else if *referent != entity.id {
            draft.reference(referent);
        }
    }
    for address in entity.all("addressEntity") {
        loose.lives.push((entity.id.clone(), address.to_owned()));
    }
    if entity
        .properties
        .values()
        .flatten()
        .any(|value| !value.is_string())
    {
        draft.problem("it has a property that is no text, which was left out".to_owned());
    }
}

fn names(draft: &mut Draft<'_>, entity: &Entity) {
    let first = entity.first("name");
    let caption = entity.all("name").find(|name| *name == entity.caption);
    let primary = caption.unwrap_or(first);
    draft.name(NameKind::Primary, primary);
    for (property, kind) in [
        ("name", NameKind::Strong),
        ("alias", NameKind::Strong),
        ("weakAlias", NameKind::Weak),
        ("previousName", NameKind::Former),
    ] {
        for name in entity.all(property).filter(|name| *name != primary) {
            draft.name(kind, name);
        }
    }
    // A wallet is called by its address.
    if !draft.has_names() {
        draft.name(NameKind::Primary, entity.first("publicKey"));
    }
}

fn facts(draft: &mut Draft<'_>, entity: &Entity) {
    for date in entity
        .all("birthDate")
        .chain(entity.all("incorporationDate"))
    {
        draft.born(date);
    }
    for date in entity.all("deathDate") {
        draft.died(date);
    }
    for gender in entity.all("gender") {
        draft.gender(gender);
    }
    for place in entity.all("birthPlace") {
        draft.birth_place(place);
    }
    for address in entity.all("address") {
        draft.address_text(address);
    }
    for position in entity.all("position") {
        draft.position(position);
    }
    for title in entity.all("title") {
        draft.title(title);
    }
    for program in entity.all("program").chain(entity.all("programId")) {
        draft.program(program);
    }
    for date in entity.all("createdAt") {
        draft.listed_on(date);
    }
    for remark in entity.all("notes").chain(entity.all("summary")) {
        draft.remark(remark);
    }
    for link in entity.all("sourceUrl").chain(entity.all("wikipediaUrl")) {
        draft.link(link);
    }
}

const NUMBERS: &[(&str, IdentifierKind)] = &[
    ("passportNumber", IdentifierKind::Passport),
    ("idNumber", IdentifierKind::NationalId),
    ("socialSecurityNumber", IdentifierKind::NationalId),
    ("taxNumber", IdentifierKind::Tax),
    ("innCode", IdentifierKind::Tax),
    ("vatCode", IdentifierKind::Tax),
    ("registrationNumber", IdentifierKind::Registration),
    ("ogrnCode", IdentifierKind::Registration),
    ("uscCode", IdentifierKind::Registration),
    ("leiCode", IdentifierKind::Lei),
    ("swiftBic", IdentifierKind::Swift),
    ("bikCode", IdentifierKind::Other),
    ("dunsCode", IdentifierKind::Duns),
    ("imoNumber", IdentifierKind::Imo),
    ("mmsi", IdentifierKind::Mmsi),
    ("callSign", IdentifierKind::CallSign),
    ("serialNumber", IdentifierKind::Aircraft),
    ("isin", IdentifierKind::Security),
    ("isinCode", IdentifierKind::Security),
    ("publicKey", IdentifierKind::Wallet),
    ("cryptoWallets", IdentifierKind::Wallet),
    ("email", IdentifierKind::Email),
    ("phone", IdentifierKind::Phone),
    ("website", IdentifierKind::Website),
    ("wikidataId", IdentifierKind::Wikidata),
];

const COUNTRIES: &[(&str, Role)] = &[
    ("nationality", Role::Nationality),
    ("citizenship", Role::Nationality),
    ("birthCountry", Role::Birth),
    ("jurisdiction", Role::Registration),
    ("flag", Role::Registration),
    ("country", Role::Unspecified),
];

fn topic(word: &str) -> Topic {
    match word {
        "sanction" | "sanction.counter" | "asset.frozen" => Topic::Sanction,
        "sanction.linked" | "sanction.control" => Topic::SanctionLinked,
        "export.control" | "export.control.linked" | "export.risk" => Topic::ExportControl,
        "debarment" => Topic::Debarment,
        "role.rca" => Topic::PepAssociate,
        "wanted" => Topic::Wanted,
        "crime.terror" => Topic::Terrorism,
        "gov.soe" => Topic::StateOwned,
        _ if word.starts_with("crime") => Topic::Crime,
        _ if word.starts_with("reg.") => Topic::Regulatory,
        _ if word.starts_with("role.") || word.starts_with("gov.") => Topic::Pep,
        _ => Topic::Watch,
    }
}

impl Loose {
    pub(crate) fn join(self, reading: &mut Reading) {
        for (id, address) in &self.lives {
            let Some(mut draft) = reading.known(At::Whole, id) else {
                continue;
            };
            match self.addresses.get(address) {
                Some((full, country)) => draft.address(&[full], country),
                None => draft.problem(format!(
                    "its address {} is not in the file",
                    quoted(address)
                )),
            }
        }
        for (property, belonging) in &self.belongings {
            for owner in belonging.all(property) {
                if let Some(mut draft) = reading.known(At::Whole, owner) {
                    self.give(&mut draft, belonging);
                }
            }
        }
    }

    fn give(&self, draft: &mut Draft<'_>, belonging: &Entity) {
        match belonging.schema.as_str() {
            "Sanction" => {
                for program in belonging.all("program").chain(belonging.all("programId")) {
                    draft.program(program);
                }
                for date in belonging
                    .all("listingDate")
                    .chain(belonging.all("startDate"))
                {
                    draft.listed_on(date);
                }
                for reason in belonging.all("reason") {
                    draft.remark(reason);
                }
                for number in belonging.all("unscId") {
                    draft.reference(&format!("UN {number}"));
                }
                for link in belonging.all("sourceUrl") {
                    draft.link(link);
                }
            }
            "Occupancy" => {
                for post in belonging.all("post") {
                    self.office(draft, belonging, post);
                }
            }
            _ => {
                let is_passport = belonging.schema == "Passport";
                let label = belonging.first("type");
                let label = if is_passport { "Passport" } else { label };
                for number in belonging.all("number") {
                    let label = if label.is_empty() {
                        "National ID"
                    } else {
                        label
                    };
                    draft.labelled(label, number, belonging.first("country"));
                }
            }
        }
    }

    fn office(&self, draft: &mut Draft<'_>, occupancy: &Entity, post: &str) {
        let Some((name, country)) = self.posts.get(post) else {
            return draft.problem(format!("its post {} is not in the file", quoted(post)));
        };
        let date = |property: &str| {
            let text = Some(occupancy.first(property)).filter(|text| !text.is_empty())?;
            dates::single(text, Order::DayFirst)
        };
        draft.office(Position {
            title: text::clean(name),
            body: None,
            country: countries::code(country),
            from: date("startDate"),
            until: date("endDate"),
        });
    }
}

/// One change of a file of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// An entry that is new or that is another now.
    Put(Box<Entry>),
    /// The id of one that is no longer listed.
    Remove(String),
}

/// A file of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operations {
    /// By id; each id once.
    pub operations: Vec<Operation>,
    pub problems: Problems,
    /// Why it is not whole, where it was cut off or broke.
    pub broken: Option<String>,
    pub part: PartRead,
}

/// Reads a file of changes of FollowTheMoney. An address or post that did not change is not in it,
/// so an entry that changed has these only where they changed too; a whole publication brings them
/// back.
pub fn operations(part: Part<'_>, hints: &Hints) -> Result<Operations, Unreadable> {
    let mut opened = Opened::open(part)?;
    let name = opened.name().to_owned();
    let mut reading = Reading::new(hints.clone());
    reading.part.clone_from(&name);
    let mut loose = Loose::default();
    let done = read(&mut opened, &mut reading, &mut loose).and_then(|()| opened.close());
    let part = done.map_err(|source| Unreadable::Io { part: name, source })?;
    let removed = std::mem::take(&mut loose.removed);
    loose.join(&mut reading);
    let publication = reading.finish(Format::FollowTheMoney, Vec::new());
    let put = publication
        .entries
        .into_iter()
        .map(|entry| (entry.id.clone(), Some(entry)));
    let all: BTreeMap<String, Option<Entry>> = removed
        .into_iter()
        .map(|id| (id, None))
        .chain(put)
        .collect();
    let operations = all.into_iter().map(|(id, entry)| match entry {
        Some(entry) => Operation::Put(Box::new(entry)),
        None => Operation::Remove(id),
    });
    Ok(Operations {
        operations: operations.collect(),
        problems: publication.problems,
        broken: publication.broken,
        part,
    })
}
