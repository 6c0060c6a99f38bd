//! Random institutions, and random things that happen to one profile of theirs.

use std::collections::{BTreeMap, BTreeSet};

use domain::*;
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;

/// Check variants of every generated institution: 1 to this.
pub(crate) const CHECKS: u128 = 3;
/// Task variants of every generated institution: 1 to this.
pub(crate) const TASKS: u128 = 4;
/// Products of every generated institution: 1 to this.
pub(crate) const PRODUCTS: u128 = 2;

/// What happens to a profile; items are named by a number that is taken modulo how many there are.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Collect(Sheet),
    Apply(u128),
    ApplyAutomatically,
    Decide(usize, ApplicationStatus),
    Revert(usize),
    SetTask(usize, TaskState, Option<i64>),
    AddTask(u128),
    SetTaskExpiry(usize, Option<i64>),
    OrderCheck(u128),
    StartCheck(usize),
    CompleteCheck(usize, Decision, Vec<(EventKind, u8, bool)>),
    SetCheckTasks(usize, usize),
    AddTag(u8),
    RemoveTag(usize),
    SetStatus(ProfileStatus),
    AddEvent(EventKind, Option<u8>, Resolution),
    ResolveEvent(usize, Resolution),
    LinkParent(u128, BTreeSet<u128>),
    UnlinkParent(u128),
    Refresh(usize, CopySheet),
    CandidatesAdded,
    Wait(i64),
    /// The last command once more: messages come twice.
    Again,
    Wake,
}

/// Collected data in small.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    pub(crate) country: Option<Vec<&'static str>>,
    pub(crate) dob: Option<&'static str>,
    pub(crate) custom: Option<i64>,
    pub(crate) associates: Vec<(u128, Vec<(AssociatedRole, u8)>)>,
    pub(crate) unlinked: Vec<(u8, AssociatedRole, Option<i64>)>,
}

/// What a company knows of an associate, in small.
#[derive(Clone, Debug)]
pub(crate) struct CopySheet {
    pub(crate) dob: Option<&'static str>,
    pub(crate) country: Option<&'static str>,
    pub(crate) applications: Vec<(u128, ApplicationStatus, bool, Option<i64>)>,
    pub(crate) circular: bool,
    pub(crate) depth: u32,
    pub(crate) older: bool,
}

/// An institution, a kind of profile and what happens to it.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) config: Config,
    pub(crate) entity: Entity,
    pub(crate) zone: &'static str,
    pub(crate) ops: Vec<Op>,
}

pub(crate) fn histories(steps: usize) -> impl Strategy<Value = History> {
    let zone = prop_oneof![Just("UTC"), Just("Europe/London"), Just("America/Havana")];
    let entity = prop_oneof![Just(Entity::Individual), Just(Entity::Company)];
    (entity, zone)
        .prop_flat_map(move |(entity, zone)| {
            (
                configs(entity),
                Just(entity),
                Just(zone),
                vec(op(), 4..steps),
                sheet(),
            )
        })
        .prop_map(|(config, entity, zone, mut ops, sheet)| {
            ops.splice(0..0, [Op::Collect(sheet), Op::Apply(1)]);
            History {
                config,
                entity,
                zone,
                ops,
            }
        })
}

fn decimal(whole: i64) -> Decimal {
    Decimal::from(whole)
}

fn texts(all: &'static [&'static str]) -> impl Strategy<Value = BTreeSet<String>> {
    btree_set(prop::sample::select(all), 1..3)
        .prop_map(|some| some.into_iter().map(str::to_owned).collect())
}

pub(crate) const COUNTRIES: &[&str] = &["GBR", "FRA", "IRN"];
/// Birthdays near the start of every history, the 29th of February among them.
pub(crate) const BIRTHDAYS: &[&str] = &[
    "2008-03-05",
    "2008-03",
    "2008",
    "1990-02-28",
    "1992-02-29",
    "2008-02",
    "2000-12-31",
];

