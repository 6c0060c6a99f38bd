//! The parameters of queries: which a route takes, and what of a list is asked for.

use axum::extract::{MatchedPath, Request};
use axum::http::Uri;
use service::Failure;
use service::page::Page;
use uuid::Uuid;
use wire::field_error::{FieldError, MISTAKES_MAX};
use wire::nearest;

use crate::extract::query;

/// Takes the place of the header on any route.
const API_KEY: &str = "apikey";

/// The parameters of a route, beside the API key.
fn of(method: &str, route: &str) -> &'static [&'static str] {
    match (method, route) {
        ("GET" | "HEAD", "/4.0/profiles") => &["q", "limit", "offset", "categories"],
        ("POST", "/4.0/profiles/{profile_id}/checks") => &["mode"],
        (
            "GET" | "HEAD",
            "/4.0/profiles/{profile_id}/audit-items"
            | "/4.0/profiles/{profile_id}/checks"
            | "/4.0/profiles/{profile_id}/document_images"
            | "/4.0/profiles/{profile_id}/tasks"
            | "/admin/audit",
        ) => &["after", "limit"],
        _ => &[],
    }
}

/// Refuses parameters that the route does not take, and those that come twice: what they ask for
/// would not happen.
pub(crate) fn check(request: &Request) -> Result<(), Failure> {
    let route = request.extensions().get::<MatchedPath>();
    let known = of(
        request.method().as_str(),
        route.map_or("", MatchedPath::as_str),
    );
    let mut mistakes: Vec<FieldError> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for (name, _) in query(request.uri())? {
        if name == API_KEY {
            continue;
        }
        if !known.contains(&name.as_str()) {
            let advice = nearest::advice(&name, known);
            mistakes.push(parameter(
                &name,
                &format!("is not a known parameter; {advice}"),
            ));
        } else if seen.contains(&name) {
            mistakes.push(parameter(&name, "is given twice"));
        }
        seen.push(name);
    }
    mistakes.truncate(MISTAKES_MAX);
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(mistakes.into())
    }
}

/// How much of the name of an unknown parameter is shown, in characters.
const NAME_CHARS_MAX: usize = 100;

fn parameter(name: &str, message: &str) -> FieldError {
    let name: String = name.chars().take(NAME_CHARS_MAX).collect();
    FieldError::invalid(name, message)
}

/// The part of a list that is asked for: at most `limit` entries, those after the entry `after`.
pub(crate) fn page(uri: &Uri, limit_max: i64) -> Result<Page, Failure> {
    let mut page = Page {
        after: None,
        limit: limit_max,
    };
    for (name, value) in query(uri)? {
        match name.as_str() {
            "after" => {
                let id = Uuid::try_parse(&value).map_err(|_| {
                    Failure::field("after", "must be the id of the last entry that was read")
                })?;
                page.after = Some(id.as_u128());
            }
            "limit" => page.limit = number("limit", &value, (1, limit_max))?,
            _ => {}
        }
    }
    Ok(page)
}

/// A whole number within bounds.
pub(crate) fn number(name: &str, text: &str, (from, to): (i64, i64)) -> Result<i64, Failure> {
    let number = text
        .parse()
        .ok()
        .filter(|number| (from..=to).contains(number));
    number
        .ok_or_else(|| Failure::field(name, format!("must be a whole number from {from} to {to}")))
}
