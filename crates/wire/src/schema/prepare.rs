//! From the schemas of OpenAPI 3.0, with the overlay, to JSON Schema 2020-12.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

/// Where schemas are found by name.
const SCHEMAS: &str = "/components/schemas";

/// The schemas, ready to compile: a document to put a `$ref` into.
pub(super) fn schemas() -> &'static Value {
    static SCHEMAS_READY: OnceLock<Value> = OnceLock::new();
    SCHEMAS_READY.get_or_init(|| {
        let mut root = read(include_str!("../../schema/api-4.0.json"));
        let overlay = read(include_str!("../../schema/overlay.json"));
        if let Some(schemas) = root.pointer_mut(SCHEMAS) {
            merge(schemas, &overlay["later"]);
            merge(schemas, &overlay["plain"]);
        }
        cut_circles(&mut root);
        convert(&mut root);
        root
    })
}

/// The schema that this one refers to by its name, if it does.
pub(super) fn named(schema: &Value) -> Option<&'static Value> {
    let pointer = schema["$ref"].as_str()?.strip_prefix('#')?;
    schemas().pointer(pointer)
}

/// Whether a schema says that there may be fields beside those that it names.
pub(super) fn is_open(schema: &Value) -> bool {
    let further = &schema["additionalProperties"];
    let is_said = further.is_object() || *further == Value::Bool(true);
    is_said || schema.get("patternProperties").is_some()
}

fn read(text: &str) -> Value {
    // Both files are part of this crate; a broken one fails the first test.
    serde_json::from_str(text).unwrap_or_default()
}

/// Adds a patch to a schema: objects are merged, lists joined, `null` removes, and an object with
/// `"$replace": true` takes the place of what was there.
fn merge(base: &mut Value, patch: &Value) {
    match (base, patch) {
        (Value::Object(base), Value::Object(patch)) => {
            for (name, change) in patch.iter().filter(|(name, _)| *name != "$replace") {
                if change.is_null() {
                    base.remove(name);
                } else if change.get("$replace").is_some() || !base.contains_key(name) {
                    let mut fresh = change.clone();
                    if let Value::Object(fresh) = &mut fresh {
                        fresh.remove("$replace");
                    }
                    base.insert(name.clone(), fresh);
                } else if let Some(old) = base.get_mut(name) {
                    merge(old, change);
                }
            }
        }
        (Value::Array(base), Value::Array(patch)) => {
            for entry in patch {
                if !base.contains(entry) {
                    base.push(entry.clone());
                }
            }
        }
        (base, patch) => *base = patch.clone(),
    }
}

/// Where a schema chooses among others by a property and these include it again, the second
/// inclusion is dropped: a validator would never end.
fn cut_circles(root: &mut Value) {
    let Some(Value::Object(schemas)) = root.pointer_mut(SCHEMAS) else {
        return;
    };
    let mut cuts: Vec<(String, String)> = Vec::new();
    for (name, schema) in schemas.iter() {
        let mapping = schema
            .pointer("/discriminator/mapping")
            .and_then(Value::as_object);
        for target in mapping
            .into_iter()
            .flatten()
            .filter_map(|(_, target)| target.as_str())
        {
            let target = target.rsplit('/').next().unwrap_or_default();
            cuts.push((target.to_owned(), format!("#{SCHEMAS}/{name}")));
        }
    }
    for (target, base) in cuts {
        let parts = schemas
            .get_mut(&target)
            .and_then(|schema| schema.get_mut("allOf"));
        if let Some(Value::Array(parts)) = parts {
            parts.retain(|part| part["$ref"] != base.as_str());
        }
    }
}

fn convert(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            choose_by_property(fields);
            allow_null(fields);
            if let Some(patterns) = fields.remove("x-patternProperties") {
                fields.insert("patternProperties".to_owned(), patterns);
            }
            for (_, part) in fields.iter_mut().filter(|(name, _)| *name != "enum") {
                convert(part);
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(convert),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A union with a discriminator becomes one `if … then …` for each of its values, so that only
/// the branch that was meant is checked.
fn choose_by_property(fields: &mut Map<String, Value>) {
    let Some(chooser) = fields.get("discriminator") else {
        return;
    };
    let (Some(property), Some(mapping)) = (
        chooser["propertyName"].as_str(),
        chooser["mapping"].as_object(),
    ) else {
        return;
    };
    let known: Vec<&String> = mapping.keys().collect();
    let mut parts = vec![json!({
        "type": "object",
        "required": [property],
        "properties": { property: { "enum": known } },
    })];
    parts.extend(mapping.iter().map(|(value, target)| {
        json!({
            "if": { "required": [property], "properties": { property: { "const": value } } },
            "then": { "$ref": target },
        })
    }));
    fields.remove("discriminator");
    fields.remove("oneOf");
    fields.remove("anyOf");
    match fields.get_mut("allOf") {
        Some(Value::Array(all)) => all.extend(parts),
        _ => {
            fields.insert("allOf".to_owned(), Value::Array(parts));
        }
    }
}

/// OpenAPI 3.0 says `nullable`; JSON Schema has a type for it.
fn allow_null(fields: &mut Map<String, Value>) {
    if fields.get("nullable") != Some(&Value::Bool(true)) {
        return;
    }
    fields.remove("nullable");
    if let Some(kind) = fields.get("type").filter(|kind| kind.is_string()).cloned() {
        fields.insert("type".to_owned(), json!([kind, "null"]));
    }
    if let Some(Value::Array(values)) = fields.get_mut("enum") {
        values.push(Value::Null);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_merges_joins_removes_and_replaces() {
        let mut base = json!({"a": {"enum": ["x"], "b": 1, "c": {"d": 1}}});
        merge(
            &mut base,
            &json!({"a": {"enum": ["x", "y"], "b": null, "c": {"$replace": true, "e": 2}}, "n": {"f": 1}}),
        );
        assert_eq!(
            base,
            json!({"a": {"enum": ["x", "y"], "c": {"e": 2}}, "n": {"f": 1}})
        );
    }

    #[test]
    fn a_property_that_is_named_like_a_keyword_survives() {
        let schemas = schemas();
        let metadata = &schemas["components"]["schemas"]["CompanyMetadata"]["properties"];
        assert!(metadata["description"].is_object() && metadata["is_active"].is_object());
    }
}