fn number_range() -> impl Strategy<Value = Range<Decimal>> {
    let end = || {
        option::of((prop_oneof![0_i64..4, 15_i64..22], any::<bool>())).prop_map(|end| {
            end.map(|(value, included)| Bound {
                value: decimal(value),
                included,
            })
        })
    };
    (end(), end()).prop_map(|(min, max)| Range { min, max })
}

fn quantifier() -> impl Strategy<Value = Quantifier> {
    prop_oneof![
        Just(Quantifier::Any),
        Just(Quantifier::All),
        Just(Quantifier::Current)
    ]
}

fn test(property: Property, quantifier: Quantifier, operator: Operator) -> Condition {
    Condition::Test(Test {
        property,
        quantifier,
        operator,
    })
}

fn declared(key: &'static str) -> Property {
    Property::Declared(key)
}

/// Tests of data that somebody supplies; monotone, so without *is present*.
pub(crate) fn test_of_data() -> BoxedStrategy<Condition> {
    let case = || prop_oneof![Just(Case::Sensitive), Just(Case::Insensitive)];
    let country = (texts(COUNTRIES), case(), quantifier(), any::<bool>()).prop_map(
        |(set, case, quantifier, none)| {
            let operator = if none {
                Operator::NotOneOf(set, case)
            } else {
                Operator::OneOf(set, case)
            };
            test(declared("address.country"), quantifier, operator)
        },
    );
    let age = number_range()
        .prop_map(|range| test(declared("age"), Quantifier::Any, Operator::Number(range)));
    let age_in = (texts(&["17", "18", "19"]), any::<bool>()).prop_map(|(set, none)| {
        let operator = if none {
            Operator::NotOneOf(set, Case::Sensitive)
        } else {
            Operator::OneOf(set, Case::Sensitive)
        };
        test(declared("age"), Quantifier::Any, operator)
    });
    let is_age = (16_i64..20).prop_map(|age| {
        test(
            declared("age"),
            Quantifier::Any,
            Operator::Equals(Value::Number(decimal(age))),
        )
    });
    let born = prop::sample::select(BIRTHDAYS).prop_map(|day| {
        let day = PartialDate::parse(day).expect("a birthday");
        test(
            declared("dob"),
            Quantifier::Any,
            Operator::Equals(Value::Date(day)),
        )
    });
    let custom = number_range().prop_map(|range| {
        test(
            Property::Custom("amount".to_owned()),
            Quantifier::Any,
            Operator::Number(range),
        )
    });
    let count = number_range().prop_map(|range| {
        test(
            declared("address.country"),
            Quantifier::Any,
            Operator::Count(range),
        )
    });
    prop_oneof![country, age, age_in, is_age, born, custom, count].boxed()
}

fn test_of_checks() -> BoxedStrategy<Condition> {
    (1..=CHECKS, texts(&["PASS", "FAIL", "WARN"]))
        .prop_map(|(check, set)| {
            test(
                Property::CheckDecision(CheckVariantId(check)),
                Quantifier::Any,
                Operator::OneOf(set, Case::Sensitive),
            )
        })
        .boxed()
}

fn test_of_state() -> BoxedStrategy<Condition> {
    let sensitive = |set| Operator::OneOf(set, Case::Sensitive);
    let level = texts(&["low", "medium", "high"])
        .prop_map(move |set| test(declared("risk.level"), Quantifier::Any, sensitive(set)));
    let open = (0_i64..3).prop_map(|most| {
        let min = Some(Bound {
            value: decimal(most),
            included: true,
        });
        test(
            declared("applications.open"),
            Quantifier::Any,
            Operator::Number(Range { min, max: None }),
        )
    });
    let tag = texts(&["t0", "t1"])
        .prop_map(move |set| test(declared("tag"), Quantifier::Any, sensitive(set)));
    let status = Just(test(
        declared("profile.status"),
        Quantifier::Any,
        sensitive(["NORMAL".to_owned()].into()),
    ));
    let role = texts(&["NONE", "DIRECTOR"])
        .prop_map(move |set| test(declared("associate.role"), Quantifier::Any, sensitive(set)));
    let resolved = prop_oneof![
        Just(Resolved::Potential),
        Just(Resolved::Confirmed),
        Just(Resolved::Any)
    ];
    let events = resolved.prop_map(|resolved| {
        let min = Some(Bound {
            value: Decimal::ONE,
            included: true,
        });
        test(
            Property::Events(None, resolved),
            Quantifier::Any,
            Operator::Number(Range { min, max: None }),
        )
    });
    let present = Just(test(declared("dob"), Quantifier::Any, Operator::IsPresent));
    prop_oneof![level, open, tag, status, role, events, present].boxed()
}

