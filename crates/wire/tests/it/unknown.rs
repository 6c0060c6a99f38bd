//! Fields of collected data that the contract does not know.

use jiff::civil::date;
use serde_json::{Value, json};
use wire::collected::{Rules, check_by, check_new};
use wire::request::{AddDocument, parse};
use wire::value::EntityType;

fn told(data: &Value) -> Vec<String> {
    let entity = match data["entity_type"].as_str() {
        Some("COMPANY") => EntityType::Company,
        _ => EntityType::Individual,
    };
    let mistakes = check_new(entity, data).err().unwrap_or_default();
    let mut told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    told.sort();
    told
}

#[track_caller]
fn check_told(data: &Value, expected: &[&str]) {
    let found = told(data);
    let fits = |(told, expected): (&String, &&str)| told.starts_with(*expected);
    assert!(
        found.len() == expected.len() && found.iter().zip(expected).all(fits),
        "{found:#?}"
    );
}

/// A company whose only director is described by this data.
fn directed_by(person: &Value) -> Value {
    json!({
        "entity_type": "COMPANY",
        "officers": {"directors": [{"entity_type": person["entity_type"], "immediate_data": person}]},
    })
}

#[test]
fn an_unknown_field_is_told_with_its_path_and_the_nearest_known_one_at_any_depth() {
    let address = json!({"type": "STRUCTURED", "country": "GBR", "contry": "RUS"});
    check_told(
        &json!({
            "entity_type": "INDIVIDUAL",
            "foo": 1,
            "custom_field": {"occupation": "x"},
            "personal_detials": {},
            "personal_details": {"name": {"given_name": "Ada"}, "surname": "Byron", "dbo": "1984"},
            "address_history": [{"address": address}, {"address": address, "strat_date": "2020-01"}],
            "contact_details": {"mail": "a@example.com"},
        }),
        &[
            "address_history[0].address.contry is not a known field; did you mean country?",
            "address_history[1].address.contry is not a known field; did you mean country?",
            "address_history[1].strat_date is not a known field; did you mean start_date?",
            "contact_details.mail is not a known field; did you mean email?",
            "custom_field is not a known field; did you mean custom_fields?",
            "foo is not a known field; known are address_history, ",
            "personal_details.dbo is not a known field; did you mean dob?",
            "personal_details.name.given_name is not a known field; did you mean given_names?",
            "personal_details.surname is not a known field; known are dob, ",
            "personal_detials is not a known field; did you mean personal_details?",
        ],
    );
    check_told(
        &json!({"entity_type": "COMPANY", "officers": {"directers": []}, "metadata": {"sic_codes": [{"cod": "1"}]}}),
        &[
            "metadata.sic_codes[0].cod is not a known field; did you mean code?",
            "officers.directers is not a known field; did you mean directors?",
        ],
    );
}

#[test]
fn what_only_the_other_kind_of_entity_has_is_unknown() {
    for (data, unknown) in [
        (
            json!({"entity_type": "INDIVIDUAL", "metadata": {"name": "A"}}),
            "metadata",
        ),
        (
            json!({"entity_type": "COMPANY", "personal_details": {}}),
            "personal_details",
        ),
    ] {
        let said = format!("{unknown} is not a known field; ");
        check_told(&data, &[&said]);
        let said = format!("officers.directors[0].immediate_data.{said}");
        check_told(&directed_by(&data), &[&said]);
    }
}

