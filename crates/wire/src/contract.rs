//! Holds JSON to the contract, for the tests of every crate that makes some.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::Validator;
use serde_json::Value;

use crate::schema;

/// What is wrong with the JSON as a value of the named schema of the contract, such as
/// `ProfileResource` or `ErrorBody`, or as a list of such values, `[TaskResource]`; empty when
/// nothing is. An unknown name is a mistake too.
pub fn validate(name: &str, value: &Value) -> Vec<String> {
    let items = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    let Some(validator) = validator(items.unwrap_or(name)) else {
        return vec![format!("the contract has no schema {name}")];
    };
    match (items, value) {
        (None, value) => mistakes(&validator, value),
        (Some(_), Value::Array(list)) => list
            .iter()
            .flat_map(|value| mistakes(&validator, value))
            .collect(),
        (Some(_), _) => vec!["the body must be a list".to_owned()],
    }
}

fn mistakes(validator: &Validator, value: &Value) -> Vec<String> {
    schema::mistakes(validator, value)
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn validator(name: &str) -> Option<Arc<Validator>> {
    static COMPILED: OnceLock<Mutex<HashMap<String, Arc<Validator>>>> = OnceLock::new();
    if !schema::names().contains(&name) {
        return None;
    }
    let compiled = COMPILED.get_or_init(Mutex::default);
    let mut compiled = compiled.lock().unwrap_or_else(PoisonError::into_inner);
    let validator = compiled
        .entry(name.to_owned())
        .or_insert_with(|| Arc::new(schema::compile(name)));
    Some(Arc::clone(validator))
}
