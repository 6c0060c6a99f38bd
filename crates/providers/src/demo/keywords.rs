//! The words of a name that tell the demo provider what to answer.

use std::collections::BTreeSet;

use serde_json::Value;
use wire::value::CheckResult;

/// How long `DELAY` alone takes.
const DELAY_SECONDS: u64 = 5;

/// Longer delays are cut to this.
pub const DELAY_SECONDS_MAX: u64 = 600;

/// The words of one name, in upper case.
pub(super) struct Keywords {
    words: BTreeSet<String>,
    /// How long to wait before answering; 0 when the name asks for nothing.
    pub(super) delay_seconds: u64,
}

impl Keywords {
    /// The words in the names of a person or a company.
    pub(super) fn of(data: &Value) -> Keywords {
        let name = &data["personal_details"]["name"];
        let given = name["given_names"].as_array().into_iter().flatten();
        let names = given.chain([
            &name["title"],
            &name["family_name"],
            &data["metadata"]["name"],
        ]);
        let words: BTreeSet<String> = names
            .filter_map(Value::as_str)
            .flat_map(|name| name.split(|c: char| !c.is_alphanumeric() && c != '+'))
            .filter(|word| !word.is_empty())
            .map(str::to_uppercase)
            .collect();
        let delay_seconds = words
            .iter()
            .filter_map(|word| seconds(word))
            .max()
            .unwrap_or(0);
        Keywords {
            words,
            delay_seconds,
        }
    }

    /// Whether the name has the word, which is given in upper case.
    pub(super) fn has(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// The first result that the name asks for and that is possible; otherwise `otherwise`.
    pub(super) fn result(&self, possible: &[CheckResult], otherwise: CheckResult) -> CheckResult {
        const RESULTS: [(&str, CheckResult); 7] = [
            ("FAIL", CheckResult::Fail),
            ("FAIL", CheckResult::Failed),
            ("REFER", CheckResult::Refer),
            ("REFER", CheckResult::Review),
            ("1+1", CheckResult::OnePlusOne),
            ("PARTIAL", CheckResult::OnePlusOne),
            ("PARTIAL", CheckResult::Partial),
        ];
        let found = RESULTS
            .iter()
            .find(|(word, result)| self.has(word) && possible.contains(result));
        let one_plus_one = self.has("1+1") && possible.contains(&CheckResult::Partial);
        match found {
            Some((_, result)) => *result,
            None if one_plus_one => CheckResult::Partial,
            None => otherwise,
        }
    }
}

/// The seconds of `DELAY` and `DELAY30`; nothing for other words, such as `DELANEY`.
fn seconds(word: &str) -> Option<u64> {
    let digits = word.strip_prefix("DELAY")?;
    if digits.is_empty() {
        return Some(DELAY_SECONDS);
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(
        digits
            .parse()
            .unwrap_or(DELAY_SECONDS_MAX)
            .min(DELAY_SECONDS_MAX),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn delay(family_name: &str) -> u64 {
        let name = json!({"family_name": family_name});
        Keywords::of(&json!({"personal_details": {"name": name}})).delay_seconds
    }

    #[test]
    fn only_the_whole_word_delays() {
        assert_eq!(delay("delay"), 5);
        assert_eq!(delay("van Delay30"), 30);
        assert_eq!(delay("DELAY99999999999999999999"), DELAY_SECONDS_MAX);
        for name in ["Delaney", "Delays", "Delay3x", "Undelay", ""] {
            assert_eq!(delay(name), 0, "{name}");
        }
    }

    #[test]
    fn words_are_whole_and_in_any_case() {
        let name = json!({"given_names": ["Alex 1+1", "x-Fail"], "family_name": "Pepper"});
        let keywords = Keywords::of(&json!({"personal_details": {"name": name}}));
        assert!(keywords.has("1+1") && keywords.has("FAIL") && !keywords.has("PEP"));
    }
}
