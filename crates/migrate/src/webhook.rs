//! Webhooks as they come in: the socket that takes them and their signature. The endpoint on the
//! server that sends them is an [`Endpoint`](endpoint::Endpoint).
//!
//! A message counts only under a signature made with the endpoint's secret (Standard Webhooks:
//! HMAC-SHA-256 over id, time and body).

pub(crate) mod endpoint;

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use sha2::Sha256;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::Error;
use crate::api::Failure;

/// The largest request that is read, in bytes: what is larger is answered 413.
const REQUEST_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Connections served at the same time; more wait.
const CONNECTIONS_MAX: usize = 16;
/// How long a connection may take for the head of its next request; then it is closed, so that who
/// says nothing keeps nobody waiting.
const HEAD_TIME_MAX: Duration = Duration::from_secs(30);
/// How long the body of a request may take; then it is answered 408.
const BODY_TIME_MAX: Duration = Duration::from_secs(30);

/// The answer to a webhook: a status, and headers if need be.
pub(crate) type Reply = Response<Empty<Bytes>>;

/// A request that came in.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Delivery {
    /// Whether one of its signatures is made with the secret.
    pub(crate) fn is_signed(&self, secret: &str) -> bool {
        let header = |name: &str| {
            let value = self.headers.get(name);
            value
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let signed = (
            header("webhook-id"),
            header("webhook-timestamp"),
            header("webhook-signature"),
        );
        is_signed(secret, signed, &self.body)
    }

    /// The messages in it: a list, or one alone; `None` when it is neither.
    pub(crate) fn messages(&self) -> Option<Vec<Value>> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Array(messages)) => Some(messages),
            Ok(message @ Value::Object(_)) => Some(vec![message]),
            _ => None,
        }
    }
}

/// Whether one of the signatures is made with the secret.
fn is_signed(secret: &str, (id, time, signatures): (&str, &str, &str), body: &[u8]) -> bool {
    let decoded = secret
        .strip_prefix("whsec_")
        .and_then(|key| STANDARD.decode(key).ok());
    let key = decoded.unwrap_or_else(|| secret.as_bytes().to_vec());
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

/// Where to listen when nobody said: on loopback, when every node of the server is on this machine.
pub(crate) fn nearby(base_urls: &[String]) -> Option<SocketAddr> {
    let is_here = |url: &String| {
        let host = url.split("://").nth(1).unwrap_or_default();
        ["127.", "localhost", "[::1]"]
            .iter()
            .any(|name| host.starts_with(name))
    };
    let here = (Ipv4Addr::LOCALHOST, 0).into();
    base_urls.iter().all(is_here).then_some(here)
}

/// A socket on an address, and the address it has in the end.
///
/// Errors: the address cannot be had ([`Error::Option`]).
pub(crate) async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Error> {
    let unheard =
        |error: std::io::Error| Error::Option(format!("nobody can listen on {address}: {error}"));
    let socket = TcpListener::bind(address).await.map_err(unheard)?;
    let own = socket.local_addr().map_err(unheard)?;
    Ok((socket, own))
}

/// How an Usher words that it sends nothing to an address that is nearby.
const NEARBY: [&str; 2] = [
    "must begin with https://",
    "must not be a private, local or reserved address",
];

/// Why the server will not send webhooks.
pub(crate) fn refusal(failure: &Failure) -> String {
    match failure {
        Failure::KeyRefused => "only an administrator's key sets up webhooks".to_owned(),
        Failure::Refused {
            status: 404 | 405, ..
        } => "it has no /admin/webhooks, where they are set up".to_owned(),
        Failure::Refused { message, .. } if NEARBY.iter().any(|why| message.contains(why)) => {
            format!(
                "{message}; a server that is started with --allow-private-endpoints sends them to plain \
                 http and to its own machine, too (for tests only)"
            )
        }
        Failure::Refused { message, .. } | Failure::Unclear(message) | Failure::Fatal(message) => {
            message.clone()
        }
    }
}

/// Serves a socket for ever.
pub(crate) async fn serve<T, F>(socket: TcpListener, take: T)
where
    T: Fn(Delivery) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Reply> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        while connections.len() >= CONNECTIONS_MAX {
            connections.join_next().await;
        }
        let Ok((stream, _)) = socket.accept().await else {
            continue;
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(connection(stream, take.clone()));
    }
}

