//! The platform: the store, the clock, the caches.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::Store;
use tokio::sync::{Notify, Semaphore};
use wire::request::Assumed;

use crate::idempotency::InProgress;
use crate::lists::Shelf;
use crate::simulation::SIMULATIONS_AT_ONCE_MAX;
use crate::windows::Window;
use crate::workers::Nearby;
use crate::{Failure, Kind};

/// What an operator sets.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Key that encrypts files and secrets at rest: 32 bytes.
    pub encryption_key: [u8; 32],
    /// Longest time a synchronous check is waited for; then it goes on asynchronously.
    pub sync_check_seconds_max: u64,
    /// How often a node with nothing to do looks for work of other nodes.
    pub poll_milliseconds: u64,
    /// Checks run at the same time on this node, at least 1; others wait for their turn.
    pub checks_at_once_max: usize,
    /// Whether webhooks may go to plain http and to private addresses (development only).
    pub allow_private_endpoints: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            encryption_key: [0; 32],
            sync_check_seconds_max: 120,
            poll_milliseconds: 250,
            checks_at_once_max: 256,
            allow_private_endpoints: false,
        }
    }
}

/// How long a node may go on by a publication after another node has published a newer one, in
/// milliseconds. A publication on the same node counts at once.
pub const PUBLICATION_KNOWN_MILLISECONDS_MAX: u64 = 1_000;

/// What tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Everything a use case needs. Cheap to clone.
#[derive(Clone)]
pub struct Platform(Arc<Inner>);

/// What every clone of a [`Platform`] shares.
pub struct Inner {
    /// The database.
    pub store: Arc<Store>,
    /// What an operator set.
    pub settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) in_progress: InProgress,
    pub(crate) work: Notify,
    pub(crate) messages: Notify,
    pub(crate) finished: Notify,
    /// Leave to run a check.
    pub(crate) checks: Semaphore,
    /// Leave to try out profiles.
    pub(crate) simulations: Semaphore,
    /// What checks are taken to answer where profiles are only tried out; `None`: providers are asked.
    pub(crate) assumed: Option<Assumed>,
    /// The workers of this node.
    pub(crate) nearby: Nearby,
    /// The lists to screen against.
    pub(crate) lists: Shelf,
    configs: Mutex<Configs>,
    accounts: Mutex<Accounts>,
}

/// Accounts that were looked up lately.
#[derive(Default)]
struct Accounts {
    known: HashMap<i64, (Account, Instant)>,
    /// Counts what was forgotten, so that what was read before is not remembered after.
    forgotten: u64,
}

/// Published configurations by institution and number; they never change.
type Configs = HashMap<(u128, i64), Arc<config::Published>>;

/// An account with what it works by.
#[derive(Clone)]
pub struct Account {
    /// Its row.
    pub row: store::accounts::AccountRow,
    /// Its time zone.
    pub zone: TimeZone,
    /// The published configuration.
    pub config: Arc<config::Published>,
    /// The window that is open, if one is.
    pub window: Option<Arc<Window>>,
}

impl Platform {
    /// A platform over an open store.
    pub fn new(store: Store, settings: Settings, clock: Clock) -> Platform {
        Platform::with(store, settings, clock, None)
    }

    /// A platform on which profiles are only tried out: no provider is asked, checks answer what is
    /// assumed. Its store must be one that leaves no trace.
    pub(crate) fn simulated(
        store: Store,
        settings: Settings,
        clock: Clock,
        assumed: Assumed,
    ) -> Platform {
        Platform::with(store, settings, clock, Some(assumed))
    }

    fn with(store: Store, settings: Settings, clock: Clock, assumed: Option<Assumed>) -> Platform {
        let checks_at_once = settings.checks_at_once_max.clamp(1, Semaphore::MAX_PERMITS);
        Platform(Arc::new(Inner {
            store: Arc::new(store),
            settings,
            clock,
            in_progress: InProgress::default(),
            work: Notify::new(),
            messages: Notify::new(),
            finished: Notify::new(),
            checks: Semaphore::new(checks_at_once),
            simulations: Semaphore::new(SIMULATIONS_AT_ONCE_MAX),
            assumed,
            nearby: Nearby::default(),
            lists: Shelf::default(),
            configs: Mutex::default(),
            accounts: Mutex::default(),
        }))
    }

