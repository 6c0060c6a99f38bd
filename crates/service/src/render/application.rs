//! Product applications.

use domain::{Application, Blocker, Decider, Missing, ProfileStatus, Stage, Why};
use wire::resource::{
    ApprovalBlocker, DecisionReason, ProductApplication, ProductResource, StatusChange, User,
    WaitingFor,
};
use wire::time::DateTime;
use wire::value::BlockerType;

use super::{View, risk, task_variant};
use crate::convert;

/// One application of a profile.
pub(crate) fn application(view: View<'_>, application: &Application) -> ProductApplication {
    let config = &view.config.config;
    let flag = convert::flag(application.status, &application.stage);
    let required = application
        .required
        .iter()
        .map(|variant| task_variant(config, *variant));
    ProductApplication {
        id: convert::id(application.id.0),
        product: product(config, application.product),
        associated_role: application.role.and_then(|role| role.name().parse().ok()),
        status: convert::status(application.status),
        flag,
        required_tasks: required.collect(),
        history: application.history.iter().map(step).collect(),
        flag_history: Vec::new(),
        approval_blockers: blockers(view, application),
        assignments: Vec::new(),
        hidden: false,
        waiting_for: waiting_for(view, application),
        risk: application
            .assessment
            .as_ref()
            .map(|one| risk::overview(config, one)),
        decision_reasons: reasons(config, application),
        version: None,
    }
}

fn product(config: &domain::Config, id: domain::ProductId) -> ProductResource {
    let known = config.products.get(&id);
    ProductResource {
        id: convert::id(id.0),
        alias: known
            .map(|product| product.alias.clone())
            .unwrap_or_default(),
        name: known
            .map(|product| product.name.clone())
            .unwrap_or_default(),
        automatically_apply: known.is_some_and(|product| product.auto_apply),
        automatically_approve: known.is_some_and(|product| approves_by_itself(config, product)),
        is_deleted: known.is_none_or(|product| product.retired),
    }
}

/// Whether any way through one of the product's policies ends in automatic approval.
fn approves_by_itself(config: &domain::Config, product: &domain::Product) -> bool {
    let courses = product.individual.iter().chain(&product.company);
    let policies = courses.filter_map(|course| config.policies.get(&course.policy));
    policies.flat_map(|policy| &policy.elements).any(|element| {
        matches!(
            element,
            domain::Element::Outcome(domain::PolicyOutcome::AutomaticApproval)
        )
    })
}

fn step(entry: &domain::HistoryEntry) -> StatusChange {
    let (decisioner, decided_by) = match &entry.by {
        Decider::User { id, name, email } => {
            let user = User {
                id: convert::id(*id),
                name: name.clone(),
                email: email.clone(),
            };
            (Some(user), name.clone())
        }
        Decider::Policy => (None, "Smart policy".to_owned()),
        Decider::CompanyPolicy { company } => {
            let company = convert::id(company.0);
            (None, format!("Smart policy of company {company}"))
        }
        Decider::Key { name } => (None, name.clone()),
    };
    StatusChange {
        status: convert::status(entry.status),
        date: DateTime::from_micros(entry.at.as_microsecond()),
        decisioner,
        comment: entry.comment.clone(),
        decided_by: Some(decided_by),
        policy_version: Some(entry.config_version),
        reasons: entry.reasons.clone(),
        is_revert: entry.reverted,
    }
}

fn blockers(view: View<'_>, application: &Application) -> Vec<ApprovalBlocker> {
    if !application.is_open() || application.status == domain::ApplicationStatus::Approved {
        return Vec::new();
    }
    let config = &view.config.config;
    let blocker = |blocker: Blocker| match blocker {
        Blocker::IncompleteTask(variant) => ApprovalBlocker::incomplete_task(
            convert::task_type(config.tasks.get(&variant)),
            task_variant(config, variant),
        ),
        Blocker::UnresolvedEvent(event) => ApprovalBlocker::unresolved_event(convert::id(event.0)),
        Blocker::SuspendedProfile => ApprovalBlocker::of(BlockerType::SuspendedProfile),
        Blocker::UndeterminedRisk => ApprovalBlocker::of(BlockerType::UndeterminedRisk),
    };
    domain::blockers(view.profile, application)
        .into_iter()
        .map(blocker)
        .collect()
}

