//! Stage: risk and policy of every open application.

use std::collections::BTreeSet;

use crate::{
    ApplicationId, Change, Config, Course, Facts, Moment, PolicyOutcome, Profile, Stage, Stop,
    Walk, score, walk,
};

/// Runs risk and policy for every open application, whole, from the present facts.
pub(super) fn apply_policies(
    config: &Config,
    profile: &mut Profile,
    moment: &Moment<'_>,
    changes: &mut Vec<Change>,
) -> Vec<(ApplicationId, Stop)> {
    let today = moment.today();
    let mut stops = Vec::new();
    for at in 0..profile.applications.len() {
        let application = &profile.applications[at];
        if !application.is_open() || application.stage == Stage::Unsettled {
            continue;
        }
        let (id, product) = (application.id, application.product);
        let product = config.products.get(&product);
        let walked = match product.and_then(|one| one.course(profile.entity)) {
            Some(course) => {
                changes.extend(assess(config, profile, at, course, today));
                take_walk(config, profile, at, course, today)
            }
            // The configuration no longer knows such applications: a person must look.
            None => Walk {
                tasks: application.required.clone(),
                stop: Stop::Waits(BTreeSet::new()),
            },
        };
        let application = &mut profile.applications[at];
        let outcome = outcome_of(&walked.stop);
        if application.required != walked.tasks || application.outcome != outcome {
            application.required = walked.tasks;
            application.outcome = outcome;
            changes.push(Change::PolicyApplied(id));
        }
        stops.push((id, walked.stop));
    }
    stops
}

fn assess(
    config: &Config,
    profile: &mut Profile,
    at: usize,
    course: &Course,
    today: jiff::civil::Date,
) -> Option<Change> {
    let model = course.risk.and_then(|model| config.models.get(&model));
    let new = model.map(|model| score(model, profile, today));
    let application = &mut profile.applications[at];
    if application.assessment == new {
        return None;
    }
    let level = |assessment: &Option<crate::Assessment>| {
        assessment
            .as_ref()
            .and_then(|one| one.level.as_ref())
            .map(|level| level.alias.clone())
    };
    let total =
        |assessment: &Option<crate::Assessment>| assessment.as_ref().and_then(|one| one.total);
    let change = Change::RiskAssessed {
        application: application.id,
        from: level(&application.assessment),
        to: level(&new),
        score_changed: total(&application.assessment) != total(&new),
    };
    application.assessment = new;
    Some(change)
}

/// An undetermined risk stops the policy before its first element: "once the risk score is
/// calculated, the product application continues automatically" (seed 004).
fn take_walk(
    config: &Config,
    profile: &Profile,
    at: usize,
    course: &Course,
    today: jiff::civil::Date,
) -> Walk {
    let application = &profile.applications[at];
    if let Some(assessment) = application
        .assessment
        .as_ref()
        .filter(|one| one.level.is_none())
    {
        // Tasks that exist already stay required: nothing is approved without them.
        let stop = Stop::Waits(assessment.missing());
        return Walk {
            tasks: application.required.clone(),
            stop,
        };
    }
    let facts = Facts::of(profile, Some(application), today);
    match config.policies.get(&course.policy) {
        Some(policy) => walk(policy, &facts),
        None => Walk {
            tasks: Vec::new(),
            stop: Stop::Waits(BTreeSet::new()),
        },
    }
}

/// Parked, or at an outcome.
fn outcome_of(stop: &Stop) -> Option<PolicyOutcome> {
    match stop {
        Stop::Outcome(outcome) => Some(outcome.clone()),
        Stop::Waits(_) => None,
    }
}
