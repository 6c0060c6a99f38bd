//! Conditions of risk rules and policy branches.

mod operand;
mod operator;

use document::{Fields, Value};
use domain::{Condition, Entity, Holder, Property, Quantifier, Test};

use crate::property::{self, Known};
use crate::scope::{RiskAsked, Scope, plural};

/// How many parts `all`, `any` and `at_least` can have.
pub(crate) const PARTS_COUNT_MAX: usize = 200;

/// Who asks, about whom.
pub(crate) struct Asking<'s, 'a> {
    pub(crate) scope: &'s Scope<'a>,
    /// Whose facts are looked at.
    pub(crate) about: About,
    /// The property of a bare operator: that of the risk factor.
    pub(crate) own: Option<Known>,
    /// The policy, when a policy asks.
    pub(crate) policy: Option<u128>,
}

/// Whose facts a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// The profile's own.
    Profile(Option<Entity>),
    /// An associate's.
    Associate,
}

/// Reads a condition; `None` when it is wrong, which has been reported.
pub(crate) fn read<'a>(asking: &Asking<'_, 'a>, value: &Value<'a>) -> Option<Condition> {
    let fields = value.fields()?;
    let has = |key: &str| value.node().get(key).is_some();
    let condition = if has("all") {
        parts(asking, &fields, "all").map(Condition::All)
    } else if has("any") {
        parts(asking, &fields, "any").map(Condition::Any)
    } else if has("not") {
        let part = fields.required("not");
        part.and_then(|part| read(asking, &part))
            .map(|part| Condition::Not(Box::new(part)))
    } else if is_counting(value) {
        at_least(asking, &fields)
    } else {
        test(asking, &fields)
    };
    fields.finish();
    condition
}

/// `at_least` counts parts when it is a mapping, and is an operator when it is a number.
fn is_counting(value: &Value<'_>) -> bool {
    let at_least = value.node().get("at_least");
    at_least.is_some_and(|node| matches!(node.kind, document::Kind::Mapping(_)))
}

fn parts<'a>(asking: &Asking<'_, 'a>, fields: &Fields<'a>, key: &str) -> Option<Vec<Condition>> {
    let value = fields.required(key)?;
    let items = value.list()?;
    if items.is_empty() {
        value.report("this list has no conditions");
        return None;
    }
    if items.len() > PARTS_COUNT_MAX {
        value.report(format!("a list has at most {PARTS_COUNT_MAX} conditions"));
        return None;
    }
    let read: Vec<Option<Condition>> = items.iter().map(|item| read(asking, item)).collect();
    read.into_iter().collect()
}

fn at_least<'a>(asking: &Asking<'_, 'a>, fields: &Fields<'a>) -> Option<Condition> {
    let counting = fields.mapping("at_least")?;
    let parts = parts(asking, &counting, "of");
    let count = counting.integer("count", 1..=PARTS_COUNT_MAX);
    if let Some(parts) = &parts
        && count > parts.len()
    {
        let of = parts.len();
        counting.report(format!(
            "at least {count} of {of} conditions can never hold"
        ));
    }
    counting.finish();
    Some(Condition::AtLeast(count, parts?))
}

/// One test of one property, or of several bounds of it.
fn test<'a>(asking: &Asking<'_, 'a>, fields: &Fields<'a>) -> Option<Condition> {
    let named = if asking.own.is_some() {
        fields.optional("property")
    } else {
        fields.required("property")
    };
    let known = match (&named, &asking.own) {
        (Some(value), _) => property::find(asking.scope, value),
        (None, own) => own.clone(),
    };
    let quantifiers = [
        ("any", Quantifier::Any),
        ("all", Quantifier::All),
        ("current", Quantifier::Current),
    ];
    let which = fields.optional("which");
    let quantifier = which.as_ref().and_then(|value| value.one_of(&quantifiers));
    let asked = operator::read(asking, fields, known.as_ref());
    let known = known?;
    if let Some(value) = &named {
        check_subject(asking, &known, value);
    }
    let asked = asked?;
    if known.many && asked.needs_quantifier() && which.is_none() {
        fields.collector().report_with_hint(
            fields.path(),
            fields.place(),
            format!("{} can have several values", known.label),
            "say which of them must match: \"which: any\", \"which: all\" or \"which: current\"",
        );
    } else if let Some(which) = &which
        && !(known.many && asked.needs_quantifier())
    {
        which.report("\"which\" is for a test of the values of a property that can have several");
    }
    let test = Condition::Test(Test {
        property: known.property,
        quantifier: quantifier.unwrap_or(Quantifier::Any),
        operator: asked.operator,
    });
    Some(if asked.negated {
        Condition::Not(Box::new(test))
    } else {
        test
    })
}

/// Reports a property that whoever is asked about cannot have.
pub(crate) fn check_subject<'a>(asking: &Asking<'_, 'a>, known: &Known, value: &Value<'a>) {
    let of_risk = is_risk(&known.property);
    let of_check = matches!(
        known.property,
        Property::CheckResult(_) | Property::CheckDecision(_)
    );
    match asking.about {
        About::Associate if of_check => {
            value.report("a company does not know the checks of its associates");
        }
        About::Associate => {}
        About::Profile(entity) => {
            check_holder(known, entity, value);
            if of_risk && asking.policy.is_none() {
                value.report_with_hint(
                    format!(
                        "a risk model cannot ask for its own {}",
                        known.label.to_lowercase()
                    ),
                    "add \"associates\" to the factor to use the risk of associates",
                );
            }
        }
    }
    if let Some(policy) = asking.policy
        && known.property == Property::Declared("risk.score")
    {
        asking.scope.ask_risk(RiskAsked {
            policy,
            level: None,
            path: value.path().to_owned(),
            place: value.place(),
        });
    }
}

/// Whether the property is the application's risk.
pub(crate) fn is_risk(property: &Property) -> bool {
    matches!(property, Property::Declared("risk.level" | "risk.score"))
}

fn check_holder(known: &Known, entity: Option<Entity>, value: &Value<'_>) {
    let Some(entity) = entity else {
        return;
    };
    let has = match known.holder {
        Holder::Both => true,
        Holder::Individual => entity == Entity::Individual,
        Holder::Company => entity == Entity::Company,
    };
    if !has {
        value.report(format!(
            "{} do not have the property \"{}\"",
            plural(entity),
            shown(value)
        ));
    }
}

fn shown(value: &Value<'_>) -> String {
    value.scalar().unwrap_or_default().to_owned()
}
