//! The profiles that are read back.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::clients::{self, create_step};
use super::delta::Products;
use super::gone::{self, Gone, Thing};
use super::links::{inline_owner, pointer};
use super::{Work, order};
use crate::Error;
use crate::book::{Associate, Entity, Person};
use crate::ledger::Ledger;
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
    /// How its products stand.
    pub(super) products: Products,
    pub(super) kind: Kind,
    /// Position of the client, for what follows it.
    pub(super) client: Option<usize>,
    /// Of people named inline: how the steps begin that made them.
    pub(super) inline_owner: Option<String>,
    /// What was sent for it and is no longer in the source.
    pub(super) gone: Vec<Thing>,
}

impl Target {
    /// How many things of a kind that were sent are no longer in the source.
    pub(super) fn gone_count(&self, kind: gone::Kind) -> usize {
        let sent = self.gone.iter();
        let sent = sent.filter(|thing| thing.sending == gone::Sending::Sure);
        sent.filter(|thing| thing.kind == kind).count()
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    IndividualCustomer,
    CompanyCustomer,
    Inline,
    LeftOutCustomer,
    /// A client whose row is gone: what it is, the profile says.
    Gone,
}

/// What is read back; what it holds is looked up when its turn comes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot<'a> {
    /// Position of a client.
    Client(usize),
    /// Position of an associate whom its row names inline.
    Inline(usize),
    /// The reference, and what no row stands for any more: a profile of this kind.
    Gone(&'a str, &'a Thing, Kind),
}

/// What is read back: companies from above, then individuals, then people named inline. Automation
/// asks the owners of a company to apply on its behalf, so the company is looked at first. At last
/// comes what no row stands for any more.
pub(super) fn spots<'a>(work: &Work, gone: &'a Gone) -> Result<Vec<Spot<'a>>, Error> {
    let levels = order::levels(&work.book, &work.followers);
    let companies = levels.into_iter().rev().flatten();
    let companies = companies.flat_map(|group| group.members);
    let is_individual = |place: &usize| work.book.clients[*place].entity == Entity::Individual;
    let individuals = (0..work.book.clients.len()).filter(is_individual);
    let mut spots = Vec::new();
    for place in companies.chain(individuals) {
        let client = &work.book.clients[place];
        if client.becomes_profile() && work.profile(place)?.is_some() {
            spots.push(Spot::Client(place));
        }
    }
    spots.extend(inline_spots(work)?);
    for (reference, things) in &gone.things {
        let (people, others): (Vec<&Thing>, Vec<&Thing>) = things
            .iter()
            .partition(|thing| thing.kind == gone::Kind::Inline);
        let people = people.into_iter();
        spots.extend(people.map(|person| Spot::Gone(reference, person, Kind::Inline)));
        let mut others = others.into_iter();
        let client = others.find(|thing| thing.kind == gone::Kind::Client);
        spots.extend(client.map(|client| Spot::Gone(reference, client, Kind::Gone)));
    }
    Ok(spots)
}

/// People named inline, each profile once.
fn inline_spots(work: &Work) -> Result<Vec<Spot<'static>>, Error> {
    let mut spots = Vec::new();
    let mut seen = HashSet::new();
    for (place, associate) in work.book.associates.iter().enumerate() {
        if associate.row.verdict.migrates()
            && associate.person == Person::Inline
            && let Some(profile) = inline_profile(work, associate)?
            && seen.insert(profile)
        {
            spots.push(Spot::Inline(place));
        }
    }
    Ok(spots)
}

/// The profile of a person named inline. Their steps are named by what the mapping makes of them;
/// where that changed since, the link leads to the profile.
fn inline_profile(work: &Work, associate: &Associate) -> Result<Option<String>, Error> {
    let reference = inline_owner(&associate.row.reference, associate);
    match work.ledger.answer(&create_step(&reference))? {
        Some(made) => Ok(Some(made)),
        None => linked(work, associate),
    }
}

