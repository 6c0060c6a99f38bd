//! The one way out: an HTTP client for webhooks and providers that cannot be sent inside.
//!
//! Its connector resolves the name, refuses every address that is not public, and connects to the
//! address it has checked; there is no second look-up that could answer otherwise. Redirects are
//! not followed and no proxy is taken from the environment.

mod address;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::RETRY_AFTER;
use hyper::{HeaderMap, Method, Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;

/// Longest time for one request, from connecting to the end of the answer, in seconds.
pub const REQUEST_SECONDS_MAX: u64 = 15;
/// Longest time for connecting, in seconds.
pub const CONNECT_SECONDS_MAX: u64 = 5;
/// Largest answer that is read, in bytes; a larger one is a failure.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Longest URL, in bytes.
pub const URL_BYTES_MAX: usize = 2048;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The client. Cheap to clone; the clones share their connections.
#[derive(Clone)]
pub struct Outbound {
    client: Client<HttpsConnector<Guarded>, Full<Bytes>>,
    allow_private: bool,
}

/// What the other side said.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// How long it asks to be left alone, in seconds.
    pub retry_after_seconds: Option<u64>,
    /// The body.
    pub body: Bytes,
}

/// What was got.
#[derive(Clone, Debug)]
pub struct Got {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Limits of one answer.
#[derive(Clone, Copy, Debug)]
pub struct GetLimits {
    /// From connecting to the end of the answer.
    pub seconds_max: u64,
    /// A larger answer is a failure.
    pub bytes_max: usize,
}

/// Why there is no reply, as a sentence without secrets or addresses of the inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoReply(pub String);

impl std::fmt::Display for NoReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoReply {}

impl Outbound {
    /// A client; `allow_private` lets it use plain http and private addresses (development only).
    pub fn new(allow_private: bool) -> Outbound {
        let builder = HttpsConnectorBuilder::new().with_webpki_roots();
        let builder = if allow_private {
            builder.https_or_http()
        } else {
            builder.https_only()
        };
        let connector = builder
            .enable_http1()
            .wrap_connector(Guarded { allow_private });
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_timer(TokioTimer::new())
            .build(connector);
        Outbound {
            client,
            allow_private,
        }
    }

    /// Gets what is at an address, with limits of its own.
    pub async fn get(
        &self,
        url: &str,
        headers: HeaderMap,
        limits: GetLimits,
    ) -> Result<Got, NoReply> {
        let uri =
            check_url(url, self.allow_private).map_err(|why| NoReply(format!("the url {why}")))?;
        let mut request = Request::new(Full::new(Bytes::new()));
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        let limit = Duration::from_secs(limits.seconds_max);
        match tokio::time::timeout(limit, self.receive(request, limits.bytes_max)).await {
            Ok(got) => got,
            Err(_) => Err(NoReply(format!(
                "no whole answer within {} seconds",
                limits.seconds_max
            ))),
        }
    }

    async fn receive(
        &self,
        request: Request<Full<Bytes>>,
        bytes_max: usize,
    ) -> Result<Got, NoReply> {
        let response = self
            .client
            .request(request)
            .await
            .map_err(|error| NoReply(reason(&error)))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = Limited::new(response.into_body(), bytes_max)
            .collect()
            .await;
        let body = body.map_err(|_| {
            NoReply(format!(
                "the answer broke off or is larger than {bytes_max} bytes"
            ))
        })?;
        Ok(Got {
            status,
            headers,
            body: body.to_bytes(),
        })
    }

    /// Posts a body.
    pub async fn post(&self, url: &str, headers: HeaderMap, body: Bytes) -> Result<Reply, NoReply> {
        let uri =
            check_url(url, self.allow_private).map_err(|why| NoReply(format!("the url {why}")))?;
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        let limit = Duration::from_secs(REQUEST_SECONDS_MAX);
        match tokio::time::timeout(limit, self.send(request)).await {
            Ok(reply) => reply,
            Err(_) => Err(NoReply(format!(
                "no answer within {REQUEST_SECONDS_MAX} seconds"
            ))),
        }
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Reply, NoReply> {
        let response = self
            .client
            .request(request)
            .await
            .map_err(|error| NoReply(reason(&error)))?;
        let status = response.status().as_u16();
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok());
        let retry_after_seconds = retry_after.and_then(|value| value.trim().parse().ok());
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX)
            .collect()
            .await;
        let body = body.map_err(|_| {
            NoReply(format!(
                "the answer broke off or is larger than {ANSWER_BYTES_MAX} bytes"
            ))
        })?;
        Ok(Reply {
            status,
            retry_after_seconds,
            body: body.to_bytes(),
        })
    }
}

