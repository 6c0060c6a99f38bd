//! Resources, held to the contract.

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::contract::validate;
use wire::resource::*;
use wire::time::DateTime;
use wire::value::*;

fn id() -> Uuid {
    Uuid::from_u128(0x47c1_1334_0000_11ea_8d71_362b_9e15_5667)
}

fn now() -> DateTime {
    DateTime::from_micros(1_590_572_076_123_456)
}

fn user() -> User {
    User {
        name: "Morgan".to_owned(),
        id: id(),
        email: "morgan@example.com".to_owned(),
    }
}

fn variant() -> TaskVariant {
    TaskVariant {
        id: id(),
        alias: Some("verify_identity".to_owned()),
        name: Some("Verify identity".to_owned()),
        description: None,
        task_type: Some(TaskType::IndividualVerifyIdentity),
    }
}

fn risk() -> RiskOverviewResource {
    let level = RiskLevel {
        score: Some(20.0),
        category: RiskCategory::Low,
        name: None,
    };
    RiskOverviewResource {
        components: vec![ComponentRisk {
            name: "Age".to_owned(),
            input_value: Some("30".to_owned()),
            required: true,
            risk_level: level.clone(),
            raw_value: None,
            min_overall_score: None,
            errors: Vec::new(),
        }],
        is_pending: false,
        missing_required_components: vec!["Country".to_owned()],
        inherited: Some(InheritedRisk {
            top_parent_name: None,
            top_parent_id: id(),
        }),
        overall_risk: level,
    }
}

fn history() -> Vec<StatusChange> {
    let step = |status, decisioner: Option<User>| StatusChange {
        status,
        date: now(),
        comment: decisioner.as_ref().map(|_| "fine".to_owned()),
        decisioner,
        decided_by: Some("Smart policy".to_owned()),
        policy_version: Some(3),
        reasons: vec!["identity_not_verified".to_owned()],
        is_revert: false,
    };
    vec![
        step(ApplicationStatus::Applied, None),
        step(ApplicationStatus::Approved, Some(user())),
    ]
}

fn application() -> ProductApplication {
    ProductApplication {
        id: id(),
        product: ProductResource {
            id: id(),
            alias: "current".to_owned(),
            name: "Current account".to_owned(),
            automatically_apply: true,
            automatically_approve: false,
            is_deleted: false,
        },
        associated_role: Some(AssociatedRole::Director),
        status: ApplicationStatus::InReview,
        flag: ApplicationFlag::RequiresManualTaskCompletion,
        required_tasks: vec![variant()],
        history: history(),
        flag_history: vec![FlagChange {
            status: ApplicationStatus::Applied,
            flag: ApplicationFlag::Automating,
            date: now(),
        }],
        approval_blockers: vec![
            ApprovalBlocker::incomplete_task(TaskType::IndividualVerifyIdentity, variant()),
            ApprovalBlocker::unresolved_event(id()),
            ApprovalBlocker::of(BlockerType::SuspendedProfile),
            ApprovalBlocker::of(BlockerType::UndeterminedRisk),
        ],
        assignments: vec![Assignment {
            user: Some(user()),
            team: None,
            date: now(),
        }],
        hidden: false,
        waiting_for: vec![WaitingFor {
            kind: "DATA".to_owned(),
            subject: Some("nationality".to_owned()),
            message: "nationality is not known".to_owned(),
        }],
        risk: Some(risk()),
        decision_reasons: vec![DecisionReason {
            alias: "fraud".to_owned(),
            name: "Fraud".to_owned(),
        }],
        version: Some(3),
    }
}

fn task() -> TaskResource {
    TaskResource {
        id: id(),
        task_type: TaskType::IndividualVerifyIdentity,
        state: TaskState::Incomplete,
        is_complete: false,
        is_expired: false,
        is_skipped: false,
        is_deleted: false,
        creation_date: now(),
        expiry_date: Some(now()),
        check_ids: vec![id()],
        form_instance_ids: Vec::new(),
        variant: variant(),
        version: None,
        imported: Some(ImportedPass {
            as_of: "2019-03-05".parse().expect("a date"),
            provenance: "old review".to_owned(),
        }),
    }
}

