//! Deciding applications, and taking decisions back.

use jiff::Timestamp;

use super::Refusal;
use super::application::{find_application, find_application_mut};
use super::task::replace_task;
use crate::{
    Application, ApplicationId, ApplicationStatus, Change, Config, Decider, DecisionMade,
    HistoryEntry, Moment, Parent, PolicyOutcome, Profile, ReasonKind, RevertedAt, Stage, TaskCause,
    TaskVariantId, blockers,
};

/// A decision somebody wants.
pub(super) struct Wanted {
    pub(super) application: ApplicationId,
    pub(super) to: ApplicationStatus,
    pub(super) by: Decider,
    pub(super) comment: Option<String>,
    pub(super) reasons: Vec<String>,
}

pub(super) fn decide(
    config: &Config,
    profile: &mut Profile,
    wanted: Wanted,
    now: Timestamp,
) -> Result<Vec<Change>, Refusal> {
    let application = find_application(profile, wanted.application)?;
    let (from, to) = (application.status, wanted.to);
    let kind = transition(from, to)?;
    check_reasons(config, application, kind, &wanted.reasons)?;
    if to == ApplicationStatus::Approved {
        may_be_approved(profile, application)?;
    }
    let events = profile.events.iter().map(|event| event.id).collect();
    let level = application.level().map(str::to_owned);
    let config_version = profile.config_version;
    let application = find_application_mut(profile, wanted.application)?;
    application.decision = Some(DecisionMade {
        by: wanted.by.clone(),
        at: now,
        level,
        events,
    });
    application.history.push(HistoryEntry {
        status: to,
        at: now,
        by: wanted.by.clone(),
        comment: wanted.comment.clone(),
        reasons: wanted.reasons,
        config_version,
        reverted: false,
    });
    application.status = to;
    application.stage = Stage::Decided;
    if to == ApplicationStatus::Approved {
        overrule(application, true);
    }
    Ok(vec![Change::ApplicationMoved {
        application: wanted.application,
        from,
        to,
        by: wanted.by,
        comment: wanted.comment,
        reverted: false,
    }])
}

/// `product.md` 1.2: applied goes to approved or rejected; approved and in review to cancelled; in
/// review to approved.
fn transition(from: ApplicationStatus, to: ApplicationStatus) -> Result<ReasonKind, Refusal> {
    use ApplicationStatus::{Applied, Approved, Cancelled, InReview, Rejected};
    match (from, to) {
        (Applied | InReview, Approved) => Ok(ReasonKind::Approval),
        (Applied, Rejected) => Ok(ReasonKind::Rejection),
        (Approved | InReview, Cancelled) => Ok(ReasonKind::Cancellation),
        (Approved, Approved) => Err(Refusal::AlreadyApproved),
        (Rejected | Cancelled, _) => Err(Refusal::AlreadyEnded),
        (Applied, Applied | InReview | Cancelled)
        | (Approved | InReview, Applied | InReview | Rejected) => {
            Err(Refusal::NoSuchTransition { from, to })
        }
    }
}

/// `product.md` 1.5: several reasons may be given; one is mandatory to reject when any are set up.
fn check_reasons(
    config: &Config,
    application: &Application,
    kind: ReasonKind,
    given: &[String],
) -> Result<(), Refusal> {
    let enabled = |reason: &&crate::DecisionReason| {
        reason.kind == kind
            && (reason.products.is_empty() || reason.products.contains(&application.product))
    };
    let known: Vec<&str> = config
        .reasons
        .iter()
        .filter(enabled)
        .map(|reason| reason.alias.as_str())
        .collect();
    let named = || known.iter().map(ToString::to_string).collect();
    if let Some(unknown) = given.iter().find(|given| !known.contains(&given.as_str())) {
        return Err(Refusal::UnknownReason(unknown.clone(), named()));
    }
    if kind == ReasonKind::Rejection && !known.is_empty() && given.is_empty() {
        return Err(Refusal::ReasonRequired(named()));
    }
    Ok(())
}

fn may_be_approved(profile: &Profile, application: &Application) -> Result<(), Refusal> {
    let blockers = blockers(profile, application);
    if !blockers.is_empty() {
        return Err(Refusal::Blocked(blockers));
    }
    match application.outcome {
        Some(_) => Ok(()),
        None => Err(Refusal::WaitsForData),
    }
}

/// Takes a rejection or cancellation back: the application goes on where it would stand without it.
pub(super) fn revert(
    config: &Config,
    profile: &mut Profile,
    id: ApplicationId,
    (by, comment): (Decider, Option<String>),
    moment: &mut Moment<'_>,
) -> Result<Vec<Change>, Refusal> {
    let application = find_application(profile, id)?;
    let from = application.status;
    let to = reverted_to(profile, application)?;
    let config_version = profile.config_version;
    let application = find_application_mut(profile, id)?;
    overrule(application, false);
    application.status = to;
    application.decision = None;
    application.stage = Stage::New;
    application.history.push(HistoryEntry {
        status: to,
        at: moment.now,
        by: by.clone(),
        comment: comment.clone(),
        reasons: Vec::new(),
        config_version,
        reverted: true,
    });
    let required = application.required.clone();
    let mut changes = vec![Change::ApplicationMoved {
        application: id,
        from,
        to,
        by,
        comment,
        reverted: true,
    }];
    changes.extend(renew_screening(config, profile, &required, moment));
    Ok(changes)
}

/// Where an application stands once its end is taken back.
fn reverted_to(profile: &Profile, application: &Application) -> Result<ApplicationStatus, Refusal> {
    if application.is_open() {
        return Err(Refusal::NotDecided);
    }
    let product = application.product;
    let open_too = |other: &Application| other.product == product && other.is_open();
    if profile.applications.iter().any(open_too) {
        return Err(Refusal::AlreadyApplied);
    }
    let wanted = |parent: &Parent| parent.products.contains(&product);
    if !application.asked && !profile.parents.iter().any(wanted) {
        // It existed for a company's sake and nobody lists the profile any more.
        return Err(Refusal::NotDecided);
    }
    if application.was_approved() {
        Ok(ApplicationStatus::InReview)
    } else {
        Ok(ApplicationStatus::Applied)
    }
}

/// Notes that a person decided against the policy's rejection, so that it is not repeated on the
/// same evidence.
fn overrule(application: &mut Application, approved: bool) {
    if let Some(PolicyOutcome::ImmediateRejection { reason }) = &application.outcome {
        let overruled = RevertedAt {
            level: application.level().map(str::to_owned),
            reason: reason.clone(),
            approved,
        };
        application.reverted_at.insert(overruled);
    }
}

/// Reverting a rejection or cancellation expires screening tasks (`api-4.0.md` 3).
fn renew_screening(
    config: &Config,
    profile: &mut Profile,
    required: &[TaskVariantId],
    moment: &mut Moment<'_>,
) -> Vec<Change> {
    let screening: Vec<TaskVariantId> = required
        .iter()
        .copied()
        .filter(|variant| {
            config
                .tasks
                .get(variant)
                .is_some_and(|variant| variant.screening)
        })
        .filter(|variant| profile.live_task(*variant).is_some())
        .collect();
    screening
        .into_iter()
        .flat_map(|variant| replace_task(profile, variant, TaskCause::Revert, moment))
        .collect()
}
