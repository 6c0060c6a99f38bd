//! Events: matches and alerts, read only.

use axum::extract::State;
use service::events;

use crate::api::Api;
use crate::extract::{At, Who};
use crate::reply::Reply;

pub(super) async fn list(State(api): State<Api>, Who(caller): Who, At([id]): At<1>) -> Reply {
    Ok(events::list(&api.platform, &caller, id).await?.into())
}

pub(super) async fn read(
    State(api): State<Api>,
    Who(caller): Who,
    At([id, event]): At<2>,
) -> Reply {
    Ok(events::read(&api.platform, &caller, id, event)
        .await?
        .into())
}
