//! A few clients shown field by field, so that a reader sees what was compared.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::compare::plain;
use super::targets::Target;

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
    /// Path, what the source says, and what the server has.
    pub fields: Vec<[String; 3]>,
}

/// Which of so many profiles are shown.
pub(super) fn places(count: usize) -> HashSet<usize> {
    let shown = SAMPLES_COUNT.min(count);
    (0..shown).map(|place| place * count / shown).collect()
}

impl Sample {
    pub(super) fn of(target: &Target, profile: &Value) -> Sample {
        let mut fields = Vec::new();
        let sent = &target.body["collected_data"];
        leaves("", sent, &profile["collected_data"], &mut fields);
        fields.truncate(FIELDS_COUNT_MAX);
        Sample {
            reference: target.reference.clone(),
            profile: target.profile.clone(),
            fields,
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let fields = self
            .fields
            .iter()
            .map(|[path, sent, found]| json!({"field": path, "source": sent, "server": found}));
        json!({
            "key": self.reference,
            "profile_id": self.profile,
            "fields": fields.collect::<Vec<_>>(),
        })
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
