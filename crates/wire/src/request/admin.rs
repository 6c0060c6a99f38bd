//! Bodies of the administration API, and of keys for end customers.

use serde_json::Value;
use uuid::Uuid;

use super::{Fields, FromFields};
use crate::value::{UnknownValue, WebhookEvent};

/// A key to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueKey {
    /// What the audit trail shows.
    pub name: String,
    /// Such as `demo` or `live`.
    pub environment: String,
    /// Whether the key may use the administration API.
    pub admin: bool,
}

impl FromFields for IssueKey {
    const FIELDS: &'static [&'static str] = &["name", "environment", "admin"];
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "prefix",
        "created_on",
        "created_by",
        "revoked_on",
        "key",
    ];

    fn from_fields(fields: &mut Fields<'_>) -> Option<IssueKey> {
        let name = fields.text("name");
        let environment = fields.text("environment");
        let admin = fields.optional_bool("admin").unwrap_or(false);
        Some(IssueKey {
            name: name?,
            environment: environment?,
            admin,
        })
    }
}

/// A webhook endpoint to make.
#[derive(Clone, PartialEq, Eq)]
pub struct CreateEndpoint {
    pub url: String,
    /// Sent back with every message; at least [`SECRET_CHARS_MIN`] long.
    pub secret: String,
    /// Absent: all events that are sent so far ([`WebhookEvent::SENT`]).
    pub events: Option<Vec<WebhookEvent>>,
    /// Whether up to 100 messages go into one request.
    pub batching: bool,
}

/// Shorter webhook secrets are refused, in characters.
pub const SECRET_CHARS_MIN: usize = 8;

impl FromFields for CreateEndpoint {
    const FIELDS: &'static [&'static str] = &["url", "secret", "events", "batching"];
    const READ_ONLY: &'static [&'static str] = &["id", "enabled", "created_on"];

    fn from_fields(fields: &mut Fields<'_>) -> Option<CreateEndpoint> {
        let url = fields.text("url");
        if url.as_ref().is_some_and(|url| !is_web_address(url)) {
            fields.mistake("url", "must be an address like https://example.com/hooks");
        }
        let secret = fields.text("secret");
        if secret
            .as_ref()
            .is_some_and(|secret| secret.chars().count() < SECRET_CHARS_MIN)
        {
            fields.mistake(
                "secret",
                format!("must have at least {SECRET_CHARS_MIN} characters"),
            );
        }
        let events = fields.has("events").then(|| events(fields));
        let batching = fields.optional_bool("batching").unwrap_or(false);
        Some(CreateEndpoint {
            url: url?,
            secret: secret?,
            events,
            batching,
        })
    }
}

impl std::fmt::Debug for CreateEndpoint {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreateEndpoint")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

fn is_web_address(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && !url.chars().any(|c| c.is_whitespace() || c.is_control())
}

fn events(fields: &mut Fields<'_>) -> Vec<WebhookEvent> {
    let mut events = Vec::new();
    if fields
        .get("events")
        .and_then(Value::as_array)
        .is_some_and(Vec::is_empty)
    {
        fields.mistake("events", "must not be empty; leave it out for all events");
    }
    for (place, text) in fields.texts("events").iter().enumerate() {
        match text.parse() {
            Ok(event) if WebhookEvent::SENT.contains(&event) => events.push(event),
            Ok(event) => {
                let message = format!("{event} is not sent yet; choose {}", sent());
                fields.mistake(&format!("events[{place}]"), message);
            }
            Err(UnknownValue { .. }) => {
                let message = format!("is no event; choose {}", sent());
                fields.mistake(&format!("events[{place}]"), message);
            }
        }
    }
    events
}

fn sent() -> String {
    let sent: Vec<&str> = WebhookEvent::SENT
        .iter()
        .map(|event| event.as_str())
        .collect();
    format!("from {}", sent.join(", "))
}

/// A body that says nothing: absent, `null` or `{}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nothing;

impl FromFields for Nothing {
    const MAY_BE_ABSENT: bool = true;
    const FIELDS: &'static [&'static str] = &[];

    fn from_fields(_: &mut Fields<'_>) -> Option<Nothing> {
        Some(Nothing)
    }
}

/// A policy document to check or publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyDocument {
    /// YAML.
    pub document: String,
}

impl FromFields for PolicyDocument {
    const FIELDS: &'static [&'static str] = &["document"];
    const READ_ONLY: &'static [&'static str] = &["number"];

    fn from_fields(fields: &mut Fields<'_>) -> Option<PolicyDocument> {
        let document = fields.value("document")?.as_str().map(str::to_owned);
        if document.is_none() {
            fields.mistake("document", "must be the YAML text of the policy");
        }
        Some(PolicyDocument {
            document: document?,
        })
    }
}

/// Which published policy to take over, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromotePolicy {
    /// Such as `demo` or `live`.
    pub from: String,
    /// The other one.
    pub to: String,
}

impl FromFields for PromotePolicy {
    const FIELDS: &'static [&'static str] = &["from", "to"];

    fn from_fields(fields: &mut Fields<'_>) -> Option<PromotePolicy> {
        let (from, to) = (fields.text("from"), fields.text("to"));
        Some(PromotePolicy {
            from: from?,
            to: to?,
        })
    }
}

/// The body of `POST /api_keys/collect`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueCollectKeys {
    pub profile_ids: Vec<Uuid>,
}

impl FromFields for IssueCollectKeys {
    const FIELDS: &'static [&'static str] = &["profile_ids"];

    fn from_fields(fields: &mut Fields<'_>) -> Option<IssueCollectKeys> {
        fields.value("profile_ids")?;
        Some(IssueCollectKeys {
            profile_ids: fields.optional_ids("profile_ids")?,
        })
    }
}
