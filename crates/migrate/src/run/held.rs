//! The windows that a run has held, for its report: the server tells them, the ledger keeps them.
//!
//! A window that the run's key opened by hand lets the run's clients in with its checks off just as
//! well, so those that are open when a start begins or ends are kept, too.

use serde::{Deserialize, Serialize};

use super::Work;
use crate::Error;
use crate::ledger::Ledger;
use crate::window::{self, Window};

/// The fact of a ledger that has them.
const FACT: &str = "windows held";
/// The fact of a ledger that says that it has had them from its run's begin.
const BEGUN: &str = "windows held from the begin";

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

/// Keeps the windows that let the run's clients in and are open now, where the server tells: it may
/// have none, or tell them to administrators only.
pub(super) async fn look(work: &Work) -> Result<(), Error> {
    let ledger = &work.ledger;
    if is_new(ledger)? {
        ledger.set_fact(BEGUN, "yes")?;
    }
    let told = window::status(&work.api).await.unwrap_or_default();
    for window in told.iter().filter(|one| one.is_open && one.is_yours) {
        keep(ledger, window)?;
    }
    Ok(())
}

/// Whether nothing was sent from a state yet.
fn is_new(ledger: &Ledger) -> Result<bool, Error> {
    Ok(ledger.finished().next().transpose()?.is_none() && ledger.unknown()?.is_empty())
}

/// Whether every window that the run opened was kept: an older version of the tool kept none.
pub(super) fn has_all_own(ledger: &Ledger) -> Result<bool, Error> {
    Ok(ledger.fact(BEGUN)?.is_some_and(|begun| !begun.is_empty()))
}

fn kept(ledger: &Ledger) -> Result<Vec<HeldWindow>, Error> {
    let Some(text) = ledger.fact(FACT)? else {
        return Ok(Vec::new());
    };
    serde_json::from_str(&text).map_err(|_| ledger.unreadable(FACT))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_that_cannot_be_read_are_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        ledger.set_fact(FACT, "[{\"id\":").unwrap();
        let window = Window::of(&serde_json::json!({"id": "w", "open": true}));
        let unread = keep(&ledger, &window).unwrap_err();
        assert!(unread.to_string().contains("\"windows held\""));
        assert_eq!(ledger.fact(FACT).unwrap().unwrap(), "[{\"id\":");
    }
}
