//! Fields that several sections have: the type, the kind of profile, former aliases, countries.

use document::{Fields, Value, suggest};
use domain::Entity;
use wire::value::{EntityType, WireValue};

use crate::naming;
use crate::scope::{plural, references};

/// Words for the two kinds of profile.
pub(crate) const ENTITIES: [(&str, Entity); 2] = [
    ("individual", Entity::Individual),
    ("company", Entity::Company),
];

/// The required `type`, one of the API's values.
pub(crate) fn read<T: WireValue>(fields: &Fields<'_>) -> Option<T> {
    let value = fields.required("type")?;
    let text = value.text()?;
    let found = T::ALL.iter().copied().find(|one| one.as_str() == text);
    if found.is_none() {
        let names = T::ALL.iter().map(|one| one.as_str());
        let message = format!("there is no type \"{text}\"");
        match suggest(text, names) {
            Some(near) => value.report_with_hint(message, format!("did you mean \"{near}\"?")),
            None => value.report_with_hint(message, "the types are listed in the schema"),
        }
    }
    found
}

/// The kind of profile that a type is for; `entity` may repeat it and must then agree.
pub(crate) fn entity_of(fields: &Fields<'_>, of_type: Option<EntityType>) -> Option<Entity> {
    let of_type = of_type.map(|entity| match entity {
        EntityType::Individual => Entity::Individual,
        EntityType::Company => Entity::Company,
    });
    let value = fields.optional("entity");
    let said = value.as_ref().and_then(|value| value.one_of(&ENTITIES));
    if let (Some(value), Some(of_type), Some(said)) = (&value, of_type, said)
        && of_type != said
    {
        value.report_with_hint(
            format!(
                "this type is for {}, not for {}",
                plural(of_type),
                plural(said)
            ),
            "leave \"entity\" out: the type says it",
        );
    }
    of_type
}

/// The required `entity`.
pub(crate) fn entity(fields: &Fields<'_>) -> Option<Entity> {
    fields.one_of("entity", &ENTITIES)
}

/// Checks `renamed_from`, which the lasting ids have been read from.
pub(crate) fn former_aliases(fields: &Fields<'_>) {
    let value = fields.optional("renamed_from");
    for alias in value.as_ref().map(references).unwrap_or_default() {
        naming::check_alias(&alias);
    }
}

/// Reports a text that names no country.
pub(crate) fn report_country(value: &Value<'_>, text: &str) {
    let message = format!("no country is called \"{text}\"");
    let names = wire::country::all().iter().map(|country| country.name);
    match suggest(text, names) {
        Some(near) => value.report_with_hint(message, format!("did you mean \"{near}\"?")),
        None => value.report_with_hint(
            message,
            "write its two-letter or three-letter code, or its English name",
        ),
    }
}
