//! Windows in which named checks are switched off for clients that are brought over ("use the main
//! product, but temporarily disable some compliance checks", seed 000).
//!
//! While a window is open, the checks it names are not started by themselves for profiles that its
//! keys create: the task versions that the policy asks for meanwhile are marked and keep the mark.
//! Other keys cannot add customers; everything that is there already works as ever. What the window's
//! keys create carries the window's id, and the audit of the profile says which checks were off.
//!
//! A window is a lease: unless it is renewed it closes by itself, and whatever happens to the clock
//! that closes it, it governs nothing after its lease. Other nodes know of a window that was opened or
//! closed within [`PUBLICATION_KNOWN_MILLISECONDS_MAX`](crate::platform::PUBLICATION_KNOWN_MILLISECONDS_MAX);
//! that it is still open is looked up for each profile that its keys create and for each application
//! that a request adds in its name.
//!
//! A window may continue one that is closed, with the same checks and for its keys: who brings clients
//! over and was interrupted goes on so. Then it governs the clients of that one too, and those of the
//! windows that that one continued.

mod admission;
mod opening;

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{CheckVariantId, Profile, WindowId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::jobs::NewJob;
use store::windows::WindowRow;
use store::{Commit, Write};
use uuid::Uuid;
use wire::request::{OpenWindow, RenewWindow};
use wire::time::DateTime;
use wire::value::{AuditAction, ErrorCode};

use crate::administration::{self, Deed};
use crate::change::Answer;
use crate::consequences::Entry;
use crate::once::{self, Start};
use crate::{Actor, Caller, Failure, Kind, Platform, convert, render};
pub(crate) use admission::{account, admit, closed_meanwhile, holds};
pub(crate) use opening::simulated;
pub use opening::{CONTINUED_MAX, KEYS_MAX, REASON_CHARS_MAX, WINDOW_DAYS_MAX};
use opening::{lease, new_row};

/// How long a window stays open unless it is renewed or asks for another time, in seconds.
pub const LEASE_SECONDS: i64 = 300;
/// The shortest lease, in seconds.
pub const LEASE_SECONDS_MIN: i64 = 10;
/// The longest lease, in seconds.
pub const LEASE_SECONDS_MAX: i64 = 24 * 60 * 60;
/// Windows in one answer: older ones are in the audit of the account.
pub const LISTED_MAX: i64 = 200;

const SECOND: i64 = 1_000_000;

/// An open window, as profiles are held to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its id.
    pub id: WindowId,
    /// The check variants that are switched off.
    pub checks: BTreeSet<CheckVariantId>,
    /// The keys that may add clients.
    keys: Vec<u128>,
    /// The windows that it continues.
    continues: BTreeSet<WindowId>,
    /// It governs until then, in microseconds.
    until: i64,
    /// For messages: who opened it, and why.
    opened_by: String,
    reason: String,
    /// For the audit: the aliases of the checks.
    aliases: Vec<String>,
}

/// What the column `body` of a window holds.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    /// Format of this form.
    format: u32,
    by: Actor,
    reason: String,
    checks: Vec<Check>,
    keys: Vec<Uuid>,
    /// The windows that it continues, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    continues: Vec<Uuid>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Check {
    id: Uuid,
    alias: String,
}

/// What the column `body` of an end holds.
#[derive(Debug, Serialize, Deserialize)]
struct End {
    /// Format of this form.
    format: u32,
    by: Actor,
    because: Because,
}

/// Why a window was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// Somebody asked for it.
    Asked,
    /// Nobody renewed its lease.
    LeaseRanOut,
    /// Its latest end passed.
    EndPassed,
}

/// A window as administrators see it.
#[derive(Clone, Debug, Serialize)]
pub struct WindowResource {
    /// Its id.
    pub id: Uuid,
    /// Whether it governs now.
    pub open: bool,
    /// Aliases of the check variants that are switched off.
    pub checks: Vec<String>,
    /// The API keys that may add clients.
    pub keys: Vec<Uuid>,
    /// The windows that it continues, the newest first: it governs their clients too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub continues: Vec<Uuid>,
    /// Whether the key that asks is one of them.
    pub yours: bool,
    /// Why it was opened.
    pub reason: String,
    /// When it was opened.
    pub opened_on: DateTime,
    /// Who opened it.
    pub opened_by: administration::Who,
    /// Until when it stays open unless it is renewed.
    pub leased_until: DateTime,
    /// How long that is from now; 0 when it is not open.
    pub seconds_left: i64,
    /// When it ends at the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<DateTime>,
    /// When it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_on: Option<DateTime>,
    /// Who closed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<administration::Who>,
    /// Why it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_because: Option<Because>,
}

impl Window {
    /// Whether it governs a profile at an instant.
    pub(crate) fn governs(&self, profile: &Profile, now: Timestamp) -> bool {
        let is_ours = |id: WindowId| id == self.id || self.continues.contains(&id);
        profile.window.is_some_and(is_ours) && now.as_microsecond() < self.until
    }

