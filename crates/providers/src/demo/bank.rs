//! Checks of bank accounts.

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
    let result = keywords.result(request.check_type.results(), CheckResult::Pass);
    let is_match = result == CheckResult::Pass;
    let verified = |account: &Value| {
        json!({
            "performed_on": request.now,
            "match": is_match,
            "bank_account": account,
            "comments": [comment(is_match)],
        })
    };
    let accounts = request.input["bank_accounts"]
        .as_array()
        .into_iter()
        .flatten();
    let mut output = json!({
        "entity_type": "INDIVIDUAL",
        "bank_account_verifications": accounts.map(verified).collect::<Vec<_>>(),
    });
    if let Some(history) = request.input.get("address_history") {
        output["address_history"] = history.clone();
    }
    Ok(CheckAnswer::with_result(
        request,
        PROVIDER_NAME,
        result,
        output,
    ))
}

fn comment(is_match: bool) -> Value {
    let (kind, message) = if is_match {
        ("MATCH", "the account belongs to the person")
    } else {
        ("MISMATCH", "the account does not belong to the person")
    };
    json!({ "type": kind, "message": message, "component": "UK_ACCOUNT_NUMBER" })
}
