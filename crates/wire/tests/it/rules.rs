//! What holds of collected data beyond the contract.

use domain::{Holder, Kind};
use jiff::civil::date;
use serde_json::{Value, json};
use wire::collected::{CustomField, Rules, check_by};
use wire::value::EntityType;

const FIELDS: [CustomField<'static>; 6] = [
    field("occupation", Holder::Individual, Kind::Text, false),
    field("deposits", Holder::Both, Kind::Number, false),
    field("since", Holder::Both, Kind::Date, false),
    field("vip", Holder::Both, Kind::Flag, false),
    field("trades_with", Holder::Company, Kind::Country, true),
    field("trading_name", Holder::Company, Kind::Text, false),
];

const fn field(name: &str, holder: Holder, kind: Kind, many: bool) -> CustomField<'_> {
    CustomField {
        name,
        holder,
        kind,
        many,
    }
}

fn broken(entity: EntityType, data: &Value, stored: Option<&Value>) -> Vec<String> {
    let rules = Rules {
        today: date(2026, 11, 23),
        custom_fields: FIELDS.to_vec(),
    };
    let mistakes = check_by(&rules, entity, data, stored)
        .err()
        .unwrap_or_default();
    mistakes.iter().map(ToString::to_string).collect()
}

fn person(details: &Value) -> Value {
    json!({"entity_type": "INDIVIDUAL", "personal_details": details})
}

#[track_caller]
fn check_birth(dob: &str, said: &str) {
    let found = broken(EntityType::Individual, &person(&json!({"dob": dob})), None);
    if said.is_empty() {
        assert!(found.is_empty(), "{dob}: {found:?}");
    } else {
        assert_eq!(found.len(), 1, "{dob}: {found:?}");
        let start = format!("personal_details.dob {said}");
        assert!(found[0].starts_with(&start), "{dob}: {found:?}");
    }
}

#[test]
fn nobody_is_born_tomorrow_or_older_than_anybody() {
    let (future, past) = (
        "must not lie in the future",
        "must not lie more than 150 years back",
    );
    check_birth("2026-11-23", "");
    check_birth("2026-11-24", future);
    check_birth("2026-11", "");
    check_birth("2026-12", future);
    check_birth("2026", "");
    check_birth("2027", future);
    check_birth("1876-11-23", "");
    check_birth("1876-11-22", past);
    check_birth("1876-11", "");
    check_birth("1876-10", past);
    check_birth("1876", "");
    check_birth("1875", past);
    check_birth("0001-01-01", past);
    check_birth("9999", future);
    check_birth("1984-02-31", "must be a date");
}

#[test]
fn a_name_is_left_out_or_says_something() {
    let name = json!({"given_names": ["Ada", "", "\u{a0}"], "family_name": " \t", "alt_family_names": ["\u{200b}"]});
    assert_eq!(
        broken(
            EntityType::Individual,
            &person(&json!({"name": name})),
            None
        ),
        [
            "personal_details.name.given_names[1] must not be blank; leave it out when it is not known",
            "personal_details.name.given_names[2] must not be blank; leave it out when it is not known",
            "personal_details.name.family_name must not be blank; leave it out when it is not known",
            "personal_details.name.alt_family_names[0] must not be blank; leave it out when it is not known",
        ]
    );
    for name in [
        json!({"given_names": [], "title": ""}),
        json!({"given_names": ["X"]}),
        json!({"family_name": "Null"}),
        json!({"family_name": "李"}),
        json!({"family_name": "O\u{200d}"}),
        json!({"family_name": "-"}),
    ] {
        let found = broken(
            EntityType::Individual,
            &person(&json!({"name": name})),
            None,
        );
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}

#[test]
fn a_company_is_named_and_founded_before_it_applies() {
    let company = |metadata: &Value| json!({"entity_type": "COMPANY", "metadata": metadata});
    let wrong = company(&json!({"name": "", "incorporation_date": "2026-11-24"}));
    let found = broken(EntityType::Company, &wrong, None);
    assert_eq!(
        found,
        [
            "metadata.name must not be blank; leave it out when it is not known",
            "metadata.incorporation_date must not lie in the future, and \"2026-11-24\" does: today is 2026-11-23",
        ]
    );
    let right = company(&json!({"name": "=SUM(1)", "incorporation_date": "1600-01-01"}));
    assert!(broken(EntityType::Company, &right, None).is_empty());
}

#[test]
fn associates_without_a_profile_are_held_to_the_same() {
    let owner = json!({"entity_type": "COMPANY", "immediate_data": {
        "entity_type": "COMPANY",
        "metadata": {"name": " "},
        "officers": {"directors": [
            {"entity_type": "INDIVIDUAL", "immediate_data": person(&json!({"dob": "2100-01-01"}))},
        ]},
    }});
    let data = json!({"entity_type": "COMPANY", "ownership_structure": {"shareholders": [owner]}});
    let found = broken(EntityType::Company, &data, None);
    let at = "ownership_structure.shareholders[0].immediate_data";
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with(&format!("{at}.metadata.name must not be blank")));
    let deeper = "officers.directors[0].immediate_data.personal_details.dob";
    assert!(
        found[1].starts_with(&format!("{at}.{deeper} must not lie in the future")),
        "{found:?}"
    );
}

