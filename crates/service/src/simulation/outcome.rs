//! What became of each profile, in the words of the API.

use domain::{
    Application, ApplicationStatus, CheckState, Decider, Element, Facts, Missing, Profile,
    Property, SmartPolicy, Stage, Task, TaskState, TaskVariantId, Turn, Why,
};
use serde_json::{Value, json};

use super::World;
use super::build::Row;
use crate::change::{self, Loaded};
use crate::platform::Account;
use crate::render::{self, View};
use crate::{Failure, convert};

/// The outcome of every row, and how many more profiles automation has made.
pub(super) async fn all(world: &World, rows: &[Row]) -> Result<(Vec<Value>, i64), Failure> {
    let account = world.platform.account(world.caller.account).await?;
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut made = 0;
    for row in rows {
        outcomes.push(match row.made() {
            Ok(id) => {
                let loaded = change::load(&world.platform, &account, id).await?;
                let loaded = loaded.ok_or_else(|| Failure::internal("a profile vanished"))?;
                made += 1;
                simulated(&account, row, &loaded)
            }
            Err(errors) => json!({
                "reference": row.reference,
                "outcome": "refused",
                "errors": errors,
            }),
        });
    }
    let stored = store::profiles::count(&world.platform.store, account.row.account, &[]).await?;
    Ok((outcomes, stored - made))
}

fn simulated(account: &Account, row: &Row, loaded: &Loaded) -> Value {
    let profile = &loaded.profile;
    let view = View::loaded(account, loaded);
    let mut outcome = json!({
        "reference": row.reference,
        "outcome": "simulated",
        "applications": profile.applications.iter()
            .map(|one| application(account, view, one))
            .collect::<Vec<_>>(),
        "checks": checks(view),
        "unresolved_events": profile.open_events().count(),
    });
    if !row.left_out.is_empty() {
        outcome["left_out"] = json!(row.left_out);
    }
    outcome
}

/// The checks that ended, by variant.
fn checks(view: View<'_>) -> Vec<Value> {
    let config = &view.config.config;
    let ended = view.profile.checks.iter();
    ended
        .filter(|check| check.state == CheckState::Complete)
        .map(|check| {
            let variant = config.checks.get(&check.variant);
            json!({
                "variant": variant.map(|variant| variant.alias.as_str()),
                "check_type": convert::check_type(variant),
                "result": check.result,
                "decision": check.decision.map(convert::decision),
            })
        })
        .collect()
}

fn application(account: &Account, view: View<'_>, one: &Application) -> Value {
    let shown = render::application(view, one);
    let policy = policy_of(view, one);
    let turns = turns(account, view, (one, policy));
    let mut outcome = json!({
        "product": shown.product.alias,
        "associated_role": shown.associated_role,
        "status": shown.status,
        "flag": shown.flag,
        "asked_by_company": !one.asked,
        "needs_hands": one.is_open() && one.stage.needs_hands(),
        "level": one.level(),
        "risk": shown.risk,
        "tasks": one.required.iter()
            .map(|variant| task(view, one, *variant))
            .collect::<Vec<_>>(),
        "waiting_for": shown.waiting_for,
        "missing": missing(account, one, &turns),
        "decided_by_policy": decided_by_policy(one),
    });
    if one.status == ApplicationStatus::Rejected {
        let rule = turns.last().filter(|turn| !is_last_level(policy, turn));
        outcome["rejection"] = json!({
            "level": one.level(),
            "rule": rule.map(|turn| turn.branch.as_str()),
            "answer": rule.and_then(|turn| turn.answer),
            "reason": one.history.last().and_then(|step| step.comment.as_deref()),
        });
    }
    outcome
}

fn decided_by_policy(one: &Application) -> bool {
    let by = one.decision.as_ref().map(|decision| &decision.by);
    matches!(by, Some(Decider::Policy))
}

/// The policy that an application goes through.
fn policy_of<'a>(view: View<'a>, one: &Application) -> Option<&'a SmartPolicy> {
    let config = &view.config.config;
    let product = config.products.get(&one.product);
    let course = product.and_then(|product| product.course(view.profile.entity));
    course.and_then(|course| config.policies.get(&course.policy))
}

/// Whether a turn only says that the level of risk is none of the others: a table by level ends so.
/// The level itself is told beside it.
fn is_last_level(policy: Option<&SmartPolicy>, turn: &Turn) -> bool {
    let mut elements = policy.into_iter().flat_map(|policy| &policy.elements);
    let asks_level_only = |element: &Element| match element {
        Element::Branch {
            name, condition, ..
        } if *name == turn.branch => domain::properties(condition)
            .iter()
            .all(|property| **property == Property::Declared("risk.level")),
        Element::Branch { .. } | Element::Tasks { .. } | Element::Outcome(_) => false,
    };
    turn.answer == Some(false) && elements.any(asks_level_only)
}

