//! Ids that last, and what is kept of things that are gone.

use config::{Published, compile, compile_history};
use domain::{Config, TaskVariantId};

fn document(tasks: &str) -> String {
    format!(
        "format: 1
checks: [{{alias: identity, name: Identity, type: IDENTITY_CHECK, options: {{strict: true}}}}]
tasks: [{tasks}]
policies:
  - {{alias: p, name: P, entity: individual, flow: [{{outcome: manual_review}}]}}
products: [{{alias: account, name: Account, individual: {{policy: p}}}}]
"
    )
}

fn published(tasks: &str, version: u64, previous: Option<&Published>) -> Published {
    compile("policy.yaml", &document(tasks), version, previous)
        .unwrap_or_else(|all| panic!("{all}"))
}

fn id(config: &Config, alias: &str) -> TaskVariantId {
    let mut tasks = config.tasks.values();
    tasks.find(|task| task.alias == alias).expect(alias).id
}

const ADDRESS: &str = "{alias: address, name: Address, type: INDIVIDUAL_MANUAL_TASK}";
const HOME: &str =
    "{alias: home, name: Home, type: INDIVIDUAL_MANUAL_TASK, renamed_from: [address]}";
const HOME_ALONE: &str = "{alias: home, name: Home, type: INDIVIDUAL_MANUAL_TASK}";

#[test]
fn an_id_depends_on_the_first_alias_alone() {
    let first = published(ADDRESS, 1, None).config;
    let elsewhere = published(ADDRESS, 7, None).config;
    assert_eq!(id(&first, "address"), id(&elsewhere, "address"));
    let renamed = published(HOME, 1, None).config;
    assert_eq!(id(&first, "address"), id(&renamed, "home"));
    assert_ne!(
        id(&first, "address"),
        id(&published(HOME_ALONE, 1, None).config, "home")
    );
    // Bookings cite it: it must be the same in every release.
    assert_eq!(
        uuid::Uuid::from_u128(id(&first, "address").0).to_string(),
        "3e7cc28d-101d-5ab3-8315-007a0c871761"
    );
}

#[test]
fn a_renamed_thing_keeps_its_id_even_when_the_former_alias_is_dropped() {
    let first = published(ADDRESS, 1, None);
    let second = published(HOME, 2, Some(&first));
    let third = published(HOME_ALONE, 3, Some(&second));
    assert_eq!(id(&first.config, "address"), id(&third.config, "home"));
    assert_eq!(third.config.tasks.len(), 1);
    let warned = |published: &Published| {
        let mut messages = published.warnings.iter().map(|one| one.message.as_str());
        messages.any(|message| message.contains("renamed_from"))
    };
    assert!(!warned(&second));
    assert!(warned(&third), "{:?}", third.warnings);
}

#[test]
fn what_the_document_no_longer_names_is_kept_as_retired_and_can_come_back() {
    let first = published(ADDRESS, 1, None);
    let gone = compile("policy.yaml", "format: 1", 2, Some(&first)).unwrap();
    assert!(gone.config.tasks[&id(&first.config, "address")].retired);
    assert!(gone.config.products.values().all(|product| product.retired));
    let check = gone.config.checks.values().next().unwrap();
    assert!(check.retired && !check.is_default);
    assert_eq!(gone.check_options[&check.id]["strict"], true);
    assert_eq!(gone.config.policies.len(), 1);
    let back = published(ADDRESS, 3, Some(&gone));
    assert_eq!(id(&back.config, "address"), id(&first.config, "address"));
    assert!(back.config.tasks.values().all(|task| !task.retired));
}

#[test]
fn a_history_compiles_to_its_newest_version() {
    let (first, second) = (document(ADDRESS), document(HOME_ALONE));
    let documents = [(3, first.as_str()), (4, second.as_str())];
    let newest = compile_history("policy.yaml", documents).unwrap().unwrap();
    assert_eq!(newest.config.version, 4);
    assert_eq!(newest.document, second);
    let retired = newest.config.tasks.values().filter(|task| task.retired);
    assert_eq!(
        retired.map(|task| task.alias.as_str()).collect::<Vec<_>>(),
        ["address"]
    );
}
