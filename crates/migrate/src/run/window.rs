//! The window that a run holds: opened before the first client, renewed while it works, closed at its
//! end, and left to its lease when the run is killed.
//!
//! Every request says to which window it belongs, so that a client who would come in after the window
//! has closed is refused by the server instead of going through the checks that were to be off. A run
//! that was killed goes on with its window while that is open, or opens another.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::JoinSet;

use super::clients::create_step;
use super::{Work, evidence};
use crate::Error;
use crate::window::{self, LEASE_SECONDS, Wanted, Window};

/// The fact of a ledger that says which window its run opened.
const FACT: &str = "window";
/// The status of an answer that does not fit the present state.
const CONFLICT: u16 = 409;
/// How often a window is renewed within its lease: a few renewals may fail before that runs out.
const RENEWALS: u32 = 5;
/// Until every node of the server knows of a window that was opened on one.
const KNOWN: Duration = Duration::from_millis(1_200);

/// A window that is held.
pub(super) struct Held {
    id: String,
    _renewing: JoinSet<()>,
}

/// Opens the window that the options or the mapping want, and renews it until it is let go.
pub(super) async fn hold(work: &Arc<Work>) -> Result<Option<Held>, Error> {
    let Some(wanted) = work.wanted_window() else {
        return Ok(None);
    };
    if !work.has_clients_to_send()? {
        return Ok(None);
    }
    let window = take(work, wanted).await?;
    work.ledger.set_fact(FACT, &window.id)?;
    work.api.belong_to(&window.id);
    work.reporter.say(&format!(
        "the window is open: {} switched off; nobody else can add customers until it closes",
        window.checks.join(", ")
    ));
    tokio::time::sleep(KNOWN).await;
    let mut renewing = JoinSet::new();
    let lease_seconds = wanted.lease_seconds;
    renewing.spawn(renew(Arc::clone(work), window.id.clone(), lease_seconds));
    Ok(Some(Held {
        id: window.id,
        _renewing: renewing,
    }))
}

/// The window of an earlier start of this run, one with the same checks that is open, or a new one.
async fn take(work: &Work, wanted: &Wanted) -> Result<Window, Error> {
    if let Some(id) = work.ledger.fact(FACT)?
        && let Ok(window) = window::renew(&work.api, &id, wanted.lease_seconds).await?
        && is_same(&window, wanted)
    {
        return Ok(window);
    }
    let refusal = match window::ask_to_open(&work.api, wanted).await? {
        Ok(window) => return Ok(window),
        Err(refusal) => refusal,
    };
    let open = window::status(&work.api).await?.into_iter();
    let open = open.filter(|window| window.is_open && is_same(window, wanted));
    for open in open {
        if let Ok(window) = window::renew(&work.api, &open.id, wanted.lease_seconds).await? {
            return Ok(window);
        }
    }
    Err(Error::Option(format!(
        "{refusal}; this run goes on only with a window of its own key that has {} switched off and \
         nothing else: see `usher migrate window status`",
        wanted.checks.join(", ")
    )))
}

/// Whether a run may take a window for its own. Where another key opened it, the server would refuse
/// every client.
fn is_same(window: &Window, wanted: &Wanted) -> bool {
    let sorted = |checks: &[String]| {
        let mut checks = checks.to_vec();
        checks.sort_unstable();
        checks.dedup();
        checks
    };
    window.is_yours && sorted(&window.checks) == sorted(&wanted.checks)
}

async fn renew(work: Arc<Work>, id: String, lease_seconds: u64) {
    loop {
        tokio::time::sleep(Duration::from_secs(lease_seconds) / RENEWALS).await;
        match window::renew(&work.api, &id, lease_seconds).await {
            Ok(Ok(_)) => {}
            Ok(Err(refusal)) => {
                work.lose_window(&refusal);
                return;
            }
            Err(error) => {
                work.lose_window(&error.to_string());
                return;
            }
        }
    }
}

impl Work {
    /// The window that the options or the mapping want.
    fn wanted_window(&self) -> Option<&Wanted> {
        let wanted = self.options.window.as_ref();
        wanted.or(self.book.mapping.window.as_ref())
    }

    /// Whether somebody is still to come over: otherwise nobody need be kept away.
    fn has_clients_to_send(&self) -> Result<bool, Error> {
        for client in self.book.clients.iter().filter(|one| one.becomes_profile()) {
            let reference = &client.row.reference;
            if self.ledger.answer(&create_step(reference))?.is_none() {
                return Ok(true);
            }
            for evidence in evidence::of(client) {
                let step = evidence::step(reference, evidence);
                if self.ledger.answer(&step)?.is_none() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// After a conflict: whether it is because the window is closed.
    pub(super) async fn look_for_window(&self, status: u16) -> Result<(), Error> {
        let Some(id) = self.api.window().filter(|_| status == CONFLICT) else {
            return Ok(());
        };
        let lease_seconds = self
            .wanted_window()
            .map_or(LEASE_SECONDS, |wanted| wanted.lease_seconds);
        match window::renew(&self.api, &id, lease_seconds).await? {
            Ok(_) => Ok(()),
            Err(refusal) => {
                self.lose_window(&refusal);
                Ok(())
            }
        }
    }

    /// The window is closed: nobody may come over any more.
    pub(super) fn lose_window(&self, why: &str) {
        if !self.is_window_lost.swap(true, Ordering::Relaxed) {
            self.reporter.say(&format!(
                "stopping: {why}; run again with the same --state to go on in another window"
            ));
            self.options.stop.store(true, Ordering::Relaxed);
        }
    }
}

impl Held {
    /// Closes the window: whoever comes after goes through every check.
    pub(super) async fn let_go(self, work: &Work) -> Result<(), Error> {
        let window = window::close_this(&work.api, &self.id).await?;
        work.reporter.say(&format!(
            "the window is closed: {} switched on again",
            window.checks.join(", ")
        ));
        Ok(())
    }
}
