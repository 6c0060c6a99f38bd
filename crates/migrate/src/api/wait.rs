//! Waiting: what the server asks for, and what patience suggests.

use std::sync::PoisonError;
use std::time::Duration;

use hyper::header::HeaderMap;
use tokio::time::Instant;

use super::Api;

/// The longest wait a server may ask for; beyond it the client comes back and asks again.
const ASKED_WAIT_SECONDS_MAX: u64 = 3600;

/// How long the server wants the client to wait: `X-RateLimit-Retry-Secs`, else `Retry-After` in
/// seconds, else `X-RateLimit-Reset-Secs`.
pub(super) fn asked_for(headers: &HeaderMap) -> Option<Duration> {
    [
        "x-ratelimit-retry-secs",
        "retry-after",
        "x-ratelimit-reset-secs",
    ]
    .iter()
    .find_map(|name| {
        let text = headers.get(*name)?.to_str().ok()?;
        let seconds: f64 = text.trim().parse().ok()?;
        let seconds = Duration::try_from_secs_f64(seconds).ok()?;
        Some(seconds.min(Duration::from_secs(ASKED_WAIT_SECONDS_MAX)))
    })
}

impl Api {
    /// The wait before try number `tries + 1`: doubling, with a little spread between workers.
    pub(super) fn backoff(&self, tries: u32) -> Duration {
        let doubled = self.patience.wait_min.saturating_mul(1 << tries.min(16));
        let spread = u32::try_from(self.counts().0 % 8).unwrap_or_default();
        doubled.min(self.patience.wait_max) + self.patience.wait_min / 8 * spread
    }

    /// No request of any worker is sent before the wait is over.
    pub(super) fn pause(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut paused = self
            .paused_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *paused = Some(paused.map_or(until, |before| before.max(until)));
    }

    /// How long the server still wants no request at all, if it does.
    pub fn asked_to_wait(&self) -> Option<Duration> {
        let paused = self.paused_until.lock();
        let until = (*paused.unwrap_or_else(PoisonError::into_inner))?;
        let left = until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    pub(super) async fn wait_while_paused(&self) {
        let until = *self
            .paused_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = until {
            tokio::time::sleep_until(until).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_retry_header_comes_before_retry_after_and_reset() {
        let check = |headers: &[(&'static str, &str)], expected: Option<u64>| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(*name, value.parse().unwrap());
            }
            assert_eq!(
                asked_for(&map),
                expected.map(Duration::from_secs),
                "{headers:?}"
            );
        };
        check(
            &[
                ("x-ratelimit-reset-secs", "9"),
                ("x-ratelimit-retry-secs", "2"),
            ],
            Some(2),
        );
        check(
            &[("x-ratelimit-reset-secs", "9"), ("retry-after", "3")],
            Some(3),
        );
        check(&[("x-ratelimit-reset-secs", "9")], Some(9));
        check(&[("retry-after", "Thu, 27 Jan 2022 11:30:22 GMT")], None);
        check(
            &[
                ("retry-after", "-1"),
                ("x-ratelimit-reset-secs", "99999999"),
            ],
            Some(3600),
        );
        check(&[], None);
    }
}
