//! Profiles: creating, reading, finding.

use domain::{Command, Profile, ProfileId};
use serde_json::{Value, json};
use store::checks::CheckRow;
use store::search::Question;
use wire::request::CreateProfile;
use wire::resource::{CheckResource, EventResource, LinkedTo, ProfileSearchResults};
use wire::stored::EventBody;
use wire::value::{AuditAction, Role};

use crate::change::{self, Answer, Done, Draft, Loaded};
use crate::consequences::Entry;
use crate::idempotency::{Begun, Replay, begin};
use crate::platform::{Account, FreshIds};
use crate::render::{self, Extras, View};
use crate::{Caller, Failure, Platform, convert, windows};

/// Applications that one request may make.
pub const APPLICATIONS_PER_REQUEST_MAX: usize = 20;
/// Checks shown with a profile; older ones are read one by one.
pub const CHECKS_SHOWN_MAX: i64 = 500;
/// Expired task versions shown with a profile.
pub const TASKS_SHOWN_MAX: i64 = 1_000;
/// Events shown with a profile: all that it keeps.
pub const EVENTS_SHOWN_MAX: i64 = 5_000;
/// Results on a page of a search.
pub const PAGE_MAX: i64 = 200;

/// Creates a profile, with its applications; without any it applies for every product that new
/// profiles apply for by themselves.
pub async fn create(platform: &Platform, caller: &Caller, body: &Value) -> Result<Answer, Failure> {
    let _held = match begin(platform, caller).await? {
        Begun::Replay(Replay::Answer(answer)) => return Ok(answer),
        Begun::Replay(Replay::Check(..)) => {
            return Err(Failure::not_found("answer under this key"));
        }
        Begun::Go(held) => held,
    };
    let account = windows::account(platform, caller).await?;
    let now = platform.now();
    let request = CreateProfile::read(body, &crate::collected::rules(&account, now), |product| {
        crate::applications::find_product(&account.config, product).map(|_| ())
    })?;
    let wanted = wanted_products(&account, &request)?;
    let (entity, associated) = convert::of_role(request.role);
    let id = ProfileId(domain::Ids::fresh(&mut FreshIds::at(now)));
    let window = windows::admit(platform, caller, (&account, associated))?;
    let mut profile = Profile::new(id, entity, associated, now);
    profile.window = window.as_ref().map(|window| window.id);
    let at = ("collected_data", &request.collected_data);
    crate::collected::links_exist(platform, caller, id.0, at).await?;
    let automatic = request.applications.is_none() && !associated;
    let done = change::create(
        platform,
        caller,
        profile,
        |draft| {
            if let Some(window) = &window {
                // It may have been closed since: better nobody than somebody with other checks.
                if !draft.is_in_window() {
                    return Err(windows::closed_meanwhile());
                }
                draft.audit(window.entry(&caller.actor));
            }
            let mut data = request.collected_data.clone();
            crate::collected::give_resolver_ids(draft, &mut data);
            draft.replace_data(&caller.actor, data)?;
            for (product, role) in &wanted {
                let (product, role) = (*product, *role);
                let by = caller.actor.decider();
                draft.execute(&caller.actor, Command::Apply { product, role, by })?;
            }
            if automatic {
                draft.execute(&crate::Actor::Policy, Command::ApplyAutomatically)?;
            }
            Ok(())
        },
        |draft, ()| created(draft),
    );
    done.await?.answer()
}

type WantedProduct = (domain::ProductId, Option<domain::AssociatedRole>);

fn wanted_products(
    account: &Account,
    request: &CreateProfile,
) -> Result<Vec<WantedProduct>, Failure> {
    let asked = request.applications.as_deref().unwrap_or_default();
    if asked.len() > APPLICATIONS_PER_REQUEST_MAX {
        let message = format!("has more than {APPLICATIONS_PER_REQUEST_MAX} entries");
        return Err(Failure::field("applications", message));
    }
    let product = |(at, asked): (usize, &wire::request::AddApplication)| {
        let field = format!("applications[{at}].product");
        let product = crate::applications::find_product(&account.config, &asked.product);
        let product = product.map_err(|mistake| mistake.under(&field))?;
        let role = asked
            .associated_role
            .and_then(|role| domain::AssociatedRole::named(role.as_str()));
        Ok((product, role))
    };
    asked.iter().enumerate().map(product).collect()
}

