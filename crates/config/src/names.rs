//! Everything the document defines, by section and alias, with lasting ids: read before anything
//! else, so that entries can name each other in any order.

use std::collections::BTreeMap;

use document::{Collector, Node, Place, Value};
use domain::Entity;
use uuid::Uuid;

use crate::published::Published;
use crate::section::Section;

/// Lasting ids are derived within this name space; it must never change.
const ID_NAMESPACE: Uuid = Uuid::from_u128(0x6d1c_2b0e_52f3_4c0b_9a3e_7d05_11f0_c0de);

/// One thing the document defines.
#[derive(Clone, Debug)]
pub(crate) struct Name<'a> {
    pub(crate) alias: &'a str,
    /// What people read; the alias when there is none.
    pub(crate) label: &'a str,
    pub(crate) id: u128,
    /// Which profiles it is for, when that can be told.
    pub(crate) entity: Option<Entity>,
    pub(crate) path: String,
    pub(crate) place: Place,
    pub(crate) node: &'a Node,
}

/// What the document defines.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    known: BTreeMap<(Section, String), Name<'a>>,
}

impl<'a> Names<'a> {
    pub(crate) fn find(&self, section: Section, alias: &str) -> Option<&Name<'a>> {
        self.known.get(&(section, alias.to_owned()))
    }

    pub(crate) fn of(&self, section: Section) -> impl Iterator<Item = &Name<'a>> {
        self.known
            .range((section, String::new())..)
            .take_while(move |((of, _), _)| *of == section)
            .map(|(_, name)| name)
    }

    pub(crate) fn by_id(&self, section: Section, id: u128) -> Option<&Name<'a>> {
        self.of(section).find(|name| name.id == id)
    }
}

/// Reads what the document defines, and reports what is defined twice. Wrong shapes are left for
/// the readers of the sections to report.
pub(crate) fn read<'a>(
    root: &'a Node,
    collector: &'a Collector,
    previous: Option<&Published>,
) -> Names<'a> {
    let mut names = Names::default();
    for section in Section::ALL {
        let Some(node) = root.get(section.key()) else {
            continue;
        };
        let section_value = Value::new(node, section.key(), collector);
        if section == Section::List {
            add_lists(&mut names, node);
        } else if let document::Kind::Sequence(_) = node.kind {
            for entry in section_value.list().unwrap_or_default() {
                add(&mut names, section, &entry, previous);
            }
        }
    }
    report_shared_ids(&names, collector);
    names
}

fn add_lists<'a>(names: &mut Names<'a>, node: &'a Node) {
    let document::Kind::Mapping(entries) = &node.kind else {
        return;
    };
    for (key, node) in entries {
        let name = Name {
            alias: &key.text,
            label: &key.text,
            id: 0,
            entity: None,
            path: format!("lists.{}", key.text),
            place: key.place,
            node,
        };
        names.known.insert((Section::List, key.text.clone()), name);
    }
}

fn add<'a>(
    names: &mut Names<'a>,
    section: Section,
    entry: &Value<'a>,
    previous: Option<&Published>,
) {
    let node = entry.node();
    let Some((alias, place)) = scalar(node, section.naming_key()) else {
        return;
    };
    if alias.trim().is_empty() {
        return;
    }
    let earlier = Section::ALL
        .into_iter()
        .filter(|other| *other == section || (section.shares_aliases() && other.shares_aliases()))
        .find_map(|other| names.find(other, alias).map(|name| (other, name.place)));
    if let Some((other, first)) = earlier {
        let key = section.naming_key();
        let noun = other.noun();
        let path = format!("{}.{key}", entry.path());
        let message = format!(
            "the {key} \"{alias}\" is taken by the {noun} in line {}",
            first.line
        );
        let hint = if other == section {
            format!("give each {noun} its own {key}")
        } else {
            "aliases are unique over products, tasks and checks together".to_owned()
        };
        entry
            .collector()
            .report_with_hint(&path, place, message, hint);
        return;
    }
    let name = Name {
        alias,
        label: scalar(node, label_key(section)).map_or(alias, |(label, _)| label),
        id: lasting_id(section, alias, &former(node), previous),
        entity: entity(section, node),
        path: entry.path().to_owned(),
        place,
        node,
    };
    names.known.insert((section, alias.to_owned()), name);
}

fn label_key(section: Section) -> &'static str {
    if section == Section::CustomField {
        "label"
    } else {
        "name"
    }
}

fn scalar<'a>(node: &'a Node, key: &str) -> Option<(&'a str, Place)> {
    let node = node.get(key)?;
    match &node.kind {
        document::Kind::Scalar { text, .. } => Some((text, node.place)),
        _ => None,
    }
}

