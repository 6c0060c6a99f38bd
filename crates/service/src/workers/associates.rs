//! Brings a company's associates up to date: gives wanted ones a profile, asks listed ones to
//! apply, and refreshes what the company knows of each.
//!
//! It looks at state, not at what happened, so one keyed job per company is enough however often
//! it is asked for.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Associate, AssociateCopy, Command, Entity, Profile, ProfileId};
use futures::stream_of;
use listing::put;
use serde_json::{Value, json};
use store::Commit;
use store::jobs::Job;
use uuid::Uuid;
use wire::collected::AssociateList;

use super::circles::{Above, COMPANIES_MAX};
use crate::change::{self, Draft, Loaded};
use crate::platform::Account;
use crate::{Actor, Caller, Failure, Platform, collected, projection, render, stored_check};

mod futures;
mod listing;

/// Associates brought through at the same time.
const AT_ONCE: usize = 8;
/// Companies that list one profile, as far as circles and depth are looked for.
const PARENTS_MAX: i64 = 1_000;

pub(super) async fn run(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let account = platform.account(job.account).await?;
    let caller = Caller::platform(&account.row, Actor::Policy);
    let id = job.profile_id.unwrap_or_default();
    let Some(mut company) = change::load(platform, &account, id).await? else {
        return end(platform, job, Vec::new()).await;
    };
    if !company.profile.wanted.is_empty() {
        add_wanted(platform, &account, &caller, &company).await?;
        let again = change::load(platform, &account, id).await?;
        company = again.ok_or_else(|| Failure::internal("a company vanished"))?;
    }
    let above = look_up(platform, account.row.account, id).await?;
    let copies = copies(platform, &account, &caller, (&company, &above)).await?;
    if copies.is_empty() {
        return end(platform, job, Vec::new()).await;
    }
    let circle = newly_circular(&company, &copies, &above);
    let done = change::change(
        platform,
        &caller,
        id,
        |draft| {
            draft.guard(store::jobs::guard(job));
            draft.writes(store::jobs::finish(job));
            for other in &circle {
                let job = projection::associates_job(draft, *other);
                draft.write(store::jobs::enqueue(&job));
            }
            draft.execute(&Actor::Policy, Command::RefreshAssociates(copies.clone()))
        },
        |_, ()| render::answer(&()),
    );
    done.await?;
    platform.work.notify_one();
    Ok(())
}

async fn end(platform: &Platform, job: &Job, writes: Vec<store::Write>) -> Result<(), Failure> {
    let commit = Commit::new()
        .guard(store::jobs::guard(job))
        .writes(store::jobs::finish(job))
        .writes(writes);
    Ok(platform.store.commit(commit).await?)
}

/// The companies above this one.
async fn look_up(platform: &Platform, account: i64, company: u128) -> Result<Above, Failure> {
    let mut above = Above::default();
    let mut open = vec![company];
    while let Some(at) = open.pop() {
        if above.parents.contains_key(&at) || above.parents.len() >= COMPANIES_MAX {
            continue;
        }
        let parents: BTreeSet<u128> =
            store::links::parents(&platform.store, account, at, PARENTS_MAX)
                .await?
                .into_iter()
                .collect();
        let summary = store::profiles::summary(&platform.store, account, at).await?;
        if summary.is_some_and(|summary| summary.role.ends_with("_CUSTOMER")) {
            above.customers.insert(at);
        }
        open.extend(parents.iter().copied());
        above.parents.insert(at, parents);
    }
    Ok(above)
}

/// The other members of a circle that this run is the first to see: they look again, since which
/// link leads back up depends on all of them.
fn newly_circular(
    company: &Loaded,
    copies: &[(ProfileId, AssociateCopy)],
    above: &Above,
) -> Vec<u128> {
    let known = |id: &ProfileId| {
        let associate = company
            .profile
            .associates
            .iter()
            .find(|one| one.profile == *id);
        associate
            .and_then(|associate| associate.copy.as_ref())
            .map(|copy| copy.circular)
    };
    let mut circle = above.circle(company.row.id);
    let new = copies.iter().any(|(id, copy)| {
        circle.contains(&id.0) && known(id).is_none_or(|circular| circular != copy.circular)
    });
    circle.remove(&company.row.id);
    if new {
        circle.into_iter().collect()
    } else {
        Vec::new()
    }
}

