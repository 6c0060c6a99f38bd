//! Idempotency keys: the same request under the same key has the same answer, and one effect.
//!
//! The key and the answer are stored in the commit of the effect itself, so neither a crash nor
//! another node can separate them. While a request is being carried out on this node, another with
//! the same key is refused; on another node it loses the race for the key's row and gets the
//! winner's answer.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use store::idempotency::IdempotencyRow;
use wire::value::ErrorCode;

use crate::{Answer, Caller, Failure, Kind, Platform};

/// Longest idempotency key, in bytes; a longer one is refused.
pub const KEY_BYTES_MAX: usize = 255;

/// The idempotency key of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The key, as sent.
    pub key: String,
    /// Whether it is one key for every API key of the account, or for the caller's alone.
    pub is_shared: bool,
    /// SHA-256 over method, path and body.
    pub request_hash: [u8; 32],
}

impl Idempotency {
    /// Whose idempotency key it is: an API key's, or 0 for all of the account.
    fn owner(&self, caller: &Caller) -> u128 {
        if self.is_shared { 0 } else { caller.key }
    }
}

/// Status stored for an answer that is a check still to be waited for: its body is the check's id.
pub(crate) const STATUS_CHECK: i64 = 0;

/// Status stored for an answer with an ETag: its body is the ETag, a line break, and the answer.
pub(crate) const STATUS_ETAG: i64 = 1;

/// An answer that was given before.
pub enum Replay {
    /// The answer itself.
    Answer(Answer),
    /// The synchronous check that was ordered: profile and check.
    Check(u128, u128),
}

/// Requests being carried out on this node.
#[derive(Clone, Default)]
pub struct InProgress(Arc<Mutex<HashSet<(i64, u128, String)>>>);

/// Frees the key when the request has ended.
pub struct Held {
    of: InProgress,
    key: (i64, u128, String),
}

impl Drop for Held {
    fn drop(&mut self) {
        self.of
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.key);
    }
}

/// Begins a request: an earlier answer to replay, or leave to go on.
pub async fn begin(platform: &Platform, caller: &Caller) -> Result<Begun, Failure> {
    let Some(idempotency) = &caller.idempotency else {
        return Ok(Begun::Go(None));
    };
    let owner = idempotency.owner(caller);
    let key = (caller.account, owner, idempotency.key.clone());
    let fresh = {
        let mut keys = platform
            .in_progress
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        keys.insert(key.clone())
    };
    if !fresh {
        let message = "a request with this Idempotency-Key is in progress; wait and ask again";
        return Err(Failure::new(
            Kind::InProgress,
            ErrorCode::DataPresent,
            message,
        ));
    }
    let held = Held {
        of: platform.in_progress.clone(),
        key,
    };
    Ok(match replay(platform, caller).await? {
        Some(replay) => Begun::Replay(replay),
        None => Begun::Go(Some(held)),
    })
}

/// How a request begins.
pub enum Begun {
    /// It was answered before.
    Replay(Replay),
    /// It may go on; the key is held until this is dropped.
    Go(Option<Held>),
}

/// The answer given before under the caller's key, if there is one.
pub(crate) async fn replay(
    platform: &Platform,
    caller: &Caller,
) -> Result<Option<Replay>, Failure> {
    let Some(idempotency) = &caller.idempotency else {
        return Ok(None);
    };
    let found = store::idempotency::load(
        &platform.store,
        caller.account,
        // What was sent before the key was shared is kept by the API key it came with.
        (idempotency.owner(caller), caller.key),
        &idempotency.key,
    )
    .await?;
    let Some(row) = found else { return Ok(None) };
    if row.request_hash != idempotency.request_hash {
        let message = "this Idempotency-Key was used for another request; use a new key";
        return Err(Failure::new(
            Kind::KeyReused,
            ErrorCode::InvalidInputData,
            message,
        ));
    }
    Ok(Some(read(row)))
}

fn read(row: IdempotencyRow) -> Replay {
    let ids = (row.status == STATUS_CHECK).then(|| {
        let (profile, check) = row.body.split_once('/')?;
        Some((
            u128::from_str_radix(profile, 16).ok()?,
            u128::from_str_radix(check, 16).ok()?,
        ))
    });
    if let Some((profile, check)) = ids.flatten() {
        return Replay::Check(profile, check);
    }
    let with_etag = (row.status == STATUS_ETAG)
        .then(|| row.body.split_once('\n'))
        .flatten();
    let answer = with_etag.map(|(etag, body)| Answer {
        body: body.to_owned(),
        etag: Some(etag.to_owned()),
        is_replayed: true,
    });
    Replay::Answer(answer.unwrap_or(Answer {
        body: row.body,
        etag: None,
        is_replayed: true,
    }))
}

/// The guard that stores the answer (its status and body) with its effect; `None` without a key.
pub(crate) fn guard(
    caller: &Caller,
    now: i64,
    answer: impl FnOnce() -> (i64, String),
) -> Option<store::Guard> {
    let idempotency = caller.idempotency.as_ref()?;
    let (status, body) = answer();
    Some(store::idempotency::insert(&IdempotencyRow {
        account: caller.account,
        api_key: idempotency.owner(caller),
        key: idempotency.key.clone(),
        request_hash: idempotency.request_hash.to_vec(),
        status,
        body,
        created_at: now,
    }))
}
