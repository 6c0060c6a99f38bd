//! Checks.

use domain::{Check, CheckState};
use serde_json::Map;
use wire::resource::{CheckResource, CheckVariant};
use wire::stored::CheckBody;
use wire::time::DateTime;

use super::View;
use crate::convert;

/// A check with its stored body.
pub(crate) fn check(view: View<'_>, check: &Check, body: &CheckBody) -> CheckResource {
    let variant = view.config.config.checks.get(&check.variant);
    let ended = check.state == CheckState::Complete;
    CheckResource {
        id: convert::id(check.id.0),
        check_type: convert::check_type(variant),
        variant: Some(CheckVariant {
            id: convert::id(check.variant.0),
            alias: variant.map(|variant| variant.alias.clone()),
            name: variant.map(|variant| variant.name.clone()),
        }),
        state: convert::check_state(check.state),
        performed_on: check
            .completed
            .map(|at| DateTime::from_micros(at.as_microsecond())),
        errors: body.errors.clone(),
        task_ids: check.tasks.iter().map(|task| convert::id(task.0)).collect(),
        instructed_externally: check.asked,
        providers: body.providers.clone(),
        input_data: Some(body.input.clone()),
        output_data: body.output.clone().filter(|_| ended),
        result: check.result.as_ref().and_then(|result| result.parse().ok()),
        decision: check.decision.map(convert::decision),
        extra: body.extra.clone().into_iter().collect::<Map<_, _>>(),
    }
}
