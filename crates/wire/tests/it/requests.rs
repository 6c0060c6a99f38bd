//! Requests: what is read, and what is said of what cannot be.

use serde_json::{Value, json};
use uuid::Uuid;
use wire::request::{
    AddApplication, AddDocument, AddEvent, AddNote, AddTag, AddTask, BODY_DEPTH_MAX,
    BulkUpdateEvents, CreateEndpoint, CreateProfile, FromBody, Nothing, ProductRef, RevertDecision,
    RunCheck, SetCollectionSteps, SetStatus, UpdateApplication, UpdateCheck, UpdateEvent,
    UpdateTask, UploadFile, UploadImage, VariantRef, json, parse,
};
use wire::value::{ApplicationStatus, CheckType, ErrorCode, ProfileStatus, Role, TaskState};

#[track_caller]
fn mistakes<T: FromBody>(body: &Value) -> Vec<String> {
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
        "from_the_future": null,
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
        found[..6],
        [
            "collected_data.metadata.incorporation_date must be a date like 1984-03-17, not \"2020\"",
            "applications[0].product must name the product by alias or id",
            "applications[0].product.aliass is not a known field; did you mean alias?",
            "applications[1].product is required",
            "applications[1].producct is not a known field; did you mean product?",
            "applications[2] must be an object, not 7",
        ]
    );
    assert!(
        found[6].starts_with("applications[3].product.id must be a UUID like "),
        "{found:?}"
    );
    assert!(
        found[7].starts_with("applications[3].associated_role must be one of AUTHORIZED_PERSON, "),
        "{found:?}"
    );
    assert_eq!(found.len(), 8);
}

