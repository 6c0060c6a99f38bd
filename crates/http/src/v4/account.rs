//! Whom a key belongs to.

use axum::extract::State;

use crate::api::Api;
use crate::extract::Who;
use crate::reply::{Answered, Reply};

pub(super) async fn whoami(State(api): State<Api>, Who(caller): Who) -> Reply {
    Answered::json(&service::accounts::whoami(&api.platform, &caller).await?)
}
