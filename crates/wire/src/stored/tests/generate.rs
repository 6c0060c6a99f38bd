//! Profiles of every kind, whether they could come to be or not.

use std::collections::BTreeSet;

use domain::*;
use jiff::Timestamp;
use jiff::civil::Date;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value as Json;

use crate::resource::{CheckProvider, Error};
use crate::stored::{Attempt, CheckBody};
use crate::value::{ErrorCode, ErrorSource};

const FEW: std::ops::Range<usize> = 0..3;

fn id() -> impl Strategy<Value = u128> {
    any::<u128>()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-z]{0,8}"]
}

fn at() -> impl Strategy<Value = Timestamp> {
    let all = Timestamp::MIN.as_microsecond()..=Timestamp::MAX.as_microsecond();
    all.prop_map(|micros| Timestamp::from_microsecond(micros).unwrap())
}

fn decimal() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        (any::<i64>(), 0_u32..=28).prop_map(|(number, scale)| Decimal::new(number, scale)),
        Just(Decimal::MAX),
        Just(Decimal::MIN),
    ]
}

fn date() -> impl Strategy<Value = PartialDate> {
    let year = 0_i16..=9999;
    prop_oneof![
        year.clone()
            .prop_map(|year| PartialDate::year(year).unwrap()),
        (year.clone(), 1_i8..=12)
            .prop_map(|(year, month)| PartialDate::month(year, month).unwrap()),
        (year, 1_i8..=12, 1_i8..=28)
            .prop_map(|(year, month, day)| PartialDate::day(Date::new(year, month, day).unwrap())),
    ]
}

fn entity() -> impl Strategy<Value = Entity> {
    select(vec![Entity::Individual, Entity::Company])
}

fn role() -> impl Strategy<Value = AssociatedRole> {
    select(AssociatedRole::ALL.to_vec())
}

fn profile_status() -> impl Strategy<Value = ProfileStatus> {
    use ProfileStatus::{Banned, Normal, Suspended};
    select(vec![Normal, Suspended, Banned])
}

fn application_status() -> impl Strategy<Value = ApplicationStatus> {
    use ApplicationStatus::{Applied, Approved, Cancelled, InReview, Rejected};
    select(vec![Applied, Approved, InReview, Rejected, Cancelled])
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        text().prop_map(Value::Text),
        decimal().prop_map(Value::Number),
        (decimal(), decimal()).prop_map(|(low, high)| Value::Between(low, high)),
        date().prop_map(Value::Date),
        any::<bool>().prop_map(Value::Flag),
    ]
}

fn key() -> impl Strategy<Value = &'static str> {
    select(
        PROPERTIES
            .iter()
            .map(|property| property.key)
            .collect::<Vec<_>>(),
    )
}

fn collected() -> impl Strategy<Value = Collected> {
    let declared = btree_map(key(), vec(value(), FEW), FEW);
    let custom = btree_map(text(), vec(value(), FEW), FEW);
    (declared, custom).prop_map(|(declared, custom)| Collected { declared, custom })
}

fn property() -> impl Strategy<Value = Property> {
    use Resolved::{Any, Confirmed, Dismissed, Potential};
    let kind = option::of(select(EventKind::ALL.to_vec()));
    let resolved = select(vec![Potential, Confirmed, Dismissed, Any]);
    prop_oneof![
        key().prop_map(Property::Declared),
        text().prop_map(Property::Custom),
        id().prop_map(|id| Property::CheckResult(CheckVariantId(id))),
        id().prop_map(|id| Property::CheckDecision(CheckVariantId(id))),
        (kind, resolved).prop_map(|(kind, resolved)| Property::Events(kind, resolved)),
    ]
}

fn missing() -> impl Strategy<Value = BTreeSet<Missing>> {
    use Why::{CheckFailed, CheckPending, NotSupplied, RiskUndetermined, TooCoarse};
    let why = select(vec![
        NotSupplied,
        TooCoarse,
        CheckPending,
        CheckFailed,
        RiskUndetermined,
    ]);
    let one = (property(), why).prop_map(|(property, why)| Missing { property, why });
    btree_set(one, FEW)
}

