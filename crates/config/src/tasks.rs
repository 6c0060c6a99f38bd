//! The section `tasks`.

use std::collections::BTreeMap;

use document::{Fields, Value};
use domain::{CheckVariantId, ExpiryRule, TaskVariant, TaskVariantId};
use wire::value::TaskType;

use crate::scope::Scope;
use crate::section::Section;
use crate::{associates, catalogue, naming, types};

/// Days before expiry at which the next version is issued when the document says nothing.
pub(crate) const NOTICE_DAYS: u32 = 30;
/// Tasks that expire sooner than this are warned about.
pub(crate) const EXPIRY_DAYS_WARNING: u32 = 60;
/// The longest expiry, in days.
pub(crate) const EXPIRY_DAYS_MAX: u32 = 36_500;

/// Reads the section.
pub(crate) fn read<'a>(
    root: &Fields<'a>,
    scope: &Scope<'a>,
) -> BTreeMap<TaskVariantId, TaskVariant> {
    root.list("tasks")
        .iter()
        .filter_map(|value| read_one(value, scope))
        .map(|task| (task.id, task))
        .collect()
}

fn read_one<'a>(value: &Value<'a>, scope: &Scope<'a>) -> Option<TaskVariant> {
    let fields = value.fields()?;
    let alias = naming::alias(&fields, "alias");
    let name = naming::name(&fields, "name");
    let description = naming::description(&fields, "description");
    let task_type = types::read::<TaskType>(&fields);
    types::former_aliases(&fields);
    let entity = types::entity_of(&fields, task_type.map(TaskType::entity_type));
    let checks = |key: &str| -> Vec<CheckVariantId> {
        let ids = scope.ids(Section::Check, &fields, key, entity);
        ids.into_iter().map(CheckVariantId).collect()
    };
    let automatic_checks = checks("automatic_checks");
    let acceptance_checks = checks("acceptance_checks");
    let expiry = fields.optional_mapping("expiry");
    let expiry = expiry.map(|fields| expiry_rule(fields, scope));
    let skip_first = skip_first(&fields, task_type, expiry.is_some());
    let associates = fields.optional("associates");
    let associates = associates.and_then(|value| associates::read(&value, scope, task_type));
    fields.finish();
    let (defined, task_type) = (scope.names.find(Section::Task, alias)?, task_type?);
    Some(TaskVariant {
        id: TaskVariantId(defined.id),
        alias: alias.to_owned(),
        name,
        description,
        task_type: task_type.as_str().to_owned(),
        entity: entity?,
        screening: catalogue::is_screening(task_type),
        automatic_checks,
        acceptance_checks,
        expiry,
        skip_first,
        associates,
        retired: false,
    })
}

/// Whether the first version is skipped. What a law asks for is done before anybody is approved, so
/// only tasks of an institution's own making can skip it.
fn skip_first(fields: &Fields<'_>, task_type: Option<TaskType>, expires: bool) -> bool {
    let Some(skip) = fields.optional("skip_first_version") else {
        return false;
    };
    let skip_first = skip.flag().unwrap_or_default();
    if skip_first && let Some(task_type) = task_type.filter(|one| !catalogue::is_manual(*one)) {
        skip.report_with_hint(
            format!("a task of the type {task_type} cannot skip its first version"),
            "only tasks of the types INDIVIDUAL_MANUAL_TASK and COMPANY_MANUAL_TASK can",
        );
    } else if skip_first && !expires {
        skip.report_with_hint(
            "a task that skips its first version and never expires is never done",
            "add \"expiry\"",
        );
    }
    skip_first
}

fn expiry_rule<'a>(fields: Fields<'a>, scope: &Scope<'a>) -> ExpiryRule {
    let days = fields.optional("days");
    let days = days.and_then(|value| period(&value, scope));
    let days_by_level: BTreeMap<String, u32> = fields
        .entries("by_level")
        .into_iter()
        .filter_map(|(level, value)| Some((level.text.clone(), period(&value, scope)?)))
        .collect();
    if !fields.has("days") && days_by_level.is_empty() {
        fields.report("an expiry needs \"days\", \"by_level\", or both");
    }
    let notice = fields.optional("notice_days");
    let notice_days = notice
        .as_ref()
        .and_then(|value| value.integer(0..=EXPIRY_DAYS_MAX));
    let notice_days = notice_days.unwrap_or(NOTICE_DAYS);
    let shortest = days.iter().chain(days_by_level.values()).min();
    if let Some(shortest) = shortest.filter(|shortest| **shortest <= notice_days) {
        let message = format!(
            "the next version would be issued {notice_days} days before expiry, and the shortest \
             expiry is {shortest} days"
        );
        let hint = format!("set \"notice_days\" below {shortest}");
        let place = notice.map_or(fields.place(), |notice| notice.place());
        let collector = fields.collector();
        collector.report_with_hint(fields.path(), place, message, hint);
    }
    let spread_days = fields.optional_integer("spread_days", 0..=EXPIRY_DAYS_MAX);
    fields.finish();
    ExpiryRule {
        days,
        days_by_level,
        notice_days,
        spread_days: spread_days.unwrap_or_default(),
    }
}

fn period<'a>(value: &Value<'a>, scope: &Scope<'a>) -> Option<u32> {
    let days = value.integer(1..=EXPIRY_DAYS_MAX)?;
    if days < EXPIRY_DAYS_WARNING {
        let message = format!(
            "{days} days are short: a task that expires before {EXPIRY_DAYS_WARNING} days keeps \
             its applications in review"
        );
        scope.warn(value.path(), value.place(), message);
    }
    Some(days)
}
