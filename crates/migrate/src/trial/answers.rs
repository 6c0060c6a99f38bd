//! The guide's questions, answered from what is on the server.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::report::{Answer, Judgement, Picked, Report};
use super::{Choice, Phase, report};
use crate::api::{Api, Call, Failure};
use crate::attempt::changes;
use crate::book::Client;
use crate::ledger::Ledger;
use crate::{Book, Error, Options, Summary, run, text};

/// How many examples stand under an answer.
const EXAMPLES_COUNT_MAX: usize = 6;

/// Reads what the test needs beside the run's own read-back, and answers.
pub(super) async fn answer(
    (options, api): (&Options, &Api),
    phase: Phase,
    (book, choice): (&Book, &Choice),
    summary: Summary,
) -> Result<Report, Error> {
    let picked = picked(options, book, choice)?;
    let differences = differences(&options.state)?;
    let seen = Seen::of(&picked, api).await?;
    let answers = vec![
        profiles_and_applications(&summary, &differences),
        files(&summary, &differences),
        checks(&seen),
        quality(book, choice, &differences)?,
        transformations(book, choice, &differences)?,
    ];
    Ok(Report {
        phase,
        picked,
        covered_count: choice.covered.len(),
        missed: choice.missed.iter().cloned().collect(),
        summary,
        answers,
    })
}

/// One line of `differences.csv`.
struct Difference {
    reference: String,
    what: String,
    expected: String,
    found: String,
}

impl Difference {
    fn told(&self) -> String {
        format!(
            "{}: {}: sent {}, found {}",
            self.reference, self.what, self.expected, self.found
        )
    }
}

fn differences(state: &Path) -> Result<Vec<Difference>, Error> {
    let path = state.join("results").join("differences.csv");
    let broken =
        |error: csv::Error| Error::State(format!("{} cannot be read: {error}", path.display()));
    let mut differences = Vec::new();
    for row in csv::Reader::from_path(&path).map_err(broken)?.records() {
        let row = row.map_err(broken)?;
        let cell = |place: usize| row.get(place).unwrap_or_default().to_owned();
        differences.push(Difference {
            reference: cell(0),
            what: cell(2),
            expected: cell(3),
            found: cell(4),
        });
    }
    Ok(differences)
}

/// The clients with the profiles they became.
fn picked(options: &Options, book: &Book, choice: &Choice) -> Result<Vec<Picked>, Error> {
    let ledger = Ledger::open(&options.state)?;
    let mut picked = report::picked(book, choice);
    for client in &mut picked {
        client.profile = ledger.answer(&run::create_step(&client.reference))?;
    }
    Ok(picked)
}

fn profiles_and_applications(summary: &Summary, differences: &[Difference]) -> Answer {
    let mut answer = Answer::new("Were the profiles and applications added correctly?");
    let profiles = summary.profiles.unwrap_or_default();
    answer.figure(profiles.individual_customers, "people");
    answer.figure(profiles.company_customers, "companies");
    answer.figure(
        profiles.associates_given_inline,
        "people named by a company only",
    );
    answer.figure(summary.standing.values().sum(), "product applications");
    answer.figure(summary.links, "links between companies and associates");
    for outcome in ["failed", "waiting"] {
        let of = |file: &run::FileCounts| file.outcomes.get(outcome).copied().unwrap_or_default();
        let count: u64 = summary.files.iter().map(of).sum();
        if count > 0 {
            answer.figure(count, &format!("rows {outcome}"));
            answer.judgement = Judgement::No;
        }
    }
    let is_meant = |one: &&Difference| !is_data(one) && !is_file(one);
    answer.hold(differences.iter().filter(is_meant));
    answer
}

fn is_data(difference: &Difference) -> bool {
    difference.what.starts_with("collected_data") && !is_file(difference)
}

fn is_file(difference: &Difference) -> bool {
    let what = difference.what.as_str();
    what.contains("document") || what.contains("file")
}

fn files(summary: &Summary, differences: &[Difference]) -> Answer {
    let mut answer = Answer::new("Were files uploaded correctly?");
    let count = summary.profiles.unwrap_or_default().documents;
    answer.figure(count, "documents");
    if count == 0 {
        answer.judgement = Judgement::NotTold("the picked clients have none".to_owned());
    }
    answer.hold(differences.iter().filter(|one| is_file(one)));
    answer
}

/// What the server did with the profiles: checks by type and result, tasks by state.
#[derive(Default)]
struct Seen {
    checks: BTreeMap<String, u64>,
    tasks: BTreeMap<String, u64>,
    errors: Vec<String>,
    running: u64,
}