    /// What the audit of a profile keeps of it.
    pub(crate) fn entry(&self, by: &Actor) -> Entry {
        let said = (
            AuditAction::Comment,
            "created while checks are switched off for clients that are brought over",
        );
        let reference = json!({"window": convert::id(self.id.0), "checks": self.aliases});
        Entry::new(by, said, &reference)
    }
}

/// The window that governs an account, if one is open.
pub(crate) async fn current(
    platform: &Platform,
    account: i64,
) -> Result<Option<Arc<Window>>, Failure> {
    let row = store::windows::latest(&platform.store, account).await?;
    let Some(row) = row.filter(|row| is_open(row, platform.now_micros())) else {
        return Ok(None);
    };
    let body = body(&row)?;
    let ids = body.checks.iter();
    Ok(Some(Arc::new(Window {
        id: WindowId(row.id),
        checks: ids
            .map(|check| CheckVariantId(check.id.as_u128()))
            .collect(),
        keys: body.keys.iter().map(Uuid::as_u128).collect(),
        continues: (body.continues.iter().map(|id| WindowId(id.as_u128()))).collect(),
        until: until(&row),
        opened_by: administration::who(body.by).name,
        reason: body.reason,
        aliases: body.checks.into_iter().map(|check| check.alias).collect(),
    })))
}

fn conflict(message: impl Into<String>) -> Failure {
    Failure::new(Kind::Conflict, ErrorCode::ConstraintsNotSatisfied, message)
}

/// Opens a window, unless one is open.
pub async fn open(
    platform: &Platform,
    caller: &Caller,
    request: OpenWindow,
) -> Result<Answer, Failure> {
    let _held = match once::begin(platform, caller).await? {
        Start::Before(answer) => return Ok(answer),
        Start::Go(held) => held,
    };
    let account = platform.account_now(caller.account).await?;
    let now = platform.now_micros();
    let latest = store::windows::latest(&platform.store, caller.account).await?;
    if let Some(open) = latest.as_ref().filter(|row| is_open(row, now)) {
        let id = convert::id(open.id);
        let who = administration::who(body(open)?.by).name;
        return Err(conflict(format!(
            "a window is open already ({id}, opened by {who}); close it first, or renew it"
        )));
    }
    let row = new_row(platform, caller, (&account, &request)).await?;
    let row = WindowRow {
        number: latest.map_or(1, |row| row.number + 1),
        ..row
    };
    let answer = render::answer(&resource(caller, &row, now)?)?;
    let commit = Commit::new()
        .guard(store::windows::open(&row))
        .write(deed(platform, &caller.actor, (Deed::WindowOpened, &row))?)
        .write(store::jobs::enqueue(&job(&row, now)));
    let made = once::commit(platform, caller, commit, &answer.body).await?;
    platform.forget_accounts();
    tracing::info!(window.id = %convert::id(row.id), "a window was opened: checks are switched off");
    made.answer(answer)
}

/// The windows of the caller's account, newest first.
pub async fn list(platform: &Platform, caller: &Caller) -> Result<Answer, Failure> {
    let rows = store::windows::list(&platform.store, caller.account, LISTED_MAX).await?;
    let now = platform.now_micros();
    let all: Result<Vec<WindowResource>, Failure> =
        rows.iter().map(|row| resource(caller, row, now)).collect();
    render::answer(&all?)
}

/// Leases a window for longer from now. It never becomes shorter, and never goes beyond its latest end.
pub async fn renew(
    platform: &Platform,
    caller: &Caller,
    (id, request): (u128, RenewWindow),
) -> Result<Answer, Failure> {
    let _held = match once::begin(platform, caller).await? {
        Start::Before(answer) => return Ok(answer),
        Start::Go(held) => held,
    };
    let row = find(platform, caller, id).await?;
    let now = platform.now_micros();
    let leased_until = now + lease(request.lease_seconds)? * SECOND;
    if !is_open(&row, now) {
        return Err(closed(&row, now));
    }
    let longer = WindowRow {
        leased_until: leased_until.max(row.leased_until),
        ..row.clone()
    };
    let commit = Commit::new()
        .write(store::windows::renew(&row, now, leased_until))
        .write(store::jobs::reschedule(&job(&longer, now)));
    platform.store.commit(commit).await?;
    platform.forget_accounts();
    // It may have been closed a moment ago: then nothing was renewed, and nothing is kept under the
    // idempotency key that says so.
    let row = find(platform, caller, id).await?;
    if !is_open(&row, now) {
        return Err(closed(&row, now));
    }
    let answer = render::answer(&resource(caller, &row, now)?)?;
    let kept = once::commit(platform, caller, Commit::new(), &answer.body).await?;
    kept.answer(answer)
}

fn closed(row: &WindowRow, now: i64) -> Failure {
    let at = row.end.as_ref().map_or(until(row).min(now), |(at, _)| *at);
    conflict(format!(
        "the window is closed since {} UTC: checks are switched on again; open another one",
        DateTime::from_micros(at)
    ))
}