#[track_caller]
fn check_custom(entity: EntityType, fields: &Value, said: &[&str]) {
    let data = json!({"entity_type": entity.as_str(), "custom_fields": fields});
    assert_eq!(broken(entity, &data, None), said, "{data}");
}

#[test]
fn a_custom_field_is_one_of_the_policy() {
    use EntityType::{Company, Individual};
    check_custom(
        Individual,
        &json!({"occupatoin": "Baker"}),
        &[
            "custom_fields.occupatoin is no custom field of the published policy; did you mean occupation?",
        ],
    );
    check_custom(
        Individual,
        &json!({"shoe_size": 42}),
        &[
            "custom_fields.shoe_size is no custom field of the published policy; known are occupation, deposits, since, vip",
        ],
    );
    check_custom(
        Individual,
        &json!({"trading_name": "X"}),
        &["custom_fields.trading_name is a custom field of companies only"],
    );
    check_custom(Company, &json!({"trading_name": "X"}), &[]);
}

#[test]
fn a_custom_field_has_a_value_of_its_type() {
    use EntityType::{Company, Individual};
    for (name, good, bad, wanted) in [
        (
            "occupation",
            json!("Baker"),
            json!({"a": 1}),
            "a text, not an object",
        ),
        (
            "deposits",
            json!("12.5"),
            json!("much"),
            "a number, not \"much\"",
        ),
        ("deposits", json!(12), json!(true), "a number, not true"),
        (
            "since",
            json!("2020-05"),
            json!("05/2020"),
            "a date like 1984, 1984-03 or 1984-03-17, not \"05/2020\"",
        ),
        (
            "vip",
            json!(false),
            json!("no"),
            "true or false, not \"no\"",
        ),
    ] {
        check_custom(Individual, &json!({name: good}), &[]);
        let said = format!("custom_fields.{name} must be {wanted}");
        check_custom(Individual, &json!({name: bad}), &[&said]);
        for nothing in [json!(""), json!(" "), Value::Null] {
            check_custom(Individual, &json!({name: nothing}), &[]);
        }
    }
    check_custom(
        Individual,
        &json!({"occupation": ["Baker"]}),
        &["custom_fields.occupation must be one value, not a list"],
    );
    check_custom(Company, &json!({"trades_with": "FRA"}), &[]);
    check_custom(Company, &json!({"trades_with": ["FRA", "GBR"]}), &[]);
    check_custom(
        Company,
        &json!({"trades_with": ["FRA", "ZZZ", "uk"]}),
        &[
            "custom_fields.trades_with[1] must be a country's ISO 3166 alpha-3 code like GBR, not \"ZZZ\"",
            "custom_fields.trades_with[2] must be a country's ISO 3166 alpha-3 code like GBR, not \"uk\"",
        ],
    );
}

#[test]
fn what_is_stored_may_be_sent_back_and_no_further() {
    let stored =
        json!({"entity_type": "INDIVIDUAL", "custom_fields": {"retired": 1, "since": "then"}});
    assert_eq!(broken(EntityType::Individual, &stored, None).len(), 2);
    assert!(broken(EntityType::Individual, &stored, Some(&stored)).is_empty());
    let mut changed = stored.clone();
    changed["custom_fields"]["since"] = json!("later");
    let found = broken(EntityType::Individual, &changed, Some(&stored));
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn a_number_that_does_not_fit_is_told_how_large_one_may_be() {
    let told = |value: Value| {
        let data = json!({"entity_type": "INDIVIDUAL", "custom_fields": {"deposits": value}});
        broken(EntityType::Individual, &data, None).join("\n")
    };
    let limit = "a number of at most 28 digits before the decimal point and 28 after it";
    for (value, wanted, shown) in [
        (json!(1e308), limit, "1e+308"),
        (json!(-1e29), limit, "-1e+29"),
        (json!(1e-29), limit, "1e-29"),
        (json!("1e400"), limit, "\"1e400\""),
        (json!("inf"), "a number", "\"inf\""),
        (json!("much"), "a number", "\"much\""),
    ] {
        let said = format!("custom_fields.deposits must be {wanted}, not {shown}");
        assert_eq!(told(value), said);
    }
    for value in [
        json!(9e27),
        json!(-9e27),
        json!(1e-28),
        json!("1234567890123456789012345678"),
    ] {
        assert_eq!(told(value), "");
    }
}
