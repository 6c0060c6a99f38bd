//! Requests: what is read, and what is said of what cannot be.

use serde_json::json;
use uuid::Uuid;
use wire::request::{
    AddNote, AddTask, BulkUpdateEvents, CreateEndpoint, CreateProfile, FromBody, ProductRef,
    RevertDecision, RunCheck, SetCollectionSteps, SetStatus, UpdateApplication, UpdateTask, parse,
};
use wire::value::{ApplicationStatus, CheckType, ErrorCode, ProfileStatus, Role, TaskState};

#[track_caller]
fn mistakes<T: FromBody>(body: &serde_json::Value) -> Vec<String> {
    match parse::<T>(&body.to_string().into_bytes()) {
        Ok(_) => panic!("nothing is wrong with {body}"),
        Err(mistakes) => mistakes.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_profile_is_read_with_its_applications() {
    let body = json!({
        "role": "INDIVIDUAL_CUSTOMER",
        "collected_data": {"entity_type": "INDIVIDUAL", "customer_reference": "A-1"},
        "applications": [{"product": {"alias": "current"}}, {"product": {"id": "47c11334-0000-11ea-8d71-362b9e155667"}, "associated_role": "DIRECTOR"}],
        "from_the_future": 1,
    });
    let read: CreateProfile = parse(body.to_string().as_bytes()).unwrap();
    assert_eq!(read.role, Role::IndividualCustomer);
    assert_eq!(read.collected_data["customer_ref"], "A-1");
    let products: Vec<ProductRef> = read
        .applications
        .into_iter()
        .flatten()
        .map(|a| a.product)
        .collect();
    assert_eq!(products[0], ProductRef::Alias("current".to_owned()));
    assert!(matches!(products[1], ProductRef::Id(_)));
}

#[test]
fn every_mistake_of_a_profile_has_its_path() {
    let body = json!({
        "role": "COMPANY_CUSTOMER",
        "collected_data": {"entity_type": "COMPANY", "metadata": {"incorporation_date": "2020"}},
        "applications": [{"product": {"aliass": "x"}}, {"producct": {}}, 7, {"product": {"id": "x"}, "associated_role": "BOSS"}],
    });
    let found = mistakes::<CreateProfile>(&body);
    assert_eq!(
        found[..4],
        [
            "collected_data.metadata.incorporation_date must be a date like 1984-03-17, not \"2020\"",
            "applications[0].product must name the product by alias or id",
            "applications[1].product is required",
            "applications[2] must be an object, not 7",
        ]
    );
    assert!(
        found[4].starts_with("applications[3].product.id must be a UUID like "),
        "{found:?}"
    );
    assert!(
        found[5].starts_with("applications[3].associated_role must be one of AUTHORIZED_PERSON, "),
        "{found:?}"
    );
    assert_eq!(found.len(), 6);
}

#[test]
fn a_missing_field_has_the_code_for_it() {
    let wrong = parse::<UpdateApplication>(b"{\"statuss\": \"APPROVED\"}").unwrap_err();
    assert_eq!(
        (wrong[0].field.as_str(), wrong[0].code),
        ("status", ErrorCode::MissingRequiredFields)
    );
    let wrong = parse::<UpdateApplication>(b"{\"status\": \"DONE\"}").unwrap_err();
    assert_eq!(
        (wrong[0].field.as_str(), wrong[0].code),
        ("status", ErrorCode::InvalidInputData)
    );
}

#[test]
fn what_is_not_json_is_told_with_its_place() {
    let wrong = parse::<AddTask>(b"{\n  \"type\": }").unwrap_err();
    assert_eq!(
        wrong[0].to_string(),
        "the body is not JSON, at line 2 column 11"
    );
    let wrong = parse::<AddTask>(b"{\"type\":").unwrap_err();
    assert_eq!(
        wrong[0].to_string(),
        "the body ends too early, at line 1 column 8"
    );
    assert_eq!(
        parse::<AddTask>(b"").unwrap_err()[0].to_string(),
        "the body is required"
    );
    assert_eq!(
        mistakes::<AddTask>(&json!([])),
        ["the body must be an object, not a list"]
    );
}

#[test]
fn a_body_may_be_absent_only_where_the_contract_says_so() {
    for body in [&b""[..], b"null", b"{}", b"{\"comment\": null}"] {
        assert_eq!(parse::<RevertDecision>(body), Ok(RevertDecision::default()));
    }
}

#[test]
fn a_task_is_completed_by_state_or_in_the_old_way() {
    let state = |body: &str| parse::<UpdateTask>(body.as_bytes()).unwrap().state;
    assert_eq!(
        state(r#"{"is_complete": true}"#),
        Some(TaskState::CompletedPass)
    );
    assert_eq!(
        state(r#"{"is_complete": false}"#),
        Some(TaskState::Incomplete)
    );
    assert_eq!(
        state(r#"{"is_complete": true, "state": "COMPLETED_FAIL"}"#),
        Some(TaskState::CompletedFail)
    );
    assert_eq!(state(r#"{"name": "x"}"#), None);
    assert_eq!(
        mistakes::<UpdateTask>(&json!({"is_complete": "yes"})),
        ["is_complete must be true or false, not \"yes\""]
    );
}

#[test]
fn a_check_of_a_document_needs_the_document() {
    assert_eq!(
        mistakes::<RunCheck>(&json!({"check_type": "DOCUMENT_VERIFICATION"})),
        ["document_id is required"]
    );
    assert_eq!(
        mistakes::<RunCheck>(&json!({"check_type": "DOCUMENT_FETCH"})),
        ["source is required", "reference is required"]
    );
    let body = br#"{"check_type": "PEPS_AND_SANCTIONS_SCREEN", "disable_monitoring": true, "task_ids": [], "state": "COMPLETE"}"#;
    let read: RunCheck = parse(body).unwrap();
    assert_eq!(
        (read.check_type, read.task_ids),
        (CheckType::PepsAndSanctionsScreen, Some(Vec::<Uuid>::new()))
    );
    assert_eq!(
        read.extra.into_iter().collect::<Vec<_>>(),
        [("disable_monitoring".to_owned(), json!(true))]
    );
}

#[test]
fn a_note_has_text_or_attachments() {
    assert_eq!(mistakes::<AddNote>(&json!({})), ["text is required"]);
    assert_eq!(
        mistakes::<AddNote>(&json!({"text": " ", "attachments": []})),
        ["text must not be empty"]
    );
    assert_eq!(
        mistakes::<AddNote>(&json!({"text": "a\0"})),
        ["text contains U+0000, which cannot be stored"]
    );
    let note: AddNote =
        parse(br#"{"attachments": [{"id": "47c11334-0000-11ea-8d71-362b9e155667"}]}"#).unwrap();
    assert_eq!((note.text.as_str(), note.attachments.len()), ("", 1));
}

#[test]
fn bare_values_and_lists_are_read() {
    assert_eq!(parse(b"\"BANNED\""), Ok(SetStatus(ProfileStatus::Banned)));
    assert_eq!(
        mistakes::<SetStatus>(&json!({"status": "BANNED"})),
        ["the body must be one of NORMAL, SUSPENDED, BANNED"]
    );
    assert_eq!(
        parse::<BulkUpdateEvents>(
            br#"[{"id": "47c11334-0000-11ea-8d71-362b9e155667", "resolution": "MATCH"}]"#
        )
        .unwrap()
        .0
        .len(),
        1
    );
    assert_eq!(
        mistakes::<BulkUpdateEvents>(&json!([{"resolution": "MATCH"}])),
        ["[0].id is required"]
    );
    assert!(
        parse::<SetCollectionSteps>(br#"[{"collection_type": "DOB", "precision": "YEAR"}]"#)
            .is_ok()
    );
    assert_eq!(
        mistakes::<SetCollectionSteps>(&json!([{"collection_type": "DOB", "precision": "DAY"}])),
        ["[0].precision must be one of YEAR, YEAR_MONTH, YEAR_MONTH_DAY, not \"DAY\""],
    );
}

#[test]
fn an_endpoint_never_shows_its_secret() {
    let body = br#"{"url": "https://example.com/hooks", "secret": "correct horse"}"#;
    let endpoint: CreateEndpoint = parse(body).unwrap();
    assert!(!format!("{endpoint:?}").contains("horse"));
    assert_eq!(
        mistakes::<CreateEndpoint>(
            &json!({"url": "file:///etc/passwd", "secret": "short", "events": ["NOTHING"]})
        )
        .len(),
        3,
    );
    let status: UpdateApplication =
        parse(b"{\"status\": \"REJECTED\", \"reasons\": [\"fraud\"]}").unwrap();
    assert_eq!(
        (status.status, status.reasons),
        (ApplicationStatus::Rejected, vec!["fraud".to_owned()])
    );
}

#[test]
fn a_version_that_is_no_number_is_not_overlooked() {
    let body = json!({"status": "APPROVED", "version": "3", "reasons": ["", 7]});
    assert_eq!(
        mistakes::<UpdateApplication>(&body),
        [
            "reasons[0] must not be empty",
            "reasons[1] must be a text, not 7",
            "version must be a whole number, not \"3\"",
        ]
    );
}
