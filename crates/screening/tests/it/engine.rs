//! Screening one party against lists.

use std::sync::Arc;

use screening::date::ListDate;
use screening::engine::{Engine, Hits, List, Settings, Subject};
use screening::entry::{Entry, Identifier, IdentifierKind, Kind, Name, NameKind, Role, Tie};
use screening::evidence::Evidence;
use screening::knowledge::Knowledge;
use screening::rules::{Nearness, Rules};
use screening::words::{Analyzer, Bearer};

/// "name / name; born; country; passport", of which the last three may be left out.
fn entry(id: usize, kind: Kind, text: &str) -> Entry {
    let mut fields = text.split(';').map(str::trim);
    let names = fields.next().unwrap_or("").split('/');
    let mut entry = Entry {
        id: format!("{id}"),
        kind,
        names: names
            .map(|name| Name::new(NameKind::Strong, name.trim()))
            .collect(),
        ..Entry::default()
    };
    entry
        .born
        .extend(fields.next().and_then(|date| date.parse::<ListDate>().ok()));
    let country = fields.next().and_then(countries::code);
    entry.countries.extend(country.map(|code| Tie {
        code,
        role: Role::Nationality,
    }));
    entry
        .identifiers
        .extend(fields.next().map(|value| Identifier {
            kind: IdentifierKind::Passport,
            value: value.to_owned(),
            country: None,
            label: None,
        }));
    entry.canonical()
}

fn engine(entries: &[&str]) -> Engine {
    let entries: Vec<Entry> = entries
        .iter()
        .enumerate()
        .map(|(id, text)| entry(id, Kind::Person, text))
        .collect();
    let analyzer = Arc::new(Analyzer::new(Arc::new(Knowledge::empty())));
    Engine::build(
        &[List {
            id: "list",
            entries: &entries,
        }],
        analyzer,
    )
}

fn subject(engine: &Engine, text: &str) -> Subject {
    let entry = entry(0, Kind::Person, text);
    let names = entry.names.iter().map(|name| name.text.as_str());
    Subject::new(
        engine.analyzer(),
        Bearer::Person,
        names,
        Evidence::of(&entry),
    )
}

fn screened(engine: &Engine, text: &str, settings: &Settings) -> Hits {
    engine.screen(&subject(engine, text), settings)
}

const SIX: [&str; 6] = [
    "Ivan Petrov; 1960-05-04; Russia; RU12345",
    "Ivan Petrov",
    "Ivan Petrov; 1985-01-01; France",
    "Ivan Petrow / Jean Pierre; 1960-04-05; Belarus",
    "Someone Else; 1950; Russia; FR99999",
    "Petrov Ivan; 1961; Russia",
];

#[test]
fn hits_come_best_first_with_reasons_that_add_up_and_more_are_told_as_a_number() {
    let engine = engine(&SIX);
    let all = screened(
        &engine,
        "Ivan Petrov; 1960-05-04; Russia",
        &Settings::default(),
    );
    assert!(all.hits.len() >= 3, "{all:#?}");
    assert_eq!(
        (all.hits[0].entry.as_str(), all.hits[0].name.as_str()),
        ("0", "Ivan Petrov")
    );
    for hit in &all.hits {
        let sum = hit
            .explanation
            .terms
            .iter()
            .fold(0.0, |sum, term| sum + term.log_odds);
        assert!((sum - hit.explanation.log_odds).abs() < 1e-9);
    }
    assert!(
        all.hits
            .is_sorted_by(|a, b| a.explanation.log_odds >= b.explanation.log_odds)
    );
    let few = screened(
        &engine,
        "Ivan Petrov; 1960-05-04; Russia",
        &Settings {
            max_hits: 2,
            ..Settings::default()
        },
    );
    assert_eq!(few.hits, all.hits[..2]);
    assert_eq!(few.more, all.hits.len() - 2);
    let again = screened(
        &engine,
        "Ivan Petrov; 1960-05-04; Russia",
        &Settings::default(),
    );
    assert_eq!(format!("{again:?}"), format!("{all:?}"));
}

