//! One client of a forecast, in full.

use migrate::forecast::{Application, ClientForecast, Kind};
use serde_json::Value;

use super::super::lines::{WIDTH, fold};

/// Where each application stands, and why; under the published policy unless a draft is named.
pub(super) fn text(client: &ClientForecast, draft: Option<&str>) -> String {
    let kind = match client.kind {
        Kind::Client => "a client",
        Kind::Associate => "out of scope, and comes as an associate",
        Kind::Inline => "named inline by a company",
    };
    let under = draft.map_or(String::new(), |draft| format!(", under the draft {draft}"));
    let mut lines = vec![format!(
        "{}, {kind} ({} line {}){under}",
        client.reference, client.file, client.line
    )];
    for mistake in &client.errors {
        lines.push(format!("  refused: {}", mistake.message));
    }
    for mistake in &client.left_out {
        lines.push(format!("  left out: {}", mistake.message));
    }
    for application in &client.applications {
        lines.extend(application_lines(application));
    }
    if client.applications.is_empty() && client.errors.is_empty() {
        lines.push("  applies for nothing".to_owned());
    }
    for check in &client.checks {
        let name = check.variant.as_deref().unwrap_or(&check.check_type);
        let result = check.result.as_deref().unwrap_or("nothing");
        lines.push(format!("  check {name}: {result}"));
    }
    let folded = lines.iter().flat_map(|line| {
        let indent = line.len() - line.trim_start_matches(' ').len() + 4;
        fold(line, WIDTH, indent)
    });
    folded.collect::<Vec<_>>().join("\n")
}

fn application_lines(application: &Application) -> Vec<String> {
    let asked = if application.asked_by_company {
        " (for a company that lists it)"
    } else {
        ""
    };
    let words = application.in_words();
    let mut lines = vec![format!("  {}{asked}: {words}", application.product)];
    let rejection = application.rejection.as_ref();
    if let Some(reason) = rejection.and_then(|one| one.reason.as_ref()) {
        lines.push(format!("    reason: {reason}"));
    }
    if let Some(risk) = &application.risk {
        lines.extend(risk_lines(risk));
    }
    for task in &application.tasks {
        let state = task.state.as_deref().unwrap_or("not there yet");
        let mut line = format!("    task {}: {state}", task.alias);
        if !task.because.is_empty() {
            line = format!("{line} ({})", task.because.join("; "));
        }
        lines.push(line);
    }
    lines
}

/// The score, opened into its factors; those that add nothing are left out.
fn risk_lines(risk: &Value) -> Vec<String> {
    let overall = &risk["overall_risk"];
    let name = overall["name"].as_str().or(overall["category"].as_str());
    let score = match overall["score"].as_f64() {
        Some(score) => format!(", score {score}"),
        None => ", no score".to_owned(),
    };
    let mut lines = vec![format!("    risk: {}{score}", name.unwrap_or("none"))];
    let factors = risk["components"].as_array().into_iter().flatten();
    let adding = factors
        .filter(|factor| factor["risk_level"]["score"].as_f64() != Some(0.0))
        .filter(|factor| factor["required"] == true || !factor["risk_level"]["score"].is_null());
    lines.extend(adding.map(|factor| {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let score = factor["risk_level"]["score"].as_f64();
        let score = score.map_or("missing".to_owned(), |one| one.to_string());
        let [name, value, rule] = ["name", "raw_value", "input_value"].map(|at| text(&factor[at]));
        format!("      {score:>7} {name}: {value} ({rule})")
    }));
    lines
}
