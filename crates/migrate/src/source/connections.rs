//! Connection strings of databases. A mapping only names them: they are secrets, and come from the
//! environment or from files of their own. They are neither shown nor written anywhere.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

static GIVEN: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

/// The environment variable of a connection: `USHER_CONNECTION_` and its name in capitals, with `_`
/// for what is neither a letter nor a digit.
pub fn variable(name: &str) -> String {
    let sign = |sign: char| {
        if sign.is_ascii_alphanumeric() {
            sign.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(sign).collect();
    format!("USHER_CONNECTION_{name}")
}

/// Gives a connection string to this process, under the name that mappings call it, or under the
/// environment variable of it; a name goes first.
pub fn provide(name: &str, text: String) {
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    given.insert(name.to_owned(), text);
}

/// What was given for a name.
pub(super) fn of(name: &str) -> Option<String> {
    let given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    let found = given.get(name).or_else(|| given.get(&variable(name)));
    found.cloned()
}
