//! What every handler has at hand.

use std::ops::Deref;
use std::sync::Arc;

use service::Platform;
use service::keys::Keyring;
use tokio::sync::Semaphore;

use crate::budget::Budget;

/// Memory for the bodies of all requests under way, in bytes: seven of the largest. A larger one
/// beyond it is told to come back; see [`Options::body_bytes_at_once_max`].
pub const BODY_BYTES_AT_ONCE_MAX: usize = 512 * 1024 * 1024;

/// What an operator sets for the border.
#[derive(Clone, Debug)]
pub struct Options {
    /// Requests worked on at the same time; beyond them the answer is 503.
    pub requests_at_once_max: usize,
    /// Memory that the bodies of requests under way may take together, in bytes, beyond a small share
    /// that every request has for nothing; what does not fit is answered with 503.
    pub body_bytes_at_once_max: usize,
    /// Files taken in or read back at the same time; others wait for their turn. Each may hold a
    /// few times its size in memory.
    pub files_at_once_max: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            requests_at_once_max: 1024,
            body_bytes_at_once_max: BODY_BYTES_AT_ONCE_MAX,
            files_at_once_max: 4,
        }
    }
}

/// The state of the router. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Api(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) platform: Platform,
    pub(crate) keyring: Keyring,
    /// Leave to work on a request.
    pub(crate) requests: Semaphore,
    /// Leave to hold a file in memory.
    pub(crate) files: Arc<Semaphore>,
    /// Room for the bodies of requests.
    pub(crate) bodies: Budget,
}

impl Api {
    pub(crate) fn new(platform: Platform, options: &Options) -> Api {
        Api(Arc::new(Shared {
            platform,
            keyring: Keyring::default(),
            requests: Semaphore::new(options.requests_at_once_max),
            files: Arc::new(Semaphore::new(options.files_at_once_max)),
            bodies: Budget::new(options.body_bytes_at_once_max),
        }))
    }
}

impl Deref for Api {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
