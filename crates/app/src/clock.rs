//! The wall clock. Everything else is told the time.

use jiff::Timestamp;

/// The instant.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the wall clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
