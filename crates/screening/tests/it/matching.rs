//! Names against names.

use std::sync::Arc;

use proptest::prelude::*;
use screening::comparison::{compare_names, explain_names};
use screening::knowledge::Knowledge;
use screening::words::{Analyzer, Bearer, Name, TokenKind};

fn analyzer() -> Analyzer {
    Analyzer::new(Arc::new(Knowledge::empty()))
}

fn words(bearer: Bearer, text: &str) -> String {
    let name = analyzer().analyze(bearer, text);
    let words: Vec<String> = name
        .tokens
        .iter()
        .map(|token| match token.kind {
            TokenKind::Word => token.word.ascii.to_string(),
            kind => format!("{}:{kind:?}", token.word.ascii),
        })
        .collect();
    words.join(" ")
}

fn score(bearer: Bearer, one: &str, other: &str) -> f64 {
    let analyzer = analyzer();
    let (one, other) = (
        analyzer.analyze(bearer, one),
        analyzer.analyze(bearer, other),
    );
    compare_names(&one, &other).score
}

#[test]
fn a_name_is_cut_into_words_that_do_something() {
    let person = |text| words(Bearer::Person, text);
    assert_eq!(person("PUTIN, Vladimir V."), "vladimir v:Initial putin");
    assert_eq!(
        person("Dr. Usāma bin Lādin"),
        "dr:Title usama bin:Particle ladin"
    );
    assert_eq!(person("CH'O'L Hae-sŏng"), "chol hae song");
    assert_eq!(person("习近平"), "xi jinping");
    assert_eq!(person("김정은"), "gim jeongeun");
    assert_eq!(person("Сергей Лавров"), "sergey lavrov");
    assert_eq!(person("Sheikh"), "sheikh");
    let company = |text| words(Bearer::Organization, text);
    assert_eq!(company("L.X.C. Aviation, L.L.C."), "lxc aviation");
    assert_eq!(
        company("OOO \"Oboronnye Initsiativy\""),
        "oboronnye initsiativy"
    );
    assert_eq!(company("Brigade Forty-Four"), "brigade 44:Number");
    assert_eq!(
        company("1st International Bank"),
        "1:Number international bank"
    );
    assert_eq!(company("Limited"), "limited");
}

#[test]
fn the_same_name_is_found_however_it_is_written() {
    for (one, other) in [
        ("Vladimir Putin", "PUTIN, Vladimir"),
        ("Abdulrahman Hassan", "Abd al-Rahman Hasan"),
        ("Gloria Vanderbilt", "Gloria van der Bilt"),
        ("Ротенберг Аркадий", "Arkadiy Rotenberg"),
        ("Friedrych Buchenberg", "Friedrich Buchenberg"),
        ("Mr. Recep Tayyip Erdoğan", "Recep Tayyip Erdogan"),
    ] {
        assert!(score(Bearer::Person, one, other) > 0.7, "{one} / {other}");
    }
    for (one, other) in [
        ("Siemens Aktiengesellschaft", "Siemens AG"),
        ("Good Will Company", "Goodwill Company"),
        ("OAO Gazprom", "Gazprom JSC"),
    ] {
        assert!(
            score(Bearer::Organization, one, other) > 0.7,
            "{one} / {other}"
        );
    }
}

#[test]
fn other_names_are_not_found() {
    for (one, other) in [
        ("Hafez Makhlouf", "Rami Makhlouf"),
        ("Barack Obama", "George Hussein Onyango Obama"),
        ("Murad Khasanovich Margoshvili", "Ivan Petrov"),
    ] {
        assert!(score(Bearer::Person, one, other) < 0.7, "{one} / {other}");
    }
}

fn either() -> impl Strategy<Value = (String, Bearer)> {
    let names = prop_oneof![
        "\\PC{0,60}",
        "[a-zA-Z .,'-]{0,40}",
        "[ابتمحدعلي ]{0,20}",
        "[가-힣一-龥 ]{0,30}",
        "(al|bin|abd|rahman|Mohammed|M|J\\.|Ltd|OOO|44|of| |-){0,20}",
    ];
    (
        names,
        prop_oneof![Just(Bearer::Person), Just(Bearer::Organization)],
    )
}

fn sum(one: &Name, other: &Name) -> (f64, f64) {
    let explanation = explain_names(one, other);
    let sum = explanation
        .terms
        .iter()
        .fold(0.0, |sum, term| sum + term.log_odds);
    (sum, explanation.log_odds)
}

proptest! {
    #[test]
    fn the_order_of_two_names_does_not_matter((a, kind_a) in either(), (b, kind_b) in either()) {
        let analyzer = analyzer();
        let (a, b) = (analyzer.analyze(kind_a, &a), analyzer.analyze(kind_b, &b));
        prop_assert_eq!(compare_names(&a, &b), compare_names(&b, &a));
    }

    #[test]
    fn the_terms_add_up_to_the_score((a, kind_a) in either(), (b, kind_b) in either()) {
        let analyzer = analyzer();
        let (a, b) = (analyzer.analyze(kind_a, &a), analyzer.analyze(kind_b, &b));
        let (sum, log_odds) = sum(&a, &b);
        prop_assert_eq!(sum.to_bits(), log_odds.to_bits());
        prop_assert_eq!(log_odds.to_bits(), compare_names(&a, &b).log_odds.to_bits());
        prop_assert!(log_odds.is_finite());
    }
}
