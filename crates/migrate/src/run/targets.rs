//! The profiles that are read back.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::clients::create_step;
use super::gone::{self, Gone, Thing};
use super::links::{inline_owner, pointer};
use super::{Work, order};
use crate::Error;
use crate::book::{Associate, Entity, Person};
use crate::mapping::ASSOCIATE_LISTS;

/// A profile to be read back.
pub(super) struct Target {
    /// The client's reference; of people named inline, the company's with a mark of their own.
    pub(super) reference: String,
    /// Empty when it is not known whether there is one.
    pub(super) profile: String,
    /// The body its row makes by now.
    pub(super) body: Value,
    /// The data it was made with; `Null` when that is not known.
    pub(super) sent: Value,
    /// The profiles that it was made with links to.
    pub(super) sent_links: Vec<String>,
    pub(super) kind: Kind,
    /// Position of the client, for what follows it.
    pub(super) client: Option<usize>,
    /// What was sent for it and is no longer in the source.
    pub(super) gone: Vec<Thing>,
}

impl Target {
    /// How many things of a kind are no longer in the source.
    pub(super) fn gone_count(&self, kind: gone::Kind) -> usize {
        self.gone.iter().filter(|thing| thing.kind == kind).count()
    }
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    IndividualCustomer,
    CompanyCustomer,
    Inline,
    LeftOutCustomer,
    /// A client whose row is gone: what it is, the profile says.
    Gone,
}

/// What is read back: companies from above, then individuals, then people named inline. Automation
/// asks the owners of a company to apply on its behalf, so the company is looked at first. At last
/// comes what no row stands for any more.
pub(super) fn targets(work: &Work, gone: &Gone) -> Result<Vec<Target>, Error> {
    let levels = order::levels(&work.book, &work.followers);
    let companies = levels.into_iter().rev().flatten();
    let companies = companies.flat_map(|group| group.members);
    let is_individual = |place: &usize| work.book.clients[*place].entity == Entity::Individual;
    let individuals = (0..work.book.clients.len()).filter(is_individual);
    let mut targets = Vec::new();
    for place in companies.chain(individuals) {
        targets.extend(client_target(work, place)?);
    }
    targets.extend(inline_targets(work)?);
    let places = targets.iter().enumerate();
    let known: HashMap<String, usize> = places
        .map(|(place, target)| (target.reference.clone(), place))
        .collect();
    for (reference, things) in &gone.things {
        let (people, things): (Vec<Thing>, Vec<Thing>) = things
            .iter()
            .cloned()
            .partition(|thing| thing.kind == gone::Kind::Inline);
        for person in people {
            targets.push(gone_target(work, reference, &person, Kind::Inline)?);
        }
        let client = things.iter().find(|one| one.kind == gone::Kind::Client);
        if let Some(client) = client.cloned() {
            let target = gone_target(work, reference, &client, Kind::Gone)?;
            targets.push(Target {
                gone: things,
                ..target
            });
        } else if let Some(place) = known.get(reference) {
            targets[*place].gone = things;
        }
    }
    Ok(targets)
}

/// A profile that no row stands for any more; it is compared with what it was made of.
fn gone_target(work: &Work, reference: &str, thing: &Thing, kind: Kind) -> Result<Target, Error> {
    let (sent, sent_links) = sent(work, &thing.step)?;
    let data = if sent.is_null() {
        json!({})
    } else {
        sent.clone()
    };
    Ok(Target {
        reference: reference.to_owned(),
        profile: thing.answer.clone(),
        body: json!({"collected_data": data}),
        sent,
        sent_links,
        kind,
        client: None,
        gone: vec![thing.clone()],
    })
}

/// Where a remembered body names the profiles that the first one had links to.
pub(super) const MADE_WITH_LINKS: &str = "made_with_links";

/// The data a step made a profile of, without its links, which have rows of their own; and the
/// profiles those are to.
pub(super) fn sent(work: &Work, step: &str) -> Result<(Value, Vec<String>), Error> {
    let mut links = Vec::new();
    let Some(body) = work.ledger.sent(step)? else {
        return Ok((Value::Null, links));
    };
    let mut body: Value = serde_json::from_str(&body).unwrap_or_default();
    let known = body[MADE_WITH_LINKS].as_array().into_iter().flatten();
    links.extend(known.filter_map(Value::as_str).map(str::to_owned));
    let mut data = body["collected_data"].take();
    for list in ASSOCIATE_LISTS {
        let (parent, name) = match list.rsplit_once('.') {
            Some((parent, name)) => (data.pointer_mut(&pointer(parent)), name),
            None => (Some(&mut data), *list),
        };
        if let Some(fields) = parent.and_then(Value::as_object_mut) {
            let entries = fields.remove(name).unwrap_or_default();
            let entries = entries.as_array().into_iter().flatten();
            let ids = entries.filter_map(|entry| entry["linked_profile"]["id"].as_str());
            links.extend(ids.map(str::to_owned));
        }
    }
    // What held nothing but links is no data of the row.
    if let Value::Object(fields) = &mut data {
        fields.retain(|_, value| value.as_object().is_none_or(|fields| !fields.is_empty()));
    }
    Ok((data, links))
}

fn client_target(work: &Work, place: usize) -> Result<Option<Target>, Error> {
    let client = &work.book.clients[place];
    let reference = &client.row.reference;
    let kind = match (
        client.becomes_profile(),
        client.is_associate_only,
        client.entity,
    ) {
        (false, _, _) => return Ok(None),
        (true, true, _) => Kind::LeftOutCustomer,
        (true, false, Entity::Individual) => Kind::IndividualCustomer,
        (true, false, Entity::Company) => Kind::CompanyCustomer,
    };
    let step = create_step(reference);
    let Some(profile) = work.ledger.answer(&step)? else {
        return Ok(None);
    };
    let (sent, sent_links) = sent(work, &step)?;
    Ok(Some(Target {
        reference: reference.clone(),
        profile,
        body: client.body.get()?,
        sent,
        sent_links,
        kind,
        client: Some(place),
        gone: Vec::new(),
    }))
}

/// People named inline. Their steps are named by what the mapping makes of them; where that changed
/// since, the link leads to the profile.
fn inline_targets(work: &Work) -> Result<Vec<Target>, Error> {
    let steps = gone::inline_steps(work)?;
    let mut targets = Vec::new();
    let mut seen = HashSet::new();
    let inline =
        work.book.associates.iter().filter(|associate| {
            associate.row.verdict.migrates() && associate.person == Person::Inline
        });
    for associate in inline {
        let reference = inline_owner(&associate.row.reference, associate);
        let made = work.ledger.answer(&create_step(&reference))?;
        let Some(profile) = made.map_or_else(|| linked(work, associate), |made| Ok(Some(made)))?
        else {
            continue;
        };
        if seen.insert(profile.clone()) {
            let (sent, sent_links) = match steps.get(&profile) {
                Some(step) => sent(work, step)?,
                None => (Value::Null, Vec::new()),
            };
            targets.push(Target {
                reference,
                profile,
                body: associate.body.get()?,
                sent,
                sent_links,
                kind: Kind::Inline,
                client: None,
                gone: Vec::new(),
            });
        }
    }
    Ok(targets)
}

/// The profile that an associate's row is done with.
fn linked(work: &Work, associate: &Associate) -> Result<Option<String>, Error> {
    let row = &associate.row;
    let row = work.ledger.row(work.file(row), row.record.row)?;
    Ok(row
        .filter(|row| row.state == "done")
        .and_then(|row| row.profile))
}
