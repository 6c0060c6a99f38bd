//! What an answer says is to be done.

use bytes::Bytes;
use hyper::header::{ETAG, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use super::wait::{self, Trying};
use super::{Answer, Call, Failure};

/// The header of an answer that was given before, under the same idempotency key.
const REPLAYED: &str = "idempotent-replayed";

/// What is to be done about an answer.
pub(super) enum Judgement {
    Done(Result<Answer, Failure>),
    Limited,
    Again,
    /// A success that is no JSON.
    Unreadable,
}

/// Statuses of 5xx that say what the server will never do: not implemented, HTTP version, negotiation,
/// loop, not extended, network log-in.
const NEVER: [u16; 6] = [501, 505, 506, 508, 510, 511];

pub(super) fn judge(status: u16, headers: &HeaderMap, body: &Bytes) -> Judgement {
    match status {
        429 => return Judgement::Limited,
        408 | 425 => return Judgement::Again,
        500..=599 if !NEVER.contains(&status) => return Judgement::Again,
        // Only a request that is still at work is worth asking for again; a conflict with what the
        // profile is like stays one.
        409 if headers.contains_key(RETRY_AFTER) => return Judgement::Again,
        _ => {}
    }
    let json = if body.is_empty() {
        Ok(Value::Null)
    } else {
        serde_json::from_slice(body)
    };
    let is_success = (200..300).contains(&status) || status == 412;
    let Ok(body) = json else {
        // A success that cannot be read is an unknown outcome; the idempotency key finds it again.
        let refused = Failure::refused(status, &Value::Null);
        return if is_success {
            Judgement::Unreadable
        } else {
            Judgement::Done(Err(refused))
        };
    };
    let has_errors = match &body["errors"] {
        Value::Array(errors) => !errors.is_empty(),
        Value::Object(_) => true,
        _ => false,
    };
    if !is_success || (has_errors && status != 412) {
        return Judgement::Done(Err(Failure::refused(status, &body)));
    }
    let etag = headers
        .get(ETAG)
        .and_then(|etag| etag.to_str().ok())
        .map(str::to_owned);
    let replayed = headers.get(REPLAYED);
    Judgement::Done(Ok(Answer {
        status,
        etag,
        is_replayed: replayed.is_some_and(|replayed| replayed == "true"),
        is_retried: false,
        told_at: wait::told_at(headers),
        body,
    }))
}

/// What a request with an effect came to. What stands before a server and refuses says nothing of a try
/// that came through before, here or in an earlier run: its idempotency key must stay.
pub(super) fn certain(
    outcome: Result<Answer, Failure>,
    call: &Call<'_>,
    trying: &Trying,
) -> Result<Answer, Failure> {
    let is_retried = trying.may_be_done;
    let failure = match outcome {
        Ok(answer) => {
            return Ok(Answer {
                is_retried,
                ..answer
            });
        }
        Err(failure) => failure,
    };
    let has_effect = call.idempotency_key.is_some() && !call.is_admin;
    Err(match failure.of(call.is_admin) {
        Failure::Refused {
            status,
            code,
            message,
        } if has_effect && (NEVER.contains(&status) || (trying.is_lost && code.is_none())) => {
            Failure::Unclear(format!(
                "{message}; whether it was carried out is not known, and the next run asks again"
            ))
        }
        failure => failure,
    })
}
