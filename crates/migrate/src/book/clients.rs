//! Clients: individuals and companies, the rows that become customers.

mod repeated;

use std::sync::Arc;

use serde_json::{Value, json};

use super::evidence::{self, Evidence};
use super::remarks::ScopeValues;
use super::{
    Associate, Judged, Keep, Kept, Outcome, Person, Scope, Verdict, Written, duplicates, rows_of,
};
use crate::Error;
use crate::mapping::{ClientMap, Mapping, ProductRule, Reasons};
use crate::row::{Mapped, Row, add};
use crate::source::Record;

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
    pub body: Kept<Value>,
    /// The judgement in scope `all`.
    pub in_all: Verdict,
    /// Out of scope itself, it comes over as somebody's associate.
    pub is_associate_only: bool,
    /// What the scope rule calls it, when the scope leaves it out.
    pub out_of_scope: Option<String>,
    /// The tags of its profile.
    pub tags: Arc<[String]>,
    /// What the old system decided about it.
    pub evidence: Box<[Evidence]>,
}

impl Client {
    /// Whether a profile is made of it, as a customer or as an associate only.
    pub fn becomes_profile(&self) -> bool {
        self.row.verdict.migrates() || self.is_associate_only
    }
}

/// Reads and judges individuals, then companies; and what is to be said of the mapping's scope.
pub(super) fn judge(
    mapping: &Mapping,
    scope: Scope,
    keep: &Keep,
) -> Result<(Vec<Client>, Vec<String>), Error> {
    let (mut drafts, mut remarks) = (Vec::new(), Vec::new());
    for (entity, map) in [
        (Entity::Individual, &mapping.individuals),
        (Entity::Company, &mapping.companies),
    ] {
        let Some(map) = map else { continue };
        let drafting = Drafting {
            mapping,
            map,
            entity,
            tags: map.tags.clone().into(),
            keep,
        };
        let mut values = ScopeValues::default();
        for row in rows_of(mapping, map.source)? {
            drafts.push(drafting.draft(&row?, &mut values)?);
        }
        remarks.extend(values.remarks(mapping, map));
    }
    repeated::find(mapping, scope, &mut drafts)?;
    let mut clients: Vec<Client> = drafts
        .into_iter()
        .map(|draft| finish(mapping, scope, draft))
        .collect();
    duplicates::warn(mapping, &mut clients)?;
    Ok((clients, remarks))
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
    record: Written,
    reference: String,
    bad: Option<String>,
    /// What becomes of it because other rows have its reference: in scope `all`, and in the book's.
    repeated: [Option<Verdict>; 2],
    /// What can be done about that.
    advice: Option<Arc<str>>,
    out_of_scope: Option<String>,
    body: Kept<Value>,
    rejects: Vec<String>,
    warnings: Vec<String>,
    tags: Arc<[String]>,
    evidence: Vec<Evidence>,
}

/// What rows of one client file become drafts with.
struct Drafting<'a> {
    mapping: &'a Mapping,
    map: &'a ClientMap,
    entity: Entity,
    tags: Arc<[String]>,
    keep: &'a Keep,
}

impl Drafting<'_> {
    fn draft(
        &self,
        (record, bad): &(Record, Option<String>),
        values: &mut ScopeValues,
    ) -> Result<Draft, Error> {
        let mut row = Row::new(&record.cells, &self.map.cells, self.mapping.as_of);
        let reference = row.cell(self.map.key).unwrap_or_default();
        let out_of_scope = self.map.scope.as_ref().and_then(|rule| {
            let value = row.cell(rule.column)?;
            values.meet(rule, &value);
            rule.leave_out.get(&value).cloned()
        });
        let (mapped, evidence) = if bad.is_some() {
            Default::default()
        } else {
            body((self.map, &self.mapping.reasons), self.entity, row)
        };
        Ok(Draft {
            entity: self.entity,
            source: self.map.source,
            record: Written::keep(record, self.keep)?,
            reference,
            bad: bad.clone(),
            repeated: [None, None],
            advice: None,
            out_of_scope: out_of_scope.filter(|_| bad.is_none()),
            body: self.keep.put(&mapped.body)?,
            rejects: mapped.rejects,
            warnings: mapped.warnings,
            tags: Arc::clone(&self.tags),
            evidence,
        })
    }
}

/// The body of `POST /profiles`, and what the old system decided.
fn body(
    (map, reasons): (&ClientMap, &Reasons),
    entity: Entity,
    mut row: Row<'_>,
) -> (Mapped, Vec<Evidence>) {
    let mut aliases = map.products.always.clone();
    if let Some(alias) = product(&map.products, &mut row) {
        add(&mut aliases, &alias);
    }
    let mut found = Vec::new();
    let mut mapped = row.fields_and(&map.fields, |row| {
        found = evidence::of_row(&map.evidence, reasons, row);
    });
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
    (mapped, found)
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

fn finish(mapping: &Mapping, scope: Scope, draft: Draft) -> Client {
    let alone = if let Some(reason) = draft.bad {
        Verdict::reject(vec![reason])
    } else {
        let mut rejects = draft.rejects;
        if draft.reference.is_empty() {
            rejects.push(mapping.reasons.of("missing_key", ""));
        }
        Verdict::of(rejects, draft.warnings)
    };
    let [in_all, in_scope] = draft
        .repeated
        .map(|repeated| repeated.unwrap_or_else(|| alone.clone()));
    let out_of_scope = draft.out_of_scope.filter(|_| scope == Scope::Active);
    let verdict = match &out_of_scope {
        Some(value) => Verdict::skip(mapping.reasons.of("out_of_scope", value)),
        None => in_scope,
    };
    let is_rejected = verdict.outcome == Outcome::Reject;
    Client {
        row: Judged {
            source: draft.source,
            record: draft.record,
            reference: draft.reference,
            verdict,
            advice: draft.advice.filter(|_| is_rejected),
        },
        entity: draft.entity,
        body: draft.body,
        in_all,
        is_associate_only: false,
        out_of_scope,
        tags: draft.tags,
        evidence: draft.evidence.into(),
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
