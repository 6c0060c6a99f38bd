//! Around every request: how many at once, how long each, and what the log hears of it.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use service::{Failure, Kind};
use wire::value::ErrorCode;

use crate::api::Api;
use crate::reply::{Refused, Why};

/// Longest time for a request, in seconds; then the answer is 503.
pub const REQUEST_SECONDS_MAX: u64 = 60;
/// Longest time for a request that may wait for a check, in seconds.
pub const CHECK_SECONDS_MAX: u64 = 130;

/// Logs what failed, once, by its route: never the URI, which has ids and perhaps a key in it.
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = route(&request).to_owned();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let milliseconds = started.elapsed().as_millis();
    match response.extensions().get::<Why>() {
        Some(Why {
            kind: kind @ (Kind::Internal | Kind::Full | Kind::Unknown),
            source,
            ..
        }) => {
            tracing::error!(%method, %route, status, milliseconds, ?kind, source, "a request failed");
        }
        Some(why) => {
            let Why { kind, code, source } = why;
            tracing::info!(%method, %route, status, milliseconds, ?kind, code, source, "a request was refused");
        }
        None => tracing::debug!(%method, %route, status, milliseconds, "a request was answered"),
    }
    response
}

/// Refuses what is beyond the number of requests that may be worked on at once.
pub(crate) async fn limit_requests(
    State(api): State<Api>,
    request: Request,
    next: Next,
) -> Response {
    let Ok(_leave) = api.requests.try_acquire() else {
        let message = "too many requests at once; try again in a second";
        let failure = Failure::new(Kind::Busy, ErrorCode::CheckLimitReached, message);
        return Refused::new(failure).into_response();
    };
    next.run(request).await
}

/// Ends what takes too long. Whether it was carried out is then not known.
pub(crate) async fn limit_time(request: Request, next: Next) -> Response {
    let may_wait = request.method() == Method::POST && route(&request).ends_with("/checks");
    let seconds = if may_wait {
        CHECK_SECONDS_MAX
    } else {
        REQUEST_SECONDS_MAX
    };
    let limit = Duration::from_secs(seconds);
    let answered = tokio::time::timeout(limit, next.run(request)).await;
    answered.unwrap_or_else(|_| {
        let message = format!(
            "no answer within {seconds} seconds; it is not known whether this was carried out: \
             ask again with the same Idempotency-Key"
        );
        let failure = Failure::new(Kind::Unknown, ErrorCode::UnknownInternalError, message);
        Refused::new(failure).into_response()
    })
}

fn route(request: &Request) -> &str {
    request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
}
