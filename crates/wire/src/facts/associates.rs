//! Entries of a company's lists: with a profile, or without one yet.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use domain::{AssociatedRole, Candidate, Entity, ProfileId, RoleHeld, TaskVariantId};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::read::{decimal, string};
use crate::collected::AssociateList;
use crate::fold;

/// How much of the hash makes a key.
const KEY_BYTES: usize = 16;

/// Entries that name a profile, by profile.
pub(super) fn linked(data: &Json) -> BTreeMap<ProfileId, (Entity, Vec<RoleHeld>)> {
    let mut linked: BTreeMap<ProfileId, (Entity, Vec<RoleHeld>)> = BTreeMap::new();
    for (at, entry) in all(data) {
        let Some(profile) = linked_profile(entry) else {
            continue;
        };
        let held = RoleHeld {
            role: role(at, entry),
            share: decimal(&entry["total_percentage"]),
            tasks: tasks(entry),
        };
        let (_, roles) = linked
            .entry(profile)
            .or_insert_with(|| (entity(entry), Vec::new()));
        roles.push(held);
    }
    for (_, roles) in linked.values_mut() {
        roles.sort();
        roles.dedup();
    }
    linked
}

/// Entries with data and without a profile, list by list.
pub(super) fn unlinked(data: &Json) -> Vec<Candidate> {
    all(data)
        .filter_map(|(at, entry)| candidate(at, entry))
        .collect()
}

/// The entry as a candidate; `None` when it has a profile, or no data.
pub(super) fn candidate(at: AssociateList, entry: &Json) -> Option<Candidate> {
    if !entry["immediate_data"].is_object() || linked_profile(entry).is_some() {
        return None;
    }
    Some(Candidate {
        key: key(at, entry),
        entity: entity(entry),
        role: role(at, entry),
        share: decimal(&entry["total_percentage"]),
    })
}

/// The entries of a list; `None` when the list is not there.
pub(super) fn entries(data: &Json, at: AssociateList) -> Option<&Vec<Json>> {
    let mut names = at.path().split('.');
    names
        .try_fold(data, |data, name| data.get(name))?
        .as_array()
}

/// How many people and companies hold a role on these lists now. Whoever is known to be the same,
/// by profile or resolver id, is counted once. `None` when none of the lists is there.
pub(super) fn count(data: &Json, lists: &[AssociateList]) -> Option<usize> {
    let mut known = false;
    let mut named = BTreeSet::new();
    let mut nameless = 0;
    for at in lists {
        let Some(entries) = entries(data, *at) else {
            continue;
        };
        known = true;
        for entry in entries {
            if !entry.is_object() || !role(*at, entry).is_current() {
                continue;
            }
            match id(&entry["linked_profile"]["id"]).or_else(|| id(&entry["resolver_id"])) {
                Some(id) => {
                    named.insert(id);
                }
                None => nameless += 1,
            }
        }
    }
    known.then_some(named.len() + nameless)
}

/// The role of an entry. An officer who has resigned and a holder who has ceased to be one are
/// both resigned, on whatever list they still are.
fn role(at: AssociateList, entry: &Json) -> AssociatedRole {
    let resigned = string(&entry["resigned_on"]).is_some();
    let ceased = string(&entry["ceased_on"]).is_some();
    let listed = |role, ended| {
        if ended {
            AssociatedRole::ResignedOfficer
        } else {
            role
        }
    };
    match at {
        AssociateList::Directors => listed(AssociatedRole::Director, resigned),
        AssociateList::Secretaries => listed(AssociatedRole::CompanySecretary, resigned),
        AssociateList::Partners => listed(AssociatedRole::Partner, resigned),
        AssociateList::Trustees => listed(AssociatedRole::Trustee, resigned),
        AssociateList::Other => listed(AssociatedRole::Other, resigned),
        AssociateList::Resigned => AssociatedRole::ResignedOfficer,
        AssociateList::Shareholders => listed(AssociatedRole::Shareholder, ceased),
        AssociateList::BeneficialOwners => listed(AssociatedRole::BeneficialOwner, ceased),
        AssociateList::AuthorizedPersons => AssociatedRole::AuthorizedPerson,
        AssociateList::UnauthorizedPersons => AssociatedRole::UnauthorizedPerson,
    }
}

fn all(data: &Json) -> impl Iterator<Item = (AssociateList, &Json)> {
    AssociateList::ALL.iter().flat_map(move |at| {
        let entries = entries(data, *at).into_iter().flatten();
        entries.map(move |entry| (*at, entry))
    })
}

fn linked_profile(entry: &Json) -> Option<ProfileId> {
    id(&entry["linked_profile"]["id"]).map(ProfileId)
}

fn id(json: &Json) -> Option<u128> {
    let id = Uuid::try_parse(json.as_str()?).ok()?;
    Some(id.as_u128())
}

fn tasks(entry: &Json) -> BTreeSet<TaskVariantId> {
    let tasks = entry["task_variant_ids"].as_array().into_iter().flatten();
    tasks.filter_map(id).map(TaskVariantId).collect()
}

/// What the entry, or else the data in it, says; a person if neither does.
fn entity(entry: &Json) -> Entity {
    let said = string(&entry["entity_type"]);
    let said = said.or_else(|| string(&entry["immediate_data"]["entity_type"]));
    match said {
        Some("COMPANY") => Entity::Company,
        Some(_) | None => Entity::Individual,
    }
}

/// The resolver id, or else what tells people and companies apart. It is the same for the same
/// entry in collected data and in the output of a check.
fn key(at: AssociateList, entry: &Json) -> String {
    if let Some(resolver) = id(&entry["resolver_id"]) {
        return Uuid::from_u128(resolver).to_string();
    }
    let data = &entry["immediate_data"];
    let (details, metadata) = (&data["personal_details"], &data["metadata"]);
    let name = fold::words(&crate::collected::display_name(data)).join(" ");
    let born = string(&details["dob"]).unwrap_or_default();
    let number = string(&metadata["number"]).unwrap_or_default();
    let country = string(&metadata["country_of_incorporation"]).unwrap_or_default();
    let mut hash = Sha256::new();
    for part in [at.path(), &name, born, number, country] {
        // The length says where a part ends, so that no two splits look alike.
        hash.update(format!("{}:{part}", part.len()));
    }
    let hash = hash.finalize();
    hash.iter()
        .take(KEY_BYTES)
        .fold(String::with_capacity(2 * KEY_BYTES), |mut key, byte| {
            // Writing to a string cannot fail.
            let _ = write!(key, "{byte:02x}");
            key
        })
}
