//! Whether this node works, for load balancers and supervisors. Needs no key and says no secret.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde_json::json;
use service::{Environment, Kind};

use crate::api::Api;
use crate::reply::{Answered, Reply};

pub(crate) fn routes() -> Router<Api> {
    Router::new().route("/health", get(read))
}

/// 200 when the database answers.
async fn read(State(api): State<Api>) -> Reply {
    match service::accounts::of(&api.platform, Environment::Live).await {
        Err(failure) if failure.kind != Kind::NotFound => Err(failure.into()),
        _ => Answered::json(&json!({ "status": "ok" })),
    }
}
