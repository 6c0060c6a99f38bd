//! Delivers webhooks: each endpoint's messages in their order, at least once.
//!
//! Every endpoint is a queue of its own, worked off under a lease by one node at a time. Delivered
//! messages are deleted in the commit that gives the endpoint back, so a node that dies in between
//! leaves them to be delivered again: receivers know a repeated one by its id. An endpoint that
//! fails is left alone for a while, twice as long each time, and nobody else waits for it.

use std::time::Duration;

use bytes::Bytes;
use store::endpoints::EndpointRow;
use store::messages::MessageRow;
use store::{Commit, Error, Lost};
use tokio::sync::watch;
use tokio::task::JoinSet;
use wire::time::DateTime;

use super::webhook;
use crate::endpoints::{FAILURES_KEPT_MAX, FailedAttempt, failures, secret};
use crate::outbound::{Outbound, REQUEST_SECONDS_MAX};
use crate::{Failure, Platform};

/// Endpoints delivered to at the same time by one node.
pub const ENDPOINTS_AT_ONCE_MAX: usize = 64;
/// Messages in one request to an endpoint that takes batches.
pub const BATCH_MESSAGES_MAX: i64 = 100;
/// Bytes of messages after which a batch is sent, though more may wait.
pub const BATCH_BYTES_MAX: usize = 1024 * 1024;
/// Longest wait between two tries, in milliseconds: an hour.
pub const BACKOFF_MILLISECONDS_MAX: u64 = 3_600_000;

/// Wait after the first failure, in milliseconds.
const BACKOFF_MILLISECONDS_MIN: u64 = 500;
/// Messages sent one by one before the endpoint is given back.
const HEAD_MESSAGES_MAX: i64 = 20;
/// Time after which an endpoint is given back, though more may wait.
const TURN_SECONDS_MAX: u64 = 10;
/// How long a request on its way is waited for when this node stops.
const STOP_SECONDS_MAX: u64 = 2;
/// How long an endpoint is held: a turn, one request, and time to commit.
const LEASE_SECONDS: u64 = TURN_SECONDS_MAX + REQUEST_SECONDS_MAX + 20;

/// Delivers until `shutdown` says so, then finishes the requests that are on their way.
pub async fn run(platform: Platform, mut shutdown: watch::Receiver<bool>) {
    let outbound = Outbound::new(platform.settings.allow_private_endpoints);
    let mut running: JoinSet<()> = JoinSet::new();
    while !*shutdown.borrow() {
        while running.try_join_next().is_some() {}
        let free = ENDPOINTS_AT_ONCE_MAX.saturating_sub(running.len());
        let claimed = if free > 0 {
            claim(&platform, free).await
        } else {
            Vec::new()
        };
        let idle = claimed.is_empty();
        for endpoint in claimed {
            let turn = Turn {
                platform: platform.clone(),
                outbound: outbound.clone(),
                shutdown: shutdown.clone(),
            };
            running.spawn(async move { turn.work(endpoint).await });
        }
        if idle {
            rest(&platform, &mut running, &mut shutdown).await;
        }
    }
    while running.join_next().await.is_some() {}
}

/// Waits for new messages, for a turn to end, or for the time to look again.
async fn rest(
    platform: &Platform,
    running: &mut JoinSet<()>,
    shutdown: &mut watch::Receiver<bool>,
) {
    tokio::select! {
        () = platform.messages.notified() => {}
        Some(_) = running.join_next() => {}
        () = tokio::time::sleep(platform.poll()) => {}
        _ = shutdown.changed() => {}
    }
}

async fn claim(platform: &Platform, limit: usize) -> Vec<EndpointRow> {
    let limit = i64::try_from(limit).unwrap_or(1);
    let lease = micros(Duration::from_secs(LEASE_SECONDS));
    match platform
        .store
        .claim_endpoint(platform.now_micros(), limit, lease)
        .await
    {
        Ok(endpoints) => endpoints,
        Err(error) => {
            tracing::error!(error = %error, "webhook endpoints could not be claimed");
            tokio::time::sleep(Duration::from_secs(1)).await;
            Vec::new()
        }
    }
}

