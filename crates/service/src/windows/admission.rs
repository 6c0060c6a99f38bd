//! Who may come in while a window is open, and what no longer may once it is closed.

use std::sync::Arc;

use wire::time::DateTime;

use super::{Window, conflict};
use crate::platform::Account;
use crate::{Caller, Failure, Platform};

/// The account as it must be known to add a profile: where a window is in play, as it is at this
/// moment, since what a node remembers of it may be a second old.
pub(crate) async fn account(platform: &Platform, caller: &Caller) -> Result<Account, Failure> {
    let known = platform.account(caller.account).await?;
    let window = known.window.as_ref();
    let is_holder = window.is_some_and(|window| window.keys.contains(&caller.key));
    if is_holder || caller.window.is_some() {
        return platform.account_now(caller.account).await;
    }
    Ok(known)
}

/// Whether a caller may add a profile now, and under which window it comes in. The account is as
/// [`account`] gave it.
pub(crate) fn admit(
    platform: &Platform,
    caller: &Caller,
    (account, associated): (&Account, bool),
) -> Result<Option<Arc<Window>>, Failure> {
    let open = account.window.as_ref();
    let open = open.filter(|window| platform.now_micros() < window.until);
    if let Some(wanted) = caller.window {
        return match open.filter(|window| window.id.0 == wanted) {
            None => Err(closed_meanwhile()),
            Some(window) if window.keys.contains(&caller.key) => Ok(Some(Arc::clone(window))),
            Some(_) => Err(conflict(
                "this API key may not add clients in the window that the request names: it was \
                 opened for another",
            )),
        };
    }
    let Some(open) = open else {
        return Ok(None);
    };
    if open.keys.contains(&caller.key) {
        return Ok(Some(Arc::clone(open)));
    }
    if associated {
        return Ok(None);
    }
    let until = DateTime::from_micros(open.until);
    let message = format!(
        "no customers can be added now: clients are being brought over with checks switched off \
         (window opened by {}: {}); try again when it is closed, at {until} UTC unless it is \
         extended; customers who are there already can be worked on",
        open.opened_by, open.reason
    );
    Err(conflict(message))
}

/// Whether what a caller sends for a client still belongs to the window that it names: after that it
/// would go through the checks that were to be off. The account is as [`account`] gave it.
pub(crate) fn holds(account: &Account, caller: &Caller, now: i64) -> Result<(), Failure> {
    let Some(wanted) = caller.window else {
        return Ok(());
    };
    let open = account.window.as_ref();
    let is_open = open.is_some_and(|window| window.id.0 == wanted && now < window.until);
    if is_open {
        Ok(())
    } else {
        Err(closed_meanwhile())
    }
}

/// A request belongs to a window that is no longer open.
pub(crate) fn closed_meanwhile() -> Failure {
    conflict("the window that this request belongs to is closed: the checks are switched on again")
}
