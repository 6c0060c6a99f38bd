//! What a migration comes to, before anything is sent.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Zoned;
use migrate::notices::Notices;
use migrate::plan::{self, Asked, Hours, Likeness, Plan, Source};
use migrate::{Scope, Stages};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use crate::runs::{options, ran};
use crate::server::{Server, Trouble};
use crate::shared;

fn asked(folder: &Path, mapping: PathBuf) -> Asked {
    Asked {
        mapping,
        source: folder.to_owned(),
        scope: Scope::All,
        stages: Stages::default(),
        base_urls: Vec::new(),
        api_key: String::new(),
        patience: options(folder, "http://127.0.0.1:1", Scope::All, "plan-unused").patience,
        state: None,
        start: None,
        deadline: None,
        hours: None,
        now: at("2026-03-02T12:07:30"),
    }
}

fn at(text: &str) -> Zoned {
    format!("{text}[Europe/London]").parse().expect("a time")
}

async fn planned(asked: &Asked) -> Plan {
    plan::make(asked)
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

fn assert_fits(plan: &Plan) {
    for line in plan.to_string().lines() {
        assert!(line.width() <= 80, "{} columns: {line}", line.width());
    }
}

#[tokio::test]
async fn a_plan_counts_what_the_makers_of_the_book_say_and_finds_their_duplicates() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let text = fs::read_to_string(folder.join("truth_summary.json")).expect("it is there");
    let truth: Value = serde_json::from_str(&text).expect("it is JSON");
    for scope in [Scope::All, Scope::Active] {
        let plan = planned(&Asked {
            scope,
            ..asked(&folder, shared::northgate_mapping())
        })
        .await;
        let truth_profiles = &truth["profiles"][scope.as_str()];
        let profiles = plan.profiles;
        let found = json!([
            profiles.individual_customers,
            profiles.company_customers,
            profiles.associates_given_inline,
            profiles.left_out_customers_as_associates
        ]);
        let expected = json!([
            truth_profiles["individual_customers"],
            truth_profiles["company_customers"],
            truth_profiles["associates_given_inline"],
            truth_profiles["closed_customers_as_associates"]
        ]);
        assert_eq!(found, expected, "{}", scope.as_str());
        let rows = |file: usize| plan.files[file].dispositions.values().sum::<u64>();
        assert_eq!([0, 1, 2, 3, 4].map(rows), [300, 60, 200, 80, 60]);
        assert_fits(&plan);
    }
    // Rows of one person or company under two references, as the makers planted them.
    let lines = fs::read_to_string(folder.join("truth.jsonl")).expect("it is there");
    let mut planted = std::collections::BTreeMap::new();
    for line in lines.lines() {
        let row: Value = serde_json::from_str(line).expect("it is JSON");
        let why = row["all"]["why"].as_array().cloned().unwrap_or_default();
        if let (Some(cluster), true) = (
            row["cluster"].as_str(),
            why.contains(&json!("possible_duplicate")),
        ) {
            let rows: &mut Vec<u64> = planted.entry(cluster.to_owned()).or_default();
            rows.push(row["line"].as_u64().expect("a line"));
        }
    }
    let plan = planned(&asked(&folder, shared::northgate_mapping())).await;
    assert!(planted.len() >= 3, "{planted:?}");
    for (cluster, lines) in planted {
        let is_found = plan.duplicates.pairs.iter().any(|pair| {
            pair.likeness != Likeness::SameReference
                && lines.contains(&pair.first.line)
                && lines.contains(&pair.second.line)
        });
        assert!(is_found, "{cluster}: {lines:?}");
    }
}

#[tokio::test]
async fn each_problem_says_what_it_does_to_its_rows() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let plan = planned(&asked(&folder, shared::northgate_mapping())).await;
    // One stage is all that the book reaches.
    assert!(
        !plan.letters[0].text.contains("stage"),
        "{}",
        plan.letters[0].text
    );
    let shown = plan.to_string();
    for wanted in [
        "         8  warned    possible_duplicate\n",
        "         4  rejected  duplicate_ref_conflict\n",
        "         2  skipped   duplicate_ref_same\n",
        "one reference on two rows (4 of 6; --json has more)\n",
    ] {
        assert!(shown.contains(wanted), "{wanted}{shown}");
    }
}

