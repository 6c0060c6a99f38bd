//! The section `checks`.

use std::collections::{BTreeMap, BTreeSet};

use document::{Fields, Value};
use domain::{CheckVariant, CheckVariantId, GoOn, ProviderStep};
use wire::value::CheckType;

use crate::naming;
use crate::providers::DEMO_PROVIDER;
use crate::scope::{Scope, references};
use crate::section::Section;
use crate::types;

const GO_ON: [(&str, GoOn); 3] = [
    ("fail", GoOn::Fail),
    ("error", GoOn::Error),
    ("partial", GoOn::Partial),
];

/// Check variants and the options of those that have any.
#[derive(Default)]
pub(crate) struct Checks {
    pub(crate) variants: BTreeMap<CheckVariantId, CheckVariant>,
    pub(crate) options: BTreeMap<CheckVariantId, serde_json::Value>,
}

/// Reads the section.
pub(crate) fn read<'a>(root: &Fields<'a>, scope: &Scope<'a>) -> Checks {
    let mut checks = Checks::default();
    let mut defaults: BTreeMap<String, (usize, bool)> = BTreeMap::new();
    for value in root.list("checks") {
        let Some((variant, options)) = read_one(&value, scope) else {
            continue;
        };
        let count = defaults.entry(variant.check_type.clone()).or_default();
        count.0 += 1;
        if variant.is_default && std::mem::replace(&mut count.1, true) {
            value.report_with_hint(
                format!("{} has a default check already", variant.check_type),
                "one check of each type can be the default",
            );
        }
        if let Some(options) = options {
            checks.options.insert(variant.id, options);
        }
        checks.variants.insert(variant.id, variant);
    }
    choose_defaults(scope, &mut checks.variants, &defaults);
    checks
}

/// The only variant of a type is its default; of several, the first of the document, with a
/// warning.
fn choose_defaults(
    scope: &Scope<'_>,
    variants: &mut BTreeMap<CheckVariantId, CheckVariant>,
    defaults: &BTreeMap<String, (usize, bool)>,
) {
    let mut names: Vec<_> = scope.names.of(Section::Check).collect();
    names.sort_by_key(|name| name.place);
    for (check_type, (count, _)) in defaults.iter().filter(|(_, (_, chosen))| !chosen) {
        let of_type = |id: u128| {
            let variant = variants.get(&CheckVariantId(id));
            variant.is_some_and(|variant| variant.check_type == *check_type)
        };
        let Some(first) = names.iter().find(|name| of_type(name.id)) else {
            continue;
        };
        if *count > 1 {
            let message = format!(
                "{check_type} has {count} checks and no default: requests that name only the \
                 type use \"{}\"; write default: true in one of them",
                first.alias
            );
            scope.warn(&first.path, first.place, message);
        }
        if let Some(variant) = variants.get_mut(&CheckVariantId(first.id)) {
            variant.is_default = true;
        }
    }
}

fn read_one<'a>(
    value: &Value<'a>,
    scope: &Scope<'a>,
) -> Option<(CheckVariant, Option<serde_json::Value>)> {
    let fields = value.fields()?;
    let alias = naming::alias(&fields, "alias");
    let name = naming::name(&fields, "name");
    let check_type = types::read::<CheckType>(&fields);
    types::former_aliases(&fields);
    let entity = types::entity_of(&fields, check_type.map(CheckType::entity_type));
    let is_default = fields.optional_flag("default").unwrap_or_default();
    let options = options(&fields);
    let providers = fields.optional("providers");
    let by_country = countries(&fields, scope);
    let order = match &providers {
        Some(providers) => order(providers, scope),
        None => vec![step(DEMO_PROVIDER.to_owned(), BTreeSet::new())],
    };
    fields.finish();
    let defined = scope.names.find(Section::Check, alias)?;
    let variant = CheckVariant {
        id: CheckVariantId(defined.id),
        alias: alias.to_owned(),
        name,
        check_type: check_type?.as_str().to_owned(),
        entity: entity?,
        providers: order,
        by_country,
        is_default,
        retired: false,
    };
    Some((variant, options))
}

/// The free settings under `options`; `None` when there are none.
pub(crate) fn options(fields: &Fields<'_>) -> Option<serde_json::Value> {
    let value = fields.optional("options")?;
    value.entries()?;
    Some(crate::json::of(value.node()))
}

/// Providers in order: names, or mappings that say after which answers to go on.
fn order<'a>(value: &Value<'a>, scope: &Scope<'a>) -> Vec<ProviderStep> {
    let items = references(value);
    if items.is_empty() {
        value.report("a check needs at least one provider");
    }
    let last = items.len().saturating_sub(1);
    let mut seen = BTreeSet::new();
    let mut order = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Some(found) = provider(item, scope, index == last) else {
            continue;
        };
        if seen.insert(found.provider.clone()) {
            order.push(found);
        } else {
            item.report(format!("\"{}\" is named twice here", found.provider));
        }
    }
    order
}

/// A bare name goes on after an error, except at the end of the order.
fn provider<'a>(value: &Value<'a>, scope: &Scope<'a>, is_last: bool) -> Option<ProviderStep> {
    if value.scalar().is_some() {
        let alias = provider_alias(value, scope)?;
        let go_on = if is_last {
            BTreeSet::new()
        } else {
            BTreeSet::from([GoOn::Error])
        };
        return Some(step(alias, go_on));
    }
    let fields = value.fields()?;
    let alias = fields.required("provider");
    let alias = alias.and_then(|alias| provider_alias(&alias, scope));
    let go_on = fields.optional("go_on");
    let answers = go_on.as_ref().map(references).unwrap_or_default();
    let answers = answers
        .iter()
        .filter_map(|answer| answer.one_of(&GO_ON))
        .collect();
    fields.finish();
    Some(step(alias?, answers))
}

fn provider_alias<'a>(value: &Value<'a>, scope: &Scope<'a>) -> Option<String> {
    if value.scalar() == Some(DEMO_PROVIDER) {
        scope.mark_used(Section::Provider, DEMO_PROVIDER);
        return Some(DEMO_PROVIDER.to_owned());
    }
    scope
        .find(Section::Provider, value)
        .map(|name| name.alias.to_owned())
}

fn step(provider: String, go_on: BTreeSet<GoOn>) -> ProviderStep {
    ProviderStep { provider, go_on }
}

fn countries<'a>(
    fields: &Fields<'a>,
    scope: &Scope<'a>,
) -> Vec<(BTreeSet<String>, Vec<ProviderStep>)> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut all = Vec::new();
    for entry in fields.list("countries") {
        let Some(entry) = entry.fields() else {
            continue;
        };
        let mut countries = BTreeSet::new();
        for value in entry.required("countries").iter().flat_map(references) {
            let Some(text) = value.text() else {
                continue;
            };
            let Some(code) = wire::country::alpha3(text) else {
                types::report_country(&value, text);
                continue;
            };
            if !seen.insert(code.to_owned()) {
                value.report(format!("{code} has an order of providers already"));
            }
            countries.insert(code.to_owned());
        }
        let providers = entry.required("providers");
        let providers = providers.map(|value| order(&value, scope));
        entry.finish();
        all.push((countries, providers.unwrap_or_default()));
    }
    all
}
