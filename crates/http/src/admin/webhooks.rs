//! Webhook endpoints.

use axum::extract::State;
use service::endpoints;
use wire::request::{CreateEndpoint, Nothing};

use crate::api::Api;
use crate::extract::{At, Who, Write};
use crate::reply::Reply;

pub(super) async fn list(State(api): State<Api>, Who(caller): Who) -> Reply {
    Ok(endpoints::list(&api.platform, &caller).await?.into())
}

pub(super) async fn create(State(api): State<Api>, write: Write<CreateEndpoint>) -> Reply {
    Ok(endpoints::create(&api.platform, &write.caller, write.body)
        .await?
        .into())
}

pub(super) async fn delete(State(api): State<Api>, Who(caller): Who, At([id]): At<1>) -> Reply {
    Ok(endpoints::delete(&api.platform, &caller, id).await?.into())
}

pub(super) async fn status(State(api): State<Api>, Who(caller): Who, At([id]): At<1>) -> Reply {
    Ok(endpoints::status(&api.platform, &caller, id).await?.into())
}

pub(super) async fn retry(State(api): State<Api>, At([id]): At<1>, write: Write<Nothing>) -> Reply {
    Ok(endpoints::retry(&api.platform, &write.caller, id)
        .await?
        .into())
}