/// One stretch of delivering to one endpoint.
struct Turn {
    platform: Platform,
    outbound: Outbound,
    shutdown: watch::Receiver<bool>,
}

/// What one request came to.
enum Sent {
    /// The receiver has the messages.
    Delivered,
    /// It has not; when it asked to be left alone, for how long.
    Failed(FailedAttempt, Option<Duration>),
    /// This node stops and has not waited for the answer: the messages come again.
    Interrupted,
}

impl Turn {
    async fn work(&self, endpoint: EndpointRow) {
        let id = crate::convert::id(endpoint.id);
        match self.deliver(endpoint).await {
            Ok(()) => {}
            Err(failure) => {
                // The lease runs out, then somebody tries again.
                tracing::error!(endpoint.id = %id, error = %failure, "webhooks could not be delivered");
            }
        }
    }

    async fn deliver(&self, mut endpoint: EndpointRow) -> Result<(), Failure> {
        let limit = if endpoint.batching {
            BATCH_MESSAGES_MAX
        } else {
            HEAD_MESSAGES_MAX
        };
        let store = &self.platform.store;
        let head = store::messages::head(store, endpoint.account, endpoint.id, limit).await?;
        let secret = secret(&self.platform, &endpoint)?;
        let delivered = if endpoint.batching {
            let batch = batch(&head);
            if self.send_all(&mut endpoint, &secret, batch).await {
                batch.len()
            } else {
                0
            }
        } else {
            self.send_each(&mut endpoint, &secret, &head).await
        };
        self.give_back(&endpoint, &head[..delivered]).await
    }

    /// One by one until one fails or the time is up; how many were delivered.
    async fn send_each(
        &self,
        endpoint: &mut EndpointRow,
        secret: &str,
        head: &[MessageRow],
    ) -> usize {
        let ends = tokio::time::Instant::now() + Duration::from_secs(TURN_SECONDS_MAX);
        for (at, message) in head.iter().enumerate() {
            let is_over = tokio::time::Instant::now() >= ends || *self.shutdown.borrow();
            let one = std::slice::from_ref(message);
            if is_over || !self.send_all(endpoint, secret, one).await {
                return at;
            }
        }
        head.len()
    }

    /// Sends messages in one request and notes in the endpoint what came of it.
    async fn send_all(
        &self,
        endpoint: &mut EndpointRow,
        secret: &str,
        messages: &[MessageRow],
    ) -> bool {
        if messages.is_empty() {
            return true;
        }
        let sent = self.send(endpoint, secret, messages).await;
        let now = self.platform.now_micros();
        match sent {
            Sent::Delivered => {
                endpoint.attempts = 0;
                endpoint.stalled_since = None;
                endpoint.last_processed_at = Some(now);
                endpoint.next_attempt_at = now;
                true
            }
            Sent::Interrupted => false,
            Sent::Failed(failed, asked) => {
                let id = crate::convert::id(endpoint.id);
                tracing::warn!(endpoint.id = %id, status = failed.status, attempts = endpoint.attempts + 1, "a webhook was not taken");
                endpoint.attempts += 1;
                endpoint.stalled_since = endpoint.stalled_since.or(Some(now));
                let wait =
                    backoff(endpoint.attempts, rand::random()).max(asked.unwrap_or_default());
                endpoint.next_attempt_at = now.saturating_add(micros(wait));
                let kept = failures(endpoint).into_iter().take(FAILURES_KEPT_MAX - 1);
                let kept: Vec<FailedAttempt> = std::iter::once(failed).chain(kept).collect();
                endpoint.failures =
                    serde_json::to_string(&kept).unwrap_or_else(|_| "[]".to_owned());
                false
            }
        }
    }

