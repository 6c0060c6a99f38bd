//! People and figures made up from a name, the same every time.

use serde_json::{Value, json};
use uuid::Uuid;

const GIVEN_NAMES: [&str; 12] = [
    "Alice", "Bernard", "Carmen", "Daniel", "Elena", "Farid", "Grace", "Henrik", "Irene", "Jonas",
    "Katarina", "Liam",
];
const FAMILY_NAMES: [&str; 12] = [
    "Abbott",
    "Bergström",
    "Castillo",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Grant",
    "Horváth",
    "Ivanova",
    "Jensen",
    "Kowalski",
    "Lindgren",
];

/// A number that depends on nothing but the seed (FNV-1a): the same on every machine.
pub(super) fn number(seed: &str) -> u64 {
    seed.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A number below `limit`, which is at most [`u32::MAX`].
pub(super) fn below(seed: &str, limit: u32) -> u32 {
    let spread = number(seed) >> 17;
    u32::try_from(spread % u64::from(limit.max(1))).unwrap_or(0)
}

/// An id that belongs to the seed.
pub(super) fn id(seed: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, seed.as_bytes())
}

/// A person, as `immediate_data`.
pub(super) fn person(seed: &str, country: &Value) -> Value {
    let pick = |names: [&'static str; 12], what: &str| {
        names[below(&format!("{seed}/{what}"), 12) as usize]
    };
    let (year, month) = (
        1950 + below(&format!("{seed}/year"), 45),
        1 + below(seed, 12),
    );
    let mut details = json!({
        "name": {
            "given_names": [pick(GIVEN_NAMES, "given")],
            "family_name": pick(FAMILY_NAMES, "family"),
        },
        "dob": format!("{year}-{month:02}"),
    });
    if country.is_string() {
        details["nationality"] = country.clone();
    }
    let mut person =
        json!({ "entity_type": "INDIVIDUAL", "personal_details": details, "address_history": [] });
    if country.is_string() {
        let number = 1 + below(&format!("{seed}/house"), 200);
        person["address_history"] = json!([{ "address": {
            "type": "STRUCTURED", "country": country, "route": "Demo Street",
            "street_number": number.to_string(), "locality": "Demotown", "postal_code": "DE1 0MO",
        } }]);
    }
    person
}
