//! The section `custom_fields`.

use document::{Fields, Value};
use domain::{Holder, Kind};

use crate::naming;
use crate::published::CustomField;

const KINDS: [(&str, Kind); 5] = [
    ("text", Kind::Text),
    ("number", Kind::Number),
    ("date", Kind::Date),
    ("flag", Kind::Flag),
    ("country", Kind::Country),
];

const HOLDERS: [(&str, Holder); 3] = [
    ("individual", Holder::Individual),
    ("company", Holder::Company),
    ("both", Holder::Both),
];

/// The kind that a word of the document means.
pub(crate) fn kind(word: &str) -> Option<Kind> {
    let mut kinds = KINDS.iter();
    kinds
        .find(|(known, _)| *known == word)
        .map(|(_, kind)| *kind)
}

/// The holder that a word of the document means.
pub(crate) fn holder(word: &str) -> Option<Holder> {
    let mut holders = HOLDERS.iter();
    holders
        .find(|(known, _)| *known == word)
        .map(|(_, holder)| *holder)
}

/// Reads the section.
pub(crate) fn read(root: &Fields<'_>) -> Vec<CustomField> {
    root.list("custom_fields")
        .iter()
        .filter_map(read_one)
        .collect()
}

fn read_one(value: &Value<'_>) -> Option<CustomField> {
    let fields = value.fields()?;
    let name = naming::alias(&fields, "name").to_owned();
    let label = naming::optional_name(&fields, "label");
    let field = CustomField {
        label: label.unwrap_or_else(|| naming::humanized(&name)),
        name,
        holder: fields.one_of("entity", &HOLDERS).unwrap_or(Holder::Both),
        kind: fields.one_of("type", &KINDS).unwrap_or(Kind::Text),
        many: fields.optional_flag("many").unwrap_or_default(),
    };
    fields.finish();
    Some(field)
}
