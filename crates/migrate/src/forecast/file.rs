//! A forecast as a file, for later proof.

use std::fs;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Assumption, Forecast, Forecasts};
use crate::{Error, Scope, private};

/// The format of the file.
const FORMAT: u32 = 1;

/// What the file holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// The format: 1.
    pub format: u32,
    /// The version of the tool that wrote it.
    pub tool: String,
    /// What the mapping calls the book.
    pub book: String,
    /// The scope, `all` or `active`.
    pub scope: String,
    /// What checks are taken to answer.
    pub assume: Assumption,
    /// Check variants that were taken to be switched off, by alias.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switched_off: Vec<String>,
    /// Under the published policy.
    pub forecast: Forecast,
    /// Under the draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Forecast>,
}

/// Writes forecasts to a file that only this user may read: it holds references of clients and where
/// they stand.
///
/// Errors: the file cannot be written.
pub fn write(path: &Path, forecasts: &Forecasts) -> Result<(), Error> {
    let saved = Saved {
        format: FORMAT,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        book: forecasts.book.clone(),
        scope: forecasts.scope.as_str().to_owned(),
        assume: forecasts.assume.clone(),
        switched_off: forecasts.switched_off.clone(),
        forecast: forecasts.published.clone(),
        draft: forecasts.draft.clone(),
    };
    let broken = |error: &dyn std::fmt::Display| {
        Error::Option(format!("{} cannot be written: {error}", path.display()))
    };
    let text = serde_json::to_string(&saved).map_err(|error| broken(&error))?;
    let file = private::create(path);
    file.and_then(|mut file| writeln!(file, "{text}"))
        .map_err(|error| broken(&error))
}

/// Reads forecasts that were written before.
///
/// Errors: no file, or none of this format.
pub fn read(path: &Path) -> Result<Forecasts, Error> {
    let name = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| Error::Option(format!("{name} cannot be read: {error}")))?;
    let saved: Saved = serde_json::from_str(&text).map_err(|error| {
        Error::Option(format!(
            "{name} is no forecast of this tool: {error}; `usher migrate forecast --json FILE` writes one"
        ))
    })?;
    let scope = Scope::parse(&saved.scope).filter(|_| saved.format == FORMAT);
    let scope = scope.ok_or_else(|| {
        Error::Option(format!(
            "{name} has format {} or a scope that this tool does not know",
            saved.format
        ))
    })?;
    Ok(Forecasts {
        book: saved.book,
        scope,
        assume: saved.assume,
        switched_off: saved.switched_off,
        published: saved.forecast,
        draft: saved.draft,
    })
}
