//! How flows and tables become elements.

use config::compile;
use domain::{Config, Element, PolicyOutcome};

/// The elements of the flow, one a line, by number.
fn elements(policy: &str) -> String {
    let text = format!(
        "format: 1
tasks:
  - {{alias: a, name: A, type: INDIVIDUAL_MANUAL_TASK}}
  - {{alias: b, name: B, type: INDIVIDUAL_MANUAL_TASK}}
policies:
  - alias: p
    name: P
    entity: individual
{policy}"
    );
    let published = compile("policy.yaml", &text, 1, None).unwrap_or_else(|all| panic!("{all}"));
    let policy = published
        .config
        .policies
        .values()
        .next()
        .expect("one policy");
    let lines = policy.elements.iter().enumerate();
    let lines = lines.map(|(at, element)| format!("{at} {}", line(element, &published.config)));
    lines.collect::<Vec<_>>().join("\n")
}

fn line(element: &Element, config: &Config) -> String {
    match element {
        Element::Tasks { add, next } => {
            let aliases = add.iter().map(|id| config.tasks[id].alias.as_str());
            format!("tasks {} → {next}", aliases.collect::<Vec<_>>().join(" "))
        }
        Element::Branch { name, yes, no, .. } => format!("{name}? {yes} : {no}"),
        Element::Outcome(PolicyOutcome::AutomaticApproval) => "approve".to_owned(),
        Element::Outcome(PolicyOutcome::ManualReview) => "review".to_owned(),
        Element::Outcome(PolicyOutcome::ImmediateRejection { reason }) => {
            format!("reject {reason}")
        }
    }
}

#[test]
fn a_branch_that_does_not_end_goes_on_after_itself() {
    let flow = "
    flow:
      - branch: Young
        when: {property: age, less_than: 25}
        yes: {tasks: [a]}
      - branch: Old
        when: {property: age, at_least: 80}
        yes:
          - branch: Very old
            when: {property: age, at_least: 100}
            no: [{tasks: [a, b]}, {outcome: manual_review}]
        no: {immediate_rejection: Neither}
      - outcome: automatic_approval
";
    assert_eq!(
        elements(flow),
        "\
0 Young? 1 : 2
1 tasks a → 2
2 Old? 3 : 6
3 Very old? 7 : 4
4 tasks a b → 5
5 review
6 reject Neither
7 approve"
    );
}

#[test]
fn a_goto_leads_forward_and_may_be_the_first_element() {
    let flow = "
    flow:
      - branch: Young
        when: {property: age, less_than: 25}
        yes: {goto: end}
      - tasks: a
      - {id: end, outcome: manual_review}
";
    assert_eq!(elements(flow), "0 Young? 2 : 1\n1 tasks a → 2\n2 review");
    let first = "
    flow:
      - goto: middle
      - branch: Old
        id: middle
        when: {property: age, at_least: 80}
        yes: {goto: end}
      - id: end
        tasks: [b]
      - outcome: manual_review
";
    assert_eq!(elements(first), "0 Old? 1 : 1\n1 tasks b → 2\n2 review");
}

#[test]
fn a_table_is_a_branch_for_each_level_but_the_last() {
    let table = "
    flow:
      - tasks: [b]
    table:
      low:
      medium: [a]
      high: {tasks: [a], outcome: manual_review}
      extreme: {immediate_rejection: Too much}
    then: automatic_approval
";
    assert_eq!(
        elements(table),
        "\
0 tasks b → 1
1 Low risk? 8 : 2
2 Medium risk? 3 : 4
3 tasks a → 8
4 High risk? 5 : 7
5 tasks a → 6
6 review
7 reject Too much
8 approve"
    );
}
