//! Screening: who on a list may be the same?

use serde_json::{Map, Value, json};
use wire::collected;
use wire::country;
use wire::resource::Error;
use wire::value::CheckResult;

use super::input::Input;
use super::keywords::Keywords;
use super::{PROVIDER_NAME, invent};
use crate::{CheckAnswer, CheckRequest, HitKind, ProviderHit, decision};

/// The words that make hits, gravest first.
const HITS: [(&str, HitKind); 5] = [
    ("SANCTION", HitKind::Sanction),
    ("PEP", HitKind::Pep),
    ("RESIGNED", HitKind::Pep),
    ("MEDIA", HitKind::AdverseMedia),
    ("REFER", HitKind::Refer),
];

pub(super) fn answer(
    request: &CheckRequest,
    keywords: &Keywords,
) -> Result<CheckAnswer, Vec<Error>> {
    Input::needed(request).finish()?;
    let hits: Vec<ProviderHit> = HITS
        .iter()
        .filter(|(word, _)| keywords.has(word) && !request.wants("disable_initial_screen"))
        .map(|(word, kind)| hit(request, word, *kind))
        .collect();
    Ok(found(request, PROVIDER_NAME, hits))
}

/// A screening that finds one match on a sanctions list, whatever the name.
pub(super) fn with_match(request: &CheckRequest, provider_name: &str) -> CheckAnswer {
    let hits = vec![hit(request, "SANCTION", HitKind::Sanction)];
    found(request, provider_name, hits)
}

/// An answer with these hits, gravest first.
fn found(request: &CheckRequest, provider_name: &str, hits: Vec<ProviderHit>) -> CheckAnswer {
    let result = hits
        .first()
        .map_or(CheckResult::Pass, |hit| hit.kind.result());
    let output = json!({
        "entity_type": request.check_type.entity_type(),
        "sanctions_results": hits.iter().map(sanctions_result).collect::<Vec<_>>(),
    });
    CheckAnswer {
        result: Some(result),
        decision: decision(request.check_type, result, &request.config),
        output,
        errors: Vec::new(),
        events: hits,
        provider_name: provider_name.to_owned(),
        is_monitored: !request.wants("disable_monitoring"),
    }
}

fn hit(request: &CheckRequest, word: &str, kind: HitKind) -> ProviderHit {
    let name = collected::display_name(&request.input);
    let seed = format!("{word}/{}", wire::fold::text(&name));
    let match_id = format!("demo-{}", invent::id(&seed).simple());
    let score = 0.80 + f64::from(invent::below(&seed, 20)) / 100.0;
    let mut data = common(request, &name);
    data.insert("event_type".to_owned(), json!(kind.event_type()));
    data.insert("match_id".to_owned(), json!(match_id));
    data.insert("score".to_owned(), json!(score));
    let (field, detail) = match kind {
        HitKind::Sanction => ("sanctions", sanctions()),
        HitKind::Pep => ("pep", pep(&name, word != "RESIGNED")),
        HitKind::AdverseMedia => ("media", media()),
        HitKind::Refer => ("remarks", json!(["demo entry without a category"])),
    };
    data.insert(field.to_owned(), detail);
    ProviderHit {
        kind,
        match_id,
        name,
        score,
        data: Value::Object(data),
        ignored: None,
    }
}

/// What every hit says: it copies the name, dates and country of the one who was screened.
fn common(request: &CheckRequest, name: &str) -> Map<String, Value> {
    let details = &request.input["personal_details"];
    let metadata = &request.input["metadata"];
    let date = [&details["dob"], &metadata["incorporation_date"]];
    let country = [
        &details["nationality"],
        &metadata["country_of_incorporation"],
    ];
    let country = country
        .into_iter()
        .filter_map(Value::as_str)
        .filter_map(country::by_alpha3);
    let mut common = Map::new();
    let mut add = |name: &str, value: Value| common.insert(name.to_owned(), value);
    add("provider_name", json!(PROVIDER_NAME));
    add("match_name", json!(name));
    add(
        "match_dates",
        date.into_iter()
            .filter(|date| date.is_string())
            .cloned()
            .collect(),
    );
    add(
        "match_countries",
        country.map(|country| json!(country.alpha3)).collect(),
    );
    add("aliases", json!([]));
    add(
        "details",
        json!([{ "title": "About", "text": "made up by the demo provider" }]),
    );
    add("sources", json!([{ "name": "Demo list" }]));
    common
}

fn sanctions() -> Value {
    json!([{
        "issuer": "Demo authority",
        "name": "Demo sanctions programme",
        "list": "Demo sanctions list",
        "type": "SANCTION",
        "is_current": true,
        "is_past": false,
        "time_periods": [{ "from_date": "2022-03-01" }],
    }])
}

fn pep(name: &str, is_current: bool) -> Value {
    let mut role = json!({
        "name": "Member of the demo parliament",
        "tier": 1,
        "from_date": "2015-05-07",
        "is_current": is_current,
    });
    if !is_current {
        role["to_date"] = json!("2019-12-12");
    }
    json!({ "name": name, "match": true, "tier": 1, "is_current": is_current, "roles": [role] })
}

fn media() -> Value {
    json!([{
        "title": "Demo article",
        "snippet": "a report that was made up by the demo provider",
        "url": "https://example.com/demo-article",
        "date": "2024-02-29",
    }])
}

/// The hit as the output of the check shows it.
fn sanctions_result(hit: &ProviderHit) -> Value {
    let mut result = hit.data.clone();
    if let Value::Object(fields) = &mut result {
        fields.remove("event_type");
        fields.remove("provider_name");
    }
    result
}
