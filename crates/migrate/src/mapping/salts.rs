//! Salts: what keeps a hash from being guessed. The mapping names them and the files they are read
//! from; they stand in no mapping and in no output.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use document::{Fields, Value};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::hex;

/// A shorter salt is refused, in bytes: it could be guessed.
const SALT_BYTES_MIN: usize = 16;
/// A longer file is refused, in bytes: it is no salt.
const SALT_BYTES_MAX: usize = 4_096;

/// A salt.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt(Arc<[u8]>);

impl fmt::Debug for Salt {
    /// Without the salt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

impl Salt {
    /// The salted hash of a text: HMAC-SHA-256 with the salt as its key, 64 hexadecimal digits.
    pub(crate) fn hash(&self, text: &str) -> String {
        // A key of any length is taken.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        mac.update(text.as_bytes());
        hex(&mac.finalize().into_bytes())
    }

    #[cfg(test)]
    pub(crate) fn of(text: &str) -> Salt {
        Salt(text.as_bytes().into())
    }
}

/// The salts that a mapping names, each with the file it is read from; relative paths begin in the
/// source folder. White space at both ends of a file does not count.
pub(super) fn read_salts(fields: &Fields<'_>, folder: &Path) -> BTreeMap<String, Option<Salt>> {
    let entries = fields.entries("salts").into_iter();
    entries
        .map(|(name, value)| (name.text.clone(), read_salt(&value, folder)))
        .collect()
}

fn read_salt(value: &Value<'_>, folder: &Path) -> Option<Salt> {
    let fields = value.fields()?;
    let file = fields.text("file").to_owned();
    fields.finish();
    if file.is_empty() {
        return None;
    }
    let path = folder.join(&file);
    let hint = "make one with: openssl rand -hex 32 > FILE, and keep it: other runs need the same";
    let size = std::fs::metadata(&path).map(|found| found.len());
    let content = match size {
        Ok(size) if size > SALT_BYTES_MAX as u64 => {
            value.report_with_hint(
                format!("{file} has more than {SALT_BYTES_MAX} bytes and is no salt"),
                hint,
            );
            return None;
        }
        Ok(_) => std::fs::read(&path),
        Err(error) => Err(error),
    };
    match content {
        Ok(content) if content.trim_ascii().len() >= SALT_BYTES_MIN => {
            Some(Salt(content.trim_ascii().into()))
        }
        Ok(_) => {
            let message =
                format!("{file} has fewer than {SALT_BYTES_MIN} bytes; it could be guessed");
            value.report_with_hint(message, hint);
            None
        }
        Err(error) => {
            value.report_with_hint(format!("{file} cannot be read: {error}"), hint);
            None
        }
    }
}
