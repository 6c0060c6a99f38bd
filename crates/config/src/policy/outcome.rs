//! Outcomes: where a flow ends.

use document::Value;
use domain::PolicyOutcome;

use super::Reading;
use super::graph::{Draft, Target};
use crate::naming::DESCRIPTION_CHARS_MAX;

/// The key of an immediate rejection with its reason.
pub(super) const REJECTION_KEY: &str = "immediate_rejection";

/// Reads an outcome and makes it an element.
pub(super) fn element<'a>(reading: &mut Reading<'_, 'a>, value: &Value<'a>) -> Target {
    match read(value) {
        Some(outcome) => reading.graph.push(Draft::Outcome(outcome), value),
        None => Target::Wrong,
    }
}

/// A word, or `{immediate_rejection: reason}`.
fn read(value: &Value<'_>) -> Option<PolicyOutcome> {
    if value.scalar().is_some() {
        let rejection = PolicyOutcome::ImmediateRejection {
            reason: String::new(),
        };
        return value.one_of(&[
            ("automatic_approval", PolicyOutcome::AutomaticApproval),
            ("manual_review", PolicyOutcome::ManualReview),
            (REJECTION_KEY, rejection),
        ]);
    }
    let fields = value.fields()?;
    let reason = fields.text(REJECTION_KEY).to_owned();
    fields.finish();
    if reason.chars().count() > DESCRIPTION_CHARS_MAX {
        let message = format!("a reason has at most {DESCRIPTION_CHARS_MAX} characters");
        value.report(message);
    }
    Some(PolicyOutcome::ImmediateRejection { reason })
}
