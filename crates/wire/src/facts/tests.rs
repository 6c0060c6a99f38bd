use domain::{AssociatedRole, Decimal, PartialDate, TaskVariantId};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::collected::AssociateList;

const ANN: &str = "47c11334-0000-4000-8000-000000000001";
const BOB: &str = "47c11334-0000-4000-8000-000000000002";
const TASK: &str = "fda0a2b6-0000-4000-8000-000000000003";

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

fn words(words: &[&str]) -> Vec<Value> {
    let value = |word: &&str| Value::Text((*word).to_owned());
    words.iter().map(value).collect()
}

fn plain(entity: Entity, data: &Json) -> Facts {
    read(entity, data, &BTreeMap::new())
}

fn uuid(text: &str) -> u128 {
    text.parse::<uuid::Uuid>().unwrap().as_u128()
}

/// Checks declared values: by key, `None` for absent.
#[track_caller]
fn check(entity: Entity, data: &Json, expected: &[(&str, Option<Vec<Value>>)]) {
    let facts = plain(entity, data);
    for (key, values) in expected {
        assert_eq!(facts.collected.declared.get(key), values.as_ref(), "{key}");
    }
}

fn person() -> Json {
    json!({
        "entity_type": "INDIVIDUAL",
        "customer_ref": "C-1",
        "channel": "branch",
        "documents": [{ "document_type": "PASSPORT" }, { "document_type": "" }],
        "personal_details": {
            "name": { "title": "Dr", "given_names": ["Sebastian", " ", "Thomas"],
                      "family_name": "Haigh" },
            "dob": "1984-03",
            "nationality": "XXA",
            "gender": "M",
            "national_identity_number": { "ITA": "HGHSST", "usa": "1", "FRA": "" },
        },
        "contact_details": { "email": "s@example.com", "phone_number": "+44 1" },
        "ip_location": { "ip_address": "::1", "country": "GBR" },
        "address_history": [],
    })
}

fn company() -> Json {
    json!({
        "entity_type": "COMPANY",
        "customer_reference": "C-2",
        "metadata": {
            "name": "Acme", "number": "09565115", "country_of_incorporation": "GBR",
            "incorporation_date": "2015-04-28", "company_type": "ltd",
            "structured_company_type": { "ownership_type": "COMPANY", "is_public": false,
                                         "is_limited": true },
            "is_active": true, "number_of_employees": 12,
            "sic_codes": [{ "code": "62012" }, { "code": "62020" }],
            "industry_classifications": [
                { "classification_type": "SIC", "code": "62012" },
                { "classification_type": "NACE", "code": "J62" },
            ],
            "contact_information": { "email": "a@example.com" },
            "addresses": [
                { "type": "registered_address",
                  "address": { "country": "GBR", "postal_code": "EC1" } },
                { "type": "branch_address", "address": { "country": "FRA" } },
            ],
        },
    })
}

#[test]
fn a_person_gives_every_fact_that_is_there() {
    let one = |text: &str| Some(words(&[text]));
    check(
        Entity::Individual,
        &person(),
        &[
            ("given_names", one("Sebastian Thomas")),
            ("family_name", one("Haigh")),
            ("title", one("Dr")),
            ("nationality", one("XXA")),
            ("gender", one("M")),
            (
                "dob",
                Some(vec![Value::Date(PartialDate::parse("1984-03").unwrap())]),
            ),
            ("email", one("s@example.com")),
            ("phone_number", one("+44 1")),
            ("ip.country", one("GBR")),
            ("identity_number.country", one("ITA")),
            ("document.type", one("PASSPORT")),
            ("customer_ref", one("C-1")),
            ("channel", one("branch")),
            ("address.country", Some(vec![])),
            ("address.count", Some(vec![number("0")])),
            ("company_name", None),
        ],
    );
}