fn level() -> impl Strategy<Value = LevelReached> {
    use RiskCategory::{High, Low, Medium};
    (
        any::<u32>(),
        text(),
        text(),
        select(vec![Low, Medium, High]),
    )
        .prop_map(|(rank, alias, label, category)| LevelReached {
            rank: rank as usize,
            alias: alias.into(),
            label: label.into(),
            category,
        })
}

fn factor() -> impl Strategy<Value = FactorOutcome> {
    let words = (text(), text(), option::of(text()), option::of(text()));
    (words, any::<bool>(), option::of(decimal()), missing()).prop_map(
        |((alias, label, input, rule), required, score, missing)| FactorOutcome {
            alias: alias.into(),
            label: label.into(),
            required,
            input,
            rule: rule.map(Into::into),
            score,
            missing,
        },
    )
}

fn assessment() -> impl Strategy<Value = Assessment> {
    let score = || option::of(decimal());
    let parts = (vec(factor(), FEW), vec(score(), FEW));
    (id(), option::of(level()), score(), score(), parts).prop_map(
        |(model, level, total, own, (factors, groups))| Assessment {
            model: RiskModelId(model),
            level,
            total,
            own,
            factors,
            groups,
        },
    )
}

fn stage() -> impl Strategy<Value = Stage> {
    prop_oneof![
        Just(Stage::New),
        missing().prop_map(Stage::WaitsForRisk),
        missing().prop_map(Stage::WaitsForData),
        Just(Stage::WaitsForChecks),
        Just(Stage::WaitsForAssociates),
        vec(id().prop_map(TaskVariantId), FEW).prop_map(Stage::WaitsForTasks),
        Just(Stage::ReadyForDecision),
        Just(Stage::Decided),
        Just(Stage::Unsettled),
    ]
}

fn outcome() -> impl Strategy<Value = PolicyOutcome> {
    prop_oneof![
        Just(PolicyOutcome::AutomaticApproval),
        Just(PolicyOutcome::ManualReview),
        text().prop_map(|reason| PolicyOutcome::ImmediateRejection { reason }),
    ]
}

fn decider() -> impl Strategy<Value = Decider> {
    prop_oneof![
        Just(Decider::Policy),
        id().prop_map(|id| Decider::CompanyPolicy {
            company: ProfileId(id)
        }),
        (id(), text(), text()).prop_map(|(id, name, email)| Decider::User { id, name, email }),
        text().prop_map(|name| Decider::Key { name }),
    ]
}

fn history_entry() -> impl Strategy<Value = HistoryEntry> {
    let words = (option::of(text()), vec(text(), FEW));
    (
        application_status(),
        at(),
        decider(),
        words,
        any::<u64>(),
        any::<bool>(),
    )
        .prop_map(
            |(status, at, by, (comment, reasons), config_version, reverted)| HistoryEntry {
                status,
                at,
                by,
                comment,
                reasons,
                config_version,
                reverted,
            },
        )
}

fn decision_made() -> impl Strategy<Value = DecisionMade> {
    let events = btree_set(id().prop_map(EventId), FEW);
    (decider(), at(), option::of(text()), events).prop_map(|(by, at, level, events)| DecisionMade {
        by,
        at,
        level,
        events,
    })
}

fn application() -> impl Strategy<Value = Application> {
    let reverted = (option::of(text()), text(), any::<bool>());
    let reverted = reverted.prop_map(|(level, reason, approved)| RevertedAt {
        level,
        reason,
        approved,
    });
    let base = (id(), id(), option::of(role()), any::<bool>(), at());
    let place = (application_status(), stage(), option::of(assessment()));
    let required = vec(id().prop_map(TaskVariantId), FEW);
    let ends = (
        option::of(outcome()),
        vec(history_entry(), FEW),
        option::of(decision_made()),
        btree_set(reverted, FEW),
    );
    (base, place, required, ends).prop_map(
        |(
            (id, product, role, asked, applied),
            (status, stage, assessment),
            required,
            (outcome, history, decision, reverted_at),
        )| Application {
            id: ApplicationId(id),
            product: ProductId(product),
            role,
            asked,
            applied,
            status,
            stage,
            assessment,
            required,
            outcome,
            history,
            decision,
            reverted_at,
        },
    )
}

