//! One profile with every variant of every stored enum.

use std::collections::BTreeSet;

use domain::{
    Application, ApplicationId, ApplicationStatus, Associate, AssociateCopy, AssociatedRole, Check,
    CheckId, CheckState, CheckVariantId, Collected, CopiedApplication, Decider, Decision, Entity,
    Event, EventId, EventKind, HistoryEntry, LevelReached, Missing, PolicyOutcome, ProductId,
    Profile, ProfileId, ProfileStatus, Property, Resolution, Resolved, RiskCategory, RoleHeld,
    SetBy, Stage, Task, TaskCause, TaskId, TaskState, TaskVariantId, Why,
};
use jiff::Timestamp;

const THEN: Timestamp = Timestamp::UNIX_EPOCH;

pub(super) fn variants() -> Profile {
    let mut profile = Profile::new(ProfileId(1), Entity::Individual, false, THEN);
    profile.applications = applications();
    profile.tasks = tasks();
    profile.checks = checks();
    profile.events = events();
    profile.associates = vec![associate(ProfileStatus::Normal)];
    profile.associates.push(associate(ProfileStatus::Suspended));
    profile.associates.push(associate(ProfileStatus::Banned));
    profile
}

fn applications() -> Vec<Application> {
    use ApplicationStatus::{Applied, Approved, Cancelled, InReview, Rejected};
    let stages = [
        Stage::New,
        Stage::WaitsForRisk(BTreeSet::new()),
        Stage::WaitsForData(missing()),
        Stage::WaitsForChecks,
        Stage::WaitsForAssociates,
        Stage::WaitsForTasks(vec![TaskVariantId(1)]),
        Stage::ReadyForDecision,
        Stage::Decided,
        Stage::Unsettled,
    ];
    let rejection = PolicyOutcome::ImmediateRejection {
        reason: String::new(),
    };
    let outcomes = [
        PolicyOutcome::AutomaticApproval,
        PolicyOutcome::ManualReview,
        rejection,
    ];
    let statuses = [Applied, Approved, InReview, Rejected, Cancelled];
    let places = stages.into_iter().zip(outcomes.into_iter().cycle());
    let places = places.zip(statuses.into_iter().cycle());
    let application = |((stage, outcome), status)| Application {
        status,
        stage,
        outcome: Some(outcome),
        ..Application::new(ApplicationId(1), ProductId(1), THEN)
    };
    let mut applications: Vec<Application> = places.map(application).collect();
    applications[0].history = history();
    applications
}

fn missing() -> BTreeSet<Missing> {
    use Resolved::{Any, Confirmed, Dismissed, Potential};
    use Why::{CheckFailed, CheckPending, NotSupplied, RiskUndetermined, TooCoarse};
    let whys = [
        NotSupplied,
        TooCoarse,
        CheckPending,
        CheckFailed,
        RiskUndetermined,
    ];
    let by_why = whys.into_iter().map(|why| (Property::Declared("dob"), why));
    let resolved = [Potential, Confirmed, Dismissed, Any];
    let by_resolved = resolved
        .into_iter()
        .map(|one| (Property::Events(None, one), NotSupplied));
    by_why
        .chain(by_resolved)
        .map(|(property, why)| Missing { property, why })
        .collect()
}

fn history() -> Vec<HistoryEntry> {
    let user = Decider::User {
        id: 1,
        name: String::new(),
        email: String::new(),
    };
    let key = Decider::Key {
        name: String::new(),
    };
    let entry = |by| HistoryEntry {
        status: ApplicationStatus::Applied,
        at: THEN,
        by,
        comment: None,
        reasons: Vec::new(),
        config_version: 1,
        reverted: false,
    };
    let company = Decider::CompanyPolicy {
        company: ProfileId(1),
    };
    [Decider::Policy, user, key, company].map(entry).into()
}

fn tasks() -> Vec<Task> {
    use TaskCause::{Expiry, Person, Policy, Revert};
    use TaskState::{Failed, Incomplete, Passed};
    let person = SetBy::Person {
        events: BTreeSet::new(),
        associates: BTreeSet::new(),
    };
    let all = [
        (Policy, Incomplete, SetBy::Policy),
        (Expiry, Passed, person),
        (Person, Failed, SetBy::Policy),
        (Revert, Failed, SetBy::Policy),
    ];
    let task = |(cause, state, set_by)| Task {
        state,
        set_by,
        ..Task::new(TaskId(1), TaskVariantId(1), THEN, cause)
    };
    all.map(task).into()
}

fn checks() -> Vec<Check> {
    use CheckState::{Complete, Pending, Running};
    use Decision::{Error, Fail, Partial, Pass, Warn};
    let all = [
        (Pending, Pass),
        (Running, Fail),
        (Complete, Partial),
        (Complete, Warn),
        (Complete, Error),
    ];
    let check = |(state, decision)| Check {
        id: CheckId(1),
        variant: CheckVariantId(1),
        tasks: BTreeSet::new(),
        state,
        asked: false,
        ordered: THEN,
        completed: None,
        result: None,
        decision: Some(decision),
        candidates: Vec::new(),
    };
    all.map(check).into()
}

fn events() -> Vec<Event> {
    use EventKind::{AdverseMedia, Pep, Refer, Sanction};
    use Resolution::{CreatedTask, Ignore, Match, Mismatch, Unresolved};
    let all = [
        (Pep, Unresolved),
        (Sanction, Mismatch),
        (AdverseMedia, Match),
        (Refer, Ignore),
        (Refer, CreatedTask),
    ];
    let event = |(kind, resolution)| Event {
        id: EventId(1),
        kind,
        match_id: None,
        resolution,
        created: THEN,
        resolved: None,
    };
    all.map(event).into()
}

fn associate(status: ProfileStatus) -> Associate {
    use RiskCategory::{High, Low, Medium};
    let held = |role| RoleHeld {
        role,
        share: None,
        tasks: BTreeSet::new(),
    };
    let application = |category| CopiedApplication {
        product: ProductId(1),
        status: ApplicationStatus::Applied,
        automating: false,
        level: Some(LevelReached {
            rank: 0,
            alias: "".into(),
            label: "".into(),
            category,
        }),
        own_score: None,
    };
    Associate {
        profile: ProfileId(1),
        entity: Entity::Company,
        roles: AssociatedRole::ALL.map(held).into(),
        asked: BTreeSet::new(),
        copy: Some(AssociateCopy {
            version: 1,
            collected: Collected::default(),
            tags: Vec::new(),
            events: Vec::new(),
            status,
            applications: [Low, Medium, High].map(application).into(),
            circular: false,
            depth: 1,
        }),
    }
}
