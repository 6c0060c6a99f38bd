//! Associates that a check found.

use domain::Candidate;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::associates::{candidate, entries};
use super::read::string;
use crate::collected::AssociateList;

/// What of a relationship becomes part of an entry, under the same name.
const COPIED: [&str; 6] = [
    "original_role",
    "total_percentage",
    "shareholdings",
    "kind",
    "natures_of_control",
    "provider_name",
];

/// An associate that a check found: as the domain sees it, the entry for the company's list, and
/// which list that is.
pub type Found = (Candidate, Json, AssociateList);

/// The associates in the output of a check of a company: those on the lists of officers and
/// owners, and those of the newer `associated_entities`, one for each relationship.
///
/// The entries have `immediate_data` and can be put on the lists as they are. Relationships of
/// unknown roles are left out, and those of former owners without a day on which they ended.
pub fn candidates(check_output: &Json) -> Vec<Found> {
    let mut found = Vec::new();
    for at in AssociateList::ALL {
        if !is_public_record(*at) {
            continue;
        }
        for entry in entries(check_output, *at).into_iter().flatten() {
            found.extend(candidate(*at, entry).map(|candidate| (candidate, entry.clone(), *at)));
        }
    }
    let associated = check_output["associated_entities"].as_array();
    found.extend(associated.into_iter().flatten().flat_map(related));
    found
}

/// Whether a provider can know the list: it cannot know whom a company lets speak for it.
fn is_public_record(at: AssociateList) -> bool {
    match at {
        AssociateList::Directors
        | AssociateList::Secretaries
        | AssociateList::Partners
        | AssociateList::Trustees
        | AssociateList::Resigned
        | AssociateList::Other
        | AssociateList::Shareholders
        | AssociateList::BeneficialOwners => true,
        AssociateList::AuthorizedPersons | AssociateList::UnauthorizedPersons => false,
    }
}

fn related(associate: &Json) -> impl Iterator<Item = Found> + '_ {
    let relationships = associate["relationships"].as_array().into_iter().flatten();
    relationships.filter_map(|relationship| {
        let (at, entry) = entry(associate, relationship)?;
        let entry = Json::Object(entry);
        Some((candidate(at, &entry)?, entry, at))
    })
}

/// One relationship as an entry of the list it belongs to.
fn entry(associate: &Json, relationship: &Json) -> Option<(AssociateList, Map<String, Json>)> {
    let at = list_of(string(&relationship["associated_role"])?)?;
    let mut entry = Map::new();
    for name in ["entity_type", "immediate_data"] {
        copy(associate, name, name, &mut entry);
    }
    let id = associate["associate_id"].as_str();
    if let Some(id) = id.and_then(|id| Uuid::try_parse(id).ok()) {
        entry.insert("resolver_id".to_owned(), Json::String(id.to_string()));
    }
    for name in COPIED {
        copy(relationship, name, name, &mut entry);
    }
    let at = tenure(at, &relationship["tenure"], &mut entry)?;
    Some((at, entry))
}

/// Writes when the role began and ended. Officers who left without a day are on the list of the
/// resigned ones; owners have no such list.
fn tenure(
    at: AssociateList,
    tenure: &Json,
    entry: &mut Map<String, Json>,
) -> Option<AssociateList> {
    let owner = matches!(
        at,
        AssociateList::Shareholders | AssociateList::BeneficialOwners
    );
    let (start, end) = if owner {
        ("notified_on", "ceased_on")
    } else {
        ("appointed_on", "resigned_on")
    };
    copy_day(tenure, "start", start, entry);
    let former = string(&tenure["tenure_type"]) == Some("FORMER");
    if !former {
        return Some(at);
    }
    copy_day(tenure, "end", end, entry);
    match (owner, entry.contains_key(end)) {
        (true, false) => None,
        (true, true) => Some(at),
        (false, _) => Some(AssociateList::Resigned),
    }
}

fn list_of(role: &str) -> Option<AssociateList> {
    Some(match role {
        "DIRECTOR" => AssociateList::Directors,
        "COMPANY_SECRETARY" => AssociateList::Secretaries,
        "PARTNER" => AssociateList::Partners,
        "TRUSTEE" => AssociateList::Trustees,
        "RESIGNED_OFFICER" => AssociateList::Resigned,
        "OTHER" => AssociateList::Other,
        "SHAREHOLDER" | "CONTROLLING_SHAREHOLDER" => AssociateList::Shareholders,
        "BENEFICIAL_OWNER" | "GLOBAL_ULTIMATE_OWNER" | "PERSON_OF_SIGNIFICANT_CONTROL" => {
            AssociateList::BeneficialOwners
        }
        _ => return None,
    })
}

fn copy(from: &Json, name: &str, to_name: &str, to: &mut Map<String, Json>) {
    if let Some(value) = from.get(name).filter(|value| !value.is_null()) {
        to.insert(to_name.to_owned(), value.clone());
    }
}

/// Copies a whole date; the contract has no partial ones here.
fn copy_day(from: &Json, name: &str, to_name: &str, to: &mut Map<String, Json>) {
    let day: Option<crate::time::Date> = from[name].as_str().and_then(|text| text.parse().ok());
    if let Some(day) = day {
        to.insert(to_name.to_owned(), Json::String(day.to_string()));
    }
}
