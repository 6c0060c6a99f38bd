//! The wall clock. Everything else is told the time.

use jiff::Timestamp;

/// The instant, to the microsecond: what is decided by it is stored as precisely, so that a profile
/// is read as it was written.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the wall clock"
)]
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}