fn check(check_type: CheckType) -> CheckResource {
    let entity_type = check_type.entity_type();
    let extra = json!({"document_id": id(), "source": "ONFIDO", "reference": "r"});
    CheckResource {
        id: id(),
        check_type,
        variant: Some(CheckVariant {
            id: id(),
            alias: None,
            name: Some("Demo".to_owned()),
        }),
        state: CheckState::Complete,
        performed_on: Some(now()),
        errors: vec![Error::provider(
            ErrorCode::ProviderUnknownError,
            "the provider is unwell",
        )],
        task_ids: vec![id()],
        instructed_externally: true,
        providers: vec![CheckProvider {
            provider_name: "Demo".to_owned(),
            is_monitored: false,
        }],
        input_data: Some(json!({"entity_type": entity_type}).into()),
        output_data: Some(json!({"entity_type": entity_type})),
        result: check_type.results().first().copied(),
        decision: Some(Decision::Pass),
        extra: extra.as_object().cloned().unwrap_or_default(),
    }
}

fn event(event_type: EventType) -> EventResource {
    EventResource {
        id: id(),
        creation_date: now(),
        resolution: EventResolution::Match,
        resolution_reason: Some("the same person".to_owned()),
        resolution_date: Some(now()),
        resolution_task_ids: vec![id()],
        data: json!({"event_type": event_type, "match_id": "1", "score": 0.5}),
    }
}

fn minimal() -> MinimalProfileResource {
    MinimalProfileResource {
        id: id(),
        creation_date: now(),
        last_modified_date: Some(now()),
        role: Role::CompanyCustomer,
        category: ProfileCategory::Applicant,
        status: ProfileStatus::Normal,
        display_name: "Firm".to_owned(),
        collected_data: json!({"entity_type": "COMPANY"}).into(),
        applications: vec![application()],
        tasks: vec![task()],
        tags: vec![TagResource {
            id: id(),
            name: "PSC".to_owned(),
            is_automatic: false,
        }],
        risk: None,
        unresolved_event_types: vec![EventType::CheckExpiry],
        task_progress: TaskProgress {
            completed_count: 0,
            total_count: 1,
        },
        has_associates: false,
        has_collection_steps: false,
    }
}

fn image() -> DocumentImageResource {
    DocumentImageResource {
        id: id(),
        image_type: ImageType::Front,
        upload_date: now(),
        document_type: Some(DocumentType::UtilityBill),
        document_category: Some(DocumentCategory::ProofOfAddress),
        encrypted_data: Some(EncryptedData {}),
        sha256: None,
        size_bytes: Some(7),
    }
}

fn profile() -> ProfileResource {
    ProfileResource {
        id: id(),
        creation_date: now(),
        last_modified_date: None,
        role: Role::IndividualCustomer,
        category: ProfileCategory::Customer,
        status: ProfileStatus::Suspended,
        display_name: "Ada Lovelace".to_owned(),
        collected_data: json!({"entity_type": "INDIVIDUAL", "customer_ref": "A-1"}).into(),
        verified_data: Some(json!({"entity_type": "INDIVIDUAL"})),
        checks: CheckType::ALL.iter().copied().map(check).collect(),
        collection_steps: vec![json!({"collection_type": "FULL_NAME"})],
        applications: vec![application()],
        task_types: TaskType::ALL.to_vec(),
        tasks: vec![task()],
        events: EventType::ALL.iter().copied().map(event).collect(),
        document_images: vec![image()],
        tags: Vec::new(),
        risk: Some(risk()),
        unresolved_event_types: EventType::ALL.to_vec(),
        task_progress: TaskProgress::default(),
        has_associates: false,
        has_collection_steps: true,
        linked_to: vec![LinkedTo {
            profile: minimal(),
            roles: AssociatedRole::ALL.to_vec(),
        }],
    }
}

