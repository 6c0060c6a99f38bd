//! Conditions in words.

use config::{Published, compile, describe};
use domain::Element;

/// The words for a condition of a branch about a company.
fn words(condition: &str) -> String {
    let text = format!(
        "format: 1
lists: {{many: [GB, FR, DE, ES, IT, PT, NL, BE, PL, US]}}
custom_fields: [{{name: turnover, entity: company, type: number}}]
checks: [{{alias: data, name: Company data, type: COMPANY_DATA}}]
tasks: [{{alias: t, name: T, type: COMPANY_VERIFY_IDENTITY, automatic_checks: data}}]
policies:
  - alias: p
    name: P
    entity: company
    flow:
      - tasks: t
      - branch: Question
        when: {condition}
        yes: manual_review
      - outcome: automatic_approval
products: [{{alias: x, name: X, company: {{policy: p}}}}]
"
    );
    let published: Published =
        compile("policy.yaml", &text, 1, None).unwrap_or_else(|all| panic!("{all}"));
    let policy = published
        .config
        .policies
        .values()
        .next()
        .expect("one policy");
    let question = policy.elements.iter().find_map(|element| match element {
        Element::Branch { condition, .. } => Some(condition),
        _ => None,
    });
    describe(question.expect("one branch"), &published.config)
}

/// Conditions and what they read as.
const TABLE: &[(&str, &str)] = &[
    (
        "{property: company_age, less_than: 2}",
        "Years since incorporation is less than 2",
    ),
    (
        "{property: company_age, at_least: 2, at_most: 2.50}",
        "Years since incorporation is at least 2 and at most 2.5",
    ),
    (
        "{property: company_age, between: [3, 4]}",
        "Years since incorporation is at least 3 and at most 4",
    ),
    (
        "{property: company_age, more_than: 3}",
        "Years since incorporation is more than 3",
    ),
    (
        "{property: country_of_incorporation, equals: NO}",
        "Country of incorporation is Norway",
    ),
    (
        "{property: country_of_incorporation, is_one_of: [gb, FR]}",
        "Country of incorporation is one of France, United Kingdom",
    ),
    (
        "{property: country_of_incorporation, is_not_one_of: {list: many}}",
        "Country of incorporation is not one of Belgium, Germany, Spain, France, United Kingdom, Italy, Netherlands, Poland and 2 more",
    ),
    (
        "{property: address.country, which: current, equals: GB}",
        "Current country of address is United Kingdom",
    ),
    (
        "{property: sic_code, which: all, starts_with: '64'}",
        "Every SIC code starts with \"64\"",
    ),
    (
        "{property: sic_code, count: 2}",
        "SIC code has a count that is 2",
    ),
    (
        "{property: sic_code, count: {at_least: 3}}",
        "SIC code has a count that is at least 3",
    ),
    (
        "{property: incorporation_date, on_or_after: 2020}",
        "Incorporation date is on or after 2020-01-01",
    ),
    (
        "{property: incorporation_date, after: 2020-02}",
        "Incorporation date is after 2020-02-29",
    ),
    (
        "{property: incorporation_date, before: 2020, after: 2019}",
        "Incorporation date is after 2019-12-31 and before 2020-01-01",
    ),
    (
        "{property: incorporation_date, on_or_before: 2020-06}",
        "Incorporation date is on or before 2020-06-30",
    ),
    (
        "{property: incorporation_date, equals: 2020-06}",
        "Incorporation date is 2020-06",
    ),
    ("{property: is_active, equals: false}", "Is active is false"),
    (
        "{property: is_active, is_present: false}",
        "Is active is not known",
    ),
    (
        "{property: company_name, contains: Ltd, case: sensitive}",
        "Company name contains \"Ltd\" in these letters",
    ),
    (
        "{property: company_name, equals: acme, case: insensitive}",
        "Company name is acme in any letter case",
    ),
    (
        "{property: custom.turnover, at_least: 1000}",
        "Custom field turnover is at least 1000",
    ),
    (
        "{property: check.data.result, equals: pass}",
        "The result of Company data is Pass",
    ),
    (
        "{property: events.sanction.any, at_least: 1}",
        "Number of all matches of sanction is at least 1",
    ),
    (
        "{any: [{property: is_active, equals: true}, {all: [{property: is_public, equals: true}, {not: {property: company_age, less_than: 2}}]}]}",
        "Is active is true or (Is public is true and not (Years since incorporation is less than 2))",
    ),
    (
        "{at_least: {count: 2, of: [{property: is_active, equals: true}, {property: is_public, equals: true}]}}",
        "at least 2 of: Is active is true; Is public is true",
    ),
];

#[test]
fn every_condition_reads_as_a_sentence() {
    for (condition, expected) in TABLE {
        assert_eq!(words(condition), *expected, "{condition}");
    }
}
