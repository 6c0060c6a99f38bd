//! What time it is, for reports.

use jiff::Timestamp;
use uuid::Uuid;

/// The present instant, to the millisecond: the time in a fresh id, which is what the ledger's own
/// instants come from.
pub(crate) fn now() -> Timestamp {
    let since = Uuid::now_v7().get_timestamp().map(|id| id.to_unix());
    since
        .and_then(|(seconds, nanos)| {
            let nanos = i32::try_from(nanos).ok()?;
            Timestamp::new(i64::try_from(seconds).ok()?, nanos).ok()
        })
        .unwrap_or_default()
}

/// An instant as reports write it: UTC, to the second.
pub(crate) fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
