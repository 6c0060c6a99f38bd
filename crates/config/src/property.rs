//! Properties that conditions ask about, as the document names them.

use document::{Value, suggest};
use domain::{
    AssociatedRole, CheckVariantId, Entity, EventKind, Holder, Kind, PROPERTIES, Property,
    Resolved, declared,
};
use wire::value::{CheckType, Decision, DocumentType, WireValue};

use crate::names::Name;
use crate::scope::Scope;
use crate::section::Section;

/// A property with what decides which conditions fit it.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) property: Property,
    /// What people read.
    pub(crate) label: String,
    pub(crate) kind: Kind,
    pub(crate) many: bool,
    pub(crate) holder: Holder,
    /// The only texts it can have.
    pub(crate) choices: Option<Vec<&'static str>>,
}

/// Words for kinds of events in `events.<kind>.<state>`.
const EVENTS: [(&str, Option<EventKind>); 5] = [
    ("pep", Some(EventKind::Pep)),
    ("sanction", Some(EventKind::Sanction)),
    ("adverse_media", Some(EventKind::AdverseMedia)),
    ("refer", Some(EventKind::Refer)),
    ("any", None),
];

/// Words for what became of events in `events.<kind>.<state>`.
const STATES: [(&str, Resolved); 4] = [
    ("potential", Resolved::Potential),
    ("confirmed", Resolved::Confirmed),
    ("dismissed", Resolved::Dismissed),
    ("any", Resolved::Any),
];

/// The property that a text names; an unknown one is reported.
pub(crate) fn find<'a>(scope: &Scope<'a>, value: &Value<'a>) -> Option<Known> {
    let text = value.text()?;
    let found = if let Some(name) = text.strip_prefix("custom.") {
        custom(scope, name)
    } else if let Some(rest) = text.strip_prefix("check.") {
        return check(scope, value, rest);
    } else if let Some(rest) = text.strip_prefix("events.") {
        events(rest)
    } else {
        declared(text).map(of_declared)
    };
    if found.is_none() {
        report_unknown(scope, value, text);
    }
    found
}

fn of_declared(declared: &'static domain::Declared) -> Known {
    Known {
        property: Property::Declared(declared.key),
        label: declared.label.to_owned(),
        kind: declared.kind,
        many: declared.many,
        holder: declared.holder,
        choices: declared_choices(declared.key),
    }
}

fn declared_choices(key: &str) -> Option<Vec<&'static str>> {
    let choices = match key {
        "entity_type" => vec!["INDIVIDUAL", "COMPANY"],
        "profile.status" => vec!["NORMAL", "SUSPENDED", "BANNED"],
        "associate.role" => {
            let roles = AssociatedRole::ALL.into_iter().map(AssociatedRole::name);
            roles.chain(["NONE"]).collect()
        }
        "document.type" => texts::<DocumentType>().collect(),
        _ => return None,
    };
    Some(choices)
}

fn texts<T: WireValue>() -> impl Iterator<Item = &'static str> {
    T::ALL.iter().map(|value| value.as_str())
}

fn custom(scope: &Scope<'_>, name: &str) -> Option<Known> {
    let found = scope.names.find(Section::CustomField, name)?;
    scope.mark_used(Section::CustomField, found.alias);
    let text = |key: &str| match &found.node.get(key)?.kind {
        document::Kind::Scalar { text, .. } => Some(text.as_str()),
        _ => None,
    };
    Some(Known {
        property: Property::Custom(name.to_owned()),
        label: found.label.to_owned(),
        kind: crate::custom_fields::kind(text("type")?)?,
        many: text("many") == Some("true"),
        holder: crate::custom_fields::holder(text("entity")?)?,
        choices: None,
    })
}

