//! Collected data, the lists of associates in it, and what the company knows of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Associate, AssociateCopy, Candidate, Change, Collected, Entity, Profile, ProfileId, RoleHeld,
};

pub(super) fn replace_collected(
    profile: &mut Profile,
    collected: Collected,
    mut linked: BTreeMap<ProfileId, (Entity, Vec<RoleHeld>)>,
    unlinked: Vec<Candidate>,
) -> Vec<Change> {
    let mut changes = vec![Change::CollectedReplaced];
    profile.collected = collected.into();
    let removed: BTreeSet<ProfileId> = profile
        .associates
        .iter()
        .map(|associate| associate.profile)
        .filter(|associate| !linked.contains_key(associate))
        .collect();
    profile
        .associates
        .retain(|associate| !removed.contains(&associate.profile));
    let mut changed = BTreeSet::new();
    for associate in &mut profile.associates {
        if let Some((_, mut roles)) = linked.remove(&associate.profile) {
            roles.sort();
            if roles != associate.roles {
                associate.roles = roles;
                // Outdated, so that the associate itself hears of its roles.
                if let Some(copy) = &mut associate.copy {
                    copy.version = 0;
                }
                changed.insert(associate.profile);
            }
        }
    }
    let listed: BTreeSet<ProfileId> = linked.keys().copied().collect();
    profile
        .associates
        .extend(linked.into_iter().map(|(id, (entity, mut roles))| {
            roles.sort();
            Associate {
                profile: id,
                entity,
                roles,
                asked: BTreeSet::new(),
                copy: None,
            }
        }));
    if profile.unlinked != unlinked {
        profile.unlinked = unlinked;
        changes.push(Change::UnlinkedChanged);
    }
    let of = |ids: BTreeSet<ProfileId>, change: fn(BTreeSet<ProfileId>) -> Change| {
        (!ids.is_empty()).then(|| change(ids))
    };
    changes.extend(of(removed, Change::AssociatesRemoved));
    changes.extend(of(changed, Change::AssociateRolesChanged));
    changes.extend(of(listed, Change::AssociatesListed));
    changes
}

pub(super) fn refresh_associates(
    profile: &mut Profile,
    copies: Vec<(ProfileId, AssociateCopy)>,
) -> Vec<Change> {
    let mut refreshed = BTreeSet::new();
    for (id, copy) in copies {
        let Some(associate) = profile
            .associates
            .iter_mut()
            .find(|known| known.profile == id)
        else {
            continue;
        };
        let newer = associate
            .copy
            .as_ref()
            .is_none_or(|known| copy.version >= known.version);
        if newer && associate.copy.as_ref() != Some(&copy) {
            associate.copy = Some(copy);
            refreshed.insert(id);
        }
    }
    if refreshed.is_empty() {
        Vec::new()
    } else {
        vec![Change::AssociatesRefreshed(refreshed)]
    }
}

pub(super) fn candidates_added(profile: &mut Profile, keys: BTreeSet<String>) -> Vec<Change> {
    let new: BTreeSet<String> = keys
        .into_iter()
        .filter(|key| !profile.added.contains(key))
        .collect();
    if new.is_empty() {
        return Vec::new();
    }
    profile.wanted.retain(|key| !new.contains(key));
    profile.added.extend(new.iter().cloned());
    vec![Change::AssociatesAdded(new)]
}
