//! Checks of which the contract only says that they have a result.

use serde_json::json;
use wire::value::CheckResult;

use super::PROVIDER_NAME;
use super::keywords::Keywords;
use crate::{CheckAnswer, CheckRequest};

pub(super) fn answer(request: &CheckRequest, keywords: &Keywords) -> CheckAnswer {
    let possible = request.check_type.results();
    let passed = possible.first().copied().unwrap_or(CheckResult::Pass);
    let result = keywords.result(possible, passed);
    let output = json!({
        "entity_type": request.check_type.entity_type(),
        "summary": format!("the demo provider says {result}"),
    });
    CheckAnswer::with_result(request, PROVIDER_NAME, result, output)
}
