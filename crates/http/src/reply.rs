//! Answers: the JSON of a use case, or a refusal with its list of errors.

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, LINK, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use service::page::{Listed, Page};
use service::{Answer, Failure, Kind};
use wire::resource::ErrorBody;
use wire::value::ErrorCode;

/// What a handler gives back.
pub(crate) type Reply = Result<Answered, Refused>;

/// A success: always 200.
pub(crate) struct Answered {
    body: String,
    media_type: &'static str,
    header: Option<(HeaderName, String)>,
    is_replayed: bool,
}

/// The header that says that an answer was given before, to the same request under the same idempotency
/// key.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

impl Answered {
    /// A resource as JSON.
    pub(crate) fn json(resource: &impl Serialize) -> Reply {
        let body = serde_json::to_string(resource).map_err(Failure::internal)?;
        Ok(Answered {
            body,
            media_type: "application/json",
            header: None,
            is_replayed: false,
        })
    }

    /// A part of the list at `path`; the header `Link` says where the next part is.
    pub(crate) fn part(listed: Listed, path: &str, page: Page) -> Answered {
        let limit = page.limit;
        let link = |next| format!("<{path}?after={next}&limit={limit}>; rel=\"next\"");
        Answered {
            header: listed.next.map(|next| (LINK, link(next))),
            ..Answered::from(listed.answer)
        }
    }

    /// A policy document with the number of its version.
    pub(crate) fn document(number: i64, body: String) -> Answered {
        let header = (
            HeaderName::from_static("policy-version"),
            number.to_string(),
        );
        Answered {
            body,
            media_type: "application/yaml; charset=utf-8",
            header: Some(header),
            is_replayed: false,
        }
    }
}

impl From<Answer> for Answered {
    fn from(answer: Answer) -> Answered {
        let header = answer.etag.map(|etag| (ETAG, etag));
        Answered {
            body: answer.body,
            media_type: "application/json",
            header,
            is_replayed: answer.is_replayed,
        }
    }
}

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        let mut response = respond(StatusCode::OK, self.media_type, (self.body, self.header));
        if self.is_replayed {
            let headers = response.headers_mut();
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// A refusal.
pub(crate) struct Refused {
    status: StatusCode,
    failure: Failure,
}

impl Refused {
    pub(crate) fn new(failure: Failure) -> Refused {
        Refused {
            status: status(failure.kind),
            failure,
        }
    }

    /// The path is known, but not with this method.
    pub(crate) fn wrong_method() -> Refused {
        let message = "this path does not take this method; the header Allow says which it takes";
        let failure = Failure::new(Kind::Invalid, ErrorCode::InvalidInputData, message);
        Refused {
            status: StatusCode::METHOD_NOT_ALLOWED,
            failure,
        }
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Refused {
        Refused::new(failure)
    }
}

/// No route has this path.
pub(crate) fn no_such_path() -> Failure {
    Failure::not_found("path in this API; see its documentation for the paths there are")
}

/// Why a request failed, for the log; goes along with the response.
#[derive(Clone, Debug)]
pub(crate) struct Why {
    pub(crate) kind: Kind,
    pub(crate) code: Option<u16>,
    /// Only for faults of this system: what callers did wrong may name what they sent.
    pub(crate) source: Option<String>,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Refused { status, failure } = self;
        let code = failure.errors.first().map(|error| error.code.number());
        let why = Why {
            kind: failure.kind,
            code,
            source: failure.source,
        };
        let (body, header) = match failure.current {
            Some((data, etag)) => (data, Some((ETAG, etag))),
            None => (errors(failure.errors), retry_after(failure.kind)),
        };
        let mut response = respond(status, "application/json", (body, header));
        response.extensions_mut().insert(why);
        response
    }
}

fn errors(errors: Vec<wire::resource::Error>) -> String {
    serde_json::to_string(&ErrorBody { errors }).unwrap_or_else(|_| r#"{"errors":[]}"#.to_owned())
}

fn retry_after(kind: Kind) -> Option<(HeaderName, String)> {
    matches!(kind, Kind::Busy | Kind::Unknown | Kind::InProgress)
        .then(|| (RETRY_AFTER, "1".to_owned()))
}

fn respond(
    status: StatusCode,
    media_type: &'static str,
    (body, header): (String, Option<(HeaderName, String)>),
) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some((name, value)) = header
        && let Ok(value) = HeaderValue::try_from(value)
    {
        headers.insert(name, value);
    }
    response
}

fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Unauthorized => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict | Kind::InProgress => StatusCode::CONFLICT,
        Kind::Precondition => StatusCode::PRECONDITION_FAILED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Busy | Kind::Unknown => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Full => StatusCode::INSUFFICIENT_STORAGE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
