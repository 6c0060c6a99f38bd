//! Every route there is, with the schema of its answer and a body that it takes. A route that is
//! missing here fails the first test that gets an answer from it.

use serde_json::{Value, json};

use crate::samples;

/// One operation.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    /// With `{profile}` and the like in place of ids.
    pub(crate) path: &'static str,
    /// The schema of the contract; `None` where the contract has none by name.
    pub(crate) schema: Option<&'static str>,
}

const fn route(method: &'static str, path: &'static str, schema: &'static str) -> Route {
    Route {
        method,
        path,
        schema: Some(schema),
    }
}

const fn own(method: &'static str, path: &'static str) -> Route {
    Route {
        method,
        path,
        schema: None,
    }
}

/// The operations of `/4.0`.
pub(crate) const V4: &[Route] = &[
    own("GET", "/4.0/whoami"),
    route("GET", "/4.0/profiles", "ProfileSearchResults"),
    route("POST", "/4.0/profiles", "ProfileResource"),
    route("GET", "/4.0/profiles/{profile}", "ProfileResource"),
    route("GET", "/4.0/profiles/{profile}/status", "ProfileStatus"),
    route("POST", "/4.0/profiles/{profile}/status", "ProfileStatus"),
    route(
        "GET",
        "/4.0/profiles/{profile}/collected_data",
        "EntityData",
    ),
    route(
        "POST",
        "/4.0/profiles/{profile}/collected_data",
        "EntityData",
    ),
    route(
        "POST",
        "/4.0/profiles/{profile}/collected_data/documents",
        "Document",
    ),
    route(
        "GET",
        "/4.0/profiles/{profile}/applications",
        "[ProductApplication]",
    ),
    route(
        "POST",
        "/4.0/profiles/{profile}/applications",
        "ProductApplication",
    ),
    route(
        "GET",
        "/4.0/profiles/{profile}/applications/{application}",
        "ProductApplication",
    ),
    route(
        "POST",
        "/4.0/profiles/{profile}/applications/{application}",
        "ProductApplication",
    ),
    route(
        "POST",
        "/4.0/profiles/{profile}/applications/{application}/revert_decision",
        "ProductApplication",
    ),
    route("GET", "/4.0/profiles/{profile}/tasks", "[TaskResource]"),
    route("POST", "/4.0/profiles/{profile}/tasks", "TaskResource"),
    route(
        "GET",
        "/4.0/profiles/{profile}/tasks/{task}",
        "TaskResource",
    ),
    route(
        "POST",
        "/4.0/profiles/{profile}/tasks/{task}",
        "TaskResource",
    ),
    route(
        "GET",
        "/4.0/profiles/{profile}/tasks/{task}/notes",
        "[NoteResource]",
    ),
    route(
        "POST",
        "/4.0/profiles/{profile}/tasks/{task}/notes",
        "NoteResource",
    ),
    route(
        "DELETE",
        "/4.0/profiles/{profile}/tasks/{task}/notes/{note}",
        "NoteResource",
    ),
    route("GET", "/4.0/profiles/{profile}/checks", "[CheckResource]"),
    route("POST", "/4.0/profiles/{profile}/checks", "CheckResource"),
    route(
        "GET",
        "/4.0/profiles/{profile}/checks/{check}",
        "CheckResource",
    ),
    route(
        "POST",
        "/4.0/profiles/{profile}/checks/{check}",
        "CheckResource",
    ),
    route("POST", "/4.0/profiles/{profile}/tags", "TagResource"),
    route(
        "DELETE",
        "/4.0/profiles/{profile}/tags/{tag}",
        "TagResource",
    ),
    route("POST", "/4.0/profiles/{profile}/files", "FileResource"),
    route(
        "GET",
        "/4.0/profiles/{profile}/files/{file}",
        "FileResource",
    ),
    route(
        "GET",
        "/4.0/profiles/{profile}/document_images",
        "[DocumentImageResource]",
    ),
    route(
        "POST",
        "/4.0/profiles/{profile}/document_images",
        "DocumentImageResource",
    ),
    route(
        "GET",
        "/4.0/profiles/{profile}/document_images/{image}",
        "DocumentImageResource",
    ),
    route("GET", "/4.0/profiles/{profile}/audit-items", "[AuditItem]"),
    route("GET", "/4.0/profiles/{profile}/events", "[EventResource]"),
    route(
        "GET",
        "/4.0/profiles/{profile}/events/{event}",
        "EventResource",
    ),
    route("POST", "/4.0/profiles/{profile}/events", "EventResource"),
    route(
        "POST",
        "/4.0/profiles/{profile}/events/{event}",
        "EventResource",
    ),
];

