//! The nested form of a flow: a list of elements, each going on with the next, and branches with
//! flows of their own that come back to the next element when they do not end.

use document::{Fields, Value};
use domain::TaskVariantId;

use super::graph::{Draft, Target};
use super::{Reading, outcome};
use crate::section::Section;
use crate::{condition, naming};

/// Makes the elements of a list, which goes on with `after`, and tells where it begins.
pub(super) fn sequence<'a>(
    reading: &mut Reading<'_, 'a>,
    items: &[Value<'a>],
    after: Target,
) -> Target {
    items
        .iter()
        .rev()
        .fold(after, |after, item| element(reading, item, after))
}

fn element<'a>(reading: &mut Reading<'_, 'a>, value: &Value<'a>, after: Target) -> Target {
    let Some(fields) = value.fields() else {
        return Target::Wrong;
    };
    let id = fields.optional("id");
    let found: Vec<&str> = ["tasks", "branch", "outcome", "goto"]
        .into_iter()
        .filter(|key| value.node().get(key).is_some())
        .collect();
    let target = match found.as_slice() {
        ["tasks"] => tasks(reading, &fields, after),
        ["branch"] => branch(reading, &fields, &after),
        ["outcome"] => fields
            .required("outcome")
            .map_or(Target::Wrong, |value| outcome::element(reading, &value)),
        ["goto"] => fields
            .required("goto")
            .map_or(Target::Wrong, |value| goto(&value)),
        _ => {
            // Which of them was meant is unknown, so none of the keys is.
            for key in ["tasks", "branch", "when", "yes", "no", "outcome", "goto"] {
                fields.has(key);
            }
            fields.report("an element of a flow is one of tasks, branch, outcome, goto");
            Target::Wrong
        }
    };
    fields.finish();
    if let Some(id) = id
        && let Some(label) = naming::check_alias(&id)
        && !reading.graph.name(label, target.clone())
    {
        id.report(format!(
            "there is an element with the id \"{label}\" already"
        ));
    }
    target
}

pub(super) fn tasks<'a>(
    reading: &mut Reading<'_, 'a>,
    fields: &Fields<'a>,
    next: Target,
) -> Target {
    let scope = reading.asking.scope;
    let ids = scope.ids(Section::Task, fields, "tasks", reading.entity);
    let Some(value) = fields.optional("tasks").filter(|_| !ids.is_empty()) else {
        return next;
    };
    let add = ids.into_iter().map(TaskVariantId).collect();
    reading.graph.push(Draft::Tasks { add, next }, &value)
}

fn branch<'a>(reading: &mut Reading<'_, 'a>, fields: &Fields<'a>, after: &Target) -> Target {
    let name = naming::name(fields, "branch");
    let when = fields.required("when");
    let condition = when.and_then(|value| condition::read(&reading.asking, &value));
    let (yes, no) = (fields.optional("yes"), fields.optional("no"));
    if yes.is_none() && no.is_none() {
        fields.report("a branch needs \"yes\", \"no\", or both");
    }
    // From the last to the first, as everywhere.
    let no = no.map_or(after.clone(), |value| arm(reading, &value, after));
    let yes = yes.map_or(after.clone(), |value| arm(reading, &value, after));
    let (Some(condition), Some(value)) = (condition, fields.optional("branch")) else {
        return Target::Wrong;
    };
    let branch = Draft::Branch {
        name,
        condition,
        yes,
        no,
    };
    reading.graph.push(branch, &value)
}

/// One side of a branch: a flow, a single element, or an outcome.
fn arm<'a>(reading: &mut Reading<'_, 'a>, value: &Value<'a>, after: &Target) -> Target {
    match &value.node().kind {
        document::Kind::Sequence(_) => {
            let items = value.list().unwrap_or_default();
            sequence(reading, &items, after.clone())
        }
        document::Kind::Mapping(_) if value.node().get(outcome::REJECTION_KEY).is_none() => {
            element(reading, value, after.clone())
        }
        _ => outcome::element(reading, value),
    }
}

fn goto(value: &Value<'_>) -> Target {
    value.text().map_or(Target::Wrong, |label| Target::Label {
        label: label.to_owned(),
        path: value.path().to_owned(),
        place: value.place(),
    })
}
