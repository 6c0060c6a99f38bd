//! The body of a stored check: what the core knew of it last, and what went to and came from the
//! providers. The core forgets checks that can no longer matter; the store never does.

use std::borrow::Cow;

use domain::{Check, CheckId, CheckState, CheckVariantId, TaskId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::checks::CheckRow;
use uuid::Uuid;
use wire::stored::CheckBody;

use crate::change::Draft;
use crate::{Failure, convert};

#[derive(Serialize, Deserialize)]
struct Stored<'body> {
    format: u32,
    state: wire::value::CheckState,
    tasks: Vec<Uuid>,
    asked: bool,
    completed: Option<i64>,
    result: Option<String>,
    decision: Option<wire::value::Decision>,
    body: Cow<'body, CheckBody>,
}

/// The body of a check that is being ordered on the present data.
pub(crate) fn ordered(
    draft: &Draft<'_>,
    variant: CheckVariantId,
    extra: Map<String, Value>,
) -> CheckBody {
    let options = match draft.config.check_options.get(&variant) {
        Some(Value::Object(options)) => options.clone(),
        _ => Map::new(),
    };
    CheckBody {
        input: draft.data.clone(),
        options,
        extra,
        ..CheckBody::default()
    }
}

/// The text of a check's body.
pub(crate) fn write(check: &Check, body: &CheckBody) -> String {
    let stored = Stored {
        format: 1,
        state: convert::check_state(check.state),
        tasks: check.tasks.iter().map(|task| convert::id(task.0)).collect(),
        asked: check.asked,
        completed: check.completed.map(Timestamp::as_microsecond),
        result: check.result.clone(),
        decision: check.decision.map(convert::decision),
        body: Cow::Borrowed(body),
    };
    serde_json::to_string(&stored).unwrap_or_default()
}

/// A check as it was stored.
pub(crate) fn read(row: &CheckRow) -> Result<(Check, CheckBody), Failure> {
    let stored: Stored<'_> = serde_json::from_str(&row.body).map_err(Failure::internal)?;
    let at = |micros: i64| Timestamp::from_microsecond(micros).map_err(Failure::internal);
    let check = Check {
        id: CheckId(row.id),
        variant: CheckVariantId(row.variant_id),
        tasks: stored
            .tasks
            .iter()
            .map(|task| TaskId(task.as_u128()))
            .collect(),
        state: match stored.state {
            wire::value::CheckState::Pending => CheckState::Pending,
            wire::value::CheckState::Running => CheckState::Running,
            wire::value::CheckState::Complete => CheckState::Complete,
        },
        asked: stored.asked,
        ordered: at(row.ordered_at)?,
        completed: stored.completed.map(at).transpose()?,
        result: stored.result,
        decision: stored.decision.map(convert::of_decision),
        candidates: Vec::new(),
    };
    Ok((check, stored.body.into_owned()))
}