/// A URL that messages may be sent to; else what is wrong with it, to follow its name.
pub fn check_url(url: &str, allow_private: bool) -> Result<Uri, String> {
    if url.len() > URL_BYTES_MAX {
        return Err(format!("is longer than {URL_BYTES_MAX} bytes"));
    }
    let bad = || "must be an address like https://example.com/hooks".to_owned();
    let uri: Uri = url.parse().map_err(|_| bad())?;
    let authority = uri.authority().ok_or_else(bad)?;
    if authority.as_str().contains('@') {
        return Err("must not have a user name or password in it".to_owned());
    }
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if allow_private => {}
        _ => return Err("must begin with https://".to_owned()),
    }
    let literal = authority
        .host()
        .trim_start_matches('[')
        .trim_end_matches(']');
    if literal.is_empty() || authority.port().is_some_and(|port| port.as_u16() == 0) {
        return Err(bad());
    }
    if let Ok(ip) = literal.parse()
        && !allow_private
        && !address::is_public(ip)
    {
        return Err("must not be a private, local or reserved address".to_owned());
    }
    Ok(uri)
}

/// The innermost cause says most: refused, reset, which certificate.
fn reason(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    format!("no connection: {cause}")
}

/// Connects to checked addresses only.
#[derive(Clone)]
struct Guarded {
    allow_private: bool,
}

impl tower::Service<Uri> for Guarded {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<TcpStream>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let limit = Duration::from_secs(CONNECT_SECONDS_MAX);
            let stream = tokio::time::timeout(limit, connect(&uri, allow_private)).await;
            stream
                .map_err(|_| format!("connecting took longer than {CONNECT_SECONDS_MAX} seconds"))?
        })
    }
}

async fn connect(uri: &Uri, allow_private: bool) -> Result<TokioIo<TcpStream>, BoxError> {
    let host = uri.host().ok_or("the url has no host")?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let standard = if uri.scheme_str() == Some("http") {
        80
    } else {
        443
    };
    let port = uri.port_u16().unwrap_or(standard);
    let found = tokio::net::lookup_host((host, port)).await;
    let found: Vec<SocketAddr> = found
        .map_err(|_| "the name of the host is not known")?
        .collect();
    let allowed = found
        .iter()
        .filter(|address| allow_private || address::is_public(address.ip()));
    let mut last: BoxError = "the host has no public address".into();
    for address in allowed {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                let peer = stream.peer_addr()?.ip();
                if !allow_private && !address::is_public(peer) {
                    return Err("the host has no public address".into());
                }
                stream.set_nodelay(true)?;
                return Ok(TokioIo::new(stream));
            }
            Err(error) => last = error.into(),
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_urls_of_public_hosts_are_taken() {
        for url in [
            "https://example.com/hooks",
            "https://8.8.8.8:8443/x",
            "https://[2606:4700::1]/",
        ] {
            assert!(check_url(url, false).is_ok(), "{url}");
        }
        for (url, why) in [
            ("http://example.com/hooks", "must begin with https://"),
            ("ftp://example.com/", "must begin with https://"),
            (
                "https://user:pass@example.com/",
                "must not have a user name",
            ),
            ("https://127.0.0.1/", "must not be a private"),
            (
                "https://169.254.169.254/latest/meta-data",
                "must not be a private",
            ),
            ("https://[::1]/", "must not be a private"),
            ("https://[::ffff:10.0.0.1]/", "must not be a private"),
            ("https://example.com:0/", "must be an address"),
            ("https:///hooks", "must be an address"),
            ("/hooks", "must be an address"),
            ("javascript:alert(1)", "must begin with https://"),
        ] {
            let wrong = check_url(url, false).unwrap_err();
            assert!(wrong.starts_with(why), "{url}: {wrong}");
        }
        assert!(check_url("http://127.0.0.1:9999/hooks", true).is_ok());
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_connected_to() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in ["localhost", "127.1", "2130706433", "0x7f.0.0.1"] {
            let uri: Uri = format!("https://{host}:{port}/hooks").parse().unwrap();
            assert!(connect(&uri, true).await.is_ok(), "{host} leads inside");
            let refused = connect(&uri, false).await.unwrap_err().to_string();
            assert_eq!(refused, "the host has no public address", "{host}");
        }
        let url = format!("https://localhost:{port}/hooks");
        let refused = Outbound::new(false)
            .post(&url, HeaderMap::new(), Bytes::new())
            .await;
        let refused = refused.unwrap_err().0;
        assert_eq!(refused, "no connection: the host has no public address");
    }
}
