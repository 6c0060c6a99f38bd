//! Collected data: what is refused, in which words, and what is kept.

use serde_json::{Value, json};
use wire::collected::{self, Checked};
use wire::value::EntityType;

fn individual(data: &Value) -> Result<Checked, Vec<String>> {
    check(EntityType::Individual, data)
}

fn company(data: &Value) -> Result<Checked, Vec<String>> {
    check(EntityType::Company, data)
}

fn check(entity: EntityType, data: &Value) -> Result<Checked, Vec<String>> {
    collected::check(entity, data)
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
}

fn person(personal_details: &Value) -> Value {
    json!({"entity_type": "INDIVIDUAL", "personal_details": personal_details})
}

#[track_caller]
fn assert_mistakes(checked: Result<Checked, Vec<String>>, expected: &[&str]) {
    let mut mistakes = checked.expect_err("there are mistakes");
    mistakes.sort();
    assert_eq!(mistakes, expected);
}

#[test]
fn every_mistake_is_told_at_once_in_plain_words() {
    let data = json!({
        "entity_type": "INDIVIDUAL",
        "personal_details": {
            "name": {"given_names": "Ada", "family_name": 7},
            "dob": "03/17/84",
            "nationality": "British",
            "gender": "X",
            "shoe_size": 38,
        },
        "contact_details": {"fax": "1"},
        "address_history": [{"address": {"type": "STRUCTURED", "country": "GB"}, "start_date": "2020-13"}],
    });
    assert_mistakes(
        individual(&data),
        &[
            "address_history[0].address.country must be a country's ISO 3166 alpha-3 code like GBR, not \"GB\"",
            "address_history[0].start_date must be a month like 1984-03, not \"2020-13\"",
            "contact_details.fax is not a known field",
            "personal_details.dob must be a date like 1984, 1984-03 or 1984-03-17, not \"03/17/84\"",
            "personal_details.gender must be one of M, F, not \"X\"",
            "personal_details.name.family_name must be a text, not 7",
            "personal_details.name.given_names must be a list, not \"Ada\"",
            "personal_details.nationality must be a country's ISO 3166 alpha-3 code like GBR, or a code of ICAO like XXA, not \"British\"",
            "personal_details.shoe_size is not a known field",
        ],
    );
}

#[test]
fn a_day_that_is_not_in_the_calendar_is_refused() {
    assert_mistakes(
        individual(&person(&json!({"dob": "1984-02-31"}))),
        &[
            "personal_details.dob must be a date like 1984, 1984-03 or 1984-03-17, not \"1984-02-31\"",
        ],
    );
    assert!(individual(&person(&json!({"dob": "1984-02-29"}))).is_ok());
    assert!(individual(&person(&json!({"dob": "1984"}))).is_ok());
}

#[test]
fn only_the_branch_that_was_meant_is_judged() {
    let address = |address: Value| {
        individual(&json!({"entity_type": "INDIVIDUAL", "address_history": [{"address": address}]}))
    };
    assert_mistakes(
        address(json!({"type": "FREEFORM", "country": "GBR"})),
        &["address_history[0].address.text is required"],
    );
    assert_mistakes(
        address(json!({"type": "STRUCTURED", "country": "GBR", "route": 1})),
        &["address_history[0].address.route must be a text, not 1"],
    );
    assert_mistakes(
        address(json!({"type": "POSTAL"})),
        &["address_history[0].address.type must be one of FREEFORM, STRUCTURED, not \"POSTAL\""],
    );
    assert_mistakes(
        address(json!({"country": "GBR"})),
        &["address_history[0].address.type is required"],
    );
}

