//! Facts of companies.

use std::collections::BTreeSet;

use domain::Value;
use serde_json::Value as Json;

use super::Declared;
use super::associates::count;
use super::read::{country, date, flag, list, number, string, text};
use crate::collected::AssociateList;

/// The type of the address that counts as the present one.
const REGISTERED_ADDRESS: &str = "registered_address";
/// The classification that [`Declared`] has a property of its own for.
const SIC: &str = "SIC";

/// Reads what collected data of a company says.
pub(super) fn read(data: &Json, declared: &mut Declared) {
    let metadata = &data["metadata"];
    declared.one("company_name", text(&metadata["name"]));
    declared.one("company_number", text(&metadata["number"]));
    let incorporated_in = country(&metadata["country_of_incorporation"]);
    declared.one("country_of_incorporation", incorporated_in);
    declared.one("incorporation_date", date(&metadata["incorporation_date"]));
    declared.one("company_type", text(&metadata["company_type"]));
    let structure = &metadata["structured_company_type"];
    declared.one("ownership_type", text(&structure["ownership_type"]));
    declared.one("is_public", flag(&structure["is_public"]));
    declared.one("is_limited", flag(&structure["is_limited"]));
    declared.one("is_active", flag(&metadata["is_active"]));
    let employees = number(&metadata["number_of_employees"]);
    declared.one("number_of_employees", employees);
    contact(metadata, "email", declared);
    contact(metadata, "phone_number", declared);
    industries(metadata, declared);
    addresses(&metadata["addresses"], declared);
    associates(data, declared);
}

/// Contact details, under the contract's name or the one that providers use now.
fn contact(metadata: &Json, key: &'static str, declared: &mut Declared) {
    let details = text(&metadata["contact_details"][key]);
    let value = details.or_else(|| text(&metadata["contact_information"][key]));
    declared.one(key, value);
}

/// SIC codes are in a list of their own or among the classifications, or in both.
fn industries(metadata: &Json, declared: &mut Declared) {
    let own = list(&metadata["sic_codes"]);
    let classified = list(&metadata["industry_classifications"]);
    let is_sic = |entry: &&Json| string(&entry["classification_type"]) == Some(SIC);
    let sic = classified.into_iter().flatten().filter(is_sic);
    let mut all: Vec<&Json> = own.into_iter().flatten().chain(sic).collect();
    let mut seen = BTreeSet::new();
    all.retain(|entry| string(&entry["code"]).is_none_or(|code| seen.insert(code.to_owned())));
    let known = own.is_some() || !all.is_empty();
    declared.many("sic_code", known.then_some(all), |entry| {
        text(&entry["code"])
    });
    declared.many("industry_code", classified, |entry| text(&entry["code"]));
}

fn addresses(addresses: &Json, declared: &mut Declared) {
    let addresses = list(addresses).map(|entries| {
        let is_registered = |entry: &Json| entry["type"] == REGISTERED_ADDRESS;
        let entries = entries.iter().map(|entry| (is_registered(entry), entry));
        let mut entries: Vec<(bool, &Json)> = entries.collect();
        entries.sort_by_key(|(is_registered, _)| *is_registered);
        entries
    });
    declared.addresses(addresses);
}

fn associates(data: &Json, declared: &mut Declared) {
    use AssociateList::{
        BeneficialOwners, Directors, Other, Partners, Secretaries, Shareholders, Trustees,
    };
    let shareholders = count(data, &[Shareholders]);
    declared.one("number_of_shareholders", shareholders.map(Value::count));
    let owners = count(data, &[BeneficialOwners]);
    declared.one("number_of_beneficial_owners", owners.map(Value::count));
    let officers = count(data, &[Directors, Secretaries, Partners, Trustees, Other]);
    declared.one("number_of_officers", officers.map(Value::count));
}
