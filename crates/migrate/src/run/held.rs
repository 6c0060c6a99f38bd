//! The windows that a run has held, for its report: the server tells them, the ledger keeps them.

use serde::{Deserialize, Serialize};

use super::Work;
use crate::Error;
use crate::ledger::Ledger;
use crate::window::{self, Window};

/// The fact of a ledger that has them.
const FACT: &str = "windows held";

/// A window that the run held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldWindow {
    /// Its id on the server.
    pub id: String,
    /// Aliases of the check variants that were switched off.
    pub checks: Vec<String>,
    /// Why it was opened.
    pub reason: String,
    /// When it was opened, in UTC, and by which key or user.
    pub opened: String,
    /// When it was closed, in UTC, by whom and why; none as far as the tool knows.
    pub closed: Option<String>,
}

impl HeldWindow {
    fn of(window: &Window) -> HeldWindow {
        HeldWindow {
            id: window.id.clone(),
            checks: window.checks.clone(),
            reason: window.reason.clone(),
            opened: window.opened.clone(),
            closed: Some(window.closed.clone()).filter(|closed| !closed.is_empty()),
        }
    }
}

/// Keeps what the server says of a window.
pub(super) fn keep(ledger: &Ledger, window: &Window) -> Result<(), Error> {
    let mut all = kept(ledger)?;
    let held = HeldWindow::of(window);
    match all.iter_mut().find(|one| one.id == held.id) {
        Some(known) => *known = held,
        None => all.push(held),
    }
    let text = serde_json::to_string(&all).map_err(|error| Error::State(error.to_string()))?;
    ledger.set_fact(FACT, &text)
}

fn kept(ledger: &Ledger) -> Result<Vec<HeldWindow>, Error> {
    let text = ledger.fact(FACT)?;
    Ok(text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}

/// All of them, the oldest first. How one ended that this run did not close itself (it was killed) the
/// server is asked, where the key may ask.
pub(super) async fn all(work: &Work) -> Result<Vec<HeldWindow>, Error> {
    let mut all = kept(&work.ledger)?;
    if all.iter().all(|one| one.closed.is_some()) {
        return Ok(all);
    }
    let told = window::status(&work.api).await.unwrap_or_default();
    for held in &mut all {
        if let Some(window) = told.iter().find(|one| one.id == held.id) {
            *held = HeldWindow::of(window);
        }
    }
    Ok(all)
}
