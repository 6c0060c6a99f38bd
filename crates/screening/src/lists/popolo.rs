//! Popolo JSON: politicians and their memberships (EveryPolitician and others).
//!
//! People, organizations, periods and memberships may be in one file or in several. Where a
//! membership has no dates of its own, it has those of its legislative period.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use serde::Deserialize;
use serde_json::Value;

use super::dates::{self, Order};
use super::problem::At;
use super::reading::{Draft, Reading};
use super::text;
use crate::date::ListDate;
use crate::entry::{IdentifierKind, Kind, NameKind, Position, Role, Topic};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    persons: Vec<Value>,
    organizations: Vec<Value>,
    posts: Vec<Value>,
    events: Vec<Value>,
    areas: Vec<Value>,
    memberships: Vec<Value>,
}

/// What is kept until all files are read.
#[derive(Default)]
pub(crate) struct Tables {
    /// Names of organizations, posts, periods and areas by their ids.
    names: BTreeMap<String, String>,
    /// Dates of periods.
    periods: BTreeMap<String, [Option<ListDate>; 2]>,
    memberships: Vec<Membership>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Membership {
    person_id: Option<String>,
    role: Option<String>,
    label: Option<String>,
    organization_id: Option<String>,
    post_id: Option<String>,
    area_id: Option<String>,
    legislative_period_id: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
}

impl Tables {
    pub(crate) fn read(
        &mut self,
        input: &mut dyn BufRead,
        reading: &mut Reading,
    ) -> io::Result<()> {
        let document: Document = match serde_json::from_reader(input) {
            Ok(document) => document,
            Err(error) if error.is_io() => return Err(error.into()),
            Err(error) => {
                reading.broken(&format!("it is no Popolo JSON: {error}"));
                return Ok(());
            }
        };
        let named = [
            &document.organizations,
            &document.posts,
            &document.areas,
            &document.events,
        ];
        for thing in named.into_iter().flatten() {
            let name = ["name", "label", "role"]
                .iter()
                .find_map(|key| text_of(thing, key));
            if let (Some(id), Some(name)) = (text_of(thing, "id"), name) {
                self.names.insert(id.to_owned(), name.to_owned());
            }
        }
        for event in &document.events {
            let date =
                |key| text_of(event, key).and_then(|date| dates::single(date, Order::DayFirst));
            if let Some(id) = text_of(event, "id") {
                self.periods
                    .insert(id.to_owned(), ["start_date", "end_date"].map(date));
            }
        }
        for (place, value) in document.memberships.into_iter().enumerate() {
            match serde_json::from_value(value) {
                Ok(membership) => self.memberships.push(membership),
                Err(error) => {
                    let what = format!("the membership is not understood: {error}");
                    reading.problem(At::Record(place as u64 + 1), None, what);
                }
            }
        }
        for (place, value) in document.persons.iter().enumerate() {
            reading.records += 1;
            person(reading, At::Record(place as u64 + 1), value);
        }
        Ok(())
    }

    /// Gives the people their offices.
    pub(crate) fn join(self, reading: &mut Reading) {
        let country = reading.hints.country;
        for (place, membership) in self.memberships.iter().enumerate() {
            let at = At::Record(place as u64 + 1);
            let id = membership.person_id.as_deref().unwrap_or_default();
            let Some(mut draft) = reading.known(at, id) else {
                let what = "a membership of somebody who is not among the persons".to_owned();
                reading.problem(at, Some(id), what);
                continue;
            };
            let mut position = self.position(&mut draft, membership);
            position.country = country;
            draft.office(position);
        }
    }

    /// The name of an organization, post or area, or its id where there is no name.
    fn named<'a>(&'a self, id: Option<&'a str>) -> Option<&'a str> {
        let id = id?;
        Some(self.names.get(id).map_or(id, String::as_str))
    }

