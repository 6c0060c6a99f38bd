//! An entry of a list in the shapes of the contract.

use ::screening::date::{ListDate, PartialDate};
use ::screening::entry::{
    Entry, Gender, Identifier, IdentifierKind, NameKind, Place, Position, Topic,
};
use countries::Code;
use serde_json::{Map, Value, json};

use super::{Citation, Hit, reason};

/// What every match says, whatever it is listed for.
pub(super) fn common(citation: &Citation, hit: &Hit) -> Map<String, Value> {
    let entry = hit.entry.as_ref();
    let list = citation.lists.get(hit.list);
    let list_name = list.map_or("", |list| &list.name);
    let publication = list.map_or("", |list| &list.publication);
    let mut common = Map::new();
    let mut add = |name: &str, value: Value| {
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !is_empty {
            common.insert(name.to_owned(), value);
        }
    };
    add("match_name", json!(hit.name));
    add("match_dates", dates(&entry.born));
    add("match_countries", countries_of(entry));
    add("aliases", names(entry, |kind| kind != NameKind::Former));
    add(
        "previous_names",
        names(entry, |kind| kind == NameKind::Former),
    );
    add("gender", json!(entry.gender.map(gender)));
    add("deceased_dates", dates(&entry.died));
    add("remarks", json!(entry.remarks));
    add(
        "identifications",
        entry.identifiers.iter().map(identification).collect(),
    );
    add("locations", locations(entry));
    add("sources", sources(entry, list_name, publication));
    add(
        "details",
        json!([
            { "title": "Why it was found", "text": reason::words(hit) },
            { "title": "List", "text": format!("{list_name}, publication {publication}, entry {}", entry.id) },
        ]),
    );
    common
}

/// The measures against it.
pub(super) fn sanctions(citation: &Citation, hit: &Hit) -> Value {
    let entry = hit.entry.as_ref();
    let list = citation.lists.get(hit.list).map_or("", |list| &list.name);
    let period = entry
        .listed_on
        .map(|date| json!([{ "from_date": first(date) }]));
    let kind = if entry.topics.contains(&Topic::Sanction) {
        "SANCTION"
    } else {
        "SANCTION_LINKED"
    };
    let measure = |name: &str| {
        let mut measure = json!({
            "issuer": list,
            "name": name,
            "list": list,
            "type": kind,
            "is_current": true,
            "is_past": false,
        });
        if let Some(period) = &period {
            measure["time_periods"] = period.clone();
        }
        measure
    };
    if entry.programs.is_empty() {
        return json!([measure(list)]);
    }
    entry.programs.iter().map(|name| measure(name)).collect()
}

/// The offices that make it politically exposed. An office without an end counts as held.
pub(super) fn pep(hit: &Hit) -> Value {
    let entry = hit.entry.as_ref();
    let roles: Vec<Value> = entry.positions.iter().map(role).collect();
    let is_current =
        entry.positions.is_empty() || entry.positions.iter().any(|office| office.until.is_none());
    json!({ "name": hit.name, "match": true, "is_current": is_current, "roles": roles })
}

fn role(office: &Position) -> Value {
    let name = match &office.body {
        Some(body) => format!("{}, {body}", office.title),
        None => office.title.clone(),
    };
    let mut role = json!({ "name": name, "is_current": office.until.is_none() });
    if let Some(from) = office.from {
        role["from_date"] = json!(first(from));
    }
    if let Some(until) = office.until {
        role["to_date"] = json!(last(until));
    }
    role
}

/// What was reported of it.
pub(super) fn media(hit: &Hit) -> Value {
    let entry = hit.entry.as_ref();
    let snippet = entry.remarks.first();
    let article = |link: &String| json!({ "title": hit.name, "url": link, "snippet": snippet });
    if entry.links.is_empty() {
        return json!([{ "title": hit.name, "snippet": snippet }]);
    }
    entry.links.iter().map(article).collect()
}