    async fn send(&self, endpoint: &EndpointRow, secret: &str, messages: &[MessageRow]) -> Sent {
        let now = self.platform.now_micros();
        let at = DateTime::from_micros(now);
        let failed = |status, reason| FailedAttempt { at, status, reason };
        let request = webhook::body(messages, secret, endpoint.batching).and_then(|body| {
            let headers = webhook::headers(messages, secret, at.unix_seconds(), &body)?;
            Ok((headers, Bytes::from(body)))
        });
        let (headers, body) = match request {
            Ok(request) => request,
            Err(reason) => return Sent::Failed(failed(None, reason), None),
        };
        let reply = tokio::select! {
            reply = self.outbound.post(&endpoint.url, headers, body) => reply,
            () = self.stopped() => return Sent::Interrupted,
        };
        match reply {
            Ok(reply) if (200..300).contains(&reply.status) => Sent::Delivered,
            Ok(reply) => {
                let asked = reply.retry_after_seconds.map(Duration::from_secs);
                let asked =
                    asked.map(|wait| wait.min(Duration::from_millis(BACKOFF_MILLISECONDS_MAX)));
                let reason = format!("the receiver answered {}; only 2xx counts", reply.status);
                Sent::Failed(failed(Some(reply.status), reason), asked)
            }
            Err(none) => Sent::Failed(failed(None, none.0), None),
        }
    }

    /// Ends some time after the order to stop.
    async fn stopped(&self) {
        let mut shutdown = self.shutdown.clone();
        // An error means that nobody can give the order any more: stop too.
        let _ = shutdown.wait_for(|stop| *stop).await;
        tokio::time::sleep(Duration::from_secs(STOP_SECONDS_MAX)).await;
    }

    /// Deletes what was delivered and gives the endpoint back, both or neither.
    async fn give_back(
        &self,
        endpoint: &EndpointRow,
        delivered: &[MessageRow],
    ) -> Result<(), Failure> {
        let commit = Commit::new()
            .guard(store::endpoints::guard(endpoint))
            .writes(delivered.iter().map(store::messages::delete))
            .write(store::endpoints::release(endpoint));
        match self.platform.store.commit(commit).await {
            // It was deleted meanwhile, or others hold it: what they do counts.
            Ok(())
            | Err(Error::Conflict {
                what: Lost::Endpoint { .. },
            }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// As many messages from the head as go in one request.
fn batch(head: &[MessageRow]) -> &[MessageRow] {
    let mut bytes = 0;
    let fits = |message: &&MessageRow| {
        bytes += message.body.len();
        bytes <= BATCH_BYTES_MAX
    };
    let count = head.iter().take_while(fits).count();
    &head[..count.max(1).min(head.len())]
}

/// The wait after so many failures: doubled each time up to the limit, less up to a half of it by
/// chance, so that receivers that failed together are not tried together.
fn backoff(attempts: i64, chance: u8) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 30)).unwrap_or(30);
    let whole = BACKOFF_MILLISECONDS_MIN
        .saturating_mul(1 << doublings)
        .min(BACKOFF_MILLISECONDS_MAX);
    Duration::from_millis(whole - whole * u64::from(chance) / 512)
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_an_hour() {
        let waits: Vec<u128> = [1, 2, 3, 13, 14, 1000]
            .map(|n| backoff(n, 0).as_millis())
            .to_vec();
        assert_eq!(waits, [500, 1000, 2000, 2_048_000, 3_600_000, 3_600_000]);
        assert_eq!(backoff(1, 255).as_millis(), 251);
    }

    #[test]
    fn a_batch_ends_where_it_would_grow_too_large_but_is_never_empty() {
        let message = |size: usize| MessageRow {
            account: 1,
            endpoint_id: 1,
            txn: 0,
            seq: 0,
            id: 1,
            event: String::new(),
            at: 0,
            body: "x".repeat(size),
        };
        let half = BATCH_BYTES_MAX / 2;
        assert_eq!(batch(&[message(half), message(half), message(1)]).len(), 2);
        assert_eq!(batch(&[message(BATCH_BYTES_MAX + 1), message(1)]).len(), 1);
        assert_eq!(batch(&[]).len(), 0);
    }
}
