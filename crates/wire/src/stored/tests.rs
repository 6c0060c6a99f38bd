mod generate;
mod sample;
mod variants;

use std::collections::BTreeMap;

use domain::{Profile, ProfileId, TaskCause, TaskId, TaskVariantId};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use sample::sample;
use variants::variants;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_profile_reads_back_as_it_was_written(profile in generate::profile()) {
        let facts = Facts {
            collected: (*profile.collected).clone(),
            linked: BTreeMap::new(),
            unlinked: profile.unlinked.clone(),
        };
        let read = read(profile.id, &write(&profile), facts);
        prop_assert_eq!(read, Ok(profile));
    }

    #[test]
    fn a_task_version_reads_back_as_it_was_written(version in generate::task()) {
        prop_assert_eq!(read_task(&task(&version)), Ok(version));
    }

    #[test]
    fn a_check_body_reads_back_as_it_was_written(body in generate::check_body()) {
        prop_assert_eq!(CheckBody::read(&body.write()), Ok(body));
    }

    #[test]
    fn an_event_body_reads_back_as_it_was_written(data in generate::json()) {
        let body = EventBody { data, reason: None };
        prop_assert_eq!(EventBody::read(&body.write()), Ok(body));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>(), cut in any::<prop::sample::Index>()) {
        let _ = read(ProfileId(1), &text, Facts::default());
        let whole = write(&sample());
        let cut = cut.index(whole.len());
        let read = read(ProfileId(1), whole.get(..cut).unwrap_or_default(), Facts::default());
        let cut_off = matches!(read, Err(StoredError::Damaged { is_json: false, .. }));
        prop_assert!(cut_off);
    }
}

/// Format 1 of a profile with every field. It may only grow by fields that are left out by default;
/// whatever breaks this text needs another format number.
const FORMAT_1: &str = include_str!("tests/format-1.json");
/// Format 1 of every variant of every enum.
const FORMAT_1_VARIANTS: &str = include_str!("tests/format-1-variants.json");

#[test]
fn what_format_1_wrote_is_read_and_written_the_same() {
    for (text, profile) in [(FORMAT_1, sample()), (FORMAT_1_VARIANTS, variants())] {
        assert_eq!(write(&profile), text.trim_end());
        let read = read(ProfileId(1), text.trim_end(), Facts::default());
        assert_eq!(read, Ok(profile));
    }
}

#[test]
fn what_was_one_and_may_be_several_now_is_read_as_either() {
    let one = r#""reverted_at":{"reason":"sanctioned"}"#;
    let how_many = |reverted: &str| {
        let text = FORMAT_1.replace(one, &format!(r#""reverted_at":{reverted}"#));
        assert!(reverted.starts_with(r#"{"reason":"s"#) || text != FORMAT_1);
        read(ProfileId(1), text.trim_end(), Facts::default())
            .map(|profile| profile.applications[0].reverted_at.len())
    };
    assert_eq!(how_many(r#"{"reason":"sanctioned"}"#), Ok(1));
    assert_eq!(how_many("null"), Ok(0));
    assert_eq!(how_many("[]"), Ok(0));
    assert_eq!(
        how_many(r#"[{"reason":"a"},{"level":"high","reason":"a","approved":false}]"#),
        Ok(2)
    );
    assert!(how_many(r#"[{"reason":"a"},7]"#).is_err());
    assert!(how_many(r#"{"reason":"a","by":"Ann"}"#).is_err());
    assert!(how_many(r#""sanctioned""#).is_err());
}

#[test]
fn defaults_are_left_out() {
    let profile = Profile::new(
        ProfileId(1),
        domain::Entity::Individual,
        false,
        Timestamp::UNIX_EPOCH,
    );
    assert_eq!(
        write(&profile),
        r#"{"format":1,"body":{"entity":"individual","status":"normal","created":0,"config":0}}"#
    );
}

#[test]
fn another_format_is_refused_by_its_number() {
    let text = r#"{"format":2,"body":{"entity":7}}"#;
    let refused = read(ProfileId(1), text, Facts::default()).unwrap_err();
    assert_eq!(refused, StoredError::UnknownFormat(2));
    assert!(refused.to_string().contains("has format 2"), "{refused}");
    let body_first = r#"{"body":{"entity":7},"format":2}"#;
    let refused = CheckBody::read(body_first).unwrap_err();
    assert_eq!(refused, StoredError::UnknownFormat(2));
}

#[test]
fn a_field_that_this_version_does_not_know_is_refused() {
    let known = FORMAT_1.replace(r#""associated":true"#, r#""estranged":true"#);
    assert_ne!(known, FORMAT_1);
    let refused = read(ProfileId(1), &known, Facts::default()).unwrap_err();
    assert!(matches!(
        refused,
        StoredError::Damaged { is_json: true, .. }
    ));
}

#[test]
fn an_error_never_repeats_the_text() {
    for text in [
        r#"{"format":1,"body":{"entity":"Sebastian Haigh"}}"#,
        r#"{"format":1,"body":"Sebastian Haigh"}"#,
        r#"{"format":"Sebastian Haigh"}"#,
        r#"{"format":1,"body":{"Sebastian Haigh":1}}"#,
    ] {
        let refused = read(ProfileId(1), text, Facts::default()).unwrap_err();
        let said = format!("{refused} {refused:?}");
        assert!(!said.contains("Haigh"), "{said}");
    }
}

#[test]
fn an_id_with_hyphens_is_read() {
    let version = Task::new(
        TaskId(1),
        TaskVariantId(2),
        Timestamp::UNIX_EPOCH,
        TaskCause::Policy,
    );
    let hyphens = task(&version).replace(
        "00000000000000000000000000000001",
        "00000000-0000-0000-0000-000000000001",
    );
    assert_eq!(read_task(&hyphens), Ok(version));
}

#[test]
fn a_check_body_holds_any_data() {
    let body = CheckBody {
        input: json!({ "a": [1, 0.1, -0.0, null, "=1+1", "\u{0}"], "": {} }).into(),
        output: Some(serde_json::Value::Null),
        ..CheckBody::default()
    };
    // An output of `null` is no output.
    let read = CheckBody::read(&body.write()).unwrap();
    assert_eq!(
        read,
        CheckBody {
            output: None,
            ..body
        }
    );
}

#[test]
fn data_nested_as_deep_as_it_may_be_reads_back() {
    let deepest = (0..crate::collected::DEPTH_MAX).fold(json!(1), |inner, _| json!([inner]));
    let body = CheckBody {
        input: deepest.clone().into(),
        output: Some(deepest),
        ..CheckBody::default()
    };
    assert_eq!(CheckBody::read(&body.write()), Ok(body));
}