fn names(entry: &Entry, wanted: impl Fn(NameKind) -> bool) -> Value {
    let primary = entry.primary_name();
    let others = entry
        .names
        .iter()
        .filter(|name| wanted(name.kind) && Some(*name) != primary);
    let mut texts: Vec<&str> = others.map(|name| name.text.as_str()).collect();
    texts.dedup();
    json!(texts)
}

/// Each date once; of a range both ends.
fn dates(dates: &[ListDate]) -> Value {
    let mut found: Vec<PartialDate> = Vec::new();
    for date in dates {
        found.extend([first(*date), last(*date)]);
    }
    found.sort_unstable();
    found.dedup();
    json!(found)
}

fn first(date: ListDate) -> PartialDate {
    match date {
        ListDate::Known(date) | ListDate::Circa(date) | ListDate::Between(date, _) => date,
    }
}

fn last(date: ListDate) -> PartialDate {
    match date {
        ListDate::Known(date) | ListDate::Circa(date) | ListDate::Between(_, date) => date,
    }
}

/// The countries of today as the contract writes them; one that is no more has no code there.
fn countries_of(entry: &Entry) -> Value {
    let mut codes: Vec<&str> = entry
        .countries
        .iter()
        .filter_map(|tie| alpha3(tie.code))
        .collect();
    codes.sort_unstable();
    codes.dedup();
    json!(codes)
}

fn alpha3(code: Code) -> Option<&'static str> {
    countries::find(code.as_str()).map(|country| country.alpha3)
}

fn gender(gender: Gender) -> &'static str {
    match gender {
        Gender::Female => "F",
        Gender::Male => "M",
        Gender::Other => "X",
    }
}

fn identification(identifier: &Identifier) -> Value {
    let mut value = json!({ "value": identifier.value });
    let country = identifier.country.map(|country| country.to_string());
    let notes: Vec<String> = identifier
        .label
        .clone()
        .into_iter()
        .chain(country)
        .collect();
    if !notes.is_empty() {
        value["notes"] = json!(notes.join(", "));
    }
    json!({ "type": kind(identifier.kind), "values": [value] })
}

fn kind(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::Passport => "Passport",
        IdentifierKind::NationalId => "National identity number",
        IdentifierKind::DrivingLicense => "Driving license",
        IdentifierKind::OtherDocument => "Document",
        IdentifierKind::Tax => "Tax number",
        IdentifierKind::Registration => "Registration number",
        IdentifierKind::Lei => "LEI",
        IdentifierKind::Swift => "SWIFT",
        IdentifierKind::Duns => "D-U-N-S",
        IdentifierKind::Imo => "IMO number",
        IdentifierKind::Mmsi => "MMSI",
        IdentifierKind::CallSign => "Call sign",
        IdentifierKind::Aircraft => "Aircraft number",
        IdentifierKind::Wallet => "Wallet",
        IdentifierKind::BankAccount => "Bank account",
        IdentifierKind::Security => "Security",
        IdentifierKind::Email => "Email",
        IdentifierKind::Phone => "Phone",
        IdentifierKind::Website => "Website",
        IdentifierKind::Wikidata => "Wikidata",
        IdentifierKind::Other => "Number",
    }
}

fn locations(entry: &Entry) -> Value {
    let location = |place: &Place, kind: &str| {
        let mut location = json!({ "type": kind, "address": place.text });
        if let Some(code) = place.country.and_then(alpha3) {
            location["country"] = json!(code);
        }
        location
    };
    let born = entry.places_of_birth.iter();
    let born = born.map(|place| location(place, "birth place"));
    let addresses = entry.addresses.iter();
    born.chain(addresses.map(|place| location(place, "address")))
        .collect()
}

fn sources(entry: &Entry, list: &str, publication: &str) -> Value {
    let description = format!("publication {publication}");
    if entry.links.is_empty() {
        return json!([{ "name": list, "description": description }]);
    }
    let source = |link| json!({ "name": list, "url": link, "description": description });
    entry.links.iter().map(source).collect()
}