impl Seen {
    async fn of(picked: &[Picked], api: &Api) -> Result<Seen, Error> {
        let mut seen = Seen::default();
        for client in picked {
            let Some(profile) = &client.profile else {
                continue;
            };
            let tasks = read(api, &format!("/profiles/{profile}/tasks")).await?;
            for task in tasks.as_array().into_iter().flatten() {
                let name = task["variant"]["name"].as_str().or(task["type"].as_str());
                let state = task["state"].as_str().unwrap_or("unknown");
                let name = format!("task {}: {}", name.unwrap_or("unknown"), plain(state));
                *seen.tasks.entry(name).or_default() += 1;
            }
            let checks = read(api, &format!("/profiles/{profile}/checks")).await?;
            for check in checks.as_array().into_iter().flatten() {
                seen.check(&client.reference, check);
            }
        }
        Ok(seen)
    }

    fn check(&mut self, reference: &str, check: &Value) {
        let kind = check["check_type"].as_str().unwrap_or("unknown");
        let result = match check["state"].as_str() {
            Some("COMPLETE") | None => check["result"].as_str().unwrap_or("no result"),
            Some(_) => {
                self.running += 1;
                "still running"
            }
        };
        let name = format!("check {}: {}", plain(kind), result.to_lowercase());
        *self.checks.entry(name).or_default() += 1;
        if result == "Error" {
            self.errors.push(format!("{reference}: {}", plain(kind)));
        }
    }
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace('_', " ")
}

async fn read(api: &Api, path: &str) -> Result<Value, Error> {
    match api.call(Call::get(path)).await {
        Ok(answer) => Ok(answer.body),
        Err(Failure::Refused { .. } | Failure::Unclear(_)) => Ok(Value::Null),
        Err(failure) => Err(failure.into()),
    }
}

fn checks(seen: &Seen) -> Answer {
    let mut answer = Answer::new("Did the profiles go through the correct compliance checks?");
    for (name, count) in seen.checks.iter().chain(&seen.tasks) {
        answer.figure(*count, name);
    }
    if !seen.errors.is_empty() || seen.running > 0 {
        answer.judgement = Judgement::No;
    } else if seen.checks.is_empty() {
        let why = "no check ran: does the policy have tasks that run some?";
        answer.judgement = Judgement::NotTold(why.to_owned());
    }
    let errors = seen.errors.iter().take(EXAMPLES_COUNT_MAX);
    answer
        .examples
        .extend(errors.map(|one| format!("in error: {one}")));
    answer
}

fn quality(book: &Book, choice: &Choice, differences: &[Difference]) -> Result<Answer, Error> {
    let mut answer = Answer::new("Did the exported data maintain its quality and format?");
    let mut fields = 0;
    let mut scripts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for client in clients(book, choice) {
        let body = client.body.get()?;
        let mut of_client = BTreeSet::new();
        leaves(&body["collected_data"], &mut |value| {
            fields += 1;
            of_client.extend(text::scripts(value.as_str().unwrap_or_default()));
        });
        for script in of_client {
            *scripts.entry(script).or_default() += 1;
        }
    }
    answer.figure(fields, "values compared with what the server has");
    let different: Vec<&Difference> = differences.iter().filter(|one| is_data(one)).collect();
    answer.figure(different.len() as u64, "values that differ");
    for (script, count) in scripts {
        answer.figure(count, &format!("clients with {script} letters"));
    }
    answer.hold(different.into_iter());
    Ok(answer)
}

fn transformations(
    book: &Book,
    choice: &Choice,
    differences: &[Difference],
) -> Result<Answer, Error> {
    let mut answer =
        Answer::new("Did the migration script accurately perform data transformation?");
    let mut steps: BTreeMap<&'static str, (u64, String)> = BTreeMap::new();
    for client in clients(book, choice) {
        for change in changes::of(book, client)? {
            let after = change.after.unwrap_or_else(|| "(nothing)".to_owned());
            let example = || {
                format!(
                    "{}: {} of {}: {} became {after}",
                    change.step, change.field, client.row.reference, change.before
                )
            };
            let known = steps.entry(change.step).or_insert_with(|| (0, example()));
            known.0 += 1;
        }
    }
    for (step, (count, _)) in &steps {
        answer.figure(*count, &format!("values changed by {step}"));
    }
    answer.hold(differences.iter().filter(|one| is_data(one)));
    answer
        .examples
        .extend(steps.into_values().map(|(_, example)| example));
    Ok(answer)
}

fn clients<'b>(book: &'b Book, choice: &'b Choice) -> impl Iterator<Item = &'b Client> {
    choice.places.iter().map(|place| &book.clients[*place])
}

/// Calls on every value that is neither list nor object.
fn leaves(value: &Value, on_leaf: &mut impl FnMut(&Value)) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| leaves(value, on_leaf)),
        Value::Object(values) => values.values().for_each(|value| leaves(value, on_leaf)),
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => on_leaf(value),
    }
}

impl Answer {
    /// What differs stands against a yes.
    fn hold<'d>(&mut self, differences: impl Iterator<Item = &'d Difference>) {
        for (count, difference) in differences.enumerate() {
            self.judgement = Judgement::No;
            if count < EXAMPLES_COUNT_MAX {
                self.examples.push(difference.told());
            }
        }
    }
}