async fn connection<T, F>(stream: TcpStream, take: T)
where
    T: Fn(Delivery) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Reply> + Send + 'static,
{
    let service = service_fn(move |request| answer(take.clone(), request));
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX);
    // A connection that breaks is made again by the server.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}

async fn answer<T, F>(take: T, request: Request<Incoming>) -> Result<Reply, Infallible>
where
    T: Fn(Delivery) -> F,
    F: Future<Output = Reply>,
{
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, REQUEST_BYTES_MAX).collect();
    Ok(match timeout(BODY_TIME_MAX, body).await {
        Err(_) => reply(StatusCode::REQUEST_TIMEOUT),
        Ok(Ok(body)) => {
            let delivery = Delivery {
                headers: parts.headers,
                body: body.to_bytes(),
            };
            take(delivery).await
        }
        Ok(Err(_)) => reply(StatusCode::PAYLOAD_TOO_LARGE),
    })
}

/// An answer that is a status and nothing more.
pub(crate) fn reply(status: StatusCode) -> Reply {
    let mut reply = Response::new(Empty::new());
    *reply.status_mut() = status;
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_standard_webhooks() {
        // The example of the Standard Webhooks specification's reference implementations.
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let (id, time) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330");
        let body = br#"{"test": 2432232314}"#;
        let right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert!(is_signed(secret, (id, time, right), body));
        let two = format!("v1,AAAA {right}");
        assert!(is_signed(secret, (id, time, &two), body));
        for (wrong, body) in [
            ("", &body[..]),
            ("v1,", body),
            ("v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", body),
            (right, br#"{"test": 2432232315}"#),
        ] {
            assert!(!is_signed(secret, (id, time, wrong), body), "{wrong}");
        }
        assert!(!is_signed(secret, (id, "1614265331", right), body));
        assert!(!is_signed("another secret", (id, time, right), body));
    }

    /// Time stands still here but for those who wait for it.
    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_is_let_go() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let here = (Ipv4Addr::LOCALHOST, 0).into();
        let (socket, own) = bind(here).await.unwrap();
        let mut serving = JoinSet::new();
        serving.spawn(serve(socket, |_| std::future::ready(reply(StatusCode::OK))));
        let head = "POST / HTTP/1.1\r\nhost: here\r\n";
        for (said, wanted) in [
            (head.to_owned(), ""),
            (format!("{head}content-length: 9\r\n\r\n["), "HTTP/1.1 408"),
        ] {
            let mut stream = TcpStream::connect(own).await.unwrap();
            stream.write_all(said.as_bytes()).await.unwrap();
            let mut answer = [0; 12];
            let hour = Duration::from_hours(1);
            let count = timeout(hour, stream.read(&mut answer)).await;
            let count = count.expect("it is let go").unwrap_or_default();
            assert_eq!(String::from_utf8_lossy(&answer[..count]), wanted);
        }
    }

    #[test]
    fn a_server_that_sends_nothing_nearby_can_be_told_to() {
        let check = |message: &str, has_hint: bool| {
            let refused = Failure::Refused {
                status: 400,
                code: Some(201),
                message: message.to_owned(),
            };
            let why = refusal(&refused);
            assert!(why.starts_with(message), "{why}");
            assert_eq!(why.contains("--allow-private-endpoints"), has_hint, "{why}");
        };
        check("HTTP 400: 201 url must begin with https://", true);
        check(
            "HTTP 400: 201 url must not be a private, local or reserved address",
            true,
        );
        check("HTTP 400: 201 there are too many endpoints", false);
    }

    #[test]
    fn a_listener_is_on_loopback_only_where_the_server_is() {
        let urls = |urls: &[&str]| urls.iter().map(|url| (*url).to_owned()).collect::<Vec<_>>();
        assert!(nearby(&urls(&["http://127.0.0.1:8080", "http://localhost:8081"])).is_some());
        let one_away = urls(&["http://127.0.0.1:8080", "https://usher.bank.example"]);
        assert_eq!(nearby(&one_away), None);
    }
}