fn audit(action: AuditAction) -> AuditItem {
    AuditItem {
        id: id(),
        profile_id: id(),
        action,
        user: None,
        apikey: Some(ApiKey {
            name: "Primary API Key".to_owned(),
            expiry: Some(now()),
        }),
        timestamp: now().unix_seconds(),
        message: None,
        ref_data: None,
        filename: None,
        filehash: Some("00".to_owned()),
        signature: None,
    }
}

#[track_caller]
fn follows(name: &str, resource: &impl Serialize) -> Value {
    let value = serde_json::to_value(resource).expect("a resource is JSON");
    assert_eq!(validate(name, &value), Vec::<String>::new());
    value
}

#[test]
fn a_profile_with_one_of_everything_follows_the_contract_and_reads_back() {
    let value = follows("ProfileResource", &profile());
    let read: ProfileResource = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), value);
}

#[test]
fn every_resource_follows_the_contract() {
    follows("[ProductApplication]", &[application()]);
    follows("[TaskResource]", &[task()]);
    follows("[DocumentImageResource]", &[image()]);
    follows(
        "TagResource",
        &TagResource {
            id: id(),
            name: "x".to_owned(),
            is_automatic: true,
        },
    );
    follows(
        "ErrorBody",
        &ErrorBody {
            errors: vec![Error::api(ErrorCode::InvalidApiKey, "the key is not known")],
        },
    );
    follows(
        "FileResource",
        &FileResource {
            id: id(),
            name: None,
            encrypted_data: Some(EncryptedData {}),
            sha256: None,
            size_bytes: None,
        },
    );
    follows(
        "NoteResource",
        &NoteResource {
            id: id(),
            created_on: now(),
            text: "seen".to_owned(),
            attachments: Vec::new(),
            author_name: Some("Morgan".to_owned()),
            author_name_customised: false,
            author: Some(Author {
                id: id(),
                name: "Morgan".to_owned(),
            }),
        },
    );
}

#[test]
fn answers_about_accounts_and_companies_follow_the_contract() {
    follows(
        "WhoAmI",
        &WhoAmI {
            institution: Institution {
                name: "Forexo".to_owned(),
                id: id(),
            },
            environment: "demo".to_owned(),
            user: Some(user()),
        },
    );
    follows(
        "IssuedKey",
        &IssuedKey {
            name: "k".to_owned(),
            key: "0".to_owned(),
            expiry: Some(now()),
        },
    );
    follows(
        "CompanySearchResults",
        &CompanySearchResults {
            companies: vec![CompanyCandidate {
                name: "Firm".to_owned(),
                number: "1".to_owned(),
                country: "GBR".to_owned(),
                state: None,
            }],
            errors: Vec::new(),
        },
    );
}

#[test]
fn search_results_and_documents_follow_the_contract() {
    follows(
        "ProfileSearchResults",
        &ProfileSearchResults {
            count: 1,
            limit: 50,
            offset: 0,
            hidden: 0,
            capabilities: [(id(), Capability::ALL.to_vec())].into(),
            results: vec![minimal()],
            associated_results: Vec::new(),
        },
    );
    let document = Document {
        id: id(),
        category: DocumentCategory::ProofOfAddress,
        document_type: DocumentType::UtilityBill,
        images: vec![ImageRef {
            id: id(),
            image_type: Some(ImageType::Front),
            upload_date: Some(now()),
        }],
        extracted_data: None,
        verification_result: None,
    };
    follows("Document", &document);
}

