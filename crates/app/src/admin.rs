//! A client of the administration API of a server: how `usher config` talks to one.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::HeaderValue;
use hyper::{Method, Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::table::harmless;
use crate::trouble::Trouble;

/// Longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Longest time for one request, in seconds.
const REQUEST_SECONDS_MAX: u64 = 90;

/// Which server, and who asks.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Options {
    /// Base URL of the server, such as `https://usher.example.com`
    #[arg(long, value_name = "URL", env = "USHER_URL", help_heading = "Server")]
    url: Option<String>,
    /// Admin key of the account; better given in USHER_KEY than on the command line, which other
    /// users of the machine may see
    #[arg(long, value_name = "KEY", env = "USHER_KEY", hide_env_values = true)]
    #[arg(help_heading = "Server")]
    key: Option<String>,
}

/// A server's administration API.
pub(crate) struct Admin {
    base: String,
    key: HeaderValue,
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// What a server said.
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body as text.
    pub(crate) text: String,
    /// The body as JSON; null when it is none.
    pub(crate) json: Value,
}

impl Options {
    /// The client of these options.
    pub(crate) fn client(&self) -> Result<Admin, Trouble> {
        let hint = "give --url URL and --key KEY, or set USHER_URL and USHER_KEY";
        let missing = |what: &str| Trouble::usage(format!("{what} is missing")).hint(hint);
        let base = self
            .url
            .as_deref()
            .ok_or_else(|| missing("the URL of the server"))?;
        let key = self
            .key
            .as_deref()
            .ok_or_else(|| missing("the admin key"))?;
        let base = base
            .trim_end_matches('/')
            .trim_end_matches("/4.0")
            .trim_end_matches("/admin");
        let uri: Option<Uri> = base.parse().ok();
        let is_web = uri.is_some_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
        });
        if !is_web {
            let message = format!("{base:?} is no base URL");
            return Err(Trouble::usage(message).hint("write it as https://usher.example.com"));
        }
        let mut key = HeaderValue::from_str(key.trim())
            .map_err(|_| Trouble::usage("the admin key has characters that no key has"))?;
        key.set_sensitive(true);
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()
            .unwrap_or_else(|_| HttpsConnectorBuilder::new().with_webpki_roots())
            .https_or_http()
            .enable_http1()
            .build();
        let http = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Admin {
            base: base.to_owned(),
            key,
            http,
        })
    }
}

impl Admin {
    /// The base URL of the server.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Reads; anything but a success is trouble.
    pub(crate) async fn get(&self, path: &str) -> Result<Answer, Trouble> {
        let answer = self.send(Method::GET, path, None).await?;
        answer.success(&self.base)
    }

    /// Sends a JSON body; whatever is answered.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Answer, Trouble> {
        self.send(Method::POST, path, Some(body)).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("{}/admin{path}", self.base))
            .header("apikey", self.key.clone())
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| Trouble::usage(format!("the request cannot be made: {error}")))?;
        let exchange = async {
            let response = self
                .http
                .request(request)
                .await
                .map_err(|error| unreached(&self.base, &error))?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX)
                .collect()
                .await;
            let body = body.map_err(|error| unreached(&self.base, &*error))?;
            let text = String::from_utf8_lossy(&body.to_bytes()).into_owned();
            let json = serde_json::from_str(&text).unwrap_or_default();
            Ok(Answer { status, text, json })
        };
        let limit = Duration::from_secs(REQUEST_SECONDS_MAX);
        tokio::time::timeout(limit, exchange)
            .await
            .unwrap_or_else(|_| {
                let message = format!(
                    "{} did not answer within {REQUEST_SECONDS_MAX} s",
                    self.base
                );
                Err(Trouble::new(message).hint("look whether the server is well with GET /health"))
            })
    }
}

impl Answer {
    /// The errors of a refusal, in the words of the server.
    pub(crate) fn errors(&self) -> &[Value] {
        self.json["errors"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// This answer if it is a success, else what the server said.
    pub(crate) fn success(self, base: &str) -> Result<Answer, Trouble> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        let messages = self
            .errors()
            .iter()
            .filter_map(|error| error["message"].as_str());
        let messages: Vec<String> = messages.map(harmless).collect();
        let said = if messages.is_empty() {
            "nothing that can be read".to_owned()
        } else {
            messages.join("; ")
        };
        let trouble = Trouble::new(format!("{base} answers {}: {said}", self.status));
        Err(match self.status {
            401 | 403 => {
                trouble.hint("use a master key, or an admin key from `usher keys issue --admin`")
            }
            404 => trouble.hint(
                "check --url and the version; `usher config publish` publishes the first policy",
            ),
            _ => trouble,
        })
    }
}

fn unreached(base: &str, error: &(dyn std::error::Error + 'static)) -> Trouble {
    let message = format!("{base} cannot be reached: {}", crate::trouble::chain(error));
    Trouble::new(message).hint("check --url and that the server runs (`usher serve`)")
}
