//! Product applications.

use axum::extract::State;
use service::applications;
use wire::request::{AddApplication, RevertDecision, UpdateApplication};

use crate::api::Api;
use crate::extract::{At, Who, Write};
use crate::reply::Reply;

pub(super) async fn list(State(api): State<Api>, Who(caller): Who, At([id]): At<1>) -> Reply {
    Ok(applications::list(&api.platform, &caller, id).await?.into())
}

pub(super) async fn add(
    State(api): State<Api>,
    At([id]): At<1>,
    write: Write<AddApplication>,
) -> Reply {
    Ok(
        applications::add(&api.platform, &write.caller, id, write.body)
            .await?
            .into(),
    )
}

pub(super) async fn read(
    State(api): State<Api>,
    Who(caller): Who,
    At([id, application]): At<2>,
) -> Reply {
    Ok(applications::read(&api.platform, &caller, id, application)
        .await?
        .into())
}

pub(super) async fn decide(
    State(api): State<Api>,
    At([id, application]): At<2>,
    write: Write<UpdateApplication>,
) -> Reply {
    let asked = (application, write.body);
    Ok(
        applications::decide(&api.platform, &write.caller, id, asked)
            .await?
            .into(),
    )
}

pub(super) async fn revert(
    State(api): State<Api>,
    At([id, application]): At<2>,
    write: Write<RevertDecision>,
) -> Reply {
    let asked = (application, write.body);
    Ok(
        applications::revert(&api.platform, &write.caller, id, asked)
            .await?
            .into(),
    )
}