/// The answer to a creation: everything about a new profile is in the draft.
fn created(draft: &Draft<'_>) -> Result<Answer, Failure> {
    let view = View::of(draft);
    let checks = draft.profile.checks.iter().map(|check| {
        let body = draft.checks.get(&check.id).cloned();
        render::check(view, check, &body.unwrap_or_default())
    });
    let extras = Extras {
        checks: checks.collect(),
        ..Extras::default()
    };
    render::answer(&render::profile(view, extras))
}

/// Reads a profile. The first view of a caller on a day (UTC) goes into the audit.
pub async fn read(platform: &Platform, caller: &Caller, id: u128) -> Result<Answer, Failure> {
    let (account, loaded) = load(platform, caller, id).await?;
    note_view(platform, caller, &account, &loaded).await?;
    let view = View::loaded(&account, &loaded);
    let extras = extras(platform, caller, &account, &loaded).await?;
    render::answer(&render::profile(view, extras))
}

/// A profile of the caller's account, or "not found".
pub async fn load(
    platform: &Platform,
    caller: &Caller,
    id: u128,
) -> Result<(Account, Loaded), Failure> {
    let account = platform.account(caller.account).await?;
    let loaded = change::load(platform, &account, id).await?;
    Ok((
        account,
        loaded.ok_or_else(|| Failure::not_found("profile"))?,
    ))
}

async fn extras(
    platform: &Platform,
    caller: &Caller,
    account: &Account,
    loaded: &Loaded,
) -> Result<Extras, Failure> {
    let (store, id) = (&platform.store, loaded.row.id);
    let (checks, tasks, events) = tokio::join!(
        store::checks::of_profile(store, caller.account, id, CHECKS_SHOWN_MAX),
        store::tasks::of_profile(store, caller.account, id, TASKS_SHOWN_MAX),
        store::events::of_profile(store, caller.account, id, EVENTS_SHOWN_MAX)
    );
    let view = View::loaded(account, loaded);
    let expired = tasks?.into_iter().map(|row| {
        let task = wire::stored::read_task(&row.body).map_err(Failure::internal)?;
        Ok(render::task(view, &task, true))
    });
    Ok(Extras {
        checks: checks?
            .iter()
            .map(|row| check_resource(view, row))
            .collect::<Result<_, _>>()?,
        expired_tasks: expired.collect::<Result<_, Failure>>()?,
        events: events?
            .iter()
            .filter_map(|row| event_resource(loaded, row))
            .collect(),
        document_images: crate::files::images_of(platform, caller.account, id).await?,
        linked_to: linked_to(platform, account, loaded).await?,
    })
}

/// A check from its row; the core's state of it when it still matters, else as it was stored.
pub(crate) fn check_resource(view: View<'_>, row: &CheckRow) -> Result<CheckResource, Failure> {
    let (stored, body) = crate::stored_check::read(row)?;
    let live = view
        .profile
        .checks
        .iter()
        .find(|check| check.id.0 == row.id);
    Ok(render::check(view, live.unwrap_or(&stored), &body))
}

pub(crate) fn event_resource(
    loaded: &Loaded,
    row: &store::events::EventRow,
) -> Option<EventResource> {
    let event = loaded
        .profile
        .events
        .iter()
        .find(|event| event.id.0 == row.id)?;
    Some(crate::events::resource(
        event,
        EventBody::read(&row.body).unwrap_or_default(),
    ))
}

/// Companies shown with an associate.
const LINKED_SHOWN_MAX: usize = 50;

async fn linked_to(
    platform: &Platform,
    account: &Account,
    loaded: &Loaded,
) -> Result<Vec<LinkedTo>, Failure> {
    let mut links = Vec::new();
    for parent in loaded.profile.parents.iter().take(LINKED_SHOWN_MAX) {
        let Some(company) = change::load(platform, account, parent.profile.0).await? else {
            continue;
        };
        let roles = parent
            .roles
            .iter()
            .filter_map(|role| role.name().parse().ok())
            .collect();
        let profile = render::minimal(View::loaded(account, &company));
        links.push(LinkedTo { profile, roles });
    }
    Ok(links)
}