/// The branches by which the policy came to where it is.
fn turns(
    account: &Account,
    view: View<'_>,
    (one, policy): (&Application, Option<&SmartPolicy>),
) -> Vec<Turn> {
    let at = jiff::Timestamp::from_microsecond(view.modified).unwrap_or(jiff::Timestamp::MIN);
    let today = domain::date_in(at, &account.zone);
    let facts = Facts::of(view.profile, Some(one), today);
    policy
        .map(|policy| domain::turns(policy, &facts))
        .unwrap_or_default()
}

/// What keeps the score or the policy from an answer: which field, and which factor or branch asks.
fn missing(account: &Account, one: &Application, turns: &[Turn]) -> Vec<Value> {
    let told = |asked: (&str, &str), missing: &Missing| {
        json!({
            asked.0: asked.1,
            "field": missing.property.key(),
            "label": missing.property.label(),
            "check": check_alias(account, missing),
            "why": why(missing.why),
        })
    };
    let factors = one.assessment.iter().filter(|one| one.level.is_none());
    let factors = factors.flat_map(|assessment| &assessment.factors);
    let lacking = factors.filter(|factor| factor.required && factor.score.is_none());
    let by_factor = lacking.flat_map(|factor| {
        let missing = factor.missing.iter();
        missing.map(|missing| told(("factor", &factor.label), missing))
    });
    let mut all: Vec<Value> = by_factor.collect();
    if let (Stage::WaitsForData(missing), Some(turn)) = (&one.stage, turns.last()) {
        all.extend(
            missing
                .iter()
                .map(|missing| told(("branch", &turn.branch), missing)),
        );
    }
    all
}

fn check_alias<'a>(account: &'a Account, missing: &Missing) -> Option<&'a str> {
    let (Property::CheckResult(variant) | Property::CheckDecision(variant)) = &missing.property
    else {
        return None;
    };
    let known = account.config.config.checks.get(variant);
    known.map(|variant| variant.alias.as_str())
}

fn why(why: Why) -> &'static str {
    match why {
        Why::NotSupplied => "not_supplied",
        Why::TooCoarse => "too_coarse",
        Why::CheckPending => "check_pending",
        Why::CheckFailed => "check_failed",
        Why::RiskUndetermined => "risk_undetermined",
    }
}

fn task(view: View<'_>, one: &Application, variant: TaskVariantId) -> Value {
    let shown = render::task_variant(&view.config.config, variant);
    let live = view.profile.live_task(variant);
    let is_open = !live.is_some_and(|task| task.state == TaskState::Passed || task.skipped);
    let needs_hands = is_open && one.is_open() && one.stage.needs_hands();
    json!({
        "alias": shown.alias,
        "name": shown.name,
        "task_type": shown.task_type,
        "state": live.map(|task| convert::task_state(task.state)),
        "needs_hands": needs_hands,
        "because": if needs_hands { because(view, variant, live) } else { Vec::new() },
    })
}

/// Why a task has not passed by itself, in words.
fn because(view: View<'_>, variant: TaskVariantId, live: Option<&Task>) -> Vec<String> {
    let config = &view.config.config;
    let (Some(variant), Some(live)) = (config.tasks.get(&variant), live) else {
        return Vec::new();
    };
    let profile = view.profile;
    let mut reasons: Vec<String> = Vec::new();
    if let Some(rule) = &variant.associates {
        reasons.push(on_list(profile, variant, rule));
    }
    let mut known = variant.automatic_checks.clone();
    let accepting = variant.acceptance_checks.iter();
    known.extend(accepting.filter(|check| !variant.automatic_checks.contains(check)));
    for check in &known {
        let alias = config.checks.get(check).map_or("", |check| &check.alias);
        let latest = profile.latest_check_of(*check, live);
        let decision = latest.and_then(|check| check.decision);
        if let Some(decision) = decision.filter(|one| *one != domain::Decision::Pass) {
            reasons.push(format!("{alias}: {}", convert::decision(decision)));
        }
    }
    let matches = profile.open_events().count();
    if variant.screening && matches > 0 {
        reasons.push(format!("matches to resolve: {matches}"));
    }
    if reasons.is_empty() {
        reasons.push("no check passes it by itself".to_owned());
    }
    reasons
}

/// How many of a verification list are approved.
fn on_list(
    profile: &Profile,
    variant: &domain::TaskVariant,
    rule: &domain::AssociateRule,
) -> String {
    let listed = profile
        .associates
        .iter()
        .filter(|one| one.is_on(variant.id, &rule.roles) && !one.is_circular());
    let (mut count, mut approved) = (0, 0);
    for associate in listed {
        count += 1;
        approved += usize::from(associate.is_approved_for(rule.product));
    }
    match count {
        0 => "nobody is on its list".to_owned(),
        _ => format!("associates approved: {approved} of {count}"),
    }
}