fn set_by() -> impl Strategy<Value = SetBy> {
    let events = btree_set(id().prop_map(EventId), FEW);
    let associates = btree_set(id().prop_map(ProfileId), FEW);
    let person = (events, associates);
    prop_oneof![
        Just(SetBy::Policy),
        person.prop_map(|(events, associates)| SetBy::Person { events, associates }),
    ]
}

pub(super) fn task() -> impl Strategy<Value = Task> {
    use TaskCause::{Expiry, Person, Policy, Revert};
    use TaskState::{Failed, Incomplete, Passed};
    let what = (id(), id(), select(vec![Policy, Expiry, Person, Revert]));
    let state = (select(vec![Incomplete, Passed, Failed]), set_by());
    let times = (at(), option::of(at()), option::of(at()));
    let imported = (option::of(text()), option::of(at()));
    let checks = || btree_set(id().prop_map(CheckVariantId), FEW);
    let flags = any::<[bool; 3]>();
    (what, state, times, imported, (checks(), checks()), flags).prop_map(
        |(
            (id, variant, cause),
            (state, set_by),
            (created, passed, expires),
            (provenance, arrived),
            (rerun, withheld),
            [custom_expiry, upcoming, skipped],
        )| Task {
            id: TaskId(id),
            variant: TaskVariantId(variant),
            created,
            cause,
            state,
            set_by,
            passed,
            provenance,
            arrived,
            expires,
            custom_expiry,
            upcoming,
            skipped,
            rerun,
            withheld,
        },
    )
}

fn candidate() -> impl Strategy<Value = Candidate> {
    (text(), entity(), role(), option::of(decimal())).prop_map(|(key, entity, role, share)| {
        Candidate {
            key,
            entity,
            role,
            share,
        }
    })
}

fn check() -> impl Strategy<Value = Check> {
    use CheckState::{Complete, Pending, Running};
    use Decision::{Error, Fail, Partial, Pass, Warn};
    let what = (id(), id(), btree_set(id().prop_map(TaskId), FEW));
    let state = (select(vec![Pending, Running, Complete]), any::<bool>());
    let times = (at(), option::of(at()));
    let decision = option::of(select(vec![Pass, Fail, Partial, Warn, Error]));
    let result = (option::of(text()), decision, vec(candidate(), FEW));
    (what, state, times, result).prop_map(
        |(
            (id, variant, tasks),
            (state, asked),
            (ordered, completed),
            (result, decision, candidates),
        )| Check {
            id: CheckId(id),
            variant: CheckVariantId(variant),
            tasks,
            state,
            asked,
            ordered,
            completed,
            result,
            decision,
            candidates,
        },
    )
}

fn event() -> impl Strategy<Value = Event> {
    use Resolution::{CreatedTask, Ignore, Match, Mismatch, Unresolved};
    let resolution = select(vec![Unresolved, Mismatch, Match, Ignore, CreatedTask]);
    let what = (id(), select(EventKind::ALL.to_vec()), option::of(text()));
    (what, resolution, at(), option::of(at())).prop_map(
        |((id, kind, match_id), resolution, created, resolved)| Event {
            id: EventId(id),
            kind,
            match_id,
            resolution,
            created,
            resolved,
        },
    )
}

fn role_held() -> impl Strategy<Value = RoleHeld> {
    let tasks = btree_set(id().prop_map(TaskVariantId), FEW);
    (role(), option::of(decimal()), tasks).prop_map(|(role, share, tasks)| RoleHeld {
        role,
        share,
        tasks,
    })
}

fn copied_application() -> impl Strategy<Value = CopiedApplication> {
    let risk = (option::of(level()), option::of(decimal()));
    (id(), application_status(), any::<bool>(), risk).prop_map(
        |(product, status, automating, (level, own_score))| CopiedApplication {
            product: ProductId(product),
            status,
            automating,
            level,
            own_score,
        },
    )
}

fn copy() -> impl Strategy<Value = AssociateCopy> {
    let lists = (
        vec(text(), FEW),
        vec(event(), FEW),
        vec(copied_application(), FEW),
    );
    let place = (any::<u64>(), any::<bool>(), any::<u32>());
    (place, collected(), lists, profile_status()).prop_map(
        |((version, circular, depth), collected, (tags, events, applications), status)| {
            AssociateCopy {
                version,
                collected,
                tags,
                events,
                status,
                applications,
                circular,
                depth,
            }
        },
    )
}