    fn position(&self, draft: &mut Draft<'_>, membership: &Membership) -> Position {
        let post = self.named(membership.post_id.as_deref());
        let title = membership
            .label
            .as_deref()
            .or(post)
            .or(membership.role.as_deref());
        let area = self.named(membership.area_id.as_deref());
        let title = [title.unwrap_or("member"), area.unwrap_or_default()].join(", ");
        let period = membership.legislative_period_id.as_ref();
        let period = period.and_then(|id| self.periods.get(id));
        let [start, end] = period.copied().unwrap_or_default();
        let mut date = |text: &Option<String>, or: Option<ListDate>| {
            let own = text
                .as_deref()
                .and_then(|text| draft.date("date of a membership", text));
            own.or(or)
        };
        Position {
            title: text::clean(title.trim_end_matches([',', ' '])),
            body: self
                .named(membership.organization_id.as_deref())
                .map(text::clean),
            country: None,
            from: date(&membership.start_date, start),
            until: date(&membership.end_date, end),
        }
    }
}

fn text_of<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}

fn each<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn person(reading: &mut Reading, at: At, value: &Value) {
    let Some(id) = text_of(value, "id") else {
        return reading.problem(at, None, "the person has no id and was left out".to_owned());
    };
    if reading.has(id) {
        let what = "the id was there before; both are one entry".to_owned();
        reading.problem(at, Some(id), what);
    }
    let country = reading.hints.country;
    let Some(mut draft) = reading.entry(at, id) else {
        return;
    };
    draft.kind(Kind::Person);
    draft.topic(Topic::Pep);
    let field = |key: &str| text_of(value, key).unwrap_or_default();
    let (name, family) = (field("name"), field("family_name"));
    let is_parted = name == format!("{} {family}", field("given_name"));
    if is_parted {
        draft.parted_name(NameKind::Primary, field("given_name"), family);
    } else {
        draft.listed_name(NameKind::Primary, name);
    }
    other_names(&mut draft, value, name);
    draft.born(field("birth_date"));
    draft.died(field("death_date"));
    draft.gender(field("gender"));
    draft.title(field("honorific_prefix"));
    draft.countries(Role::Nationality, field("national_identity"));
    if let Some(country) = country {
        draft.tie(Role::Office, country);
    }
    draft.remark(field("summary"));
    for identifier in each(value, "identifiers") {
        number(&mut draft, identifier);
    }
    contacts(&mut draft, value);
    for link in each(value, "links").chain(each(value, "sources")) {
        let url = text_of(link, "url").filter(|url| url.starts_with("http"));
        draft.link(url.unwrap_or_default());
    }
}

fn other_names(draft: &mut Draft<'_>, value: &Value, name: &str) {
    for other in each(value, "other_names") {
        let other_name = text_of(other, "name").unwrap_or_default();
        let is_former = text_of(other, "end_date").is_some();
        let kind = if is_former {
            NameKind::Former
        } else {
            NameKind::Strong
        };
        if other_name != name {
            draft.name_in(
                kind,
                &in_order(other_name),
                text_of(other, "lang").unwrap_or_default(),
            );
        }
    }
}

fn contacts(draft: &mut Draft<'_>, value: &Value) {
    for contact in each(value, "contact_details") {
        let value = text_of(contact, "value").unwrap_or_default();
        match text_of(contact, "type") {
            Some("email") => draft.identifier(IdentifierKind::Email, value, "", None),
            Some("phone" | "cell" | "fax") => {
                draft.identifier(IdentifierKind::Phone, value, "", None);
            }
            _ => {}
        }
    }
}

/// Labels of Wikidata write some names `Family, Given`.
fn in_order(name: &str) -> String {
    match name.split_once(',') {
        Some((family, given)) if !given.contains(',') => {
            format!("{} {}", given.trim(), family.trim())
        }
        _ => name.to_owned(),
    }
}

fn number(draft: &mut Draft<'_>, value: &Value) {
    let (Some(scheme), Some(number)) = (text_of(value, "scheme"), text_of(value, "identifier"))
    else {
        return;
    };
    let kind = match scheme {
        "wikidata" => IdentifierKind::Wikidata,
        _ => IdentifierKind::Other,
    };
    draft.identifier(kind, number, "", Some(scheme));
}
