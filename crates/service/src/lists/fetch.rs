//! Fetches lists from where they are published, each when its time has come.

use std::io::{Cursor, Read};
use std::time::Duration;

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::header::{
    ETAG, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use screening::lists::Hints;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::jobs::{Job, NewJob};
use store::lists::SourceRow;
use store::{Commit, Write};
use wire::time::DateTime;

use super::load::{Loaded, Loading, load};
use crate::outbound::{GetLimits, Got, Outbound};
use crate::workers::LEASE_MICROSECONDS;
use crate::{Actor, Failure, Platform};

/// A publication is fetched within so many seconds, or not.
pub const FETCH_SECONDS_MAX: u64 = 300;
/// A larger publication is not fetched; load it from a file.
pub const FETCH_BYTES_MAX: usize = 512 * 1024 * 1024;
/// After a failure it is tried again after so many seconds, or sooner where it is fetched more often.
const AGAIN_SECONDS: i64 = 15 * 60;
/// How often a running fetch says that it is still alive.
const EXTEND_SECONDS: u64 = 10;

const SECOND: i64 = 1_000_000;

/// What the last fetch has brought, in the column `body` of a source.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Last {
    at: Option<DateTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    brought: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// By which the next fetch asks for something newer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
}

/// The job that fetches a source, in one of the accounts that share it.
pub(super) fn job(account: i64, source: &str, (due_at, now): (i64, i64)) -> NewJob {
    NewJob {
        account,
        key: key(source),
        kind: "list".to_owned(),
        profile_id: None,
        due_at,
        body: json!({ "source": source }).to_string(),
        created_at: now,
    }
}

pub(super) fn key(source: &str) -> String {
    format!("list:{source}")
}

/// Fetches the source of a job, and asks for the next fetch.
pub(crate) async fn run(platform: &Platform, held: &Job) -> Result<(), Failure> {
    let body: Value = serde_json::from_str(&held.body).map_err(Failure::internal)?;
    let name = body["source"].as_str().unwrap_or_default();
    let account = store::accounts::load(&platform.store, held.account).await?;
    let account = account.ok_or_else(|| Failure::not_found("account"))?;
    let sources = store::lists::sources(&platform.store, account.institution).await?;
    let source = sources.into_iter().find(|source| source.name == name);
    let done = Commit::new()
        .guard(store::jobs::guard(held))
        .writes(store::jobs::finish(held));
    let Some((source, every)) = source.and_then(|source| {
        let every = source.every_seconds?;
        Some((source, every))
    }) else {
        return Ok(platform.store.commit(done).await?);
    };
    let fetching = fetch(platform, &source);
    tokio::pin!(fetching);
    let last = loop {
        tokio::select! {
            last = &mut fetching => break last,
            () = tokio::time::sleep(Duration::from_secs(EXTEND_SECONDS)) => {
                let ends_at = platform.now_micros() + LEASE_MICROSECONDS;
                let extended = Commit::new()
                    .guard(store::jobs::guard(held))
                    .write(store::jobs::extend(held, ends_at));
                platform.store.commit(extended).await?;
            }
        }
    };
    let pause = match last.error {
        Some(_) => every.min(AGAIN_SECONDS),
        None => every,
    };
    let now = platform.now_micros();
    let next = job(held.account, name, (now + pause * SECOND, now));
    let done = done
        .write(noted(&source, &last))
        .write(store::jobs::reschedule(&next));
    Ok(platform.store.commit(done).await?)
}

fn noted(source: &SourceRow, last: &Last) -> Write {
    let body = json!({ "format": 1, "last": last }).to_string();
    store::lists::note_fetch(source.institution, &source.name, &body)
}

/// Fetches and loads a publication; what went wrong is told, and the list stays as it was.
async fn fetch(platform: &Platform, source: &SourceRow) -> Last {
    let body: Value = serde_json::from_str(&source.body).unwrap_or_default();
    let before: Last = serde_json::from_value(body["last"].clone()).unwrap_or_default();
    let now = Last {
        at: Some(DateTime::from_micros(platform.now_micros())),
        ..Last::default()
    };
    match bring(platform, source, &before).await {
        Ok(last) => Last { at: now.at, ..last },
        Err(error) => {
            tracing::warn!(list = %source.name, error = %error, "a list could not be fetched");
            Last {
                error: Some(error),
                etag: before.etag,
                modified: before.modified,
                ..now
            }
        }
    }
}

async fn bring(platform: &Platform, source: &SourceRow, before: &Last) -> Result<Last, String> {
    let address = source.address.as_deref().unwrap_or_default();
    let outbound = Outbound::new(platform.settings.allow_private_endpoints);
    let limits = GetLimits {
        seconds_max: FETCH_SECONDS_MAX,
        bytes_max: FETCH_BYTES_MAX,
    };
    let got = outbound
        .get(address, asked(before), limits)
        .await
        .map_err(|error| error.0)?;
    let last = Last {
        etag: header(&got, &ETAG),
        modified: header(&got, &LAST_MODIFIED),
        ..Last::default()
    };
    match got.status {
        200 => {}
        304 => {
            return Ok(Last {
                brought: Some("nothing new".to_owned()),
                etag: before.etag.clone(),
                modified: before.modified.clone(),
                ..last
            });
        }
        300..=399 => {
            return Err("the list has moved to another address: add it with that".to_owned());
        }
        status => return Err(format!("the server answered with the status {status}")),
    }
    let loaded = load(
        platform,
        source.institution,
        loading(source, address, got.body),
    )
    .await;
    let brought = match loaded.map_err(|failure| failure.to_string())? {
        Loaded::Unchanged { .. } => "the same as before".to_owned(),
        Loaded::Swapped { snapshot, .. } => format!("publication {}", snapshot.publication),
    };
    Ok(Last {
        brought: Some(brought),
        ..last
    })
}

fn loading(source: &SourceRow, address: &str, body: Bytes) -> Loading {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().filter(|file| !file.is_empty());
    let contents: Box<dyn Read + Send> = Box::new(Cursor::new(body));
    Loading {
        source: Some(source.name.clone()),
        parts: vec![(file.unwrap_or("list").to_owned(), contents)],
        hints: Hints {
            format: source.format.parse().ok(),
            ..Hints::default()
        },
        publication: None,
        accept_smaller: None,
        by: Actor::Clock,
    }
}

/// Asks for something newer than what was there before.
fn asked(before: &Last) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let known = [
        (IF_NONE_MATCH, &before.etag),
        (IF_MODIFIED_SINCE, &before.modified),
    ];
    for (name, value) in known {
        if let Some(Ok(value)) = value.as_deref().map(HeaderValue::from_str) {
            headers.insert(name, value);
        }
    }
    headers
}

fn header(got: &Got, name: &HeaderName) -> Option<String> {
    let value = got.headers.get(name)?;
    value.to_str().ok().map(str::to_owned)
}
