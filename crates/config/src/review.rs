//! What only the whole document shows: products against their models, tasks against the products
//! of associates, things nobody uses, edges that feed back.

mod advice;
mod feedback;

use std::collections::BTreeSet;

use document::{Collector, suggest};
use domain::{Config, Course, Entity, PolicyId, Product, ProductId};

use crate::associates;
use crate::names::Name;
use crate::scope::{RiskAsked, Scope, plural};
use crate::section::Section;

/// Mistakes between products, models, policies and tasks.
pub(crate) fn products(config: &Config, scope: &Scope<'_>, errors: &Collector) {
    for product in config.products.values() {
        let courses = [
            ("individual", product.individual.as_ref()),
            ("company", product.company.as_ref()),
        ];
        for (key, course) in courses {
            if let Some(course) = course {
                review_course(config, scope, errors, (product, key), course);
            }
        }
    }
    review_levels_of_tasks(config, scope, errors);
    review_associates(config, scope, errors);
}

/// Warnings and notes; only worth saying when nothing is wrong.
pub(crate) fn whole(config: &Config, scope: &Scope<'_>) {
    advice::unused(scope);
    advice::tasks(config, scope);
    advice::branches(config, scope);
    feedback::note(config, scope);
}

/// A policy that asks for risk needs a model with the levels it names.
fn review_course(
    config: &Config,
    scope: &Scope<'_>,
    errors: &Collector,
    (product, key): (&Product, &str),
    course: &Course,
) {
    let asked: Vec<RiskAsked> = scope
        .risk_asked()
        .into_iter()
        .filter(|asked| PolicyId(asked.policy) == course.policy)
        .collect();
    let Some(risk) = course.risk else {
        if let (Some(asked), Some(name)) = (
            asked.first(),
            scope.names.by_id(Section::Product, product.id.0),
        ) {
            let policy = scope.names.by_id(Section::Policy, asked.policy);
            let policy = policy.map_or("", |name| name.alias);
            errors.report_with_hint(
                &format!("{}.{key}", name.path),
                name.node.get(key).map_or(name.place, |node| node.place),
                format!("the policy \"{policy}\" asks for the level of risk"),
                "add \"risk_model\"",
            );
        }
        return;
    };
    let Some(model) = config.models.get(&risk) else {
        return;
    };
    let levels: Vec<&str> = model.levels.iter().map(|level| &*level.alias).collect();
    for asked in &asked {
        let Some(level) = &asked.level else {
            continue;
        };
        if !levels.contains(&level.as_str()) {
            let model = &model.alias;
            report_level(
                errors,
                asked,
                level,
                &format!("the risk model \"{model}\" has no"),
                &levels,
            );
        }
    }
    let tables = scope.tables();
    for table in tables
        .iter()
        .filter(|table| PolicyId(table.policy) == course.policy)
    {
        let absent = levels
            .iter()
            .filter(|level| !table.levels.iter().any(|one| one == *level));
        for level in absent {
            let message = format!(
                "the table says nothing of the level \"{level}\" of the risk model \"{}\"",
                model.alias
            );
            errors.report(&table.path, table.place, message);
        }
    }
}

fn report_level(errors: &Collector, asked: &RiskAsked, level: &str, no: &str, levels: &[&str]) {
    let message = format!("{no} level \"{level}\"");
    let hint = match suggest(level, levels.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("its levels are {}", levels.join(", ")),
    };
    errors.report_with_hint(&asked.path, asked.place, message, hint);
}

/// Expiry periods name levels of some model for the same kind of profile.
fn review_levels_of_tasks(config: &Config, scope: &Scope<'_>, errors: &Collector) {
    for task in config.tasks.values() {
        let Some(name) = scope.names.by_id(Section::Task, task.id.0) else {
            continue;
        };
        let models = scope
            .names
            .of(Section::Model)
            .filter(|model| model.entity == Some(task.entity));
        let levels: BTreeSet<&str> = models
            .filter_map(|model| config.models.get(&domain::RiskModelId(model.id)))
            .flat_map(|model| model.levels.iter().map(|level| &*level.alias))
            .collect();
        let levels: Vec<&str> = levels.into_iter().collect();
        let by_level = task
            .expiry
            .iter()
            .flat_map(|expiry| expiry.days_by_level.keys());
        for level in by_level.filter(|level| !levels.contains(&level.as_str())) {
            let asked = RiskAsked {
                policy: 0,
                level: None,
                path: format!("{}.expiry.by_level.{level}", name.path),
                place: place_of_level(name, level),
            };
            let no = format!("no risk model for {} has a", plural(task.entity));
            report_level(errors, &asked, level, &no, &levels);
        }
    }
}

fn place_of_level(name: &Name<'_>, level: &str) -> document::Place {
    let expiry = name
        .node
        .get("expiry")
        .and_then(|expiry| expiry.get("by_level"));
    let node = expiry.and_then(|by_level| by_level.get(level));
    node.map_or(name.place, |node| node.place)
}

/// Associates must be able to apply for the product they are asked to apply for.
fn review_associates(config: &Config, scope: &Scope<'_>, errors: &Collector) {
    for task in config.tasks.values() {
        let (Some(rule), Some(name)) = (
            &task.associates,
            scope.names.by_id(Section::Task, task.id.0),
        ) else {
            continue;
        };
        let Some(product) = config.products.get(&rule.product) else {
            continue;
        };
        let lacking: Vec<Entity> = associates::entities(&rule.roles)
            .iter()
            .copied()
            .filter(|entity| {
                product.course(*entity).is_none() && !is_read_wrong(scope, rule.product, *entity)
            })
            .collect();
        for entity in lacking {
            let path = format!("{}.associates.product", name.path);
            let place = place_of_product(name);
            let message = format!(
                "{} cannot apply for \"{}\", and some associates on this list can be {}",
                plural(entity),
                product.alias,
                plural(entity)
            );
            match entity {
                Entity::Individual => errors.report(&path, place, message),
                Entity::Company => scope.warn(&path, place, message),
            }
        }
    }
}

/// A course that is there but wrong has been reported already.
fn is_read_wrong(scope: &Scope<'_>, product: ProductId, entity: Entity) -> bool {
    let key = match entity {
        Entity::Individual => "individual",
        Entity::Company => "company",
    };
    let name = scope.names.by_id(Section::Product, product.0);
    name.is_some_and(|name| name.node.get(key).is_some())
}

fn place_of_product(name: &Name<'_>) -> document::Place {
    let associates = name.node.get("associates");
    let product = associates.and_then(|associates| associates.get("product"));
    product.map_or(name.place, |node| node.place)
}
