//! Keys of the API: issued once, known by their hash, revoked for good.
//!
//! A secret is shown when it is made and never stored. Requests are authenticated by a
//! [`Keyring`], which remembers keys for at most [`KNOWN_MICROSECONDS_MAX`]: a key that was revoked
//! on another node opens nothing longer than that.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::accounts::AccountRow;
use store::keys::KeyRow;
use store::{Commit, Write};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use wire::request::IssueKey;
use wire::time::DateTime;
use wire::value::ErrorCode;

use crate::administration::{self, Deed};
use crate::change::Answer;
use crate::once::{self, Made, Start};
use crate::platform::FreshIds;
use crate::{Actor, Caller, Environment, Failure, Kind, Platform, convert, render};

/// How long a key is remembered without looking again, in microseconds.
pub const KNOWN_MICROSECONDS_MAX: i64 = 2_000_000;
/// Keys remembered; beyond them everything is forgotten once.
pub const KNOWN_KEYS_MAX: usize = 10_000;
/// Longest secret that is looked up, in bytes; a longer one is unknown.
pub const SECRET_BYTES_MAX: usize = 200;
/// Longest name of a key, in characters.
pub const NAME_CHARS_MAX: usize = 200;

/// Hexadecimal digits of a secret after its prefix: 180 bits.
const SECRET_DIGITS: usize = 45;
/// How much of a secret is kept to know it by, beyond its prefix.
const SHOWN_DIGITS: usize = 6;

/// A key as administrators see it.
#[derive(Clone, Debug, Serialize)]
pub struct KeyResource {
    /// Its id.
    pub id: Uuid,
    /// The name people gave it; the audit shows it.
    pub name: String,
    /// The first letters of the secret.
    pub prefix: String,
    /// `demo` or `live`.
    pub environment: String,
    /// Whether it may administer the account.
    pub admin: bool,
    /// When it was made.
    pub created_on: DateTime,
    /// Who made it.
    pub created_by: String,
    /// Since when it opens nothing; absent while it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_on: Option<DateTime>,
    /// The secret itself: only in the first answer to its creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// Keys that were seen lately, so that a request need not ask the store.
#[derive(Default)]
pub struct Keyring {
    known: Mutex<HashMap<[u8; 32], (Caller, i64)>>,
}

impl Keyring {
    /// The caller that a secret stands for; as [`authenticate`], from memory where it is fresh.
    pub async fn authenticate(&self, platform: &Platform, secret: &str) -> Result<Caller, Failure> {
        let now = platform.now_micros();
        let hash = hash(secret);
        let known = self.lock().get(&hash).cloned();
        let fresh = |seen: i64| (0..KNOWN_MICROSECONDS_MAX).contains(&now.saturating_sub(seen));
        if let Some((caller, seen)) = known
            && fresh(seen)
        {
            return Ok(caller);
        }
        let caller = authenticate(platform, secret).await?;
        let mut known = self.lock();
        if known.len() >= KNOWN_KEYS_MAX {
            known.clear();
        }
        known.insert(hash, (caller.clone(), now));
        Ok(caller)
    }

