//! The demo provider: what each word does, and that every answer follows the contract.

use std::collections::BTreeMap;

use providers::{CheckAnswer, CheckRequest, HitKind, demo};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::contract::validate;
use wire::time::DateTime;
use wire::value::{CheckResult, CheckType, Decision, EntityType, ErrorCode};

const DOCUMENT: &str = "47c11334-0000-11ea-8d71-362b9e155667";

fn data(entity_type: EntityType, words: &str) -> Value {
    let document = json!({"id": DOCUMENT, "category": "PROOF_OF_IDENTITY", "document_type": "PASSPORT", "images": []});
    match entity_type {
        EntityType::Individual => json!({
            "entity_type": "INDIVIDUAL",
            "personal_details": {
                "name": {"given_names": ["Alex", words], "family_name": "Wheeler"},
                "dob": "1984-03",
                "nationality": "XXA",
            },
            "address_history": [{"address": {"type": "STRUCTURED", "country": "GBR"}}],
            "bank_accounts": [{"type": "UK_ACCOUNT", "country": "GBR", "sort_code": "123456", "account_number": "12345678"}],
            "documents": [document],
        }),
        EntityType::Company => json!({
            "entity_type": "COMPANY",
            "metadata": {"name": format!("Aerial Traders {words}"), "country_of_incorporation": "GBR", "number": "09565115"},
            "documents": [document],
        }),
    }
}

fn request(check_type: CheckType, words: &str) -> CheckRequest {
    CheckRequest {
        check_id: Uuid::from_u128(7),
        check_type,
        input: data(check_type.entity_type(), words).into(),
        config: json!({}),
        extra: BTreeMap::new(),
        now: DateTime::from_micros(1_590_572_076_000_000),
    }
}

fn answer(check_type: CheckType, words: &str) -> CheckAnswer {
    demo::answer(&request(check_type, words))
}

/// A check resource as the API would show the answer.
fn resource(request: &CheckRequest, answer: &CheckAnswer) -> Value {
    json!({
        "id": request.check_id,
        "check_type": request.check_type,
        "state": "COMPLETE",
        "performed_on": request.now,
        "errors": answer.errors,
        "task_ids": [],
        "providers": [{"provider_name": answer.provider_name, "is_monitored": answer.is_monitored}],
        "document_id": DOCUMENT,
        "source": "ONFIDO",
        "reference": "r",
        "input_data": request.input,
        "output_data": answer.output,
        "result": answer.result,
        "decision": answer.decision,
    })
}

#[track_caller]
fn says(check_type: CheckType, words: &str, result: CheckResult, decision: Decision) {
    let answer = answer(check_type, words);
    assert_eq!(
        (answer.result, answer.decision),
        (Some(result), decision),
        "{check_type} {words}"
    );
}

#[test]
fn every_answer_follows_the_contract() {
    let words = [
        "",
        "1+1",
        "FAIL",
        "PARTIAL",
        "REFER",
        "PEP sanction MEDIA resigned REFER",
        "ERROR",
        "TIMEOUT",
    ];
    for check_type in CheckType::ALL {
        for words in words {
            let request = request(*check_type, words);
            let answer = demo::answer(&request);
            let mistakes = validate("CheckResource", &resource(&request, &answer));
            if !matches!(
                check_type,
                CheckType::IndividualManualForm | CheckType::CompanyManualForm
            ) {
                assert_eq!(mistakes, Vec::<String>::new(), "{check_type} {words}");
                assert!(
                    answer
                        .result
                        .is_some_and(|result| check_type.results().contains(&result))
                );
            }
            for hit in &answer.events {
                assert_eq!(validate("EventData", &hit.data), Vec::<String>::new());
            }
            assert_eq!(
                answer.errors.is_empty(),
                answer.result != Some(CheckResult::Error)
            );
            assert_eq!(
                answer,
                demo::answer(&request),
                "the same request has the same answer"
            );
        }
    }
}

#[test]
fn identity_is_found_in_as_many_sources_as_the_name_says() {
    use CheckType::IdentityCheck;
    says(IdentityCheck, "", CheckResult::TwoPlusTwo, Decision::Pass);
    says(
        IdentityCheck,
        "1+1",
        CheckResult::OnePlusOne,
        Decision::Partial,
    );
    says(IdentityCheck, "fail", CheckResult::Fail, Decision::Fail);
    says(
        IdentityCheck,
        "Failsworth",
        CheckResult::TwoPlusTwo,
        Decision::Pass,
    );
    let lenient = CheckRequest {
        config: json!({"pass_on_1+1": true}),
        ..request(IdentityCheck, "1+1")
    };
    assert_eq!(demo::answer(&lenient).decision, Decision::Pass);
    let matches = |words: &str| {
        let output = answer(IdentityCheck, words).output;
        output["electronic_id_check"]["matches"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|register| register["count"] == 1)
            .count()
    };
    assert_eq!((matches(""), matches("1+1"), matches("FAIL")), (2, 1, 0));
}

