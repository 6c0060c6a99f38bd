//! Work that is begun on the node that asked for it.
//!
//! The checks of a new profile are asked for and taken in the commit that creates it: its job is
//! stored already leased to this node, and what was just written is handed over in memory. Nobody
//! has to claim the job or read the profile again. When this node dies, the lease ends and another
//! takes the job, as it would any other. When this node has no workers or they are busy, the job is
//! stored for whoever claims it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::CheckId;
use store::jobs::Job;
use tokio::sync::mpsc;
use wire::stored::CheckBody;

use super::JOBS_AT_ONCE_MAX;
use crate::change::Loaded;

/// How many jobs may wait for this node's workers; beyond them they are stored for whoever claims
/// them.
const WAITING_JOBS_MAX: usize = 16 * JOBS_AT_ONCE_MAX;

/// A job that this node holds, with what it needs.
pub(crate) struct Handed {
    /// The job, leased to this node by the commit that asked for it.
    pub(crate) job: Job,
    /// The profile as that commit left it.
    pub(crate) loaded: Loaded,
    /// What goes to the providers of the checks it ordered.
    pub(crate) bodies: BTreeMap<CheckId, Arc<CheckBody>>,
}

/// Where the workers of this node are, if it has any.
#[derive(Clone, Default)]
pub(crate) struct Nearby(Arc<Mutex<Option<mpsc::Sender<Handed>>>>);

impl Nearby {
    /// Where the workers take their jobs.
    pub(super) fn open(&self) -> mpsc::Receiver<Handed> {
        let (sender, receiver) = mpsc::channel(WAITING_JOBS_MAX);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    /// A place for a job; none without workers, or when they are busy.
    pub(crate) fn place(&self) -> Option<mpsc::OwnedPermit<Handed>> {
        let sender = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        sender?.try_reserve_owned().ok()
    }
}
