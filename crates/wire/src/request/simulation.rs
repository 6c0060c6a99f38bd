//! The body of `POST /admin/simulate`. *Additive.*

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Fields, FromFields, UpdateTask};
use crate::field_error::FieldError;
use crate::value::{AssumedAnswer, CheckType, UnknownValue};

/// Profiles that one simulation takes; more are refused as a whole.
pub const SIMULATED_PROFILES_MAX: usize = 5_000;
/// The key of an assumption for every type of check that is not named.
const DEFAULT: &str = "default";

/// Profiles to try out under a policy, without storing anything.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulate {
    /// In order, at most [`SIMULATED_PROFILES_MAX`]. One that cannot be read spoils no other.
    pub profiles: Vec<Result<SimulatedRow, Vec<FieldError>>>,
    /// What the checks are taken to answer.
    pub assume: Assumed,
    /// The policy; the published one unless it is said.
    pub policy: SimulatedPolicy,
    /// Aliases of the check variants that are switched off for the profiles, as by a window of
    /// `POST /admin/windows` that their key holds; none unless it is said.
    pub switched_off: Vec<String>,
}

/// One profile to try out.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedRow {
    /// What the caller calls it; unique in the request. Links name it.
    pub reference: String,
    /// The body that `POST /4.0/profiles` would be sent, but for its links to profiles of this
    /// request: `"linked_profile": {"reference": "…"}`.
    pub profile: Value,
    /// Tags put on it once it is there.
    pub tags: Vec<String>,
    /// What is done to its tasks once automation has done what it can.
    pub task_updates: Vec<SimulatedUpdate>,
}

/// What is done to a task of a profile, such as a pass that was given elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedUpdate {
    /// Alias of the task variant.
    pub task: String,
    /// Whether a task that has passed by itself is left alone; `true` unless said.
    pub only_open: bool,
    /// As `POST /profiles/{id}/tasks/{id}` takes it.
    pub update: UpdateTask,
}

/// What checks are taken to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumed {
    /// Every check whose type is not named.
    pub otherwise: AssumedAnswer,
    /// By type of check.
    pub by_type: BTreeMap<CheckType, AssumedAnswer>,
}

impl Assumed {
    /// What a check of this type is taken to answer.
    pub fn of(&self, check_type: CheckType) -> AssumedAnswer {
        let named = self.by_type.get(&check_type);
        named.copied().unwrap_or(self.otherwise)
    }
}

/// The policy of a simulation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SimulatedPolicy {
    /// The one that the account works by.
    Published,
    /// A version of the institution.
    Version(i64),
    /// A document that is not published.
    Draft(String),
}

impl FromFields for Simulate {
    const FIELDS: &'static [&'static str] =
        &["profiles", "assume", "configuration", "switched_off"];

    fn from_fields(fields: &mut Fields<'_>) -> Option<Simulate> {
        let profiles = profiles(fields);
        let assume = assume(fields);
        let policy = match fields.get("configuration") {
            None => Some(SimulatedPolicy::Published),
            Some(_) => fields
                .one::<Configuration>("configuration")
                .map(|one| one.0),
        };
        let switched_off = fields.texts("switched_off");
        let row = |value: &Value| super::fields::read::<SimulatedRow>(value);
        Some(Simulate {
            profiles: profiles?.iter().map(row).collect(),
            assume: assume?,
            policy: policy?,
            switched_off,
        })
    }
}

/// The rows as they are; there may be more of them than of other lists.
fn profiles<'a>(fields: &mut Fields<'a>) -> Option<&'a Vec<Value>> {
    let Value::Array(list) = fields.value("profiles")? else {
        fields.mistake("profiles", "must be a list");
        return None;
    };
    if list.len() > SIMULATED_PROFILES_MAX {
        let message = format!("has more than {SIMULATED_PROFILES_MAX} entries; send them in parts");
        fields.mistake("profiles", message);
        return None;
    }
    Some(list)
}

/// One word for every check, or an object by type of check with `default` for the others.
fn assume(fields: &mut Fields<'_>) -> Option<Assumed> {
    let read = |value: &Value| -> Result<AssumedAnswer, UnknownValue> {
        value.as_str().unwrap_or_default().parse()
    };
    let mut assumed = Assumed {
        otherwise: AssumedAnswer::Pass,
        by_type: BTreeMap::new(),
    };
    match fields.value("assume")? {
        Value::Object(named) => {
            for (name, value) in named {
                let at = format!("assume.{}", crate::field_error::name_shown(name));
                let answer = match read(value) {
                    Ok(answer) => answer,
                    Err(unknown) => {
                        fields.mistake(&at, unknown.to_string());
                        continue;
                    }
                };
                match name.parse::<CheckType>() {
                    Ok(check_type) => {
                        assumed.by_type.insert(check_type, answer);
                    }
                    Err(_) if name == DEFAULT => assumed.otherwise = answer,
                    Err(_) => fields.mistake(&at, "is no type of check, and not default"),
                }
            }
            if !named.contains_key(DEFAULT) {
                fields.missing("assume.default");
            }
        }
        word => match read(word) {
            Ok(answer) => assumed.otherwise = answer,
            Err(unknown) => fields.mistake("assume", unknown.to_string()),
        },
    }
    Some(assumed)
}

/// `{"version": 3}` or `{"document": "…"}`.
struct Configuration(SimulatedPolicy);

impl FromFields for Configuration {
    const FIELDS: &'static [&'static str] = &["version", "document"];

    fn from_fields(fields: &mut Fields<'_>) -> Option<Configuration> {
        match (fields.has("version"), fields.has("document")) {
            (true, true) => {
                fields.mistake("", "names a version and has a document; give one of them");
                None
            }
            (true, false) => {
                let number = fields.optional_integer("version")?;
                Some(Configuration(SimulatedPolicy::Version(number)))
            }
            (false, true) => {
                // A policy is longer than other texts may be.
                let Some(text) = fields.get("document").and_then(Value::as_str) else {
                    fields.mistake("document", "must be the YAML text of the policy");
                    return None;
                };
                Some(Configuration(SimulatedPolicy::Draft(text.to_owned())))
            }
            (false, false) => {
                fields.mistake(
                    "",
                    "must have a version or a document; leave it out for the published policy",
                );
                None
            }
        }
    }
}

impl FromFields for SimulatedRow {
    const FIELDS: &'static [&'static str] = &["reference", "profile", "tags", "task_updates"];

    fn from_fields(fields: &mut Fields<'_>) -> Option<SimulatedRow> {
        let reference = fields.text("reference");
        let profile = fields.value("profile").cloned();
        let tags = fields.texts("tags");
        let task_updates = fields.optional_objects("task_updates").unwrap_or_default();
        Some(SimulatedRow {
            reference: reference?,
            profile: profile?,
            tags,
            task_updates,
        })
    }
}

impl FromFields for SimulatedUpdate {
    const FIELDS: &'static [&'static str] = &["task", "only_open", "update"];

    fn from_fields(fields: &mut Fields<'_>) -> Option<SimulatedUpdate> {
        let task = fields.text("task");
        let only_open = fields.optional_bool("only_open").unwrap_or(true);
        let update = fields.one("update");
        Some(SimulatedUpdate {
            task: task?,
            only_open,
            update: update?,
        })
    }
}