#[test]
fn what_the_contract_leaves_open_stays_open() {
    let open = json!({"any": {"thing": [{"at": "all"}]}});
    check_told(
        &json!({
            "entity_type": "INDIVIDUAL",
            "channel": "ONLINE",
            "nothing": null,
            "custom_fields": open,
            "external_refs": {"ours": open},
            "personal_details": {"national_identity_number": {"GBR": "1"}},
            "address_history": [{"address": {"type": "STRUCTURED", "original_structured_address": open}}],
            "documents": [{
                "category": "PROOF_OF_IDENTITY",
                "document_type": "PASSPORT",
                "images": [{"id": "47c11334-0000-11ea-8d71-362b9e155667", "any": open}],
            }],
        }),
        &[],
    );
    check_told(
        &json!({"entity_type": "COMPANY", "authorized_persons": [{
            "entity_type": "INDIVIDUAL",
            "unverified_task_variant_ids": [],
            "merged_resolver_ids": [],
            "linked_profile": {"id": "47c11334-0000-11ea-8d71-362b9e155667", "collected_data": open, "risk": open},
        }]}),
        &[],
    );
}

#[test]
fn an_unknown_field_that_is_stored_may_be_sent_back_and_no_further() {
    let rules = Rules {
        today: date(2026, 11, 23),
        custom_fields: Vec::new(),
    };
    let stored = directed_by(&json!({"entity_type": "INDIVIDUAL", "foo": 1}));
    let check = |data: &Value, stored| check_by(&rules, EntityType::Company, data, stored);
    assert!(check(&stored, None).is_err());
    assert!(check(&stored, Some(&stored)).is_ok());
    let more = directed_by(&json!({"entity_type": "INDIVIDUAL", "foo": 1, "bar": 1}));
    let mistakes = check(&more, Some(&stored)).unwrap_err();
    assert_eq!(mistakes.len(), 1);
    assert_eq!(
        mistakes[0].field,
        "officers.directors[0].immediate_data.bar"
    );
}

#[test]
fn of_many_stored_unknown_fields_each_may_go_and_none_be_added() {
    let rules = Rules {
        today: date(2026, 11, 23),
        custom_fields: Vec::new(),
    };
    let of = |fields: std::ops::Range<u32>| {
        let fields = fields.map(|n| (format!("a{n:03}"), json!(1)));
        let mut data: serde_json::Map<String, Value> = fields.collect();
        data.insert("entity_type".to_owned(), json!("INDIVIDUAL"));
        Value::Object(data)
    };
    let check = |data: &Value, stored: &Value| {
        check_by(&rules, EntityType::Individual, data, Some(stored)).map(|_| ())
    };
    let stored = of(0..300);
    assert_eq!(check(&of(1..300), &stored), Ok(()));
    let mistakes = check(&of(0..301), &stored).unwrap_err();
    assert_eq!(mistakes.len(), 1);
    assert_eq!(mistakes[0].field, "a300");
}

#[test]
fn data_of_the_wrong_kind_is_not_told_field_by_field() {
    let data = json!({"entity_type": "INDIVIDUAL", "personal_details": {}, "address_history": []});
    let mistakes = check_new(EntityType::Company, &data).unwrap_err();
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
}

#[test]
fn of_many_unknown_fields_a_hundred_are_told_and_long_names_are_cut() {
    let many = (0..1_000).map(|n| (format!("field{n}{}", "x".repeat(1_000)), json!(1)));
    let mut data: serde_json::Map<String, Value> = many.collect();
    data.insert("entity_type".to_owned(), json!("INDIVIDUAL"));
    let mistakes = check_new(EntityType::Individual, &Value::Object(data)).unwrap_err();
    assert_eq!(mistakes.len(), wire::field_error::MISTAKES_MAX);
    assert!(mistakes.iter().all(|it| it.field.len() == 100));
}

#[test]
fn what_a_document_says_is_held_to_it_as_well() {
    let body = json!({
        "category": "PROOF_OF_IDENTITY",
        "document_type": "PASSPORT",
        "images": [],
        "extracted_data": {"expiri": "2030-01-01", "personal_details": {"name": {"surname": "x"}}},
    });
    let mistakes = parse::<AddDocument>(body.to_string().as_bytes()).unwrap_err();
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(
        told[0],
        "extracted_data.expiri is not a known field; did you mean expiry?"
    );
    assert!(
        told[1].starts_with(
            "extracted_data.personal_details.name.surname is not a known field; known"
        )
    );
}
