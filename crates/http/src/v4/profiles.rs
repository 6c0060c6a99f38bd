//! Profiles, their status, tags and audit.

use axum::extract::State;
use axum::http::Uri;
use service::profiles::{PAGE_MAX, Search};
use service::{Failure, audits, profiles, tags};
use wire::request::{AddTag, SetStatus};
use wire::value::ProfileCategory;

use crate::api::Api;
use crate::extract::{At, Posted, Who, Write, query};
use crate::parameters::{number, page};
use crate::reply::{Answered, Reply};
use crate::v4::of_profile;

/// Results on a page when the caller does not say.
const PAGE_DEFAULT: i64 = 50;

pub(super) async fn search(State(api): State<Api>, Who(caller): Who, uri: Uri) -> Reply {
    let search = read_search(&uri)?;
    Answered::json(&profiles::search(&api.platform, &caller, search).await?)
}

fn read_search(uri: &Uri) -> Result<Search, Failure> {
    let mut search = Search {
        limit: PAGE_DEFAULT,
        ..Search::default()
    };
    for (name, value) in query(uri)? {
        match name.as_str() {
            "q" => search.words = value,
            "limit" => search.limit = number("limit", &value, (1, PAGE_MAX))?,
            "offset" => search.offset = number("offset", &value, (0, i64::from(i32::MAX)))?,
            "categories" => search.categories = categories(&value)?,
            _ => {}
        }
    }
    Ok(search)
}

fn categories(list: &str) -> Result<Vec<String>, Failure> {
    let named = list.split(',').map(str::trim).filter(|one| !one.is_empty());
    let category = |one: &str| match one.parse::<ProfileCategory>() {
        Ok(category) => Ok(category.as_str().to_owned()),
        Err(unknown) => Err(Failure::field("categories", unknown.to_string())),
    };
    named.map(category).collect()
}

pub(super) async fn create(State(api): State<Api>, posted: Posted) -> Reply {
    let body = wire::request::body(&posted.bytes).map_err(Failure::from)?;
    Ok(profiles::create(&api.platform, &posted.caller, &body)
        .await?
        .into())
}

pub(super) async fn read(State(api): State<Api>, Who(caller): Who, At([id]): At<1>) -> Reply {
    Ok(profiles::read(&api.platform, &caller, id).await?.into())
}

pub(super) async fn status(State(api): State<Api>, Who(caller): Who, At([id]): At<1>) -> Reply {
    Ok(profiles::status(&api.platform, &caller, id).await?.into())
}

pub(super) async fn set_status(
    State(api): State<Api>,
    At([id]): At<1>,
    write: Write<SetStatus>,
) -> Reply {
    Ok(
        profiles::set_status(&api.platform, &write.caller, id, write.body.0)
            .await?
            .into(),
    )
}

pub(super) async fn add_tag(
    State(api): State<Api>,
    At([id]): At<1>,
    write: Write<AddTag>,
) -> Reply {
    Ok(tags::add(&api.platform, &write.caller, id, write.body)
        .await?
        .into())
}

pub(super) async fn remove_tag(
    State(api): State<Api>,
    Who(caller): Who,
    At([id, tag]): At<2>,
) -> Reply {
    Ok(tags::remove(&api.platform, &caller, id, tag).await?.into())
}

pub(super) async fn audit(
    State(api): State<Api>,
    Who(caller): Who,
    At([id]): At<1>,
    uri: Uri,
) -> Reply {
    let page = page(&uri, audits::LISTED_MAX)?;
    let listed = audits::list(&api.platform, &caller, id, page).await?;
    Ok(Answered::part(listed, &of_profile(id, "audit-items"), page))
}
