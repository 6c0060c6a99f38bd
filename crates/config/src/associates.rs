//! The key `associates` of a task: who is on its verification list, and when that is enough.

use std::collections::BTreeSet;

use document::{Fields, Value};
use domain::{AssociateRule, AssociatedRole, AutomaticAddition, Entity, PassingRule, ProductId};
use wire::value::TaskType;

use crate::catalogue;
use crate::number::decimal;
use crate::scope::{Scope, references};
use crate::section::Section;

/// The highest number of associates a passing rule can ask for.
pub(crate) const PASS_COUNT_MAX: usize = 1000;

/// Reads the key; `None` when it is wrong, which has been reported.
pub(crate) fn read<'a>(
    value: &Value<'a>,
    scope: &Scope<'a>,
    task_type: Option<TaskType>,
) -> Option<AssociateRule> {
    if let Some(task_type) = task_type {
        check_type(value, scope, task_type);
    }
    let fields = value.fields()?;
    let roles = current_roles(&fields, scope);
    let product = fields.required("product");
    let product = product.and_then(|product| scope.find(Section::Product, &product));
    let automatic = fields.optional("add");
    let automatic = automatic.map(|value| addition(&value, scope, &roles));
    let passing = fields.optional("pass").map(|value| passing(&value, &roles));
    fields.finish();
    Some(AssociateRule {
        product: ProductId(product?.id),
        automatic: automatic.unwrap_or(Some(AutomaticAddition::Nobody))?,
        passing: passing.unwrap_or(Some(PassingRule::All))?,
        roles,
    })
}

fn check_type<'a>(value: &Value<'a>, scope: &Scope<'a>, task_type: TaskType) {
    if !task_type.as_str().starts_with("COMPANY_") {
        value.report("only tasks of companies have associates");
    } else if catalogue::is_screening(task_type) {
        value.report_with_hint(
            format!("a task of the type {task_type} screens the company and has no associates"),
            "give \"associates\" to a task of their own, for example of the type \
             COMPANY_IDENTIFY_OFFICERS",
        );
    } else if !catalogue::has_list(task_type) {
        let message = format!("tasks of the type {task_type} usually have no associates");
        scope.warn(value.path(), value.place(), message);
    }
}

fn current_roles<'a>(fields: &Fields<'a>, scope: &Scope<'a>) -> BTreeSet<AssociatedRole> {
    let Some(value) = fields.required("roles") else {
        return BTreeSet::new();
    };
    let roles = roles(&value);
    if roles.is_empty() && value.list().is_some_and(|list| list.is_empty()) {
        value.report("name the roles on the list");
    }
    for role in roles.iter().filter(|role| !role.is_current()) {
        let message = format!(
            "nobody in the role {} is ever on a verification list",
            role.name().to_lowercase()
        );
        scope.warn(value.path(), value.place(), message);
    }
    roles
}

/// Roles by the API's names, in any letter case.
pub(crate) fn roles(value: &Value<'_>) -> BTreeSet<AssociatedRole> {
    let names: Vec<(String, AssociatedRole)> = AssociatedRole::ALL
        .into_iter()
        .map(|role| (role.name().to_lowercase(), role))
        .collect();
    let choices: Vec<(&str, AssociatedRole)> = names
        .iter()
        .map(|(name, role)| (name.as_str(), *role))
        .collect();
    let mut roles = BTreeSet::new();
    for item in references(value) {
        let by_api = item.scalar().and_then(AssociatedRole::named);
        let Some(role) = by_api.or_else(|| item.one_of(&choices)) else {
            continue;
        };
        if !roles.insert(role) {
            item.report("this role is named twice here");
        }
    }
    roles
}

fn addition<'a>(
    value: &Value<'a>,
    scope: &Scope<'a>,
    roles: &BTreeSet<AssociatedRole>,
) -> Option<AutomaticAddition> {
    if value.scalar().is_some() {
        return value.one_of(&[
            ("nobody", AutomaticAddition::Nobody),
            ("everybody", AutomaticAddition::Everybody),
        ]);
    }
    let fields = value.fields()?;
    let share = fields.required("share_at_least");
    let percentage = share.as_ref().and_then(|share| decimal(share, 0, 100));
    fields.finish();
    if !roles.iter().any(|role| role.has_shares()) {
        let message = "none of these roles has shares, so everybody in them is added";
        scope.warn(value.path(), value.place(), message);
    }
    Some(AutomaticAddition::ShareAtLeast(percentage?))
}

fn passing(value: &Value<'_>, on_list: &BTreeSet<AssociatedRole>) -> Option<PassingRule> {
    const FORMS: &str = "a passing rule is \"all\", or has one of count, percentage, roles";
    if let Some(word) = value.scalar() {
        if word != "all" {
            value.report(FORMS);
        }
        return (word == "all").then_some(PassingRule::All);
    }
    let fields = value.fields()?;
    let count = fields.optional_integer("count", 1..=PASS_COUNT_MAX);
    let percentage = fields.optional("percentage");
    let percentage = percentage.as_ref().and_then(|value| decimal(value, 1, 100));
    let roles_value = fields.optional("roles");
    let roles = roles_value.as_ref().map(roles);
    if let (Some(value), Some(roles)) = (&roles_value, &roles) {
        for role in roles.difference(on_list) {
            let role = role.name().to_lowercase();
            value.report(format!(
                "the role {role} is not among the roles of the list"
            ));
        }
    }
    let given = ["count", "percentage", "roles"].map(|key| fields.has(key));
    if given.iter().filter(|given| **given).count() != 1 {
        fields.report(FORMS);
    }
    fields.finish();
    count
        .map(PassingRule::Count)
        .or(percentage.map(PassingRule::Percentage))
        .or(roles.map(PassingRule::Roles))
}

/// The kinds of profile that can hold one of the roles.
pub(crate) fn entities(roles: &BTreeSet<AssociatedRole>) -> &'static [Entity] {
    let person_only = |role: &AssociatedRole| {
        matches!(
            role,
            AssociatedRole::AuthorizedPerson | AssociatedRole::UnauthorizedPerson
        )
    };
    if roles.iter().all(person_only) {
        &[Entity::Individual]
    } else {
        &[Entity::Individual, Entity::Company]
    }
}