/// Conditions over tests, some of them combined.
pub(crate) fn conditions(tests: BoxedStrategy<Condition>) -> BoxedStrategy<Condition> {
    tests
        .prop_recursive(2, 6, 3, |part| {
            prop_oneof![
                vec(part.clone(), 0..3).prop_map(Condition::All),
                vec(part.clone(), 0..3).prop_map(Condition::Any),
                (0_usize..3, vec(part.clone(), 1..4))
                    .prop_map(|(count, parts)| Condition::AtLeast(count, parts)),
                part.prop_map(|part| Condition::Not(Box::new(part))),
            ]
        })
        .boxed()
}

fn factor(index: usize) -> impl Strategy<Value = Factor> {
    let property = prop_oneof![
        3 => Just(declared("address.country")),
        3 => Just(declared("age")),
        2 => Just(Property::Custom("amount".to_owned())),
        1 => Just(Property::CheckDecision(CheckVariantId(1))),
    ];
    let rules = vec(
        (
            conditions(prop_oneof![4 => test_of_data(), 1 => test_of_checks()].boxed()),
            -20_i64..60,
        ),
        1..4,
    );
    let over = prop_oneof![
        4 => Just(Over::Profile),
        1 => Just(Over::Associates(BTreeSet::new())),
        1 => Just(Over::Associates([AssociatedRole::Director].into())),
    ];
    (
        property,
        rules,
        over,
        prop::bool::weighted(0.4),
        option::of(0_usize..2),
    )
        .prop_map(move |(property, rules, over, required, group)| Factor {
            alias: format!("factor{index}").into(),
            label: format!("Factor {index}").into(),
            property,
            required,
            group,
            over,
            rules: rules
                .into_iter()
                .enumerate()
                .map(|(at, (condition, score))| Rule {
                    description: format!("rule {at}").into(),
                    condition,
                    score: decimal(score),
                })
                .collect(),
        })
}

fn model() -> impl Strategy<Value = RiskModel> {
    let combine = || {
        prop_oneof![
            Just(Combine::Highest),
            Just(Combine::Lowest),
            Just(Combine::Mean),
            Just(Combine::Sum)
        ]
    };
    (vec(any::<()>(), 0..4), vec(combine(), 2)).prop_flat_map(|(count, combines)| {
        let factors: Vec<_> = (0..count.len()).map(factor).collect();
        (factors, Just(combines)).prop_map(|(factors, combines)| RiskModel {
            id: RiskModelId(1),
            alias: "model".to_owned(),
            name: "Model".to_owned(),
            factors,
            groups: combines
                .into_iter()
                .enumerate()
                .map(|(at, combine)| Group {
                    alias: format!("group{at}"),
                    label: format!("Group {at}"),
                    combine,
                })
                .collect(),
            levels: levels(),
        })
    })
}

/// Low below 20, medium from 20, high from 50.
pub(crate) fn levels() -> Vec<Level> {
    let level = |alias: &str, category, from: Option<i64>| Level {
        alias: alias.into(),
        label: alias.into(),
        category,
        from: from.map(decimal),
    };
    vec![
        level("low", RiskCategory::Low, None),
        level("medium", RiskCategory::Medium, Some(20)),
        level("high", RiskCategory::High, Some(50)),
    ]
}

#[derive(Clone, Debug)]
enum Piece {
    Tasks(BTreeSet<u128>),
    Branch(Condition, usize),
}

