//! Bodies of requests: read whole, within the limit of the route and the budget of all.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use service::{Failure, Kind};
use wire::field_error::FieldError;
use wire::value::ErrorCode;

use crate::budget::Share;

/// Largest body, in bytes; a larger one is answered with 413.
pub const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Largest body that has a file in it, in bytes: 50 MB in base64 and some.
pub const FILE_BODY_BYTES_MAX: usize = 70 * 1024 * 1024;
/// Largest body that has many profiles in it, in bytes.
pub const BOOK_BODY_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Longest time that the rest of a refused body is read and thrown away, in seconds: a client that is
/// still sending would not see the answer.
const DISCARD_SECONDS_MAX: u64 = 10;

/// Reads a body of at most `limit` bytes; the room for it is in `share`.
pub(crate) async fn read(
    mut body: Body,
    headers: &HeaderMap,
    (limit, share): (usize, &mut Share),
) -> Result<Bytes, Failure> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    let length: Option<usize> = length.and_then(|length| length.parse().ok());
    if let Some(length) = length.filter(|length| *length > limit) {
        // Who asks first whether to send, or sends far more than this, is told at once.
        if length <= 2 * limit && !headers.contains_key(header::EXPECT) {
            discard(body, length).await;
        }
        return Err(too_large(limit));
    }
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Failure::field("", "broke off before its end"))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        let size = bytes.len() + data.len();
        if size > limit {
            drop(bytes);
            discard(body, limit).await;
            return Err(too_large(limit));
        }
        if !share.grow_to(size) {
            drop(bytes);
            discard(body, limit).await;
            return Err(no_room());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.into())
}

async fn discard(mut body: Body, limit: usize) {
    let rest = async {
        let mut size = 0;
        while let Some(Ok(frame)) = body.frame().await {
            size += frame.data_ref().map_or(0, Bytes::len);
            if size > limit {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(DISCARD_SECONDS_MAX), rest).await;
}

fn too_large(limit: usize) -> Failure {
    let message = format!("is larger than {limit} bytes");
    Failure::of(Kind::TooLarge, FieldError::invalid("", message))
}

fn no_room() -> Failure {
    let message = "too many large requests at once; try again in a second";
    Failure::new(Kind::Busy, ErrorCode::CheckLimitReached, message)
}
