//! Checks.

use axum::extract::State;
use axum::http::Uri;
use service::Failure;
use service::checks::{self, Mode};
use wire::request::{RunCheck, UpdateCheck};

use crate::api::Api;
use crate::extract::{At, Who, Write, query};
use crate::parameters::page;
use crate::reply::{Answered, Reply};
use crate::v4::of_profile;

pub(super) async fn list(
    State(api): State<Api>,
    Who(caller): Who,
    At([id]): At<1>,
    uri: Uri,
) -> Reply {
    let page = page(&uri, checks::LISTED_MAX)?;
    let listed = checks::list(&api.platform, &caller, id, page).await?;
    Ok(Answered::part(listed, &of_profile(id, "checks"), page))
}

pub(super) async fn run(
    State(api): State<Api>,
    At([id]): At<1>,
    uri: Uri,
    write: Write<RunCheck>,
) -> Reply {
    let mode = mode(&uri)?.unwrap_or_else(|| Mode::of(write.body.check_type));
    Ok(
        checks::run(&api.platform, &write.caller, id, (write.body, mode))
            .await?
            .into(),
    )
}

fn mode(uri: &Uri) -> Result<Option<Mode>, Failure> {
    let named = query(uri)?.into_iter().find(|(name, _)| name == "mode");
    match named.as_ref().map(|(_, value)| value.as_str()) {
        None => Ok(None),
        Some("sync") => Ok(Some(Mode::Sync)),
        Some("async") => Ok(Some(Mode::Async)),
        Some(_) => Err(Failure::field("mode", "must be sync or async")),
    }
}

pub(super) async fn read(
    State(api): State<Api>,
    Who(caller): Who,
    At([id, check]): At<2>,
) -> Reply {
    Ok(checks::read(&api.platform, &caller, id, check)
        .await?
        .into())
}

pub(super) async fn update(
    State(api): State<Api>,
    At([id, check]): At<2>,
    write: Write<UpdateCheck>,
) -> Reply {
    Ok(
        checks::update(&api.platform, &write.caller, id, (check, write.body))
            .await?
            .into(),
    )
}