/// Flows that only go forward: each piece falls through to the next, a branch may also jump ahead.
fn policy(id: u128) -> impl Strategy<Value = SmartPolicy> {
    let outcome = || {
        prop_oneof![
            3 => Just(PolicyOutcome::AutomaticApproval),
            2 => Just(PolicyOutcome::ManualReview),
            2 => Just(PolicyOutcome::ImmediateRejection { reason: "too risky".to_owned() }),
        ]
    };
    let condition = conditions(
        prop_oneof![2 => test_of_data(), 1 => test_of_checks(), 2 => test_of_state()].boxed(),
    );
    let piece = prop_oneof![
        btree_set(1..=TASKS, 1..3).prop_map(Piece::Tasks),
        (condition, 1_usize..4).prop_map(|(condition, jump)| Piece::Branch(condition, jump)),
    ];
    (vec(piece, 1..5), vec(outcome(), 2)).prop_map(move |(pieces, outcomes)| {
        let end = pieces.len() + 1;
        let mut elements: Vec<Element> = pieces
            .into_iter()
            .enumerate()
            .map(|(at, piece)| match piece {
                Piece::Tasks(add) => Element::Tasks {
                    add: add.into_iter().map(TaskVariantId).collect(),
                    next: at + 1,
                },
                Piece::Branch(condition, jump) => Element::Branch {
                    name: format!("branch {at}"),
                    condition,
                    yes: at + 1,
                    no: (at + 1 + jump).min(end),
                },
            })
            .collect();
        elements.extend(outcomes.into_iter().map(Element::Outcome));
        SmartPolicy {
            id: PolicyId(id),
            alias: format!("policy{id}"),
            name: format!("Policy {id}"),
            elements,
        }
    })
}

fn checks() -> impl Strategy<Value = Vec<CheckVariantId>> {
    btree_set(1..=CHECKS, 0..3).prop_map(|checks| checks.into_iter().map(CheckVariantId).collect())
}

fn expiry() -> impl Strategy<Value = ExpiryRule> {
    let days = prop_oneof![Just(0_u32), Just(1), Just(10), Just(90)];
    let by_level = proptest::collection::btree_map(
        prop_oneof![Just("low".to_owned()), Just("high".to_owned())],
        1_u32..60,
        0..2,
    );
    (
        option::weighted(0.8, days),
        by_level,
        0_u32..40,
        prop_oneof![Just(0_u32), Just(5)],
    )
        .prop_map(
            |(days, days_by_level, notice_days, spread_days)| ExpiryRule {
                days,
                days_by_level,
                notice_days,
                spread_days,
            },
        )
}

pub(crate) fn role() -> impl Strategy<Value = AssociatedRole> {
    prop_oneof![
        3 => Just(AssociatedRole::Director),
        3 => Just(AssociatedRole::Shareholder),
        1 => Just(AssociatedRole::ResignedOfficer),
        1 => Just(AssociatedRole::Other),
    ]
}

pub(crate) fn passing() -> impl Strategy<Value = PassingRule> {
    prop_oneof![
        Just(PassingRule::All),
        (0_usize..4).prop_map(PassingRule::Count),
        (0_i64..=100).prop_map(|percentage| PassingRule::Percentage(decimal(percentage))),
        btree_set(role(), 1..3).prop_map(PassingRule::Roles),
    ]
}

fn associates() -> impl Strategy<Value = AssociateRule> {
    let automatic = prop_oneof![
        Just(AutomaticAddition::Nobody),
        Just(AutomaticAddition::Everybody),
        Just(AutomaticAddition::ShareAtLeast(decimal(25))),
    ];
    (btree_set(role(), 1..3), 1..=PRODUCTS, automatic, passing()).prop_map(
        |(roles, product, automatic, passing)| AssociateRule {
            roles,
            product: ProductId(product),
            automatic,
            passing,
        },
    )
}