#[test]
fn screening_finds_what_the_name_says() {
    use CheckType::{CompanyPepsAndSanctionsScreen, PepsAndSanctionsScreen};
    for check_type in [PepsAndSanctionsScreen, CompanyPepsAndSanctionsScreen] {
        says(check_type, "", CheckResult::Pass, Decision::Pass);
        says(check_type, "Pepper", CheckResult::Pass, Decision::Pass);
        says(check_type, "pep", CheckResult::Pep, Decision::Warn);
        says(
            check_type,
            "Sanction",
            CheckResult::Sanction,
            Decision::Warn,
        );
        says(check_type, "MEDIA", CheckResult::Media, Decision::Warn);
        says(check_type, "REFER", CheckResult::Refer, Decision::Warn);
        says(
            check_type,
            "MEDIA PEP SANCTION",
            CheckResult::Sanction,
            Decision::Warn,
        );
    }
    let hits = answer(PepsAndSanctionsScreen, "MEDIA PEP Resigned").events;
    let kinds: Vec<HitKind> = hits.iter().map(|hit| hit.kind).collect();
    assert_eq!(kinds, [HitKind::Pep, HitKind::Pep, HitKind::AdverseMedia]);
    assert_ne!(hits[0].match_id, hits[1].match_id);
    assert_eq!(
        (
            &hits[0].data["pep"]["is_current"],
            &hits[1].data["pep"]["is_current"]
        ),
        (&json!(true), &json!(false))
    );
}

#[test]
fn screening_heeds_what_it_is_told_to_leave_out() {
    let mut request = request(CheckType::PepsAndSanctionsScreen, "PEP");
    assert!(demo::answer(&request).is_monitored);
    request
        .extra
        .insert("disable_monitoring".to_owned(), json!(true));
    assert!(!demo::answer(&request).is_monitored);
    assert_eq!(demo::answer(&request).events.len(), 1);
    request
        .extra
        .insert("disable_initial_screen".to_owned(), json!(true));
    assert_eq!(demo::answer(&request).events.len(), 0);
}

#[test]
fn two_shareholders_hold_the_whole_company() {
    for name in ["", "North", "South", "Ünïcode", "Partial"] {
        let output = answer(CheckType::CompanyOwnership, &format!("{name} owners")).output;
        let holders = output["ownership_structure"]["shareholders"]
            .as_array()
            .unwrap();
        let shares: Vec<u64> = holders
            .iter()
            .filter_map(|holder| holder["total_percentage"].as_u64())
            .collect();
        assert_eq!(
            (shares.len(), shares.iter().sum::<u64>()),
            (2, 100),
            "{name}"
        );
        assert!(shares.iter().all(|share| *share >= 25));
        assert_ne!(holders[0]["resolver_id"], holders[1]["resolver_id"]);
    }
    let other = |words| answer(CheckType::CompanyOwnership, words).output;
    assert_ne!(
        other("North OWNERS")["ownership_structure"],
        other("South OWNERS")["ownership_structure"]
    );
    assert!(other("North").get("ownership_structure").is_none());
}

#[test]
fn a_company_is_found_doubtful_or_not_at_all() {
    says(
        CheckType::CompanyData,
        "",
        CheckResult::Pass,
        Decision::Pass,
    );
    says(
        CheckType::CompanyData,
        "PARTIAL",
        CheckResult::Partial,
        Decision::Partial,
    );
    says(
        CheckType::CompanyRegistry,
        "REFER",
        CheckResult::Refer,
        Decision::Warn,
    );
    says(
        CheckType::CompanyRegistry,
        "PARTIAL",
        CheckResult::Pass,
        Decision::Pass,
    );
    says(
        CheckType::CompanyFilings,
        "FAIL",
        CheckResult::Fail,
        Decision::Fail,
    );
    assert_eq!(
        answer(CheckType::CompanyData, "FAIL").output,
        json!({"entity_type": "COMPANY"})
    );
    assert_eq!(
        answer(CheckType::CompanyData, "PARTIAL").output["metadata"]["is_active"],
        false
    );
    let plain = answer(CheckType::CompanyData, "").output;
    assert_eq!(plain["metadata"]["number"], "09565115");
    assert!(plain.get("officers").is_none() && plain.get("ownership_structure").is_none());
    let full = answer(CheckType::CompanyData, "OWNERS OFFICERS").output;
    assert!(full["officers"]["directors"].is_array() && full["ownership_structure"].is_object());
}

