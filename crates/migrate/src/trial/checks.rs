//! Did the profiles go through the correct compliance checks?
//!
//! Which those are the server says itself: it is asked to simulate the picked clients
//! (`/admin/simulate`), and the check variants that it names for a client are held to those that ran.
//! In a demo account both are answered by the same keywords. In a live one the simulation takes every
//! check for passed, and what a check really found may lead elsewhere; so may checks that a window
//! switched off. There what is missing is shown, and not judged.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Phase;
use super::answers::EXAMPLES_COUNT_MAX;
use super::report::{Answer, Judgement, Picked};
use crate::api::{Api, Call, Failure};
use crate::book::Keep;
use crate::forecast::members;
use crate::{Error, Options, read_book};

/// What the server is asked which checks are asked for.
const SIMULATE: &str = "/admin/simulate";

/// The check variants of clients, by reference.
type Variants = BTreeMap<String, BTreeSet<String>>;

/// Answers from what the server has of the picked clients.
pub(super) async fn answer(
    (options, api): (&Options, &Api),
    phase: Phase,
    picked: &[Picked],
) -> Result<Answer, Error> {
    let seen = Seen::of(picked, api).await?;
    let asked_for = asked_for((options, api), phase).await?;
    let is_exact = phase == Phase::Demo && asked_for.is_complete;
    Ok(judged(&seen, asked_for.variants, is_exact))
}

fn judged(seen: &Seen, asked_for: Result<Variants, String>, is_exact: bool) -> Answer {
    let mut answer = Answer::new("Did the profiles go through the correct compliance checks?");
    for (name, count) in seen.checks.iter().chain(&seen.tasks) {
        answer.figure(*count, name);
    }
    let missing = match &asked_for {
        Ok(asked_for) => missing(seen, asked_for),
        Err(_) => Vec::new(),
    };
    if !missing.is_empty() {
        answer.figure(
            missing.len() as u64,
            "checks that the policy asks for did not run",
        );
    }
    let why = match asked_for {
        _ if !seen.errors.is_empty() || seen.running > 0 => None,
        _ if is_exact && !missing.is_empty() => None,
        _ if !seen.unread.is_empty() => {
            let (count, why) = (seen.unread.len(), &seen.unread[0]);
            Some(format!("{count} clients could not be looked at: {why}"))
        }
        Err(why) => Some(format!(
            "which checks the policy asks for is not known: {why}"
        )),
        Ok(_) if !missing.is_empty() => Some(
            "what checks answered, or a window, may be why some did not run; see the examples"
                .to_owned(),
        ),
        Ok(_) if seen.checks.is_empty() => {
            Some("no check ran: does the policy have tasks that run some?".to_owned())
        }
        Ok(_) => {
            answer.judgement = Judgement::Yes;
            return answer;
        }
    };
    answer.judgement = why.map_or(Judgement::No, Judgement::NotTold);
    let errors = seen.errors.iter().map(|one| format!("in error: {one}"));
    let missing = missing.into_iter().map(|one| format!("did not run: {one}"));
    answer.examples.extend(errors.take(EXAMPLES_COUNT_MAX));
    answer.examples.extend(missing.take(EXAMPLES_COUNT_MAX));
    answer
}

/// Checks that are asked for and did not run, of those who have a profile that could be read.
fn missing(seen: &Seen, asked_for: &Variants) -> Vec<String> {
    let mut missing = Vec::new();
    for (reference, ran) in &seen.ran {
        let wanted = asked_for.get(reference).into_iter().flatten();
        let left = wanted.filter(|variant| !ran.contains(*variant));
        missing.extend(left.map(|variant| format!("{reference}: {variant}")));
    }
    missing
}

/// What the policy asks for.
struct AskedFor {
    /// Why it is not known, or the variants.
    variants: Result<Variants, String>,
    /// Whether nothing was switched off.
    is_complete: bool,
}

async fn asked_for((options, api): (&Options, &Api), phase: Phase) -> Result<AskedFor, Error> {
    let book = read_book(options, &Keep::in_folder(&options.state)?)?;
    let window = options.window.as_ref().or(book.mapping.window.as_ref());
    let off = window
        .map(|window| window.checks.as_slice())
        .unwrap_or_default();
    let members = members::of(&book);
    let profiles = members.iter().map(|member| member.request(&book, &members));
    let assume = match phase {
        Phase::Demo => "as_demo",
        Phase::Production => "pass",
    };
    let body = json!({"profiles": profiles.collect::<Result<Vec<_>, _>>()?, "assume": assume});
    let variants = match api.call(Call::post_admin(SIMULATE, &body)).await {
        Ok(answer) => Ok(variants(&answer.body, off)),
        Err(Failure::KeyRefused) => Err("only an administrator's key may ask".to_owned()),
        Err(Failure::Refused {
            status: 404 | 405, ..
        }) => Err(format!("the server has no {SIMULATE}")),
        Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => Err(message),
        Err(failure @ Failure::Fatal(_)) => return Err(failure.into()),
    };
    let is_complete = off.is_empty();
    Ok(AskedFor {
        variants,
        is_complete,
    })
}

