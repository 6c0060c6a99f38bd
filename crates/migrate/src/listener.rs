//! Hears *Manual action required* from the server: automation has done what it can for a profile.
//!
//! What is heard is a sign to look, never a fact to act on: the tool reads the profile's state
//! afterwards. So a message that is lost, late, repeated or replayed makes nothing wrong. A message
//! counts only under a signature made with the secret of this listener (Standard Webhooks:
//! HMAC-SHA-256 over id, time and body). When the server cannot reach the listener, or will not have
//! it, the tool looks by itself, as often as without one.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Error;
use crate::api::{Api, Call, Failure};

/// The largest message that is read, in bytes.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// Connections served at the same time; more wait.
const CONNECTIONS_MAX: usize = 16;

/// A listener that the server knows.
#[derive(Debug)]
pub(crate) struct Listener {
    /// The server's id of the endpoint.
    pub(crate) endpoint: String,
    heard: Arc<Heard>,
    _serving: JoinSet<()>,
}

#[derive(Debug)]
struct Heard {
    secret: String,
    profiles: Mutex<HashSet<String>>,
    news: Notify,
    messages_count: AtomicU64,
}

impl Listener {
    /// Listens on an address and tells the server of it; `url` is where the server reaches it, when
    /// that is not the address itself.
    ///
    /// Errors: the address cannot be had ([`Error::Option`]). A server that will not send messages is
    /// none: `Err` inside says why.
    pub(crate) async fn start(
        api: &Api,
        address: SocketAddr,
        url: Option<&str>,
    ) -> Result<Result<Listener, String>, Error> {
        let unheard = |error: std::io::Error| {
            Error::Option(format!("nobody can listen on {address}: {error}"))
        };
        let socket = TcpListener::bind(address).await.map_err(unheard)?;
        let own = socket.local_addr().map_err(unheard)?;
        let url = url.map_or_else(|| format!("http://{own}/"), str::to_owned);
        let secret: [u8; 24] = rand::random();
        let heard = Arc::new(Heard {
            secret: format!("whsec_{}", STANDARD.encode(secret)),
            profiles: Mutex::default(),
            news: Notify::new(),
            messages_count: AtomicU64::new(0),
        });
        let mut serving = JoinSet::new();
        serving.spawn(serve(socket, Arc::clone(&heard)));
        let body = json!({
            "url": url,
            "secret": heard.secret,
            "events": ["MANUAL_ACTION_REQUIRED"],
            "batching": true,
        });
        let call = Call::post_admin_once("/admin/webhooks", &body, Uuid::now_v7());
        match api.first_call(call).await {
            Ok(answer) => Ok(Ok(Listener {
                endpoint: answer.body["id"].as_str().unwrap_or_default().to_owned(),
                heard,
                _serving: serving,
            })),
            Err(Failure::KeyRefused) => Ok(Err(
                "only an administrator's key sets up webhooks".to_owned()
            )),
            Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => Ok(Err(message)),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Waits until the server has said that a profile wants hands; at once if it has before.
    pub(crate) async fn hear_of(&self, profile: &str) {
        loop {
            let news = self.heard.news.notified();
            if self.heard.profiles().contains(profile) {
                return;
            }
            news.await;
        }
    }

    /// Messages that were heard and believed.
    pub(crate) fn messages_count(&self) -> u64 {
        self.heard.messages_count.load(Ordering::Relaxed)
    }
}

impl Heard {
    fn profiles(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.profiles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a request in; whether it is believed.
    fn take(&self, (id, time, signatures): (&str, &str, &str), body: &[u8]) -> bool {
        if !is_signed(&self.secret, (id, time, signatures), body) {
            return false;
        }
        let messages = match serde_json::from_slice(body) {
            Ok(Value::Array(messages)) => messages,
            Ok(message @ Value::Object(_)) => vec![message],
            _ => return false,
        };
        let wanted = messages
            .iter()
            .filter(|message| message["event"] == "MANUAL_ACTION_REQUIRED")
            .filter_map(|message| message["data"]["profile_id"].as_str());
        let mut profiles = self.profiles();
        for profile in wanted {
            self.messages_count.fetch_add(1, Ordering::Relaxed);
            profiles.insert(profile.to_owned());
        }
        drop(profiles);
        self.news.notify_waiters();
        true
    }
}

/// Whether one of the signatures is made with the secret.
fn is_signed(secret: &str, (id, time, signatures): (&str, &str, &str), body: &[u8]) -> bool {
    let key = secret
        .strip_prefix("whsec_")
        .map(|key| STANDARD.decode(key));
    let Some(Ok(key)) = key else { return false };
    signatures.split(' ').any(|signature| {
        let given = signature
            .strip_prefix("v1,")
            .map(|text| STANDARD.decode(text));
        let (Some(Ok(given)), Ok(mut mac)) = (given, Hmac::<Sha256>::new_from_slice(&key)) else {
            return false;
        };
        mac.update(format!("{id}.{time}.").as_bytes());
        mac.update(body);
        mac.verify_slice(&given).is_ok()
    })
}

async fn serve(socket: TcpListener, heard: Arc<Heard>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.len() >= CONNECTIONS_MAX {
            connections.join_next().await;
        }
        let Ok((stream, _)) = socket.accept().await else {
            continue;
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(connection(stream, Arc::clone(&heard)));
    }
}

async fn connection(stream: TcpStream, heard: Arc<Heard>) {
    let service = service_fn(|request| answer(Arc::clone(&heard), request));
    let http = hyper::server::conn::http1::Builder::new();
    // A connection that breaks is made again by the server.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    heard: Arc<Heard>,
    request: Request<Incoming>,
) -> Result<Response<Empty<Bytes>>, std::convert::Infallible> {
    let (parts, body) = request.into_parts();
    let header = |name: &str| {
        let value = parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let (id, time, signature) = (
        header("webhook-id"),
        header("webhook-timestamp"),
        header("webhook-signature"),
    );
    let body = Limited::new(body, MESSAGE_BYTES_MAX).collect().await;
    let body = body.map(http_body_util::Collected::to_bytes);
    let status = match body {
        Ok(body) if heard.take((&id, &time, &signature), &body) => StatusCode::OK,
        Ok(_) => StatusCode::UNAUTHORIZED,
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE,
    };
    let mut response = Response::new(Empty::new());
    *response.status_mut() = status;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard() -> Heard {
        Heard {
            // The example of the Standard Webhooks specification's reference implementations.
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
            profiles: Mutex::default(),
            news: Notify::new(),
            messages_count: AtomicU64::new(0),
        }
    }

    #[test]
    fn a_signature_is_that_of_standard_webhooks() {
        let secret = heard().secret;
        let (id, time) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330");
        let body = br#"{"test": 2432232314}"#;
        let right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert!(is_signed(&secret, (id, time, right), body));
        assert!(is_signed(
            &secret,
            (id, time, &format!("v1,AAAA {right}")),
            body
        ));
        for (wrong, body) in [
            ("", &body[..]),
            ("v1,", body),
            ("v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", body),
            (right, br#"{"test": 2432232315}"#),
        ] {
            assert!(!is_signed(&secret, (id, time, wrong), body), "{wrong}");
        }
        assert!(!is_signed(&secret, (id, "1614265331", right), body));
    }

    #[test]
    fn what_is_not_signed_is_not_heard() {
        let heard = heard();
        let body = br#"[{"event":"MANUAL_ACTION_REQUIRED","data":{"profile_id":"p"}}]"#;
        assert!(!heard.take(("1", "2", "v1,AAAA"), body));
        assert!(heard.profiles().is_empty());
    }
}
