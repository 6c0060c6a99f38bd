//! Windows: checks switched off on the server while a book comes over.
//!
//! A server of ours opens one for an administrator's key, keeps other keys from adding customers
//! meanwhile, and closes it by itself when nobody renews it: whatever becomes of this tool, the checks
//! are on again soon after. [`open`], [`status`] and [`close`] are the commands; a run holds a window
//! as long as it works, see `run::window`.

use std::fmt;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::Error;
use crate::api::{Api, Call, Failure};

/// How long a window of a run stays open unless it is renewed, in seconds, when nobody says otherwise.
pub const LEASE_SECONDS: u64 = 300;
/// The shortest lease, in seconds: a renewal or two may fail before it runs out.
pub const LEASE_SECONDS_MIN: u64 = 10;
/// The longest lease, in seconds: so long the checks stay off when nobody closes the window.
pub const LEASE_SECONDS_MAX: u64 = 24 * 60 * 60;

/// What is wanted of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Aliases of the check variants that are switched off.
    pub checks: Vec<String>,
    /// Why; the server keeps it for ever.
    pub reason: String,
    /// How long it stays open unless it is renewed, from [`LEASE_SECONDS_MIN`] to
    /// [`LEASE_SECONDS_MAX`].
    pub lease_seconds: u64,
}

/// A window as the server tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its id.
    pub id: String,
    /// Whether it is open.
    pub is_open: bool,
    /// Whether the key that asks may add clients in it.
    pub is_yours: bool,
    /// Aliases of the check variants that are switched off.
    pub checks: Vec<String>,
    /// Why it was opened.
    pub reason: String,
    /// When it was opened, and by whom.
    pub opened: String,
    /// How long it stays open unless it is renewed.
    pub seconds_left: u64,
    /// When it was closed, by whom and why; empty while it is open.
    pub closed: String,
}

impl Window {
    pub(crate) fn of(body: &Value) -> Window {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let texts = |value: &Value| value.as_array().into_iter().flatten().map(text).collect();
        let by = |at: &Value, who: &Value| format!("{} UTC by {}", text(at), text(&who["name"]));
        let closed = match body["closed_because"].as_str() {
            Some(because) => format!(
                "{} ({})",
                by(&body["closed_on"], &body["closed_by"]),
                because.replace('_', " ")
            ),
            // The server has not written it down yet.
            None if body["open"] != true => format!("{} UTC", text(&body["leased_until"])),
            None => String::new(),
        };
        Window {
            id: text(&body["id"]),
            is_open: body["open"] == true,
            is_yours: body["yours"] != false,
            checks: texts(&body["checks"]),
            reason: text(&body["reason"]),
            opened: by(&body["opened_on"], &body["opened_by"]),
            seconds_left: body["seconds_left"].as_u64().unwrap_or_default(),
            closed,
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.is_open {
            format!("open for {} s more unless renewed", self.seconds_left)
        } else {
            format!("closed {}", self.closed)
        };
        let checks = self.checks.join(", ");
        let (id, opened, reason) = (&self.id, &self.opened, &self.reason);
        write!(f, "{id}  {state}; off: {checks}; opened {opened}: {reason}")
    }
}

/// Opens a window that stays open as long as its lease says, unless it is closed before.
///
/// Errors: another one is open, no such check, no administrator's key, a server without windows.
pub async fn open(api: &Api, wanted: &Wanted) -> Result<Window, Error> {
    ask_to_open(api, wanted, None).await?.map_err(Error::Option)
}

/// As [`open`]; what the server says when one is open already. The window that is continued governs
/// its clients again.
pub(crate) async fn ask_to_open(
    api: &Api,
    wanted: &Wanted,
    continued: Option<&str>,
) -> Result<Result<Window, String>, Error> {
    let mut body = json!({
        "checks": wanted.checks,
        "reason": wanted.reason,
        "lease_seconds": wanted.lease_seconds,
    });
    if let Some(continued) = continued {
        body["continues"] = json!(continued);
    }
    let call = Call::post_admin_once("/admin/windows", &body, Uuid::now_v7());
    match api.first_call(call).await {
        Ok(answer) => Ok(Ok(Window::of(&answer.body))),
        Err(Failure::Refused {
            status: 409,
            message,
            ..
        }) => Ok(Err(message)),
        Err(failure) => Err(wrong(failure)),
    }
}

/// The windows of the account, newest first.
///
/// Errors: no administrator's key, a server without windows.
pub async fn status(api: &Api) -> Result<Vec<Window>, Error> {
    let answer = api.first_call(Call::get_admin("/admin/windows")).await;
    let body = answer.map_err(wrong)?.body;
    Ok(body
        .as_array()
        .into_iter()
        .flatten()
        .map(Window::of)
        .collect())
}

/// Closes the window that is open; `None` when none is.
///
/// Errors: no administrator's key, a server without windows.
pub async fn close(api: &Api) -> Result<Option<Window>, Error> {
    match status(api).await?.into_iter().find(|window| window.is_open) {
        Some(window) => close_this(api, &window.id).await,
        None => Ok(None),
    }
}

/// Closes a window; `None` when the server knows none with this id.
pub(crate) async fn close_this(api: &Api, id: &str) -> Result<Option<Window>, Error> {
    let path = format!("/admin/windows/{id}/close");
    let call = Call::post_admin_once(path, &json!({}), Uuid::now_v7());
    match api.call(call).await {
        Ok(answer) => Ok(Some(Window::of(&answer.body))),
        Err(Failure::Refused { status: 404, .. }) => Ok(None),
        Err(failure) => Err(wrong(failure)),
    }
}

/// Leases a window for longer, also while the server wants no other request; `Err` inside says that it is
/// closed.
pub(crate) async fn renew(
    api: &Api,
    id: &str,
    lease_seconds: u64,
) -> Result<Result<Window, String>, Error> {
    let path = format!("/admin/windows/{id}/renew");
    let body = json!({"lease_seconds": lease_seconds});
    let call = Call::post_admin_once(path, &body, Uuid::now_v7());
    match api.call(call.urgent()).await {
        Ok(answer) => Ok(Ok(Window::of(&answer.body))),
        Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => Ok(Err(message)),
        Err(failure) => Err(wrong(failure)),
    }
}

fn wrong(failure: Failure) -> Error {
    match failure {
        Failure::KeyRefused => Error::Option(
            "a window needs an administrator's key: issue one for this migration with `usher keys \
             issue --admin`, and revoke it afterwards"
                .to_owned(),
        ),
        Failure::Refused { status: 404, .. } => Error::Option(
            "this server cannot switch checks off for a window; bring the clients over with a \
             product of their own instead, whose policy has the key checks only"
                .to_owned(),
        ),
        Failure::Refused { message, .. } => Error::Option(format!("no window: {message}")),
        failure => failure.into(),
    }
}
