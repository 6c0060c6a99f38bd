//! Invented people: everybody is plain, so that the policy approves them by itself.

use serde_json::{Value, json};

const GIVEN: &[&str] = &[
    "Alex", "Bella", "Carol", "David", "Erin", "Felix", "Grace", "Henry", "Iris", "Jonas", "Karen",
    "Leo", "Maria", "Nora", "Oscar", "Paula",
];
const STARTS: &[&str] = &[
    "Ash", "Birch", "Cold", "Down", "East", "Fair", "Green", "Hill", "Iron", "Kings", "Long",
    "Mill", "North", "Oak", "Park", "Stone",
];
const ENDS: &[&str] = &[
    "bury", "combe", "dale", "field", "ford", "ham", "hurst", "ley", "man", "more", "ridge", "ton",
    "wick", "wood", "worth", "well",
];

/// The given name of the person of this number.
pub(crate) fn given_name(number: u32) -> &'static str {
    pick(GIVEN, number)
}

/// The family name of the person of this number.
pub(crate) fn family_name(number: u32) -> String {
    format!("{}{}", pick(STARTS, number / 16), pick(ENDS, number / 256))
}

/// The date of birth of the person of this number: an adult.
pub(crate) fn date_of_birth(number: u32) -> (u32, u32, u32) {
    (1950 + number % 45, 1 + number / 7 % 12, 1 + number / 3 % 28)
}

/// The body of the request that creates the person of this number, with an application.
pub(crate) fn request(number: u32) -> Value {
    json!({
        "role": "INDIVIDUAL_CUSTOMER",
        "collected_data": data(number),
        "applications": [{ "product": { "alias": "current_account" } }],
    })
}

/// What is collected about the person of this number.
pub(crate) fn data(number: u32) -> Value {
    let (year, month, day) = date_of_birth(number);
    json!({
        "entity_type": "INDIVIDUAL",
        "customer_ref": format!("BENCH-{number:08}"),
        "personal_details": {
            "name": { "given_names": [given_name(number)], "family_name": family_name(number) },
            "dob": format!("{year:04}-{month:02}-{day:02}"),
            "nationality": "GBR",
        },
        "contact_details": {
            "email": format!("person{number}@example.com"),
            "phone_number": format!("07700 900{:03}", number % 1_000),
        },
        "address_history": [{ "address": {
            "type": "STRUCTURED", "country": "GBR", "postal_code": "EC1A 1BB",
            "locality": "London", "route": "High Street",
            "street_number": (1 + number % 200).to_string(),
        } }],
    })
}

fn pick(words: &'static [&'static str], number: u32) -> &'static str {
    let place = usize::try_from(number).unwrap_or_default() % words.len();
    words.get(place).copied().unwrap_or_default()
}