fn task(id: u128, entity: Entity) -> impl Strategy<Value = TaskVariant> {
    let on_list = if entity == Entity::Company {
        option::weighted(0.4, associates()).boxed()
    } else {
        Just(None).boxed()
    };
    (
        prop::bool::weighted(0.3),
        checks(),
        checks(),
        option::weighted(0.5, expiry()),
        prop::bool::weighted(0.15),
        on_list,
    )
        .prop_map(
            move |(
                screening,
                automatic_checks,
                acceptance_checks,
                expiry,
                skip_first,
                associates,
            )| TaskVariant {
                id: TaskVariantId(id),
                alias: format!("task{id}"),
                name: format!("Task {id}"),
                description: None,
                task_type: "INDIVIDUAL_MANUAL_TASK".to_owned(),
                entity,
                screening,
                automatic_checks,
                acceptance_checks,
                expiry,
                skip_first,
                associates,
                retired: false,
            },
        )
}

fn check(id: u128, entity: Entity) -> CheckVariant {
    CheckVariant {
        id: CheckVariantId(id),
        alias: format!("check{id}"),
        name: format!("Check {id}"),
        check_type: "IDENTITY_CHECK".to_owned(),
        entity,
        providers: Vec::new(),
        by_country: Vec::new(),
        is_default: false,
        retired: false,
    }
}

/// Institutions that configuration would accept, for profiles of one kind.
pub(crate) fn configs(entity: Entity) -> impl Strategy<Value = Config> {
    let tasks: Vec<_> = (1..=TASKS).map(|id| task(id, entity)).collect();
    let policies: Vec<_> = (1..=PRODUCTS).map(policy).collect();
    (tasks, policies, model(), vec(prop::bool::weighted(0.5), 2)).prop_map(
        move |(tasks, policies, model, risky)| {
            let products = (1..=PRODUCTS).zip(risky).map(|(id, risky)| {
                let course = Course {
                    policy: PolicyId(id),
                    risk: risky.then_some(RiskModelId(1)),
                };
                let product = Product {
                    id: ProductId(id),
                    alias: format!("product{id}"),
                    name: format!("Product {id}"),
                    individual: Some(course.clone()),
                    company: Some(course),
                    auto_apply: id == 2,
                    retired: false,
                };
                (product.id, product)
            });
            Config {
                version: 1,
                products: products.collect(),
                tasks: tasks.into_iter().map(|task| (task.id, task)).collect(),
                checks: (1..=CHECKS)
                    .map(|id| (CheckVariantId(id), check(id, entity)))
                    .collect(),
                models: BTreeMap::from([(model.id, model)]),
                policies: policies
                    .into_iter()
                    .map(|policy| (policy.id, policy))
                    .collect(),
                reasons: Vec::new(),
            }
        },
    )
}

pub(crate) fn sheet() -> impl Strategy<Value = Sheet> {
    let country = option::weighted(0.8, vec(prop::sample::select(COUNTRIES), 0..3));
    let dob = option::weighted(0.8, prop::sample::select(BIRTHDAYS));
    let associates = vec((101_u128..104, vec((role(), 0_u8..3), 1..3)), 0..4);
    let unlinked = vec((0_u8..4, role(), option::of(0_i64..50)), 0..3);
    (country, dob, option::of(0_i64..4), associates, unlinked).prop_map(
        |(country, dob, custom, associates, unlinked)| Sheet {
            country,
            dob,
            custom,
            associates,
            unlinked,
        },
    )
}

pub(crate) fn copy_sheet() -> impl Strategy<Value = CopySheet> {
    let status = prop_oneof![
        1 => Just(ApplicationStatus::Applied),
        3 => Just(ApplicationStatus::Approved),
        1 => Just(ApplicationStatus::InReview),
        1 => Just(ApplicationStatus::Rejected),
    ];
    let applications = vec(
        (1..=PRODUCTS, status, any::<bool>(), option::of(0_i64..60)),
        0..3,
    );
    (
        option::of(prop::sample::select(BIRTHDAYS)),
        option::of(prop::sample::select(COUNTRIES)),
        applications,
        prop::bool::weighted(0.15),
        prop_oneof![9 => 1_u32..3, 1 => Just(11_u32)],
        prop::bool::weighted(0.1),
    )
        .prop_map(
            |(dob, country, applications, circular, depth, older)| CopySheet {
                dob,
                country,
                applications,
                circular,
                depth,
                older,
            },
        )
}

