//! One profile with something of everything that is stored.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Application, ApplicationId, ApplicationStatus, Assessment, Associate, AssociateCopy,
    AssociatedRole, Candidate, Check, CheckId, CheckState, CheckVariantId, Collected,
    CopiedApplication, Decider, Decision, DecisionMade, Entity, Event, EventId, EventKind,
    FactorOutcome, HistoryEntry, LevelReached, Missing, Parent, PartialDate, PolicyOutcome,
    ProductId, Profile, ProfileId, ProfileStatus, Property, Resolution, Resolved, RevertedAt,
    RiskCategory, RiskModelId, RoleHeld, SetBy, Stage, Tag, TagId, Task, TaskCause, TaskId,
    TaskState, TaskVariantId, Value, Why,
};
use jiff::Timestamp;

pub(super) fn sample() -> Profile {
    let mut profile = Profile::new(ProfileId(1), Entity::Company, true, at(1));
    profile.status = ProfileStatus::Suspended;
    profile.config_version = 7;
    profile.tags = vec![Tag {
        id: TagId(2),
        name: "PSC".to_owned(),
        automatic: true,
    }];
    profile.applications = vec![application()];
    profile.tasks = vec![task()];
    profile.checks = vec![check()];
    profile.events = vec![event()];
    profile.associates = vec![associate()];
    profile.wanted = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
    profile.added = BTreeSet::from(["a".to_owned()]);
    profile.parents = vec![Parent {
        profile: ProfileId(3),
        roles: BTreeSet::from([AssociatedRole::Director]),
        products: BTreeSet::from([ProductId(11)]),
    }];
    profile
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap()
}

fn application() -> Application {
    let user = Decider::User {
        id: 40,
        name: "Ann".to_owned(),
        email: "ann@example.com".to_owned(),
    };
    let mut application = Application::new(ApplicationId(10), ProductId(11), at(2));
    application.role = Some(AssociatedRole::BeneficialOwner);
    application.asked = false;
    application.status = ApplicationStatus::InReview;
    application.stage = Stage::WaitsForData(missing());
    application.assessment = Some(assessment());
    application.required = vec![TaskVariantId(21)];
    application.outcome = Some(PolicyOutcome::ImmediateRejection {
        reason: "sanctioned".to_owned(),
    });
    application.history = vec![HistoryEntry {
        status: ApplicationStatus::Rejected,
        at: at(3),
        by: Decider::Key {
            name: "crm".to_owned(),
        },
        comment: Some("no".to_owned()),
        reasons: vec!["fraud".to_owned()],
        config_version: 6,
        reverted: true,
    }];
    application.decision = Some(DecisionMade {
        by: user,
        at: at(4),
        level: Some("high".to_owned()),
        events: BTreeSet::from([EventId(50)]),
    });
    application.reverted_at = BTreeSet::from([RevertedAt {
        level: None,
        reason: "sanctioned".to_owned(),
        approved: true,
    }]);
    application
}

fn missing() -> BTreeSet<Missing> {
    let missing = |property, why| Missing { property, why };
    BTreeSet::from([
        missing(Property::Declared("dob"), Why::TooCoarse),
        missing(Property::Custom("turnover".to_owned()), Why::NotSupplied),
        missing(Property::CheckResult(CheckVariantId(31)), Why::CheckPending),
        missing(
            Property::CheckDecision(CheckVariantId(31)),
            Why::CheckFailed,
        ),
        missing(
            Property::Events(Some(EventKind::AdverseMedia), Resolved::Confirmed),
            Why::RiskUndetermined,
        ),
        missing(Property::Events(None, Resolved::Any), Why::NotSupplied),
    ])
}

fn level() -> LevelReached {
    LevelReached {
        rank: 2,
        alias: "high".into(),
        label: "High".into(),
        category: RiskCategory::High,
    }
}

fn assessment() -> Assessment {
    Assessment {
        model: RiskModelId(12),
        level: Some(level()),
        total: Some("12.50".parse().unwrap()),
        own: Some("-1".parse().unwrap()),
        factors: vec![FactorOutcome {
            alias: "age".into(),
            label: "Age".into(),
            required: true,
            input: Some("19".to_owned()),
            rule: Some("Under 25".into()),
            score: Some("20".parse().unwrap()),
            missing: BTreeSet::new(),
        }],
        groups: vec![None, Some("3".parse().unwrap())],
    }
}

fn task() -> Task {
    let mut task = Task::new(TaskId(20), TaskVariantId(21), at(5), TaskCause::Expiry);
    task.state = TaskState::Passed;
    task.set_by = SetBy::Person {
        events: BTreeSet::from([EventId(50)]),
        associates: BTreeSet::new(),
    };
    task.passed = Some(at(6));
    task.provenance = Some("legacy KYC review".to_owned());
    task.expires = Some(at(7));
    task.custom_expiry = true;
    task.upcoming = true;
    task.skipped = true;
    task.rerun = BTreeSet::from([CheckVariantId(31)]);
    task
}

fn check() -> Check {
    Check {
        id: CheckId(30),
        variant: CheckVariantId(31),
        tasks: BTreeSet::from([TaskId(20)]),
        state: CheckState::Complete,
        asked: true,
        ordered: at(8),
        completed: Some(at(9)),
        result: Some("2+2".to_owned()),
        decision: Some(Decision::Pass),
        candidates: vec![Candidate {
            key: "a".to_owned(),
            entity: Entity::Individual,
            role: AssociatedRole::Shareholder,
            share: Some("33.3".parse().unwrap()),
        }],
    }
}

fn event() -> Event {
    Event {
        id: EventId(50),
        kind: EventKind::Pep,
        match_id: Some("m-1".to_owned()),
        resolution: Resolution::CreatedTask,
        created: at(10),
        resolved: Some(at(-11)),
    }
}

fn associate() -> Associate {
    let age = Value::Between("17".parse().unwrap(), "18".parse().unwrap());
    let declared = BTreeMap::from([
        (
            "dob",
            vec![Value::Date(PartialDate::parse("1984-03").unwrap())],
        ),
        ("gender", vec![Value::Text("F".to_owned())]),
        (
            "number_of_employees",
            vec![Value::Number("5".parse().unwrap())],
        ),
        ("sic_code", vec![]),
    ]);
    let custom = BTreeMap::from([("range".to_owned(), vec![age, Value::Flag(true)])]);
    Associate {
        profile: ProfileId(60),
        entity: Entity::Individual,
        roles: vec![RoleHeld {
            role: AssociatedRole::CompanySecretary,
            share: Some("0.5".parse().unwrap()),
            tasks: BTreeSet::from([TaskVariantId(21)]),
        }],
        asked: BTreeSet::from([ProductId(11)]),
        copy: Some(AssociateCopy {
            version: 3,
            collected: Collected { declared, custom },
            tags: vec!["VIP".to_owned()],
            events: vec![event()],
            status: ProfileStatus::Banned,
            applications: vec![CopiedApplication {
                product: ProductId(11),
                status: ApplicationStatus::Applied,
                automating: true,
                level: Some(level()),
                own_score: Some("1".parse().unwrap()),
            }],
            circular: true,
            depth: 2,
        }),
    }
}
