//! The JSON Schema of the document, for editors and reference pages.

use domain::{AssociatedRole, PROPERTIES};
use serde_json::Value;
use wire::value::{CheckType, TaskType};

/// The JSON Schema (draft 2020-12) of the document, with the closed lists of this version filled in.
///
/// It says what shape a document has; what only the whole document shows (unknown aliases, circles)
/// is for [`crate::compile`].
pub fn schema() -> Value {
    let mut schema: Value =
        serde_json::from_str(include_str!("../schema.json")).unwrap_or_default();
    let checks = CheckType::ALL.iter().map(|one| one.as_str().to_owned());
    let tasks = TaskType::ALL.iter().map(|one| one.as_str().to_owned());
    let roles = AssociatedRole::ALL.into_iter().flat_map(|role| {
        let name = role.name();
        [name.to_lowercase(), name.to_owned()]
    });
    let properties = PROPERTIES.iter().map(|one| one.key.to_owned());
    fill(&mut schema, "/$defs/check_type/enum", checks);
    fill(&mut schema, "/$defs/task_type/enum", tasks);
    fill(&mut schema, "/$defs/role/enum", roles);
    fill(&mut schema, "/$defs/property/anyOf/0/enum", properties);
    schema
}

fn fill(schema: &mut Value, pointer: &str, words: impl Iterator<Item = String>) {
    if let Some(list) = schema.pointer_mut(pointer) {
        *list = words.map(Value::String).collect();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::{DEMO, compile};

    #[test]
    fn the_demo_keeps_to_the_schema() {
        let schema = schema();
        jsonschema::meta::validate(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let root = document::parse("demo.yaml", DEMO).unwrap();
        let demo = crate::json::of(&root);
        let mistakes: Vec<String> = validator
            .iter_errors(&demo)
            .map(|one| format!("{}: {one}", one.instance_path()))
            .collect();
        assert_eq!(mistakes, Vec::<String>::new());
    }

    #[test]
    fn the_closed_lists_are_filled_in() {
        let schema = schema();
        let text = schema.to_string();
        for word in [
            "IDENTITY_CHECK",
            "COMPANY_MANUAL_TASK",
            "beneficial_owner",
            "risk.level",
        ] {
            assert!(text.contains(&format!("\"{word}\"")), "{word}");
        }
        assert!(!text.contains("\"enum\":[]"));
    }

    /// A document in which every mapping has a key that nobody knows, with the definition of the
    /// schema that each mapping is of. The reader answers with the keys it knows.
    const STRANGE: &str = "\
zzzz_qqqq: 1 #
custom_fields: [{zzzz_qqqq: 1}] # custom_field
providers:
  - zzzz_qqqq: 1 # provider
  - kind: screening
    false_positives:
      zzzz_qqqq: 1 # false_positives
      individual: {zzzz_qqqq: 1} # allowed
checks:
  - zzzz_qqqq: 1 # check
    providers: [{zzzz_qqqq: 1}] # provider_choice
    countries: [{zzzz_qqqq: 1}] # country_order
tasks:
  - zzzz_qqqq: 1 # task
    type: COMPANY_IDENTIFY_OFFICERS
    expiry: {zzzz_qqqq: 1} # expiry
    associates:
      zzzz_qqqq: 1 # associates
      add: {zzzz_qqqq: 1} # share
      pass: {zzzz_qqqq: 1} # passing
risk_models:
  - zzzz_qqqq: 1 # risk_model
    levels: [{zzzz_qqqq: 1}] # level
    groups: [{zzzz_qqqq: 1}] # group
    factors:
      - zzzz_qqqq: 1 # factor
        rules:
          - zzzz_qqqq: 1 # rule
            when: {zzzz_qqqq: 1} # bare_test
          - when: {zzzz_qqqq: 1, all: []} # bare_all
          - when: {zzzz_qqqq: 1, any: []} # bare_any
          - when: {zzzz_qqqq: 1, not: {}} # bare_not
          - when: {zzzz_qqqq: 1, at_least: {}} # bare_counting
          - when:
              at_least: {zzzz_qqqq: 1} # bare_at_least
          - when: {property: tag, is_one_of: {zzzz_qqqq: 1, list: x}} # list_name
          - when: {property: tag, count: {zzzz_qqqq: 1}} # count
  - thresholds: {zzzz_qqqq: 1} # thresholds
policies:
  - zzzz_qqqq: 1 # policy
    flow:
      - {zzzz_qqqq: 1, tasks: []} # tasks_element
      - {zzzz_qqqq: 1, branch: x, when: {}} # branch_element
      - {zzzz_qqqq: 1, goto: x} # goto_element
      - {zzzz_qqqq: 1, outcome: x} # outcome_element
      - branch: x
        when: {zzzz_qqqq: 1} # test
      - branch: x
        when: {zzzz_qqqq: 1, all: []} # all
      - branch: x
        when: {zzzz_qqqq: 1, any: []} # any
      - branch: x
        when: {zzzz_qqqq: 1, not: {}} # not
      - branch: x
        when: {zzzz_qqqq: 1, at_least: {}} # counting
      - branch: x
        when:
          at_least: {zzzz_qqqq: 1} # at_least
      - outcome: {zzzz_qqqq: 1, immediate_rejection: x} # rejection
    table:
      low: {zzzz_qqqq: 1} # row_mapping
products:
  - zzzz_qqqq: 1 # product
    individual: {zzzz_qqqq: 1} # course
decision_reasons: [{zzzz_qqqq: 1}] # decision_reason
";

    #[test]
    fn the_schema_and_the_reader_know_the_same_keys() {
        let problems = compile("strange.yaml", STRANGE, 1, None).unwrap_err();
        let mut read: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for problem in problems.list {
            let hint = problem.hint.unwrap_or_default();
            let Some(fields) = hint.strip_prefix("the fields are ") else {
                continue;
            };
            let line = STRANGE.lines().nth(problem.place.line - 1).unwrap();
            let definition = line.rsplit('#').next().unwrap().trim().to_owned();
            let fields = fields.split(", ").map(str::to_owned).collect();
            read.insert(definition, fields);
        }
        let schema = schema();
        let keys = |schema: &Value| -> Option<BTreeSet<String>> {
            Some(
                schema
                    .get("properties")?
                    .as_object()?
                    .keys()
                    .cloned()
                    .collect(),
            )
        };
        let mut told = BTreeMap::from([(String::new(), keys(&schema).unwrap())]);
        for (name, definition) in schema["$defs"].as_object().unwrap() {
            if let Some(keys) = keys(definition) {
                told.insert(name.clone(), keys);
            }
        }
        assert_eq!(read, told);
    }
}
