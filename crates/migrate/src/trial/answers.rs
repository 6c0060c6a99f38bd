//! The guide's questions, answered from what is on the server.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::report::{Answer, Judgement, Picked, Report};
use super::{Choice, Phase, checks, report};
use crate::api::Api;
use crate::attempt::changes;
use crate::book::Client;
use crate::ledger::Ledger;
use crate::{Book, Error, Options, Summary, run, text};

/// How many examples stand under an answer.
pub(super) const EXAMPLES_COUNT_MAX: usize = 6;

/// Reads what the test needs beside the run's own read-back, and answers.
pub(super) async fn answer(
    (options, api): (&Options, &Api),
    phase: Phase,
    (book, choice): (&Book, &Choice),
    summary: Summary,
) -> Result<Report, Error> {
    let picked = picked(options, book, choice)?;
    let differences = differences(&options.state)?;
    let there = there(book, choice, &picked);
    let answers = vec![
        profiles_and_applications(&summary, &differences),
        files(&of_documents(book), &summary, &differences),
        checks::answer((options, api), phase).await?,
        quality(&there, &differences)?,
        transformations(book, &there, &differences)?,
    ];
    Ok(Report {
        phase,
        picked,
        covered_count: choice.covered.len(),
        missed: report::missed(book, choice),
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

/// The clients who have a profile: only of them values were sent.
fn there<'b>(book: &'b Book, choice: &Choice, picked: &[Picked]) -> Vec<&'b Client> {
    let clients = choice.places.iter().map(|place| &book.clients[*place]);
    let with = clients.zip(picked);
    with.filter(|(_, picked)| picked.profile.is_some())
        .map(|(client, _)| client)
        .collect()
}

/// Why nothing is told of values.
const NOBODY: &str = "none of the picked clients has a profile";

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

/// Documents and files as the read-back names them, such as `document passport.jpg`.
fn is_file(difference: &Difference) -> bool {
    let what = difference.what.as_str();
    let what = what.strip_prefix("collected_data.").unwrap_or(what);
    let is_of = |name: &str| {
        what.strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '.', '[']))
    };
    ["document", "documents", "file"].into_iter().any(is_of)
}

fn files(sources: &[&str], summary: &Summary, differences: &[Difference]) -> Answer {
    let mut answer = Answer::new("Were files uploaded correctly?");
    let documents = summary.profiles.unwrap_or_default().documents;
    let (compared, kept_back) = summary.contents;
    answer.figure(documents, "documents");
    answer.figure(compared, "files whose content was compared");
    let refused = open_rows(sources, summary);
    if documents + compared + kept_back + refused == 0 {
        answer.judgement = Judgement::NotTold("the picked clients have none".to_owned());
    } else if compared == 0 || kept_back > 0 {
        let why = "the server keeps the content of files to itself, so it could not be compared";
        answer.judgement = Judgement::NotTold(why.to_owned());
    }
    if refused > 0 {
        answer.figure(refused, "rows of documents failed or waiting");
        answer.judgement = Judgement::No;
    }
    answer.hold(differences.iter().filter(|one| is_file(one)));
    answer
}

/// The files that name documents.
fn of_documents(book: &Book) -> Vec<&str> {
    let sources: BTreeSet<usize> = book.documents.iter().map(|scan| scan.row.source).collect();
    let name = |source: usize| book.mapping.sources[source].file.as_str();
    sources.into_iter().map(name).collect()
}

/// Rows of these files that did not come over though they were to.
fn open_rows(sources: &[&str], summary: &Summary) -> u64 {
    let files = summary.files.iter();
    let files = files.filter(|file| sources.contains(&file.file.as_str()));
    let open = |file: &run::FileCounts| {
        let count = |outcome| file.outcomes.get(outcome).copied().unwrap_or_default();
        count("failed") + count("waiting")
    };
    files.map(open).sum()
}

fn quality(there: &[&Client], differences: &[Difference]) -> Result<Answer, Error> {
    let mut answer = Answer::new("Did the exported data maintain its quality and format?");
    if there.is_empty() {
        answer.judgement = Judgement::NotTold(NOBODY.to_owned());
    }
    let mut fields = 0;
    let mut scripts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for client in there {
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
    there: &[&Client],
    differences: &[Difference],
) -> Result<Answer, Error> {
    let mut answer =
        Answer::new("Did the migration script accurately perform data transformation?");
    if there.is_empty() {
        answer.judgement = Judgement::NotTold(NOBODY.to_owned());
    }
    let mut steps: BTreeMap<&'static str, (u64, String)> = BTreeMap::new();
    for client in there {
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
        let told: Vec<String> = differences.map(Difference::told).collect();
        if !told.is_empty() {
            self.judgement = Judgement::No;
        }
        self.list(
            told,
            EXAMPLES_COUNT_MAX,
            "differences; differences.csv has all",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_belongs_to_the_question_about_it() {
        for (what, of_file, of_data) in [
            ("profile", false, false),
            ("applications", false, false),
            ("documents", true, false),
            ("document passport.jpg", true, false),
            ("document passport.jpg.number", true, false),
            ("file statement.pdf", true, false),
            ("collected_data.documents[0].number", true, false),
            ("collected_data.personal_details.profile_file", false, true),
            ("collected_data.custom_fields.filed_on", false, true),
        ] {
            let difference = Difference {
                reference: "A1".to_owned(),
                what: what.to_owned(),
                expected: String::new(),
                found: String::new(),
            };
            let told = (is_file(&difference), is_data(&difference));
            assert_eq!(told, (of_file, of_data), "{what}");
        }
    }

    #[test]
    fn files_are_right_when_all_came_and_were_compared() {
        for (failed, contents, expected) in [
            (0, (2, 0), "yes"),
            (0, (0, 0), "not told"),
            (0, (1, 1), "not told"),
            (1, (2, 0), "no"),
            (1, (0, 0), "no"),
        ] {
            let counts = |file: &str, failed| run::FileCounts {
                file: file.to_owned(),
                outcomes: BTreeMap::from([("failed", failed)]),
                ..run::FileCounts::default()
            };
            let summary = Summary {
                // Other files are another question.
                files: vec![counts("people.csv", 7), counts("documents.csv", failed)],
                contents,
                ..Summary::default()
            };
            let told = match files(&["documents.csv"], &summary, &[]).judgement {
                Judgement::Yes => "yes",
                Judgement::No => "no",
                Judgement::NotTold(_) => "not told",
            };
            assert_eq!(told, expected, "{failed} failed, {contents:?}");
        }
    }

    #[test]
    fn without_a_profile_nothing_is_told_of_values() {
        let answer = quality(&[], &[]).unwrap();
        assert_eq!(answer.judgement, Judgement::NotTold(NOBODY.to_owned()));
    }
}