async fn note_view(
    platform: &Platform,
    caller: &Caller,
    account: &Account,
    loaded: &Loaded,
) -> Result<(), Failure> {
    const DAY_MICROSECONDS: i64 = 86_400_000_000;
    let now = platform.now();
    let row = store::views::ViewRow {
        account: caller.account,
        profile_id: loaded.row.id,
        viewer: convert::hex(caller.key),
        day: now.as_microsecond().div_euclid(DAY_MICROSECONDS),
    };
    if store::views::is_seen(&platform.store, &row).await? {
        return Ok(());
    }
    let what = (AuditAction::ViewedProfile, "viewed the profile");
    let entry = Entry::new(&caller.actor, what, &json!({}));
    let audit = crate::audits::write(account, loaded.row.id, now, vec![entry]);
    let commit = store::Commit::new()
        .guard(store::views::first_of_day(&row))
        .write(audit);
    match platform.store.commit(commit).await {
        Ok(()) | Err(store::Error::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A search for profiles.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Words of names, tags and references; empty: every customer.
    pub words: String,
    /// Categories, as the API words them; empty: all.
    pub categories: Vec<String>,
    /// How many at most; cut to [`PAGE_MAX`].
    pub limit: i64,
    /// How many to skip.
    pub offset: i64,
}

/// Finds profiles of the account.
pub async fn search(
    platform: &Platform,
    caller: &Caller,
    search: Search,
) -> Result<ProfileSearchResults, Failure> {
    let account = platform.account(caller.account).await?;
    let limit = search.limit.clamp(1, PAGE_MAX);
    let offset = search.offset.max(0);
    let store = &platform.store;
    let words = wire::collected::query_words(&search.words);
    let (ids, count) = if search.words.trim().is_empty() {
        let rows =
            store::profiles::list(store, caller.account, &search.categories, (limit, offset))
                .await?;
        let count = store::profiles::count(store, caller.account, &search.categories).await?;
        (rows.into_iter().map(|row| row.id).collect(), count)
    } else {
        let question = Question {
            customer_ref: &search.words,
            words: &words,
            categories: &search.categories,
        };
        let found = store::search::find(store, caller.account, question, (limit, offset)).await?;
        (found.ids, found.count)
    };
    let ids: Vec<u128> = ids;
    let mut results = Vec::new();
    for id in ids {
        if let Some(loaded) = change::load(platform, &account, id).await? {
            results.push(render::minimal(View::loaded(&account, &loaded)));
        }
    }
    let whole = |number: i64| u64::try_from(number).unwrap_or_default();
    Ok(ProfileSearchResults {
        count: whole(count),
        limit: whole(limit),
        offset: whole(offset),
        hidden: 0,
        capabilities: std::collections::BTreeMap::new(),
        results,
        associated_results: Vec::new(),
    })
}

/// Reads the status of a profile.
pub async fn status(platform: &Platform, caller: &Caller, id: u128) -> Result<Answer, Failure> {
    let (_, loaded) = load(platform, caller, id).await?;
    render::answer(&convert::profile_status(loaded.profile.status))
}

/// Sets the status of a profile.
pub async fn set_status(
    platform: &Platform,
    caller: &Caller,
    id: u128,
    to: wire::value::ProfileStatus,
) -> Result<Answer, Failure> {
    edit(
        platform,
        caller,
        id,
        |draft| {
            draft.execute(
                &caller.actor,
                Command::SetStatus(convert::of_profile_status(to)),
            )
        },
        |draft, ()| render::answer(&convert::profile_status(draft.profile.status)),
    )
    .await
}

/// A change under the caller's idempotency key: the shape of every use case that writes.
pub(crate) async fn edit<T: Send>(
    platform: &Platform,
    caller: &Caller,
    id: u128,
    apply: impl FnMut(&mut Draft<'_>) -> Result<T, Failure> + Send,
    render: impl Fn(&Draft<'_>, &T) -> Result<Answer, Failure> + Send,
) -> Result<Answer, Failure> {
    let _held = match begin(platform, caller).await? {
        Begun::Replay(Replay::Answer(answer)) => return Ok(answer),
        Begun::Replay(Replay::Check(..)) => {
            return Err(Failure::not_found("answer under this key"));
        }
        Begun::Go(held) => held,
    };
    change::change(platform, caller, id, apply, render)
        .await
        .and_then(Done::answer)
}

/// The role a profile was created with.
pub fn role_of(loaded: &Loaded) -> Role {
    convert::role(loaded.profile.entity, loaded.profile.associated)
}