    /// The instant, in whole microseconds: what is stored reads back as it was.
    pub fn now(&self) -> Timestamp {
        let now = (self.clock)();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// The instant in microseconds, as stored.
    pub fn now_micros(&self) -> i64 {
        self.now().as_microsecond()
    }

    /// An account with its published configuration, as it was at most
    /// [`PUBLICATION_KNOWN_MILLISECONDS_MAX`] ago.
    ///
    /// Fails with [`Kind::Conflict`] while nothing is published to it.
    pub async fn account(&self, account: i64) -> Result<Account, Failure> {
        let known = self.accounts().known.get(&account).cloned();
        if let Some((known, seen)) = known
            && seen.elapsed() < Duration::from_millis(PUBLICATION_KNOWN_MILLISECONDS_MAX)
        {
            return Ok(known);
        }
        self.account_now(account).await
    }

    /// As [`Platform::account`], but as it is at this moment.
    pub(crate) async fn account_now(&self, account: i64) -> Result<Account, Failure> {
        let (seen, forgotten) = (Instant::now(), self.accounts().forgotten);
        let found = self.look_up(account).await?;
        let mut accounts = self.accounts();
        if accounts.forgotten == forgotten {
            accounts.known.insert(account, (found.clone(), seen));
        }
        Ok(found)
    }

    /// Looks accounts up again, because something was published.
    pub(crate) fn forget_accounts(&self) {
        let mut accounts = self.accounts();
        accounts.known.clear();
        accounts.forgotten += 1;
    }

    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn look_up(&self, account: i64) -> Result<Account, Failure> {
        let (row, current, window) = tokio::join!(
            store::accounts::load(&self.store, account),
            store::configs::current(&self.store, account),
            crate::windows::current(self, account)
        );
        let row = row?.ok_or_else(|| Failure::not_found("account"))?;
        let current = current?.ok_or_else(nothing_published)?;
        let config = self.config(row.institution, current.number).await?;
        let zone = TimeZone::get(&row.time_zone).unwrap_or(TimeZone::UTC);
        let window = window?;
        Ok(Account {
            row,
            zone,
            config,
            window,
        })
    }

    /// One version of an institution's configuration, compiled.
    pub async fn config(
        &self,
        institution: u128,
        number: i64,
    ) -> Result<Arc<config::Published>, Failure> {
        if let Some(known) = self.known(institution, number) {
            return Ok(known);
        }
        // A version keeps what earlier ones named, so it is compiled on top of them.
        let mut previous: Option<Arc<config::Published>> = None;
        for number in 1..=number {
            if let Some(known) = self.known(institution, number) {
                previous = Some(known);
                continue;
            }
            let Some(row) = store::configs::load(&self.store, institution, number).await? else {
                continue;
            };
            let version = u64::try_from(number).unwrap_or_default();
            let compiled = config::compile("policy", &row.document, version, previous.as_deref())
                .map_err(|problems| {
                Failure::internal(format!("policy version {number}: {problems}"))
            })?;
            let compiled = Arc::new(compiled);
            let mut configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
            configs.insert((institution, number), compiled.clone());
            previous = Some(compiled);
        }
        self.known(institution, number)
            .ok_or_else(|| Failure::not_found("policy version"))
    }

    /// Keeps a version that was compiled already.
    pub(crate) fn remember(&self, institution: u128, number: i64, config: Arc<config::Published>) {
        let mut configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        configs.insert((institution, number), config);
    }

    fn known(&self, institution: u128, number: i64) -> Option<Arc<config::Published>> {
        let configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        configs.get(&(institution, number)).cloned()
    }

    /// How long a node with nothing to do sleeps.
    pub(crate) fn poll(&self) -> Duration {
        Duration::from_millis(self.settings.poll_milliseconds)
    }
}

impl Deref for Platform {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

fn nothing_published() -> Failure {
    let message = "no policy is published to this account; publish one with `usher config publish`";
    Failure::new(
        Kind::Conflict,
        wire::value::ErrorCode::ProcessNotSetup,
        message,
    )
}

/// Ids of version 7: they sort by time, so indexes grow at their right edge.
pub(crate) struct FreshIds {
    millis: u64,
}

impl FreshIds {
    /// Ids made at this instant.
    pub(crate) fn at(now: Timestamp) -> FreshIds {
        FreshIds {
            millis: u64::try_from(now.as_millisecond()).unwrap_or_default(),
        }
    }
}

impl domain::Ids for FreshIds {
    fn fresh(&mut self) -> u128 {
        let random: u128 = rand::random();
        uuid::Builder::from_unix_timestamp_millis(
            self.millis,
            &random.to_be_bytes()[..10].try_into().unwrap_or([0; 10]),
        )
        .into_uuid()
        .as_u128()
    }
}