#[test]
fn an_associate_is_linked_or_described_and_never_both() {
    let director = |entry: Value| {
        company(&json!({"entity_type": "COMPANY", "officers": {"directors": [entry]}}))
    };
    let id = "47c11334-0000-11ea-8d71-362b9e155667";
    let data = json!({"entity_type": "INDIVIDUAL"});
    assert_mistakes(
        director(json!({"entity_type": "INDIVIDUAL"})),
        &[
            "officers.directors[0] needs linked_profile (a profile that exists) or immediate_data (the details of the associate)",
        ],
    );
    assert_mistakes(
        director(
            json!({"entity_type": "INDIVIDUAL", "linked_profile": {"id": id}, "immediate_data": data}),
        ),
        &["officers.directors[0] must have linked_profile or immediate_data, not both"],
    );
    assert_mistakes(
        director(json!({"entity_type": "INDIVIDUAL", "linked_profile": {"id": "7"}})),
        &[
            "officers.directors[0].linked_profile.id must be a UUID like 59a7749e-0f3c-11ea-8d71-362b9e155667, not \"7\"",
        ],
    );
    let nested = json!({"entity_type": "INDIVIDUAL", "immediate_data": {"entity_type": "INDIVIDUAL", "personal_details": {"dob": "x"}}});
    assert_mistakes(
        director(nested),
        &[
            "officers.directors[0].immediate_data.personal_details.dob must be a date like 1984, 1984-03 or 1984-03-17, not \"x\"",
        ],
    );
    assert!(director(json!({"entity_type": "INDIVIDUAL", "linked_profile": {"id": id}})).is_ok());
}

#[test]
fn data_of_the_other_kind_of_entity_is_refused() {
    assert_mistakes(
        company(&json!({"entity_type": "INDIVIDUAL"})),
        &["entity_type must be \"COMPANY\", not \"INDIVIDUAL\""],
    );
    assert_mistakes(individual(&json!({})), &["entity_type is required"]);
    assert_mistakes(
        individual(&json!([])),
        &["the body must be an object, not a list"],
    );
}

#[test]
fn what_came_after_the_contract_is_accepted() {
    let data = json!({
        "entity_type": "COMPANY",
        "custom_fields": {"source_of_wealth": ["salary", "inheritance"], "n": 1},
        "bank_accounts": [{"type": "UK_ACCOUNT", "country": "GBR", "sort_code": "12-34-56", "account_number": "12345678"}],
        "documents_metadata": [{"document_type": "PASSPORT", "number": "24177984384", "country_code": "GBR"}],
        "external_refs": {"generic": "abc", "provider": [{"reference": "1", "label": "x"}]},
        "documents": [{"category": "PROOF_OF_ADDRESS", "document_type": "UTILITY_BILL", "images": []}],
        "metadata": {
            "tax_ids": [{"tax_id_type": "OTHER", "tax_id_name": "CNPJ", "value": "1"}],
            "addresses": [{"type": "trading_address", "address": {"type": "STRUCTURED", "country": "GBR", "postal_town": "Leeds", "address_lines": ["1 High Street"]}}],
            "industry_classifications": [{"classification_type": "NACE", "code": "64.19"}],
            "a_field_of_the_future": {"kept": true},
        },
    });
    let checked = company(&data).unwrap();
    assert_eq!(
        checked.data["metadata"]["a_field_of_the_future"],
        json!({"kept": true})
    );
    assert_eq!(checked.data["custom_fields"], data["custom_fields"]);
    assert_mistakes(
        company(
            &json!({"entity_type": "COMPANY", "bank_accounts": [{"type": "UK_ACCOUNT", "country": "GBR", "sort_code": "1"}]}),
        ),
        &[
            "bank_accounts[0].account_number is required",
            "bank_accounts[0].sort_code must be a sort code like 123456 or 12-34-56, not \"1\"",
        ],
    );
}

#[test]
fn whatever_it_looks_like_text_is_kept_as_it_is() {
    for name in [
        "=1+1",
        "<b>Bobby</b>",
        "🦀",
        "Null",
        "  two  spaces  ",
        "e\u{301}",
        "a\u{1}b\u{202e}c",
        &"x".repeat(10_000),
    ] {
        let data = person(&json!({"name": {"family_name": name}}));
        let checked = individual(&data).unwrap();
        assert_eq!(
            checked.data["personal_details"]["name"]["family_name"],
            name
        );
    }
}