#[test]
fn what_a_new_profile_cannot_have_yet_is_refused_and_not_dropped() {
    let body = json!({
        "role": "INDIVIDUAL_CUSTOMER",
        "collected_data": {"entity_type": "INDIVIDUAL"},
        "status": "BANNED",
        "category": "BLAH",
        "tags": [{"name": "vip"}, "x", {"id": "47c11334-0000-11ea-8d71-362b9e155667", "name": "read"}],
        "applications": [
            {"product": {"alias": "a"}, "status": "APPROVED"},
            {"product": {"alias": "b"}, "status": "BLAH", "flag": 7},
            {"product": {"alias": "c"}, "status": "APPLIED", "flag": "AUTOMATING"},
        ],
    });
    let found = mistakes::<CreateProfile>(&body);
    let expected = [
        "status must be NORMAL for a new profile; change it with POST /profiles/{id}/status",
        "category must be one of ",
        "tags[0] is not taken with a new profile; add it with POST /profiles/{id}/tags",
        "tags[1] is not taken with a new profile; add it with POST /profiles/{id}/tags",
        "applications[0].status must be APPLIED for a new application; decide it with POST /profiles/{id}/applications/{id}",
        "applications[1].status must be one of ",
        "applications[1].flag must be one of ",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for expected in expected {
        let is_told = found.iter().any(|told| told.starts_with(expected));
        assert!(is_told, "{expected}: {found:#?}");
    }
    let body = json!({"role": "INDIVIDUAL_CUSTOMER", "collected_data": {"entity_type": "INDIVIDUAL"}, "tags": "vip"});
    assert_eq!(
        mistakes::<CreateProfile>(&body),
        ["tags must be a list, not \"vip\""]
    );
    let body = json!({"status": "REJECTED", "flag": "BLAH"});
    let found = mistakes::<UpdateApplication>(&body);
    assert!(found[0].starts_with("flag must be one of "), "{found:?}");
}

#[test]
fn what_was_read_of_a_profile_and_its_applications_is_taken_and_not_looked_at() {
    let id = "47c11334-0000-11ea-8d71-362b9e155667";
    let body = json!({
        "id": id,
        "role": "INDIVIDUAL_CUSTOMER",
        "collected_data": {"entity_type": "INDIVIDUAL"},
        "status": "BANNED",
        "category": "CUSTOMER",
        "tags": [{"id": id, "name": "vip", "is_automatic": false}],
        "applications": [{"id": id, "product": {"alias": "a"}, "status": "APPROVED", "flag": "DECIDED"}],
    });
    assert!(parse::<CreateProfile>(body.to_string().as_bytes()).is_ok());
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
    let wrong = parse::<AddTask>(b"{\"type\": 1e400}").unwrap_err();
    assert_eq!(
        wrong[0].to_string(),
        "the body has a number that is too large, at line 1 column 14"
    );
    let wrong = parse::<AddTask>(b"{} {}").unwrap_err();
    assert_eq!(
        wrong[0].to_string(),
        "the body is not JSON, at line 1 column 4"
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
    assert_eq!(state(r#"{"id": "x"}"#), None);
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

/// The properties of a schema of the contract, with those of its parts and its branches.
fn properties(schemas: &Value, schema: &Value, seen: &mut Vec<String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let named = schema["$ref"].as_str();
    let named = named.and_then(|name| name.rsplit('/').next());
    if let Some(name) = named.filter(|name| !seen.iter().any(|known| known == name)) {
        seen.push(name.to_owned());
        names.extend(properties(schemas, &schemas[name], seen));
    }
    names.extend(
        schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone()),
    );
    for part in ["allOf", "oneOf", "anyOf"] {
        for schema in schema[part].as_array().into_iter().flatten() {
            names.extend(properties(schemas, schema, seen));
        }
    }
    names
}

fn takes_every_field_of<T: FromBody>(schema: &str) {
    let contract = include_str!("../../schema/api-4.0.json");
    let contract: Value = serde_json::from_str(contract).unwrap_or_default();
    let schemas = &contract["components"]["schemas"];
    let names = properties(schemas, &schemas[schema], &mut Vec::new());
    assert!(!names.is_empty(), "{schema}");
    let body: Value = names.into_iter().map(|name| (name, json!(0))).collect();
    let found = parse::<T>(&body.to_string().into_bytes())
        .err()
        .unwrap_or_default();
    let unknown = found
        .iter()
        .find(|mistake| mistake.message.contains("not a known field"));
    assert!(unknown.is_none(), "{schema}: {unknown:?}");
}

#[test]
fn a_resource_of_the_contract_has_no_field_that_its_request_does_not_know() {
    takes_every_field_of::<CreateProfile>("ProfileResource");
    takes_every_field_of::<AddApplication>("ProductApplication");
    takes_every_field_of::<UpdateApplication>("ProductApplication");
    takes_every_field_of::<RevertDecision>("ProductApplicationRevertDecision");
    takes_every_field_of::<ProductRef>("ProductResource");
    takes_every_field_of::<AddTask>("TaskResource");
    takes_every_field_of::<UpdateTask>("TaskResource");
    takes_every_field_of::<VariantRef>("TaskVariant");
    takes_every_field_of::<VariantRef>("CheckVariant");
    takes_every_field_of::<AddNote>("NoteResource");
    takes_every_field_of::<RunCheck>("CheckResource");
    takes_every_field_of::<UpdateCheck>("CheckResource");
    takes_every_field_of::<UploadFile>("FileResource");
    takes_every_field_of::<UploadImage>("DocumentImageResource");
    takes_every_field_of::<AddDocument>("Document");
    takes_every_field_of::<AddTag>("TagResource");
    takes_every_field_of::<AddEvent>("EventResource");
    takes_every_field_of::<UpdateEvent>("EventResource");
}

#[test]
fn an_unknown_field_is_told_with_the_nearest_known_one() {
    let body =
        json!({"statis": "REJECTED", "coment": "", "zzz": 1, "zzz2": null, "flag": "AUTOMATING"});
    assert_eq!(
        mistakes::<UpdateApplication>(&body),
        [
            "status is required",
            "coment is not a known field; did you mean comment?",
            "statis is not a known field; did you mean status?",
            "zzz is not a known field; known are status, comment, reasons, version",
        ]
    );
    assert_eq!(
        mistakes::<Nothing>(&json!({"force": true})),
        ["force is not a known field; there are none here"]
    );
    let long = "x".repeat(10_000);
    let found = mistakes::<AddTag>(&json!({"name": "vip", long: 1}));
    assert!(found[0].len() < 200, "{found:?}");
}

#[test]
fn an_expiry_is_set_taken_back_or_left_alone() {
    let expiry = |body: &str| parse::<UpdateTask>(body.as_bytes()).unwrap().expiry_date;
    assert_eq!(expiry("{}"), None);
    assert_eq!(expiry(r#"{"expiry_date": null}"#), Some(None));
    let set = expiry(r#"{"expiry_date": "2030-01-01 00:00:00"}"#);
    assert!(matches!(set, Some(Some(_))));
}

#[test]
fn only_events_that_are_sent_can_be_asked_for() {
    let endpoint = |events: Value| {
        let url = "https://example.com/hooks";
        json!({"url": url, "secret": "correct horse", "events": events})
    };
    let found = mistakes::<CreateEndpoint>(&endpoint(json!(["TASK_CREATED", "BIRTHDAY"])));
    let sent = "choose from PRODUCT_STATUS_CHANGED, TASK_STATE_CHANGED, CHECK_COMPLETED, \
                MANUAL_ACTION_REQUIRED";
    assert_eq!(
        found,
        [
            format!("events[0] TASK_CREATED is not sent yet; {sent}"),
            format!("events[1] is no event; {sent}"),
        ]
    );
}

#[test]
fn a_body_may_be_nested_as_deep_as_said_and_no_deeper() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(json(nested(BODY_DEPTH_MAX).as_bytes()).is_ok());
    for levels in [BODY_DEPTH_MAX + 1, 100_000] {
        let wrong = json(nested(levels).as_bytes()).unwrap_err();
        assert_eq!(
            wrong[0].to_string(),
            "the body is nested deeper than 127 levels, at line 1 column 128"
        );
    }
}

#[track_caller]
fn check_twice(text: &str, fields: &[&str]) {
    let told = json(text.as_bytes()).err().unwrap_or_default();
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    let expected: Vec<String> = fields
        .iter()
        .map(|field| format!("{field} is given twice"))
        .collect();
    assert_eq!(told, expected, "{text}");
}

#[test]
fn a_name_that_is_given_twice_is_refused_at_any_depth() {
    check_twice(r#"{"a": 1, "b": {"a": 1}, "c": [{"a": 1}, {"a": 1}]}"#, &[]);
    check_twice(r#"{"dob": "1990-01-01", "dob": "1940-01-01"}"#, &["dob"]);
    check_twice(r#"{"a": null, "a": null}"#, &["a"]);
    check_twice(r#"{"a": 1, "\u0061": 1, "a": 1}"#, &["a"]);
    check_twice(
        r#"{"a": [0, {"b": {"c": 1, "c": {"d": 1, "d": 2}}}], "e": 1, "e": 1}"#,
        &["a[1].b.c.d", "a[1].b.c", "e"],
    );
    check_twice(r#"[[{"a": 1, "a": 1}]]"#, &["[0][0].a"]);
}

#[test]
fn of_many_names_given_twice_a_hundred_are_told_and_long_paths_are_cut() {
    let twice = |name: &str| format!("\"{name}\": 1, \"{name}\": 2");
    let many: Vec<String> = (0..1_000).map(|n| twice(&format!("field{n}"))).collect();
    let mut text = format!("{{{}}}", many.join(", "));
    for _ in 0..100 {
        text = format!("{{\"{}\": {text}}}", "x".repeat(1_000));
    }
    let told = json(text.as_bytes()).unwrap_err();
    assert_eq!(told.len(), wire::field_error::MISTAKES_MAX);
    assert!(told.iter().all(|one| one.field.chars().count() == 500));
}

#[test]
fn json_is_read_as_it_is() {
    let text = r#"{"":[null,true,-1,18446744073709551615,0.1,1e300,"a\u00e9\n"],"b":{}}"#;
    let read = json(text.as_bytes()).unwrap();
    assert_eq!(read, serde_json::from_str::<Value>(text).unwrap());
}

#[test]
fn an_endpoint_wants_some_event_or_says_nothing_of_events() {
    let with = |events: Value| json!({"url": "https://example.com/", "secret": "long-enough", "events": events});
    assert_eq!(
        mistakes::<CreateEndpoint>(&with(json!([]))),
        ["events must not be empty; leave it out for all events"]
    );
    let all: CreateEndpoint = parse(with(Value::Null).to_string().as_bytes()).unwrap();
    assert_eq!(all.events, None);
}

#[test]
fn a_new_profile_has_no_images_to_name() {
    let id = "47c11334-0000-11ea-8d71-362b9e155667";
    let documents = |images: Value| json!([{"category": "PROOF_OF_IDENTITY", "document_type": "PASSPORT", "images": images}]);
    let named = documents(json!([{"id": id}]));
    let body = |documents: &Value| {
        json!({"role": "COMPANY_CUSTOMER", "collected_data": {
            "entity_type": "COMPANY",
            "documents": documents,
            "authorized_persons": [{
                "entity_type": "INDIVIDUAL",
                "immediate_data": {"entity_type": "INDIVIDUAL", "documents": documents},
            }],
        }})
    };
    let told = mistakes::<CreateProfile>(&body(&named));
    for (told, below) in told
        .iter()
        .zip(["", "authorized_persons[0].immediate_data."])
    {
        let said = "documents[0].images[0].id names no image: a new profile has none";
        assert!(
            told.starts_with(&format!("collected_data.{below}{said}")),
            "{told}"
        );
    }
    assert_eq!(told.len(), 2, "{told:?}");
    let without = body(&documents(json!([]))).to_string();
    assert!(parse::<CreateProfile>(without.as_bytes()).is_ok());
}