/// `check.<alias>.result` and `check.<alias>.decision`.
fn check<'a>(scope: &Scope<'a>, value: &Value<'a>, rest: &str) -> Option<Known> {
    let Some((alias, aspect)) = rest.rsplit_once('.') else {
        report_aspect(value, rest);
        return None;
    };
    let Some(name) = scope.names.find(Section::Check, alias) else {
        let known: Vec<&str> = scope
            .names
            .of(Section::Check)
            .map(|name| name.alias)
            .collect();
        let message = format!("no check is called \"{alias}\"");
        match suggest(alias, known) {
            Some(near) => value.report_with_hint(message, format!("did you mean \"{near}\"?")),
            None => value.report(message),
        }
        return None;
    };
    scope.mark_used(Section::Check, name.alias);
    let id = CheckVariantId(name.id);
    let (property, choices) = match aspect {
        "result" => (Property::CheckResult(id), results(name)),
        "decision" => (
            Property::CheckDecision(id),
            Some(texts::<Decision>().collect()),
        ),
        _ => {
            report_aspect(value, alias);
            return None;
        }
    };
    Some(Known {
        property,
        label: format!("The {aspect} of {}", name.label),
        kind: Kind::Text,
        many: false,
        holder: match name.entity {
            Some(Entity::Individual) => Holder::Individual,
            Some(Entity::Company) => Holder::Company,
            None => Holder::Both,
        },
        choices,
    })
}

fn report_aspect(value: &Value<'_>, alias: &str) {
    value.report_with_hint(
        "a check has a result and a decision to ask about",
        format!("write check.{alias}.result or check.{alias}.decision"),
    );
}

fn results(name: &Name<'_>) -> Option<Vec<&'static str>> {
    let document::Kind::Scalar { text, .. } = &name.node.get("type")?.kind else {
        return None;
    };
    let check: CheckType = text.parse().ok()?;
    Some(
        check
            .results()
            .iter()
            .map(|result| result.as_str())
            .collect(),
    )
}

fn events(rest: &str) -> Option<Known> {
    let (kind, state) = rest.split_once('.')?;
    let (_, kind) = EVENTS.iter().find(|(word, _)| *word == kind)?;
    let (_, resolved) = STATES.iter().find(|(word, _)| *word == state)?;
    let property = Property::Events(*kind, *resolved);
    Some(Known {
        label: property.label(),
        property,
        kind: Kind::Number,
        many: false,
        holder: Holder::Both,
        choices: None,
    })
}

fn report_unknown(scope: &Scope<'_>, value: &Value<'_>, text: &str) {
    let message = format!("no property is called \"{text}\"");
    let custom: Vec<String> = scope
        .names
        .of(Section::CustomField)
        .map(|name| format!("custom.{}", name.alias))
        .collect();
    let events = EVENTS.iter().flat_map(|(kind, _)| {
        STATES
            .iter()
            .map(move |(state, _)| format!("events.{kind}.{state}"))
    });
    let known: Vec<String> = PROPERTIES
        .iter()
        .map(|property| property.key.to_owned())
        .chain(custom.iter().cloned())
        .chain(events)
        .collect();
    if let Some(near) = suggest(text, known.iter().map(String::as_str)) {
        value.report_with_hint(message, format!("did you mean \"{near}\"?"));
    } else if custom
        .iter()
        .any(|key| key.strip_prefix("custom.") == Some(text))
    {
        value.report_with_hint(message, format!("a custom field is written custom.{text}"));
    } else if text.starts_with("custom.") {
        value.report_with_hint(message, "define it under custom_fields");
    } else if text.starts_with("events.") {
        let words = |all: Vec<&str>| all.join(", ");
        let kinds = words(EVENTS.iter().map(|(word, _)| *word).collect());
        let states = words(STATES.iter().map(|(word, _)| *word).collect());
        let hint = format!("events.KIND.STATE, with a kind of {kinds} and a state of {states}");
        value.report_with_hint(message, hint);
    } else {
        value.report_with_hint(message, "the properties are listed in the schema");
    }
}
