//! The policy document: read, checked, published, promoted from demo to live.

use axum::extract::{Path, State};
use config::{Problem, Problems};
use serde_json::{Value, json};
use service::publications::{self, NotPublished};
use service::{Actor, Caller, Environment, Failure, Kind};
use wire::field_error::FieldError;
use wire::request::{PolicyDocument, PromotePolicy};
use wire::resource::Error;
use wire::value::ErrorCode;

use crate::api::Api;
use crate::extract::{Posted, Who, Write};
use crate::reply::{Answered, Refused, Reply};

pub(super) async fn current(State(api): State<Api>, Who(caller): Who) -> Reply {
    let (number, document) = publications::current(&api.platform, &caller).await?;
    Answered::json(&json!({ "number": number, "document": document }))
}

pub(super) async fn current_document(State(api): State<Api>, Who(caller): Who) -> Reply {
    let (number, document) = publications::current(&api.platform, &caller).await?;
    Ok(Answered::document(number, document))
}

pub(super) async fn versions(State(api): State<Api>, Who(caller): Who) -> Reply {
    Answered::json(&publications::versions(&api.platform, &caller).await?)
}

pub(super) async fn version(
    State(api): State<Api>,
    Who(caller): Who,
    Path(number): Path<String>,
) -> Reply {
    let number = number.parse().ok().filter(|number| *number > 0);
    let number: i64 = number.ok_or_else(|| Failure::not_found("policy version"))?;
    let document = publications::version(&api.platform, &caller, number).await?;
    Ok(Answered::document(number, document))
}

/// Says what publishing would do: the number, the warnings, or every mistake.
pub(super) async fn check(State(api): State<Api>, posted: Posted) -> Reply {
    let document = document(&posted.bytes)?;
    let checked = publications::check(&api.platform, posted.caller.institution, &document).await;
    let published = checked.map_err(refused)?;
    let warnings: Vec<Value> = published.warnings.iter().map(place).collect();
    Answered::json(&json!({ "number": published.config.version, "warnings": warnings }))
}

pub(super) async fn publish(State(api): State<Api>, posted: Posted) -> Reply {
    let document = document(&posted.bytes)?;
    let author = author(&posted.caller);
    let answer = publications::publish(&api.platform, &posted.caller, &document, &author).await;
    Ok(answer.map_err(refused)?.into())
}

/// Publishes to the caller's own account what another environment works by.
pub(super) async fn promote(State(api): State<Api>, write: Write<PromotePolicy>) -> Reply {
    let (from, to) = direction(&write.body)?;
    let caller = &write.caller;
    if to != caller.environment {
        let message = format!("can only be published to by an admin key of {}", to.name());
        return Err(Failure::of(Kind::Forbidden, FieldError::invalid("to", message)).into());
    }
    let answer = publications::promote(&api.platform, caller, from, &author(caller)).await?;
    Ok(answer.into())
}

fn direction(asked: &PromotePolicy) -> Result<(Environment, Environment), Failure> {
    let named = |field: &str, name: &str| {
        let environment = Environment::named(name);
        environment.ok_or_else(|| Failure::field(field, "must be demo or live"))
    };
    let (from, to) = (named("from", &asked.from)?, named("to", &asked.to)?);
    if from == to {
        return Err(Failure::field("to", "must be the other environment"));
    }
    Ok((from, to))
}

/// The document in a body: the body itself, or the field `document` of a JSON object.
fn document(bytes: &[u8]) -> Result<String, Failure> {
    if let Ok(Value::Object(fields)) = serde_json::from_slice(bytes)
        && fields.contains_key("document")
    {
        let body: PolicyDocument = wire::request::parse(bytes)?;
        return Ok(body.document);
    }
    let text = String::from_utf8(bytes.to_vec());
    let text =
        text.map_err(|_| Failure::field("", "must be UTF-8 text: the YAML of the policy"))?;
    if text.trim().is_empty() {
        return Err(Failure::field("", "must be the YAML text of the policy"));
    }
    Ok(text)
}

fn author(caller: &Caller) -> String {
    match &caller.actor {
        Actor::Key { name, .. } | Actor::User { name, .. } | Actor::Provider { name } => {
            name.clone()
        }
        Actor::Policy | Actor::Clock | Actor::Support => "Support".to_owned(),
    }
}

pub(super) fn refused(not_published: NotPublished) -> Refused {
    match not_published {
        NotPublished::Mistakes(problems) => Refused::new(mistakes(&problems)),
        NotPublished::Failure(failure) => Refused::new(failure),
    }
}

fn mistakes(problems: &Problems) -> Failure {
    let error = |problem: &Problem| Error {
        info: Some(place(problem)),
        ..Error::api(ErrorCode::InvalidInputData, sentence(problem))
    };
    let errors = problems.list.iter().map(error).collect();
    Failure {
        errors,
        ..Failure::field("", "has mistakes")
    }
}

fn sentence(problem: &Problem) -> String {
    let path = if problem.path.is_empty() {
        "the document"
    } else {
        &problem.path
    };
    format!("{path}: {}", problem.message)
}

fn place(problem: &Problem) -> Value {
    json!({
        "field": problem.path,
        "line": problem.place.line,
        "column": problem.place.column,
        "message": problem.message,
        "hint": problem.hint,
    })
}
