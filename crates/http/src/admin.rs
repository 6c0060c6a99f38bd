//! The administration API of the account a key belongs to: keys, policy, webhooks, who has done what
//! to them, and what a policy would make of profiles.

mod audit;
mod keys;
mod policy;
mod simulation;
mod webhooks;
mod windows;

use axum::Router;
use axum::routing::{get, post};

use crate::api::Api;
use crate::extract::with_book;

/// Everything under `/admin`.
pub(crate) fn routes() -> Router<Api> {
    Router::new()
        .route("/audit", get(audit::list))
        .route("/keys", get(keys::list).post(keys::issue))
        .route("/keys/{key_id}/revoke", post(keys::revoke))
        .route("/config", get(policy::current).post(policy::publish))
        .route("/config/current", get(policy::current_document))
        .route("/config/versions", get(policy::versions))
        .route("/config/versions/{number}", get(policy::version))
        .route("/config/check", post(policy::check))
        .route("/config/promote", post(policy::promote))
        .route("/requirements", get(simulation::requirements))
        .route("/simulate", post(simulation::simulate).layer(with_book()))
        .route("/webhooks", get(webhooks::list).post(webhooks::create))
        .route(
            "/webhooks/{webhook_id}",
            axum::routing::delete(webhooks::delete),
        )
        .route("/webhooks/{webhook_id}/status", get(webhooks::status))
        .route("/webhooks/{webhook_id}/retry", post(webhooks::retry))
        .route("/windows", get(windows::list).post(windows::open))
        .route("/windows/{window_id}/renew", post(windows::renew))
        .route("/windows/{window_id}/close", post(windows::close))
}
