//! Around every request: how many at once, how long each, and what the log hears of it.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use service::{Failure, Kind};
use wire::value::ErrorCode;

use crate::api::Api;
use crate::reply::{Refused, Why};

/// Longest time for a request, in seconds; then the answer is 503.
pub const REQUEST_SECONDS_MAX: u64 = 60;
/// Longest time for a request that may wait for a check, in seconds.
pub const CHECK_SECONDS_MAX: u64 = 130;
/// Longest time for a simulation, its turn and its own limit included, in seconds.
pub const SIMULATION_SECONDS_MAX: u64 = 300;

/// The header that asks for an idempotency key of the whole account. Every answer repeats it, so that a
/// caller knows of this server that it understands it (and keeps no answer for a refused request).
pub(crate) const SCOPE: HeaderName = HeaderName::from_static("usher-idempotency-scope");

/// Answers every request, also those that are too many, take too long or end in a panic, and logs
/// what failed, once, by its route: never the URI, which has ids and perhaps a key in it.
///
/// One layer for all of it: each layer copies everything within it for every request.
pub(crate) async fn observe(State(api): State<Api>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let scope = request.headers().get(SCOPE).cloned();
    let answered = match api.requests.try_acquire() {
        Ok(_leave) => bounded(seconds_max(&method, route), next.run(request)).await,
        Err(_) => Err(too_many()),
    };
    let mut response = answered.unwrap_or_else(|failure| Refused::new(failure).into_response());
    if let Some(scope) = scope.filter(|scope| *scope == "account") {
        response.headers_mut().insert(SCOPE, scope);
    }
    log(&response, (&method, route), started);
    response
}

fn log(response: &Response, (method, route): (&Method, &str), started: Instant) {
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
}

fn seconds_max(method: &Method, route: &str) -> u64 {
    if method == Method::POST && route.ends_with("/checks") {
        CHECK_SECONDS_MAX
    } else if route.ends_with("/simulate") {
        SIMULATION_SECONDS_MAX
    } else {
        REQUEST_SECONDS_MAX
    }
}

/// Ends what takes too long or panics. Whether it was carried out is then not known.
async fn bounded(
    seconds: u64,
    answer: impl Future<Output = Response>,
) -> Result<Response, Failure> {
    let answer = AssertUnwindSafe(answer).catch_unwind();
    match tokio::time::timeout(Duration::from_secs(seconds), answer).await {
        Ok(answered) => answered.map_err(|payload| panicked(&*payload)),
        Err(_) => Err(too_late(seconds)),
    }
}

fn too_many() -> Failure {
    let message = "too many requests at once; try again in a second";
    Failure::new(Kind::Busy, ErrorCode::CheckLimitReached, message)
}

fn too_late(seconds: u64) -> Failure {
    let message = format!(
        "no answer within {seconds} seconds; it is not known whether this was carried out: \
         ask again with the same Idempotency-Key"
    );
    Failure::new(Kind::Unknown, ErrorCode::UnknownInternalError, message)
}

fn panicked(payload: &(dyn Any + Send)) -> Failure {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    Failure::internal(text.unwrap_or("a panic without words"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered_as_a_fault_with_its_words() {
        let failure = bounded(1, async { panic!("out of words") })
            .await
            .unwrap_err();
        assert_eq!(failure.kind, Kind::Internal);
        assert_eq!(failure.source.as_deref(), Some("out of words"));
    }

    #[tokio::test]
    async fn what_never_ends_is_ended() {
        let failure = bounded(0, std::future::pending()).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Unknown);
    }
}
