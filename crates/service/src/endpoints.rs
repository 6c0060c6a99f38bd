//! Receivers of webhooks: set up, looked at, told to try again.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::endpoints::EndpointRow;
use store::{Commit, Write};
use uuid::Uuid;
use wire::request::CreateEndpoint;
use wire::time::DateTime;
use wire::value::{ErrorCode, WebhookEvent};

use crate::administration::{self, Deed};
use crate::change::Answer;
use crate::once::{self, Made, Start};
use crate::platform::FreshIds;
use crate::{Caller, Failure, Kind, Platform, convert, outbound, render, seal};

/// Endpoints of one account; more cannot be made.
pub const ENDPOINTS_PER_ACCOUNT_MAX: usize = 20;
/// Failures that are kept to look at.
pub const FAILURES_KEPT_MAX: usize = 10;
/// Longest secret, in characters.
pub const SECRET_CHARS_MAX: usize = 200;

/// An endpoint as administrators see it.
#[derive(Clone, Debug, Serialize)]
pub struct EndpointResource {
    /// Its id.
    pub id: Uuid,
    /// Where messages go.
    pub url: String,
    /// Never the secret: always [`MASK`].
    pub secret: &'static str,
    /// The events it wants.
    pub events: Vec<String>,
    /// Whether it takes messages.
    pub enabled: bool,
    /// Whether up to 100 messages go in one request.
    pub batching: bool,
    /// When it was made.
    pub created_on: DateTime,
}

/// Stands in place of a secret.
pub const MASK: &str = "********";

/// How the queue of an endpoint is doing.
#[derive(Clone, Debug, Serialize)]
pub struct EndpointStatus {
    /// The endpoint.
    pub id: Uuid,
    /// Messages waiting.
    pub depth: i64,
    /// When the oldest of them happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_message: Option<DateTime>,
    /// When a message was last delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_processed: Option<DateTime>,
    /// Since when nothing could be delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stalled_since: Option<DateTime>,
    /// When delivery is tried next, while it is stalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_retry: Option<DateTime>,
    /// Failed tries of the message at the head.
    pub failed_attempts: i64,
    /// The last failures, newest first.
    pub failures: Vec<FailedAttempt>,
}

/// A try that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedAttempt {
    /// When.
    pub at: DateTime,
    /// The status that the receiver answered, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What went wrong, as a sentence.
    pub reason: String,
}

/// Makes an endpoint. It gets what happens from now on.
pub async fn create(
    platform: &Platform,
    caller: &Caller,
    request: CreateEndpoint,
) -> Result<Answer, Failure> {
    let _held = match once::begin(platform, caller).await? {
        Start::Before(answer) => return Ok(answer),
        Start::Go(held) => held,
    };
    check(platform, &request)?;
    if store::endpoints::list(&platform.store, caller.account)
        .await?
        .len()
        >= ENDPOINTS_PER_ACCOUNT_MAX
    {
        let message = format!(
            "the account has {ENDPOINTS_PER_ACCOUNT_MAX} endpoints, as many as it may have"
        );
        return Err(Failure::new(
            Kind::Conflict,
            ErrorCode::ConstraintsNotSatisfied,
            message,
        ));
    }
    let row = row(platform, caller, &request)?;
    let answer = render::answer(&resource(&row)?)?;
    let deed = deed(platform, caller, (Deed::WebhookCreated, &row))?;
    let commit = Commit::new()
        .write(store::endpoints::insert(&row))
        .write(deed);
    let made = once::commit(platform, caller, commit, &answer.body).await?;
    if matches!(made, Made::Now) {
        tracing::info!(endpoint.id = %convert::id(row.id), "a webhook endpoint was made");
    }
    made.answer(answer)
}

/// The endpoints of the caller's account.
pub async fn list(platform: &Platform, caller: &Caller) -> Result<Answer, Failure> {
    let rows = store::endpoints::list(&platform.store, caller.account).await?;
    let all: Vec<EndpointResource> = rows.iter().map(resource).collect::<Result<_, _>>()?;
    render::answer(&all)
}

/// Deletes an endpoint with the messages that wait for it, and returns it.
pub async fn delete(platform: &Platform, caller: &Caller, id: u128) -> Result<Answer, Failure> {
    let row = find(platform, caller, id).await?;
    let commit = Commit::new()
        .write(store::endpoints::delete(caller.account, id))
        .write(store::messages::delete_all(caller.account, id))
        .write(deed(platform, caller, (Deed::WebhookDeleted, &row))?);
    platform.store.commit(commit).await?;
    tracing::info!(endpoint.id = %convert::id(id), "a webhook endpoint was deleted");
    render::answer(&resource(&row)?)
}

/// How the queue of an endpoint is doing.
pub async fn status(platform: &Platform, caller: &Caller, id: u128) -> Result<Answer, Failure> {
    let row = find(platform, caller, id).await?;
    status_of(platform, &row).await
}

async fn status_of(platform: &Platform, row: &EndpointRow) -> Result<Answer, Failure> {
    let depths = store::messages::depths(&platform.store, row.account).await?;
    let waiting = depths.iter().find(|(endpoint, ..)| *endpoint == row.id);
    let instant = DateTime::from_micros;
    render::answer(&EndpointStatus {
        id: convert::id(row.id),
        depth: waiting.map_or(0, |(_, count, _)| *count),
        oldest_message: waiting.map(|(.., at)| instant(*at)),
        last_processed: row.last_processed_at.map(instant),
        stalled_since: row.stalled_since.map(instant),
        next_retry: row.stalled_since.map(|_| instant(row.next_attempt_at)),
        failed_attempts: row.attempts,
        failures: failures(row),
    })
}

