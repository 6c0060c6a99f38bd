//! The window that a run holds: opened before the first client, renewed while it works, closed at its
//! end, and left to its lease when the run is killed.
//!
//! Every request says to which window it belongs, so that a client who would come in after the window
//! has closed is refused by the server instead of going through the checks that were to be off. A run
//! that was killed goes on with its window while that is open, or opens another that continues it, so
//! that the checks stay off for the clients who came in by the first. One that has nothing left to
//! send closes what its killed predecessor left open.
//!
//! The window stays open while the run reads back: automation that is still at work then asks for
//! further tasks, and those are to find the checks as the ones before did.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::JoinSet;

use super::clients::{self, create_step};
use super::{Occurrences, Work, delta, evidence, held, order};
use crate::Error;
use crate::window::{self, LEASE_SECONDS, Wanted, Window};

/// The fact of a ledger that says by which window the clients came in who are not done yet.
const FACT: &str = "window";
/// The fact of a ledger that says which window its run has open.
const OPEN: &str = "open window";
/// The status of an answer that does not fit the present state.
const CONFLICT: u16 = 409;
/// How often a window is renewed within its lease: a few renewals may fail before that runs out.
const RENEWALS: u32 = 5;
/// Until every node of the server knows of a window that was opened on one.
const KNOWN: Duration = Duration::from_millis(1_200);

/// A window that is held.
pub(super) struct Held {
    id: String,
    renewing: JoinSet<()>,
}

/// Opens the window that the options or the mapping want, and renews it until it is let go.
pub(super) async fn hold(work: &Arc<Work>) -> Result<Option<Held>, Error> {
    held::look(work).await?;
    let Some(wanted) = work.wanted_window() else {
        close_left_open(work).await?;
        return Ok(None);
    };
    if !work.has_clients_to_send()? {
        close_left_open(work).await?;
        return Ok(None);
    }
    let window = take(work, wanted).await?;
    work.ledger.set_fact(FACT, &window.id)?;
    work.ledger.set_fact(OPEN, &window.id)?;
    held::keep(&work.ledger, &window)?;
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
        renewing,
    }))
}

/// Closes the window that an earlier start of this run was killed with: its lease may be a day.
async fn close_left_open(work: &Work) -> Result<(), Error> {
    let left = work.ledger.fact(OPEN)?.filter(|id| !id.is_empty());
    let Some(id) = left else { return Ok(()) };
    close(work, &id).await?;
    work.ledger.set_fact(FACT, "")
}

/// Closes a window; one that the server does not know is none.
async fn close(work: &Work, id: &str) -> Result<(), Error> {
    if let Some(window) = window::close_this(&work.api, id).await? {
        held::keep(&work.ledger, &window)?;
        work.reporter.say(&format!(
            "the window is closed: {} switched on again",
            window.checks.join(", ")
        ));
    }
    work.ledger.set_fact(OPEN, "")
}

/// The window of an earlier start of this run, one with the same checks that is open, or a new one. A
/// window that is not the run's own is not touched.
async fn take(work: &Work, wanted: &Wanted) -> Result<Window, Error> {
    let before = work.ledger.fact(FACT)?.unwrap_or_default();
    let known = window::status(&work.api).await?;
    let own = known.iter().find(|window| window.id == before);
    let own = own.filter(|window| is_same(window, wanted));
    if let Some(own) = own.filter(|own| own.is_open)
        && let Ok(window) = window::renew(&work.api, &own.id, wanted.lease_seconds).await?
    {
        return Ok(window);
    }
    let continued = own.map(|own| own.id.as_str());
    let refusal = match window::ask_to_open(&work.api, wanted, continued).await? {
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

    /// Whether something is still to be sent that the checks would see: otherwise nobody need be
    /// kept away.
    fn has_clients_to_send(&self) -> Result<bool, Error> {
        let clients = self.book.clients.iter().enumerate();
        for (place, client) in clients.filter(|(_, one)| one.becomes_profile()) {
            let reference = &client.row.reference;
            let tags = client.tags.iter();
            let tags = tags.map(|tag| format!("{reference}/tag/{tag}"));
            let evidence = evidence::of(client).iter();
            let evidence = evidence.map(|one| evidence::step(reference, one));
            let mut names = Occurrences::default();
            let links = self.followers[place].associates.iter().map(|at| {
                let name = names.name(&self.book.associates[*at].row);
                format!("{reference}/associate/{name}")
            });
            let create = std::iter::once(create_step(reference));
            if self.is_outstanding(create.chain(tags).chain(evidence).chain(links))? {
                return Ok(true);
            }
        }
        self.has_applications_to_send()
    }

    /// Whether companies in a circle are still to apply: they are made without applications.
    fn has_applications_to_send(&self) -> Result<bool, Error> {
        let groups = order::levels(&self.book, &self.followers);
        for group in groups.into_iter().flatten().filter(|one| one.is_circle) {
            for place in group.members {
                let client = &self.book.clients[place];
                let body = clients::body(client)?;
                let applications = body["applications"].as_array().into_iter().flatten();
                let steps = applications.map(|wanted| {
                    clients::application_step(&client.row.reference, delta::alias(wanted))
                });
                if self.is_outstanding(steps)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn is_outstanding(&self, steps: impl Iterator<Item = String>) -> Result<bool, Error> {
        for step in steps {
            if self.ledger.answer(&step)?.is_none() {
                return Ok(true);
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
    pub(super) async fn let_go(mut self, work: &Work) -> Result<(), Error> {
        // A renewal that came too late would say that the window was lost.
        self.renewing.shutdown().await;
        close(work, &self.id).await?;
        if !work.has_clients_to_send()? {
            work.ledger.set_fact(FACT, "")?;
        }
        Ok(())
    }
}
