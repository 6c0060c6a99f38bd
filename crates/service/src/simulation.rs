//! Trying profiles out: what the policy would make of them, with nothing stored in the account.
//!
//! A simulation is a platform of its own: a database in memory, one account like the caller's, the
//! policy that is asked about, and the use cases and workers of every day. Profiles are created by
//! [`crate::profiles::create`], settled by [`crate::change`], their associates brought through by
//! [`crate::workers`]; there is no second way to decide anything. Only the checks differ: no provider
//! is called, they answer what is assumed; those that are to be switched off are so by a window, as a
//! migration holds one. When nothing is left to do, everybody's standing is read,
//! and the memory is given back.
//!
//! Not simulated: documents and files (a new profile has none), people's decisions but for what the
//! request says is done to tasks, and what comes later by itself (expiry, birthdays).

mod build;
mod links;
mod outcome;
mod updates;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use serde_json::json;
use store::accounts::AccountRow;
use store::configs::{ConfigRow, PublicationRow};
use store::institutions::InstitutionRow;
use store::{Commit, Guard, SqliteOptions, Store};
use wire::request::{Assumed, Simulate, SimulatedPolicy};

use crate::change::Answer;
use crate::publications::{self, DOCUMENT_BYTES_MAX, NotPublished};
use crate::{Caller, Failure, Kind, Platform, render, windows};

/// Simulations at the same time on one node; others wait for their turn.
pub const SIMULATIONS_AT_ONCE_MAX: usize = 2;
/// Memory that one simulation may take for its rows, in bytes; beyond it the caller is told to send
/// fewer profiles at once.
pub const SIMULATION_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// How long all of one simulation may take, in seconds, its turn not counted; then the caller is told
/// to send fewer profiles at once.
pub const SIMULATION_SECONDS_MAX: u64 = 240;

/// Tries the profiles out. The answer has one outcome for each, in the order of the request.
///
/// Errors: a draft with mistakes, a version or a check to be switched off that is not there, more than fits. A profile that the API
/// would refuse is an outcome, with the mistakes that the API would name.
pub async fn run(
    platform: &Platform,
    caller: &Caller,
    request: Simulate,
) -> Result<Answer, NotPublished> {
    let turn = platform.simulations.acquire().await;
    let _turn = turn.map_err(Failure::internal)?;
    let limit = std::time::Duration::from_secs(SIMULATION_SECONDS_MAX);
    match tokio::time::timeout(limit, simulate(platform, caller, request)).await {
        Ok(Err(NotPublished::Failure(failure))) if failure.kind == Kind::Full => {
            Err(too_much("take more memory than one simulation may").into())
        }
        Ok(answer) => answer,
        Err(_) => {
            let message = format!("took longer than {SIMULATION_SECONDS_MAX} seconds");
            Err(too_much(&message).into())
        }
    }
}

fn too_much(what: &str) -> Failure {
    Failure::field("profiles", format!("{what}; send fewer at once"))
}

async fn simulate(
    platform: &Platform,
    caller: &Caller,
    request: Simulate,
) -> Result<Answer, NotPublished> {
    let draft = matches!(request.policy, SimulatedPolicy::Draft(_));
    let config = policy(platform, caller, request.policy).await?;
    let number = config.config.version;
    let account = platform.account(caller.account).await?.row;
    let clock = Clock::before(platform.now_micros(), request.profiles.len());
    let world = World {
        platform: open(platform, &clock, request.assume).await?,
        // A window is held for the key that creates, and not for what automation adds.
        caller: Caller {
            key: caller.key,
            ..Caller::platform(&account, caller.actor.clone())
        },
        clock,
    };
    found(&world, &account, config).await?;
    if !request.switched_off.is_empty() {
        switch_off(&world, &request.switched_off).await?;
    }
    let mut rows = build::make(&world, request.profiles).await?;
    world.clock.arrive();
    let failed = updates::carry_out(&world, &mut rows).await?;
    let (outcomes, added) = outcome::all(&world, &rows).await?;
    Ok(render::answer(&json!({
        "configuration": { "version": number, "is_draft": draft },
        "profiles": outcomes,
        "added_profiles": added,
        "unfinished_jobs": failed,
    }))?)
}

