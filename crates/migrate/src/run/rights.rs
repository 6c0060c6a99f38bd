//! What the API key was allowed in earlier runs: a run that has only refused rows left knows by it that
//! the refusals are of those rows.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::api::Api;
use crate::ledger::Ledger;

/// The fact of a ledger that says what its key was allowed.
const ALLOWED: &str = "allowed";

/// What a key was allowed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Allowed {
    /// Which key: another may have other rights.
    key: String,
    /// Kinds of requests.
    kinds: Vec<String>,
}

/// Writes down what the key was allowed, as soon as there is more of it.
pub(super) fn keep(api: &Api, ledger: &Ledger) -> Result<(), Error> {
    let Some(kinds) = api.newly_allowed() else {
        return Ok(());
    };
    let key = api.mark_of_key(ledger.run());
    let allowed = serde_json::to_string(&Allowed { key, kinds }).unwrap_or_default();
    ledger.set_fact(ALLOWED, &allowed)
}

/// Tells what the key was allowed before.
pub(super) fn recall(api: &Api, ledger: &Ledger) -> Result<(), Error> {
    let Some(allowed) = ledger.fact(ALLOWED)? else {
        return Ok(());
    };
    // Without it the refusals are counted anew: nothing is lost.
    let allowed: Allowed = serde_json::from_str(&allowed).unwrap_or_default();
    if allowed.key == api.mark_of_key(ledger.run()) {
        api.was_allowed(allowed.kinds.iter().map(String::as_str));
    }
    Ok(())
}