fn kind() -> impl Strategy<Value = EventKind> {
    prop::sample::select(&EventKind::ALL[..])
}

fn resolution() -> impl Strategy<Value = Resolution> {
    prop_oneof![
        2 => Just(Resolution::Unresolved),
        3 => Just(Resolution::Mismatch),
        1 => Just(Resolution::Match),
        1 => Just(Resolution::Ignore),
    ]
}

fn decision() -> impl Strategy<Value = Decision> {
    prop_oneof![
        6 => Just(Decision::Pass),
        1 => Just(Decision::Fail),
        1 => Just(Decision::Partial),
        2 => Just(Decision::Warn),
        1 => Just(Decision::Error),
    ]
}

pub(crate) fn matches() -> impl Strategy<Value = Vec<(EventKind, u8, bool)>> {
    prop_oneof![3 => Just(Vec::new()), 1 => vec((kind(), 0_u8..3, any::<bool>()), 1..3)]
}

fn state() -> impl Strategy<Value = TaskState> {
    prop_oneof![3 => Just(TaskState::Passed), 1 => Just(TaskState::Failed), 1 => Just(TaskState::Incomplete)]
}

fn status() -> impl Strategy<Value = ApplicationStatus> {
    prop_oneof![
        3 => Just(ApplicationStatus::Approved),
        1 => Just(ApplicationStatus::Rejected),
        1 => Just(ApplicationStatus::Cancelled),
        1 => Just(ApplicationStatus::Applied),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let at = || 0_usize..8;
    let profile_status =
        prop_oneof![2 => Just(ProfileStatus::Normal), 1 => Just(ProfileStatus::Suspended)];
    let common = prop_oneof![
        3 => sheet().prop_map(Op::Collect),
        3 => (1..=PRODUCTS).prop_map(Op::Apply),
        1 => Just(Op::ApplyAutomatically),
        6 => (at(), status()).prop_map(|(at, to)| Op::Decide(at, to)),
        6 => at().prop_map(Op::Revert),
        8 => (at(), state(), option::weighted(0.2, 0_i64..100)).prop_map(|(at, to, as_of)| Op::SetTask(at, to, as_of)),
        2 => (1..=TASKS).prop_map(Op::AddTask),
        12 => (at(), decision(), matches()).prop_map(|(at, decision, found)| Op::CompleteCheck(at, decision, found)),
        4 => (0_i64..2000).prop_map(Op::Wait),
        4 => Just(Op::Wake),
        4 => Just(Op::Again),
    ];
    let rare = prop_oneof![
        2 => (at(), option::of(-5_i64..60)).prop_map(|(at, days)| Op::SetTaskExpiry(at, days)),
        2 => (1..=CHECKS).prop_map(Op::OrderCheck),
        1 => at().prop_map(Op::StartCheck),
        1 => (at(), at()).prop_map(|(check, task)| Op::SetCheckTasks(check, task)),
        1 => (0_u8..3).prop_map(Op::AddTag),
        1 => at().prop_map(Op::RemoveTag),
        2 => profile_status.prop_map(Op::SetStatus),
        3 => (kind(), option::of(0_u8..3), resolution()).prop_map(|(kind, id, to)| Op::AddEvent(kind, id, to)),
        4 => (at(), resolution()).prop_map(|(at, to)| Op::ResolveEvent(at, to)),
        2 => (201_u128..203, btree_set(1..=PRODUCTS, 0..3)).prop_map(|(parent, products)| Op::LinkParent(parent, products)),
        2 => (201_u128..203).prop_map(Op::UnlinkParent),
        6 => (at(), copy_sheet()).prop_map(|(at, copy)| Op::Refresh(at, copy)),
        1 => Just(Op::CandidatesAdded),
    ];
    prop_oneof![5 => common, 2 => rare]
}
