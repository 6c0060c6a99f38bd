//! The JSON Schema of mappings, for editors.

use serde_json::Value;
use wire::value::{DocumentCategory, DocumentType};

use super::read::ASSOCIATE_LISTS;
use super::{Encoding, Reasons};

/// The JSON Schema (draft 2020-12) of a mapping, with the closed lists of this version filled in.
///
/// It says what shape a mapping has; what only the source files show (unknown columns) and which
/// targets the API knows is for [`super::read`].
pub fn schema() -> Value {
    let mut schema: Value =
        serde_json::from_str(include_str!("../../mapping.schema.json")).unwrap_or_default();
    let encodings = || Encoding::NAMES.iter().map(|(name, _)| *name);
    let misread = Encoding::NAMES
        .iter()
        .filter(|(_, one)| one.may_be_misread_as())
        .map(|(name, _)| *name);
    fill(
        &mut schema,
        "/$defs/source/properties/encoding/enum",
        encodings(),
    );
    fill(
        &mut schema,
        "/$defs/mojibake/properties/misread_as/enum",
        misread,
    );
    let lists = ASSOCIATE_LISTS.iter().copied();
    fill(&mut schema, "/$defs/list/enum", lists);
    let rules = Reasons::DEFAULTS.iter().map(|(rule, _)| *rule);
    fill(&mut schema, "/properties/reasons/propertyNames/enum", rules);
    let types = DocumentType::ALL.iter().map(|one| one.as_str());
    let place = "/$defs/document_type/properties/document_type/enum";
    fill(&mut schema, place, types);
    let categories = DocumentCategory::ALL.iter().map(|one| one.as_str());
    let place = "/$defs/document_type/properties/category/enum";
    fill(&mut schema, place, categories);
    schema
}

fn fill<'w>(schema: &mut Value, pointer: &str, words: impl Iterator<Item = &'w str>) {
    if let Some(list) = schema.pointer_mut(pointer) {
        *list = words.map(Value::from).collect();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::super::{read, steps::STEP_NAMES};
    use super::*;

    /// A mapping in which every part has a key that nobody knows, with the definition of the schema
    /// that each part is of. The reader answers with the keys it knows.
    const STRANGE: &str = "\
zzzz_qqqq: 1 #
sources:
  a: {zzzz_qqqq: 1, file: a.csv} # source
  b: {zzzz_qqqq: 1, sqlite: b.db, query: x} # source
  c: {zzzz_qqqq: 1, postgres: c, query: x} # source
  d: {zzzz_qqqq: 1, command: [./none]} # source
  e: {zzzz_qqqq: 1, file: e.xlsx} # source
salts:
  s: {zzzz_qqqq: 1} # salt
individuals:
  zzzz_qqqq: 1 # individuals
  source: a
  scope: {zzzz_qqqq: 1} # scope
  products: {zzzz_qqqq: 1} # products
  fields:
    - zzzz_qqqq: 1 # field
      steps:
        - mojibake_repair: {zzzz_qqqq: 1} # mojibake
        - lookup: {zzzz_qqqq: 1} # lookup
        - date:
            zzzz_qqqq: 1 # date
            two_digit_year: {zzzz_qqqq: 1} # two_digit_year
        - number: {zzzz_qqqq: 1} # number_format
        - regex: {zzzz_qqqq: 1} # regex
        - given_names: {zzzz_qqqq: 1} # name
        - given_names: {zzzz_qqqq: 1, particles: [x]} # name
        - sha256: {zzzz_qqqq: 1} # sha256
        - pad_digits:
            zzzz_qqqq: 1 # pad_digits
            when: {zzzz_qqqq: 1} # pad_when
  evidence:
    - zzzz_qqqq: 1 # evidence
      outcome: {zzzz_qqqq: 1} # value
companies:
  zzzz_qqqq: 1 # companies
  source: b
associates:
  zzzz_qqqq: 1 # associates
  source: c
  role: {zzzz_qqqq: 1} # role
documents:
  zzzz_qqqq: 1 # documents
  source: d
  type:
    zzzz_qqqq: 1 # document_types
    types:
      x: {zzzz_qqqq: 1} # document_type
notes:
  zzzz_qqqq: 1 # notes
  source: e
mode: {zzzz_qqqq: 1} # mode
";

    fn keys(schema: &Value) -> Option<BTreeSet<String>> {
        let properties = schema.get("properties")?.as_object()?;
        Some(properties.keys().cloned().collect())
    }

    #[test]
    fn the_schema_and_the_reader_know_the_same_keys() {
        let folder = tempfile::tempdir().unwrap();
        let problems = read("strange.yaml", STRANGE, folder.path()).unwrap_err();
        let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for problem in problems.list {
            let hint = problem.hint.unwrap_or_default();
            let Some(fields) = hint.strip_prefix("the fields are ") else {
                continue;
            };
            let line = STRANGE.lines().nth(problem.place.line - 1).unwrap();
            let definition = line.rsplit('#').next().unwrap().trim().to_owned();
            let fields = fields.split(", ").map(str::to_owned);
            known.entry(definition).or_default().extend(fields);
        }
        let schema = schema();
        let mut told = BTreeMap::from([(String::new(), keys(&schema).unwrap())]);
        for (name, definition) in schema["$defs"].as_object().unwrap() {
            if let Some(keys) = keys(definition) {
                told.insert(name.clone(), keys);
            }
        }
        assert_eq!(known, told);
    }

    #[test]
    fn the_schema_and_the_reader_know_the_same_steps() {
        let schema = schema();
        jsonschema::meta::validate(&schema).unwrap();
        let plain = schema["$defs"]["step"]["anyOf"][0]["enum"].as_array();
        let plain: BTreeSet<&str> = plain.unwrap().iter().filter_map(Value::as_str).collect();
        let set = keys(&schema["$defs"]["step"]["anyOf"][1]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.csv"), "A\n1\n").unwrap();
        let problems = |step: &str| {
            let text = format!(
                "sources: {{a: {{file: a.csv}}}}\ndate_format: YYYY-MM-DD\nindividuals:\n  \
                 source: a\n  fields: [{{to: collected_data.customer_ref, from: A, steps: [{step}]}}]\n"
            );
            read("m.yaml", &text, folder.path())
                .unwrap_err()
                .to_string()
        };
        for name in STEP_NAMES {
            let needs = problems(name).contains("needs a setting");
            assert_eq!(!needs, plain.contains(name), "{name}");
            let has_none = problems(&format!("{name}: x")).contains("has no setting");
            assert_eq!(!has_none, set.contains(*name), "{name}: x");
        }
        let all: BTreeSet<&str> = STEP_NAMES.iter().copied().collect();
        let told = plain.iter().copied().chain(set.iter().map(String::as_str));
        assert_eq!(told.collect::<BTreeSet<_>>(), all);
    }

    #[test]
    fn the_closed_lists_are_filled_in() {
        let text = schema().to_string();
        for word in [
            "windows-1250",
            "officers.directors",
            "PASSPORT",
            "PROOF_OF_IDENTITY",
            "duplicate_same",
        ] {
            assert!(text.contains(&format!("\"{word}\"")), "{word}");
        }
        assert!(!text.contains("\"enum\":[]"));
    }
}
