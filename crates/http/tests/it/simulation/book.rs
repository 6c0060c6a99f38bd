//! People and companies of every kind of outcome.

use serde_json::{Value, json};

use crate::samples::person;

pub(super) const DIRECTORS: &str = "officers.directors";
pub(super) const SHAREHOLDERS: &str = "ownership_structure.shareholders";

/// Bodies by reference.
type Book = Vec<(&'static str, Value)>;

/// Everybody.
pub(super) fn book() -> Book {
    let mut book = people();
    book.extend(companies());
    book.extend(owned_companies());
    book
}

fn people() -> Book {
    let country = "/collected_data/address_history/0/address/country";
    let dob = "/collected_data/personal_details/dob";
    let products = |aliases: &[&str]| {
        let product = |alias: &&str| json!({"product": {"alias": alias}});
        Value::Array(aliases.iter().map(product).collect())
    };
    let both = products(&["current_account", "savings_account"]);
    let young = with(person("Yann", "Young"), dob, json!("2015-01-01"));
    let high = with(young.clone(), country, json!("YEM"));
    let high = with(high, "/applications", products(&["savings_account"]));
    vec![
        ("plain", person("Ada", "Byron")),
        ("both", with(person("Bob", "Both"), "/applications", both)),
        ("fails", person("Fay", "Fail")),
        ("pep", person("Percy", "Pep")),
        ("sanctioned", person("Sandra", "Sanction")),
        ("errs", person("Erin", "Error")),
        ("one_source", person("Olive", "1+1")),
        (
            "prohibited",
            with(person("Petra", "Prince"), country, json!("IRN")),
        ),
        ("young", young),
        ("high_savings", high),
        ("no_dob", with(person("Nora", "Nodob"), dob, Value::Null)),
        (
            "rough_dob",
            with(person("Rita", "Rough"), dob, json!("2008")),
        ),
        ("director", person("Dora", "Director")),
        ("associate", associate("Alan", "Aide")),
        ("pep_owner", associate("Paula", "Pep")),
    ]
}

fn companies() -> Book {
    let well_run = company(
        "Well Run Ltd",
        "07000001",
        &["current_account", "savings_account"],
    );
    let two_directors = company("Two Directors Ltd", "07000002", &["savings_account"]);
    let two_directors = listing(two_directors, DIRECTORS, ("INDIVIDUAL", "associate"));
    let two_directors = listing(two_directors, DIRECTORS, ("INDIVIDUAL", "pep_owner"));
    let mut unlinked = company("Unlinked Ltd", "07000005", &["current_account"]);
    unlinked["collected_data"]["officers"] = json!({"directors": [{
        "entity_type": "INDIVIDUAL",
        "immediate_data": person("Inline", "Pep")["collected_data"],
    }]});
    vec![
        (
            "well_run",
            listing(well_run, DIRECTORS, ("INDIVIDUAL", "director")),
        ),
        ("two_directors", two_directors),
        (
            "nobody",
            company("Nobody Ltd", "07000003", &["savings_account"]),
        ),
        (
            "found",
            company(
                "Orchard Officers Owners Ltd",
                "07000004",
                &["current_account"],
            ),
        ),
        ("unlinked", unlinked),
    ]
}

fn owned_companies() -> Book {
    let top = company(
        "Top Ltd",
        "07000006",
        &["current_account", "savings_account"],
    );
    let mut below = company("Below Ltd", "07000007", &[]);
    below["role"] = json!("COMPANY_ASSOCIATED");
    let ring = |name, number, other| {
        let one = company(name, number, &["current_account"]);
        listing(one, SHAREHOLDERS, ("COMPANY", other))
    };
    let ring_two = ring("Ring Two Ltd", "07000009", "ring_one");
    let above_ring = company("Above Ring Ltd", "07000010", &["current_account"]);
    vec![
        // Above the one that it lists, though it comes first.
        ("top", listing(top, SHAREHOLDERS, ("COMPANY", "below"))),
        (
            "below",
            listing(below, SHAREHOLDERS, ("INDIVIDUAL", "associate")),
        ),
        ("ring_one", ring("Ring One Ltd", "07000008", "ring_two")),
        (
            "ring_two",
            listing(ring_two, SHAREHOLDERS, ("INDIVIDUAL", "associate")),
        ),
        (
            "above_ring",
            listing(above_ring, SHAREHOLDERS, ("COMPANY", "ring_one")),
        ),
    ]
}

fn associate(given: &str, family: &str) -> Value {
    let mut body = person(given, family);
    body["role"] = json!("INDIVIDUAL_ASSOCIATED");
    with(body, "/applications", Value::Null)
}

/// A company that applies for products.
pub(super) fn company(name: &str, number: &str, products: &[&str]) -> Value {
    let applications = products
        .iter()
        .map(|alias| json!({"product": {"alias": alias}}));
    json!({
        "role": "COMPANY_CUSTOMER",
        "collected_data": {
            "entity_type": "COMPANY",
            "metadata": {"name": name, "number": number, "country_of_incorporation": "GBR"},
        },
        "applications": applications.collect::<Vec<_>>(),
    })
}

/// With somebody on a list, by reference.
pub(super) fn listing(mut company: Value, list: &str, (entity, reference): (&str, &str)) -> Value {
    let entry = json!({
        "entity_type": entity,
        "linked_profile": {"reference": reference},
        "total_percentage": 60,
    });
    let (group, list) = list.split_once('.').unwrap();
    let data = &mut company["collected_data"];
    if data[group][list].is_null() {
        data[group][list] = json!([]);
    }
    data[group][list].as_array_mut().unwrap().push(entry);
    company
}

/// With another value, or without the field.
fn with(mut profile: Value, pointer: &str, value: Value) -> Value {
    let (holder, name) = pointer.rsplit_once('/').unwrap();
    let holder = profile.pointer_mut(holder).unwrap();
    match value {
        Value::Null => drop(holder.as_object_mut().unwrap().remove(name)),
        value => *holder.get_mut(name).unwrap() = value,
    }
    profile
}
