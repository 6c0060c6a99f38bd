//! An index finds what comparing with every name finds.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use screening::comparison::compare_names;
use screening::index::{Index, Plain, Scratch};
use screening::knowledge::Knowledge;
use screening::words::{Analyzer, Bearer, Name, Pool};

const DATA: &str = "/work/shared/data";

/// Names that differ in the ways that the index has to bridge. Initials and words of one or two letters are
/// not among them: the index misses some of those that comparing with each would find.
fn name() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => prop::sample::select(vec![
            "mohammed", "muhammad", "ahmed", "ali", "hassan", "hussein", "abd", "al", "rahman",
            "abdulrahman", "abdurahman", "vander", "van", "der", "bilt", "vanderbilt", "ivan",
            "petrov", "petrova", "bank", "international", "business", "machines", "ibm", "of",
            "trading", "john", "jean", "claude", "smith", "smyth", "bin",
            "ibn", "Путин", "محمد", "علي", "金", "김정은", "Ltd", "company", "goodwill", "good", "will",
        ]).prop_map(str::to_owned),
        2 => "[a-e]{4,6}",
        1 => "[a-c]{5,12}",
    ];
    prop::collection::vec(word, 1..6).prop_map(|words| words.join(" "))
}

/// A name with a few letters changed, or words joined or turned round.
fn changed(name: &str, places: &[(usize, u8)]) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    for (place, how) in places {
        if letters.len() < 3 {
            break;
        }
        let at = place % (letters.len() - 1);
        match how % 4 {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, 'a'),
            2 => letters.swap(at, at + 1),
            _ => letters.retain(|letter| *letter != ' ' || at.is_multiple_of(2)),
        }
    }
    letters.into_iter().collect()
}

fn missed(names: &[Name], asked: &Name, floor: f64) -> Vec<usize> {
    let index = Index::of((0..).zip(names));
    missed_by(&index, names, asked, floor)
}

/// Which names comparing with each finds and the index does not.
fn missed_by(index: &Index, names: &[Name], asked: &Name, floor: f64) -> Vec<usize> {
    let found = index.search(asked, floor, &Plain, &mut Scratch::default());
    let hits = names
        .iter()
        .enumerate()
        .filter(|(_, name)| !name.tokens.is_empty());
    let hits = hits.filter(|(_, name)| compare_names(asked, name).log_odds >= floor);
    hits.map(|(at, _)| at)
        .filter(|at| !found.iter().any(|found| found.owner as usize == *at))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_index_finds_whatever_comparing_with_each_finds_among_random_names(
        names in prop::collection::vec((name(), any::<bool>()), 1..40),
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 0..4),
        person in any::<bool>(),
        floor in 0.85..4.0_f64,
    ) {
        let analyzer = Analyzer::new(Arc::new(Knowledge::empty()));
        let kind = |person: bool| if person { Bearer::Person } else { Bearer::Organization };
        let analyzed: Vec<Name> =
            names.iter().map(|(text, person)| analyzer.analyze(kind(*person), text)).collect();
        let text = changed(&which.get(&names).0, &changes);
        let asked = analyzer.analyze(kind(person), &text);
        let missed = missed(&analyzed, &asked, floor);
        prop_assert!(
            missed.is_empty(),
            "{} misses {:?}", text, missed.iter().map(|at| &names[*at].0).collect::<Vec<_>>()
        );
    }
}

fn lines(path: &str) -> Option<Vec<String>> {
    let path = Path::new(DATA).join(path);
    let mut text = String::new();
    let file = std::fs::File::open(path).ok()?;
    zstd::Decoder::new(file)
        .ok()?
        .read_to_string(&mut text)
        .ok()?;
    Some(text.lines().map(str::to_owned).collect())
}

/// Names of a list as published: the second column, and whether a person's.
fn listed() -> Option<Vec<(String, bool)>> {
    let lines = lines("ofac_sdn/sdn_2021-08-18.csv.zst")?;
    let name = |line: &String| {
        let (_, rest) = line.split_once(',')?;
        let (name, rest) = rest.strip_prefix('"')?.split_once('"')?;
        Some((name.to_owned(), rest.contains("individual")))
    };
    Some(lines.iter().filter_map(name).collect())
}

#[test]
fn the_index_finds_whatever_comparing_with_each_finds_among_real_names() {
    let Some(listed) = listed() else {
        eprintln!("skipped: there are no lists in {DATA}");
        return;
    };
    let knowledge = Knowledge::load(&Path::new(DATA).join("reference")).unwrap_or_default();
    let analyzer = Analyzer::new(Arc::new(knowledge));
    let mut pool = Pool::default();
    let kind = |person: bool| {
        if person {
            Bearer::Person
        } else {
            Bearer::Organization
        }
    };
    let names: Vec<Name> = listed
        .iter()
        .map(|(text, person)| analyzer.analyze_into(&mut pool, kind(*person), text))
        .collect();
    let index = Index::of((0..).zip(&names));
    let (mut missing, mut looked) = (Vec::new(), 0);
    for (at, (text, person)) in listed.iter().enumerate().step_by(97) {
        for (turn, floor) in [(0, 0.85), (1, 0.0), (2, -1.5)] {
            let changes = [
                (at * 31 + turn, [0, 1, 2, 3, 4][at % 5]),
                (at * 17, [0, 1, 2][at % 3]),
            ];
            let text = changed(text, &changes[..turn]);
            let asked = analyzer.analyze(kind(*person), &text);
            looked += 1;
            for at in missed_by(&index, &names, &asked, floor) {
                let log_odds = compare_names(&asked, &names[at]).log_odds;
                missing.push(format!("{text} / {} {log_odds:.2}", listed[at].0));
            }
        }
    }
    assert!(looked > 200);
    assert!(
        missing.is_empty(),
        "{} missing: {missing:#?}",
        missing.len()
    );
}
