//! Conditions: every operator, quantifiers, Kleene's tables, partial dates.

use domain::*;
use jiff::civil::date;

use crate::text::{condition, facts};

/// A condition, facts, and the answer on 2026-03-01: `yes`, `no`, or what is missing and why.
fn check(asked: &str, known: &str, want: &str) {
    let mut profile = Profile::new(
        ProfileId(1),
        Entity::Individual,
        false,
        jiff::Timestamp::UNIX_EPOCH,
    );
    profile.collected = facts(known).into();
    let found = match answer(
        &condition(asked),
        &Facts::of(&profile, None, date(2026, 3, 1)),
    ) {
        Answer::Yes => "yes".to_owned(),
        Answer::No => "no".to_owned(),
        Answer::Missing(missing) => {
            let all = missing
                .iter()
                .map(|one| format!("{} {:?}", one.property.key(), one.why));
            all.collect::<Vec<_>>().join(", ")
        }
    };
    assert_eq!(found, want, "{asked} about {known}");
}

#[test]
fn text_operators() {
    check("country in GBR|FRA", "country=GBR", "yes");
    check("country in GBR|FRA", "country=gbr", "no");
    check("country in/i GBR|FRA", "country=gbr", "yes");
    check("country in GBR|FRA", "country=DEU", "no");
    check("country not-in GBR|FRA", "country=DEU", "yes");
    check("country not-in GBR|FRA", "country=GBR", "no");
    check("country not-in/i GBR", "country=gbr", "no");
    check("country in/i GBR|FRA", "country=deu", "no");
    check("given_names in/i Zoë|ÉVA", "given_names=Éva", "yes");
    check("given_names in/i Zoë|ÉVA", "given_names=Eva", "no");
    // The sign for kelvin has the small letter k.
    check("title in/i k", "title=\u{212a}", "yes");
    check("email contains @example.", "email=a@example.com", "yes");
    check("email contains @EXAMPLE.", "email=a@example.com", "no");
    check("email contains/i @EXAMPLE.", "email=a@example.com", "yes");
    check("email contains x", "email=a@b", "no");
    check("email starts a@", "email=a@example.com", "yes");
    check("email starts example", "email=a@example.com", "no");
    check("email starts A@", "email=a@example.com", "no");
    check("email starts/i A@", "email=a@example.com", "yes");
    check("gender = F", "gender=F", "yes");
    check("gender = F", "gender=M", "no");
    check("entity_type in INDIVIDUAL", "", "yes");
    check("entity_type in COMPANY", "", "no");
}

#[test]
fn number_operators_and_their_ends() {
    check("amount < 5", "amount=4.99", "yes");
    check("amount < 5", "amount=5", "no");
    check("amount <= 5", "amount=5.00", "yes");
    check("amount <= 5", "amount=5.01", "no");
    check("amount > 5", "amount=5", "no");
    check("amount > 5", "amount=5.01", "yes");
    check("amount >= 5", "amount=5", "yes");
    check("amount >= 5", "amount=4.99", "no");
    check("amount = 5", "amount=5.0", "yes");
    check("amount in 5|7", "amount=5.0", "yes");
    check("amount in 5|7", "amount=6", "no");
    check("amount in x|7", "amount=6", "no");
}

#[test]
fn flags_and_operators_of_another_kind() {
    check("public = true", "public=true", "yes");
    check("public = true", "public=false", "no");
    check("public in true", "public=true", "yes");
    check("public in true", "public=false", "no");
    check("country < 5", "country=GBR", "no");
    check("amount contains 5", "amount=5", "no");
    check("country from 2000-01-01..", "country=GBR", "no");
}

#[test]
fn an_absent_value_is_missing_and_an_empty_list_is_known() {
    check("country in GBR", "", "address.country NotSupplied");
    check("country in GBR", "country=", "no");
    check("country all in GBR", "country=", "yes");
    check(
        "country current in GBR",
        "country=",
        "address.country NotSupplied",
    );
    check("country not-in GBR", "country=", "yes");
    check("country count 0", "country=", "yes");
    check("country count 0", "", "address.country NotSupplied");
    check("country count 2", "country=GBR,FRA", "yes");
    check("country count 2", "country=GBR", "no");
    check("country present", "country=GBR", "yes");
    check("country present", "country=", "no");
    check("country present", "", "no");
    check("amount > 1", "", "custom.amount NotSupplied");
}

#[test]
fn quantifiers_choose_among_several_values() {
    check("country in GBR", "country=GBR,FRA", "yes");
    check("country all in GBR", "country=GBR,FRA", "no");
    check("country all in GBR|FRA", "country=GBR,FRA", "yes");
    check("country current in GBR", "country=GBR,FRA", "no");
    check("country current in FRA", "country=GBR,FRA", "yes");
    // Nobody passes "none of these" because they list another one too.
    check("country not-in IRN", "country=GBR,IRN", "no");
    check("country not-in IRN", "country=GBR,FRA", "yes");
    check("country current not-in IRN", "country=IRN,GBR", "yes");
}

