//! Clients: individuals and companies, the rows that become customers.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{Associate, Judged, Outcome, Person, Scope, Verdict, duplicates, rows_of};
use crate::Error;
use crate::mapping::{ClientMap, Mapping, ProductRule};
use crate::row::{Mapped, Row, add};
use crate::source::Record;
use crate::text;

/// What kind of client a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// A person.
    Individual,
    /// A company.
    Company,
}

impl Entity {
    /// `INDIVIDUAL` or `COMPANY`, as the API says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Entity::Individual => "INDIVIDUAL",
            Entity::Company => "COMPANY",
        }
    }
}

/// One client row.
#[derive(Clone, Debug)]
pub struct Client {
    /// The row and its judgement in the scope of the book.
    pub row: Judged,
    /// Person or company.
    pub entity: Entity,
    /// The body that creates its profile.
    pub body: Value,
    /// The judgement in scope `all`.
    pub in_all: Verdict,
    /// Out of scope itself, it comes over as somebody's associate.
    pub is_associate_only: bool,
    /// What the scope rule calls it, when the scope leaves it out.
    pub out_of_scope: Option<String>,
    /// The tags of its profile.
    pub tags: Vec<String>,
}

impl Client {
    /// Whether a profile is made of it, as a customer or as an associate only.
    pub fn becomes_profile(&self) -> bool {
        self.row.verdict.migrates() || self.is_associate_only
    }
}

/// Reads and judges individuals, then companies.
pub(super) fn judge(mapping: &Mapping, scope: Scope) -> Result<Vec<Client>, Error> {
    let mut drafts = Vec::new();
    for (entity, map) in [
        (Entity::Individual, &mapping.individuals),
        (Entity::Company, &mapping.companies),
    ] {
        let Some(map) = map else { continue };
        for (record, bad) in rows_of(mapping, map.source)? {
            drafts.push(draft(mapping, map, entity, record, bad));
        }
    }
    find_repeated_references(mapping, &mut drafts);
    let mut clients: Vec<Client> = drafts
        .into_iter()
        .map(|draft| finish(mapping, scope, draft))
        .collect();
    duplicates::warn(mapping, &mut clients);
    Ok(clients)
}

/// Marks the clients that come over only because somebody's link needs them.
pub(super) fn mark_associates(clients: &mut [Client], associates: &[Associate]) {
    for associate in associates
        .iter()
        .filter(|associate| associate.row.verdict.migrates())
    {
        if let Person::Client(place) = associate.person {
            let client = &mut clients[place];
            client.is_associate_only = !client.row.verdict.migrates();
        }
    }
}

struct Draft {
    entity: Entity,
    source: usize,
    record: Record,
    reference: String,
    bad: Option<String>,
    repeated: Option<Verdict>,
    out_of_scope: Option<String>,
    mapped: Mapped,
    tags: Vec<String>,
}

fn draft(
    mapping: &Mapping,
    map: &ClientMap,
    entity: Entity,
    record: Record,
    bad: Option<String>,
) -> Draft {
    let mut row = Row::new(&record.cells, &map.cells, mapping.as_of);
    let reference = row.cell(map.key).unwrap_or_default();
    let out_of_scope = map.scope.as_ref().and_then(|rule| {
        let value = row.cell(rule.column)?;
        rule.leave_out.get(&value).cloned()
    });
    let mapped = if bad.is_some() {
        Mapped::default()
    } else {
        body(map, entity, row)
    };
    Draft {
        entity,
        source: map.source,
        reference,
        out_of_scope: out_of_scope.filter(|_| bad.is_none()),
        bad,
        repeated: None,
        mapped,
        record,
        tags: map.tags.clone(),
    }
}

/// The body of `POST /profiles`.
fn body(map: &ClientMap, entity: Entity, mut row: Row<'_>) -> Mapped {
    let mut aliases = map.products.always.clone();
    if let Some(alias) = product(&map.products, &mut row) {
        add(&mut aliases, &alias);
    }
    let mut mapped = row.fields(&map.fields);
    let applications: Vec<Value> = aliases
        .iter()
        .map(|alias| json!({"product": {"alias": alias}}))
        .collect();
    mapped.body["role"] = Value::String(format!("{}_CUSTOMER", entity.as_str()));
    mapped.body["applications"] = Value::Array(applications);
    if !mapped.body["collected_data"].is_object() {
        mapped.body["collected_data"] = json!({});
    }
    mapped.body["collected_data"]["entity_type"] = Value::String(entity.as_str().to_owned());
    mapped
}

/// The product that a row's code stands for.
pub(crate) fn product(rule: &ProductRule, row: &mut Row<'_>) -> Option<String> {
    let code = row.cell(rule.column?);
    let alias = code.and_then(|code| rule.aliases.get(&code).cloned());
    if alias.is_none() {
        row.fail(&rule.on_error);
    }
    alias
}

/// One reference on several rows: the first counts when they say the same, none when they differ.
fn find_repeated_references(mapping: &Mapping, drafts: &mut [Draft]) {
    let mut groups: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, draft) in drafts.iter().enumerate() {
        if draft.bad.is_none() && !draft.reference.is_empty() {
            groups
                .entry(draft.reference.clone())
                .or_default()
                .push(place);
        }
    }
    for places in groups.into_values().filter(|places| places.len() > 1) {
        let said = |place: &usize| {
            let draft: &Draft = &drafts[*place];
            let cells = draft
                .record
                .cells
                .iter()
                .map(|cell| text::collapse_space(cell));
            (draft.source, cells.collect::<Vec<_>>())
        };
        let first = said(&places[0]);
        let is_same = places.iter().all(|place| said(place) == first);
        for (count, place) in places.into_iter().enumerate() {
            drafts[place].repeated = match (is_same, count) {
                (true, 0) => None,
                (true, _) => Some(Verdict::skip(mapping.reasons.of("duplicate_same", ""))),
                (false, _) => Some(Verdict::reject(vec![
                    mapping.reasons.of("duplicate_conflict", ""),
                ])),
            };
        }
    }
}

fn finish(mapping: &Mapping, scope: Scope, draft: Draft) -> Client {
    let in_all = if let Some(reason) = draft.bad {
        Verdict::reject(vec![reason])
    } else if let Some(repeated) = draft.repeated {
        repeated
    } else {
        let mut rejects = draft.mapped.rejects;
        if draft.reference.is_empty() {
            rejects.push(mapping.reasons.of("missing_key", ""));
        }
        Verdict::of(rejects, draft.mapped.warnings)
    };
    let out_of_scope = draft.out_of_scope.filter(|_| scope == Scope::Active);
    let verdict = match &out_of_scope {
        Some(value) => Verdict::skip(mapping.reasons.of("out_of_scope", value)),
        None => in_all.clone(),
    };
    Client {
        row: Judged {
            source: draft.source,
            record: draft.record,
            reference: draft.reference,
            verdict,
        },
        entity: draft.entity,
        body: draft.mapped.body,
        in_all,
        is_associate_only: false,
        out_of_scope,
        tags: draft.tags,
    }
}

impl Client {
    /// Adds a warning to a client that comes over.
    pub(super) fn warn(&mut self, warning: &str) {
        if self.row.verdict.outcome == Outcome::Migrate {
            add(&mut self.row.verdict.reasons, warning);
        }
    }
}
