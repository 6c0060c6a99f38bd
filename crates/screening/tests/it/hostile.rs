//! No bytes make a parser panic or take long.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use screening::lists::{self, Format, Hints, Part};
use screening::snapshot::Snapshot;

use crate::samples::{SAMPLES, bytes};

/// A machine that does much else needs its time; what is not linear needs more than any.
const PATIENCE: Duration = Duration::from_secs(10);

fn read(format: Option<Format>, text: &[u8]) {
    let start = Instant::now();
    let hints = Hints {
        format,
        ..Hints::default()
    };
    let _ = lists::read(vec![Part::new("file", text)], &hints);
    let _ = lists::operations(Part::new("file", text), &hints);
    let took = start.elapsed();
    assert!(took < PATIENCE, "{format:?} took {took:?}");
}

/// One change to a file.
#[derive(Clone, Debug)]
enum Mutation {
    Set(usize, u8),
    Cut(usize, usize),
    Repeat(usize, usize, usize),
    Insert(usize, Vec<u8>),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = 0..1_000_000_usize;
    prop_oneof![
        (place.clone(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        (place.clone(), 0..200_usize).prop_map(|(at, length)| Mutation::Cut(at, length)),
        (place.clone(), 0..200_usize, 2..100_usize)
            .prop_map(|(at, length, times)| Mutation::Repeat(at, length, times)),
        (place, prop::collection::vec(any::<u8>(), 0..20))
            .prop_map(|(at, text)| Mutation::Insert(at, text)),
    ]
}

fn mutated(mut text: Vec<u8>, mutations: Vec<Mutation>) -> Vec<u8> {
    for mutation in mutations {
        let size = text.len();
        let span = |at: usize, length: usize| {
            let start = at % size.max(1);
            start.min(size)..(start + length).min(size)
        };
        match mutation {
            Mutation::Set(at, byte) => {
                if let Some(found) = text.get_mut(at % size.max(1)) {
                    *found = byte;
                }
            }
            Mutation::Cut(at, length) => drop(text.drain(span(at, length))),
            Mutation::Repeat(at, length, times) => {
                let span = span(at, length);
                let piece = text[span.clone()].repeat(times);
                text.splice(span, piece);
            }
            Mutation::Insert(at, piece) => drop(text.splice(span(at, 0), piece)),
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_or_refused(
        text in prop::collection::vec(any::<u8>(), 0..2_000),
        words in "[<>/&;\"',\\t\\n{}\\[\\]:a-d0-9 -]{0,400}",
    ) {
        for format in Format::all().map(Some).chain([None]) {
            read(format, &text);
            read(format, words.as_bytes());
        }
        prop_assert!(Snapshot::decode(&text).is_err());
    }

    #[test]
    fn any_change_of_a_sample_is_read_or_refused(
        place in 0..SAMPLES.len(),
        mutations in prop::collection::vec(mutation(), 1..8),
    ) {
        let (format, files) = SAMPLES[place];
        for file in files {
            read(Some(format), &mutated(bytes(file), mutations.clone()));
        }
        read(None, &mutated(bytes("changes.ftm.json"), mutations));
    }
}

#[test]
fn what_grows_without_end_is_cut_and_said() {
    let name = "x".repeat(100_000);
    let many: Vec<String> = (0..5_000).map(|number| format!("Name {number}")).collect();
    let many = many.join(";");
    let table = format!("id,name,aliases\n1,{name},\n2,Doe,{many}\n");
    let hints = Hints::default();
    let found = lists::read(vec![Part::new("own.csv", table.as_bytes())], &hints).unwrap();
    let said: Vec<String> = found
        .problems
        .first()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(said[0].ends_with("was cut after 500 signs"), "{said:?}");
    assert!(said[1].contains("it has more names than 2000"), "{said:?}");
    assert_eq!(said.len(), 2);
    assert_eq!(found.entries[1].names.len(), 2_000);
}

#[test]
fn deep_and_wide_documents_are_walked_in_bounded_space() {
    let deep = format!(
        "<data-set><record><LastName>Doe</LastName>{}{}</record></data-set>",
        "<a>".repeat(200_000),
        "</a>".repeat(200_000)
    );
    read(Some(Format::Canada), deep.as_bytes());
    let nested = "[".repeat(200_000);
    read(
        Some(Format::Popolo),
        format!("{{\"persons\": {nested}").as_bytes(),
    );
    read(
        Some(Format::FollowTheMoney),
        format!("{{\"id\": {nested}").as_bytes(),
    );
    let quoted = format!("id,name\n1,\"{}", "a,\n".repeat(2_000_000));
    read(Some(Format::Own), quoted.as_bytes());
}
