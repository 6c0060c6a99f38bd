//! Holds what a run made of a northgate book to what the book's makers say of it.
//!
//! Usage: `truth BOOK MAPPING STATE SCOPE [URL KEY_FILE]`. Reads the result files of the run and, with
//! a URL and the file of an API key, each client's profile; prints expected, got and equal for every file and
//! ends with 0 only when everything is equal. `examples/northgate/truth` calls it.

#[path = "../tests/it/truth.rs"]
mod truth;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use migrate::Scope;
use migrate::api::{Api, Call, Patience};
use serde_json::Value;

use truth::{Comparison, Rows};

const USAGE: &str = "usage: truth BOOK MAPPING STATE all|active [URL KEY_FILE]";
/// Differences that are printed; the rest are counted.
const DIFFERENCES_SHOWN_MAX: usize = 50;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match compared(&arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "error: {message}");
            ExitCode::from(2)
        }
    }
}

async fn compared(arguments: &[String]) -> Result<bool, String> {
    let [folder, mapping, state, scope, url @ ..] = arguments else {
        return Err(USAGE.to_owned());
    };
    let scope = match scope.as_str() {
        "all" => Scope::All,
        "active" => Scope::Active,
        _ => return Err(USAGE.to_owned()),
    };
    let folder = Path::new(folder);
    let book = truth::book(Path::new(mapping), folder, scope)?;
    let mut rows = truth::resulted(&book, folder, Path::new(state))?;
    if let [url, key_file] = url {
        look_up(&mut rows, url, Path::new(key_file)).await?;
    }
    let read = |name: &str| std::fs::read_to_string(folder.join(name));
    let found = if let Ok(truth) = read("truth.jsonl") {
        Comparison::of(&rows, &truth, scope)?
    } else {
        let summary = read("truth_summary.json");
        let summary = summary.map_err(|error| format!("truth_summary.json: {error}"))?;
        Comparison::of_first(&rows, &summary, scope)?
    };
    let mut text = found.to_string();
    let (rows, differences) = (rows.len(), found.differences.len());
    for difference in found.differences.iter().take(DIFFERENCES_SHOWN_MAX) {
        let _ = writeln!(text, "different: {difference}");
    }
    let _ = writeln!(text, "{rows} rows, {differences} differences");
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes())
        .map_err(|error| error.to_string())?;
    Ok(found.differences.is_empty())
}

/// Reads every profile that a row of a client became.
async fn look_up(rows: &mut Rows, url: &str, key_file: &Path) -> Result<(), String> {
    let key = std::fs::read_to_string(key_file);
    let key = key.map_err(|error| format!("{}: {error}", key_file.display()))?;
    let api = Api::new(&[url.to_owned()], key.trim(), Patience::default());
    let api = api.map_err(|error| error.to_string())?;
    let of_clients = ["individuals.csv", "companies.csv"];
    let mut seen = BTreeSet::new();
    for ((file, number), row) in rows.iter_mut().filter(|(_, row)| !row.profile.is_empty()) {
        if !of_clients.contains(&file.as_str()) {
            continue;
        }
        if !seen.insert(row.profile.clone()) {
            return Err(format!("{file} row {number}: another row has its profile"));
        }
        let path = format!("/profiles/{}/collected_data", row.profile);
        let answer = api.call(Call::get(path)).await;
        let data: Value = answer
            .map_err(|error| format!("{file} row {number}: {error}"))?
            .body;
        row.there = Some(truth::profile_values(&data));
    }
    Ok(())
}
