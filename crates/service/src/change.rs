//! The one way a profile changes: load, carry out, settle, and commit everything it entails, or
//! nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::{Change, CheckId, CheckVariantId, Command, Moment, Profile, ProfileId};
use jiff::Timestamp;
use serde_json::Value;
use store::jobs::Job;
use store::profiles::ProfileRow;
use store::{Commit, Guard, Lost, Write};
use wire::SharedJson;
use wire::stored::{CheckBody, EventBody};

use crate::idempotency::{self, Replay};
use crate::platform::{Account, FreshIds};
use crate::workers::Handed;
use crate::{Actor, Caller, Failure, Platform, consequences, projection};

/// How often a change is tried again when others change the same profile at the same time.
pub const CONFLICT_ATTEMPTS_MAX: usize = 20;

/// What a caller is answered: the JSON, byte for byte as stored with the effect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The body.
    pub body: String,
    /// The ETag of the collected data, where the route gives one.
    pub etag: Option<String>,
    /// It was given before, to the same request under the same idempotency key.
    pub is_replayed: bool,
}

/// A profile as loaded.
#[derive(Clone)]
pub struct Loaded {
    /// Its row.
    pub row: ProfileRow,
    /// Its collected data.
    pub data: SharedJson,
    /// What the core sees.
    pub profile: Profile,
}

/// A profile while it is being changed.
pub struct Draft<'a> {
    /// The account and its configuration.
    pub account: &'a Account,
    /// The configuration the profile is settled under.
    pub config: Arc<config::Published>,
    /// The profile.
    pub profile: Profile,
    /// Its collected data.
    pub data: SharedJson,
    /// Bodies of checks that were ordered or ended.
    pub checks: BTreeMap<CheckId, Arc<CheckBody>>,
    /// Data of events that came in, in the order of their `EventAdded` changes.
    pub events: Vec<EventBody>,
    /// Whether the collected data was replaced.
    pub(crate) data_replaced: bool,
    /// What has happened so far.
    pub(crate) happened: Vec<(Actor, Change)>,
    /// The profile as it was loaded; `None` for a new one.
    pub(crate) before: Option<Loaded>,
    pub(crate) now: Timestamp,
    pub(crate) writes: Vec<Write>,
    pub(crate) guards: Vec<Guard>,
    pub(crate) audit: Vec<consequences::Entry>,
    ids: FreshIds,
}

impl Draft<'_> {
    /// Carries out a command, as this actor.
    pub fn execute(&mut self, actor: &Actor, command: Command) -> Result<(), Failure> {
        let mut moment = Moment {
            now: self.now,
            zone: &self.account.zone,
            ids: &mut self.ids,
            switched_off: switched_off(self.account, &self.profile, self.now),
        };
        let changes =
            domain::execute(&self.config.config, &mut self.profile, command, &mut moment)?;
        self.happened
            .extend(changes.into_iter().map(|change| (actor.clone(), change)));
        Ok(())
    }

    /// Replaces the collected data (checked already) and the facts read from it.
    pub fn replace_data(&mut self, actor: &Actor, data: Value) -> Result<(), Failure> {
        let facts = wire::facts::read(self.profile.entity, &data, &self.config.custom_kinds());
        self.data = data.into();
        self.data_replaced = true;
        let (collected, linked, unlinked) = (facts.collected, facts.linked, facts.unlinked);
        self.execute(
            actor,
            Command::ReplaceCollected {
                collected,
                linked,
                unlinked,
            },
        )
    }

    /// A write that goes with the change.
    pub fn write(&mut self, write: Write) {
        self.writes.push(write);
    }

    /// Several writes that go with the change.
    pub fn writes(&mut self, writes: impl IntoIterator<Item = Write>) {
        self.writes.extend(writes);
    }

    /// Something that must hold for the change.
    pub fn guard(&mut self, guard: Guard) {
        self.guards.push(guard);
    }

    /// An audit entry for something the core does not know of (a note, a file).
    pub fn audit(&mut self, entry: consequences::Entry) {
        self.audit.push(entry);
    }

    /// A fresh id.
    pub fn fresh_id(&mut self) -> u128 {
        domain::Ids::fresh(&mut self.ids)
    }

    /// The instant of the change, in microseconds.
    pub fn now_micros(&self) -> i64 {
        self.now.as_microsecond()
    }

    /// Whether the window that the profile came in by governs it now.
    pub(crate) fn is_in_window(&self) -> bool {
        let window = self.account.window.as_ref();
        window.is_some_and(|window| window.governs(&self.profile, self.now))
    }

    fn settle(&mut self) {
        let mut moment = Moment {
            now: self.now,
            zone: &self.account.zone,
            ids: &mut self.ids,
            switched_off: switched_off(self.account, &self.profile, self.now),
        };
        let changes = domain::settle(&self.config.config, &mut self.profile, &mut moment);
        self.happened
            .extend(changes.into_iter().map(|change| (Actor::Policy, change)));
    }
}

