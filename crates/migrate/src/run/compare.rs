//! Comparing one profile with what was sent of it, field by field.

use std::collections::BTreeMap;

use serde_json::Value;

use super::delta::alias;
use super::difference::{Cause, Difference};
use super::gone;
use super::links::same;
use super::read_back::Purpose;
use super::targets::Target;
use super::undo::look::is_open;
use crate::mapping::ASSOCIATE_LISTS;

/// What the contract derives from an address; no field of its own.
const DERIVED: [&str; 2] = ["original_freeform_address", "original_structured_address"];
/// The largest value of a field nobody sent that a difference shows, in characters.
const SHOWN_CHARS_MAX: usize = 200;

/// One profile being compared.
pub(super) struct Comparing<'a> {
    pub(super) target: &'a Target,
    pub(super) differences: Vec<Difference>,
    /// It was read back before, so that more entries in a list came after that.
    pub(super) was_seen: bool,
    /// What it is compared for.
    pub(super) purpose: Purpose,
    /// What is there and was not sent, by name, with its value: fields, tags, links, documents.
    pub(super) extras: BTreeMap<String, String>,
}

impl<'a> Comparing<'a> {
    pub(super) fn new(target: &'a Target, was_seen: bool, purpose: Purpose) -> Comparing<'a> {
        Comparing {
            target,
            was_seen,
            purpose,
            differences: Vec::new(),
            extras: BTreeMap::new(),
        }
    }

    /// Everything that the row says must be there; what the server adds is its own. `before` is what
    /// was sent when the profile was made, which tells a row that was changed since from a profile
    /// that was.
    pub(super) fn compare(&mut self, path: &str, (now, before): (&Value, &Value), found: &Value) {
        match now {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let pair = (value, &before[name.as_str()]);
                    self.compare(&format!("{path}.{name}"), pair, &found[name.as_str()]);
                }
                for (name, value) in before.as_object().into_iter().flatten() {
                    if !fields.contains_key(name) {
                        self.dropped(&format!("{path}.{name}"), value, &found[name.as_str()]);
                    }
                }
                for (name, value) in found.as_object().into_iter().flatten() {
                    if !fields.contains_key(name) && before[name.as_str()].is_null() {
                        self.extra(&format!("{path}.{name}"), value);
                    }
                }
            }
            Value::Array(items) => {
                for (place, value) in items.iter().enumerate() {
                    let pair = (value, &before[place]);
                    self.compare(&format!("{path}[{place}]"), pair, &found[place]);
                }
                let have = found.as_array().map_or(0, Vec::len);
                if have > items.len() {
                    let was = before.as_array().map_or(0, Vec::len);
                    let cause = match was == have {
                        true => Cause::RowChanged,
                        false if self.was_seen => Cause::Added,
                        false => Cause::Unknown,
                    };
                    let expected = format!("{} entries", items.len());
                    self.differ_by(cause, path, &expected, &have.to_string());
                }
            }
            now if same(now, found) => {}
            now if !before.is_null() && same(before, found) => {
                self.differ_by(Cause::RowChanged, path, &plain(now), &plain(found));
            }
            // A row that says more than it did: it is not there because it was not sent.
            now if !self.target.sent.is_null() && before.is_null() && found.is_null() => {
                self.differ_by(Cause::RowChanged, path, &plain(now), &plain(found));
            }
            now => self.differ(path, &plain(now), &plain(found)),
        }
    }

    /// What was sent once and the row no longer says: a difference where it is there still.
    fn dropped(&mut self, path: &str, before: &Value, found: &Value) {
        match before {
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.dropped(&format!("{path}.{name}"), value, &found[name.as_str()]);
                }
            }
            before if !before.is_null() && same(before, found) => {
                self.differ_by(Cause::RowChanged, path, "nothing", &plain(found));
            }
            _ => {}
        }
    }

    /// What is there and was not sent, field by field. Links and documents are looked at as such.
    fn extra(&mut self, path: &str, value: &Value) {
        let short = path.strip_prefix("collected_data.").unwrap_or(path);
        let name = path.rsplit('.').next().unwrap_or(path);
        if short == "documents" || ASSOCIATE_LISTS.contains(&short) || DERIVED.contains(&name) {
            return;
        }
        match value {
            Value::Null => {}
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.extra(&format!("{path}.{name}"), value);
                }
            }
            Value::Array(items) => {
                for (place, value) in items.iter().enumerate() {
                    self.extra(&format!("{path}[{place}]"), value);
                }
            }
            value => self.has_extra(path.to_owned(), &plain(value)),
        }
    }

    /// Something is there that was not sent.
    pub(super) fn has_extra(&mut self, name: String, value: &str) {
        let shown: String = value.chars().take(SHOWN_CHARS_MAX).collect();
        self.extras.insert(name, shown);
    }

    pub(super) fn applications(&mut self, profile: &Value) {
        for wanted in self.target.body["applications"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let wanted = alias(wanted);
            let applications = profile["applications"].as_array().into_iter().flatten();
            let there: Vec<&Value> = applications
                .filter(|application| application["hidden"] != true)
                .filter(|application| alias(application) == wanted)
                .collect();
            // One that stands may follow others that have ended.
            let open = there.iter().filter(|application| is_open(application));
            if there.len() != 1 && open.count() != 1 {
                let expected = format!("one for {wanted}");
                let is_unsent = there.is_empty() && self.target.products.fresh.contains(wanted);
                let cause = if is_unsent {
                    Cause::RowChanged
                } else {
                    Cause::Unknown
                };
                self.differ_by(cause, "applications", &expected, &there.len().to_string());
            }
        }
    }

    /// Applications that stand for products which the row no longer names.
    pub(super) fn left_applications(&mut self, profile: &Value) {
        let applications = profile["applications"].as_array().into_iter().flatten();
        for application in applications.filter(|application| is_open(application)) {
            let product = alias(application);
            if self.target.products.left.contains(product) {
                let what = format!("application for {product}");
                let found = plain(&application["status"]);
                self.differ_by(Cause::ProductLeft, &what, "not named", &found);
            }
        }
    }

    /// Something was sent and no row stands for it any more as it was sent.
    pub(super) fn gone(&mut self, kind: gone::Kind, (why, is_changed): (&str, bool)) {
        let before = "migrated from this state";
        if is_changed {
            self.differ_by(Cause::RowChanged, kind.as_str(), why, before);
        } else {
            self.differ_by(Cause::RowGone, kind.as_str(), before, why);
        }
    }

    pub(super) fn differ(&mut self, what: &str, expected: &str, found: &str) {
        self.differ_by(Cause::Unknown, what, expected, found);
    }

    pub(super) fn differ_by(&mut self, cause: Cause, what: &str, expected: &str, found: &str) {
        self.differences.push(Difference {
            reference: self.target.reference.clone(),
            profile: self.target.profile.clone(),
            what: what.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
            cause,
        });
    }
}

/// A value as a person would write it.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