/// Asks each associate to apply where it is to, and takes a copy of those that changed.
async fn copies(
    platform: &Platform,
    account: &Account,
    caller: &Caller,
    (company, above): (&Loaded, &Above),
) -> Result<Vec<(ProfileId, AssociateCopy)>, Failure> {
    let depth = above.depth(company.row.id) + 1;
    let one = |associate: Associate| {
        let circular = above.is_circular(company.row.id, associate.profile.0);
        async move {
            copy(
                platform,
                account,
                caller,
                (company, associate, circular, depth),
            )
            .await
        }
    };
    let all = company.profile.associates.iter().cloned().map(one);
    let found: Vec<Option<(ProfileId, AssociateCopy)>> = stream_of(all, AT_ONCE).await?;
    Ok(found.into_iter().flatten().collect())
}

async fn copy(
    platform: &Platform,
    account: &Account,
    caller: &Caller,
    (company, associate, circular, depth): (&Loaded, Associate, bool, u32),
) -> Result<Option<(ProfileId, AssociateCopy)>, Failure> {
    let id = associate.profile;
    let version = store::profiles::version(&platform.store, account.row.account, id.0).await?;
    let Some((version, _)) = version else {
        return Ok(None);
    };
    let current = associate.copy.as_ref().is_some_and(|copy| {
        i64::try_from(copy.version).ok() == Some(version)
            && copy.circular == circular
            && copy.depth == depth
            && (circular
                || associate.asked.iter().all(|product| {
                    copy.applications
                        .iter()
                        .any(|application| application.product == *product)
                }))
    });
    if current {
        return Ok(None);
    }
    let Some(mut child) = change::load(platform, account, id.0).await? else {
        return Ok(None);
    };
    let mut wanted = parent_entry(company, &associate);
    let known = child
        .profile
        .parents
        .iter()
        .find(|parent| parent.profile == wanted.profile);
    if circular {
        // Nobody is asked anew over a link that leads back up, also when the company asked before it
        // could know.
        wanted.products = known
            .map(|known| known.products.clone())
            .unwrap_or_default();
    }
    if known != Some(&wanted) {
        link(platform, caller, id.0, wanted).await?;
        let again = change::load(platform, account, id.0).await?;
        child = again.ok_or_else(|| Failure::internal("an associate vanished"))?;
    }
    let version = u64::try_from(child.row.version).unwrap_or_default();
    let copy = AssociateCopy {
        version,
        circular,
        depth,
        ..projection::copy(&account.config.config, &child.profile)
    };
    Ok((associate.copy.as_ref() != Some(&copy)).then_some((id, copy)))
}

fn parent_entry(company: &Loaded, associate: &Associate) -> domain::Parent {
    domain::Parent {
        profile: ProfileId(company.row.id),
        roles: associate.roles.iter().map(|held| held.role).collect(),
        products: associate.asked.clone(),
    }
}

async fn link(
    platform: &Platform,
    caller: &Caller,
    child: u128,
    parent: domain::Parent,
) -> Result<(), Failure> {
    let done = change::change(
        platform,
        caller,
        child,
        |draft| {
            let (roles, products) = (parent.roles.clone(), parent.products.clone());
            let command = Command::LinkParent {
                parent: parent.profile,
                roles,
                products,
            };
            draft.execute(&Actor::Policy, command)
        },
        |_, ()| render::answer(&()),
    );
    done.await.map(|_| ())
}

/// An associate to be given a profile.
struct Wanted {
    key: String,
    list: AssociateList,
    entry: Value,
}

/// Gives every wanted candidate a profile, and puts all of them on the company's lists in one
/// commit. The ids follow from the company and the candidate, so doing it again does nothing.
async fn add_wanted(
    platform: &Platform,
    account: &Account,
    caller: &Caller,
    company: &Loaded,
) -> Result<(), Failure> {
    let wanted = find_wanted(platform, account, company).await?;
    let mut profiles: BTreeMap<String, Uuid> = BTreeMap::new();
    for one in &wanted {
        let known = known_person(platform, account, company, &one.entry).await?;
        let same = wanted.iter().take_while(|other| other.key != one.key);
        let twin = same
            .filter(|other| is_same(&other.entry, &one.entry))
            .map(|other| &other.key)
            .next();
        let id = match (known, twin.and_then(|key| profiles.get(key))) {
            (Some(id), _) => id,
            (None, Some(id)) => *id,
            (None, None) => create(platform, caller, company, one).await?,
        };
        profiles.insert(one.key.clone(), id);
    }
    let keys: BTreeSet<String> = company.profile.wanted.clone();
    let done = change::change(
        platform,
        caller,
        company.row.id,
        |draft| {
            let mut data = Value::clone(&draft.data);
            for one in &wanted {
                if let Some(id) = profiles.get(&one.key) {
                    put(&mut data, one, *id);
                }
            }
            collected::give_resolver_ids(draft, &mut data);
            if data != *draft.data {
                draft.replace_data(&Actor::Policy, data)?;
            }
            draft.execute(&Actor::Policy, Command::CandidatesAdded(keys.clone()))
        },
        |_, ()| render::answer(&()),
    );
    done.await.map(|_| ())
}

