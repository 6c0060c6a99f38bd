//! Aliases, names and descriptions.

use document::{Fields, Value};

/// The longest alias, in characters.
pub(crate) const ALIAS_CHARS_MAX: usize = 100;
/// The longest name or label, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 200;
/// The longest description or reason, in characters.
pub(crate) const DESCRIPTION_CHARS_MAX: usize = 2000;

/// Reads a required alias; empty when wrong.
pub(crate) fn alias<'a>(fields: &Fields<'a>, key: &str) -> &'a str {
    let Some(value) = fields.required(key) else {
        return "";
    };
    check_alias(&value).unwrap_or_default()
}

/// The text of `value`, if it can be an alias.
pub(crate) fn check_alias<'a>(value: &Value<'a>) -> Option<&'a str> {
    let text = value.text()?;
    if text.trim().is_empty() {
        value.report("this text must not be empty");
        return None;
    }
    if let Some(mistake) = alias_mistake(text) {
        let mended: String = text.trim().chars().map(mended).collect();
        value.report_with_hint(mistake, format!("for example \"{mended}\""));
        return None;
    }
    if text.chars().count() > ALIAS_CHARS_MAX {
        value.report(format!("an alias has at most {ALIAS_CHARS_MAX} characters"));
        return None;
    }
    if uuid::Uuid::parse_str(text).is_ok() {
        value.report("an alias must not look like an id");
        return None;
    }
    Some(text)
}

/// What is wrong with the characters of an alias.
pub(crate) fn alias_mistake(text: &str) -> Option<String> {
    let wrong = text.chars().find(|letter| !is_fit(*letter))?;
    let shown = if wrong.is_whitespace() {
        "a space".to_owned()
    } else {
        format!("\"{}\"", wrong.escape_debug())
    };
    Some(format!(
        "an alias has letters, digits, \"_\", \"-\" and \".\" only, and this one has {shown}"
    ))
}

fn is_fit(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

fn mended(letter: char) -> char {
    if is_fit(letter) { letter } else { '_' }
}

/// A required name that people read; empty when wrong.
pub(crate) fn name(fields: &Fields<'_>, key: &str) -> String {
    let text = fields.text(key);
    bounded(fields, key, text, NAME_CHARS_MAX);
    text.to_owned()
}

/// A name that people read and that may be left out.
pub(crate) fn optional_name(fields: &Fields<'_>, key: &str) -> Option<String> {
    let text = fields.optional_text(key)?;
    bounded(fields, key, text, NAME_CHARS_MAX);
    Some(text.to_owned())
}

/// A longer text that may be left out.
pub(crate) fn description(fields: &Fields<'_>, key: &str) -> Option<String> {
    let text = fields.optional_text(key)?;
    bounded(fields, key, text, DESCRIPTION_CHARS_MAX);
    Some(text.to_owned())
}

fn bounded(fields: &Fields<'_>, key: &str, text: &str, chars_max: usize) {
    if text.chars().count() > chars_max
        && let Some(value) = fields.optional(key)
    {
        value.report(format!("this text has more than {chars_max} characters"));
    }
}

/// "source_of_funds" as people read it: "Source of funds".
pub(crate) fn humanized(alias: &str) -> String {
    let words = alias.replace(['_', '-', '.'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
