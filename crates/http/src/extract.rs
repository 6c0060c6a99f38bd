//! What a request says: ids in its path, its query, its body, its idempotency key.

use axum::Extension;
use axum::extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri};
use bytes::Bytes;
use service::idempotency::{Idempotency, KEY_BYTES_MAX};
use service::{Caller, Failure};
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;
use wire::request::FromBody;

use crate::api::Api;
use crate::body::{self, BODY_BYTES_MAX, BOOK_BODY_BYTES_MAX, FILE_BODY_BYTES_MAX};
use crate::budget::Share;
use crate::observe::SCOPE;
use crate::reply::Refused;

/// The caller of a request.
pub(crate) struct Who(pub(crate) Caller);

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Who, Refused> {
        let caller = parts.extensions.get::<Caller>().cloned();
        Ok(Who(caller.ok_or_else(service::keys::missing)?))
    }
}

/// The ids in the path, in their order. What is no id names nothing: 404.
pub(crate) struct At<const COUNT: usize>(pub(crate) [u128; COUNT]);

impl<S: Send + Sync, const COUNT: usize> FromRequestParts<S> for At<COUNT> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<At<COUNT>, Refused> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| crate::reply::no_such_path())?;
        let ids = params.iter().map(|(name, text)| {
            let what = name.trim_end_matches("_id").replace('_', " ");
            parse_id(text)
                .ok_or_else(|| Failure::not_found(&format!("{what}: its id is not a UUID")))
        });
        let ids = ids.collect::<Result<Vec<u128>, Failure>>()?;
        let ids = <[u128; COUNT]>::try_from(ids);
        Ok(At(ids.map_err(|_| {
            Failure::internal("a route has another number of ids")
        })?))
    }
}

fn parse_id(text: &str) -> Option<u128> {
    const HYPHENATED_BYTES: usize = 36;
    let id = (text.len() == HYPHENATED_BYTES)
        .then(|| Uuid::try_parse(text).ok())
        .flatten();
    id.map(|id| id.as_u128())
}

/// A body as it came, with its caller and idempotency key.
pub(crate) struct Posted {
    pub(crate) caller: Caller,
    pub(crate) bytes: Bytes,
    held: Held,
}

/// What a request holds until it is answered.
pub(crate) struct Held {
    /// The room for its body.
    _share: Share,
    /// On routes that take files.
    _leave: Option<Leave>,
}

impl FromRequest<Api> for Posted {
    type Rejection = Refused;

    async fn from_request(request: Request, api: &Api) -> Result<Posted, Refused> {
        let (mut parts, body) = request.into_parts();
        let Who(mut caller) = Who::from_request_parts(&mut parts, &()).await?;
        let key = idempotency_key(&parts.headers)?;
        let is_shared = is_shared(&parts.headers)?;
        caller.window = window(&parts.headers)?;
        let has_file = parts.extensions.get::<HasFile>().is_some();
        let is_book = parts.extensions.get::<IsBook>().is_some();
        let limit = match (has_file, is_book) {
            (true, _) => FILE_BODY_BYTES_MAX,
            (false, true) => BOOK_BODY_BYTES_MAX,
            (false, false) => BODY_BYTES_MAX,
        };
        let mut share = api.bodies.share();
        let bytes = body::read(body, &parts.headers, (limit, &mut share)).await?;
        // Not before the body is there: slow senders would keep the others from their turn.
        let leave = if has_file {
            Some(Leave::acquire(api).await?)
        } else {
            None
        };
        caller.idempotency = key.map(|key| Idempotency {
            key,
            is_shared,
            request_hash: hash(&parts, &bytes),
        });
        let held = Held {
            _share: share,
            _leave: leave,
        };
        Ok(Posted {
            caller,
            bytes,
            held,
        })
    }
}

/// A body read as what it must be.
pub(crate) struct Write<T> {
    pub(crate) caller: Caller,
    pub(crate) body: T,
    _held: Held,
}

