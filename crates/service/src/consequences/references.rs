//! What entries of the audit refer to: ids and codes. Those that most changes have are written as
//! they are; a JSON value is made for the rare ones only.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{
    ApplicationId, ApplicationStatus, CheckId, CheckVariantId, EventId, FactorOutcome, ProductId,
    ProfileId, TaskId, TaskVariantId,
};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::change::Draft;
use crate::convert;

#[derive(Serialize)]
pub(super) struct TaskReference<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    provenance: Option<&'a str>,
    task: Uuid,
    variant: Option<&'a str>,
}

pub(super) fn task<'a>(
    draft: &'a Draft<'_>,
    id: TaskId,
    variant: TaskVariantId,
) -> TaskReference<'a> {
    let known = draft.config.config.tasks.get(&variant);
    let found = draft.profile.tasks.iter().find(|one| one.id == id);
    TaskReference {
        provenance: found.and_then(|task| task.provenance.as_deref()),
        task: convert::id(id.0),
        variant: known.map(|variant| variant.alias.as_str()),
    }
}

#[derive(Serialize)]
pub(super) struct CheckReference<'a> {
    check: Uuid,
    #[serde(flatten)]
    answer: Option<Answer<'a>>,
    variant: Option<&'a str>,
}

#[derive(Serialize)]
struct Answer<'a> {
    decision: &'static str,
    result: Option<&'a str>,
}

pub(super) fn check<'a>(
    draft: &'a Draft<'_>,
    id: CheckId,
    variant: CheckVariantId,
) -> CheckReference<'a> {
    let known = draft.config.config.checks.get(&variant);
    let found = draft.profile.checks.iter().find(|one| one.id == id);
    CheckReference {
        check: convert::id(id.0),
        answer: found.and_then(|check| {
            Some(Answer {
                decision: check.decision?.name(),
                result: check.result.as_deref(),
            })
        }),
        variant: known.map(|variant| variant.alias.as_str()),
    }
}

#[derive(Serialize)]
pub(super) struct RiskReference<'a> {
    application: Uuid,
    factors: Vec<Assessed<'a>>,
    from: Option<&'a str>,
    score: Option<String>,
    to: Option<&'a str>,
}

#[derive(Serialize)]
struct Assessed<'a> {
    factor: &'a str,
    input: Option<&'a str>,
    missing: Vec<String>,
    rule: Option<&'a str>,
    score: Option<String>,
}

/// The whole assessment: every factor's input, rule and score.
pub(super) fn risk<'a>(
    draft: &'a Draft<'_>,
    id: ApplicationId,
    (from, to): (&'a Option<Arc<str>>, &'a Option<Arc<str>>),
) -> Option<RiskReference<'a>> {
    let found = draft.profile.applications.iter().find(|one| one.id == id)?;
    let assessment = found.assessment.as_ref()?;
    Some(RiskReference {
        application: convert::id(id.0),
        factors: assessment.factors.iter().map(factor).collect(),
        from: from.as_deref(),
        score: assessment.total.map(digits),
        to: to.as_deref(),
    })
}

fn factor(outcome: &FactorOutcome) -> Assessed<'_> {
    let missing = outcome.missing.iter();
    Assessed {
        factor: &outcome.alias,
        input: outcome.input.as_deref(),
        missing: missing.map(|missing| missing.property.key()).collect(),
        rule: outcome.rule.as_deref(),
        score: outcome.score.map(digits),
    }
}

fn digits(score: domain::Decimal) -> String {
    score.normalize().to_string()
}

pub(super) fn decision(
    draft: &Draft<'_>,
    (id, from, to): (ApplicationId, ApplicationStatus, ApplicationStatus),
    comment: Option<&str>,
) -> Value {
    let found = draft.profile.applications.iter().find(|one| one.id == id);
    let last = found.and_then(|one| one.history.last());
    json!({
        "application": convert::id(id.0),
        "product": found.and_then(|one| product(draft, one.product)),
        "from": from.name(),
        "to": to.name(),
        "risk_level": found.and_then(|one| one.level()),
        "reasons": last.map(|entry| &entry.reasons),
        "comment": comment,
    })
}

/// A product, by its alias.
pub(super) fn product<'a>(draft: &'a Draft<'_>, id: ProductId) -> Option<&'a str> {
    let product = draft.config.config.products.get(&id)?;
    Some(&product.alias)
}

pub(super) fn profiles(ids: &BTreeSet<ProfileId>) -> Value {
    json!({ "profiles": ids.iter().map(|id| convert::id(id.0)).collect::<Vec<_>>() })
}

pub(super) fn event(draft: &Draft<'_>, id: EventId) -> Value {
    let found = draft.profile.events.iter().find(|one| one.id == id);
    json!({
        "event": convert::id(id.0),
        "type": found.map(|event| convert::event_type(event.kind)),
        "match_id": found.and_then(|event| event.match_id.as_ref()),
    })
}
