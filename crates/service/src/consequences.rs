//! Who hears of a change: the audit, the webhooks, the jobs. One exhaustive match without a
//! wildcard: a new change does not compile until someone decides.

mod messages;
mod references;

use std::borrow::Cow;

use domain::{Change, Reopened, TaskCause};
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use store::Write;
use store::audits::AuditRow;
use store::jobs::NewJob;
use store::messages::NewMessage;
use store::profiles::ProfileRow;
use wire::value::{AuditAction, WebhookEvent};
use wire::webhook::ProductStatusChanged;

use crate::change::Draft;
use crate::{Actor, convert, projection};
use messages::{check_completed, manual_action, product_of, subject, task_changed};

/// One line of the audit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Who.
    pub by: Actor,
    /// What.
    pub action: AuditAction,
    /// In words; no personal data.
    pub message: Cow<'static, str>,
    /// Ids and codes.
    #[serde(rename = "ref")]
    pub reference: Box<RawValue>,
}

impl Entry {
    pub(crate) fn new(
        by: &Actor,
        (action, message): (AuditAction, &'static str),
        reference: &impl Serialize,
    ) -> Entry {
        Entry {
            by: by.clone(),
            action,
            message: message.into(),
            reference: written(reference),
        }
    }
}

fn written(reference: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(reference).unwrap_or_default()
}

/// What one row of the audit holds: everything one commit did to one profile.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AuditBody {
    /// Format of this form.
    pub(crate) format: u32,
    /// Version of the configuration.
    pub(crate) config: u64,
    /// The lines, in order.
    pub(crate) entries: Vec<Entry>,
}

/// The writes that a draft's changes entail.
pub(crate) struct Heard {
    pub(crate) audit: Vec<Write>,
    pub(crate) messages: Vec<Write>,
    pub(crate) jobs: Vec<NewJob>,
}

