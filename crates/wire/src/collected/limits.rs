//! How much collected data may be, before anything else looks at it.

use serde_json::Value;

use crate::field_error::{FieldError, MISTAKES_MAX, join};

/// How deep objects and lists may be nested. Ten levels of companies that own each other need
/// less than half.
pub const DEPTH_MAX: usize = 100;
/// How long one text, and the name of one field, may be in bytes.
pub const STRING_BYTES_MAX: usize = 262_144;
/// How many entries one list or one object may have.
pub const LIST_ENTRIES_MAX: usize = 10_000;
/// How much one profile's data may be in all: bytes of its texts, and eight for every value.
pub const TOTAL_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Says where the data is beyond a limit, or holds what cannot be stored.
pub(super) fn check(data: &Value) -> Result<(), Vec<FieldError>> {
    let mut walk = Walk {
        total_bytes: 0,
        mistakes: Vec::new(),
    };
    walk.visit(data, "", 0);
    if walk.total_bytes > TOTAL_BYTES_MAX {
        let message = format!("holds more than {TOTAL_BYTES_MAX} bytes of data");
        walk.mistakes.insert(0, FieldError::invalid("", message));
    }
    walk.mistakes.truncate(MISTAKES_MAX);
    if walk.mistakes.is_empty() {
        Ok(())
    } else {
        Err(walk.mistakes)
    }
}

struct Walk {
    total_bytes: usize,
    mistakes: Vec<FieldError>,
}

impl Walk {
    fn visit(&mut self, value: &Value, path: &str, depth: usize) {
        self.total_bytes = self.total_bytes.saturating_add(8);
        if depth > DEPTH_MAX {
            return self.mistake(path, format!("is nested deeper than {DEPTH_MAX} levels"));
        }
        match value {
            Value::String(text) => self.text(text, path),
            Value::Array(list) => {
                self.entries(list.len(), path);
                for (place, entry) in list.iter().enumerate() {
                    self.visit(entry, &format!("{path}[{place}]"), depth + 1);
                }
            }
            Value::Object(fields) => {
                self.entries(fields.len(), path);
                for (name, field) in fields {
                    let printable = name.replace('\0', "\\0");
                    let path = join(path, &printable);
                    self.text(name, &path);
                    self.visit(field, &path, depth + 1);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn text(&mut self, text: &str, path: &str) {
        self.total_bytes = self.total_bytes.saturating_add(text.len());
        if text.len() > STRING_BYTES_MAX {
            self.mistake(path, format!("is longer than {STRING_BYTES_MAX} bytes"));
        }
        if text.contains('\0') {
            self.mistake(
                path,
                "contains the character U+0000, which cannot be stored".to_owned(),
            );
        }
    }

    fn entries(&mut self, count: usize, path: &str) {
        if count > LIST_ENTRIES_MAX {
            self.mistake(path, format!("has more than {LIST_ENTRIES_MAX} entries"));
        }
    }

    fn mistake(&mut self, path: &str, message: String) {
        if self.mistakes.len() < MISTAKES_MAX {
            let path: String = path.chars().take(500).collect();
            self.mistakes.push(FieldError::invalid(path, message));
        }
    }
}