impl<T: FromBody> FromRequest<Api> for Write<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, api: &Api) -> Result<Write<T>, Refused> {
        let posted = Posted::from_request(request, api).await?;
        let body = wire::request::parse(&posted.bytes).map_err(Failure::from)?;
        Ok(Write {
            caller: posted.caller,
            body,
            _held: posted.held,
        })
    }
}

/// Marks a request whose body may have a file in it: up to [`FILE_BODY_BYTES_MAX`], and few that
/// have arrived are worked on at a time.
#[derive(Clone, Copy)]
pub(crate) struct HasFile;

/// For routes that take files.
pub(crate) fn with_file() -> Extension<HasFile> {
    Extension(HasFile)
}

/// Marks a request whose body may have many profiles in it: up to [`BOOK_BODY_BYTES_MAX`].
#[derive(Clone, Copy)]
pub(crate) struct IsBook;

/// For routes that take many profiles at once.
pub(crate) fn with_book() -> Extension<IsBook> {
    Extension(IsBook)
}

/// Leave to hold a file in memory. As an extractor it is for routes that read a file back.
pub(crate) struct Leave {
    _permit: OwnedSemaphorePermit,
}

impl Leave {
    async fn acquire(api: &Api) -> Result<Leave, Refused> {
        let permit = api.files.clone().acquire_owned().await;
        let permit = permit.map_err(|_| Failure::internal("files are closed"))?;
        Ok(Leave { _permit: permit })
    }
}

impl FromRequestParts<Api> for Leave {
    type Rejection = Refused;

    async fn from_request_parts(_: &mut Parts, api: &Api) -> Result<Leave, Refused> {
        Leave::acquire(api).await
    }
}

/// The parameters of a query, decoded, in their order.
pub(crate) fn query(uri: &Uri) -> Result<Vec<(String, String)>, Failure> {
    let parsed = Query::<Vec<(String, String)>>::try_from_uri(uri);
    let Query(parameters) =
        parsed.map_err(|_| Failure::field("query", "is not written as name=value&name=value"))?;
    Ok(parameters)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    const HEADER: &str = "Idempotency-Key";
    let refuse = || {
        Failure::field(
            HEADER,
            format!("must have 1 to {KEY_BYTES_MAX} visible characters"),
        )
    };
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    let key = value.to_str().map_err(|_| refuse())?;
    if key.trim().is_empty() || key.len() > KEY_BYTES_MAX {
        return Err(refuse());
    }
    Ok(Some(key.to_owned()))
}

/// Whether an idempotency key is to stand for one request of the whole account, whichever API key it
/// comes with.
fn is_shared(headers: &HeaderMap) -> Result<bool, Failure> {
    const HEADER: &str = "Usher-Idempotency-Scope";
    match headers.get(SCOPE).map(HeaderValue::as_bytes) {
        None | Some(b"key") => Ok(false),
        Some(b"account") => Ok(true),
        Some(_) => Err(Failure::field(HEADER, "must be account or key")),
    }
}

/// The window that a request says it belongs to.
fn window(headers: &HeaderMap) -> Result<Option<u128>, Failure> {
    const HEADER: &str = "Usher-Window";
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    let id = value.to_str().ok().and_then(parse_id);
    let id = id.ok_or_else(|| Failure::field(HEADER, "must be the id of a window"))?;
    Ok(Some(id))
}

/// What makes two requests the same. The query is left out: it may hold the API key.
fn hash(parts: &Parts, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [
        parts.method.as_str().as_bytes(),
        b"\0",
        parts.uri.path().as_bytes(),
        b"\0",
        body,
    ] {
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hyphenated_uuids_are_ids() {
        assert!(parse_id("0192f0c1-2a3b-7c4d-8e5f-0123456789ab").is_some());
        for text in [
            "0192f0c12a3b7c4d8e5f0123456789ab",
            "{0192f0c1-2a3b-7c4d-8e5f-0123456789ab}",
            "urn:uuid:0192f0c1-2a3b-7c4d-8e5f-0123456789ab",
            "../0192f0c1-2a3b-7c4d-8e5f-0123456789",
            "",
        ] {
            assert!(parse_id(text).is_none(), "{text}");
        }
    }
}
