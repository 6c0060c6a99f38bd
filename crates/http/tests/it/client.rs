//! A small HTTP client that holds every answer to the contract.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;

use crate::routes;

/// Calls one node with one key.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    /// Empty: no key is sent.
    pub(crate) key: String,
}

/// What was answered.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// `Null` when the answer is not JSON.
    pub(crate) body: Value,
}

impl Client {
    pub(crate) fn with_key(&self, key: &str) -> Client {
        Client {
            key: key.to_owned(),
            ..self.clone()
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.send("GET", path, (&[], Bytes::new())).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Response {
        self.send("DELETE", path, (&[], Bytes::new())).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.post_with(path, &[], body).await
    }

    pub(crate) async fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Response {
        self.send("POST", path, (headers, Bytes::from(body.to_string())))
            .await
    }

    /// Sends a request as it is.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        (headers, body): (&[(&str, &str)], Bytes),
    ) -> Response {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "test");
        if !self.key.is_empty() {
            request = request.header("apikey", &self.key);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.exchange(request.body(Full::new(body)).unwrap()).await;
        response.hold_to_contract(method, path);
        response
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Response {
        let stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        let connection = tokio::spawn(connection);
        let response = sender.send_request(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        connection.abort();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Response {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text,
            body,
        }
    }
}

impl Response {
    /// The answer, which must be a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.body
    }

    /// The answer, which must be a refusal with this status; its messages, one per line.
    #[track_caller]
    pub(crate) fn refused(self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        let errors = self.body["errors"].as_array().unwrap();
        let messages: Vec<&str> = errors
            .iter()
            .filter_map(|error| error["message"].as_str())
            .collect();
        messages.join("\n")
    }

    /// The code of the first error.
    #[track_caller]
    pub(crate) fn code(&self) -> u64 {
        self.body["errors"][0]["code"].as_u64().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    #[track_caller]
    fn hold_to_contract(&self, method: &str, path: &str) {
        let of = format!("{method} {path}: {} {}", self.status, self.text);
        assert_eq!(self.header("x-content-type-options"), "nosniff", "{of}");
        let is_json = self.header("content-type") == "application/json";
        let path = path.split('?').next().unwrap_or_default();
        let schema = match self.status {
            200 if !is_json => return,
            200 | 412 => routes::schema_of(method, path),
            201..=399 => panic!("no answer has this status: {of}"),
            _ => Some("ErrorBody"),
        };
        assert!(is_json, "{of}");
        if let Some(schema) = schema {
            let mistakes = wire::contract::validate(schema, &self.body);
            assert!(
                mistakes.is_empty(),
                "{of}\nis no {schema}: {}",
                mistakes.join("; ")
            );
        }
    }
}
