//! What tests send.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Somebody of low risk, who applies for a current account.
pub(crate) fn person(given: &str, family: &str) -> Value {
    json!({
        "role": "INDIVIDUAL_CUSTOMER",
        "collected_data": {
            "entity_type": "INDIVIDUAL",
            "personal_details": {
                "name": {"given_names": [given], "family_name": family},
                "dob": "1980-05-05",
                "nationality": "GBR",
            },
            "address_history": [{"address": {
                "type": "STRUCTURED",
                "country": "GBR",
                "postal_code": "SW1A 1AA",
                "locality": "London",
                "route": "Downing Street",
                "street_number": "10",
            }}],
        },
        "applications": [{"product": {"alias": "current_account"}}],
    })
}

/// Somebody who has not applied for anything, so that nothing happens by itself.
pub(crate) fn bystander(given: &str, family: &str) -> Value {
    let mut person = person(given, family);
    person["applications"] = json!([]);
    person
}

/// The start of a PDF, then bytes that do not repeat.
pub(crate) fn pdf(size: usize) -> Vec<u8> {
    let noise = (0_u64..).flat_map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 17).to_le_bytes());
    b"%PDF-1.7\n"
        .iter()
        .copied()
        .chain(noise)
        .take(size)
        .collect()
}

pub(crate) fn pdf_text() -> String {
    encode(&pdf(500))
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
