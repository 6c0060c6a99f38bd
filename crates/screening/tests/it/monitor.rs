//! Monitoring tells what screening everybody anew would find.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use screening::date::PartialDate;
use screening::engine::{Engine, List, Settings, Subject};
use screening::entry::{Entry, Identifier, IdentifierKind, Kind, Name, NameKind};
use screening::evidence::Evidence;
use screening::index::Scratch;
use screening::knowledge::Knowledge;
use screening::monitor::{Book, Change, Client, What};
use screening::words::{Analyzer, Bearer};

fn analyzer() -> Arc<Analyzer> {
    Arc::new(Analyzer::new(Arc::new(Knowledge::empty())))
}

/// A party as a test draws it: names, a year of birth, a passport.
type Drawn = (Vec<String>, Option<i16>, Option<u8>);

fn drawn() -> impl Strategy<Value = Drawn> {
    let word = prop::sample::select(vec![
        "ahmed",
        "ahmad",
        "hassan",
        "hasan",
        "ali",
        "petrov",
        "petrova",
        "ivan",
        "john",
        "jon",
        "smith",
        "abd",
        "rahman",
        "abdrahman",
        "trading",
    ]);
    let name = prop::collection::vec(word, 1..4).prop_map(|words| words.join(" "));
    (
        prop::collection::vec(name, 1..3),
        prop::option::of(1960..1964_i16),
        prop::option::weighted(0.2, 0..3_u8),
    )
}

fn evidence((_, year, passport): &Drawn) -> Evidence {
    let born = year.and_then(PartialDate::year_only);
    let number = passport.map(|number| (IdentifierKind::Passport, format!("PASS000{number}")));
    Evidence {
        born: born.map(Into::into).into_iter().collect(),
        numbers: number.into_iter().collect(),
        ..Evidence::default()
    }
}

fn entry(id: u8, drawn: &Drawn, kind: Kind) -> Entry {
    let evidence = evidence(drawn);
    let number = evidence.numbers.iter().map(|(kind, value)| Identifier {
        kind: *kind,
        value: value.clone(),
        country: None,
        label: None,
    });
    let entry = Entry {
        id: format!("e{id}"),
        kind,
        names: drawn
            .0
            .iter()
            .map(|text| Name::new(NameKind::Strong, text))
            .collect(),
        born: evidence.born.clone(),
        identifiers: number.collect(),
        ..Entry::default()
    };
    entry.canonical()
}

fn client(analyzer: &Analyzer, id: u8, drawn: &Drawn, person: bool) -> Client {
    let kind = if person {
        Bearer::Person
    } else {
        Bearer::Organization
    };
    let names = drawn.0.iter().map(String::as_str);
    Client {
        id: format!("c{id}"),
        subject: Subject::new(analyzer, kind, names, evidence(drawn)),
    }
}

fn kind(number: u8) -> Kind {
    [
        Kind::Person,
        Kind::Organization,
        Kind::Unknown,
        Kind::Vessel,
    ][usize::from(number % 4)]
}

type Hits = BTreeMap<(String, String), f64>;

fn screened(
    analyzer: &Arc<Analyzer>,
    entries: &BTreeMap<u8, Entry>,
    clients: &BTreeMap<u8, Client>,
) -> Hits {
    let entries: Vec<Entry> = entries.values().cloned().collect();
    let list = List {
        id: "list",
        entries: &entries,
    };
    let engine = Engine::build(&[list], Arc::clone(analyzer));
    let mut hits = Hits::new();
    for client in clients.values() {
        let found = engine.screen(
            &client.subject,
            &Settings {
                max_hits: 1_000,
                ..Settings::default()
            },
        );
        for hit in found.hits {
            hits.insert((client.id.clone(), hit.entry), hit.explanation.score);
        }
    }
    hits
}

/// What happens to a book and a list: an entry is put or removed, a client is put or removed.
#[derive(Clone, Debug)]
enum Step {
    Entry(u8, Option<(Drawn, u8)>),
    Client(u8, Option<(Drawn, bool)>),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..8_u8, prop::option::weighted(0.8, (drawn(), any::<u8>())))
            .prop_map(|(id, entry)| Step::Entry(id, entry)),
        (
            0..12_u8,
            prop::option::weighted(0.8, (drawn(), any::<bool>()))
        )
            .prop_map(|(id, client)| Step::Client(id, client)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn deltas_leave_what_screening_all_clients_anew_finds(
        steps in prop::collection::vec(step(), 1..40)
    ) {
        let analyzer = analyzer();
        let (mut entries, mut clients) = (BTreeMap::new(), BTreeMap::new());
        let mut book = Book::default();
        let mut hits = Hits::new();
        let mut scratch = Scratch::remembering();
        for step in steps {
            match step {
                Step::Entry(id, drawn) => {
                    let after = drawn.map(|(drawn, number)| entry(id, &drawn, kind(number)));
                    let change = Change {
                        list: "list",
                        before: entries.get(&id),
                        after: after.as_ref(),
                    };
                    for event in book.events(&[change], 0.7, &analyzer, &mut scratch) {
                        let key = (event.client, event.entry);
                        match event.what {
                            What::New { score } => prop_assert_eq!(hits.insert(key, score), None),
                            What::Changed { before, score } => {
                                prop_assert_eq!(hits.insert(key, score), Some(before));
                            }
                            What::Withdrawn { before } => {
                                prop_assert_eq!(hits.remove(&key), Some(before));
                            }
                        }
                    }
                    match after {
                        Some(after) => entries.insert(id, after),
                        None => entries.remove(&id),
                    };
                }
                Step::Client(id, drawn) => {
                    let name = format!("c{id}");
                    hits.retain(|(client, _), _| *client != name);
                    clients.remove(&id);
                    book.remove(&name);
                    if let Some((drawn, person)) = drawn {
                        let client = client(&analyzer, id, &drawn, person);
                        book.put([client.clone()]);
                        let alone = BTreeMap::from([(id, client.clone())]);
                        hits.extend(screened(&analyzer, &entries, &alone));
                        clients.insert(id, client);
                    }
                }
            }
        }
        prop_assert_eq!(hits, screened(&analyzer, &entries, &clients));
        prop_assert_eq!(book.len(), clients.len());
    }
}

#[test]
fn a_book_that_has_grown_finds_old_and_new_clients_alike() {
    let analyzer = analyzer();
    let named = |name: &str, id: usize| Client {
        id: format!("c{id}"),
        subject: Subject::new(&analyzer, Bearer::Person, [name], Evidence::default()),
    };
    let mut book = Book::of((0..3_000).map(|id| named(&format!("Zoltan Nobody{id}"), id)));
    book.put([named("Ivan Petrov", 7)]);
    for id in 3_000..5_500 {
        book.put(
            [named(&format!("Anna Somebody{id}"), id)]
                .into_iter()
                .take(usize::from(id % 500 == 0)),
        );
    }
    let drawn = (vec!["PETROV, Ivan".to_owned()], None, None);
    let mut scratch = Scratch::default();
    let hits = book.hits_of(
        &entry(1, &drawn, Kind::Person),
        0.7,
        &analyzer,
        &mut scratch,
    );
    assert_eq!(
        hits.iter().map(|hit| &*hit.client).collect::<Vec<_>>(),
        ["c7"]
    );
    book.remove("c7");
    assert!(
        book.hits_of(
            &entry(1, &drawn, Kind::Person),
            0.7,
            &analyzer,
            &mut scratch
        )
        .is_empty()
    );
}
