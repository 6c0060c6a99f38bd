//! The demonstration's document.

use config::{DEMO, compile};

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