#[test]
fn the_character_that_cannot_be_stored_is_refused_by_the_name_of_its_field() {
    assert_mistakes(
        individual(&person(&json!({"name": {"family_name": "a\0b"}}))),
        &[
            "personal_details.name.family_name contains the character U+0000, which cannot be stored",
        ],
    );
    assert_mistakes(
        individual(&json!({"entity_type": "INDIVIDUAL", "custom_fields": {"a\0": 1}})),
        &["custom_fields.a\\0 contains the character U+0000, which cannot be stored"],
    );
}

#[test]
fn limits_answer_clearly() {
    let long = "x".repeat(collected::STRING_BYTES_MAX + 1);
    assert_mistakes(
        individual(&person(&json!({"name": {"family_name": long}}))),
        &["personal_details.name.family_name is longer than 262144 bytes"],
    );
    let mut deep = json!(1);
    (0..collected::DEPTH_MAX).for_each(|_| deep = json!([deep]));
    let mistakes =
        individual(&json!({"entity_type": "INDIVIDUAL", "custom_fields": {"deep": deep}}))
            .unwrap_err();
    assert!(
        mistakes[0].ends_with("is nested deeper than 100 levels"),
        "{mistakes:?}"
    );
    let many = vec![json!(1); collected::LIST_ENTRIES_MAX + 1];
    assert_mistakes(
        individual(&json!({"entity_type": "INDIVIDUAL", "custom_fields": {"many": many}})),
        &["custom_fields.many has more than 10000 entries"],
    );
    let texts = vec![json!("x".repeat(200_000)); 50];
    assert_mistakes(
        individual(&json!({"entity_type": "INDIVIDUAL", "custom_fields": {"texts": texts}})),
        &["the body holds more than 8388608 bytes of data"],
    );
    let wrong: Vec<Value> = (0..1000).map(|n| json!({"address": n})).collect();
    let mistakes =
        individual(&json!({"entity_type": "INDIVIDUAL", "address_history": wrong})).unwrap_err();
    assert_eq!(mistakes.len(), wire::field_error::MISTAKES_MAX);
}

#[test]
fn freeform_addresses_are_read_back_structured() {
    let data = json!({"entity_type": "INDIVIDUAL", "address_history": [
        {"address": {"type": "FREEFORM", "country": "GBR", "text": "Flat 2, 1 High Street,, Leeds\nLS1 1AA"}},
    ]});
    let checked = individual(&data).unwrap();
    assert_eq!(
        checked.data["address_history"][0]["address"],
        json!({
            "type": "STRUCTURED",
            "country": "GBR",
            "address_lines": ["Flat 2", "1 High Street", "Leeds", "LS1 1AA"],
            "original_freeform_address": "Flat 2, 1 High Street,, Leeds\nLS1 1AA",
        })
    );
    let again = individual(&checked.data).unwrap();
    assert_eq!(
        again.data, checked.data,
        "normalizing twice changes nothing"
    );
}

#[test]
fn structured_addresses_carry_their_originals_which_follow_an_edit() {
    let posted = json!({"type": "STRUCTURED", "country": "GBR", "street_number": "1", "route": "High Street", "locality": "Leeds"});
    let data = json!({"entity_type": "INDIVIDUAL", "address_history": [{"address": posted}]});
    let mut checked = individual(&data).unwrap().data;
    let address = &mut checked["address_history"][0]["address"];
    assert_eq!(
        address["original_freeform_address"],
        "1 High Street, Leeds, GBR"
    );
    assert_eq!(address["original_structured_address"], posted);

    address["locality"] = json!("York");
    let edited = individual(&checked).unwrap().data;
    let address = &edited["address_history"][0]["address"];
    assert_eq!(
        address["original_freeform_address"],
        "1 High Street, York, GBR"
    );
    assert_eq!(address["original_structured_address"]["locality"], "York");

    let own = json!({"type": "STRUCTURED", "country": "GBR", "locality": "Leeds", "original_freeform_address": "Leeds!"});
    let data = json!({"entity_type": "COMPANY", "metadata": {"addresses": [{"type": "registered_address", "address": own}]}});
    assert_eq!(
        company(&data).unwrap().data["metadata"]["addresses"][0]["address"],
        own
    );
}

