//! A receiver of webhooks that fails as told.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// One request that came.
#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
    pub(crate) body: Value,
    /// What it was answered.
    pub(crate) status: u16,
}

/// Listens on a loopback port until it is dropped.
pub(crate) struct Receiver {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
    status: Arc<Mutex<StatusOf>>,
    _running: JoinSet<()>,
}

/// The status of the answer to the request of this number, from 0; `None`: no answer at all.
type StatusOf = Box<dyn FnMut(usize) -> Option<u16> + Send>;

impl Receiver {
    pub(crate) async fn start(
        status: impl FnMut(usize) -> Option<u16> + Send + 'static,
    ) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let status: Arc<Mutex<StatusOf>> = Arc::new(Mutex::new(Box::new(status)));
        let mut running = JoinSet::new();
        running.spawn(listen(listener, received.clone(), status.clone()));
        Receiver {
            url,
            received,
            status,
            _running: running,
        }
    }

    /// From now on answers like this.
    pub(crate) fn answer(&self, status: impl FnMut(usize) -> Option<u16> + Send + 'static) {
        *self.status.lock().unwrap() = Box::new(status);
    }

    /// What has come so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

async fn listen(
    listener: TcpListener,
    received: Arc<Mutex<Vec<Received>>>,
    status: Arc<Mutex<StatusOf>>,
) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (received, status) = (received.clone(), status.clone());
        let service = service_fn(move |request| answer(request, received.clone(), status.clone()));
        connections.spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new();
            let _ = connection
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    received: Arc<Mutex<Vec<Received>>>,
    status: Arc<Mutex<StatusOf>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap();
    let status = {
        let mut received = received.lock().unwrap();
        let status = (status.lock().unwrap())(received.len());
        let headers = parts.headers;
        received.push(Received {
            headers,
            bytes,
            body,
            status: status.unwrap_or_default(),
        });
        status
    };
    match status {
        None => std::future::pending().await,
        Some(status) => {
            let response = Response::builder().status(status);
            Ok(response.body(Full::new(Bytes::from_static(b"{}"))).unwrap())
        }
    }
}
