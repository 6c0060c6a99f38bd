//! What is asked of a window, checked.

use std::collections::BTreeSet;

use store::windows::WindowRow;
use uuid::Uuid;
use wire::request::OpenWindow;

use super::{Body, Check, LEASE_SECONDS, LEASE_SECONDS_MAX, LEASE_SECONDS_MIN, SECOND};
use crate::platform::{Account, FreshIds};
use crate::{Caller, Failure, Platform, convert};

/// How far ahead the latest end may lie, in days.
pub const WINDOW_DAYS_MAX: i64 = 31;
/// The longest reason, in characters.
pub const REASON_CHARS_MAX: usize = 1_000;
/// The most keys of a window.
pub const KEYS_MAX: usize = 10;

/// Characters of an unknown alias in a message.
const ALIAS_CHARS_SHOWN_MAX: usize = 100;
/// The most windows that one continues, in a row.
pub const CONTINUED_MAX: usize = 100;

/// The row of a window that is asked for; its number is for the caller to give.
pub(super) async fn new_row(
    platform: &Platform,
    caller: &Caller,
    (account, request): (&Account, &OpenWindow),
) -> Result<WindowRow, Failure> {
    let now = platform.now_micros();
    let reason = request.reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        let message = format!("must have 1 to {REASON_CHARS_MAX} characters");
        return Err(Failure::field("reason", message));
    }
    let ends_at = request.ends_on.map(|end| end.micros);
    let latest = now + WINDOW_DAYS_MAX * 24 * 60 * 60 * SECOND;
    if ends_at.is_some_and(|end| end <= now || end > latest) {
        let message = format!("must lie ahead, by at most {WINDOW_DAYS_MAX} days");
        return Err(Failure::field("ends_on", message));
    }
    let mut body = Body {
        format: 1,
        by: caller.actor.clone(),
        reason: reason.to_owned(),
        checks: checks(account, ("checks", &request.checks))?,
        keys: keys(platform, caller, &request.keys).await?,
        continues: Vec::new(),
    };
    if let Some(continued) = request.continues {
        body.continues = continued_by(platform, caller, (&body, continued)).await?;
    }
    Ok(WindowRow {
        account: caller.account,
        number: 0,
        id: domain::Ids::fresh(&mut FreshIds::at(platform.now())),
        opened_at: now,
        leased_until: now + lease(request.lease_seconds)? * SECOND,
        ends_at,
        body: serde_json::to_string(&body).map_err(Failure::internal)?,
        end: None,
    })
}

/// The row of the window of a simulation, which is open as long as that lasts. What it switches off is
/// named in the field `switched_off` of the request.
pub(crate) fn simulated(
    platform: &Platform,
    caller: &Caller,
    (account, switched_off): (&Account, &[String]),
) -> Result<WindowRow, Failure> {
    let now = platform.now_micros();
    let body = Body {
        format: 1,
        by: caller.actor.clone(),
        reason: "a simulation".to_owned(),
        checks: checks(account, ("switched_off", switched_off))?,
        keys: vec![convert::id(caller.key)],
        continues: Vec::new(),
    };
    Ok(WindowRow {
        account: caller.account,
        number: 1,
        id: domain::Ids::fresh(&mut FreshIds::at(platform.now())),
        opened_at: now,
        leased_until: now + LEASE_SECONDS_MAX * SECOND,
        ends_at: None,
        body: serde_json::to_string(&body).map_err(Failure::internal)?,
        end: None,
    })
}

/// The lease that is asked for, in seconds.
pub(super) fn lease(asked: Option<i64>) -> Result<i64, Failure> {
    let seconds = asked.unwrap_or(LEASE_SECONDS);
    if (LEASE_SECONDS_MIN..=LEASE_SECONDS_MAX).contains(&seconds) {
        return Ok(seconds);
    }
    let message = format!("must be from {LEASE_SECONDS_MIN} to {LEASE_SECONDS_MAX}");
    Err(Failure::field("lease_seconds", message))
}

/// The check variants that are meant, by the aliases in a field of the request.
fn checks(account: &Account, (field, aliases): (&str, &[String])) -> Result<Vec<Check>, Failure> {
    let variants = &account.config.config.checks;
    let live = || variants.values().filter(|variant| !variant.retired);
    let mut checks: Vec<Check> = Vec::new();
    for (place, alias) in aliases.iter().enumerate() {
        let Some(found) = live().find(|variant| variant.alias == *alias) else {
            let mut known: Vec<&str> = live().map(|variant| variant.alias.as_str()).collect();
            known.sort_unstable();
            let (alias, known) = (shown(alias), known.join(", "));
            let message = format!("is {alias}, which is no check variant; there are {known}");
            return Err(Failure::field(&format!("{field}[{place}]"), message));
        };
        if checks.iter().all(|check| check.alias != *alias) {
            checks.push(Check {
                id: convert::id(found.id.0),
                alias: alias.clone(),
            });
        }
    }
    Ok(checks)
}

/// An alias in quotes, cut where it is longer than any.
fn shown(alias: &str) -> String {
    let cut: String = alias.chars().take(ALIAS_CHARS_SHOWN_MAX).collect();
    format!("{cut:?}")
}

/// The keys that may add clients: those named, or the caller's own.
async fn keys(platform: &Platform, caller: &Caller, asked: &[Uuid]) -> Result<Vec<Uuid>, Failure> {
    if asked.is_empty() {
        return Ok(vec![convert::id(caller.key)]);
    }
    if asked.len() > KEYS_MAX {
        return Err(Failure::field(
            "keys",
            format!("has more than {KEYS_MAX} entries"),
        ));
    }
    let known = store::keys::list(&platform.store, caller.account).await?;
    for (place, key) in asked.iter().enumerate() {
        let is_there = |row: &&store::keys::KeyRow| row.id == key.as_u128();
        let row = known.iter().find(is_there);
        if row.is_none_or(|row| row.revoked_at.is_some()) {
            let message = "names no API key of this account that opens anything";
            return Err(Failure::field(&format!("keys[{place}]"), message));
        }
    }
    Ok(asked.to_vec())
}

/// The windows that a new one continues: the one that is named, and those that it continued. Their
/// clients came in with the same checks off, and the keys could add clients there.
async fn continued_by(
    platform: &Platform,
    caller: &Caller,
    (new, continued): (&Body, Uuid),
) -> Result<Vec<Uuid>, Failure> {
    let wrong = |message: &str| Err(Failure::field("continues", message));
    let row = store::windows::find(&platform.store, caller.account, continued.as_u128()).await?;
    let Some(row) = row else {
        return wrong("names no window of this account");
    };
    let before = super::body(&row)?;
    let variants = |body: &Body| {
        body.checks
            .iter()
            .map(|one| one.id)
            .collect::<BTreeSet<_>>()
    };
    if variants(&before) != variants(new) {
        return wrong("had other checks switched off; a window continues one with the same checks");
    }
    if !new.keys.iter().all(|key| before.keys.contains(key)) {
        return wrong("was opened for other keys; a window continues one for its keys");
    }
    let mut all = vec![continued];
    all.extend(before.continues);
    if all.len() > CONTINUED_MAX {
        let message = format!("continues {CONTINUED_MAX} others already; open one on its own");
        return wrong(&message);
    }
    Ok(all)
}