#[test]
fn a_shared_number_is_a_hit_whatever_the_name() {
    let engine = engine(&SIX);
    let found = screened(
        &engine,
        "Mario Rossi; 1950; Russia; FR-99999",
        &Settings::default(),
    );
    let entries: Vec<&str> = found.hits.iter().map(|hit| hit.entry.as_str()).collect();
    assert_eq!(entries, ["4"]);
    let strict = Rules {
        name: Nearness::Exact,
        date: Nearness::Exact,
        country: Nearness::Exact,
    };
    let settings = Settings {
        rules: strict,
        ..Settings::default()
    };
    let found = screened(&engine, "Mario Rossi; 1950; Russia; FR-99999", &settings);
    assert_eq!(found.hits.len(), 1, "a number is never filtered out");
}

#[test]
fn lists_that_are_not_asked_for_are_not_searched() {
    let engine = engine(&SIX);
    let settings = Settings {
        lists: vec!["other".to_owned()],
        ..Settings::default()
    };
    assert_eq!(screened(&engine, "Ivan Petrov", &settings), Hits::default());
}

#[test]
fn organizations_are_not_taken_for_persons_and_whatever_is_unknown_for_both() {
    let entries = [
        entry(0, Kind::Person, "Ivan Petrov"),
        entry(1, Kind::Organization, "Ivan Petrov"),
        entry(2, Kind::Unknown, "Ivan Petrov"),
    ];
    let analyzer = Arc::new(Analyzer::new(Arc::new(Knowledge::empty())));
    let engine = Engine::build(
        &[List {
            id: "list",
            entries: &entries,
        }],
        analyzer,
    );
    for (kind, wanted) in [
        (Bearer::Person, ["0", "2"]),
        (Bearer::Organization, ["1", "2"]),
    ] {
        let subject = Subject::new(
            engine.analyzer(),
            kind,
            ["Ivan Petrov"],
            Evidence::default(),
        );
        let hits = engine.screen(&subject, &Settings::default()).hits;
        let mut found: Vec<&str> = hits.iter().map(|hit| hit.entry.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, wanted);
    }
}

/// Which entries are hits under the rules, and why the others of the same threshold are not.
fn judged(rules: Rules) -> String {
    let engine = engine(&SIX);
    let settings = Settings {
        threshold: 0.05,
        rules,
        ..Settings::default()
    };
    let hits = screened(&engine, "Ivan Petrov; 1960-05-04; Russia", &settings);
    let mut all: Vec<String> = hits
        .hits
        .iter()
        .chain(&hits.ignored)
        .filter(|hit| hit.entry != "4")
        .map(|hit| match hit.ignored {
            None => format!("{} stays", hit.entry),
            Some(reason) => format!("{} {reason}", hit.entry),
        })
        .collect();
    all.sort();
    all.join("\n")
}

#[test]
fn rules_filter_out_what_is_too_far_and_never_what_is_not_known() {
    let date = judged(Rules {
        date: Nearness::Exact,
        ..Rules::default()
    });
    assert!(
        date.contains("0 stays") && date.contains("1 stays"),
        "{date}"
    );
    assert!(
        date.contains("5 the date is only close, and the rules allow an exact date only"),
        "{date}"
    );
    let date = judged(Rules {
        date: Nearness::Close,
        ..Rules::default()
    });
    assert!(
        date.contains("1 stays") && date.contains("3 stays") && date.contains("5 stays"),
        "{date}"
    );
    let country = judged(Rules {
        country: Nearness::Exact,
        ..Rules::default()
    });
    assert!(
        country.contains("1 stays") && country.contains("5 stays"),
        "{country}"
    );
    assert!(
        country.contains("3 the country is another, and the rules allow an exact country only"),
        "{country}"
    );
    let name = judged(Rules {
        name: Nearness::Exact,
        ..Rules::default()
    });
    assert!(
        name.contains("0 stays") && name.contains("5 stays"),
        "{name}"
    );
    assert!(name.contains("3 the name is only close"), "{name}");
    assert!(
        !judged(Rules {
            name: Nearness::Close,
            ..Rules::default()
        })
        .contains("3 the")
    );
}
