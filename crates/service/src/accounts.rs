//! Institutions and their accounts: one demo and one live each.

use store::accounts::AccountRow;
use store::institutions::InstitutionRow;
use store::{Commit, Guard};

use crate::caller::Environment;
use crate::platform::FreshIds;
use crate::workers::sweep;
use crate::{Caller, Failure, Kind, Platform, key_check};

/// Number of the demo account of the first institution.
pub const DEMO: i64 = 1;
/// Number of the live account of the first institution.
pub const LIVE: i64 = 2;

/// Makes the institution and its two accounts when the store is empty. Several nodes may do so at
/// once: one of them does.
pub async fn found(platform: &Platform, name: &str, time_zone: &str) -> Result<(), Failure> {
    if jiff::tz::TimeZone::get(time_zone).is_err() {
        let message =
            format!("names no time zone: {time_zone:?}; write one like Europe/London or UTC");
        return Err(Failure::field("time_zone", message));
    }
    if !store::accounts::list(&platform.store).await?.is_empty() {
        return Ok(());
    }
    let now = platform.now();
    let id = domain::Ids::fresh(&mut FreshIds::at(now));
    let created_at = now.as_microsecond();
    let institution = InstitutionRow {
        id,
        name: name.to_owned(),
        created_at,
        key_check: Some(key_check::make(id, &platform.settings.encryption_key)?),
    };
    let account = |account, environment: Environment| AccountRow {
        account,
        institution: id,
        environment: environment.name().to_owned(),
        time_zone: time_zone.to_owned(),
        created_at,
    };
    let commit = Commit::new()
        .guard(Guard::Fresh(store::accounts::insert(&account(
            DEMO,
            Environment::Demo,
        ))))
        .guard(Guard::Fresh(store::accounts::insert(&account(
            LIVE,
            Environment::Live,
        ))))
        .write(store::institutions::insert(&institution))
        .write(sweep::first(DEMO, created_at))
        .write(sweep::first(LIVE, created_at));
    match platform.store.commit(commit).await {
        Ok(()) | Err(store::Error::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The account of an environment.
pub async fn of(platform: &Platform, environment: Environment) -> Result<AccountRow, Failure> {
    let accounts = store::accounts::list(&platform.store).await?;
    let found = accounts
        .into_iter()
        .find(|account| account.environment == environment.name());
    found.ok_or_else(|| Failure::not_found("account"))
}

/// Who asks: the answer of `GET /whoami`.
pub async fn whoami(
    platform: &Platform,
    caller: &Caller,
) -> Result<wire::resource::WhoAmI, Failure> {
    let institution = store::institutions::load(&platform.store, caller.institution).await?;
    let institution = institution.ok_or_else(|| Failure::not_found("institution"))?;
    Ok(wire::resource::WhoAmI {
        institution: wire::resource::Institution {
            name: institution.name,
            id: crate::convert::id(institution.id),
        },
        environment: caller.environment.name().to_owned(),
        user: None,
    })
}

/// Refuses what only an administrator's key may do.
pub fn must_administer(caller: &Caller) -> Result<(), Failure> {
    if caller.is_admin {
        return Ok(());
    }
    let message = "this key may not administer the account; use the master key or an admin key";
    Err(Failure::new(
        Kind::Forbidden,
        wire::value::ErrorCode::InvalidApiKey,
        message,
    ))
}
