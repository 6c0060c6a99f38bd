//! What changed between two versions.

use config::{DEMO, Published, compile, diff};

fn demo() -> Published {
    compile("demo.yaml", DEMO, 1, None).unwrap_or_else(|all| panic!("{all}"))
}

/// The lines of the difference after replacing texts in the demonstration's document.
fn after(changes: &[(&str, &str)]) -> String {
    let mut text = DEMO.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let old = demo();
    let new = compile("demo.yaml", &text, 2, Some(&old)).unwrap_or_else(|all| panic!("{all}"));
    let lines: Vec<String> = diff(&old, &new).iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[test]
fn nothing_changed_is_no_line_whatever_the_spelling() {
    assert_eq!(after(&[]), "");
    let comments = [
        (
            "# The policy of Northgate demo",
            "# Policy of Northgate demo",
        ),
        (
            "thresholds: {medium: 50, high: 100}",
            "thresholds: {high: '100', medium: \"50\"}",
        ),
        (
            "automatic_checks: [company_ownership]",
            "automatic_checks:\n      - company_ownership",
        ),
    ];
    assert_eq!(after(&comments), "");
}

#[test]
fn changes_are_told_by_key() {
    let changes = [
        ("institution: Northgate demo", "institution: Northgate"),
        (
            "prohibited_countries: [Iran, North Korea, Syria]",
            "prohibited_countries: [Iran, North Korea, Cuba]",
        ),
        (
            "days: 1095\n      by_level: {medium: 730, high: 365}",
            "days: 1100\n      by_level: {medium: 730, high: 365, low: 2000}",
        ),
        (
            "{score: 20, description: Under 25, when: {at_least: 18, less_than: 25}}",
            "{score: 25, description: Under 25, when: {at_least: 18, less_than: 25}}",
        ),
        (
            "[verify_company, screen_company, identify_officers, identify_owners]",
            "[screen_company, verify_company, identify_officers, identify_owners]",
        ),
        (
            "  - {alias: customer_request, name: At the customer's request, type: cancellation}\n",
            "",
        ),
        (
            "  - {alias: due_diligence_complete,",
            "  - {alias: complete, name: Complete, type: approval}\n  - {alias: due_diligence_complete,",
        ),
        (
            "alias: company_registry\n",
            "alias: registry\n    renamed_from: company_registry\n",
        ),
        (
            "[company_data, company_registry]",
            "[company_data, registry]",
        ),
    ];
    assert_eq!(
        after(&changes),
        "\
changed document itself
  institution: Northgate demo → Northgate
changed list prohibited_countries
  entries: added Cuba; removed Syria
renamed check company_registry to registry
changed task verify_identity
  expiry.days: 1095 → 1100
  expiry.by_level.low: added 2000
changed task verify_company
  acceptance_checks: added registry; removed company_registry
changed risk model individual_risk
  factors.age.rules.Under 25.score: 20 → 25
changed policy current_account_company
  flow[1].tasks: in another order
added decision reason complete
removed decision reason customer_request"
    );
}
