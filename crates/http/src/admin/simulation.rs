//! What a policy needs, and what it would make of profiles, without storing them.

use axum::extract::State;
use service::{requirements, simulation};
use wire::request::Simulate;

use super::policy::refused;
use crate::api::Api;
use crate::extract::{Who, Write};
use crate::reply::Reply;

pub(super) async fn simulate(State(api): State<Api>, write: Write<Simulate>) -> Reply {
    let answer = simulation::run(&api.platform, &write.caller, write.body).await;
    Ok(answer.map_err(refused)?.into())
}

pub(super) async fn requirements(State(api): State<Api>, Who(caller): Who) -> Reply {
    Ok(requirements::read(&api.platform, &caller).await?.into())
}
