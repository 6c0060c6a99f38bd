//! Links to profiles, for callers that post entries of people and companies without them: the same
//! entry has the same resolver id whenever it is posted, and keeps the profile it was given since.

use std::collections::{BTreeMap, BTreeSet};

use domain::Profile;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::collected::{AssociateEntry, AssociateList, associates};
use wire::value::EntityType;

use super::edit_entry;
use crate::change::{self, Draft, Loaded};
use crate::platform::Account;
use crate::{Failure, Platform, convert};

/// Where an entry is: its list, and its place there.
pub(super) type Place = (AssociateList, usize);

/// Whom the linked profiles of a company are by their own data, by id: see [`identity`].
pub(super) type Known = BTreeMap<Uuid, String>;

/// Whether automation gave the entry with this resolver id its profile.
pub(super) fn is_automatic(profile: &Profile, id: Uuid) -> bool {
    // Candidates without a resolver id of their own have keys without hyphens.
    let keys = [id.to_string(), id.simple().to_string()];
    keys.iter().any(|key| profile.added.contains(key))
}

/// Reads whom automation has linked, as far as an entry of `data` could be one of them.
pub(super) async fn known(
    platform: &Platform,
    account: &Account,
    loaded: &Loaded,
    data: &Value,
) -> Result<Known, Failure> {
    let unlinked = associates(data).into_iter();
    let lists: BTreeSet<AssociateList> = unlinked
        .filter(|entry| entry_identity(entry).is_some())
        .map(|entry| entry.list)
        .collect();
    let mut known = Known::new();
    for entry in associates(&loaded.data) {
        let automatic = entry
            .resolver_id
            .is_some_and(|id| is_automatic(&loaded.profile, id));
        let Some(id) = entry.linked_profile_id else {
            continue;
        };
        if automatic
            && lists.contains(&entry.list)
            && !known.contains_key(&id)
            && let Some(profile) = change::load(platform, account, id.as_u128()).await?
            && let Some(identity) = identity(entry.entity_type, &profile.data)
        {
            known.insert(id, identity);
        }
    }
    Ok(known)
}

/// Hands out resolver ids for the entries of one document.
pub(super) struct ResolverIds {
    /// Ids that entries have.
    taken: BTreeSet<Uuid>,
    /// Entries that are stored with a link, by list and resolver id.
    linked: BTreeSet<(AssociateList, Uuid)>,
    /// How many numbers were tried for the same words.
    tried: BTreeMap<String, u32>,
}

impl ResolverIds {
    /// For these entries, which are to replace the draft's.
    pub(super) fn new(draft: &Draft<'_>, entries: &[AssociateEntry]) -> ResolverIds {
        let linked = associates(&draft.data).into_iter().filter_map(|entry| {
            entry.linked_profile_id?;
            Some((entry.list, entry.resolver_id?))
        });
        ResolverIds {
            taken: entries
                .iter()
                .filter_map(|entry| entry.resolver_id)
                .collect(),
            linked: linked.collect(),
            tried: BTreeMap::new(),
        }
    }

    /// An id for an entry that has none. An entry with data and without a profile gets the same
    /// whenever it is posted; those that say the same are told apart by their order.
    ///
    /// The id of somebody whom automation added and a person took off the list again is not given
    /// anew: whoever is listed again must be looked at again.
    pub(super) fn give(&mut self, draft: &mut Draft<'_>, entry: &AssociateEntry) -> Uuid {
        let data = entry.immediate_data.as_ref();
        let Some(data) = data.filter(|_| entry.linked_profile_id.is_none()) else {
            return convert::id(draft.fresh_id());
        };
        let who = identity(entry.entity_type, data).unwrap_or_else(|| data.to_string());
        let words = json!([entry.list.path(), entry.entity_type.as_str(), who]).to_string();
        let company = convert::id(draft.profile.id.0);
        let tried = self.tried.entry(words.clone()).or_default();
        loop {
            let id = Uuid::new_v5(&company, format!("{tried} {words}").as_bytes());
            *tried += 1;
            let is_spent =
                is_automatic(&draft.profile, id) && !self.linked.contains(&(entry.list, id));
            if !is_spent && self.taken.insert(id) {
                return id;
            }
        }
    }
}

