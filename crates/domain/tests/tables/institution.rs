//! The variants, reasons and rules of an institution, from text.

use std::collections::BTreeMap;

use domain::*;

use crate::scenario::id;
use crate::text::{number, roles};

pub(crate) fn reason(text: &str) -> DecisionReason {
    let (kind, alias) = text.split_once(' ').expect("a kind and an alias");
    let kind = match kind {
        "approval" => ReasonKind::Approval,
        "rejection" => ReasonKind::Rejection,
        _ => ReasonKind::Cancellation,
    };
    let (alias, product) = alias
        .split_once(" for ")
        .map_or((alias, None), |(alias, product)| (alias, Some(id(product))));
    DecisionReason {
        alias: alias.to_owned(),
        name: alias.to_owned(),
        description: None,
        kind,
        products: product.into_iter().collect(),
    }
}

pub(crate) fn check_variant(id: u128) -> CheckVariant {
    CheckVariant {
        id: CheckVariantId(id),
        alias: format!("check{id}"),
        name: String::new(),
        check_type: "IDENTITY_CHECK".to_owned(),
        entity: Entity::Individual,
        providers: Vec::new(),
        by_country: Vec::new(),
        is_default: false,
        retired: id == 9,
    }
}

/// `auto 1; accept 1,2; expiry 60; notice 10; level high 30; spread 5; skip; screening; list director product 2; enough all; add everybody`
pub(crate) fn task_variant(variant: TaskVariantId, name: &str, options: &str) -> TaskVariant {
    let checks = |text: &str| {
        text.split(',')
            .map(|id| CheckVariantId(id.parse().expect("an id")))
            .collect()
    };
    let mut task = TaskVariant {
        id: variant,
        alias: name.to_owned(),
        name: name.to_owned(),
        description: None,
        task_type: "INDIVIDUAL_MANUAL_TASK".to_owned(),
        entity: Entity::Individual,
        screening: false,
        automatic_checks: Vec::new(),
        acceptance_checks: Vec::new(),
        expiry: None,
        skip_first: false,
        associates: None,
        retired: false,
    };
    for option in options.split(';') {
        let words: Vec<&str> = option.split_whitespace().collect();
        match words[..] {
            ["auto", ids] => task.automatic_checks = checks(ids),
            ["accept", ids] => task.acceptance_checks = checks(ids),
            ["screening"] => task.screening = true,
            ["skip"] => task.skip_first = true,
            ["retired"] => task.retired = true,
            ["expiry" | "notice" | "spread" | "level", ..] => set_expiry(&mut task, &words),
            ["list", named, "product", product] => {
                task.associates = Some(AssociateRule {
                    roles: roles(named),
                    product: id(product),
                    automatic: AutomaticAddition::Nobody,
                    passing: PassingRule::All,
                });
            }
            ["enough" | "add", ..] => set_rule(&mut task, &words),
            [] => {}
            _ => panic!("no such option: {option}"),
        }
    }
    task
}

fn set_expiry(task: &mut TaskVariant, words: &[&str]) {
    let empty = ExpiryRule {
        days: None,
        days_by_level: BTreeMap::new(),
        notice_days: 30,
        spread_days: 0,
    };
    let rule = task.expiry.get_or_insert(empty);
    let days: u32 = words[words.len() - 1].parse().expect("days");
    match words {
        ["expiry", _] => rule.days = Some(days),
        ["notice", _] => rule.notice_days = days,
        ["spread", _] => rule.spread_days = days,
        ["level", level, _] => {
            rule.days_by_level.insert((*level).to_owned(), days);
        }
        _ => panic!("no such expiry: {words:?}"),
    }
}

fn set_rule(task: &mut TaskVariant, words: &[&str]) {
    let rule = task.associates.as_mut().expect("a list comes first");
    match words {
        ["enough", "all"] => rule.passing = PassingRule::All,
        ["enough", "count", count] => {
            rule.passing = PassingRule::Count(count.parse().expect("a count"));
        }
        ["enough", "percent", share] => rule.passing = PassingRule::Percentage(number(share)),
        ["enough", "roles", named] => rule.passing = PassingRule::Roles(roles(named)),
        ["add", "everybody"] => rule.automatic = AutomaticAddition::Everybody,
        ["add", "share", least] => rule.automatic = AutomaticAddition::ShareAtLeast(number(least)),
        _ => panic!("no such rule: {words:?}"),
    }
}