/// The policy to try, compiled on top of what the institution has.
async fn policy(
    platform: &Platform,
    caller: &Caller,
    wanted: SimulatedPolicy,
) -> Result<Arc<config::Published>, NotPublished> {
    match wanted {
        SimulatedPolicy::Published => Ok(platform.account(caller.account).await?.config),
        SimulatedPolicy::Version(number) => Ok(platform.config(caller.institution, number).await?),
        SimulatedPolicy::Draft(document) => {
            if document.len() > DOCUMENT_BYTES_MAX {
                let message = format!("is larger than {DOCUMENT_BYTES_MAX} bytes");
                return Err(Failure::field("configuration.document", message).into());
            }
            let compiled = publications::check(platform, caller.institution, &document).await?;
            Ok(Arc::new(compiled))
        }
    }
}

/// A platform in memory on which checks answer what is assumed.
async fn open(platform: &Platform, clock: &Clock, assumed: Assumed) -> Result<Platform, Failure> {
    let options = SqliteOptions {
        file_bytes_max: Some(SIMULATION_BYTES_MAX),
        ..SqliteOptions::default()
    };
    let store = Store::open_in_memory(options).await?;
    let clock = clock.clone();
    let clock = Arc::new(move || clock.now());
    let settings = platform.settings.clone();
    Ok(Platform::simulated(store, settings, clock, assumed))
}

/// Makes the account, working by the policy.
async fn found(
    world: &World,
    account: &AccountRow,
    config: Arc<config::Published>,
) -> Result<(), Failure> {
    let now = world.platform.now_micros();
    let number = i64::try_from(config.config.version).unwrap_or_default();
    let institution = InstitutionRow {
        id: account.institution,
        name: String::new(),
        created_at: now,
        key_check: None,
    };
    let version = ConfigRow {
        institution: account.institution,
        number,
        document: config.document.clone(),
        created_at: now,
        author: String::new(),
    };
    let publication = PublicationRow {
        account: account.account,
        sequence: 1,
        number,
        published_at: now,
        author: String::new(),
    };
    let commit = Commit::new()
        .guard(Guard::Fresh(store::accounts::insert(account)))
        .guard(store::configs::insert(&version))
        .guard(store::configs::publish(&publication))
        .write(store::institutions::insert(&institution));
    world.platform.store.commit(commit).await?;
    world.platform.remember(account.institution, number, config);
    Ok(())
}

/// Opens the window under which the profiles are created: the checks it names are not started for them.
async fn switch_off(world: &World, checks: &[String]) -> Result<(), Failure> {
    let platform = &world.platform;
    let account = platform.account(world.caller.account).await?;
    let window = windows::simulated(platform, &world.caller, (&account, checks))?;
    let commit = Commit::new().guard(store::windows::open(&window));
    platform.store.commit(commit).await?;
    platform.forget_accounts();
    Ok(())
}

/// Where profiles are tried out.
struct World {
    platform: Platform,
    caller: Caller,
    clock: Clock,
}

/// A clock that stands still but for a tick at every profile: of two companies in a circle the older
/// counts, and ids tell the older by the millisecond.
#[derive(Clone)]
struct Clock {
    micros: Arc<AtomicI64>,
    arrival: i64,
}

const TICK_MICROSECONDS: i64 = 1_000;

impl Clock {
    /// So long before the instant that it is reached after so many profiles.
    fn before(arrival: i64, profiles: usize) -> Clock {
        let ticks = i64::try_from(profiles).unwrap_or_default();
        Clock {
            micros: Arc::new(AtomicI64::new(arrival - ticks * TICK_MICROSECONDS)),
            arrival,
        }
    }

    fn tick(&self) {
        self.micros.fetch_add(TICK_MICROSECONDS, Ordering::SeqCst);
    }

    fn arrive(&self) {
        self.micros.fetch_max(self.arrival, Ordering::SeqCst);
    }

    fn now(&self) -> Timestamp {
        let micros = self.micros.load(Ordering::SeqCst);
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MIN)
    }
}
