//! The demonstration's document.

use config::{DEMO, compile};
use domain::{Config, Element};

#[test]
fn the_demo_compiles_without_a_warning() {
    let published = compile("demo.yaml", DEMO, 1, None).unwrap_or_else(|all| panic!("{all}"));
    let warnings: Vec<String> = published
        .warnings
        .iter()
        .map(|one| format!("{} {}: {}", one.place, one.path, one.message))
        .collect();
    assert_eq!(warnings, Vec::<String>::new());
    let notes: Vec<&str> = published
        .notes
        .iter()
        .map(|one| one.path.as_str())
        .collect();
    // Screening changes risk, and risk the tasks: as intended.
    assert_eq!(
        notes,
        ["risk_models[0]", "risk_models[1]", "risk_models[2]"]
    );
}

#[test]
fn the_example_is_the_demo_itself() {
    assert_eq!(include_str!("../../../../examples/demo/policy.yaml"), DEMO);
}

#[test]
fn the_demo_without_any_one_of_its_lines_is_read_to_the_end() {
    let lines: Vec<&str> = DEMO.lines().collect();
    let mut compiled_count = 0;
    for left_out in 0..lines.len() {
        let text = [&lines[..left_out], &lines[left_out + 1..]]
            .concat()
            .join("\n");
        match compile("demo.yaml", &text, 1, None) {
            Ok(published) => {
                check_targets(&published.config);
                compiled_count += 1;
            }
            Err(problems) => assert!(!problems.list.is_empty()),
        }
    }
    assert!(compiled_count > 0 && compiled_count < lines.len());
}

/// Whatever compiles leads from element to element, forward, and names only what is there.
fn check_targets(config: &Config) {
    for policy in config.policies.values() {
        for element in &policy.elements {
            let targets = match element {
                Element::Tasks { add, next } => {
                    assert!(add.iter().all(|id| config.tasks.contains_key(id)));
                    vec![*next]
                }
                Element::Branch { yes, no, .. } => vec![*yes, *no],
                Element::Outcome(_) => Vec::new(),
            };
            assert!(targets.iter().all(|at| *at < policy.elements.len()));
        }
    }
    for product in config.products.values() {
        for course in product.individual.iter().chain(&product.company) {
            assert!(config.policies.contains_key(&course.policy));
            assert!(
                course
                    .risk
                    .is_none_or(|risk| config.models.contains_key(&risk))
            );
        }
    }
}
