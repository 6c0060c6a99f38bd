//! Answers that are assumed and asked of nobody: for trying out what a policy would make of a book.

use serde_json::json;
use wire::resource::Error;
use wire::value::{AssumedAnswer, CheckResult, Decision, ErrorCode};

use crate::demo;
use crate::{CheckAnswer, CheckRequest, decision};

/// The name under which assumed answers appear.
pub const PROVIDER_NAME: &str = "Assumption";

/// What a check is taken to answer, at once and always the same.
///
/// `pass` passes whatever the data lack and finds nobody. `fail` is the type's failing result; a
/// screening, which never fails, finds one match on a sanctions list. `error` is error 303.
/// `as_demo` is what the demo provider makes of the data, without its delays.
pub fn answer(assumed: AssumedAnswer, request: &CheckRequest) -> CheckAnswer {
    match assumed {
        AssumedAnswer::Pass => with_decision(request, Decision::Pass),
        AssumedAnswer::Fail => with_decision(request, Decision::Fail),
        AssumedAnswer::Error => failed(request),
        AssumedAnswer::AsDemo => demo::answer(request),
    }
}

/// The type's own result that comes to this decision. A type that has none for a failure is a
/// screening, or asks for a second look.
fn with_decision(request: &CheckRequest, wanted: Decision) -> CheckAnswer {
    let results = request.check_type.results();
    let of = |result: &CheckResult| decision(request.check_type, *result, &request.config);
    let named = results.iter().find(|result| of(result) == wanted);
    let output = || json!({ "entity_type": request.check_type.entity_type() });
    match named {
        Some(result) => CheckAnswer::with_result(request, PROVIDER_NAME, *result, output()),
        None if results.contains(&CheckResult::Sanction) => {
            demo::with_match(request, PROVIDER_NAME)
        }
        None => CheckAnswer::with_result(request, PROVIDER_NAME, CheckResult::Refer, output()),
    }
}

fn failed(request: &CheckRequest) -> CheckAnswer {
    let message = "the provider is assumed to end in an error";
    let error = Error::provider(ErrorCode::ProviderUnknownError, message);
    CheckAnswer::failed(request, PROVIDER_NAME, vec![error])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;
    use wire::time::DateTime;
    use wire::value::CheckType;

    use super::*;

    #[test]
    fn every_type_of_check_can_be_assumed_to_pass_to_fail_and_to_err() {
        for check_type in CheckType::ALL {
            let request = CheckRequest {
                check_id: Uuid::nil(),
                check_type: *check_type,
                input: json!({}).into(),
                config: json!({}),
                extra: BTreeMap::new(),
                now: DateTime::from_micros(0),
            };
            let of = |assumed| answer(assumed, &request);
            assert_eq!(
                of(AssumedAnswer::Pass).decision,
                Decision::Pass,
                "{check_type}"
            );
            assert_eq!(
                of(AssumedAnswer::Error).decision,
                Decision::Error,
                "{check_type}"
            );
            let failed = of(AssumedAnswer::Fail);
            let is_fail = failed.decision == Decision::Fail;
            let is_match = failed.decision == Decision::Warn;
            assert!(is_fail || is_match, "{check_type}: {:?}", failed.decision);
            let is_screening = check_type.results().contains(&CheckResult::Sanction);
            assert_eq!(
                failed.events.len(),
                usize::from(is_screening),
                "{check_type}"
            );
        }
    }
}
