//! One request, as a caller asks for it.

use bytes::Bytes;
use hyper::Method;
use serde_json::Value;
use uuid::Uuid;

/// One request.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Bytes>,
    pub(super) idempotency_key: Option<Uuid>,
    /// The key is one for the whole account.
    pub(super) is_shared: bool,
    pub(super) if_match: Option<&'a str>,
    pub(super) is_admin: bool,
    /// It does not wait while the server has asked others to.
    pub(super) is_urgent: bool,
}

impl<'a> Call<'a> {
    /// A GET of a path below the base URL, such as `/profiles/…`.
    pub fn get(path: impl Into<String>) -> Call<'a> {
        Call {
            method: Method::GET,
            path: path.into(),
            body: None,
            idempotency_key: None,
            is_shared: false,
            if_match: None,
            is_admin: false,
            is_urgent: false,
        }
    }

    /// A GET of a path beside the API, such as `/admin/config`.
    pub fn get_admin(path: impl Into<String>) -> Call<'a> {
        Call {
            is_admin: true,
            ..Call::get(path)
        }
    }

    /// A POST beside the API under an idempotency key, such as `/admin/windows`.
    pub fn post_admin_once(
        path: impl Into<String>,
        body: &Value,
        idempotency_key: Uuid,
    ) -> Call<'a> {
        Call {
            is_admin: true,
            ..Call::post(path, body, idempotency_key)
        }
    }

    /// A DELETE of a path beside the API.
    pub fn delete_admin(path: impl Into<String>) -> Call<'a> {
        Call {
            method: Method::DELETE,
            ..Call::get_admin(path)
        }
    }

    /// A POST under an idempotency key.
    pub fn post(path: impl Into<String>, body: &Value, idempotency_key: Uuid) -> Call<'a> {
        Call::post_text(path, body.to_string(), idempotency_key)
    }

    /// A POST of JSON that is text already, sent byte for byte.
    pub fn post_text(path: impl Into<String>, body: String, idempotency_key: Uuid) -> Call<'a> {
        Call {
            method: Method::POST,
            body: Some(Bytes::from(body)),
            idempotency_key: Some(idempotency_key),
            ..Call::get(path)
        }
    }

    /// A POST beside the API that has no effect, such as `/admin/simulate`: it needs no idempotency
    /// key.
    pub fn post_admin(path: impl Into<String>, body: &Value) -> Call<'a> {
        Call {
            method: Method::POST,
            body: Some(Bytes::from(body.to_string())),
            ..Call::get_admin(path)
        }
    }

    /// Whether it only asks: it may be taken for one that a server does not know.
    pub(super) fn has_no_effect(&self) -> bool {
        let is_question = self.method == Method::POST && self.idempotency_key.is_none();
        self.method == Method::GET || is_question
    }

    /// Its idempotency key stands for one request of the whole account, where the server knows that; it
    /// says then that it does, also where there is no key.
    /// Not for a key that was ever sent without: the server would look for its answer elsewhere.
    pub(crate) fn shared(mut self, is_shared: bool) -> Call<'a> {
        self.is_shared = is_shared;
        self
    }

    /// It is sent though the server has asked for a wait that is not over: it would be too late then. A
    /// wait that the server asks of itself it obeys.
    pub fn urgent(mut self) -> Call<'a> {
        self.is_urgent = true;
        self
    }

    /// Only if the data still has this ETag.
    pub fn if_match(mut self, etag: Option<&'a str>) -> Call<'a> {
        self.if_match = etag;
        self
    }
}
