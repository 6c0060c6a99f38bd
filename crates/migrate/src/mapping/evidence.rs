//! Evidence: what the old system decided about a client, as a pass of one of its tasks.
//!
//! ```yaml
//! evidence:
//!   - task: verify_identity            # alias of the task variant
//!     provenance: Northgate KYC review # where the pass comes from; the task shows it
//!     outcome:                         # must become passed or failed
//!       {from: KYC_OUTCOME, steps: [{lookup: {values: {PASS: passed, REFER: failed, FAIL: failed}}}]}
//!     done_on: {from: [LAST_KYC_DATE, OPENED_ON], steps: [first_present, date]}
//!     done_by: {from: REVIEWER}
//!     when: open                       # or always
//!     valid_days: 730
//!     spread_days: 90
//! ```
//!
//! `outcome`, `done_on` and `done_by` are fields like any other, without `to`. A row without an
//! outcome has no evidence. `passed` passes the task as of `done_on`, from which its expiry counts; a
//! pass without a day is none and warns, and so does a decision of a day after the book's `as_of`. A
//! pass that has expired by now is kept on record, and a new version of its task is open. `failed`
//! leaves the task open and says so in a note on it.
//!
//! `when: open` (unless said) leaves a task alone that automation has passed meanwhile, since a check
//! of today is the better evidence; `always` puts the old pass in its place.
//!
//! How long a pass is good for is a matter of the policy; `valid_days` says it in its stead, and
//! `spread_days` puts the day off by 0 to so many days less one, by a hash of the client's reference,
//! so that a book does not expire on one day. What was overdue on the day the run began counts from
//! that day.

use std::sync::Arc;

use document::Fields;

use super::fields::read_value;
use super::steps::Context;
use super::{Field, Origin};

/// The longest time a pass may be good for, and the longest spread, in days.
const DAYS_MAX: u32 = 36_500;

/// How a row becomes evidence for one task.
#[derive(Clone, Debug)]
pub struct EvidenceMap {
    /// Alias of the task variant.
    pub task: Arc<str>,
    /// Where the mapping names the task.
    pub origin: Origin,
    /// Where the decision comes from.
    pub provenance: Arc<str>,
    /// Must become `passed` or `failed`.
    pub outcome: Field,
    /// Must become an ISO date.
    pub done_on: Field,
    /// Who decided, when the book knows.
    pub done_by: Option<Field>,
    /// It counts although automation has passed the task meanwhile.
    pub is_always: bool,
    /// Days after `done_on` on which the pass expires; `None`: as the policy says.
    pub valid_days: Option<u32>,
    /// Over how many days expiries are spread; 0 and 1: not.
    pub spread_days: u32,
}

/// The section `evidence` of a client file.
pub(super) fn read_evidence(fields: &Fields<'_>, context: &Context<'_>) -> Vec<EvidenceMap> {
    let mut read: Vec<EvidenceMap> = Vec::new();
    for value in fields.list("evidence") {
        let Some(map) = value.fields().and_then(|fields| one(fields, context)) else {
            continue;
        };
        if let Some(before) = read.iter().find(|before| before.task == map.task) {
            let line = before.origin.place.line;
            let message = format!("line {line} has evidence for the task \"{}\" too", map.task);
            let collector = fields.collector();
            let hint = "make one outcome of several columns with first_present";
            collector.report_with_hint(&map.origin.path, map.origin.place, message, hint);
        }
        read.push(map);
    }
    read
}

fn one(fields: Fields<'_>, context: &Context<'_>) -> Option<EvidenceMap> {
    let task = fields.required("task").and_then(|value| {
        let alias = value.text()?.to_owned();
        Some((alias, Origin::of(&value)))
    });
    let provenance = fields.text("provenance").into();
    let part = |key: &str, fields: Option<Fields<'_>>| {
        let fields = fields?;
        let field = read_value(&fields, context, key);
        fields.finish();
        Some(field)
    };
    let outcome = part("outcome", fields.mapping("outcome"));
    let done_on = part("done_on", fields.mapping("done_on"));
    let done_by = part("done_by", fields.optional_mapping("done_by"));
    let is_always = fields.optional_one_of("when", &[("open", false), ("always", true)]);
    let valid_days = fields.optional_integer("valid_days", 1..=DAYS_MAX);
    let spread_days = fields.optional_integer("spread_days", 0..=DAYS_MAX);
    if let (true, None, Some(value)) = (
        spread_days.is_some(),
        valid_days,
        fields.optional("spread_days"),
    ) {
        value.report_with_hint(
            "a spread needs valid_days beside it",
            "or leave the spread to the policy: expiry: {spread: …} of the task",
        );
    }
    fields.finish();
    let (task, origin) = task?;
    Some(EvidenceMap {
        task: task.into(),
        origin,
        provenance,
        outcome: outcome?,
        done_on: done_on?,
        done_by,
        is_always: is_always.unwrap_or(false),
        valid_days,
        spread_days: spread_days.unwrap_or(0),
    })
}
