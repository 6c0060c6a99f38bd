//! A client of the API 4.0: patient, polite, and never in doubt about what it already did.
//!
//! [`Api::call`] sends one request and answers only when the outcome is known: lost connections,
//! time-outs, 408, 409 with `Retry-After` (the same request is still at work), 429 and 5xx (but those
//! that say what a server will never do) are tried again, and told of while they are, on the next node when one does not answer, until the run is asked to stop. Any other 409 is
//! a refusal. Every POST carries
//! an idempotency key, so a request whose outcome was lost is found again instead of being done
//! twice.

mod call;
mod failure;
mod judgement;
mod meter;
mod rights;
mod wait;

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::header::{HeaderMap, HeaderValue, IF_MATCH};
use hyper::{Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use uuid::Uuid;

pub use call::Call;
pub use failure::Failure;
pub use meter::{Meter, Window, p95};

use crate::book::files::FILE_BYTES_MAX;
use crate::progress::Reporter;
use crate::{Error, hex};
use failure::FORBIDDEN;
use judgement::{Judgement, certain, judge};
use rights::Rights;
use wait::{Pause, Trying};

/// The largest answer that is read: the largest file in base64, and what stands around it. A larger
/// one is not asked for again.
const ANSWER_BYTES_MAX: usize = 72 * 1024 * 1024;
const _: () = assert!(FILE_BYTES_MAX.div_ceil(3) * 4 + 1024 * 1024 < ANSWER_BYTES_MAX as u64);
/// The API's path on a node.
const VERSION_PATH: &str = "/4.0";
/// The header that says that an idempotency key stands for one request of the whole account: two
/// runs may have two API keys. Servers that do not know it go by the API key.
const SCOPE: &str = "usher-idempotency-scope";
/// The header that says to which window a request belongs.
const WINDOW: &str = "usher-window";

/// How long the client waits and when it gives up.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The longest one request may take.
    pub request: Duration,
    /// How long a request is tried again before the run stops.
    pub give_up_after: Duration,
    /// The first wait between tries; it doubles up to `wait_max`.
    pub wait_min: Duration,
    /// The longest wait between tries, unless the server asks for more.
    pub wait_max: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            request: Duration::from_mins(1),
            give_up_after: Duration::from_mins(15),
            wait_min: Duration::from_millis(200),
            wait_max: Duration::from_secs(20),
        }
    }
}

/// How long the first request of a run is tried, and how long one that fails by itself.
const FIRST_CALL_MAX: Duration = Duration::from_secs(5);

/// What the server said.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status: 2xx or 412.
    pub status: u16,
    /// The ETag, if there was one.
    pub etag: Option<String>,
    /// The server says that it was given before, under the same idempotency key. Most say nothing.
    pub is_replayed: bool,
    /// An earlier try of this request may have been carried out: what the server remembers may be that.
    pub is_retried: bool,
    /// When it was given, by the server's clock.
    pub told_at: Option<Timestamp>,
    /// The body; `Null` when there was none.
    pub body: Value,
}

/// A client for one account.
pub struct Api {
    nodes: Vec<String>,
    current: AtomicUsize,
    key: HeaderValue,
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    patience: Patience,
    pause: Mutex<Option<Pause>>,
    /// An answer repeated [`SCOPE`]: so does a server that keeps no answer for what it refuses.
    forgets_refusals: AtomicBool,
    /// The window that every request belongs to.
    window: OnceLock<HeaderValue>,
    /// Set when the run is asked to stop.
    stop: OnceLock<Arc<AtomicBool>>,
    /// Hears of long waits; else they are told on standard error.
    reporter: OnceLock<Arc<dyn Reporter>>,
    told: Mutex<Option<(Instant, Option<String>)>>,
    requests_count: AtomicU64,
    retries_count: AtomicU64,
    // On the heap: whoever begins with a client carries it through everything it does.
    meter: Box<Meter>,
    rights: Box<Rights>,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api")
            .field("nodes", &self.nodes)
            .finish_non_exhaustive()
    }
}