/// Checks that are switched off for a profile: those of the window it came in by, while it is open.
fn switched_off<'a>(
    account: &'a Account,
    profile: &Profile,
    now: Timestamp,
) -> &'a BTreeSet<CheckVariantId> {
    let window = account.window.as_ref();
    let window = window.filter(|window| window.governs(profile, now));
    window.map_or(&domain::NOTHING_SWITCHED_OFF, |window| &window.checks)
}

/// What a change came to.
pub enum Done<T> {
    /// It was carried out: what was answered.
    Now(T, Answer),
    /// It had been carried out before under the same idempotency key.
    Before(Replay),
}

/// Loads a profile; `None` when the account has none with this id.
pub async fn load(
    platform: &Platform,
    account: &Account,
    id: u128,
) -> Result<Option<Loaded>, Failure> {
    let row = store::profiles::load(&platform.store, account.row.account, id).await?;
    row.map(|row| read(account, row)).transpose()
}

/// A profile from its row.
pub fn read(account: &Account, row: ProfileRow) -> Result<Loaded, Failure> {
    let data: Value = serde_json::from_str(&row.data).map_err(Failure::internal)?;
    let entity = match data["entity_type"].as_str() {
        Some("COMPANY") => domain::Entity::Company,
        _ => domain::Entity::Individual,
    };
    let facts = wire::facts::read(entity, &data, &account.config.custom_kinds());
    let mut profile =
        wire::stored::read(ProfileId(row.id), &row.state, facts).map_err(Failure::internal)?;
    domain::forget_superseded_checks(&mut profile);
    Ok(Loaded {
        row,
        data: data.into(),
        profile,
    })
}