/// What one change entails.
#[derive(Default)]
struct Consequence {
    audit: Option<(AuditAction, Cow<'static, str>, Box<RawValue>)>,
    message: Option<(WebhookEvent, String)>,
    job: Option<Work>,
}

/// Work that a change asks for.
enum Work {
    /// Run the checks of this profile.
    Checks,
    /// Bring the associates of this company up to date.
    Associates,
    /// Tell these profiles that the company no longer lists them.
    Unlink(Vec<u128>),
}

/// Everything the draft's changes entail.
pub(crate) fn of(draft: &mut Draft<'_>, row: &ProfileRow) -> Heard {
    let happened = std::mem::take(&mut draft.happened);
    let mut entries = std::mem::take(&mut draft.audit);
    let (mut messages, mut jobs) = (Vec::new(), Vec::new());
    for (actor, change) in &happened {
        let consequence = consequence(draft, row, actor, change);
        if let Some((action, message, reference)) = consequence.audit {
            entries.push(Entry {
                by: actor.clone(),
                action,
                message,
                reference,
            });
        }
        if let Some((event, body)) = consequence.message {
            messages.push(store::messages::insert(&NewMessage {
                account: row.account,
                id: draft.fresh_id(),
                event: event.as_str().to_owned(),
                at: row.modified_at,
                body,
            }));
        }
        if let Some(work) = consequence.job {
            jobs.extend(enqueue(draft, work));
        }
    }
    draft.happened = happened;
    Heard {
        audit: audit_write(draft, row, entries).into_iter().collect(),
        messages,
        jobs,
    }
}

fn audit_write(draft: &mut Draft<'_>, row: &ProfileRow, entries: Vec<Entry>) -> Option<Write> {
    if entries.is_empty() {
        return None;
    }
    let body = AuditBody {
        format: 1,
        config: draft.profile.config_version,
        entries,
    };
    Some(store::audits::insert(&AuditRow {
        account: row.account,
        profile_id: row.id,
        id: draft.fresh_id(),
        at: row.modified_at,
        body: serde_json::to_string(&body).unwrap_or_default(),
    }))
}

fn enqueue(draft: &Draft<'_>, work: Work) -> Vec<NewJob> {
    let profile = draft.profile.id.0;
    let job = |key: String, kind: &str| NewJob {
        account: draft.account.row.account,
        key,
        kind: kind.to_owned(),
        profile_id: Some(profile),
        due_at: draft.now_micros(),
        body: "{}".to_owned(),
        created_at: draft.now_micros(),
    };
    match work {
        Work::Checks => vec![job(format!("checks:{}", convert::hex(profile)), "checks")],
        Work::Associates => vec![projection::associates_job(draft, profile)],
        Work::Unlink(children) => children
            .into_iter()
            .map(|child| NewJob {
                body: json!({ "child": convert::hex(child) }).to_string(),
                ..job(
                    format!("unlink:{}:{}", convert::hex(profile), convert::hex(child)),
                    "unlink",
                )
            })
            .collect(),
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "one arm per change, so that none is forgotten"
)]
fn consequence(draft: &Draft<'_>, row: &ProfileRow, actor: &Actor, change: &Change) -> Consequence {
    let nobody = Consequence::default;
    match change {
        Change::ProfileCreated => audit(
            AuditAction::CreatedProfile,
            "created the profile",
            &json!({}),
        ),
        Change::CollectedReplaced => audit(
            AuditAction::ReplaceCollectedData,
            "replaced the collected data",
            &json!({ "version": row.data_version }),
        ),
        Change::AssociatesListed(ids) => Consequence {
            job: Some(Work::Associates),
            ..audit(
                AuditAction::LinkedProfile,
                "put profiles on the lists of associates",
                &references::profiles(ids),
            )
        },
        Change::AssociateRolesChanged(ids) => Consequence {
            job: Some(Work::Associates),
            ..audit(
                AuditAction::LinkedProfile,
                "changed the roles of associates",
                &references::profiles(ids),
            )
        },
        Change::AssociatesRemoved(ids) => Consequence {
            job: Some(Work::Unlink(ids.iter().map(|id| id.0).collect())),
            ..audit(
                AuditAction::UnlinkedProfile,
                "took profiles off the lists of associates",
                &references::profiles(ids),
            )
        },
        Change::StatusChanged { from, to } => audit(
            AuditAction::ProfileStatusChanged,
            format!(
                "changed the status of the profile from {} to {}",
                from.name(),
                to.name()
            ),
            &json!({ "from": from.name(), "to": to.name() }),
        ),
        Change::TagAdded(tag) => audit(
            AuditAction::AddedATag,
            "added a tag",
            &json!({ "tag": tag.name }),
        ),
        Change::TagRemoved(tag) => audit(
            AuditAction::RemovedATag,
            "removed a tag",
            &json!({ "tag": tag.name }),
        ),
        Change::ConfigurationMoved { from: 0, .. }
        | Change::UnlinkedChanged
        | Change::CheckStarted(_)
        | Change::RerunWanted(_)
        | Change::PolicyApplied(_)
        | Change::AssociatesRefreshed(_)
        | Change::CheckTasksChanged(_) => nobody(),
        Change::ConfigurationMoved { from, to } => audit(
            AuditAction::Comment,
            format!("moved from policy version {from} to {to}"),
            &json!({ "from": from, "to": to }),
        ),
        Change::ApplicationAdded {
            application,
            product,
        } => audit(
            AuditAction::AddedProduct,
            "added a product application",
            &json!({ "application": convert::id(application.0), "product": references::product(draft, *product) }),
        ),
        Change::RiskAssessed {
            application,
            from,
            to,
            score_changed: _,
        } => match references::risk(draft, *application, (from, to)) {
            Some(risk) => audit(AuditAction::ChangedRisk, "assessed the risk", &risk),
            None => nobody(),
        },
        Change::StageChanged {
            application,
            from,
            to,
        } => Consequence {
            message: manual_action(draft, row, actor, (*application, from, to)),
            ..nobody()
        },
        Change::ApplicationMoved {
            application,
            from,
            to,
            comment,
            reverted,
            ..
        } => application_moved(
            draft,
            row,
            actor,
            (*application, *from, *to),
            (comment.as_deref(), *reverted),
        ),
        Change::TaskAdded {
            task,
            variant,
            cause,
        } => audit(
            AuditAction::AddedATask,
            match cause {
                TaskCause::Policy => "added a task that the policy requires",
                TaskCause::Expiry => "issued the next version of a task ahead of its expiry",
                TaskCause::Person => "added a task",
                TaskCause::Revert => {
                    "issued a new version of a task because a decision was reverted"
                }
            },
            &references::task(draft, *task, *variant),
        ),
        Change::TaskPassed {
            task,
            variant,
            by_hand,
        } => Consequence {
            message: task_changed(draft, row, actor, (*task, *variant)),
            ..audit(
                AuditAction::CompletedATask,
                if *by_hand {
                    "marked a task as passed"
                } else {
                    "passed a task"
                },
                &references::task(draft, *task, *variant),
            )
        },
        Change::TaskFailed { task, variant } => Consequence {
            message: task_changed(draft, row, actor, (*task, *variant)),
            ..audit(
                AuditAction::CompletedATask,
                "marked a task as failed",
                &references::task(draft, *task, *variant),
            )
        },
        Change::TaskReopened { task, variant, why } => Consequence {
            message: task_changed(draft, row, actor, (*task, *variant)),
            ..audit(
                AuditAction::UncompletedATask,
                match why {
                    Reopened::ByHand => "marked a task as incomplete",
                    Reopened::NewMatch => "reopened a task because of a new match",
                    Reopened::Associates => {
                        "reopened a task because not enough associates are approved"
                    }
                    Reopened::NewAssociate => "reopened a task because an associate was added",
                },
                &references::task(draft, *task, *variant),
            )
        },
        Change::TaskExpirySet(task) => expiry_set(draft, *task),
        Change::TaskCameDue(task) => audit(
            AuditAction::Comment,
            "the next version of a task came into force",
            &json!({ "task": convert::id(task.0) }),
        ),
        Change::TaskExpired(task) => audit(
            AuditAction::ExpiredATask,
            "a task version became history",
            &references::task(draft, task.id, task.variant),
        ),
        Change::CheckOrdered { check, variant } => Consequence {
            job: Some(Work::Checks),
            ..audit(
                AuditAction::InstructedCheck,
                "ordered a check",
                &references::check(draft, *check, *variant),
            )
        },
        Change::CheckCompleted { check, variant } => Consequence {
            message: check_completed(draft, row, actor, *check),
            ..audit(
                AuditAction::UpdatedCheck,
                "a check ended",
                &references::check(draft, *check, *variant),
            )
        },
        Change::EventAdded(event) => audit(
            AuditAction::AddedEvent,
            "a match or alert came in",
            &references::event(draft, *event),
        ),
        Change::EventResolved { event, from, to } => {
            let mut reference = references::event(draft, *event);
            reference["from"] = json!(convert::resolution(*from));
            reference["to"] = json!(convert::resolution(*to));
            audit(
                AuditAction::EventResolution,
                "resolved a match or alert",
                &reference,
            )
        }
        Change::AssociateAsked { associate, product } => Consequence {
            job: Some(Work::Associates),
            ..audit(
                AuditAction::AddedProfileToVerificationList,
                "an associate applies on the company's behalf",
                &json!({ "profile": convert::id(associate.0), "product": references::product(draft, *product) }),
            )
        },
        Change::AssociatesWanted(keys) => Consequence {
            job: Some(Work::Associates),
            ..audit(
                AuditAction::AffiliateAdded,
                "associates are to be added automatically",
                &json!({ "count": keys.len() }),
            )
        },
        Change::AssociatesAdded(keys) => audit(
            AuditAction::AffiliateAdded,
            "associates were added automatically",
            &json!({ "count": keys.len() }),
        ),
        Change::ParentLinked { parent, roles } => audit(
            AuditAction::LinkedProfile,
            "a company lists this profile as its associate",
            &json!({ "company": convert::id(parent.0), "roles": roles.iter().map(|role| role.name()).collect::<Vec<_>>() }),
        ),
        Change::ParentUnlinked(parent) => audit(
            AuditAction::UnlinkedProfile,
            "a company no longer lists this profile",
            &json!({ "company": convert::id(parent.0) }),
        ),
    }
}

fn audit(
    action: AuditAction,
    message: impl Into<Cow<'static, str>>,
    reference: &impl Serialize,
) -> Consequence {
    Consequence {
        audit: Some((action, message.into(), written(reference))),
        ..Consequence::default()
    }
}

fn expiry_set(draft: &Draft<'_>, task: domain::TaskId) -> Consequence {
    let found = draft.profile.tasks.iter().find(|one| one.id == task);
    let by_hand = found.is_some_and(|task| task.custom_expiry);
    // An expiry that follows from passing is told by the passing.
    if !by_hand {
        return Consequence::default();
    }
    let at = found.and_then(|task| task.expires).map(|at| at.to_string());
    audit(
        AuditAction::Comment,
        "set the expiry of a task",
        &json!({ "task": convert::id(task.0), "expires": at }),
    )
}

fn application_moved(
    draft: &Draft<'_>,
    row: &ProfileRow,
    actor: &Actor,
    (id, from, to): (
        domain::ApplicationId,
        domain::ApplicationStatus,
        domain::ApplicationStatus,
    ),
    (comment, reverted): (Option<&str>, bool),
) -> Consequence {
    let action = match (reverted, actor) {
        (true, _) => AuditAction::RevertDecision,
        (false, Actor::Policy) if to == domain::ApplicationStatus::InReview => {
            AuditAction::ProfileApplicationStatusChanged
        }
        (false, Actor::Policy | Actor::Clock | Actor::Provider { .. }) => AuditAction::AutoDecision,
        (false, Actor::Key { .. } | Actor::User { .. } | Actor::Support) => {
            AuditAction::ManualDecision
        }
    };
    let found = draft.profile.applications.iter().find(|one| one.id == id);
    let product = found.map(|application| application.product);
    let message = format!(
        "moved the application from {} to {}",
        from.name(),
        to.name()
    );
    let reference = references::decision(draft, (id, from, to), comment);
    let body = product
        .and_then(|product| product_of(draft, product))
        .and_then(|product| {
            let changed = ProductStatusChanged {
                subject: subject(row, actor),
                application_id: convert::id(id.0),
                new_status: convert::status(to),
                product,
            };
            messages::event(WebhookEvent::ProductStatusChanged, &changed)
        });
    Consequence {
        message: body,
        ..audit(action, message, &reference)
    }
}