/// Lets delivery be tried at once, whatever the backoff says, and returns the status.
pub async fn retry(platform: &Platform, caller: &Caller, id: u128) -> Result<Answer, Failure> {
    let _held = match once::begin(platform, caller).await? {
        Start::Before(answer) => return Ok(answer),
        Start::Go(held) => held,
    };
    let now = platform.now_micros();
    let row = EndpointRow {
        next_attempt_at: now,
        ..find(platform, caller, id).await?
    };
    let answer = status_of(platform, &row).await?;
    let commit = Commit::new()
        .write(store::endpoints::retry_now(caller.account, id, now))
        .write(deed(platform, caller, (Deed::WebhookRetried, &row))?);
    let made = once::commit(platform, caller, commit, &answer.body).await?;
    platform.messages.notify_one();
    made.answer(answer)
}

/// What the audit of the account keeps of a deed. The address may have a secret in its path or its
/// query, so only the host is kept.
fn deed(
    platform: &Platform,
    caller: &Caller,
    (deed, row): (Deed, &EndpointRow),
) -> Result<Write, Failure> {
    let rest = row.url.split_once("://").map_or("", |(_, rest)| rest);
    let reference = json!({
        "webhook": convert::id(row.id),
        "host": rest.split(['/', '?', '#']).next(),
        "events": serde_json::from_str::<Value>(&row.events).unwrap_or_default(),
    });
    administration::write(platform, (caller.account, &caller.actor), deed, reference)
}

/// The last failures of an endpoint, newest first.
pub(crate) fn failures(row: &EndpointRow) -> Vec<FailedAttempt> {
    serde_json::from_str(&row.failures).unwrap_or_default()
}

/// The secret of an endpoint, decrypted.
pub(crate) fn secret(platform: &Platform, row: &EndpointRow) -> Result<String, Failure> {
    secret_with(&platform.settings.encryption_key, row)
}

/// The secret of an endpoint, decrypted with a key.
pub(crate) fn secret_with(key: &[u8; 32], row: &EndpointRow) -> Result<String, Failure> {
    seal::open_secret(key, &purpose(row.account, row.id), &row.secret)
}

async fn find(platform: &Platform, caller: &Caller, id: u128) -> Result<EndpointRow, Failure> {
    let row = store::endpoints::load(&platform.store, caller.account, id).await?;
    row.ok_or_else(|| Failure::not_found("webhook endpoint in this account"))
}

fn check(platform: &Platform, request: &CreateEndpoint) -> Result<(), Failure> {
    let mut mistakes = Vec::new();
    if let Err(reason) =
        outbound::check_url(&request.url, platform.settings.allow_private_endpoints)
    {
        mistakes.push(wire::field_error::FieldError::invalid("url", reason));
    }
    if request.secret.chars().count() > SECRET_CHARS_MAX {
        let message = format!("is longer than {SECRET_CHARS_MAX} characters");
        mistakes.push(wire::field_error::FieldError::invalid("secret", message));
    }
    if request.secret == MASK {
        let message = "is the mask that stands in place of a secret; give the secret itself";
        mistakes.push(wire::field_error::FieldError::invalid("secret", message));
    }
    if request.secret.chars().any(|c| !c.is_ascii_graphic()) {
        let message = "must be of letters, digits and signs of ASCII: it is sent in a header";
        mistakes.push(wire::field_error::FieldError::invalid("secret", message));
    }
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(mistakes.into())
    }
}

fn row(
    platform: &Platform,
    caller: &Caller,
    request: &CreateEndpoint,
) -> Result<EndpointRow, Failure> {
    let now = platform.now();
    let id = domain::Ids::fresh(&mut FreshIds::at(now));
    let key = &platform.settings.encryption_key;
    let events = request.events.as_deref().unwrap_or(WebhookEvent::SENT);
    Ok(EndpointRow {
        account: caller.account,
        id,
        url: request.url.clone(),
        secret: seal::seal_secret(key, &purpose(caller.account, id), &request.secret)?,
        events: serde_json::to_string(events).map_err(Failure::internal)?,
        enabled: true,
        batching: request.batching,
        created_at: now.as_microsecond(),
        next_attempt_at: now.as_microsecond(),
        attempts: 0,
        stalled_since: None,
        last_processed_at: None,
        lease: 0,
        lease_until: 0,
        failures: "[]".to_owned(),
    })
}

/// What a sealed secret is bound to.
fn purpose(account: i64, id: u128) -> String {
    format!("endpoint:{account}:{}", convert::hex(id))
}

fn resource(row: &EndpointRow) -> Result<EndpointResource, Failure> {
    Ok(EndpointResource {
        id: convert::id(row.id),
        url: row.url.clone(),
        secret: MASK,
        events: serde_json::from_str(&row.events).map_err(Failure::internal)?,
        enabled: row.enabled,
        batching: row.batching,
        created_on: DateTime::from_micros(row.created_at),
    })
}