fn associate() -> impl Strategy<Value = Associate> {
    let asked = btree_set(id().prop_map(ProductId), FEW);
    (
        id(),
        entity(),
        vec(role_held(), FEW),
        asked,
        option::of(copy()),
    )
        .prop_map(|(profile, entity, roles, asked, copy)| Associate {
            profile: ProfileId(profile),
            entity,
            roles,
            asked,
            copy,
        })
}

fn tag() -> impl Strategy<Value = Tag> {
    (id(), text(), any::<bool>()).prop_map(|(id, name, automatic)| Tag {
        id: TagId(id),
        name,
        automatic,
    })
}

fn parent() -> impl Strategy<Value = Parent> {
    let products = btree_set(id().prop_map(ProductId), FEW);
    (id(), btree_set(role(), FEW), products).prop_map(|(profile, roles, products)| Parent {
        profile: ProfileId(profile),
        roles,
        products,
    })
}

pub(super) fn profile() -> impl Strategy<Value = Profile> {
    let base = (
        id(),
        entity(),
        any::<bool>(),
        profile_status(),
        at(),
        any::<u64>(),
    );
    let facts = (collected(), vec(candidate(), FEW), vec(tag(), FEW));
    let work = (
        vec(application(), FEW),
        vec(task(), FEW),
        vec(check(), FEW),
        vec(event(), FEW),
    );
    let keys = || btree_set(text(), FEW);
    let window = option::of(id().prop_map(WindowId));
    let others = (
        vec(associate(), FEW),
        keys(),
        keys(),
        vec(parent(), FEW),
        window,
    );
    (base, facts, work, others).prop_map(
        |(
            (id, entity, associated, status, created, config_version),
            (collected, unlinked, tags),
            (applications, tasks, checks, events),
            (associates, wanted, added, parents, window),
        )| Profile {
            id: ProfileId(id),
            entity,
            associated,
            status,
            created,
            config_version,
            collected: collected.into(),
            unlinked,
            tags,
            applications,
            tasks,
            checks,
            events,
            associates,
            wanted,
            added,
            parents,
            window,
        },
    )
}

/// JSON as it may come from anywhere, with numbers of every kind.
pub(super) fn json() -> impl Strategy<Value = Json> {
    let finite = any::<f64>().prop_filter("JSON has finite numbers only", |n| n.is_finite());
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        finite.prop_map(Json::from),
        text().prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            btree_map(text(), inner, 0..4)
                .prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    })
}

fn error() -> impl Strategy<Value = Error> {
    let info = option::of(json().prop_filter("null is none", |info| !info.is_null()));
    let code = select(ErrorCode::ALL.to_vec());
    let source = select(ErrorSource::ALL.to_vec());
    (code, text(), source, info).prop_map(|(code, message, source, info)| Error {
        code,
        message,
        source,
        info,
    })
}

fn attempt() -> impl Strategy<Value = Attempt> {
    let times = (any::<i64>(), option::of(any::<i64>()));
    (text(), times, option::of(text()), vec(error(), FEW)).prop_map(
        |(provider_name, (started, ended), result, errors)| Attempt {
            provider_name,
            started,
            ended,
            result,
            errors,
        },
    )
}

pub(super) fn check_body() -> impl Strategy<Value = CheckBody> {
    let fields = || btree_map(text(), json(), FEW).prop_map(|map| map.into_iter().collect());
    let output = option::of(json().prop_filter("null is none", |output| !output.is_null()));
    let provider =
        (text(), any::<bool>()).prop_map(|(provider_name, is_monitored)| CheckProvider {
            provider_name,
            is_monitored,
        });
    let lists = (vec(error(), FEW), vec(provider, FEW), vec(attempt(), FEW));
    (json(), output, lists, fields(), fields()).prop_map(
        |(input, output, (errors, providers, attempts), options, extra)| CheckBody {
            input: input.into(),
            output,
            errors,
            providers,
            options,
            extra,
            attempts,
        },
    )
}