impl Api {
    /// A client of these nodes (base URLs, with `/4.0` or without) under an API key. They are tried
    /// in turn when one does not answer.
    ///
    /// Errors: no node, a URL that is none, a key that cannot be sent.
    pub fn new(base_urls: &[String], key: &str, patience: Patience) -> Result<Api, Error> {
        let nodes = base_urls
            .iter()
            .map(|url| base(url))
            .collect::<Result<Vec<_>, _>>()?;
        if nodes.is_empty() {
            return Err(Error::Option("give at least one base URL".to_owned()));
        }
        let mut key = HeaderValue::from_str(key)
            .map_err(|_| Error::Option("the API key has characters no key has".to_owned()))?;
        key.set_sensitive(true);
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()
            .unwrap_or_else(|_| HttpsConnectorBuilder::new().with_webpki_roots())
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Api {
            nodes,
            current: AtomicUsize::new(0),
            key,
            http: Client::builder(TokioExecutor::new()).build(connector),
            patience,
            pause: Mutex::default(),
            forgets_refusals: AtomicBool::new(false),
            window: OnceLock::new(),
            stop: OnceLock::new(),
            reporter: OnceLock::new(),
            told: Mutex::default(),
            requests_count: AtomicU64::new(0),
            retries_count: AtomicU64::new(0),
            meter: Box::default(),
            rights: Box::default(),
        })
    }

    /// From now on every request says that it belongs to this window: clients are not to be added when
    /// it is closed.
    pub(crate) fn belong_to(&self, window: &str) {
        if let Ok(window) = HeaderValue::from_str(window) {
            let _ = self.window.set(window);
        }
    }

    /// From now on nobody waits long for the server once this is set: the run is asked to stop.
    pub fn stop_by(&self, stop: Arc<AtomicBool>) {
        let _ = self.stop.set(stop);
    }

    /// From now on this reporter hears what is waited for.
    pub fn tell(&self, reporter: Arc<dyn Reporter>) {
        let _ = self.reporter.set(reporter);
    }

    /// The window that requests belong to.
    pub(crate) fn window(&self) -> Option<String> {
        let window = self.window.get()?.to_str().ok()?;
        Some(window.to_owned())
    }

    /// A secret that only who has the API key can make again, for what goes by this name.
    pub(crate) fn secret_of(&self, name: Uuid) -> [u8; 32] {
        self.digest_of_key(b"webhook secret\0", name)
    }

    /// What tells for this name whether the API key is the one of before. It says nothing of the key.
    pub(crate) fn mark_of_key(&self, name: Uuid) -> String {
        hex(&self.digest_of_key(b"mark of key\0", name)[..8])
    }

    fn digest_of_key(&self, what: &[u8], name: Uuid) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(what);
        digest.update(name.as_bytes());
        digest.update(self.key.as_bytes());
        digest.finalize().into()
    }

    /// Whether the server is known to keep no answer for a request that it refuses, so that its
    /// idempotency key stays free; and to find by search whatever is there, who has the very reference
    /// first.
    pub(crate) fn forgets_refusals(&self) -> bool {
        self.forgets_refusals.load(Ordering::Relaxed)
    }

    /// Requests sent so far, and how many of them were tried again.
    pub fn counts(&self) -> (u64, u64) {
        (
            self.requests_count.load(Ordering::Relaxed),
            self.retries_count.load(Ordering::Relaxed),
        )
    }

    /// How long requests take, and how many go wrong.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// What the API key may not do at all, as far as it was seen: whoever sends one request for each
    /// row should end then.
    pub(crate) fn lacking_right(&self) -> Option<String> {
        self.rights.lacking()
    }

    /// The kinds of requests that the key was allowed, once more of them are known than when this was
    /// last asked.
    pub(crate) fn newly_allowed(&self) -> Option<Vec<String>> {
        self.rights.news()
    }

    /// Kinds of requests that the key was allowed in an earlier run.
    pub(crate) fn was_allowed<'a>(&self, kinds: impl Iterator<Item = &'a str>) {
        self.rights.had_before(kinds);
    }

    /// Sends a request until its outcome is known.
    ///
    /// Errors: [`Failure::Refused`] when the server refuses this request, [`Failure::Unclear`] when it
    /// does not say what became of it, [`Failure::KeyRefused`] beside the API, and [`Failure::Fatal`]
    /// (no node answers for [`Patience::give_up_after`], the server asks for a wait beyond all measure,
    /// or the run was asked to stop) when no request can succeed.
    pub async fn call(&self, call: Call<'_>) -> Result<Answer, Failure> {
        let trying = Trying::within(self.patience.give_up_after);
        // On the heap: it is a part of nearly everything that a run does.
        Box::pin(self.call_while(call, trying)).await
    }

    /// The first request of a run, which asks whose key it is: a server that is not there is said after
    /// a few seconds, not after the patience that a run under way has; one that limits the rate, or asks
    /// for a longer wait, is there. A key that may not even ask that may do nothing.
    pub async fn first_call(&self, call: Call<'_>) -> Result<Answer, Failure> {
        let patience = self.patience.give_up_after.min(FIRST_CALL_MAX);
        let answered = self.call_while(call, Trying::within(patience)).await;
        answered.map_err(Failure::of_first)
    }

    /// As [`Api::call`], for a thing that the server may not be able to read any more: one that it
    /// answers 500 for, or breaks off, is [`Failure::Unclear`] after a few seconds and holds up
    /// nothing else. For a server that limits the rate, restarts or is away there is full patience.
    pub async fn read(&self, call: Call<'_>) -> Result<Answer, Failure> {
        let mut trying = Trying::within(self.patience.give_up_after);
        trying.broken_max = Some(FIRST_CALL_MAX);
        self.call_while(call, trying).await
    }

    async fn call_while(&self, call: Call<'_>, mut trying: Trying) -> Result<Answer, Failure> {
        let body = call.body.clone().unwrap_or_default();
        loop {
            self.wait_while_paused(&call, &mut trying).await?;
            self.requests_count.fetch_add(1, Ordering::Relaxed);
            let node = self.current.load(Ordering::Relaxed);
            let begun = Instant::now();
            let sending = self.send(&call, body.clone(), node);
            let (wait, trouble) = match self.telling(sending, &trying).await {
                Ok((status, headers, body)) => match judge(status, &headers, &body) {
                    Judgement::Done(outcome) => {
                        self.note(&call, begun.elapsed(), &outcome);
                        return certain(outcome, &call, &trying);
                    }
                    Judgement::Limited => {
                        self.meter.failed(&format!("answered {status}"));
                        self.be_patient(&mut trying);
                        let wait = self.wait_after(&headers, &mut trying)?;
                        self.pause(wait);
                        trying.broken_since = None;
                        (wait, format!("the server limits the rate ({status})"))
                    }
                    Judgement::Again => {
                        self.meter.failed(&format!("answered {status}"));
                        // What is at work when this is first sent is somebody else's.
                        trying.lose(status != 409);
                        let wait = self.wait_after(&headers, &mut trying)?;
                        trying.answered(status, wait)?;
                        (wait, format!("the server answers {status}"))
                    }
                    Judgement::Unreadable if call.is_admin && call.has_no_effect() => {
                        return Err(Failure::unreadable(status));
                    }
                    Judgement::Unreadable => {
                        self.meter.failed("answered what is no JSON");
                        let wait = self.backoff(trying.tries);
                        trying.lose(true);
                        let asked = trying.was_unreadable(status, wait);
                        asked.map_err(|failure| failure.unless_api(call.is_admin))?;
                        (wait, wait::unreadable(status))
                    }
                },
                Err(broken) => {
                    self.meter.failed(broken.what);
                    trying.lost_by(broken.what);
                    if broken.what == TOO_LARGE {
                        return Err(Failure::Unclear(broken.message));
                    }
                    (self.broke_off(node, &broken, &mut trying)?, broken.message)
                }
            };
            if Instant::now() + wait > trying.give_up_at {
                return Err(Failure::Fatal(format!("giving up: {trouble}")));
            }
            tracing::debug!(http.path = route(&call.path), try = trying.tries, "{trouble}");
            self.retries_count.fetch_add(1, Ordering::Relaxed);
            trying.tries += 1;
            self.sleep(Instant::now() + wait, &mut trying, &trouble)
                .await?;
        }
    }

    /// Measures a request that was answered, and remembers whether the key may send its kind.
    fn note(&self, call: &Call<'_>, took: Duration, outcome: &Result<Answer, Failure>) {
        let (method, route) = (call.method.as_str(), route(&call.path));
        self.meter.answered(method, &route, took);
        match outcome {
            Ok(_) => self.rights.had(call),
            Err(Failure::Refused {
                status: FORBIDDEN, ..
            }) => self.rights.refused(call),
            Err(_) => {}
        }
    }

    /// Turns to the next node, unless another worker did; how long to wait before.
    fn broke_off(
        &self,
        node: usize,
        broken: &Broken,
        trying: &mut Trying,
    ) -> Result<Duration, Failure> {
        let next = (node + 1) % self.nodes.len();
        let changed = Ordering::Relaxed;
        let _ = self.current.compare_exchange(node, next, changed, changed);
        let nodes = u32::try_from(self.nodes.len()).unwrap_or(1);
        let wait = self.backoff(trying.tries / nodes);
        if broken.what == BROKEN_ANSWER {
            trying.broke(wait, &broken.message)?;
        } else {
            trying.broken_since = None;
        }
        Ok(wait)
    }

    /// A call as it is sent to a node.
    fn request(
        &self,
        call: &Call<'_>,
        body: Bytes,
        node: &str,
    ) -> Result<Request<Full<Bytes>>, Broken> {
        let base = if call.is_admin {
            node.strip_suffix(VERSION_PATH).unwrap_or(node)
        } else {
            node
        };
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(format!("{base}{}", call.path))
            .header("apikey", self.key.clone())
            .header(
                "user-agent",
                concat!("usher-migrate/", env!("CARGO_PKG_VERSION")),
            )
            .header("accept", "application/json");
        if call.body.is_some() {
            request = request.header("content-type", "application/json");
        }
        if let Some(key) = call.idempotency_key {
            request = request.header("idempotency-key", key.to_string());
        }
        if call.is_shared {
            request = request.header(SCOPE, "account");
        }
        if let Some(window) = self.window.get() {
            request = request.header(WINDOW, window);
        }
        if let Some(etag) = call.if_match {
            request = request.header(IF_MATCH, etag);
        }
        request
            .body(Full::new(body))
            .map_err(|error| Broken::new(NOT_SENT, error.to_string()))
    }

    async fn send(
        &self,
        call: &Call<'_>,
        body: Bytes,
        node: usize,
    ) -> Result<(u16, HeaderMap, Bytes), Broken> {
        let node = &self.nodes[node % self.nodes.len()];
        let request = self.request(call, body, node)?;
        let exchange = async {
            let response = self.http.request(request).await.map_err(|error| {
                let what = if error.is_connect() {
                    UNREACHED
                } else {
                    "broke off"
                };
                Broken::new(what, format!("{node} {what}: {}", cause(&error)))
            })?;
            let status = response.status().as_u16();
            let headers = response.headers().clone();
            if headers.contains_key(SCOPE) {
                self.forgets_refusals.store(true, Ordering::Relaxed);
            }
            let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX)
                .collect()
                .await;
            let body = body.map_err(|error| Broken::answer(node, error.as_ref()))?;
            Ok((status, headers, body.to_bytes()))
        };
        tokio::time::timeout(self.patience.request, exchange)
            .await
            .unwrap_or_else(|_| {
                let what = "did not answer in time";
                Err(Broken::new(what, format!("{node} {what}")))
            })
    }
}

