//! What administrators have done.

use axum::extract::State;
use axum::http::Uri;
use service::administration;

use crate::api::Api;
use crate::extract::Who;
use crate::parameters::page;
use crate::reply::{Answered, Reply};

pub(super) async fn list(State(api): State<Api>, Who(caller): Who, uri: Uri) -> Reply {
    let page = page(&uri, administration::LISTED_MAX)?;
    let listed = administration::list(&api.platform, &caller, page).await?;
    Ok(Answered::part(listed, "/admin/audit", page))
}
