//! The section `risk_models`.

use std::collections::{BTreeMap, BTreeSet};

use document::{Fields, Value};
use domain::{Combine, Entity, Factor, Group, Over, RiskModel, RiskModelId, Rule};

use crate::condition::{self, About, Asking};
use crate::number::decimal;
use crate::property::{self, Known};
use crate::scope::Scope;
use crate::section::Section;
use crate::{associates, describe, levels, naming, types};

/// Scores lie within plus and minus this.
pub(crate) const SCORE_MAX: i64 = 1_000_000;

const COMBINE: [(&str, Combine); 4] = [
    ("highest", Combine::Highest),
    ("lowest", Combine::Lowest),
    ("mean", Combine::Mean),
    ("sum", Combine::Sum),
];

/// Reads the section.
pub(crate) fn read<'a>(root: &Fields<'a>, scope: &Scope<'a>) -> BTreeMap<RiskModelId, RiskModel> {
    root.list("risk_models")
        .iter()
        .filter_map(|value| read_one(value, scope))
        .map(|model| (model.id, model))
        .collect()
}

fn read_one<'a>(value: &Value<'a>, scope: &Scope<'a>) -> Option<RiskModel> {
    let fields = value.fields()?;
    let alias = naming::alias(&fields, "alias");
    let name = naming::name(&fields, "name");
    let entity = types::entity(&fields);
    types::former_aliases(&fields);
    let levels = levels::read(&fields);
    let groups = groups(&fields);
    let factors = factors(&fields, scope, entity, &groups);
    fields.finish();
    let defined = scope.names.find(Section::Model, alias)?;
    let model = RiskModel {
        id: RiskModelId(defined.id),
        alias: alias.to_owned(),
        name,
        factors,
        groups,
        levels,
    };
    levels::warn_unreachable(&model, value, scope);
    Some(model)
}

fn groups(fields: &Fields<'_>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for value in fields.list("groups") {
        let Some(fields) = value.fields() else {
            continue;
        };
        let alias = naming::alias(&fields, "alias").to_owned();
        let label = naming::optional_name(&fields, "label");
        let combine = fields.one_of("combine", &COMBINE);
        fields.finish();
        if groups.iter().any(|group| group.alias == alias) && !alias.is_empty() {
            value.report(format!("there is a group \"{alias}\" already"));
        }
        groups.push(Group {
            label: label.unwrap_or_else(|| naming::humanized(&alias)),
            alias,
            combine: combine.unwrap_or(Combine::Highest),
        });
    }
    groups
}

fn factors<'a>(
    fields: &Fields<'a>,
    scope: &Scope<'a>,
    entity: Option<Entity>,
    groups: &[Group],
) -> Vec<Factor> {
    let Some(value) = fields.required("factors") else {
        return Vec::new();
    };
    let items = value.list().unwrap_or_default();
    if items.is_empty() {
        value.report("a risk model needs at least one factor");
    }
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for item in &items {
        let Some(factor) = factor(item, scope, entity, groups) else {
            continue;
        };
        if !factor.alias.is_empty() && !seen.insert(factor.alias.clone()) {
            item.report(format!("there is a factor \"{}\" already", factor.alias));
        }
        all.push(factor);
    }
    let used: BTreeSet<usize> = all.iter().filter_map(|factor| factor.group).collect();
    for (index, group) in groups.iter().enumerate() {
        if !used.contains(&index) {
            let message = format!("no factor is in the group \"{}\"", group.alias);
            scope.warn(fields.path(), fields.place(), message);
        }
    }
    all
}

fn factor<'a>(
    value: &Value<'a>,
    scope: &Scope<'a>,
    entity: Option<Entity>,
    groups: &[Group],
) -> Option<Factor> {
    let fields = value.fields()?;
    let alias = naming::alias(&fields, "alias").to_owned();
    let label = naming::optional_name(&fields, "label");
    let over = fields.optional("associates").map(|value| over(&value));
    let over = over.unwrap_or(Over::Profile);
    let about = match over {
        Over::Profile => About::Profile(entity),
        Over::Associates(_) => About::Associate,
    };
    let named = fields.required("property");
    let known = named
        .as_ref()
        .and_then(|value| property::find(scope, value));
    let asking = Asking {
        scope,
        about,
        own: known.clone(),
        policy: None,
    };
    if let (Some(value), Some(known)) = (&named, &known) {
        condition::check_subject(&asking, known, value);
    }
    let required = fields.optional_flag("required").unwrap_or_default();
    let group = fields.optional("group");
    let group = group.and_then(|value| group_index(&value, groups));
    let rules = rules(&fields, &asking);
    fields.finish();
    let Known {
        property,
        label: property_label,
        ..
    } = known?;
    Some(Factor {
        alias: alias.into(),
        label: label.unwrap_or(property_label).into(),
        property,
        required,
        group,
        over,
        rules,
    })
}

fn over(value: &Value<'_>) -> Over {
    if value.scalar() == Some("everybody") {
        return Over::Associates(BTreeSet::new());
    }
    let roles = associates::roles(value);
    if value.scalar().is_none() && value.list().is_some_and(|list| list.is_empty()) {
        value.report_with_hint("name the roles", "write everybody for all associates");
    }
    Over::Associates(roles)
}

fn group_index(value: &Value<'_>, groups: &[Group]) -> Option<usize> {
    let alias = value.text()?;
    let found = groups.iter().position(|group| group.alias == alias);
    if found.is_none() {
        value.report_unknown("group", groups.iter().map(|group| group.alias.as_str()));
    }
    found
}

fn rules<'a>(fields: &Fields<'a>, asking: &Asking<'_, 'a>) -> Vec<Rule> {
    let Some(value) = fields.required("rules") else {
        return Vec::new();
    };
    let items = value.list().unwrap_or_default();
    if items.is_empty() {
        value.report("a factor needs at least one rule");
    }
    items.iter().filter_map(|item| rule(item, asking)).collect()
}

fn rule<'a>(value: &Value<'a>, asking: &Asking<'_, 'a>) -> Option<Rule> {
    let fields = value.fields()?;
    let description = naming::optional_name(&fields, "description");
    let score = fields.required("score");
    let score = score.and_then(|value| decimal(&value, -SCORE_MAX, SCORE_MAX));
    let when = fields.required("when");
    let when = when.and_then(|value| condition::read(asking, &value));
    fields.finish();
    let condition = when?;
    Some(Rule {
        description: description
            .unwrap_or_else(|| describe::with_names(&condition, &asking.scope.names))
            .into(),
        condition,
        score: score?,
    })
}
