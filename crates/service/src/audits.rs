//! The audit: who did what, when, under which policy version.

use jiff::Timestamp;
use serde_json::Value;
use store::Write;
use store::audits::AuditRow;
use wire::resource::{ApiKey, AuditItem, User};

use crate::caller::Actor;
use crate::consequences::{AuditBody, Entry};
use crate::page::{Listed, Page};
use crate::platform::{Account, FreshIds};
use crate::profiles::load;
use crate::render;
use crate::{Caller, Failure, Platform, convert};

/// Items in one answer; further ones are on the next page.
pub const LISTED_MAX: i64 = 10_000;

/// An audit row for something outside a profile's own change, such as a view.
pub(crate) fn write(
    account: &Account,
    profile_id: u128,
    now: Timestamp,
    entries: Vec<Entry>,
) -> Write {
    let body = AuditBody {
        format: 1,
        config: account.config.config.version,
        entries,
    };
    store::audits::insert(&AuditRow {
        account: account.row.account,
        profile_id,
        id: domain::Ids::fresh(&mut FreshIds::at(now)),
        at: now.as_microsecond(),
        body: serde_json::to_string(&body).unwrap_or_default(),
    })
}

/// The audit of a profile, newest first.
pub async fn list(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    page: Page,
) -> Result<Listed, Failure> {
    load(platform, caller, profile).await?;
    // The row of the item that was read last may hold more; its id is the smallest of its items.
    let before = page.after;
    let (store, account) = (&platform.store, caller.account);
    let rows = store::audits::of_profile(store, account, profile, before, page.rows()).await?;
    let mut items = Vec::new();
    for row in rows {
        let body: AuditBody = serde_json::from_str(&row.body).map_err(Failure::internal)?;
        let entries = body.entries.iter().enumerate().rev();
        let items_of_row = entries.map(|(at, entry)| item(&row, (at, body.config), entry));
        let is_left = |item: &AuditItem| page.after.is_none_or(|after| item.id.as_u128() < after);
        items.extend(items_of_row.filter(is_left));
    }
    let next = page.cut(&mut items, |item| item.id);
    let answer = render::answer(&items)?;
    Ok(Listed { answer, next })
}

/// Items of one row share its id but for the last bits, so each has its own for ever.
fn item(row: &AuditRow, (at, config): (usize, u64), entry: &Entry) -> AuditItem {
    let (user, apikey) = match &entry.by {
        Actor::Key { name, .. } => (
            None,
            Some(ApiKey {
                name: name.clone(),
                expiry: None,
            }),
        ),
        Actor::User { id, name, email } => {
            let id = convert::id(u128::from_str_radix(id, 16).unwrap_or_default());
            (
                Some(User {
                    id,
                    name: name.clone(),
                    email: email.clone(),
                }),
                None,
            )
        }
        Actor::Policy | Actor::Provider { .. } | Actor::Clock | Actor::Support => (None, None),
    };
    let mut reference: Value = serde_json::from_str(entry.reference.get()).unwrap_or_default();
    if let Value::Object(fields) = &mut reference {
        fields.insert("policy_version".to_owned(), Value::from(config));
        fields.insert(
            "actor".to_owned(),
            serde_json::to_value(&entry.by).unwrap_or_default(),
        );
    }
    AuditItem {
        id: convert::id(row.id.wrapping_add(at as u128)),
        profile_id: convert::id(row.profile_id),
        action: entry.action,
        user,
        apikey,
        timestamp: row.at.div_euclid(1_000_000),
        message: Some(format!("{}: {}", who(&entry.by), entry.message)),
        ref_data: Some(reference),
        filename: None,
        filehash: None,
        signature: None,
    }
}

fn who(actor: &Actor) -> String {
    match actor {
        Actor::Key { name, .. } | Actor::User { name, .. } | Actor::Provider { name } => {
            name.clone()
        }
        Actor::Policy => "Smart policy".to_owned(),
        Actor::Clock => "Clock".to_owned(),
        Actor::Support => "Support".to_owned(),
    }
}