#[test]
fn every_value_of_every_list_is_in_the_contract_or_its_overlay() {
    for action in AuditAction::ALL {
        follows("AuditItem", &audit(*action));
    }
    for value in DocumentType::ALL {
        follows("DocumentType", value);
    }
    for value in DocumentCategory::ALL {
        follows("DocumentCategory", value);
    }
    for value in Capability::ALL {
        follows("CapabilityType", value);
    }
    for value in ApplicationFlag::ALL {
        follows("ProductApplicationFlag", value);
    }
    for value in CompanyAddressType::ALL {
        follows("CompanyAddressType", value);
    }
    for value in TaxIdType::ALL {
        follows("TaxIdType", value);
    }
    for value in DatabaseType::ALL {
        follows("EKYCDatabaseType", value);
    }
    for value in MatchedField::ALL {
        follows("EKYCMatchField", value);
    }
    for value in CheckedField::ALL {
        follows("CheckedDocumentField", value);
    }
    for value in CollectionStepType::ALL {
        follows("CollectionStepType", value);
    }
    for value in TaskState::ALL {
        follows("TaskState", value);
    }
    for check_type in CheckType::ALL {
        for result in check_type.results() {
            follows(
                "CheckResource",
                &CheckResource {
                    result: Some(*result),
                    ..check(*check_type)
                },
            );
        }
    }
}

#[test]
fn what_breaks_the_contract_is_found_by_place() {
    let mut value = serde_json::to_value(profile()).unwrap();
    value["applications"][0]["history"][1]["date"] = json!("2020-05-27T09:34:36Z");
    value["checks"][0]["result"] = json!("Passed");
    value["tasks"][0]["variant"] = json!(7);
    assert_eq!(
        validate("ProfileResource", &value),
        [
            "applications[0].history[1].date must be a time in UTC like 2020-05-27 09:34:36, not \"2020-05-27T09:34:36Z\"",
            "checks[0].result must be one of 2+2, 1+1, Fail, Error, not \"Passed\"",
            "tasks[0].variant must be an object, not 7",
        ]
    );
    assert_eq!(
        validate("NoSuchThing", &value),
        ["the contract has no schema NoSuchThing"]
    );
    assert_eq!(
        validate("[TaskResource]", &json!({})),
        ["the body must be a list"]
    );
}

/// The schemas in this crate are those of the published contract, without its prose.
#[test]
fn the_schemas_are_those_of_the_contract() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let data =
        option_env!("USHER_SHARED_DATA").map_or(format!("{root}/../shared/data"), str::to_owned);
    let path = format!("{data}/../reference/openapi-4.0.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {path} is not there, set USHER_SHARED_DATA");
        return;
    };
    let published: Value = serde_json::from_str(&text).unwrap();
    let ours: Value = serde_json::from_str(include_str!("../../schema/api-4.0.json")).unwrap();
    let names = |root: &Value| -> Vec<String> {
        root["components"]["schemas"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    assert_eq!(names(&ours), names(&published));
    assert_within(&ours, &published["components"], "");
}

/// Everything of `ours` is in `published`, and every rule of `published` is in `ours`.
fn assert_within(ours: &Value, published: &Value, at: &str) {
    let published = if at.is_empty() {
        &json!({"components": published})
    } else {
        published
    };
    match (ours, published) {
        (Value::Object(ours), Value::Object(published)) => {
            for (name, part) in published {
                match ours.get(name) {
                    Some(own) => assert_within(own, part, &format!("{at}/{name}")),
                    None => assert!(
                        ["description", "title", "example", "securitySchemes"]
                            .contains(&name.as_str()),
                        "{at}/{name} is missing"
                    ),
                }
            }
            assert!(
                ours.keys().all(|name| published.contains_key(name)),
                "{at} has too much"
            );
        }
        (Value::Array(ours), Value::Array(published)) if ours.len() == published.len() => {
            for (place, (own, part)) in ours.iter().zip(published).enumerate() {
                assert_within(own, part, &format!("{at}/{place}"));
            }
        }
        (ours, published) => assert_eq!(ours, published, "{at}"),
    }
}