#[tokio::test]
async fn the_start_waits_for_notice_and_the_deadline_is_checked() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let asked = Asked {
        hours: Hours::parse("09:00-17:00").ok(),
        stages: Stages::parse("1:100,2:rest").expect("stages"),
        ..asked(&folder, shared::northgate_mapping())
    };
    let plan = planned(&asked).await;
    assert_eq!(plan.stages[0].begins, at("2026-03-04T12:15:00"));
    assert_eq!(plan.letters.len(), 2);
    assert_eq!(plan.letters[1].due, at("2026-03-02T12:16:40"));
    let text = &plan.letters[1].text;
    let wanted = "Subject: Migration of northgate: 2 processes from 04 March 2026, 12:16 GMT\n";
    assert!(text.starts_with(wanted), "{text}");
    let flowing = text.replace('\n', " ");
    let from = format!(
        "From client 101 of {} on, 2 processes work at once instead of 1.",
        plan.profiles.total()
    );
    assert!(flowing.contains(&from), "{text}");
    assert!(flowing.contains("This is stage 2 of 2."), "{text}");
    assert!(plan.late_notices().next().is_none() && plan.is_in_time());
    // Too early for notice, too late for the deadline.
    let late = planned(&Asked {
        start: Some(at("2026-03-03T09:00:00")),
        deadline: Some(at("2026-03-03T09:02:00")),
        ..asked.clone()
    })
    .await;
    assert_eq!(late.late_notices().count(), 2);
    assert!(!late.is_in_time());
    let shown = late.to_string();
    assert!(
        shown.contains("DEADLINE Tue 2026-03-03 09:02: MISSED by 1 min"),
        "{shown}"
    );
    assert!(
        shown.contains("stage 1: due Sun 2026-03-01 09:00, NOT GIVEN"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_notice_on_record_lets_it_begin_earlier_unless_it_was_given_too_late() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let asked = Asked {
        hours: Hours::parse("09:00-17:00").ok(),
        stages: Stages::parse("1:100,2:rest").expect("stages"),
        ..asked(&folder, shared::northgate_mapping())
    };
    let state = options(&folder, "http://127.0.0.1:1", Scope::All, "plan-noticed").state;
    let given = at("2026-03-01T12:00:00").timestamp();
    Notices::record(&state, &asked.stages, &[1, 2], given).expect("it is kept");
    let noticed = planned(&Asked {
        state: Some(state.clone()),
        ..asked.clone()
    })
    .await;
    assert_eq!(noticed.stages[0].begins, at("2026-03-03T12:00:00"));
    assert!(
        noticed
            .to_string()
            .contains("stage 1: due Sun 2026-03-01 12:00, given Sun 2026-03-01 12:00\n")
    );
    assert_eq!(noticed.late_notices().count(), 0);
    let hasty = planned(&Asked {
        state: Some(state),
        start: Some(at("2026-03-03T11:00:00")),
        ..asked
    })
    .await;
    assert_eq!(
        hasty.late_notices().next().map(|letter| letter.stage),
        Some(1)
    );
    let shown = hasty.to_string();
    assert!(
        shown.contains("given Sun 2026-03-01 12:00, TOO LATE\n"),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rate_is_the_one_that_was_measured_else_guessed_from_reads_else_assumed() {
    let Some(folder) = shared::book("northgate-small") else {
        return;
    };
    let server = Server::start(Trouble {
        lags: Some((0..u64::MAX, 10)),
        ..Trouble::default()
    })
    .await;
    let assumed = planned(&asked(&folder, shared::northgate_mapping())).await;
    assert_eq!(assumed.rate.source, Source::Assumed);
    let on_server = Asked {
        base_urls: vec![server.url.clone()],
        api_key: "test-key".to_owned(),
        ..asked(&folder, shared::northgate_mapping())
    };
    let guessed = planned(&on_server).await;
    let Source::Reads {
        median_milliseconds,
        ..
    } = guessed.rate.source
    else {
        panic!("{:?}", guessed.rate);
    };
    assert!(
        (10.0..100.0).contains(&median_milliseconds),
        "{median_milliseconds}"
    );
    assert!(
        guessed.letters.is_empty(),
        "a demo account on this machine needs no notice"
    );
    assert_eq!(server.state().effects_count, 0, "nothing is sent");
    let options = options(&folder, &server.url, Scope::All, "plan-measured");
    let begun = std::time::Instant::now();
    ran(&options).await;
    let took = begun.elapsed();
    let measured = planned(&Asked {
        state: Some(options.state),
        stages: Stages::parse("1:20,3:50,5:rest").expect("stages"),
        ..on_server
    })
    .await;
    let Source::Measured { profiles, .. } = measured.rate.source else {
        panic!("{:?}", measured.rate);
    };
    assert_eq!(profiles, measured.profiles.total());
    // The plan says about what it took.
    let first = &measured.stages[0].begins;
    let planned = first.duration_until(&measured.ends).unsigned_abs();
    assert!(
        planned > took / 4 && planned < took * 2,
        "{planned:?} planned, {took:?} taken"
    );
    assert_fits(&measured);
}

#[tokio::test]
async fn nothing_in_a_row_plays_tricks_on_the_terminal() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plan-hostile");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("it can be made");
    let rows = "NO,FIRST,LAST,BORN\n\
                1,Ann\u{1b}[2J,Wide\u{202e}name李小龍李小龍李小龍李小龍李小龍,1971-03-14\n\
                2,Ann\u{1b}[2J,Wide\u{202e}name李小龍李小龍李小龍李小龍李小龍,1971-03-14\n\
                2,Ann,Wide,1971-03-15\n";
    fs::write(folder.join("people.csv"), rows).expect("it can be written");
    let mapping = folder.join("mapping.yaml");
    let text = r#"version: 1
name: hostile
as_of: 2025-06-30
date_format: YYYY-MM-DD
sources:
  people: {file: people.csv}
individuals:
  source: people
  key: NO
  products: {always: [current_account]}
  fields:
    - {to: collected_data.customer_ref, from: NO}
    - {to: "collected_data.personal_details.name.given_names[0]", from: FIRST}
    - {to: collected_data.personal_details.name.family_name, from: LAST}
    - {to: collected_data.personal_details.dob, from: BORN}
"#;
    fs::write(&mapping, text).expect("it can be written");
    let plan = planned(&asked(&folder, mapping)).await;
    let shown = plan.to_string();
    assert!(
        plan.duplicates
            .counts
            .contains_key(&Likeness::SameReference),
        "{shown}"
    );
    assert!(
        !shown.contains('\u{1b}') && !shown.contains('\u{202e}'),
        "{shown}"
    );
    // What tells two rows apart may be at the end of a long name.
    let name = "Wide\u{fffd}name李小龍李小龍李小龍李小龍李小龍";
    assert!(shown.contains(name), "{shown}");
    assert_fits(&plan);
}

#[tokio::test]
async fn companies_of_one_number_are_paired_with_those_of_their_own_name_first() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plan-companies");
    fs::create_dir_all(&folder).expect("a folder can be made");
    let rows = "NO,NAME,LAND,NUMBER\n1,Alpha,GBR,7\n2,Beta,GBR,7\n3,beta,GBR,7\n4,Alpha,GBR,7\n";
    fs::write(folder.join("firms.csv"), rows).expect("it can be written");
    let mapping = folder.join("mapping.yaml");
    let text = "version: 1
name: companies
as_of: 2025-06-30
sources: {firms: {file: firms.csv}}
companies:
  source: firms
  key: NO
  products: {always: [current_account]}
  fields:
    - {to: collected_data.metadata.name, from: NAME}
    - {to: collected_data.metadata.country_of_incorporation, from: LAND}
    - {to: collected_data.metadata.number, from: NUMBER}
";
    fs::write(&mapping, text).expect("it can be written");
    let plan = planned(&asked(&folder, mapping)).await;
    assert_eq!(
        pairs(&plan),
        [
            (Likeness::Exact, "1", "4"),
            (Likeness::Exact, "2", "3"),
            (Likeness::NameDiffers, "1", "2"),
        ]
    );
}

#[tokio::test]
async fn people_of_one_date_of_birth_are_compared_as_the_screening_engine_does() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plan-written");
    fs::create_dir_all(&folder).expect("a folder can be made");
    let rows = "NO,FIRST,LAST,BORN
1,Yevgeny,Prokhorov,1961-06-01
2,Евгений,Прохоров,1961-06-01
3,Prokhorov,Yevgeny,1961-06-01
4,Yevgeny,Prokhorov,1971-02-03
5,Margaret,Dunmore,1961-06-01
";
    fs::write(folder.join("people.csv"), rows).expect("it can be written");
    let mapping = folder.join("mapping.yaml");
    let text = r#"version: 1
name: people
as_of: 2025-06-30
sources: {people: {file: people.csv}}
individuals:
  source: people
  key: NO
  products: {always: [current_account]}
  fields:
    - {to: collected_data.customer_ref, from: NO}
    - {to: "collected_data.personal_details.name.given_names[0]", from: FIRST}
    - {to: collected_data.personal_details.name.family_name, from: LAST}
    - {to: collected_data.personal_details.dob, from: BORN}
"#;
    fs::write(&mapping, text).expect("it can be written");
    let plan = planned(&asked(&folder, mapping)).await;
    assert_eq!(
        pairs(&plan),
        [
            (Likeness::NameWritten, "1", "2"),
            (Likeness::NameWritten, "1", "3"),
        ]
    );
    let shown = plan.to_string();
    assert!(shown.contains("one name, written in two ways"), "{shown}");
}

/// Why two rows may be one client, and their references.
fn pairs(plan: &Plan) -> Vec<(Likeness, &str, &str)> {
    let pairs = plan.duplicates.pairs.iter();
    let mut pairs: Vec<(Likeness, &str, &str)> = pairs
        .map(|pair| {
            (
                pair.likeness,
                pair.first.reference.as_str(),
                pair.second.reference.as_str(),
            )
        })
        .collect();
    pairs.sort();
    pairs
}