#[test]
fn a_company_gives_every_fact_that_is_there() {
    let one = |text: &str| Some(words(&[text]));
    check(
        Entity::Company,
        &company(),
        &[
            ("company_name", one("Acme")),
            ("company_number", one("09565115")),
            ("country_of_incorporation", one("GBR")),
            (
                "incorporation_date",
                Some(vec![Value::Date(PartialDate::parse("2015-04-28").unwrap())]),
            ),
            ("company_type", one("ltd")),
            ("ownership_type", one("COMPANY")),
            ("is_public", Some(vec![Value::Flag(false)])),
            ("is_limited", Some(vec![Value::Flag(true)])),
            ("is_active", Some(vec![Value::Flag(true)])),
            ("number_of_employees", Some(vec![number("12")])),
            ("sic_code", Some(words(&["62012", "62020"]))),
            ("industry_code", Some(words(&["62012", "J62"]))),
            ("email", one("a@example.com")),
            ("phone_number", None),
            ("customer_ref", one("C-2")),
            ("address.country", Some(words(&["FRA", "GBR"]))),
            ("address.postal_code", one("EC1")),
            ("address.count", Some(vec![number("2")])),
            ("dob", None),
        ],
    );
}

#[test]
fn every_fact_is_a_declared_property_of_its_kind() {
    for (entity, data) in [(Entity::Individual, person()), (Entity::Company, company())] {
        for (key, values) in plain(entity, &data).collected.declared {
            let kind = domain::declared(key).map(|property| property.kind);
            let fits = |value: &Value| match value {
                Value::Text(_) => matches!(kind, Some(Kind::Text | Kind::Country)),
                Value::Number(_) | Value::Between(..) => kind == Some(Kind::Number),
                Value::Date(_) => kind == Some(Kind::Date),
                Value::Flag(_) => kind == Some(Kind::Flag),
            };
            assert!(values.iter().all(fits), "{key}: {values:?}");
        }
    }
}

#[test]
fn the_present_address_comes_last() {
    let entry = |country: &str, start: &str, end: &str| json!({ "address": { "country": country }, "start_date": start, "end_date": end });
    let table = [
        (
            vec![("GBR", "", ""), ("FRA", "2020-01", "")],
            ["FRA", "GBR"],
        ),
        (
            vec![("GBR", "2020-01", ""), ("FRA", "2010-01", "2019-12")],
            ["FRA", "GBR"],
        ),
        (
            vec![("GBR", "2010-01", ""), ("FRA", "2015-01", "2016-01")],
            ["FRA", "GBR"],
        ),
        (
            vec![("GBR", "2015-01", "2016-01"), ("FRA", "2010-01", "2011-01")],
            ["FRA", "GBR"],
        ),
    ];
    for (entries, expected) in table {
        let history: Vec<Json> = entries
            .iter()
            .map(|(country, start, end)| entry(country, start, end))
            .collect();
        let data = json!({ "address_history": history });
        check(
            Entity::Individual,
            &data,
            &[("address.country", Some(words(&expected)))],
        );
    }
}

