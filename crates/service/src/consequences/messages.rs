//! The bodies of webhook messages.

use domain::{CheckId, Stage};
use serde::Serialize;
use store::profiles::ProfileRow;
use wire::resource::{ApiKey, User};
use wire::value::WebhookEvent;
use wire::webhook::{
    Action, CheckCompleted, ManualActionRequired, Product, Subject, TaskChanged, Variant,
    WaitingApplication,
};

use crate::change::Draft;
use crate::{Actor, convert};

/// An event with its body as it is sent.
pub(super) fn event(event: WebhookEvent, body: &impl Serialize) -> Option<(WebhookEvent, String)> {
    let body = serde_json::to_string(body).ok()?;
    Some((event, body))
}

pub(super) fn product_of(draft: &Draft<'_>, id: domain::ProductId) -> Option<Product> {
    let product = draft.config.config.products.get(&id)?;
    Some(Product {
        alias: product.alias.clone(),
        id: convert::id(id.0),
        name: product.name.clone(),
    })
}

pub(super) fn subject(row: &ProfileRow, actor: &Actor) -> Subject {
    let apikey = match actor {
        Actor::Key { name, .. } => Some(ApiKey {
            name: name.clone(),
            expiry: None,
        }),
        Actor::User { .. }
        | Actor::Policy
        | Actor::Provider { .. }
        | Actor::Clock
        | Actor::Support => None,
    };
    let user = match actor {
        Actor::User { id, name, email } => Some(User {
            id: convert::id(u128::from_str_radix(id, 16).unwrap_or_default()),
            name: name.clone(),
            email: email.clone(),
        }),
        Actor::Key { .. }
        | Actor::Policy
        | Actor::Provider { .. }
        | Actor::Clock
        | Actor::Support => None,
    };
    Subject {
        profile_id: convert::id(row.id),
        customer_ref: row.customer_ref.clone(),
        apikey,
        user,
    }
}

fn task_of(
    draft: &Draft<'_>,
    task: domain::TaskId,
    variant: domain::TaskVariantId,
) -> Option<wire::webhook::Task> {
    let known = draft.config.config.tasks.get(&variant)?;
    let state = draft.profile.tasks.iter().find(|one| one.id == task)?.state;
    Some(wire::webhook::Task {
        id: convert::id(task.0),
        state: convert::task_state(state),
        task_type: convert::task_type(Some(known)),
        variant: Variant {
            id: convert::id(variant.0),
            alias: known.alias.clone(),
            name: Some(known.name.clone()),
        },
    })
}

pub(super) fn task_changed(
    draft: &Draft<'_>,
    row: &ProfileRow,
    actor: &Actor,
    (task, variant): (domain::TaskId, domain::TaskVariantId),
) -> Option<(WebhookEvent, String)> {
    let task = task_of(draft, task, variant)?;
    let changed = TaskChanged {
        subject: subject(row, actor),
        task,
    };
    event(WebhookEvent::TaskStateChanged, &changed)
}

pub(super) fn check_completed(
    draft: &Draft<'_>,
    row: &ProfileRow,
    actor: &Actor,
    id: CheckId,
) -> Option<(WebhookEvent, String)> {
    let check = draft.profile.checks.iter().find(|one| one.id == id)?;
    let variant = draft.config.config.checks.get(&check.variant);
    let completed = CheckCompleted {
        subject: subject(row, actor),
        check: wire::webhook::Check {
            id: convert::id(id.0),
            check_type: convert::check_type(variant),
            result: check.result.as_ref().and_then(|result| result.parse().ok()),
            decision: check.decision.map(convert::decision),
        },
    };
    event(WebhookEvent::CheckCompleted, &completed)
}

/// *Manual action required* fires whenever an application comes to wait for a person or the API,
/// also when automation began and ended in one commit.
pub(super) fn manual_action(
    draft: &Draft<'_>,
    row: &ProfileRow,
    actor: &Actor,
    (id, from, to): (domain::ApplicationId, &Stage, &Stage),
) -> Option<(WebhookEvent, String)> {
    let application = draft.profile.applications.iter().find(|one| one.id == id)?;
    let other = std::mem::discriminant(from) != std::mem::discriminant(to);
    if application.stage != *to || !to.needs_hands() || !(other || asks_for_more(from, to)) {
        return None;
    }
    let waiting = WaitingApplication {
        id: convert::id(id.0),
        product: product_of(draft, application.product)?,
        status: convert::status(application.status),
    };
    let action = |action_type: &str, task| Action {
        action_type: action_type.to_owned(),
        due: None,
        applications: vec![waiting.clone()],
        task,
    };
    let actions = match to {
        Stage::WaitsForTasks(variants) if !variants.is_empty() => variants
            .iter()
            .filter(|variant| other || !tasks_of(from).contains(variant))
            .map(|variant| {
                let live = draft.profile.live_task(*variant);
                action(
                    "COMPLETE_TASK",
                    live.and_then(|task| task_of(draft, task.id, *variant)),
                )
            })
            .collect(),
        Stage::WaitsForTasks(_) => vec![action("RESOLVE_EVENTS", None)],
        Stage::WaitsForRisk(_) | Stage::WaitsForData(_) => vec![action("SUPPLY_DATA", None)],
        Stage::ReadyForDecision => vec![action("DECIDE_APPLICATION", None)],
        Stage::New
        | Stage::WaitsForChecks
        | Stage::WaitsForAssociates
        | Stage::Decided
        | Stage::Unsettled => vec![action("REVIEW_APPLICATION", None)],
    };
    let body = ManualActionRequired {
        subject: subject(row, actor),
        actions,
    };
    event(WebhookEvent::ManualActionRequired, &body)
}

/// Whether a stage asks a person for something that an earlier one of its kind did not.
fn asks_for_more(from: &Stage, to: &Stage) -> bool {
    let known = (tasks_of(from), missing_of(from));
    let more_tasks = tasks_of(to).iter().any(|task| !known.0.contains(task));
    more_tasks
        || missing_of(to)
            .iter()
            .any(|missing| !known.1.contains(missing))
}

fn tasks_of(stage: &Stage) -> &[domain::TaskVariantId] {
    if let Stage::WaitsForTasks(tasks) = stage {
        tasks
    } else {
        &[]
    }
}

fn missing_of(stage: &Stage) -> std::collections::BTreeSet<domain::Missing> {
    if let Stage::WaitsForRisk(missing) | Stage::WaitsForData(missing) = stage {
        missing.clone()
    } else {
        std::collections::BTreeSet::new()
    }
}
