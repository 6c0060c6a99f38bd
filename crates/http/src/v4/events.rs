//! Events: matches and alerts.

use axum::extract::State;
use service::events;
use wire::request::{AddEvent, UpdateEvent};

use crate::api::Api;
use crate::extract::{At, Who, Write};
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

pub(super) async fn add(State(api): State<Api>, At([id]): At<1>, write: Write<AddEvent>) -> Reply {
    let added = events::add(&api.platform, &write.caller, id, write.body);
    Ok(added.await?.into())
}

pub(super) async fn update(
    State(api): State<Api>,
    At([id, event]): At<2>,
    write: Write<UpdateEvent>,
) -> Reply {
    let updated = events::update(&api.platform, &write.caller, id, (event, write.body));
    Ok(updated.await?.into())
}
