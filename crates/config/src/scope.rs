//! What the readers of the sections share: names, warnings, and what was used.

use std::cell::RefCell;
use std::collections::BTreeSet;

use document::{Collector, Fields, Place, Value};
use domain::Entity;

use crate::names::{Name, Names};
use crate::section::Section;

/// Shared by all readers of one document.
pub(crate) struct Scope<'a> {
    pub(crate) names: Names<'a>,
    pub(crate) warnings: &'a Collector,
    pub(crate) notes: &'a Collector,
    used: RefCell<BTreeSet<(Section, &'a str)>>,
    risk_asked: RefCell<Vec<RiskAsked>>,
    tables: RefCell<Vec<LevelTable>>,
}

/// A policy's table by level of risk.
#[derive(Clone, Debug)]
pub(crate) struct LevelTable {
    pub(crate) policy: u128,
    pub(crate) levels: Vec<String>,
    pub(crate) path: String,
    pub(crate) place: Place,
}

/// A place where a policy asks for the risk of the application.
#[derive(Clone, Debug)]
pub(crate) struct RiskAsked {
    pub(crate) policy: u128,
    /// The level named there; `None` when it asks for the score.
    pub(crate) level: Option<String>,
    pub(crate) path: String,
    pub(crate) place: Place,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(names: Names<'a>, warnings: &'a Collector, notes: &'a Collector) -> Self {
        Scope {
            names,
            warnings,
            notes,
            used: RefCell::default(),
            risk_asked: RefCell::default(),
            tables: RefCell::default(),
        }
    }

    /// What a reference names, counted as used; an unknown one is reported.
    pub(crate) fn find(&self, section: Section, value: &Value<'a>) -> Option<&Name<'a>> {
        let found = self.names.find(section, value.text()?);
        if let Some(name) = found {
            self.used.borrow_mut().insert((section, name.alias));
        } else {
            let known = self.names.of(section).map(|name| name.alias);
            value.report_unknown(section.noun(), known);
        }
        found
    }

    /// The ids of a list of references, each once; `entity` is that of the thing that names them.
    pub(crate) fn ids(
        &self,
        section: Section,
        fields: &Fields<'a>,
        key: &str,
        entity: Option<Entity>,
    ) -> Vec<u128> {
        let value = fields.optional(key);
        value.map_or_else(Vec::new, |value| self.ids_in(section, &value, entity))
    }

    /// The ids of the references of a list, each once.
    pub(crate) fn ids_in(
        &self,
        section: Section,
        value: &Value<'a>,
        entity: Option<Entity>,
    ) -> Vec<u128> {
        let mut ids = Vec::new();
        for value in references(value) {
            let Some(name) = self.find(section, &value) else {
                continue;
            };
            if !fits(section, name, entity, &value) {
                continue;
            }
            if ids.contains(&name.id) {
                value.report(format!("\"{}\" is named twice here", name.alias));
            } else {
                ids.push(name.id);
            }
        }
        ids
    }

    pub(crate) fn warn(&self, path: &str, place: Place, message: impl Into<String>) {
        self.warnings.report(path, place, message);
    }

    pub(crate) fn mark_used(&self, section: Section, alias: &'a str) {
        self.used.borrow_mut().insert((section, alias));
    }

    pub(crate) fn is_used(&self, section: Section, alias: &str) -> bool {
        self.used.borrow().contains(&(section, alias))
    }

    pub(crate) fn ask_risk(&self, asked: RiskAsked) {
        self.risk_asked.borrow_mut().push(asked);
    }

    pub(crate) fn add_table(&self, table: LevelTable) {
        self.tables.borrow_mut().push(table);
    }

    pub(crate) fn tables(&self) -> Vec<LevelTable> {
        self.tables.borrow().clone()
    }

    pub(crate) fn risk_asked(&self) -> Vec<RiskAsked> {
        self.risk_asked.borrow().clone()
    }
}

/// Reports a thing for the other kind of profile.
pub(crate) fn fits<'a>(
    section: Section,
    name: &Name<'a>,
    entity: Option<Entity>,
    value: &Value<'a>,
) -> bool {
    let (Some(wanted), Some(found)) = (entity, name.entity) else {
        return true;
    };
    if wanted != found {
        value.report(format!(
            "the {} \"{}\" is for {}, and this is for {}",
            section.noun(),
            name.alias,
            plural(found),
            plural(wanted)
        ));
    }
    wanted == found
}

/// "individuals" or "companies".
pub(crate) fn plural(entity: Entity) -> &'static str {
    match entity {
        Entity::Individual => "individuals",
        Entity::Company => "companies",
    }
}

/// The items of a list, or a single text standing for a list of one.
pub(crate) fn references<'a>(value: &Value<'a>) -> Vec<Value<'a>> {
    if value.scalar().is_some() {
        return vec![value.clone()];
    }
    value.list().unwrap_or_default()
}
