//! API keys.

use axum::extract::State;
use service::keys;
use wire::request::{IssueKey, Nothing};

use crate::api::Api;
use crate::extract::{At, Who, Write};
use crate::reply::Reply;

pub(super) async fn list(State(api): State<Api>, Who(caller): Who) -> Reply {
    Ok(keys::list(&api.platform, &caller).await?.into())
}

pub(super) async fn issue(State(api): State<Api>, write: Write<IssueKey>) -> Reply {
    Ok(keys::issue(&api.platform, &write.caller, write.body)
        .await?
        .into())
}

pub(super) async fn revoke(
    State(api): State<Api>,
    At([id]): At<1>,
    write: Write<Nothing>,
) -> Reply {
    let answer = keys::revoke(&api.platform, &write.caller, id).await?;
    api.keyring.forget();
    Ok(answer.into())
}
