//! Collected data: read with its ETag, replaced whole.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::collected::{AssociateEntry, CustomField, Rules};
use wire::etag::Etag;
use wire::field_error::FieldError;
use wire::value::EntityType;

use crate::change::{self, Answer, Done, Draft, Loaded};
use crate::once::{self, Start};
use crate::platform::Account;
use crate::profiles::load;
use crate::render::{self, View};
use crate::{Caller, Failure, Kind, Platform, documents};

mod links;

use links::{Place, ResolverIds, Seen};

/// The ETag of a profile's collected data: a counter of the stored data, in the contract's look.
/// Nothing but a replacement of the data changes it.
pub fn etag(data_version: i64, created_at: i64) -> Etag {
    Etag::of(data_version, created_at)
}

/// Reads the collected data. Links to profiles come with the profile in short.
pub async fn read(platform: &Platform, caller: &Caller, profile: u128) -> Result<Answer, Failure> {
    let (account, loaded) = load(platform, caller, profile).await?;
    let data = with_links(platform, &account, &loaded).await?;
    let etag = etag(loaded.row.data_version, loaded.row.created_at).to_string();
    Ok(Answer {
        etag: Some(etag),
        ..render::answer(&data)?
    })
}

/// Replaces the collected data; with `if_match` only when nobody has replaced it since.
pub async fn replace(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    (data, if_match): (Value, Option<&str>),
) -> Result<Answer, Failure> {
    // Before anything is checked: an answer given before stands, whatever holds by now.
    let _held = match once::begin(platform, caller).await? {
        Start::Before(answer) => return Ok(answer),
        Start::Go(held) => held,
    };
    let (account, loaded) = load(platform, caller, profile).await?;
    let rules = rules(&account, platform.now());
    let entity = entity_type(&loaded);
    let checked = wire::collected::check_by(&rules, entity, &data, Some(&loaded.data))?.data;
    links_exist(platform, caller, profile, ("", &checked)).await?;
    documents::images_exist(platform, caller, profile, (&checked, &loaded.data)).await?;
    let known = links::known(platform, &account, &loaded, &checked).await?;
    let done = change::change(
        platform,
        caller,
        profile,
        |draft| {
            let present = present(draft);
            if let Some(header) = if_match
                && !present.is_matched_by(header)
            {
                return Err(stale(draft, present));
            }
            let mut data = checked.clone();
            let seen = Seen {
                is_current: if_match.is_some(),
                nameless: &give_resolver_ids(draft, &mut data),
            };
            let found = links::carry_over(draft, &mut data, &known, &seen);
            if if_match.is_none() {
                keep_automatic_links(draft, &mut data, &found);
            }
            if data == *draft.data {
                return Ok(());
            }
            draft.replace_data(&caller.actor, data)
        },
        |draft, ()| {
            let version = draft
                .before
                .as_ref()
                .map_or(1, |before| before.row.data_version);
            let created = draft.profile.created.as_microsecond();
            let etag = etag(version + i64::from(draft.data_replaced), created).to_string();
            Ok(Answer {
                etag: Some(etag),
                ..render::answer(&draft.data)?
            })
        },
    );
    done.await.and_then(Done::answer)
}

/// What collected data is held to beyond the contract.
pub(crate) fn rules(account: &Account, now: Timestamp) -> Rules<'_> {
    let custom_fields = account
        .config
        .custom_fields
        .iter()
        .map(|field| CustomField {
            name: &field.name,
            holder: field.holder,
            kind: field.kind,
            many: field.many,
        });
    Rules {
        today: now.to_zoned(account.zone.clone()).date(),
        custom_fields: custom_fields.collect(),
    }
}

fn entity_type(loaded: &Loaded) -> EntityType {
    match loaded.profile.entity {
        domain::Entity::Individual => EntityType::Individual,
        domain::Entity::Company => EntityType::Company,
    }
}

fn present(draft: &Draft<'_>) -> Etag {
    let version = draft
        .before
        .as_ref()
        .map_or(1, |before| before.row.data_version);
    etag(version, draft.profile.created.as_microsecond())
}

fn stale(draft: &Draft<'_>, present: Etag) -> Failure {
    let message =
        "the collected data has changed since it was read; this answer has the present data";
    Failure {
        current: Some((draft.data.to_string(), present.to_string())),
        ..Failure::new(
            Kind::Precondition,
            wire::value::ErrorCode::ConstraintsNotSatisfied,
            message,
        )
    }
}

/// Every linked profile must be in the account, of the entry's type, and not the company itself.
/// The data stands in the request at the given path.
pub(crate) async fn links_exist(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    (path, data): (&str, &Value),
) -> Result<(), Failure> {
    let mut mistakes = Vec::new();
    let mut known: BTreeMap<Uuid, Option<String>> = BTreeMap::new();
    for entry in wire::collected::associates(data) {
        let Some(linked) = entry.linked_profile_id else {
            continue;
        };
        let field = format!("{}[{}].linked_profile.id", entry.list.path(), entry.index);
        if linked.as_u128() == profile {
            mistakes.push(FieldError::invalid(field, "is the company itself"));
            continue;
        }
        if let Entry::Vacant(entry) = known.entry(linked) {
            let (store, id) = (&platform.store, linked.as_u128());
            let row = store::profiles::summary(store, caller.account, id).await?;
            entry.insert(row.map(|row| row.role));
        }
        let fits = |role: &String| role.starts_with(entry.entity_type.as_str());
        match known.get(&linked).and_then(Option::as_ref) {
            None => mistakes.push(FieldError::invalid(
                field,
                "names no profile of this account",
            )),
            Some(role) if !fits(role) => {
                mistakes.push(FieldError::invalid(
                    field,
                    "is a profile of another entity_type",
                ));
            }
            Some(_) => {}
        }
    }
    if mistakes.is_empty() {
        return Ok(());
    }
    let mistakes = mistakes.into_iter().map(|mistake| mistake.under(path));
    Err(mistakes.collect::<Vec<_>>().into())
}