/// Closes a window; closing it again changes nothing.
pub async fn close(platform: &Platform, caller: &Caller, id: u128) -> Result<Answer, Failure> {
    let _held = match once::begin(platform, caller).await? {
        Start::Before(answer) => return Ok(answer),
        Start::Go(held) => held,
    };
    let row = find(platform, caller, id).await?;
    let now = platform.now_micros();
    if row.end.is_none() {
        let because = because(&row, now);
        let by = match because {
            Because::Asked => caller.actor.clone(),
            Because::LeaseRanOut | Because::EndPassed => Actor::Clock,
        };
        end(platform, &row, (by, because), Commit::new()).await?;
    }
    platform.forget_accounts();
    render::answer(&resource(caller, &find(platform, caller, id).await?, now)?)
}

/// Writes down that a window is closed, unless somebody else has.
pub(crate) async fn end(
    platform: &Platform,
    row: &WindowRow,
    (by, because): (Actor, Because),
    commit: Commit,
) -> Result<(), Failure> {
    let now = platform.now_micros();
    let at = match because {
        Because::Asked => now,
        Because::LeaseRanOut | Because::EndPassed => until(row).min(now),
    };
    let end = End {
        format: 1,
        by: by.clone(),
        because,
    };
    let text = serde_json::to_string(&end).map_err(Failure::internal)?;
    let commit = commit
        .guard(store::windows::close(row, at, &text))
        .write(deed(platform, &by, (Deed::WindowClosed, row))?);
    match platform.store.commit(commit).await {
        Ok(()) => {
            tracing::info!(window.id = %convert::id(row.id), "a window was closed: checks are on");
            Ok(())
        }
        Err(error) if error.is_conflict() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Why a window that is not marked as closed ends now.
pub(crate) fn because(row: &WindowRow, now: i64) -> Because {
    if row
        .ends_at
        .is_some_and(|end| end <= now && end <= row.leased_until)
    {
        Because::EndPassed
    } else if row.leased_until <= now {
        Because::LeaseRanOut
    } else {
        Because::Asked
    }
}

/// The job that closes a window when its time has come.
pub(crate) fn job(row: &WindowRow, now: i64) -> NewJob {
    NewJob {
        account: row.account,
        key: format!("window:{}", row.number),
        kind: "window".to_owned(),
        profile_id: None,
        due_at: until(row),
        body: json!({"window": convert::id(row.id)}).to_string(),
        created_at: now,
    }
}

/// Until when a window governs, in microseconds.
pub(crate) fn until(row: &WindowRow) -> i64 {
    row.ends_at
        .map_or(row.leased_until, |end| end.min(row.leased_until))
}

/// Whether a window governs at an instant.
pub(crate) fn is_open(row: &WindowRow, now: i64) -> bool {
    row.end.is_none() && now < until(row)
}

async fn find(platform: &Platform, caller: &Caller, id: u128) -> Result<WindowRow, Failure> {
    let row = store::windows::find(&platform.store, caller.account, id).await?;
    row.ok_or_else(|| Failure::not_found("window in this account"))
}

fn body(row: &WindowRow) -> Result<Body, Failure> {
    serde_json::from_str(&row.body).map_err(Failure::internal)
}

/// What the audit of the account keeps.
fn deed(
    platform: &Platform,
    by: &Actor,
    (deed, row): (Deed, &WindowRow),
) -> Result<Write, Failure> {
    let body = body(row)?;
    let aliases: Vec<&str> = body
        .checks
        .iter()
        .map(|check| check.alias.as_str())
        .collect();
    let reference: Value = json!({
        "window": convert::id(row.id),
        "checks": aliases,
        "keys": body.keys,
        "continues": body.continues,
        "reason": body.reason,
    });
    administration::write(platform, (row.account, by), deed, reference)
}

fn resource(caller: &Caller, row: &WindowRow, now: i64) -> Result<WindowResource, Failure> {
    let body = body(row)?;
    let end = row.end.as_ref().map(|(at, text)| {
        let end: End = serde_json::from_str(text).map_err(Failure::internal)?;
        Ok::<_, Failure>((DateTime::from_micros(*at), end))
    });
    let (closed_on, end) = end.transpose()?.unzip();
    let open = is_open(row, now);
    Ok(WindowResource {
        id: convert::id(row.id),
        open,
        checks: body.checks.into_iter().map(|check| check.alias).collect(),
        yours: body.keys.iter().any(|key| key.as_u128() == caller.key),
        keys: body.keys,
        continues: body.continues,
        reason: body.reason,
        opened_on: DateTime::from_micros(row.opened_at),
        opened_by: administration::who(body.by),
        leased_until: DateTime::from_micros(row.leased_until),
        seconds_left: if open { (until(row) - now) / SECOND } else { 0 },
        ends_on: row.ends_at.map(DateTime::from_micros),
        closed_on,
        closed_because: end.as_ref().map(|end| end.because),
        closed_by: end.map(|end| administration::who(end.by)),
    })
}