    /// Forgets every key, so that a revocation on this node counts at once.
    pub fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 32], (Caller, i64)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The caller that a secret stands for.
///
/// Refuses with 203 an empty secret, with 204 one that is unknown or revoked: which of the two,
/// it does not say.
pub async fn authenticate(platform: &Platform, secret: &str) -> Result<Caller, Failure> {
    if secret.is_empty() {
        return Err(missing());
    }
    if secret.len() > SECRET_BYTES_MAX {
        return Err(unknown());
    }
    let hash = hash(secret);
    let found = store::keys::find(&platform.store, &hash)
        .await?
        .ok_or_else(unknown)?;
    let same = bool::from(found.secret_hash.as_slice().ct_eq(&hash));
    if !same || found.revoked_at.is_some() {
        return Err(unknown());
    }
    let account = store::accounts::load(&platform.store, found.account)
        .await?
        .ok_or_else(unknown)?;
    let actor = Actor::Key {
        id: convert::hex(found.id),
        name: found.name,
    };
    let (key, is_admin) = (found.id, found.is_admin);
    Ok(Caller {
        key,
        is_admin,
        ..Caller::platform(&account, actor)
    })
}

/// No key was sent.
pub fn missing() -> Failure {
    let message = "no API key was sent; send it in the header apikey";
    Failure::new(Kind::Unauthorized, ErrorCode::MissingApiKey, message)
}

fn unknown() -> Failure {
    let message = "the API key is unknown or revoked; ask an administrator for a new one";
    Failure::new(Kind::Unauthorized, ErrorCode::InvalidApiKey, message)
}

/// Makes a key for the caller's account and answers with its secret.
///
/// The answer that is kept for an idempotency key has no secret in it: asked again, the same key is
/// shown without it, and is of no use to whoever reads the store.
pub async fn issue(
    platform: &Platform,
    caller: &Caller,
    request: IssueKey,
) -> Result<Answer, Failure> {
    let _held = match once::begin(platform, caller).await? {
        Start::Before(answer) => return Ok(answer),
        Start::Go(held) => held,
    };
    check(caller, &request)?;
    let (row, secret) = make(
        platform,
        (caller.account, caller.environment),
        &request.name,
        name_of(caller),
    );
    let row = KeyRow {
        is_admin: request.admin,
        ..row
    };
    let mut shown = resource(&row, caller.environment);
    let kept = render::answer(&shown)?;
    let by = (caller.account, &caller.actor);
    let commit = Commit::new().write(store::keys::insert(&row)).write(deed(
        platform,
        by,
        (Deed::KeyIssued, &row),
    )?);
    let made = once::commit(platform, caller, commit, &kept.body).await?;
    if matches!(made, Made::Now) {
        tracing::info!(key.id = %shown.id, key.admin = row.is_admin, "an API key was issued");
    }
    shown.key = Some(secret);
    made.answer(render::answer(&shown)?)
}

/// Makes an administrator's key for an account: how an installation begins.
pub async fn issue_admin(
    platform: &Platform,
    account: &AccountRow,
    name: &str,
) -> Result<KeyResource, Failure> {
    let environment = Environment::named(&account.environment).unwrap_or(Environment::Live);
    let of = (account.account, environment);
    let (row, secret) = make(platform, of, name, "Support".to_owned());
    let row = KeyRow {
        is_admin: true,
        ..row
    };
    let by = (account.account, &Actor::Support);
    let commit = Commit::new().write(store::keys::insert(&row)).write(deed(
        platform,
        by,
        (Deed::KeyIssued, &row),
    )?);
    platform.store.commit(commit).await?;
    Ok(KeyResource {
        key: Some(secret),
        ..resource(&row, environment)
    })
}

/// The keys of the caller's account, revoked ones too, without their secrets.
pub async fn list(platform: &Platform, caller: &Caller) -> Result<Answer, Failure> {
    let rows = store::keys::list(&platform.store, caller.account).await?;
    let keys: Vec<KeyResource> = rows
        .iter()
        .map(|row| resource(row, caller.environment))
        .collect();
    render::answer(&keys)
}

/// Revokes a key for good; revoking it again changes nothing.
pub async fn revoke(platform: &Platform, caller: &Caller, id: u128) -> Result<Answer, Failure> {
    let _held = match once::begin(platform, caller).await? {
        Start::Before(answer) => return Ok(answer),
        Start::Go(held) => held,
    };
    if id == caller.key {
        let message = "a key cannot revoke itself; use another administrator's key";
        return Err(Failure::new(
            Kind::Conflict,
            ErrorCode::ConstraintsNotSatisfied,
            message,
        ));
    }
    let mut row = find(platform, caller, id).await?;
    let mut commit = Commit::new();
    let is_new = row.revoked_at.is_none();
    if is_new {
        let at = platform.now_micros();
        let by = (caller.account, &caller.actor);
        commit = commit
            .write(store::keys::revoke(caller.account, id, at))
            .write(deed(platform, by, (Deed::KeyRevoked, &row))?);
        row.revoked_at = Some(at);
    }
    let answer = render::answer(&resource(&row, caller.environment))?;
    let made = once::commit(platform, caller, commit, &answer.body).await?;
    if is_new && matches!(made, Made::Now) {
        tracing::info!(key.id = %convert::id(id), "an API key was revoked");
    }
    made.answer(answer)
}

/// What the audit of the account keeps of a deed.
fn deed(
    platform: &Platform,
    by: (i64, &Actor),
    (deed, row): (Deed, &KeyRow),
) -> Result<Write, Failure> {
    let reference = json!({
        "key": convert::id(row.id),
        "name": row.name,
        "admin": row.is_admin,
    });
    administration::write(platform, by, deed, reference)
}

async fn find(platform: &Platform, caller: &Caller, id: u128) -> Result<KeyRow, Failure> {
    let rows = store::keys::list(&platform.store, caller.account).await?;
    let found = rows.into_iter().find(|row| row.id == id);
    found.ok_or_else(|| Failure::not_found("API key in this account"))
}

/// A key opens its own account only; so it can make keys for no other.
fn check(caller: &Caller, request: &IssueKey) -> Result<(), Failure> {
    let own = caller.environment.name();
    if Environment::named(&request.environment).is_none() {
        return Err(Failure::field("environment", "must be demo or live"));
    }
    if request.environment != own {
        let message = format!(
            "this key belongs to {own} and can issue keys for {own} only; use an admin key of {}",
            request.environment
        );
        return Err(Failure::new(
            Kind::Forbidden,
            ErrorCode::InvalidInputData,
            message,
        ));
    }
    let name = request.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        let message = format!("must have 1 to {NAME_CHARS_MAX} characters");
        return Err(Failure::field("name", message));
    }
    Ok(())
}

fn make(
    platform: &Platform,
    (account, environment): (i64, Environment),
    name: &str,
    created_by: String,
) -> (KeyRow, String) {
    let digits = format!(
        "{:032x}{:032x}",
        rand::random::<u128>(),
        rand::random::<u128>()
    );
    let start = format!("usher_{}_", environment.name());
    let secret = format!("{start}{}", &digits[..SECRET_DIGITS]);
    let now = platform.now();
    let row = KeyRow {
        account,
        id: domain::Ids::fresh(&mut FreshIds::at(now)),
        name: name.trim().to_owned(),
        prefix: format!("{start}{}", &digits[..SHOWN_DIGITS]),
        secret_hash: hash(&secret).to_vec(),
        is_admin: false,
        created_at: now.as_microsecond(),
        created_by,
        revoked_at: None,
    };
    (row, secret)
}

fn name_of(caller: &Caller) -> String {
    match &caller.actor {
        Actor::Key { name, .. } | Actor::User { name, .. } | Actor::Provider { name } => {
            name.clone()
        }
        Actor::Policy => "Smart policy".to_owned(),
        Actor::Clock => "Clock".to_owned(),
        Actor::Support => "Support".to_owned(),
    }
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn resource(row: &KeyRow, environment: Environment) -> KeyResource {
    KeyResource {
        id: convert::id(row.id),
        name: row.name.clone(),
        prefix: row.prefix.clone(),
        environment: environment.name().to_owned(),
        admin: row.is_admin,
        created_on: DateTime::from_micros(row.created_at),
        created_by: row.created_by.clone(),
        revoked_on: row.revoked_at.map(DateTime::from_micros),
        key: None,
    }
}
