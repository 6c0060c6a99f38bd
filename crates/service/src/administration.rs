//! What administrators do to an account, kept: keys, policy, webhooks. Each entry is written in the
//! commit of the deed.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Write;
use store::administration::AdministrationRow;
use uuid::Uuid;
use wire::time::DateTime;

use crate::caller::Actor;
use crate::page::{Listed, Page};
use crate::platform::FreshIds;
use crate::{Caller, Failure, Platform, convert, render};

/// Entries in one answer; further ones are on the next page.
pub const LISTED_MAX: i64 = 200;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    KeyIssued,
    KeyRevoked,
    PolicyPublished,
    PolicyPromoted,
    WebhookCreated,
    WebhookDeleted,
    WebhookRetried,
    WindowOpened,
    WindowClosed,
    ListLoaded,
    ListSourceSet,
    ListSourceRemoved,
}

impl Deed {
    /// The word for programs.
    fn name(self) -> &'static str {
        match self {
            Deed::KeyIssued => "key-issued",
            Deed::KeyRevoked => "key-revoked",
            Deed::PolicyPublished => "policy-published",
            Deed::PolicyPromoted => "policy-promoted",
            Deed::WebhookCreated => "webhook-created",
            Deed::WebhookDeleted => "webhook-deleted",
            Deed::WebhookRetried => "webhook-retried",
            Deed::WindowOpened => "window-opened",
            Deed::WindowClosed => "window-closed",
            Deed::ListLoaded => "list-loaded",
            Deed::ListSourceSet => "list-source-set",
            Deed::ListSourceRemoved => "list-source-removed",
        }
    }
}

/// What the column `body` holds.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    /// Format of this form.
    format: u32,
    by: Actor,
    /// To what: ids, names, numbers; never a secret.
    reference: Value,
}

/// An entry as administrators see it.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: DateTime,
    /// What was done: `key-issued`, `policy-published` …
    pub action: String,
    /// Who did it.
    pub by: Who,
    /// To what.
    pub reference: Value,
}

/// Who did something.
#[derive(Clone, Debug, Serialize)]
pub struct Who {
    /// `key`, or `support` for the operator of the installation.
    pub kind: &'static str,
    /// The id of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The name of the key.
    pub name: String,
}

/// The row that goes with a deed; `reference` says to what it was done.
pub(crate) fn write(
    platform: &Platform,
    (account, by): (i64, &Actor),
    deed: Deed,
    reference: Value,
) -> Result<Write, Failure> {
    let now = platform.now();
    let body = Body {
        format: 1,
        by: by.clone(),
        reference,
    };
    Ok(store::administration::insert(&AdministrationRow {
        account,
        id: domain::Ids::fresh(&mut FreshIds::at(now)),
        at: now.as_microsecond(),
        action: deed.name().to_owned(),
        body: serde_json::to_string(&body).map_err(Failure::internal)?,
    }))
}

/// What was done to the caller's account, newest first.
pub async fn list(platform: &Platform, caller: &Caller, page: Page) -> Result<Listed, Failure> {
    let (account, after) = (caller.account, page.after);
    let rows = store::administration::page(&platform.store, account, after, page.rows()).await?;
    let mut entries: Vec<Entry> = rows.iter().map(entry).collect::<Result<_, _>>()?;
    let next = page.cut(&mut entries, |entry| entry.id);
    let answer = render::answer(&entries)?;
    Ok(Listed { answer, next })
}

fn entry(row: &AdministrationRow) -> Result<Entry, Failure> {
    let body: Body = serde_json::from_str(&row.body).map_err(Failure::internal)?;
    Ok(Entry {
        id: convert::id(row.id),
        at: DateTime::from_micros(row.at),
        action: row.action.clone(),
        by: who(body.by),
        reference: body.reference,
    })
}

/// Who an actor is, as administrators see it.
pub(crate) fn who(actor: Actor) -> Who {
    let id = |id: &str| u128::from_str_radix(id, 16).ok().map(convert::id);
    let (kind, id, name) = match actor {
        Actor::Key { id: key, name } => ("key", id(&key), name),
        Actor::User { id: user, name, .. } => ("user", id(&user), name),
        Actor::Provider { name } => ("provider", None, name),
        Actor::Policy => ("policy", None, "Smart policy".to_owned()),
        Actor::Clock => ("clock", None, "Clock".to_owned()),
        Actor::Support => ("support", None, "Support".to_owned()),
    };
    Who { kind, id, name }
}