#[test]
fn a_partial_date_answers_what_its_range_can() {
    check("age < 18", "dob=2008-03-01", "no");
    check("age < 18", "dob=2008-03-02", "yes");
    check("age < 18", "dob=2008-03", "age TooCoarse");
    check("age < 18", "dob=2008", "age TooCoarse");
    check("age < 18", "dob=2007", "no");
    check("age < 18", "dob=2009", "yes");
    check("age < 18", "", "age NotSupplied");
    check("age < 18", "dob=", "age NotSupplied");
    check("age = 17", "dob=2008", "age TooCoarse");
    check("age = 16", "dob=2008", "no");
    check("age in 16|18", "dob=2008", "age TooCoarse");
    check("age in 16|30", "dob=2008", "no");
    check("age not-in 16|30", "dob=2008", "yes");
    check("dob from 2008-01-01..2008-12-31", "dob=2008", "yes");
    check(
        "dob from 2008-01-01..2008-06-30",
        "dob=2008",
        "dob TooCoarse",
    );
    check("dob from 2008-03-01..", "dob=2008-03", "yes");
    check("dob from ..2008-02-29", "dob=2008-03", "no");
    check("dob = 2008", "dob=2008-03-01", "yes");
    check("dob = 2008", "dob=2009-03-01", "no");
    check("dob = 2008-03-01", "dob=2008", "dob TooCoarse");
    check("dob = 2008-03-01", "dob=2008-03-01", "yes");
    check("dob in 2007|2008", "dob=2008-03-01", "yes");
    check("dob in 2008-03-01", "dob=2008", "dob TooCoarse");
    check("dob in 2008-03-01|x", "dob=2007", "no");
}

#[test]
fn answers_combine_by_kleenes_rules() {
    let (yes, no, missing) = ("amount > 1", "amount > 9", "country in GBR");
    let why = "address.country NotSupplied";
    let table = [
        ("all", yes, yes, "yes"),
        ("all", yes, no, "no"),
        ("all", yes, missing, why),
        ("all", no, missing, "no"),
        ("all", missing, missing, why),
        ("any", no, no, "no"),
        ("any", yes, no, "yes"),
        ("any", yes, missing, "yes"),
        ("any", no, missing, why),
        ("any", missing, missing, why),
        ("2 of", yes, yes, "yes"),
        ("2 of", no, missing, "no"),
        ("0 of", no, missing, "yes"),
    ];
    for (word, left, right, want) in table {
        check(&format!("{word}({left}, {right})"), "amount=5", want);
        check(&format!("{word}({right}, {left})"), "amount=5", want);
    }
    for (part, want) in [(yes, "no"), (no, "yes"), (missing, why)] {
        check(&format!("not({part})"), "amount=5", want);
    }
    check("all()", "", "yes");
    check("any()", "", "no");
    check(
        "2 of(amount > 1, amount > 2, country in GBR)",
        "amount=5",
        "yes",
    );
    check(
        "2 of(amount > 1, amount > 9, country in GBR)",
        "amount=5",
        why,
    );
    check(
        "3 of(amount > 1, amount > 9, country in GBR)",
        "amount=5",
        "no",
    );
    check(
        "all(any(amount > 9, age < 18), not(country in GBR))",
        "amount=5",
        "address.country NotSupplied, age NotSupplied",
    );
}

#[test]
fn a_condition_names_every_property_it_asks_about() {
    let asked = condition("all(any(amount > 9, age < 18), not(2 of(country in GBR, amount < 3)))");
    let keys: Vec<String> = properties(&asked).into_iter().map(Property::key).collect();
    assert_eq!(keys, ["address.country", "age", "custom.amount"]);
}

#[test]
fn a_property_has_a_key_for_documents_and_words_for_people() {
    for (property, key, label) in [
        ("country", "address.country", "Country of address"),
        ("amount", "custom.amount", "Custom field amount"),
        ("check 1", "check.decision", "Decision of a check"),
        ("result 1", "check.result", "Result of a check"),
        (
            "matches pep open",
            "events",
            "Number of potential matches of PEP",
        ),
        (
            "matches sanction confirmed",
            "events",
            "Number of confirmed matches of sanction",
        ),
        (
            "matches any dismissed",
            "events",
            "Number of dismissed matches of any kind",
        ),
        (
            "matches any ever",
            "events",
            "Number of all matches of any kind",
        ),
    ] {
        let property = crate::text::property(property);
        assert_eq!(
            (property.key().as_str(), property.label().as_str()),
            (key, label)
        );
        let declared = matches!(property, Property::Declared(_));
        assert_eq!(property.declaration().is_some(), declared, "{key}");
    }
    let kinds = EventKind::ALL.map(EventKind::label);
    assert_eq!(kinds, ["PEP", "sanction", "adverse media", "refer"]);
    let kinds = [
        Kind::Text,
        Kind::Country,
        Kind::Number,
        Kind::Date,
        Kind::Flag,
    ]
    .map(Kind::label);
    assert_eq!(kinds, ["text", "country", "number", "date", "flag"]);
}

#[test]
fn a_country_may_have_its_own_order_of_providers() {
    let step = |provider: &str| ProviderStep {
        provider: provider.to_owned(),
        go_on: [GoOn::Fail].into(),
    };
    let mut variant = crate::institution::check_variant(1);
    variant.providers = vec![step("any"), step("last")];
    variant.by_country = vec![(["FRA".to_owned()].into(), vec![step("french")])];
    let first = |country| {
        let order = variant.order_for(country);
        (order.len(), order[0].provider.as_str())
    };
    assert_eq!(first(Some("FRA")), (1, "french"));
    assert_eq!(first(Some("GBR")), (2, "any"));
    assert_eq!(first(None), (2, "any"));
}

#[test]
fn every_declared_property_can_be_found_by_its_key() {
    for property in PROPERTIES {
        assert_eq!(declared(property.key), Some(property));
        let named = Property::Declared(property.key);
        assert_eq!(named.declaration(), Some(property));
        assert!(!property.label.is_empty());
    }
    assert_eq!(declared("no such"), None);
}
