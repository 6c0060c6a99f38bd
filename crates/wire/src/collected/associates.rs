//! The associates of a company: ten lists inside its collected data.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::time::Date;
use crate::value::{AssociatedRole, EntityType};

/// A list of associates. The list says what its entries are to the company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssociateList {
    Directors,
    Secretaries,
    Partners,
    Trustees,
    Resigned,
    Other,
    Shareholders,
    BeneficialOwners,
    AuthorizedPersons,
    UnauthorizedPersons,
}

impl AssociateList {
    /// Every list.
    pub const ALL: &'static [AssociateList] = &[
        AssociateList::Directors,
        AssociateList::Secretaries,
        AssociateList::Partners,
        AssociateList::Trustees,
        AssociateList::Resigned,
        AssociateList::Other,
        AssociateList::Shareholders,
        AssociateList::BeneficialOwners,
        AssociateList::AuthorizedPersons,
        AssociateList::UnauthorizedPersons,
    ];

    /// Where the list is in collected data: `officers.directors`.
    pub const fn path(self) -> &'static str {
        match self {
            AssociateList::Directors => "officers.directors",
            AssociateList::Secretaries => "officers.secretaries",
            AssociateList::Partners => "officers.partners",
            AssociateList::Trustees => "officers.trustees",
            AssociateList::Resigned => "officers.resigned",
            AssociateList::Other => "officers.other",
            AssociateList::Shareholders => "ownership_structure.shareholders",
            AssociateList::BeneficialOwners => "ownership_structure.beneficial_owners",
            AssociateList::AuthorizedPersons => "authorized_persons",
            AssociateList::UnauthorizedPersons => "unauthorized_persons",
        }
    }

    /// What the entries of the list are to the company.
    pub const fn role(self) -> AssociatedRole {
        match self {
            AssociateList::Directors => AssociatedRole::Director,
            AssociateList::Secretaries => AssociatedRole::CompanySecretary,
            AssociateList::Partners => AssociatedRole::Partner,
            AssociateList::Trustees => AssociatedRole::Trustee,
            AssociateList::Resigned => AssociatedRole::ResignedOfficer,
            AssociateList::Other => AssociatedRole::Other,
            AssociateList::Shareholders => AssociatedRole::Shareholder,
            AssociateList::BeneficialOwners => AssociatedRole::BeneficialOwner,
            AssociateList::AuthorizedPersons => AssociatedRole::AuthorizedPerson,
            AssociateList::UnauthorizedPersons => AssociatedRole::UnauthorizedPerson,
        }
    }

    /// The list at the path, as [`AssociateList::path`] writes it.
    pub fn at(path: &str) -> Option<AssociateList> {
        AssociateList::ALL
            .iter()
            .copied()
            .find(|list| list.path() == path)
    }
}

/// One associate of a company. Values that are not as the contract wants them are left out, not
/// refused: the data was checked when it came in.
#[derive(Clone, Debug, PartialEq)]
pub struct AssociateEntry {
    pub list: AssociateList,
    /// The place in the list, from 0.
    pub index: usize,
    pub resolver_id: Option<Uuid>,
    pub entity_type: EntityType,
    /// The profile of the associate, when it has one.
    pub linked_profile_id: Option<Uuid>,
    /// What is known of an associate that has no profile yet.
    pub immediate_data: Option<Value>,
    /// The share in the company, in percent.
    pub total_percentage: Option<f64>,
    pub appointed_on: Option<Date>,
    pub resigned_on: Option<Date>,
    /// The task variants that the associate is verified for.
    pub task_variant_ids: Vec<Uuid>,
}

/// The associates of a company, list by list; none of a person.
pub fn associates(data: &Value) -> Vec<AssociateEntry> {
    let mut found = Vec::new();
    for list in AssociateList::ALL {
        for (index, entry) in entries(data, *list).iter().enumerate() {
            found.extend(read(*list, index, entry));
        }
    }
    found
}

/// Puts an entry at the end of a list, which is made if it is not there. Data that is no object
/// is left as it is.
pub fn add_associate(data: &mut Value, list: AssociateList, entry: Value) {
    if let Some(entries) = list_mut(data, list, true) {
        entries.push(entry);
    }
}

/// Puts an entry in the place of another. Returns the old one; `None` when there is none, and
/// then nothing has changed.
pub fn replace_associate(
    data: &mut Value,
    list: AssociateList,
    index: usize,
    entry: Value,
) -> Option<Value> {
    let place = list_mut(data, list, false)?.get_mut(index)?;
    Some(std::mem::replace(place, entry))
}

/// Takes an entry out of a list. Those behind it move up by one.
pub fn remove_associate(data: &mut Value, list: AssociateList, index: usize) -> Option<Value> {
    let entries = list_mut(data, list, false)?;
    (index < entries.len()).then(|| entries.remove(index))
}

/// The entries of a list as they are.
pub(super) fn entries(data: &Value, list: AssociateList) -> &[Value] {
    let found = list
        .path()
        .split('.')
        .try_fold(data, |at, name| at.get(name));
    found.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The entries of a list that are objects, to change.
pub(super) fn entries_mut(
    entity: &mut Map<String, Value>,
    list: AssociateList,
) -> impl Iterator<Item = &mut Map<String, Value>> {
    let mut names = list.path().split('.');
    let first = names.next().and_then(|name| entity.get_mut(name));
    let found = names.try_fold(first, |at, name| Some(at?.get_mut(name)));
    let list = found.flatten().and_then(Value::as_array_mut);
    list.into_iter().flatten().filter_map(Value::as_object_mut)
}

fn list_mut(data: &mut Value, list: AssociateList, make: bool) -> Option<&mut Vec<Value>> {
    let mut at = data;
    let mut names = list.path().split('.').peekable();
    while let Some(name) = names.next() {
        let is_last = names.peek().is_none();
        let fields = at.as_object_mut()?;
        if make && !fields.contains_key(name) {
            let empty = if is_last { json!([]) } else { json!({}) };
            fields.insert(name.to_owned(), empty);
        }
        at = fields.get_mut(name)?;
    }
    at.as_array_mut()
}

fn read(list: AssociateList, index: usize, entry: &Value) -> Option<AssociateEntry> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let id = |value: &Value| value.as_str().and_then(|text| Uuid::try_parse(text).ok());
    let task_variant_ids = entry["task_variant_ids"].as_array().into_iter().flatten();
    Some(AssociateEntry {
        list,
        index,
        resolver_id: id(&entry["resolver_id"]),
        entity_type: text("entity_type")?.parse().ok()?,
        linked_profile_id: id(&entry["linked_profile"]["id"]),
        immediate_data: entry.get("immediate_data").cloned(),
        total_percentage: entry["total_percentage"].as_f64(),
        appointed_on: text("appointed_on").and_then(|date| date.parse().ok()),
        resigned_on: text("resigned_on").and_then(|date| date.parse().ok()),
        task_variant_ids: task_variant_ids.filter_map(id).collect(),
    })
}
