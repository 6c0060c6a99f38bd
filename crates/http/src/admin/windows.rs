//! Windows in which checks are switched off for clients that are brought over.

use axum::extract::State;
use service::windows;
use wire::request::{Nothing, OpenWindow, RenewWindow};

use crate::api::Api;
use crate::extract::{At, Who, Write};
use crate::reply::Reply;

pub(super) async fn list(State(api): State<Api>, Who(caller): Who) -> Reply {
    Ok(windows::list(&api.platform, &caller).await?.into())
}

pub(super) async fn open(State(api): State<Api>, write: Write<OpenWindow>) -> Reply {
    Ok(windows::open(&api.platform, &write.caller, write.body)
        .await?
        .into())
}

pub(super) async fn renew(
    State(api): State<Api>,
    At([id]): At<1>,
    write: Write<RenewWindow>,
) -> Reply {
    Ok(
        windows::renew(&api.platform, &write.caller, (id, write.body))
            .await?
            .into(),
    )
}

pub(super) async fn close(State(api): State<Api>, At([id]): At<1>, write: Write<Nothing>) -> Reply {
    Ok(windows::close(&api.platform, &write.caller, id)
        .await?
        .into())
}
