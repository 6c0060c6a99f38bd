//! Checks of documents.

use serde_json::{Value, json};
use wire::resource::Error;
use wire::value::CheckResult;

use super::input::Input;
use super::keywords::Keywords;
use super::{PROVIDER_NAME, invent};
use crate::{CheckAnswer, CheckRequest};

/// Verifies the document that the check names, or, when a policy ordered the check without one,
/// every document of the profile.
pub(super) fn verify(
    request: &CheckRequest,
    keywords: &Keywords,
) -> Result<CheckAnswer, Vec<Error>> {
    let wanted = request.extra.get("document_id");
    let documents = request.input["documents"].as_array().into_iter().flatten();
    let documents: Vec<&Value> = documents
        .filter(|document| wanted.is_none_or(|id| &document["id"] == id))
        .collect();
    let mut input = Input::of(&request.input);
    if documents.is_empty() {
        let id = wanted.and_then(Value::as_str);
        input.missing(&id.map_or("documents".to_owned(), |id| {
            format!("documents with the id {id}")
        }));
    }
    input.finish()?;
    let result = keywords.result(request.check_type.results(), CheckResult::Pass);
    let documents: Vec<Value> = documents
        .into_iter()
        .map(|document| verified(request, document, result))
        .collect();
    Ok(with_documents(request, result, &documents))
}

/// Makes the document that the person has given to the provider.
pub(super) fn fetch(request: &CheckRequest, keywords: &Keywords) -> CheckAnswer {
    let result = keywords.result(request.check_type.results(), CheckResult::Pass);
    let reference = request
        .extra
        .get("reference")
        .or(request.input.pointer("/external_refs/generic"));
    let reference = reference.and_then(Value::as_str).unwrap_or("none");
    let name = wire::collected::display_name(&request.input);
    let document = json!({
        "id": invent::id(&format!("document/{name}/{reference}")),
        "category": "PROOF_OF_IDENTITY",
        "document_type": "PASSPORT",
        "images": [],
    });
    with_documents(request, result, &[verified(request, &document, result)])
}

fn with_documents(request: &CheckRequest, result: CheckResult, documents: &[Value]) -> CheckAnswer {
    let entity_type = request.check_type.entity_type();
    let output = json!({ "entity_type": entity_type, "documents": documents });
    CheckAnswer::with_result(request, PROVIDER_NAME, result, output)
}

/// The document with what was read from it and what was made of it.
fn verified(request: &CheckRequest, document: &Value, result: CheckResult) -> Value {
    let is_genuine = result == CheckResult::Pass;
    let mut document = document.clone();
    let mut extracted = json!({
        "number": format!("{:09}", invent::below(&document["id"].to_string(), 1_000_000_000)),
        "external_service": PROVIDER_NAME,
    });
    let details = &request.input["personal_details"];
    if details.is_object() {
        extracted["personal_details"] = details.clone();
    }
    document["extracted_data"] = extracted;
    document["verification_result"] = json!({
        "provider_name": PROVIDER_NAME,
        "all_passed": is_genuine,
        "document_type_passed": true,
        "image_checks_passed": true,
        "image_checks": [check("image quality", true)],
        "forgery_checks_passed": is_genuine,
        "forgery_checks": [check("security features", is_genuine)],
        "field_checks": [
            { "field": "FIELD_GIVEN_NAMES", "result": "CHECK_VALID" },
            { "field": "FIELD_FAMILY_NAME", "result": "CHECK_VALID" },
        ],
    });
    document
}

fn check(kind: &str, has_passed: bool) -> Value {
    let result = if has_passed { "PASS" } else { "FAIL" };
    json!({ "category": "demo", "type": kind, "result": result })
}