/// How an incoming entry can be found to be a stored one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// The same profile on the same list.
    Profile(AssociateList, Uuid),
    /// The same resolver id on the same list.
    Id(AssociateList, &'static str, Uuid),
    /// The same person or company on the same list.
    Who(AssociateList, String),
    /// The same resolver id on another list.
    Moved(&'static str, Uuid),
}

/// The ways, best first.
const WAYS: [fn(&AssociateEntry) -> Option<Key>; 4] = [
    |entry| Some(Key::Profile(entry.list, entry.linked_profile_id?)),
    |entry| {
        let entity = entry.entity_type.as_str();
        unlinked_id(entry).map(|id| Key::Id(entry.list, entity, id))
    },
    |entry| Some(Key::Who(entry.list, entry_identity(entry)?)),
    |entry| unlinked_id(entry).map(|id| Key::Moved(entry.entity_type.as_str(), id)),
];

fn unlinked_id(entry: &AssociateEntry) -> Option<Uuid> {
    entry
        .resolver_id
        .filter(|_| entry.linked_profile_id.is_none())
}

/// What a caller who replaces the data knows.
pub(super) struct Seen<'a> {
    /// Whether it says which data it has seen.
    pub(super) is_current: bool,
    /// The entries that it sent without a resolver id.
    pub(super) nameless: &'a BTreeSet<Place>,
}

/// Gives incoming entries without a profile the one that their stored entry was given. Returns the
/// places of the stored entries that the incoming ones stand for.
///
/// A caller that has seen the present data and sends an entry with its resolver id and without its
/// profile has taken the link away; it stays away.
pub(super) fn carry_over(
    draft: &Draft<'_>,
    data: &mut Value,
    known: &Known,
    seen: &Seen<'_>,
) -> BTreeSet<Place> {
    let stored = associates(&draft.data);
    let mut by_key: BTreeMap<Key, Vec<(&AssociateEntry, Uuid)>> = BTreeMap::new();
    // The last is taken first.
    for entry in stored.iter().rev() {
        let Some(profile) = entry.linked_profile_id else {
            continue;
        };
        for key in keys_of_stored(draft, entry, profile, known) {
            by_key.entry(key).or_default().push((entry, profile));
        }
    }
    let mut found: BTreeSet<Place> = BTreeSet::new();
    let mut open = associates(data);
    for way in WAYS {
        open.retain(|entry| {
            let nameless = seen.nameless.contains(&(entry.list, entry.index));
            let may = |stored: &AssociateEntry| {
                let id = stored.resolver_id;
                let automatic = id.is_some_and(|id| is_automatic(&draft.profile, id));
                !seen.is_current || (nameless && automatic)
            };
            let candidates = way(entry).and_then(|key| by_key.get_mut(&key));
            let Some(candidates) = candidates else {
                return true;
            };
            candidates.retain(|(stored, _)| !found.contains(&(stored.list, stored.index)));
            let Some((stored, profile)) = candidates.pop_if(|(stored, _)| may(stored)) else {
                return true;
            };
            found.insert((stored.list, stored.index));
            let had_link = entry.linked_profile_id.is_some();
            edit_entry(data, entry, |fields| {
                if !had_link {
                    fields.remove("immediate_data");
                    fields.insert("linked_profile".to_owned(), json!({ "id": profile }));
                }
                if let Some(id) = stored.resolver_id.filter(|_| nameless || !had_link) {
                    fields.insert("resolver_id".to_owned(), json!(id));
                }
            });
            false
        });
    }
    found
}

fn keys_of_stored(
    draft: &Draft<'_>,
    entry: &AssociateEntry,
    profile: Uuid,
    known: &Known,
) -> impl Iterator<Item = Key> {
    let entity = entry.entity_type.as_str();
    let id = entry.resolver_id;
    let automatic = id.filter(|id| is_automatic(&draft.profile, *id));
    let who = automatic.and_then(|_| known.get(&profile));
    [
        Some(Key::Profile(entry.list, profile)),
        id.map(|id| Key::Id(entry.list, entity, id)),
        who.map(|who| Key::Who(entry.list, who.clone())),
        id.map(|id| Key::Moved(entity, id)),
    ]
    .into_iter()
    .flatten()
}

/// Whom an entry without a profile is about.
fn entry_identity(entry: &AssociateEntry) -> Option<String> {
    let data = entry.immediate_data.as_ref()?;
    let data = entry.linked_profile_id.is_none().then_some(data)?;
    identity(entry.entity_type, data)
}

/// Whom data is about: the number and country of a company, else the name in any spelling with
/// whatever else tells people of the same name apart. Two are the same when this is; `None` when
/// the data names nobody.
fn identity(entity: EntityType, data: &Value) -> Option<String> {
    let text = |pointer: &str| {
        let text = data.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default().trim()
    };
    let number = text("/metadata/number");
    let country = text("/metadata/country_of_incorporation");
    let entity = entity.as_str();
    if !number.is_empty() && !country.is_empty() {
        return Some(json!([entity, number, country]).to_string());
    }
    let name = wire::fold::text(&wire::collected::display_name(data));
    let born = text("/personal_details/dob");
    (!name.is_empty()).then(|| json!([entity, name, born, number, country]).to_string())
}