/// What is to be looked up of targets.
pub(super) struct Targets<'a> {
    gone: &'a Gone,
    /// The steps that made people named inline, by their profile.
    inline: HashMap<String, String>,
}

impl<'a> Targets<'a> {
    pub(super) fn new(work: &Work, gone: &'a Gone) -> Result<Targets<'a>, Error> {
        Ok(Targets {
            gone,
            inline: gone::inline_steps(work)?,
        })
    }

    /// What is to be read back at a spot; `None` when the ledger does not know it any more.
    pub(super) fn at(&self, work: &Work, spot: Spot<'_>) -> Result<Option<Target>, Error> {
        match spot {
            Spot::Client(place) => self.client(work, place),
            Spot::Inline(place) => self.inline(work, &work.book.associates[place]),
            Spot::Gone(reference, thing, kind) => {
                let mut target = gone_target(work, reference, thing, kind)?;
                if matches!(kind, Kind::Gone) {
                    target.gone = self.gone_of(reference);
                }
                Ok(Some(target))
            }
        }
    }

    fn client(&self, work: &Work, place: usize) -> Result<Option<Target>, Error> {
        let client = &work.book.clients[place];
        let reference = &client.row.reference;
        let kind = match (client.is_associate_only, client.entity) {
            (true, _) => Kind::LeftOutCustomer,
            (false, Entity::Individual) => Kind::IndividualCustomer,
            (false, Entity::Company) => Kind::CompanyCustomer,
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
            products: Products::of(&work.ledger, reference, &clients::body(client)?)?,
            kind,
            client: Some(place),
            inline_owner: None,
            gone: self.gone_of(reference),
        }))
    }

    fn inline(&self, work: &Work, associate: &Associate) -> Result<Option<Target>, Error> {
        let Some(profile) = inline_profile(work, associate)? else {
            return Ok(None);
        };
        let step = self.inline.get(&profile);
        let (sent, sent_links) = match step {
            Some(step) => sent(work, step)?,
            None => (Value::Null, Vec::new()),
        };
        let reference = inline_owner(&associate.row.reference, associate);
        Ok(Some(Target {
            gone: self.gone_of(&reference),
            reference,
            profile,
            body: associate.body.get()?,
            sent,
            sent_links,
            products: Products::default(),
            kind: Kind::Inline,
            client: None,
            inline_owner: step.and_then(|step| owner_of(step)),
        }))
    }

    /// What was sent for a reference and is no longer in the source, but for people named inline,
    /// who are profiles of their own.
    fn gone_of(&self, reference: &str) -> Vec<Thing> {
        let things = self.gone.things.get(reference).into_iter().flatten();
        things
            .filter(|thing| thing.kind != gone::Kind::Inline)
            .cloned()
            .collect()
    }
}

/// How the steps of a person begin whom this one made.
fn owner_of(step: &str) -> Option<String> {
    step.strip_suffix("/create").map(str::to_owned)
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
        products: Products::default(),
        kind,
        client: None,
        inline_owner: match kind {
            Kind::Inline => owner_of(&thing.step),
            _ => None,
        },
        gone: vec![thing.clone()],
    })
}

/// Where a remembered body names the profiles that the first one had links to.
pub(super) const MADE_WITH_LINKS: &str = "made_with_links";

/// The data a step made a profile of, without its links, which have rows of their own; and the
/// profiles those are to.
pub(super) fn sent(work: &Work, step: &str) -> Result<(Value, Vec<String>), Error> {
    sent_by(&work.ledger, step)
}

/// As [`sent`], by what a ledger knows.
pub(super) fn sent_by(ledger: &Ledger, step: &str) -> Result<(Value, Vec<String>), Error> {
    let mut links = Vec::new();
    let Some(body) = ledger.sent(step)? else {
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

/// The profile that an associate's row is done with.
fn linked(work: &Work, associate: &Associate) -> Result<Option<String>, Error> {
    let row = work.planned(&associate.row)?;
    Ok(row
        .filter(|row| row.state == "done")
        .and_then(|row| row.profile))
}
