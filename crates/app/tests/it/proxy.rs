//! A proxy in front of a server, as unreliable as a server can be, always in the same way: with
//! whatever a seed says, or with one trouble for one kind of request.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use std::{fmt, io};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::net::TcpListener;
use uuid::Uuid;

/// What is done to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    None,
    Slow,
    /// 429, with either header that says when to come back.
    Limited {
        is_retry_after: bool,
    },
    /// 429, with so many seconds to wait.
    LimitedFor(u32),
    /// 503, and the server never hears of it.
    Refused,
    /// 502, though the server did it.
    AnswerLost,
    ResetBefore,
    ResetAfter,
    CutInTheMiddle,
    /// 200 for a write the server never hears of, with an id that is none.
    Lie,
    /// 200 with a page, and the server never hears of it.
    Page,
    /// 400, and the server never hears of it.
    Denied,
}

/// How often each kind of trouble was made.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) requests: AtomicU64,
    pub(crate) limited: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) reset: AtomicU64,
    pub(crate) cut: AtomicU64,
    pub(crate) slow: AtomicU64,
    pub(crate) lies: AtomicU64,
}

/// A running proxy.
pub(crate) struct Proxy {
    pub(crate) url: String,
    pub(crate) made: Arc<Made>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What meets a request with this method and path.
type Rule = Arc<dyn Fn(&Method, &str) -> Trouble + Send + Sync>;

#[derive(Clone)]
struct Upstream {
    address: String,
    seed: u64,
    rule: Option<Rule>,
    http: Client<HttpConnector, Full<Bytes>>,
    made: Arc<Made>,
}

impl Proxy {
    /// Starts a proxy in front of the server at an address; the seed says which request meets what.
    pub(crate) async fn start(address: &str, seed: u64) -> Proxy {
        Proxy::serving(address, seed, None).await
    }

    /// Starts a proxy that makes the trouble a rule says, and no other.
    pub(crate) async fn with_rule(
        address: &str,
        rule: impl Fn(&Method, &str) -> Trouble + Send + Sync + 'static,
    ) -> Proxy {
        Proxy::serving(address, 1, Some(Arc::new(rule))).await
    }