/// Addresses, and the countries and postal codes that they tell.
type AddressCase<'a> = (&'a [&'a Json], Option<&'a [&'a str]>, Option<&'a [&'a str]>);

#[test]
fn a_former_address_never_passes_for_the_present_one() {
    let ended = json!({ "address": { "country": "GBR" }, "end_date": "2001-01" });
    let ended_nowhere = json!({ "address": { "postal_code": "EC1" }, "end_date": "2000-01" });
    let present = json!({ "address": { "country": "FRA", "postal_code": "75001" } });
    let nowhere = json!({ "address": { "country": "Britain" } });
    let since_nowhere = json!({ "address": {}, "start_date": "2001-01" });
    let table: [AddressCase<'_>; 6] = [
        (&[&ended, &nowhere], None, None),
        (&[&present, &since_nowhere], None, None),
        (&[&ended, &present], Some(&["GBR", "FRA"]), Some(&["75001"])),
        (
            &[&ended_nowhere, &present],
            Some(&["FRA"]),
            Some(&["EC1", "75001"]),
        ),
        (&[&ended_nowhere, &ended], Some(&["GBR"]), None),
        (&[], Some(&[]), Some(&[])),
    ];
    for (history, countries, postal_codes) in table {
        check(
            Entity::Individual,
            &json!({ "address_history": history }),
            &[
                ("address.country", countries.map(words)),
                ("address.postal_code", postal_codes.map(words)),
                ("address.count", Some(vec![Value::count(history.len())])),
            ],
        );
    }
}

#[test]
fn another_address_never_passes_for_the_registered_one() {
    let branch = json!({ "type": "branch_address", "address": { "country": "FRA" } });
    let registered = json!({ "type": "registered_address", "address": { "postal_code": "EC1" } });
    let table: [AddressCase<'_>; 3] = [
        (&[&registered, &branch], None, Some(&["EC1"])),
        (&[&branch], Some(&["FRA"]), None),
        (&[&branch, &json!({ "address": {} })], None, None),
    ];
    for (addresses, countries, postal_codes) in table {
        check(
            Entity::Company,
            &json!({ "metadata": { "addresses": addresses } }),
            &[
                ("address.country", countries.map(words)),
                ("address.postal_code", postal_codes.map(words)),
            ],
        );
    }
}

#[test]
fn an_absent_list_is_missing_and_an_empty_one_is_zero() {
    let keys = [
        "number_of_shareholders",
        "number_of_beneficial_owners",
        "number_of_officers",
    ];
    for key in keys {
        check(Entity::Company, &json!({ "officers": {} }), &[(key, None)]);
    }
    let empty = json!({
        "ownership_structure": { "shareholders": [], "beneficial_owners": [] },
        "officers": { "directors": [] },
    });
    for key in keys {
        check(Entity::Company, &empty, &[(key, Some(vec![number("0")]))]);
    }
    let nameless = json!({ "documents": [{ "document_type": " " }] });
    check(Entity::Company, &nameless, &[("document.type", None)]);
}

#[test]
fn only_those_who_still_hold_a_role_are_counted_and_each_once() {
    let data = json!({
        "officers": {
            "directors": [{ "linked_profile": { "id": ANN } }, { "resolver_id": BOB }, {},
                          { "resigned_on": "2020-01-01" }],
            "secretaries": [{ "linked_profile": { "id": ANN } }],
            "resigned": [{}],
        },
        "ownership_structure": { "shareholders": [{}, { "ceased_on": "2020-01-01" }] },
    });
    check(
        Entity::Company,
        &data,
        &[
            ("number_of_officers", Some(vec![number("3")])),
            ("number_of_shareholders", Some(vec![number("1")])),
        ],
    );
}

#[test]
fn linked_profiles_have_the_roles_of_every_list_they_are_on() {
    let at = |id: &str| json!({ "entity_type": "COMPANY", "linked_profile": { "id": id } });
    let data = json!({
        "officers": { "directors": [at(ANN)], "secretaries": [at(ANN)], "partners": [at(ANN)],
                      "trustees": [at(ANN)], "resigned": [at(ANN)], "other": [at(ANN), at(ANN)] },
        "ownership_structure": { "shareholders": [at(ANN)], "beneficial_owners": [at(ANN)] },
        "authorized_persons": [at(ANN)],
        "unauthorized_persons": [at(ANN)],
    });
    let facts = plain(Entity::Company, &data);
    let (entity, roles) = &facts.linked[&ProfileId(uuid(ANN))];
    assert_eq!(*entity, Entity::Company);
    let roles: Vec<AssociatedRole> = roles.iter().map(|held| held.role).collect();
    assert_eq!(roles, AssociatedRole::ALL);
    assert_eq!(plain(Entity::Individual, &data).linked, BTreeMap::new());
}

#[test]
fn an_entry_keeps_its_share_and_tasks_and_ends_with_its_date() {
    let data = json!({
        "officers": { "directors": [{ "linked_profile": { "id": ANN },
                                      "resigned_on": "2020-01-01" }] },
        "ownership_structure": { "shareholders": [
            { "linked_profile": { "id": ANN }, "total_percentage": 33.3,
              "task_variant_ids": [TASK, "no id"] },
            { "linked_profile": { "id": BOB }, "ceased_on": "2020-01-01" },
        ] },
    });
    let facts = plain(Entity::Company, &data);
    let (_, roles) = &facts.linked[&ProfileId(uuid(ANN))];
    assert_eq!(roles[0].role, AssociatedRole::Shareholder);
    assert_eq!(roles[0].share, Some(Decimal::new(333, 1)));
    assert_eq!(roles[0].tasks, [TaskVariantId(uuid(TASK))].into());
    assert_eq!(roles[1].role, AssociatedRole::ResignedOfficer);
    let (_, roles) = &facts.linked[&ProfileId(uuid(BOB))];
    assert_eq!(roles[0].role, AssociatedRole::ResignedOfficer);
}

fn john(resolver: Option<&str>) -> Json {
    let mut entry = json!({
        "entity_type": "INDIVIDUAL",
        "total_percentage": 50,
        "immediate_data": { "personal_details": {
            "name": { "given_names": ["John"], "family_name": "Smith" }, "dob": "1970" } },
    });
    if let Some(resolver) = resolver {
        entry["resolver_id"] = json!(resolver);
    }
    entry
}

#[test]
fn an_entry_without_a_profile_is_a_candidate_with_a_lasting_key() {
    let company = json!({ "immediate_data": { "entity_type": "COMPANY" } });
    let data = json!({ "ownership_structure": { "shareholders": [
        john(Some(&ANN.to_uppercase())), john(None), john(None), company, { "entity_type": "COMPANY" },
        { "linked_profile": { "id": ANN }, "immediate_data": {} } ] },
        "officers": { "directors": [john(None)] } });
    let unlinked = plain(Entity::Company, &data).unlinked;
    assert_eq!(unlinked.len(), 5);
    let [director, resolved, first, second, company] = &unlinked[..] else {
        panic!("five candidates");
    };
    assert_eq!(resolved.key, ANN);
    assert_eq!(first.key, second.key);
    assert_eq!(first.key.len(), 32);
    assert_ne!(first.key, director.key);
    assert_eq!(
        (first.role, first.share),
        (AssociatedRole::Shareholder, Some(Decimal::from(50)))
    );
    assert_eq!((company.entity, company.share), (Entity::Company, None));
    // Pinned: keys are kept in the state of profiles.
    assert_eq!(first.key, "4420dfdfd97f79059df675603adf371a");
}

#[test]
fn a_check_finds_those_on_the_lists_of_its_output() {
    use AssociateList::{Directors, Resigned, Shareholders};
    let output = json!({
        "ownership_structure": { "shareholders": [john(Some(ANN))], "beneficial_owners": [] },
        "officers": { "directors": [john(None)], "resigned": [john(None)] },
        "authorized_persons": [john(None)],
    });
    let found = candidates(&output);
    let lists: Vec<AssociateList> = found.iter().map(|(_, _, list)| *list).collect();
    assert_eq!(lists, [Directors, Resigned, Shareholders]);
    assert_eq!(found[2].0.key, ANN);
    assert_eq!(found[2].1, john(Some(ANN)));
}

#[test]
fn a_check_finds_those_of_the_newer_output_by_their_relationships() {
    use AssociatedRole::{BeneficialOwner, Director, ResignedOfficer};
    let data = &john(None)["immediate_data"];
    let output = json!({ "associated_entities": [
        { "associate_id": ANN, "entity_type": "INDIVIDUAL", "immediate_data": data,
          "relationships": [
            { "associated_role": "DIRECTOR", "original_role": "Chair",
              "tenure": { "tenure_type": "CURRENT", "start": "2019-02-03" } },
            { "associated_role": "DIRECTOR", "tenure": { "tenure_type": "FORMER" } },
            { "associated_role": "PERSON_OF_SIGNIFICANT_CONTROL", "total_percentage": 75.0 },
            { "associated_role": "SHAREHOLDER",
              "tenure": { "tenure_type": "FORMER", "end": "2020-01-01" } },
            { "associated_role": "SHAREHOLDER", "tenure": { "tenure_type": "FORMER" } },
            { "associated_role": "MASCOT" } ] },
        { "entity_type": "INDIVIDUAL", "relationships": [{ "associated_role": "DIRECTOR" }] },
    ] });
    let found = candidates(&output);
    let roles: Vec<AssociatedRole> = found.iter().map(|(found, _, _)| found.role).collect();
    assert_eq!(
        roles,
        [Director, ResignedOfficer, BeneficialOwner, ResignedOfficer]
    );
    assert!(found.iter().all(|(found, _, _)| found.key == ANN));
    let (_, chair, list) = &found[0];
    assert_eq!(*list, AssociateList::Directors);
    let expected = json!({ "entity_type": "INDIVIDUAL", "resolver_id": ANN,
        "immediate_data": data, "original_role": "Chair", "appointed_on": "2019-02-03" });
    assert_eq!(*chair, expected);
}

#[test]
fn a_found_entry_put_on_its_list_is_the_same_candidate() {
    let output = json!({ "associated_entities": [{ "entity_type": "INDIVIDUAL",
        "immediate_data": john(None)["immediate_data"],
        "relationships": [{ "associated_role": "PARTNER" }, { "associated_role": "SHAREHOLDER",
            "tenure": { "tenure_type": "FORMER", "end": "2020-01-01" } }] }] });
    let mut data = json!({});
    let found = candidates(&output);
    for (_, entry, list) in &found {
        crate::collected::add_associate(&mut data, *list, entry.clone());
    }
    let found: Vec<Candidate> = found.into_iter().map(|(found, _, _)| found).collect();
    assert_eq!(plain(Entity::Company, &data).unlinked, found);
    assert_eq!(found.len(), 2);
}

#[test]
fn custom_fields_have_their_configured_kind() {
    let data = json!({ "custom_fields": {
        "plain": "2020-01-01", "since": "2020-01", "amount": "12.50", "country": "gbr",
        "code": 7, "flag": false, "many": ["a", "", 2], "none": [], "blank": "", "object": {},
    } });
    let kinds = [
        ("since", Kind::Date),
        ("amount", Kind::Number),
        ("country", Kind::Country),
        ("code", Kind::Text),
        ("flag", Kind::Flag),
    ];
    let kinds = kinds.map(|(name, kind)| (name.to_owned(), kind)).into();
    let facts = read(Entity::Company, &data, &kinds);
    let mut mixed = words(&["a"]);
    mixed.push(number("2"));
    let expected = [
        ("plain", words(&["2020-01-01"])),
        (
            "since",
            vec![Value::Date(PartialDate::parse("2020-01").unwrap())],
        ),
        ("amount", vec![number("12.5")]),
        ("code", words(&["7"])),
        ("flag", vec![Value::Flag(false)]),
        ("many", mixed),
        ("none", vec![]),
    ];
    let expected = expected
        .map(|(name, values)| (name.to_owned(), values))
        .into();
    assert_eq!(facts.collected.custom, expected);
}

/// Any JSON, under the names that are looked for, so that odd values come up in every place.
fn odd() -> impl Strategy<Value = Json> {
    const NAMES: [&str; 24] = [
        "personal_details",
        "name",
        "given_names",
        "dob",
        "address_history",
        "address",
        "country",
        "metadata",
        "addresses",
        "type",
        "sic_codes",
        "code",
        "officers",
        "directors",
        "ownership_structure",
        "shareholders",
        "linked_profile",
        "id",
        "immediate_data",
        "total_percentage",
        "custom_fields",
        "associated_entities",
        "relationships",
        "associated_role",
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        prop::sample::select(vec!["DIRECTOR", "GBR", "1984-02-31", ANN]).prop_map(Json::from),
    ];
    leaf.prop_recursive(6, 128, 8, |inner| {
        let name = prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::btree_map(name, inner, 0..8)
                .prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn odd_data_never_panics_and_gives_the_same_facts_again(data in odd()) {
        for entity in [Entity::Individual, Entity::Company] {
            prop_assert_eq!(plain(entity, &data), plain(entity, &data));
        }
        let _ = candidates(&data);
    }
}