/// What an error goes back to: that somebody is not there, is not known, or speaks no TLS.
fn cause(error: &hyper_util::client::legacy::Error) -> String {
    let mut first: &dyn std::error::Error = error;
    while let Some(source) = first.source() {
        first = source;
    }
    let cause = first.to_string();
    if cause.contains("InvalidContentType") {
        return format!("it speaks no TLS; write http:// if that is meant ({cause})");
    }
    cause
}

/// What is said of a request that no node took.
const UNREACHED: &str = "cannot be reached";
/// What is said of a request that is none.
const NOT_SENT: &str = "not sent";
/// What is said of an answer that ended too early.
const BROKEN_ANSWER: &str = "broke off its answer";
/// What is said of an answer that is not read to its end.
const TOO_LARGE: &str = "answered too much";

/// A request without an answer.
struct Broken {
    /// In a few words that are always the same.
    what: &'static str,
    message: String,
}

impl Broken {
    fn new(what: &'static str, message: String) -> Broken {
        Broken { what, message }
    }

    /// An answer of a node that began and was not read to its end.
    fn answer(node: &str, error: &(dyn std::error::Error + Send + Sync + 'static)) -> Broken {
        if error.is::<LengthLimitError>() {
            let mebibytes = ANSWER_BYTES_MAX / 1024 / 1024;
            return Broken::new(
                TOO_LARGE,
                format!("{node} answers more than {mebibytes} MiB"),
            );
        }
        Broken::new(BROKEN_ANSWER, format!("{node} {BROKEN_ANSWER}: {error}"))
    }
}

/// The base URL of a node, checked, without a slash at the end and with `/4.0`.
fn base(url: &str) -> Result<String, Error> {
    let wrong = || {
        Error::Option(format!(
            "{url} is no base URL; write it as https://host/4.0"
        ))
    };
    let trimmed = url.trim_end_matches('/');
    let uri: Uri = trimmed.parse().map_err(|_| wrong())?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none() {
        return Err(wrong());
    }
    Ok(if trimmed.ends_with(VERSION_PATH) {
        trimmed.to_owned()
    } else {
        format!("{trimmed}{VERSION_PATH}")
    })
}

/// A path without ids, for logs.
fn route(path: &str) -> String {
    let part = |part: &str| {
        if is_id(part) {
            "{id}".to_owned()
        } else {
            part.to_owned()
        }
    };
    let path = path.split('?').next().unwrap_or_default();
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Whether a part of a path is an id.
fn is_id(part: &str) -> bool {
    part.len() == 36
}