/// Entries of wanted candidates: listed without a profile, or in the output of a check.
async fn find_wanted(
    platform: &Platform,
    account: &Account,
    company: &Loaded,
) -> Result<Vec<Wanted>, Failure> {
    let is_wanted = |key: &String| company.profile.wanted.contains(key);
    let mut found: BTreeMap<String, Wanted> = BTreeMap::new();
    for (candidate, entry, list) in wire::facts::candidates(&company.data) {
        if is_wanted(&candidate.key) {
            let key = candidate.key;
            found
                .entry(key.clone())
                .or_insert(Wanted { key, list, entry });
        }
    }
    for check in company
        .profile
        .checks
        .iter()
        .filter(|check| !check.candidates.is_empty())
    {
        let row = store::checks::load(
            &platform.store,
            account.row.account,
            company.row.id,
            check.id.0,
        );
        let Some(row) = row.await? else { continue };
        let (_, body) = stored_check::read(&row)?;
        for (candidate, entry, list) in wire::facts::candidates(&body.output.unwrap_or_default()) {
            if is_wanted(&candidate.key) {
                let key = candidate.key;
                found
                    .entry(key.clone())
                    .or_insert(Wanted { key, list, entry });
            }
        }
    }
    Ok(found.into_values().collect())
}

/// The same person or company among those the company lists already: one person is one profile,
/// whatever the number of links.
async fn known_person(
    platform: &Platform,
    account: &Account,
    company: &Loaded,
    entry: &Value,
) -> Result<Option<Uuid>, Failure> {
    for associate in &company.profile.associates {
        if let Some(known) = change::load(platform, account, associate.profile.0).await?
            && is_same_data(&known.data, &entry["immediate_data"])
        {
            return Ok(Some(Uuid::from_u128(associate.profile.0)));
        }
    }
    Ok(None)
}

fn is_same(one: &Value, other: &Value) -> bool {
    is_same_data(&one["immediate_data"], &other["immediate_data"])
}

/// Same name and same date of birth, or same company number and country. Without either nobody is
/// taken for somebody else.
fn is_same_data(one: &Value, other: &Value) -> bool {
    let fold = |data: &Value| wire::fold::text(&wire::collected::display_name(data));
    let name = fold(one);
    let same = |pointer: &str| {
        let value = one.pointer(pointer).and_then(Value::as_str);
        value.is_some_and(|value| !value.is_empty())
            && value == other.pointer(pointer).and_then(Value::as_str)
    };
    let person = same("/personal_details/dob") && !name.is_empty() && name == fold(other);
    person || (same("/metadata/number") && same("/metadata/country_of_incorporation"))
}

async fn create(
    platform: &Platform,
    caller: &Caller,
    company: &Loaded,
    wanted: &Wanted,
) -> Result<Uuid, Failure> {
    let id = Uuid::new_v5(&Uuid::from_u128(company.row.id), wanted.key.as_bytes());
    if store::profiles::version(&platform.store, caller.account, id.as_u128())
        .await?
        .is_some()
    {
        return Ok(id);
    }
    let entity = match wanted.entry["entity_type"].as_str() {
        Some("COMPANY") => Entity::Company,
        _ => Entity::Individual,
    };
    let mut data = wanted.entry["immediate_data"].clone();
    if !data.is_object() {
        data = json!({});
    }
    data["entity_type"] = json!(crate::convert::entity_name(entity));
    let profile = Profile::new(ProfileId(id.as_u128()), entity, true, platform.now());
    let made = change::create(
        platform,
        caller,
        profile,
        |draft: &mut Draft<'_>| draft.replace_data(&Actor::Policy, data.clone()),
        |_, ()| render::answer(&()),
    );
    match made.await {
        Ok(_) => Ok(id),
        // Made by a run that died before it could say so.
        Err(failure) if failure.kind == crate::Kind::Busy => Ok(id),
        Err(failure) => Err(failure),
    }
}