#[test]
fn a_missing_state_is_a_warning() {
    let data = json!({
        "entity_type": "COMPANY",
        "metadata": {
            "country_of_incorporation": "USA",
            "addresses": [{"address": {"type": "STRUCTURED", "country": "CAN", "state_province": " "}}],
        },
        "officers": {"directors": [{"entity_type": "INDIVIDUAL", "immediate_data": {
            "entity_type": "INDIVIDUAL",
            "address_history": [{"address": {"type": "STRUCTURED", "country": "USA", "state_province": "TX"}}, {"address": {"type": "STRUCTURED", "country": "USA"}}],
        }}]},
    });
    let warnings = company(&data).unwrap().warnings;
    let fields: Vec<&str> = warnings
        .iter()
        .map(|warning| warning.field.as_str())
        .collect();
    assert_eq!(
        fields,
        [
            "metadata.addresses[0].address.state_province",
            "metadata.state_of_incorporation",
            "officers.directors[0].immediate_data.address_history[1].address.state_province",
        ]
    );
}

#[test]
fn both_names_of_the_reference_are_read_and_one_is_kept() {
    let checked = company(&json!({"entity_type": "COMPANY", "customer_reference": "A-1"})).unwrap();
    assert_eq!(
        checked.data,
        json!({"entity_type": "COMPANY", "customer_ref": "A-1"})
    );
    assert_eq!(collected::customer_ref(&checked.data), Some("A-1"));
    assert_mistakes(
        company(&json!({"entity_type": "COMPANY", "customer_ref": "A", "customer_reference": "B"})),
        &["customer_reference differs from customer_ref, give only one"],
    );
}

#[test]
fn of_a_linked_profile_only_the_id_is_stored() {
    let data = json!({"entity_type": "COMPANY", "authorized_persons": [{
        "entity_type": "INDIVIDUAL",
        "unverified_task_variant_ids": [],
        "task_variant_ids": ["fda0a2b6-0000-11ea-8d71-362b9e155667"],
        "linked_profile": {"id": "47c11334-0000-11ea-8d71-362b9e155667", "display_name": "Ada", "collected_data": {"entity_type": "INDIVIDUAL"}},
    }]});
    assert_eq!(
        company(&data).unwrap().data["authorized_persons"][0],
        json!({
            "entity_type": "INDIVIDUAL",
            "task_variant_ids": ["fda0a2b6-0000-11ea-8d71-362b9e155667"],
            "linked_profile": {"id": "47c11334-0000-11ea-8d71-362b9e155667"},
        })
    );
}

#[test]
fn names_are_shown_and_found() {
    let ada =
        person(&json!({"name": {"given_names": ["Ada Zoë", " "], "family_name": "Łovelace-King"}}));
    assert_eq!(collected::display_name(&ada), "Ada Zoë Łovelace-King");
    assert_eq!(
        collected::search_words(&ada),
        ["lovelace", "king", "ada", "zoe"]
    );
    assert_eq!(
        collected::query_words("  ZOE  łovelace "),
        ["zoe", "lovelace"]
    );
    let firm = json!({"entity_type": "COMPANY", "customer_ref": "C/00-7", "metadata": {"name": "Ångström & Sons", "number": "09565115"}});
    assert_eq!(collected::display_name(&firm), "Ångström & Sons");
    assert_eq!(
        collected::search_words(&firm),
        ["angstrom", "sons", "09565115", "c", "00", "7"]
    );
    assert_eq!(
        collected::display_name(&json!({"entity_type": "COMPANY"})),
        ""
    );
    let long = person(
        &json!({"name": {"family_name": format!("{} {}", "ab ".repeat(3), (0..99).map(|n| n.to_string()).collect::<Vec<_>>().join(" "))}}),
    );
    assert_eq!(
        collected::search_words(&long).len(),
        collected::SEARCH_WORDS_MAX
    );
}