/// The operations of `/admin`.
pub(crate) const ADMIN: &[Route] = &[
    own("GET", "/admin/audit"),
    own("GET", "/admin/keys"),
    own("POST", "/admin/keys"),
    own("POST", "/admin/keys/{key}/revoke"),
    own("GET", "/admin/config"),
    own("POST", "/admin/config"),
    own("GET", "/admin/config/current"),
    own("GET", "/admin/config/versions"),
    own("GET", "/admin/config/versions/1"),
    own("POST", "/admin/config/check"),
    own("POST", "/admin/config/promote"),
    own("GET", "/admin/requirements"),
    own("POST", "/admin/simulate"),
    own("GET", "/admin/webhooks"),
    own("POST", "/admin/webhooks"),
    own("DELETE", "/admin/webhooks/{webhook}"),
    own("GET", "/admin/webhooks/{webhook}/status"),
    own("POST", "/admin/webhooks/{webhook}/retry"),
    own("GET", "/admin/windows"),
    own("POST", "/admin/windows"),
    own("POST", "/admin/windows/{window}/renew"),
    own("POST", "/admin/windows/{window}/close"),
];

/// The schema that the answer of a route must have.
#[track_caller]
pub(crate) fn schema_of(method: &str, path: &str) -> Option<&'static str> {
    let known = V4
        .iter()
        .chain(ADMIN)
        .find(|route| route.method == method && fits(route.path, path));
    match known {
        Some(route) => route.schema,
        None if path == "/health" => None,
        None => panic!("{method} {path} is not in the table of routes"),
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template
            .zip(path)
            .all(|(known, part)| known.starts_with('{') || known == part)
}

/// A body that the route takes, given an id of each kind by [`fill`].
pub(crate) fn body(route: &Route) -> Value {
    let last = route
        .path
        .rsplit('/')
        .find(|part| !part.starts_with('{'))
        .unwrap_or_default();
    match (last, route.path.ends_with('}')) {
        ("profiles", _) => samples::person("Ada", "Byron"),
        ("status", _) => json!("NORMAL"),
        ("collected_data", _) => samples::person("Ada", "Byron")["collected_data"].clone(),
        ("documents", _) => {
            json!({"category": "PROOF_OF_IDENTITY", "document_type": "PASSPORT", "images": []})
        }
        ("applications", false) => json!({"product": {"alias": "savings_account"}}),
        ("applications", true) => json!({"status": "CANCELLED"}),
        ("tasks", false) => json!({"variant": {"alias": "source_of_funds"}}),
        ("tasks", true) => json!({"state": "INCOMPLETE"}),
        ("notes", _) => json!({"text": "seen"}),
        ("checks", false) => json!({"check_type": "PEPS_AND_SANCTIONS_SCREEN"}),
        ("checks", true) => json!({}),
        ("tags", _) => json!({"name": "vip"}),
        ("events", false) => json!({"data": {"event_type": "PEP_FLAG", "match_id": "1"}}),
        ("events", true) => json!({"resolution": "MISMATCH"}),
        ("files", _) => json!({"data": samples::pdf_text(), "name": "a.pdf"}),
        ("document_images", _) => json!({"data": samples::pdf_text(), "image_type": "FRONT"}),
        ("keys", _) => json!({"name": "more", "environment": "demo"}),
        ("webhooks", _) => json!({"url": "https://example.com/hooks", "secret": "a-good-secret"}),
        ("windows", _) => json!({"checks": ["identity_check"], "reason": "a book comes over"}),
        ("config" | "check", _) => json!({"document": config::DEMO}),
        ("simulate", _) => json!({"profiles": [], "assume": "pass"}),
        ("promote", _) => json!({"from": "demo", "to": "live"}),
        _ => Value::Null,
    }
}

/// A path with the ids put in; names without an id get one that nobody has.
pub(crate) fn fill(template: &str, ids: &[(&str, &str)]) -> String {
    const NOBODY: &str = "01234567-89ab-7def-8123-456789abcdef";
    let part = |part: &str| match part.strip_prefix('{') {
        None => part.to_owned(),
        Some(name) => {
            let known = ids
                .iter()
                .find(|(known, _)| *known == name.trim_end_matches('}'));
            known.map_or(NOBODY, |(_, id)| *id).to_owned()
        }
    };
    template.split('/').map(part).collect::<Vec<_>>().join("/")
}
