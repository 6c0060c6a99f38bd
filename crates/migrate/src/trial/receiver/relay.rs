//! Stands between the server and the firm's receiver: passes every webhook on and measures the answer.
//!
//! The server hears what the receiver said, so that it tries again what was not taken, as it would
//! without the tool in between. The body goes on byte for byte, and so do the headers with the
//! secret and the signature.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::Instant;

use super::deliveries::{Deliveries, Ended};
use crate::Error;
use crate::webhook::{self, Delivery, Reply};

/// How long the receiver may take for an answer, in seconds; then it counts as none. An Usher server
/// gives up after 15.
pub const ANSWER_SECONDS_MAX: u64 = 14;
/// The largest answer of a receiver that is read, in bytes; a larger one counts as none.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Headers that are about one connection, and are made anew for the next.
const OF_CONNECTION: [HeaderName; 9] = [
    header::HOST,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::TE,
    header::TRAILER,
    header::UPGRADE,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
];

/// Takes what the server sends.
pub(super) struct Relay {
    secret: String,
    receiver: Option<Receiver>,
    kept: Mutex<Deliveries>,
}

/// The firm's receiver.
struct Receiver {
    url: Uri,
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Relay {
    /// Without a receiver's URL it takes everything itself.
    ///
    /// Errors: a URL that is none ([`Error::Option`]).
    pub(super) fn new(secret: String, receiver: Option<&str>) -> Result<Relay, Error> {
        Ok(Relay {
            secret,
            receiver: receiver.map(Receiver::at).transpose()?,
            kept: Mutex::default(),
        })
    }

    /// What came of everything so far.
    pub(super) fn kept(&self) -> MutexGuard<'_, Deliveries> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a request in.
    pub(super) async fn take(self: Arc<Self>, delivery: Delivery) -> Reply {
        if !delivery.is_signed(&self.secret) {
            self.kept().unsigned_count += 1;
            return webhook::reply(StatusCode::UNAUTHORIZED);
        }
        let Some(messages) = delivery.messages() else {
            return webhook::reply(StatusCode::BAD_REQUEST);
        };
        let begun = Instant::now();
        let (ended, reply) = match &self.receiver {
            Some(receiver) => receiver.pass_on(delivery).await,
            None => (Ended::Answered(200), webhook::reply(StatusCode::OK)),
        };
        self.kept().note(&messages, &ended, begun.elapsed());
        reply
    }
}

impl Receiver {
    fn at(url: &str) -> Result<Receiver, Error> {
        let wrong = || {
            Error::Option(format!(
                "{url} is no address of a receiver; write it as https://host/path"
            ))
        };
        let url: Uri = url.parse().map_err(|_| wrong())?;
        let is_web = matches!(url.scheme_str(), Some("http" | "https"));
        if !is_web || url.host().is_none_or(str::is_empty) {
            return Err(wrong());
        }
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()
            .unwrap_or_else(|_| HttpsConnectorBuilder::new().with_webpki_roots())
            .https_or_http()
            .enable_http1()
            .build();
        let http = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Receiver { url, http })
    }

    /// What the receiver answered, and what the server is to hear.
    async fn pass_on(&self, delivery: Delivery) -> (Ended, Reply) {
        let limit = Duration::from_secs(ANSWER_SECONDS_MAX);
        let (status, why) = match tokio::time::timeout(limit, self.send(delivery)).await {
            Ok(Ok((status, retry_after))) => {
                let mut reply = webhook::reply(status);
                if let Some(wait) = retry_after {
                    reply.headers_mut().insert(RETRY_AFTER, wait);
                }
                return (Ended::Answered(status.as_u16()), reply);
            }
            Ok(Err(why)) => (StatusCode::BAD_GATEWAY, why),
            Err(_) => (StatusCode::GATEWAY_TIMEOUT, "not answered in time"),
        };
        (Ended::NotAnswered(why), webhook::reply(status))
    }

    async fn send(
        &self,
        delivery: Delivery,
    ) -> Result<(StatusCode, Option<HeaderValue>), &'static str> {
        let mut request = Request::new(Full::new(delivery.body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url.clone();
        *request.headers_mut() = passed_on(delivery.headers);
        let response = self.http.request(request).await.map_err(|error| {
            if error.is_connect() {
                "not reached"
            } else {
                "broken off"
            }
        })?;
        let status = response.status();
        let retry_after = response.headers().get(RETRY_AFTER).cloned();
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX);
        body.collect().await.map_err(|_| "broken off")?;
        Ok((status, retry_after))
    }
}

fn passed_on(mut headers: HeaderMap) -> HeaderMap {
    for name in OF_CONNECTION {
        headers.remove(name);
    }
    headers
}
