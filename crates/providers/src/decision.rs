//! What a result means, in the words common to all checks.

use serde_json::Value;
use wire::value::{CheckResult, CheckType, Decision};

/// The option of identity checks that lets `1+1` pass.
pub const PASS_ON_ONE_PLUS_ONE: &str = "pass_on_1+1";

/// The decision that a result stands for. `1+1` is partial, or passes where the options of the
/// provider say so; matches of a screening warn, and so does everything that asks for a look.
pub fn decision(check_type: CheckType, result: CheckResult, config: &Value) -> Decision {
    let one_is_enough = check_type == CheckType::IdentityCheck
        && config.get(PASS_ON_ONE_PLUS_ONE) == Some(&Value::Bool(true));
    match result {
        CheckResult::TwoPlusTwo | CheckResult::Pass | CheckResult::Passed => Decision::Pass,
        CheckResult::OnePlusOne if one_is_enough => Decision::Pass,
        CheckResult::OnePlusOne | CheckResult::Partial => Decision::Partial,
        CheckResult::Refer
        | CheckResult::Pep
        | CheckResult::Sanction
        | CheckResult::Media
        | CheckResult::Review => Decision::Warn,
        CheckResult::Fail | CheckResult::Failed => Decision::Fail,
        CheckResult::Error => Decision::Error,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_source_passes_only_where_the_policy_says_so() {
        let one = |config| decision(CheckType::IdentityCheck, CheckResult::OnePlusOne, &config);
        assert_eq!(one(json!({})), Decision::Partial);
        assert_eq!(one(json!(null)), Decision::Partial);
        assert_eq!(one(json!({"pass_on_1+1": false})), Decision::Partial);
        assert_eq!(one(json!({"pass_on_1+1": true})), Decision::Pass);
    }

    #[test]
    fn matches_warn_and_never_fail() {
        for result in [
            CheckResult::Pep,
            CheckResult::Sanction,
            CheckResult::Media,
            CheckResult::Refer,
        ] {
            let decided = decision(CheckType::PepsAndSanctionsScreen, result, &json!({}));
            assert_eq!(decided, Decision::Warn);
        }
    }
}
