//! The answer to a check: result, output and events.

use ::screening::entry::Topic;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::value::{CheckResult, CheckType};

use super::{Citation, Found, Hit, reason, shape};
use crate::{CheckAnswer, CheckRequest, HitKind, ProviderHit, decision};

/// Under which the ids of matches are made.
const MATCHES: Uuid = Uuid::from_u128(0x6b5f_3c4e_92d1_5a08_b7e3_0f4c_81a6_d25b);

/// The kinds of a match, gravest first.
const GRAVEST_FIRST: [HitKind; 4] = [
    HitKind::Sanction,
    HitKind::Pep,
    HitKind::AdverseMedia,
    HitKind::Refer,
];

/// What the findings mean for a check. Whoever is on a list for several reasons is one match with an
/// event for each.
pub fn answer(request: &CheckRequest, citation: &Citation, found: &Found) -> CheckAnswer {
    let known: Vec<(&Hit, Vec<HitKind>)> = found
        .hits
        .iter()
        .map(|hit| (hit, kinds(request.check_type, &hit.entry.topics)))
        .collect();
    let mut events: Vec<ProviderHit> = Vec::new();
    for (hit, kinds) in &known {
        events.extend(kinds.iter().map(|kind| event(citation, hit, *kind)));
    }
    let gravest = GRAVEST_FIRST.into_iter().find(|kind| {
        let counts = |event: &&ProviderHit| event.ignored.is_none() && event.kind == *kind;
        events.iter().find(counts).is_some()
    });
    let result = gravest.map_or(CheckResult::Pass, HitKind::result);
    CheckAnswer {
        result: Some(result),
        decision: decision(request.check_type, result, &request.config),
        output: output(request, citation, found, &known),
        errors: Vec::new(),
        events,
        provider_name: citation.provider_name.clone(),
        is_monitored: citation.is_monitored,
    }
}

/// Whether an entry is of interest to a check at all.
pub fn concerns(check_type: CheckType, topics: &[Topic]) -> bool {
    !kinds(check_type, topics).is_empty()
}

/// What an entry is to a check, gravest first. One that is listed without a reason is to be looked at.
fn kinds(check_type: CheckType, topics: &[Topic]) -> Vec<HitKind> {
    let is = |kind: HitKind| match topics {
        [] => kind == HitKind::Refer,
        topics => topics.iter().any(|topic| of(*topic) == kind),
    };
    let kinds = GRAVEST_FIRST.into_iter();
    kinds
        .filter(|kind| is(*kind) && is_asked(check_type, *kind))
        .collect()
}

/// Whether a type of check asks for a kind of match.
fn is_asked(check_type: CheckType, kind: HitKind) -> bool {
    match check_type {
        CheckType::PepsScreen => kind == HitKind::Pep,
        CheckType::SanctionsScreen => kind == HitKind::Sanction,
        CheckType::AdverseMediaScreen => kind == HitKind::AdverseMedia,
        _ => true,
    }
}

/// What kind of match an entry is that is listed for this.
fn of(topic: Topic) -> HitKind {
    match topic {
        Topic::Sanction | Topic::SanctionLinked | Topic::Terrorism => HitKind::Sanction,
        Topic::Pep | Topic::PepAssociate => HitKind::Pep,
        Topic::AdverseMedia => HitKind::AdverseMedia,
        Topic::ExportControl
        | Topic::Debarment
        | Topic::Crime
        | Topic::Wanted
        | Topic::Regulatory
        | Topic::StateOwned
        | Topic::Watch
        | Topic::Internal => HitKind::Refer,
    }
}

/// The same for one profile and entry in every screening.
fn match_id(citation: &Citation, hit: &Hit) -> String {
    let list = citation.lists.get(hit.list).map_or("", |list| &list.name);
    let (account, profile) = (citation.account, &citation.profile);
    let name = format!("{account}/{profile}/{list}/{}", hit.entry.id);
    Uuid::new_v5(&MATCHES, name.as_bytes()).to_string()
}

fn event(citation: &Citation, hit: &Hit, kind: HitKind) -> ProviderHit {
    let match_id = match_id(citation, hit);
    let score = rounded(hit.score);
    let mut data = shape::common(citation, hit);
    data.insert("event_type".to_owned(), json!(kind.event_type()));
    data.insert("provider_name".to_owned(), json!(citation.provider_name));
    data.insert("match_id".to_owned(), json!(match_id));
    data.insert("score".to_owned(), json!(score));
    data.insert("screening".to_owned(), reason::numbers(citation, hit));
    match kind {
        HitKind::Sanction => data.insert("sanctions".to_owned(), shape::sanctions(citation, hit)),
        HitKind::Pep => data.insert("pep".to_owned(), shape::pep(hit)),
        HitKind::AdverseMedia => data.insert("media".to_owned(), shape::media(hit)),
        HitKind::Refer => None,
    };
    ProviderHit {
        kind,
        match_id,
        name: hit.name.clone(),
        score,
        data: Value::Object(data),
        ignored: hit.ignored.clone(),
    }
}

fn output(
    request: &CheckRequest,
    citation: &Citation,
    found: &Found,
    known: &[(&Hit, Vec<HitKind>)],
) -> Value {
    let results = known
        .iter()
        .map(|(hit, kinds)| result(citation, hit, kinds));
    let (ignored, counted): (Vec<&Hit>, Vec<&Hit>) =
        found.hits.iter().partition(|hit| hit.ignored.is_some());
    let mut screening = json!({
        "engine": citation.engine,
        "policy": citation.policy,
        "threshold": citation.threshold,
        "lists_as_of": citation.lists_as_of,
        "lists": citation.lists,
        "names": citation.names,
        "matches": counted.len(),
        "ignored": ignored.len(),
        "left_out": found.more,
    });
    if found.more > 0 {
        let message = format!(
            "{} more were at least as alike as the threshold and are left out: the {} likest are \
             shown; give more of the data, or raise the threshold or max_matches of the provider",
            found.more, citation.max_matches
        );
        screening["note"] = json!(message);
    }
    json!({
        "entity_type": request.check_type.entity_type(),
        "sanctions_results": results.collect::<Vec<_>>(),
        "screening": screening,
    })
}

/// The match as the output of the check shows it.
fn result(citation: &Citation, hit: &Hit, kinds: &[HitKind]) -> Value {
    let match_id = match_id(citation, hit);
    let mut result = shape::common(citation, hit);
    result.insert("match_id".to_owned(), json!(match_id));
    result.insert("score".to_owned(), json!(rounded(hit.score)));
    for kind in kinds {
        match kind {
            HitKind::Sanction => {
                result.insert("sanctions".to_owned(), shape::sanctions(citation, hit))
            }
            HitKind::Pep => result.insert("pep".to_owned(), shape::pep(hit)),
            HitKind::AdverseMedia => result.insert("media".to_owned(), shape::media(hit)),
            HitKind::Refer => None,
        };
    }
    if let Some(reason) = &hit.ignored {
        let false_positive = json!({ "match_id": match_id, "reasons": [reason] });
        result.insert("false_positive".to_owned(), false_positive);
    }
    Value::Object(result)
}

/// Four digits behind the point: what lies behind them says nothing.
fn rounded(score: f64) -> f64 {
    (score * 10_000.0).round() / 10_000.0
}
