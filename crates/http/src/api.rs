//! What every handler has at hand.

use std::sync::Arc;

use service::Platform;
use service::keys::Keyring;
use tokio::sync::Semaphore;

/// What an operator sets for the border.
#[derive(Clone, Debug)]
pub struct Options {
    /// Requests worked on at the same time; beyond them the answer is 503.
    pub requests_at_once_max: usize,
    /// Files taken in or read back at the same time; others wait for their turn. Each may hold a
    /// few times its size in memory.
    pub files_at_once_max: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            requests_at_once_max: 1024,
            files_at_once_max: 4,
        }
    }
}

/// The state of the router. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) platform: Platform,
    pub(crate) keyring: Arc<Keyring>,
    /// Leave to work on a request.
    pub(crate) requests: Arc<Semaphore>,
    /// Leave to hold a file in memory.
    pub(crate) files: Arc<Semaphore>,
}

impl Api {
    pub(crate) fn new(platform: Platform, options: &Options) -> Api {
        Api {
            platform,
            keyring: Arc::default(),
            requests: Arc::new(Semaphore::new(options.requests_at_once_max)),
            files: Arc::new(Semaphore::new(options.files_at_once_max)),
        }
    }
}
