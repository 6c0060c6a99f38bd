//! Parties named in reports.

use std::sync::Arc;

use proptest::prelude::*;
use screening::index::{Index, Scratch};
use screening::knowledge::Knowledge;
use screening::media::{self, Category, Document, Fingerprint, Mention, Reports, Wanted};
use screening::words::{Analyzer, Bearer, Name};

fn mentions(names: &[(Bearer, &str)], title: &str, text: &str) -> Vec<Mention> {
    let analyzer = Analyzer::new(Arc::new(Knowledge::empty()));
    let index = |kind: Bearer| {
        let of_kind = (0..).zip(names).filter(|(_, (other, _))| *other == kind);
        let analyzed: Vec<(u32, Name)> = of_kind
            .map(|(owner, (_, name))| (owner, analyzer.analyze(kind, name)))
            .collect();
        Index::of(analyzed.iter().map(|(owner, name)| (*owner, name)))
    };
    let (persons, others) = (index(Bearer::Person), index(Bearer::Organization));
    let document = Document {
        title: title.to_owned(),
        text: text.to_owned(),
        ..Document::default()
    };
    let wanted = [
        Wanted {
            kind: Bearer::Person,
            names: &persons,
        },
        Wanted {
            kind: Bearer::Organization,
            names: &others,
        },
    ];
    media::mentions(&document, &wanted, 0.7, &analyzer, &mut Scratch::default())
}

const REPORT: &str = "Jersey City, 3 May. The bank Meridian Trading House, Inc. agreed to pay a civil \
    penalty of 2 million dollars, a court heard. Its former director, Fredrick J. Bachman, was \
    convicted of bribery in 2019. Nothing was said of the gardener.";

#[test]
fn a_party_is_found_with_what_is_told_of_it() {
    let names = [
        (Bearer::Organization, "Meridian Trading House Incorporated"),
        (Bearer::Person, "Bachman, Frederick"),
        (Bearer::Person, "Maria Gonzalez"),
        (Bearer::Organization, "Jersey Gardeners Ltd"),
    ];
    let found = mentions(&names, "", REPORT);
    let owners: Vec<u32> = found.iter().map(|mention| mention.owner).collect();
    assert_eq!(owners, [0, 1], "{found:#?}");
    assert!(
        found[0].written.starts_with("Meridian Trading House"),
        "{}",
        found[0].written
    );
    assert!(found[0].categories.contains(&Category::Regulatory));
    assert!(found[1].categories.contains(&Category::Corruption));
    assert!(
        found[1]
            .snippet
            .contains("former director, Fredrick J. Bachman, was convicted")
    );
}

#[test]
fn the_same_report_twice_is_one() {
    let mut reports = Reports::default();
    assert_eq!(reports.add(Fingerprint::of(REPORT)), None);
    let other = "The weather in the north will be fine today, with a little rain in the evening.";
    assert_eq!(reports.add(Fingerprint::of(other)), None);
    let copy = format!("{REPORT} (Agency)");
    assert_eq!(reports.add(Fingerprint::of(&copy.to_uppercase())), Some(0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_is_written_is_read_without_harm(title in "\\PC{0,40}", text in "(\\PC|[A-Z][a-z]{1,8} |\n){0,200}") {
        mentions(&[(Bearer::Person, "Ivan Petrov"), (Bearer::Organization, "Bank of Ivan")], &title, &text);
    }
}