fn variants(answer: &Value, off: &[String]) -> Variants {
    let mut variants = Variants::new();
    for outcome in answer["profiles"].as_array().into_iter().flatten() {
        let Some(reference) = outcome["reference"].as_str() else {
            continue;
        };
        let checks = outcome["checks"].as_array().into_iter().flatten();
        let aliases = checks.filter_map(|check| check["variant"].as_str());
        let aliases = aliases.filter(|alias| off.iter().all(|off| off != alias));
        variants.insert(reference.to_owned(), aliases.map(str::to_owned).collect());
    }
    variants
}

/// What the server did with the profiles: checks by type and result, tasks by state.
#[derive(Default)]
struct Seen {
    checks: BTreeMap<String, u64>,
    tasks: BTreeMap<String, u64>,
    /// The variants that ran, of every client that could be read.
    ran: Variants,
    errors: Vec<String>,
    running: u64,
    /// Why clients could not be read.
    unread: Vec<String>,
}

impl Seen {
    async fn of(picked: &[Picked], api: &Api) -> Result<Seen, Error> {
        let mut seen = Seen::default();
        for client in picked {
            let Some(profile) = &client.profile else {
                continue;
            };
            let tasks = read(api, &format!("/profiles/{profile}/tasks")).await?;
            let checks = read(api, &format!("/profiles/{profile}/checks")).await?;
            match (tasks, checks) {
                (Ok(tasks), Ok(checks)) => seen.client(&client.reference, &tasks, &checks),
                (Err(why), _) | (_, Err(why)) => {
                    seen.unread.push(format!("{}: {why}", client.reference));
                }
            }
        }
        Ok(seen)
    }

    fn client(&mut self, reference: &str, tasks: &Value, checks: &Value) {
        for task in tasks.as_array().into_iter().flatten() {
            let name = task["variant"]["name"].as_str().or(task["type"].as_str());
            let state = task["state"].as_str().unwrap_or("unknown");
            let name = format!("task {}: {}", name.unwrap_or("unknown"), plain(state));
            *self.tasks.entry(name).or_default() += 1;
        }
        let mut ran = BTreeSet::new();
        for check in checks.as_array().into_iter().flatten() {
            ran.extend(check["variant"]["alias"].as_str().map(str::to_owned));
            self.check(reference, check);
        }
        self.ran.insert(reference.to_owned(), ran);
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

/// What a path gives; `Err` inside is why it gives nothing.
async fn read(api: &Api, path: &str) -> Result<Result<Value, String>, Error> {
    match api.call(Call::get(path)).await {
        Ok(answer) => Ok(Ok(answer.body)),
        Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => Ok(Err(message)),
        Err(failure) => Err(failure.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clients with the variants that ran, such as `A1 identity,screen`; `A1 ?` could not be read.
    fn told(ran: &[&str], asked_for: Result<&[&str], &str>, is_exact: bool) -> String {
        let parse = |line: &&str| {
            let (reference, variants) = line.split_once(' ').unwrap();
            let variants = variants.split(',').filter(|one| !one.is_empty());
            (reference.to_owned(), variants.map(str::to_owned).collect())
        };
        let mut seen = Seen::default();
        for line in ran {
            let (reference, variants): (String, BTreeSet<String>) = parse(line);
            if variants.contains("?") {
                seen.unread.push(reference);
                continue;
            }
            let alias = |alias| json!({"variant": {"alias": alias}, "result": "All clear"});
            let checks: Vec<Value> = variants.iter().map(alias).collect();
            seen.client(&reference, &Value::Null, &json!(checks));
        }
        let asked_for = match asked_for {
            Ok(lines) => Ok(lines.iter().map(parse).collect()),
            Err(why) => Err(why.to_owned()),
        };
        match judged(&seen, asked_for, is_exact).judgement {
            Judgement::Yes => "yes".to_owned(),
            Judgement::No => "no".to_owned(),
            Judgement::NotTold(why) => why.split(':').next().unwrap_or_default().to_owned(),
        }
    }

    #[test]
    fn every_client_is_held_to_what_the_policy_asks_for() {
        let wanted: Result<&[&str], &str> = Ok(&["A1 identity,screen", "A2 screen"]);
        for (ran, asked_for, is_exact, expected) in [
            (
                &["A1 screen,identity", "A2 screen"][..],
                wanted,
                true,
                "yes",
            ),
            (
                &["A1 identity,screen,more", "A2 screen"],
                wanted,
                true,
                "yes",
            ),
            (&["A1 identity,screen", "A2 "], wanted, true, "no"),
            (
                &["A1 identity,screen", "A2 "],
                wanted,
                false,
                "what checks answered, or a window, may be why some did not run; see the examples",
            ),
            (
                &["A1 identity,screen", "A2 ?"],
                wanted,
                true,
                "1 clients could not be looked at",
            ),
            (
                &["A1 identity"],
                Err("no"),
                true,
                "which checks the policy asks for is not known",
            ),
            (&["A1 "], Ok(&["A1 "]), true, "no check ran"),
        ] {
            assert_eq!(told(ran, asked_for, is_exact), expected, "{ran:?}");
        }
    }
}
