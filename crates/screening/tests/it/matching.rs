//! Names against names.

use std::sync::Arc;

use proptest::prelude::*;
use screening::comparison::{compare, compare_names, explain, explain_names};
use screening::date::{ListDate, PartialDate};
use screening::entry::{Gender, IdentifierKind};
use screening::evidence::{self, Evidence, findings};
use screening::knowledge::Knowledge;
use screening::likeness::{Reason, within};
use screening::words::{Analyzer, Bearer, Name, TOKENS_MAX, TokenKind};

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

/// The edits between two words by the plain table of distances.
fn edits_by_table(a: &[u8], b: &[u8]) -> usize {
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            let mut least = if i == 0 { j } else { table[i - 1][j] + 1 };
            if j > 0 {
                least = least.min(table[i][j - 1] + 1);
            }
            if i > 0 && j > 0 {
                let change = usize::from(a[i - 1] != b[j - 1]);
                least = least.min(table[i - 1][j - 1] + change);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    least = least.min(table[i - 2][j - 2] + 1);
                }
            }
            table[i][j] = if i == 0 && j == 0 { 0 } else { least };
        }
    }
    table[a.len()][b.len()]
}

proptest! {
    #[test]
    fn edits_are_counted_as_by_the_plain_table(a in "[abc1]{0,12}", b in "[abc1]{0,12}", most in 0_usize..8) {
        let count = edits_by_table(a.as_bytes(), b.as_bytes());
        let expected = (count <= most).then_some(count);
        prop_assert_eq!(within(a.as_bytes(), b.as_bytes(), most), expected);
    }

    #[test]
    fn evidence_adds_up_too((a, kind_a) in either(), (b, kind_b) in either(), x in known(), y in known()) {
        let analyzer = analyzer();
        let (a, b) = (analyzer.analyze(kind_a, &a), analyzer.analyze(kind_b, &b));
        let why = explain((&a, &x), (&b, &y));
        let sum = why.terms.iter().fold(0.0, |sum, term| sum + term.log_odds);
        prop_assert_eq!(sum.to_bits(), why.log_odds.to_bits());
        let forth = compare((&a, &x), (&b, &y));
        prop_assert_eq!(why.score.to_bits(), forth.score.to_bits());
        prop_assert_eq!(forth, compare((&b, &y), (&a, &x)));
    }
}

fn date() -> impl Strategy<Value = ListDate> {
    let part =
        (1950_i16..1954, 0_u8..4, 0_u8..4).prop_filter_map("a date", |(year, month, day)| {
            match (month, day) {
                (0, _) => PartialDate::year_only(year),
                (month, 0) => PartialDate::month_of(year, month),
                (month, day) => PartialDate::day_of(year, month, day),
            }
        });
    (part.clone(), part, 0..3).prop_map(|(one, other, kind)| match kind {
        0 => ListDate::Circa(one),
        1 => ListDate::between(one, other),
        _ => ListDate::Known(one),
    })
}

fn known() -> impl Strategy<Value = Evidence> {
    let countries = prop::collection::vec(prop_oneof![Just("FR"), Just("SU"), Just("RU")], 0..3);
    let gender = prop_oneof![
        Just(None),
        Just(Some(Gender::Male)),
        Just(Some(Gender::Female))
    ];
    let numbers = prop::collection::vec((Just(IdentifierKind::Tax), "[0-9]{1}"), 0..3);
    (
        prop::collection::vec(date(), 0..3),
        countries,
        gender,
        numbers,
    )
        .prop_map(|(born, countries, gender, numbers)| Evidence {
            born,
            countries: countries
                .into_iter()
                .filter_map(|code| code.parse().ok())
                .collect(),
            gender,
            numbers,
        })
}

fn findings_of(one: &str, other: &str) -> Vec<&'static str> {
    let evidence = |text: &str| Evidence {
        born: text
            .split_whitespace()
            .map(|date| date.parse().expect("a date"))
            .collect(),
        ..Evidence::default()
    };
    let (one, other) = (evidence(one), evidence(other));
    let found = findings(&one, &other);
    found.map(|finding| evidence::NAMES[finding.term]).collect()
}

#[test]
fn dates_of_birth_say_as_much_as_they_are_exact() {
    for (one, other, says) in [
        ("1964-07-17", "1964-07-17", "born the same day"),
        (
            "1964-07-05",
            "1964-05-07",
            "born that day, day and month swapped",
        ),
        ("1964-07-17", "1964-07", "born the same month"),
        ("1964-07-17", "1964", "born the same year"),
        ("1964-07-17", "1964-02-03", "born another day of the year"),
        ("1964", "1965", "born a year apart"),
        ("1964-07-17", "~1965", "born about then"),
        ("1964-07-17", "1960/1965", "born about then"),
        (
            "1964-07-17",
            "1971-07-17",
            "born the same day of another year",
        ),
        ("1964-07-17", "1990", "born years apart"),
        ("1964-07-17", "1990 1964", "born the same year"),
    ] {
        assert_eq!(findings_of(one, other), [says], "{one} / {other}");
        assert_eq!(findings_of(other, one), [says], "{other} / {one}");
    }
    assert_eq!(findings_of("1964", ""), [""; 0]);
}

#[test]
fn reference_tables_bring_spellings_and_short_names_together() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "names_person_names.txt",
        "Thutmose, تحتمس, Touthmôsis => Q1\nalone => Q2\n",
    );
    write(
        "nicknames.csv",
        "name1,relationship,name2\nelizabeth,has_nickname,betty\n",
    );
    write(
        "names_org_types.json",
        r#"[{"aliases": ["Zzbh", "Zum zweck"], "display": "ZZ", "generic": "LLC"}]"#,
    );
    write(
        "text_ordinals.json",
        r#"[{"number": 3, "forms": ["dritte", "3rd"]}]"#,
    );
    let knowledge = Knowledge::load(folder.path()).unwrap();
    let analyzer = Analyzer::new(Arc::new(knowledge));
    let reason = |bearer, one: &str, other: &str| {
        let (one, other) = (
            analyzer.analyze(bearer, one),
            analyzer.analyze(bearer, other),
        );
        let why = explain_names(&one, &other);
        why.alignment
            .iter()
            .map(|edge| edge.reason)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        reason(Bearer::Person, "Thutmose", "تحتمس"),
        [Reason::NamePart]
    );
    assert_eq!(
        reason(Bearer::Person, "touthmosis", "Thutmose"),
        [Reason::NamePart]
    );
    assert_eq!(
        reason(Bearer::Person, "Betty", "Elizabeth"),
        [Reason::Nickname]
    );
    let company = analyzer.analyze(Bearer::Organization, "Dritte Quelle zum Zweck");
    assert!(company.form.is_some(), "a legal form of the table");
    let other = analyzer.analyze(Bearer::Organization, "3 Quelle ZZ");
    assert_eq!(company, Name { ..other });
    write("text_ordinals.json", "[");
    assert!(
        Knowledge::load(folder.path()).is_err(),
        "a broken table is refused"
    );
}

#[test]
fn long_and_strange_names_are_read_in_bounded_time() {
    for text in [
        "김".repeat(5_000),
        "a ".repeat(50_000),
        "\u{FDFA}".repeat(9_000),
        "a\u{301}".repeat(9_000),
    ] {
        let analyzer = analyzer();
        for bearer in [Bearer::Person, Bearer::Organization] {
            let name = analyzer.analyze(bearer, &text);
            assert!(name.tokens.len() <= TOKENS_MAX);
            compare_names(&name, &name);
        }
    }
}
