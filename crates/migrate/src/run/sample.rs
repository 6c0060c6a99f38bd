//! A few clients shown field by field, so that a reader sees what was compared.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::Work;
use super::compare::plain;
use super::targets::Target;
use crate::Error;
use crate::book::Entity;
use crate::mapping::Field;

/// How many profiles are shown, spread evenly over those of the run.
const SAMPLES_COUNT: usize = 6;
/// Fields of one profile that are shown.
const FIELDS_COUNT_MAX: usize = 60;

/// One profile, field by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// The client's reference in the source.
    pub reference: String,
    /// Its profile.
    pub profile: String,
    /// Its fields, in the order of their names.
    pub fields: Vec<Compared>,
}

/// One field of a sample.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Where it is.
    pub path: String,
    /// The cells it is made of as the source has them, each after its column's name; empty for a
    /// constant, and for people who are named in the row of a company.
    pub source: String,
    /// What the mapping made of them, and was sent.
    pub sent: String,
    /// What the server has.
    pub found: String,
}

/// Which of so many profiles are shown.
pub(super) fn places(count: usize) -> HashSet<usize> {
    let shown = SAMPLES_COUNT.min(count);
    (0..shown).map(|place| place * count / shown).collect()
}

impl Sample {
    pub(super) fn of(work: &Work, target: &Target, profile: &Value) -> Result<Sample, Error> {
        let mut leaves = Vec::new();
        let sent = &target.body["collected_data"];
        self::leaves("", sent, &profile["collected_data"], &mut leaves);
        leaves.truncate(FIELDS_COUNT_MAX);
        let row = SourceRow::of(work, target)?;
        let fields = leaves.into_iter().map(|[path, sent, found]| Compared {
            source: row
                .as_ref()
                .map_or_else(String::new, |row| row.behind(&path)),
            path,
            sent,
            found,
        });
        Ok(Sample {
            reference: target.reference.clone(),
            profile: target.profile.clone(),
            fields: fields.collect(),
        })
    }

    pub(crate) fn to_json(&self) -> Value {
        let fields = self
            .fields
            .iter()
            .map(|one| json!({"field": one.path, "source": one.source, "sent": one.sent, "server": one.found}));
        json!({
            "key": self.reference,
            "profile_id": self.profile,
            "fields": fields.collect::<Vec<_>>(),
        })
    }
}

/// The row of a client as the source has it, and what the mapping makes of which of its cells.
struct SourceRow<'a> {
    cells: Vec<String>,
    columns: &'a [String],
    fields: &'a [Field],
}

impl SourceRow<'_> {
    fn of<'a>(work: &'a Work, target: &Target) -> Result<Option<SourceRow<'a>>, Error> {
        let Some(place) = target.client else {
            return Ok(None);
        };
        let (client, mapping) = (&work.book.clients[place], &work.book.mapping);
        let map = match client.entity {
            Entity::Individual => &mapping.individuals,
            Entity::Company => &mapping.companies,
        };
        let Some(map) = map else { return Ok(None) };
        Ok(Some(SourceRow {
            cells: client.row.record.cells.get()?,
            columns: &mapping.sources[client.row.source].columns,
            fields: &map.fields,
        }))
    }

    /// The cells that the value at a path below `collected_data` is made of.
    fn behind(&self, path: &str) -> String {
        let is_behind = |field: &&Field| {
            let to = field.to.to_string();
            let to = to.strip_prefix("collected_data.").unwrap_or(&to);
            let below = path.strip_prefix(to);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let Some(field) = self.fields.iter().find(is_behind) else {
            return String::new();
        };
        let columns = match &field.template {
            Some(template) => template.columns(),
            None => field.from.clone(),
        };
        let cells = columns.into_iter().map(|column| {
            let name = self.columns.get(column).map_or("", String::as_str);
            let cell = self.cells.get(column).map_or("", String::as_str);
            format!("{name}: {cell}")
        });
        cells.collect::<Vec<_>>().join(", ")
    }
}

fn leaves(path: &str, sent: &Value, found: &Value, fields: &mut Vec<[String; 3]>) {
    match sent {
        Value::Object(parts) => {
            for (name, value) in parts {
                let dot = if path.is_empty() { "" } else { "." };
                leaves(
                    &format!("{path}{dot}{name}"),
                    value,
                    &found[name.as_str()],
                    fields,
                );
            }
        }
        Value::Array(items) => {
            for (place, value) in items.iter().enumerate() {
                leaves(&format!("{path}[{place}]"), value, &found[place], fields);
            }
        }
        value => fields.push([path.to_owned(), plain(value), plain(found)]),
    }
}