#[test]
fn what_is_missing_is_named() {
    let missing = |check_type: CheckType, input: Value| -> Vec<String> {
        let answer = demo::answer(&CheckRequest {
            input: input.into(),
            ..request(check_type, "")
        });
        assert_eq!(
            (answer.result, answer.decision),
            (Some(CheckResult::Error), Decision::Error)
        );
        assert!(
            answer
                .errors
                .iter()
                .all(|error| error.code == ErrorCode::MissingRequiredFields)
        );
        answer
            .errors
            .iter()
            .filter_map(|error| error.info.as_ref()?["field"].as_str().map(str::to_owned))
            .collect()
    };
    let nobody =
        json!({"entity_type": "INDIVIDUAL", "personal_details": {"name": {"given_names": [" "]}}});
    assert_eq!(
        missing(CheckType::PepsAndSanctionsScreen, nobody.clone()),
        [
            "personal_details.name.given_names",
            "personal_details.name.family_name"
        ]
    );
    assert_eq!(
        missing(CheckType::IdentityCheck, nobody.clone()),
        [
            "personal_details.name.given_names",
            "personal_details.name.family_name",
            "address_history"
        ]
    );
    assert_eq!(
        missing(CheckType::CraBankAccountVerification, nobody.clone()),
        ["personal_details.name.family_name", "bank_accounts"]
    );
    assert_eq!(
        missing(CheckType::DocumentVerification, nobody),
        ["documents"]
    );
    let nothing = json!({"entity_type": "COMPANY"});
    assert_eq!(
        missing(CheckType::CompanyData, nothing),
        [
            "metadata.country_of_incorporation",
            "metadata.name or metadata.number"
        ]
    );
}

#[test]
fn a_document_that_is_not_there_is_missing() {
    let mut other = request(CheckType::DocumentVerification, "");
    assert!(demo::answer(&other).errors.is_empty());
    other.extra.insert(
        "document_id".to_owned(),
        json!("59a7749e-0000-11ea-8d71-362b9e155667"),
    );
    assert_eq!(
        demo::answer(&other).errors[0].code,
        ErrorCode::MissingRequiredFields
    );
}

#[test]
fn faults_come_before_results() {
    for check_type in [
        CheckType::IdentityCheck,
        CheckType::CompanyOwnership,
        CheckType::PepsAndSanctionsScreen,
    ] {
        let code = |words| answer(check_type, words).errors[0].code;
        assert_eq!(code("FAIL ERROR"), ErrorCode::ProviderUnknownError);
        assert_eq!(code("Timeout"), ErrorCode::ProviderConnectionError);
        assert_eq!(code("connection PEP"), ErrorCode::ProviderConnectionError);
        assert!(answer(check_type, "ERROR PEP").events.is_empty());
    }
    assert!(
        answer(CheckType::IdentityCheck, "Errorson")
            .errors
            .is_empty()
    );
}

#[test]
fn a_delay_is_as_long_as_the_name_says() {
    assert_eq!(
        demo::delay(&request(CheckType::IdentityCheck, "DELAY30")).as_secs(),
        30
    );
    assert_eq!(
        demo::delay(&request(CheckType::CompanyData, "delay")).as_secs(),
        5
    );
    assert_eq!(
        demo::delay(&request(CheckType::IdentityCheck, "Delaney")).as_secs(),
        0
    );
}

#[test]
fn a_request_is_logged_without_its_data() {
    assert!(!format!("{:?}", request(CheckType::IdentityCheck, "")).contains("Wheeler"));
}

#[test]
fn a_check_asks_for_what_it_is_said_to_need() {
    for check_type in CheckType::ALL {
        for options in [json!({}), json!({"require_dob": true})] {
            let answer = demo::answer(&CheckRequest {
                input: json!({}).into(),
                config: options.clone(),
                ..request(*check_type, "")
            });
            let asked = answer.errors.iter();
            let asked: Vec<&str> = asked
                .filter_map(|error| error.info.as_ref()?["field"].as_str())
                .collect();
            let needs = demo::needs(*check_type, &options);
            let needs: Vec<String> = needs.iter().map(|need| need.join(" or ")).collect();
            let names_document = asked
                .first()
                .is_some_and(|one| one.starts_with("documents"));
            if names_document {
                assert_eq!(needs, ["documents"], "{check_type}");
            } else {
                assert_eq!(asked, needs, "{check_type}");
            }
        }
    }
}
