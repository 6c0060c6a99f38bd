//! Facts of people.

use domain::Value;
use serde_json::Value as Json;

use super::Declared;
use super::read::{country, country_code, date, list, string, text};

/// Reads what collected data of a person says.
pub(super) fn read(data: &Json, declared: &mut Declared) {
    let details = &data["personal_details"];
    let name = &details["name"];
    declared.one("nationality", country(&details["nationality"]));
    declared.one("dob", date(&details["dob"]));
    declared.one("gender", text(&details["gender"]));
    declared.one("title", text(&name["title"]));
    declared.one("given_names", given_names(&name["given_names"]));
    declared.one("family_name", text(&name["family_name"]));
    let contact = &data["contact_details"];
    declared.one("email", text(&contact["email"]));
    declared.one("phone_number", text(&contact["phone_number"]));
    declared.one("ip.country", country(&data["ip_location"]["country"]));
    let numbers = details["national_identity_number"].as_object();
    declared.many("identity_number.country", numbers, |(country, number)| {
        string(number).and_then(|_| country_code(country))
    });
    addresses(&data["address_history"], declared);
}

/// All given names, joined by spaces.
fn given_names(names: &Json) -> Option<Value> {
    let names: Vec<&str> = list(names)?.iter().filter_map(string).collect();
    (!names.is_empty()).then(|| Value::Text(names.join(" ")))
}

fn addresses(history: &Json, declared: &mut Declared) {
    let history = list(history).map(|entries| {
        let mut entries: Vec<&Json> = entries.iter().collect();
        entries.sort_by_key(|entry| standing(entry));
        let is_present = |entry| standing(entry).0 != Residence::Former;
        let entries = entries.into_iter();
        entries.map(|entry| (is_present(entry), entry)).collect()
    });
    declared.addresses(history);
}

/// Whether somebody still lives at an address.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Residence {
    /// It has an end.
    Former,
    /// It has a start and no end.
    Since,
    /// It has no dates: the present one, as the contract says.
    Present,
}

/// Sorts addresses by start and end, those that are still lived at behind the others: an old one
/// that has ended never becomes the present one because it began later.
fn standing(entry: &Json) -> (Residence, &str, &str) {
    let start = string(&entry["start_date"]);
    let end = string(&entry["end_date"]);
    let residence = match (start, end) {
        (_, Some(_)) => Residence::Former,
        (Some(_), None) => Residence::Since,
        (None, None) => Residence::Present,
    };
    (
        residence,
        start.unwrap_or_default(),
        end.unwrap_or_default(),
    )
}