    async fn serving(address: &str, seed: u64, rule: Option<Rule>) -> Proxy {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let upstream = Upstream {
            address: address.to_owned(),
            seed,
            rule,
            http: Client::builder(TokioExecutor::new()).build_http(),
            made: Arc::default(),
        };
        let made = Arc::clone(&upstream.made);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // What is dropped is reset, not closed in good order.
                let _ = stream.set_zero_linger();
                let upstream = upstream.clone();
                tokio::spawn(async move {
                    let service = service_fn(|request| serve(upstream.clone(), request));
                    let connection = hyper::server::conn::http1::Builder::new();
                    let _ = connection
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Proxy { url, made, task }
    }
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        write!(
            f,
            "{} requests: {} slow, {} answered 429, {} answered 502 or 503, {} reset, {} cut in the \
             middle, {} writes answered 200 and thrown away",
            count(&self.requests),
            count(&self.slow),
            count(&self.limited),
            count(&self.refused),
            count(&self.reset),
            count(&self.cut),
            count(&self.lies)
        )
    }
}

async fn serve(
    upstream: Upstream,
    request: Request<Incoming>,
) -> Result<Response<Piece>, io::Error> {
    let number = upstream.made.requests.fetch_add(1, Ordering::Relaxed);
    let mut random = StdRng::seed_from_u64(upstream.seed ^ number.wrapping_mul(0x9e37_79b9));
    let trouble = match &upstream.rule {
        Some(rule) => rule(request.method(), request.uri().path()),
        None => trouble(
            random.random_range(0..100),
            request.method() == Method::POST,
        ),
    };
    let counted = match trouble {
        Trouble::None => None,
        Trouble::Slow => Some(&upstream.made.slow),
        Trouble::Limited { .. } | Trouble::LimitedFor(_) => Some(&upstream.made.limited),
        Trouble::Refused | Trouble::AnswerLost | Trouble::Page | Trouble::Denied => {
            Some(&upstream.made.refused)
        }
        Trouble::ResetBefore | Trouble::ResetAfter => Some(&upstream.made.reset),
        Trouble::CutInTheMiddle => Some(&upstream.made.cut),
        Trouble::Lie => Some(&upstream.made.lies),
    };
    if let Some(counted) = counted {
        counted.fetch_add(1, Ordering::Relaxed);
    }
    match trouble {
        Trouble::Limited {
            is_retry_after: true,
        } => return Ok(limited("retry-after", "1")),
        Trouble::Limited { .. } => return Ok(limited("x-ratelimit-retry-secs", "0.02")),
        Trouble::LimitedFor(seconds) => return Ok(limited("retry-after", &seconds.to_string())),
        Trouble::Refused => return Ok(status(StatusCode::SERVICE_UNAVAILABLE)),
        Trouble::Page => return Ok(Response::new(Piece::whole("<html></html>"))),
        Trouble::Denied => return Ok(status(StatusCode::BAD_REQUEST)),
        Trouble::ResetBefore => return Err(io::Error::other("reset")),
        Trouble::Lie => {
            request
                .into_body()
                .collect()
                .await
                .map_err(io::Error::other)?;
            let body = format!("{{\"id\":\"{}\"}}", Uuid::from_u128(random.random()));
            return Ok(Response::new(Piece::whole(&body)));
        }
        Trouble::Slow => {
            tokio::time::sleep(Duration::from_millis(random.random_range(50..300))).await;
        }
        _ => {}
    }
    let answer = passed_on(&upstream, request).await?;
    match trouble {
        Trouble::AnswerLost => Ok(status(StatusCode::BAD_GATEWAY)),
        Trouble::ResetAfter => Err(io::Error::other("reset")),
        Trouble::CutInTheMiddle => Ok(answer.map(|whole| Piece::half(&whole))),
        _ => Ok(answer.map(Piece::Whole)),
    }
}

/// What meets a request that drew this number below 100.
fn trouble(drawn: u32, is_write: bool) -> Trouble {
    match drawn {
        0 => Trouble::Limited {
            is_retry_after: true,
        },
        1..=2 => Trouble::Limited {
            is_retry_after: false,
        },
        3..=5 => Trouble::Refused,
        6..=7 => Trouble::AnswerLost,
        8..=9 => Trouble::ResetBefore,
        10..=11 => Trouble::ResetAfter,
        12..=13 => Trouble::CutInTheMiddle,
        14..=18 => Trouble::Slow,
        19 if is_write => Trouble::Lie,
        _ => Trouble::None,
    }
}

fn limited(header: &str, value: &str) -> Response<Piece> {
    let answer = Response::builder().status(StatusCode::TOO_MANY_REQUESTS);
    let answer = answer.header(header, value);
    answer.body(Piece::whole("{}")).unwrap()
}

fn status(status: StatusCode) -> Response<Piece> {
    let mut answer = Response::new(Piece::whole("gone"));
    *answer.status_mut() = status;
    answer
}

async fn passed_on(
    upstream: &Upstream,
    request: Request<Incoming>,
) -> Result<Response<Bytes>, io::Error> {
    let (mut head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let path = head.uri.path_and_query().unwrap().as_str();
    head.uri = format!("http://{}{path}", upstream.address)
        .parse()
        .unwrap();
    head.headers.remove(HOST);
    let request = Request::from_parts(head, Full::new(body));
    let answer = upstream.http.request(request).await;
    let (mut head, body) = answer.map_err(io::Error::other)?.into_parts();
    head.headers.remove(CONTENT_LENGTH);
    head.headers.remove(TRANSFER_ENCODING);
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    Ok(Response::from_parts(head, body))
}

/// The body of an answer, or the first half of it.
enum Piece {
    Whole(Bytes),
    Half { promised: u64, rest: Bytes },
    Broken,
}

impl Piece {
    fn whole(text: &str) -> Piece {
        Piece::Whole(Bytes::copy_from_slice(text.as_bytes()))
    }

    fn half(whole: &Bytes) -> Piece {
        Piece::Half {
            promised: whole.len() as u64,
            rest: whole.slice(..whole.len() / 2),
        }
    }
}

impl Body for Piece {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let (frame, next) = match std::mem::replace(&mut *self, Piece::Broken) {
            Piece::Whole(bytes) if bytes.is_empty() => (None, Piece::Whole(bytes)),
            Piece::Whole(bytes) => (Some(Ok(Frame::data(bytes))), Piece::Whole(Bytes::new())),
            Piece::Half { rest, .. } => (Some(Ok(Frame::data(rest))), Piece::Broken),
            Piece::Broken => (Some(Err(io::Error::other("cut"))), Piece::Broken),
        };
        *self = next;
        Poll::Ready(frame)
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Piece::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Piece::Half { promised, .. } => SizeHint::with_exact(*promised),
            Piece::Broken => SizeHint::default(),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Piece::Whole(bytes) if bytes.is_empty())
    }
}
