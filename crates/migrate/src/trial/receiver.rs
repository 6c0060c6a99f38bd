//! The guide's sixth question: is the firm's webhook receiver stable under the load?
//!
//! While the test runs, the tool has a webhook endpoint of its own on the server ([`Trying`]). It
//! passes every message on to the firm's receiver and measures the answers ([`relay`]); without a
//! receiver it takes the messages itself and says that the firm's was not tried. After the run it
//! waits until nothing is left in the endpoint's queue, and takes the endpoint back. What was
//! measured becomes the answer ([`answer`]).

mod answer;
mod deliveries;
mod relay;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::api::{Api, Call};
use crate::ledger::Ledger;
use crate::webhook::endpoint::{self, Endpoint};
use crate::{Error, Options, Reporter, webhook};

pub(super) use answer::{answer, not_tried};
pub use relay::ANSWER_SECONDS_MAX;

/// How long the queue may take to become empty after the run, in seconds, unless said.
pub const DRAIN_SECONDS: u64 = 60;

/// The fact of a ledger that says which endpoint its test made.
const FACT: &str = "webhook_of_test";
/// The wait between two looks at the queue.
const LOOK: Duration = Duration::from_millis(500);

/// How the firm's webhook receiver is tried.
#[derive(Clone)]
pub struct Receiver {
    /// Its URL; without one the tool takes the messages itself.
    pub url: Option<String>,
    /// What it verifies messages by; made up when it is absent.
    pub secret: Option<String>,
    /// Whether up to 100 messages go in one request.
    pub batching: bool,
    /// How long the queue may take to become empty after the run.
    pub drain: Duration,
}

impl Default for Receiver {
    fn default() -> Receiver {
        Receiver {
            url: None,
            secret: None,
            batching: false,
            drain: Duration::from_secs(DRAIN_SECONDS),
        }
    }
}

/// Without the secret, and without an address that may have one in it.
impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver")
            .field("batching", &self.batching)
            .field("drain", &self.drain)
            .finish_non_exhaustive()
    }
}

/// A receiver that is being tried.
pub(super) struct Trying {
    relay: Arc<relay::Relay>,
    endpoint: String,
    asked: Receiver,
    _serving: JoinSet<()>,
}

/// What was seen of a receiver.
pub(super) struct Seen {
    /// Whether it was the firm's.
    is_of_firm: bool,
    kept: deliveries::Deliveries,
    /// How long the queue took to become empty after the run; none when it did not, or nobody waited.
    drained: Option<Duration>,
    /// How long it was waited for.
    waited: Duration,
    /// How the endpoint's queue stood in the end; `Null` when the server does not say.
    queue: Value,
    /// Why the endpoint is still there.
    left_behind: Option<String>,
}

impl Trying {
    /// Makes the endpoint. `options.listen` is taken: the run itself has no need of it then.
    ///
    /// Errors: a receiver's URL or an address to listen on that is none ([`Error::Option`]). When the
    /// receiver cannot be tried, `Err` inside says why.
    pub(super) async fn begin(
        (options, api): (&mut Options, &Api),
        asked: &Receiver,
        reporter: &Arc<dyn Reporter>,
    ) -> Result<Result<Trying, String>, Error> {
        let own = asked.secret.as_deref();
        let endpoint = Endpoint::new(api, FACT, own);
        let relay = relay::Relay::new(endpoint.secret.clone(), asked.url.as_deref())?;
        let relay = Arc::new(relay);
        let nearby = || webhook::nearby(&options.base_urls).map(|address| (address, None));
        let Some((address, url)) = options.listen.take().or_else(nearby) else {
            let why = "the server is on another machine: give --listen ADDRESS, and --listen-url URL \
                       when the server reaches it under another";
            return Ok(Err(why.to_owned()));
        };
        let ledger = Ledger::open(&options.state)?;
        // Else nobody would know of it any more.
        if let Some(why) = endpoint::forget((api, &ledger), FACT, own).await? {
            return Ok(Err(why));
        }
        let (socket, own) = webhook::bind(address).await?;
        let url = url.unwrap_or_else(|| format!("http://{own}/"));
        let taking = Arc::clone(&relay);
        let mut serving = JoinSet::new();
        serving.spawn(webhook::serve(socket, move |delivery| {
            Arc::clone(&taking).take(delivery)
        }));
        let wanted = json!({"url": url, "batching": asked.batching});
        let endpoint = match endpoint.register((api, &ledger), &wanted).await? {
            Ok(endpoint) => endpoint,
            Err(failure) => {
                let why = webhook::refusal(&failure);
                return Ok(Err(format!(
                    "the server will not send webhooks here: {why}"
                )));
            }
        };
        reporter.say(if asked.url.is_some() {
            "every webhook of the server is passed on to the receiver"
        } else {
            "listening for webhooks; no --receiver was given, so the firm's own is not tried"
        });
        Ok(Ok(Trying {
            relay,
            endpoint,
            asked: asked.clone(),
            _serving: serving,
        }))
    }

    /// Waits until the queue is empty, unless `stop` says that nobody wants to, and takes the endpoint
    /// back.
    pub(super) async fn end(
        self,
        (state, api): (&Path, &Api),
        stop: &AtomicBool,
    ) -> Result<Seen, Error> {
        let begun = Instant::now();
        let mut empty_looks = 0;
        let mut queue;
        loop {
            queue = self.queue(api).await;
            empty_looks = if queue["depth"] == 0 {
                empty_looks + 1
            } else {
                0
            };
            let is_over = begun.elapsed() >= self.asked.drain || stop.load(Ordering::Relaxed);
            // Twice, since what was just read may still write its message.
            if empty_looks == 2 || is_over {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        let waited = begun.elapsed();
        let ledger = Ledger::open(state)?;
        let own = self.asked.secret.as_deref();
        let left_behind = endpoint::forget((api, &ledger), FACT, own).await?;
        Ok(Seen {
            is_of_firm: self.asked.url.is_some(),
            kept: std::mem::take(&mut *self.relay.kept()),
            drained: (empty_looks > 0).then_some(waited),
            waited,
            queue,
            left_behind,
        })
    }

    /// How the queue stands; `Null` when the server does not say, for which one look is no proof.
    async fn queue(&self, api: &Api) -> Value {
        let path = format!("/admin/webhooks/{}/status", self.endpoint);
        match api.first_call(Call::get_admin(path)).await {
            Ok(answer) => answer.body,
            Err(_) => Value::Null,
        }
    }
}