/// Links that automation added cannot be dropped by a caller who never saw them, that is, who
/// does not say which data it has seen. Those at the places in `found` are in the data already.
fn keep_automatic_links(draft: &Draft<'_>, data: &mut Value, found: &BTreeSet<Place>) {
    let held: BTreeSet<Uuid> = wire::collected::associates(data)
        .iter()
        .filter_map(|entry| entry.resolver_id)
        .collect();
    for entry in wire::collected::associates(&draft.data) {
        let added = |id: Uuid| links::is_automatic(&draft.profile, id) && !held.contains(&id);
        if entry.resolver_id.is_some_and(added)
            && !found.contains(&(entry.list, entry.index))
            && let Some(stored) = entry_at(&draft.data, &entry)
        {
            wire::collected::add_associate(data, entry.list, stored.clone());
        }
    }
}

/// The entry where it stands.
pub(crate) fn entry_at<'a>(data: &'a Value, entry: &AssociateEntry) -> Option<&'a Value> {
    let mut parts = entry.list.path().split('.');
    parts
        .try_fold(data, |data, part| data.get(part))?
        .get(entry.index)
}

/// An entry without a resolver id gets one, so that it can be told from others. Returns the places
/// of those entries.
pub(crate) fn give_resolver_ids(draft: &mut Draft<'_>, data: &mut Value) -> BTreeSet<Place> {
    let entries = wire::collected::associates(data);
    let mut ids = ResolverIds::new(draft, &entries);
    let mut given = BTreeSet::new();
    for entry in entries {
        let id = entry
            .resolver_id
            .is_none()
            .then(|| ids.give(draft, &entry).to_string());
        if id.is_some() {
            given.insert((entry.list, entry.index));
        }
        edit_entry(data, &entry, |fields| {
            // Made on reading; a caller who posts back what it read must not store it.
            fields.remove("unverified_task_variant_ids");
            if let Some(id) = id {
                fields.insert("resolver_id".to_owned(), json!(id));
            }
        });
    }
    given
}

/// Changes one entry where it stands.
pub(crate) fn edit_entry(
    data: &mut Value,
    entry: &AssociateEntry,
    edit: impl FnOnce(&mut serde_json::Map<String, Value>),
) {
    let list = entry
        .list
        .path()
        .split('.')
        .try_fold(data, |data, part| data.get_mut(part));
    let found = list
        .and_then(|list| list.get_mut(entry.index))
        .and_then(Value::as_object_mut);
    if let Some(fields) = found {
        edit(fields);
    }
}

/// The data with every linked profile in short, as the contract's read-back shows it.
async fn with_links(
    platform: &Platform,
    account: &Account,
    loaded: &Loaded,
) -> Result<Value, Failure> {
    let mut data = Value::clone(&loaded.data);
    let mut shown: BTreeMap<Uuid, Value> = BTreeMap::new();
    for entry in wire::collected::associates(&loaded.data) {
        let Some(linked) = entry.linked_profile_id else {
            continue;
        };
        if !shown.contains_key(&linked)
            && let Some(profile) = change::load(platform, account, linked.as_u128()).await?
        {
            let minimal = render::minimal(View::loaded(account, &profile));
            shown.insert(
                linked,
                serde_json::to_value(minimal).map_err(Failure::internal)?,
            );
        }
        let profile = shown.get(&linked).cloned();
        let unverified = unverified(account, loaded, &entry, linked);
        edit_entry(&mut data, &entry, |fields| {
            if let Some(profile) = profile {
                fields.insert("linked_profile".to_owned(), profile);
            }
            fields.insert("unverified_task_variant_ids".to_owned(), json!(unverified));
            fields
                .entry("merged_resolver_ids")
                .or_insert_with(|| json!([]));
        });
    }
    Ok(data)
}

/// The tasks of an entry for which the associate is not approved.
fn unverified(
    account: &Account,
    loaded: &Loaded,
    entry: &AssociateEntry,
    linked: Uuid,
) -> Vec<Uuid> {
    let associate = loaded
        .profile
        .associates
        .iter()
        .find(|one| one.profile.0 == linked.as_u128());
    let verified = |variant: &Uuid| {
        let task = account
            .config
            .config
            .tasks
            .get(&domain::TaskVariantId(variant.as_u128()));
        let rule = task.and_then(|task| task.associates.as_ref());
        rule.is_some_and(|rule| associate.is_some_and(|one| one.is_approved_for(rule.product)))
    };
    entry
        .task_variant_ids
        .iter()
        .filter(|variant| !verified(variant))
        .copied()
        .collect()
}