/// Former aliases of an entry, oldest first.
pub(crate) fn former(node: &Node) -> Vec<&str> {
    let Some(node) = node.get("renamed_from") else {
        return Vec::new();
    };
    match &node.kind {
        document::Kind::Scalar { text, .. } => vec![text],
        document::Kind::Sequence(items) => items
            .iter()
            .filter_map(|item| match &item.kind {
                document::Kind::Scalar { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The id an entry keeps for ever: that of the previous version under this alias or a former one,
/// else derived from its first alias, so that it is the same on every node and environment.
fn lasting_id(
    section: Section,
    alias: &str,
    former: &[&str],
    previous: Option<&Published>,
) -> u128 {
    let known = previous.and_then(|previous| {
        std::iter::once(&alias)
            .chain(former)
            .find_map(|alias| previous_id(section, alias, previous))
    });
    known.unwrap_or_else(|| derived_id(section, former.first().unwrap_or(&alias)))
}

/// The id derived from a kind of thing and its first alias.
pub(crate) fn derived_id(section: Section, alias: &str) -> u128 {
    let name = format!("{}/{alias}", section.id_kind());
    Uuid::new_v5(&ID_NAMESPACE, name.as_bytes()).as_u128()
}

fn previous_id(section: Section, alias: &str, previous: &Published) -> Option<u128> {
    let config = &previous.config;
    match section {
        Section::Product => {
            let mut all = config.products.values();
            all.find(|one| one.alias == alias).map(|one| one.id.0)
        }
        Section::Task => {
            let mut all = config.tasks.values();
            all.find(|one| one.alias == alias).map(|one| one.id.0)
        }
        Section::Check => {
            let mut all = config.checks.values();
            all.find(|one| one.alias == alias).map(|one| one.id.0)
        }
        Section::Model => {
            let mut all = config.models.values();
            all.find(|one| one.alias == alias).map(|one| one.id.0)
        }
        Section::Policy => {
            let mut all = config.policies.values();
            all.find(|one| one.alias == alias).map(|one| one.id.0)
        }
        Section::List | Section::CustomField | Section::Provider | Section::Reason => None,
    }
}

/// Warns about ids that only the previous version explains: an environment that never saw it would
/// give the thing another id.
pub(crate) fn warn_inherited(names: &Names<'_>, warnings: &Collector) {
    for section in Section::ALL.into_iter().filter(|one| one.has_ids()) {
        for name in names.of(section) {
            let former = former(name.node);
            if name.id != derived_id(section, former.first().unwrap_or(&name.alias)) {
                warnings.report(
                    &name.path,
                    name.place,
                    "this was once called otherwise; keep \"renamed_from\" with its first alias \
                     first, so that it has the same lasting id everywhere",
                );
            }
        }
    }
}

/// An alias that once belonged to something else leads to the same id.
fn report_shared_ids(names: &Names<'_>, collector: &Collector) {
    for section in Section::ALL.into_iter().filter(|one| one.has_ids()) {
        let mut first: BTreeMap<u128, &Name<'_>> = BTreeMap::new();
        let mut all: Vec<&Name<'_>> = names.of(section).collect();
        all.sort_by_key(|name| name.place);
        for name in all {
            let Some(other) = first.get(&name.id) else {
                first.insert(name.id, name);
                continue;
            };
            let (noun, alias, other) = (section.noun(), name.alias, other.alias);
            collector.report_with_hint(
                &name.path,
                name.place,
                format!("the {noun} \"{alias}\" has the same lasting id as \"{other}\""),
                "an alias that something had once cannot name another thing; choose a new one",
            );
        }
    }
}

fn entity(section: Section, node: &Node) -> Option<Entity> {
    match section {
        Section::Check => {
            let check = scalar(node, "type")?.0.parse::<wire::value::CheckType>();
            check.ok().map(|check| of_wire(check.entity_type()))
        }
        Section::Task => {
            let task = scalar(node, "type")?.0.parse::<wire::value::TaskType>();
            task.ok().map(|task| of_wire(task.entity_type()))
        }
        Section::Policy | Section::Model => match scalar(node, "entity")?.0 {
            "individual" => Some(Entity::Individual),
            "company" => Some(Entity::Company),
            _ => None,
        },
        Section::List
        | Section::CustomField
        | Section::Provider
        | Section::Product
        | Section::Reason => None,
    }
}

fn of_wire(entity: wire::value::EntityType) -> Entity {
    match entity {
        wire::value::EntityType::Individual => Entity::Individual,
        wire::value::EntityType::Company => Entity::Company,
    }
}