/// What the application waits for, in words and codes; additive to the contract.
fn waiting_for(view: View<'_>, application: &Application) -> Vec<WaitingFor> {
    let plain = |kind: &str, message: &str| {
        vec![WaitingFor {
            kind: kind.to_owned(),
            subject: None,
            message: message.to_owned(),
        }]
    };
    match &application.stage {
        Stage::Decided => Vec::new(),
        Stage::New => plain("AUTOMATION", "nothing has looked at it yet"),
        Stage::WaitsForRisk(missing) | Stage::WaitsForData(missing) => {
            missing.iter().map(lacks).collect()
        }
        Stage::WaitsForChecks => plain("CHECKS", "checks are running"),
        Stage::WaitsForAssociates => plain("ASSOCIATES", "associates are being brought through"),
        Stage::WaitsForTasks(variants) if variants.is_empty() => {
            obstacles(view.profile, application).collect()
        }
        Stage::WaitsForTasks(variants) => variants
            .iter()
            .map(|variant| open_task(view, *variant))
            .collect(),
        Stage::ReadyForDecision => plain("DECISION", "ready for a decision"),
        Stage::Unsettled => plain(
            "POLICY",
            "the policy moves in circles; have its author look at it",
        ),
    }
}

/// What is in the way of an approval when no task is.
fn obstacles(
    profile: &domain::Profile,
    application: &Application,
) -> impl Iterator<Item = WaitingFor> {
    let unresolved = profile.open_events().count();
    let matches = (unresolved > 0).then(|| WaitingFor {
        kind: "EVENTS".to_owned(),
        subject: None,
        message: format!("matches to resolve: {unresolved}"),
    });
    let status = profile.status.name();
    let barred = (profile.status != ProfileStatus::Normal).then(|| WaitingFor {
        kind: "PROFILE_STATUS".to_owned(),
        subject: Some(status.to_owned()),
        message: format!("the status of the profile is {status}; only NORMAL can be approved"),
    });
    let risk = application.is_undetermined().then(|| WaitingFor {
        kind: "RISK".to_owned(),
        subject: None,
        message: "the risk is undetermined".to_owned(),
    });
    matches.into_iter().chain(barred).chain(risk)
}

fn open_task(view: View<'_>, variant: domain::TaskVariantId) -> WaitingFor {
    let known = view.config.config.tasks.get(&variant);
    let name = known
        .map(|variant| variant.name.as_str())
        .unwrap_or_default();
    let has_matches =
        known.is_some_and(|variant| variant.screening) && !view.profile.events.is_empty();
    let unresolved = view.profile.open_events().count();
    let message = match unresolved {
        _ if !has_matches => format!("task {name:?} must be passed"),
        // `product.md` 5.3: screening does not pass by itself when a person resolves its matches.
        0 if known.is_some_and(|variant| has_answer(view.profile, variant)) => {
            format!("task {name:?} must be passed by hand: its matches are resolved")
        }
        0 => format!("task {name:?} must be passed"),
        _ => format!("task {name:?} must be passed; matches to resolve: {unresolved}"),
    };
    WaitingFor {
        kind: "TASK".to_owned(),
        subject: known.map(|variant| variant.alias.clone()),
        message,
    }
}

/// Whether the latest run of one of the checks that accept the task ended, and not in an error.
fn has_answer(profile: &domain::Profile, variant: &domain::TaskVariant) -> bool {
    let mut accepting = variant.acceptance_checks.iter();
    accepting.any(|check| {
        let latest = profile.latest_check(*check);
        latest.is_some_and(|check| {
            (check.decision).is_some_and(|decision| decision != domain::Decision::Error)
        })
    })
}

fn lacks(missing: &Missing) -> WaitingFor {
    let label = missing.property.label();
    let (kind, message) = match missing.why {
        Why::NotSupplied => ("DATA", format!("{label} is not supplied")),
        Why::TooCoarse => ("DATA", format!("{label} is not precise enough")),
        Why::CheckPending => ("CHECKS", format!("{label}: the check has not answered")),
        Why::CheckFailed => (
            "CHECK_FAILED",
            format!("{label}: the check ended in an error; run it again"),
        ),
        Why::RiskUndetermined => ("RISK", format!("{label} is undetermined")),
    };
    WaitingFor {
        kind: kind.to_owned(),
        subject: Some(missing.property.key()),
        message,
    }
}

fn reasons(config: &domain::Config, application: &Application) -> Vec<DecisionReason> {
    let given = application
        .history
        .last()
        .map(|entry| entry.reasons.as_slice())
        .unwrap_or_default();
    let reason = |alias: &String| DecisionReason {
        alias: alias.clone(),
        name: config
            .reasons
            .iter()
            .find(|reason| reason.alias == *alias)
            .map_or_else(|| alias.clone(), |reason| reason.name.clone()),
    };
    given.iter().map(reason).collect()
}
