//! Collected data and the documents in it.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use service::{Failure, collected, documents};
use wire::request::AddDocument;

use crate::api::Api;
use crate::extract::{At, Posted, Who, Write};
use crate::reply::Reply;

pub(super) async fn read(State(api): State<Api>, Who(caller): Who, At([id]): At<1>) -> Reply {
    Ok(collected::read(&api.platform, &caller, id).await?.into())
}

pub(super) async fn replace(
    State(api): State<Api>,
    At([id]): At<1>,
    headers: HeaderMap,
    posted: Posted,
) -> Reply {
    let data = wire::request::json(&posted.bytes).map_err(Failure::from)?;
    let if_match = if_match(&headers);
    let asked = (data, if_match.as_deref());
    Ok(collected::replace(&api.platform, &posted.caller, id, asked)
        .await?
        .into())
}

/// The tags the caller has seen; `None` when it does not say. What cannot be read matches nothing.
fn if_match(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(header::IF_MATCH).iter();
    let values: Vec<&str> = values
        .map(|value| value.to_str().unwrap_or("unreadable"))
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

pub(super) async fn add_document(
    State(api): State<Api>,
    At([id]): At<1>,
    write: Write<AddDocument>,
) -> Reply {
    Ok(documents::add(&api.platform, &write.caller, id, write.body)
        .await?
        .into())
}