/// Changes a profile.
///
/// `apply` carries out what was asked; it may run again on fresh state when others were faster, so
/// it must not have effects of its own. `render` writes the answer from the settled profile; with an
/// idempotency key it is stored in the same commit.
pub async fn change<T>(
    platform: &Platform,
    caller: &Caller,
    id: u128,
    apply: impl FnMut(&mut Draft<'_>) -> Result<T, Failure> + Send,
    render: impl Fn(&Draft<'_>, &T) -> Result<Answer, Failure> + Send,
) -> Result<Done<T>, Failure>
where
    T: Send,
{
    change_known(platform, caller, (id, None), apply, render).await
}

/// As [`change`], for a caller that knows how the profile was a moment ago. If it is otherwise by
/// now, the change loses its guard and is made again on the profile as it is.
pub(crate) async fn change_known<T>(
    platform: &Platform,
    caller: &Caller,
    (id, mut known): (u128, Option<Loaded>),
    mut apply: impl FnMut(&mut Draft<'_>) -> Result<T, Failure> + Send,
    render: impl Fn(&Draft<'_>, &T) -> Result<Answer, Failure> + Send,
) -> Result<Done<T>, Failure>
where
    T: Send,
{
    for _ in 0..CONFLICT_ATTEMPTS_MAX {
        let account = platform.account(caller.account).await?;
        let loaded = match known.take() {
            Some(known) => known,
            None => load(platform, &account, id)
                .await?
                .ok_or_else(|| Failure::not_found("profile"))?,
        };
        let (account, loaded) = governed(platform, account, loaded).await?;
        let mut draft = draft(platform, &account, loaded);
        let value = apply(&mut draft)?;
        if let Some(done) = conclude(platform, caller, draft, value, &render).await? {
            return Ok(done);
        }
    }
    let lost = Lost::Profile {
        account: caller.account,
        id,
    };
    Err(Failure::from(store::Error::Conflict { what: lost }))
}

/// Creates a profile: as [`change`], from nothing.
pub async fn create<T>(
    platform: &Platform,
    caller: &Caller,
    profile: Profile,
    mut apply: impl FnMut(&mut Draft<'_>) -> Result<T, Failure> + Send,
    render: impl Fn(&Draft<'_>, &T) -> Result<Answer, Failure> + Send,
) -> Result<Done<T>, Failure>
where
    T: Send,
{
    let account = platform.account(caller.account).await?;
    let config = account.config.clone();
    let now = platform.now();
    let mut draft = Draft {
        account: &account,
        config,
        profile,
        data: SharedJson::default(),
        checks: BTreeMap::new(),
        events: Vec::new(),
        data_replaced: false,
        happened: vec![(caller.actor.clone(), Change::ProfileCreated)],
        before: None,
        now,
        writes: Vec::new(),
        guards: Vec::new(),
        audit: Vec::new(),
        ids: FreshIds::at(now),
    };
    draft.profile.config_version = draft.config.config.version;
    let value = apply(&mut draft)?;
    let id = draft.profile.id;
    match conclude(platform, caller, draft, value, &render).await? {
        Some(done) => Ok(done),
        // Somebody else made the same profile: only automation does, with ids of its own making.
        None => Err(Failure::from(store::Error::Conflict {
            what: Lost::Profile {
                account: caller.account,
                id: id.0,
            },
        })),
    }
}

fn draft<'a>(platform: &Platform, account: &'a Account, loaded: Loaded) -> Draft<'a> {
    // The clock may have been set back; what is stored never lies in the future of a change.
    let modified = Timestamp::from_microsecond(loaded.row.modified_at).unwrap_or(Timestamp::MIN);
    let now = platform.now().max(modified);
    Draft {
        account,
        config: account.config.clone(),
        profile: loaded.profile.clone(),
        data: loaded.data.clone(),
        checks: BTreeMap::new(),
        events: Vec::new(),
        data_replaced: false,
        happened: Vec::new(),
        before: Some(loaded),
        now,
        writes: Vec::new(),
        guards: Vec::new(),
        audit: Vec::new(),
        ids: FreshIds::at(now),
    }
}

/// A profile under the version it lives by: the published one while something is undecided on it;
/// a profile in monitoring stays with its own until it is moved on request.
async fn governed(
    platform: &Platform,
    mut account: Account,
    mut loaded: Loaded,
) -> Result<(Account, Loaded), Failure> {
    let monitored = loaded.row.category == "CUSTOMER";
    if loaded.profile.config_version > account.config.config.version {
        // Another node has published and moved it a moment ago; it must not be moved back.
        account = platform.account_now(account.row.account).await?;
        loaded = read(&account, loaded.row)?;
    }
    let (held, published) = (loaded.profile.config_version, account.config.config.version);
    if held == published || held == 0 || !monitored || moves(&loaded.profile) {
        return Ok((account, loaded));
    }
    let number = i64::try_from(held).unwrap_or_default();
    let config = platform.config(account.row.institution, number).await?;
    let account = Account { config, ..account };
    let loaded = read(&account, loaded.row)?;
    Ok((account, loaded))
}

/// Whether something on the profile is still to be decided.
fn moves(profile: &Profile) -> bool {
    profile
        .applications
        .iter()
        .any(|application| application.is_open() && !application.status.is_monitored())
}

/// Settles and commits; `None` when somebody else was faster and it must be tried again.
async fn conclude<T>(
    platform: &Platform,
    caller: &Caller,
    mut draft: Draft<'_>,
    value: T,
    render: &(impl Fn(&Draft<'_>, &T) -> Result<Answer, Failure> + Send),
) -> Result<Option<Done<T>>, Failure> {
    draft.settle();
    let place = match draft.before {
        None => platform.nearby.place(),
        Some(_) => None,
    };
    let projected = projection::project(&mut draft, place.is_some())?;
    let answer = render(&draft, &value)?;
    let now = draft.now_micros();
    let mut commit = Commit::new();
    for guard in std::mem::take(&mut draft.guards) {
        commit = commit.guard(guard);
    }
    let (wakes, messages) = (projected.has_jobs, projected.has_messages);
    commit = projected.guards.into_iter().fold(commit, Commit::guard);
    // A finished job comes before what asks for the same job again.
    commit = commit
        .writes(std::mem::take(&mut draft.writes))
        .writes(projected.writes);
    let guard = idempotency::guard(caller, now, || kept(&answer));
    commit = guard.into_iter().fold(commit, Commit::guard);
    if commit.guards.is_empty() && commit.writes.is_empty() {
        return Ok(Some(Done::Now(value, answer)));
    }
    match platform.store.commit(commit).await {
        Ok(()) => {
            if wakes {
                platform.work.notify_one();
            }
            if messages {
                platform.messages.notify_one();
            }
            platform.finished.notify_waiters();
            if let (Some(place), Some(begun)) = (place, projected.begun) {
                place.send(hand_over(draft, begun));
            }
            Ok(Some(Done::Now(value, answer)))
        }
        Err(store::Error::Conflict {
            what: Lost::Profile { .. },
        }) => Ok(None),
        Err(store::Error::Conflict {
            what: Lost::Fresh {
                table: "idempotency",
            },
        }) => match idempotency::replay(platform, caller).await? {
            Some(replay) => Ok(Some(Done::Before(replay))),
            None => Ok(None),
        },
        Err(error) => Err(error.into()),
    }
}

/// What the workers of this node need to go on with what was just committed.
fn hand_over(draft: Draft<'_>, (job, row): (Job, ProfileRow)) -> Handed {
    let Draft {
        mut profile,
        data,
        checks: bodies,
        account,
        ..
    } = draft;
    // As it would be read.
    domain::forget_superseded_checks(&mut profile);
    debug_assert!(
        read(account, row.clone())
            .is_ok_and(|stored| stored.profile == profile && stored.data == data),
        "a profile must be read as it was written"
    );
    Handed {
        job,
        loaded: Loaded { row, data, profile },
        bodies,
    }
}

/// How the answer is kept with its idempotency key.
fn kept(answer: &Answer) -> (i64, String) {
    match answer.etag.as_deref() {
        Some(CHECK_MARK) => (idempotency::STATUS_CHECK, answer.body.clone()),
        Some(etag) => (idempotency::STATUS_ETAG, format!("{etag}\n{}", answer.body)),
        None => (200, answer.body.clone()),
    }
}

/// In place of an ETag, says that the body is `profile/check` and not an answer.
pub(crate) const CHECK_MARK: &str = "check";

impl<T> Done<T> {
    /// The answer to send, whether it was given now or before.
    pub fn answer(self) -> Result<Answer, Failure> {
        match self {
            Done::Now(_, answer) | Done::Before(Replay::Answer(answer)) => Ok(answer),
            Done::Before(Replay::Check(..)) => Err(Failure::internal(
                "an idempotency key of a check was replayed for something else",
            )),
        }
    }
}
