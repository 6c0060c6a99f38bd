//! Identity checks: is there such a person at that address?

use serde_json::{Value, json};
use wire::resource::Error;
use wire::value::CheckResult;

use super::PROVIDER_NAME;
use super::input::Input;
use super::keywords::Keywords;
use crate::{CheckAnswer, CheckRequest};

pub(super) fn answer(
    request: &CheckRequest,
    keywords: &Keywords,
) -> Result<CheckAnswer, Vec<Error>> {
    Input::needed(request).finish()?;
    let possible = request.check_type.results();
    let result = keywords.result(possible, CheckResult::TwoPlusTwo);
    let has_dob = request.input["personal_details"]["dob"].is_string();
    Ok(CheckAnswer::with_result(
        request,
        PROVIDER_NAME,
        result,
        output(result, has_dob),
    ))
}

fn output(result: CheckResult, has_dob: bool) -> Value {
    let sources = match result {
        CheckResult::TwoPlusTwo => 2,
        CheckResult::OnePlusOne => 1,
        _ => 0,
    };
    let (first, second) = (sources >= 1, sources >= 2);
    json!({
        "entity_type": "INDIVIDUAL",
        "electronic_id_check": { "matches": [
            register("Demo electoral roll", "CIVIL", "ADDRESS", first),
            register("Demo credit agency", "CREDIT", if has_dob { "DOB" } else { "ADDRESS" }, second),
        ]},
        "db_matches": {
            "electoral_exact": found(first),
            "electoral_exact_dob": found(first && has_dob && second),
            "electoral_partial": found(false),
            "mortality_list": found(false),
        },
        "credit_ref": {
            "exact": found(second),
            "exact_dob": found(second && has_dob),
            "partial": found(false),
        },
    })
}

/// One register that was searched: count 0 when nobody was found.
fn register(name: &str, kind: &str, beside_name: &str, is_found: bool) -> Value {
    let fields = if is_found {
        json!(["FORENAME", "SURNAME", beside_name])
    } else {
        json!([])
    };
    json!({
        "database_name": name,
        "database_type": kind,
        "matched_fields": fields,
        "count": u8::from(is_found),
    })
}

fn found(is_found: bool) -> Value {
    json!({ "count": u8::from(is_found), "match": is_found })
}
