//! Did the profiles go through the correct compliance checks?
//!
//! Which those are the server says itself: it is asked to simulate the picked clients and whoever a
//! company names in its rows (`/admin/simulate`), under the window of the run, and the check variants
//! that it names for each are held to those that ran. In a demo account both are answered by the same
//! keywords. In a live one the simulation takes every check for passed, and what a check really found
//! may lead elsewhere. There what is missing is shown, and not judged.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Phase;
use super::answers::EXAMPLES_COUNT_MAX;
use super::report::{Answer, Judgement};
use crate::api::{Api, Call, Failure};
use crate::book::Keep;
use crate::forecast::Kind;
use crate::forecast::members::{self, Member};
use crate::ledger::Ledger;
use crate::numbered;
use crate::run::create_step;
use crate::{Book, Error, Options, read_book};

/// What the server is asked which checks are asked for.
const SIMULATE: &str = "/admin/simulate";

/// Clients of whom it is told which checks did not run; the rest are counted.
const MISSING_SHOWN_MAX: usize = 20;

/// The check variants of clients, by reference.
type Variants = BTreeMap<String, BTreeSet<String>>;

/// Answers from what the server has of the picked clients.
pub(super) async fn answer(
    (options, api): (&Options, &Api),
    phase: Phase,
) -> Result<Answer, Error> {
    let book = read_book(options, &Keep::in_folder(&options.state)?)?;
    let members = members::of(&book);
    let ledger = Ledger::open(&options.state)?;
    let mut seen = Seen::default();
    for member in &members {
        if let Some(profile) = ledger.answer(&create_step(&member.reference))? {
            seen.look(api, member, &profile).await?;
        }
    }
    let asked_for = asked_for((options, api), phase, (&book, &members)).await?;
    Ok(judged(&seen, &asked_for, phase == Phase::Demo))
}

fn judged(seen: &Seen, asked_for: &Result<Variants, String>, is_exact: bool) -> Answer {
    let mut answer = Answer::new("Did the profiles go through the correct compliance checks?");
    answer.figure(seen.ran.len() as u64, "profiles looked at");
    if seen.inline_count > 0 {
        answer.figure(seen.inline_count, "of them people named by a company only");
    }
    for (name, count) in seen.checks.iter().chain(&seen.tasks) {
        answer.figure(*count, name);
    }
    let missing = match asked_for {
        Ok(asked_for) => missing(seen, asked_for),
        Err(_) => Vec::new(),
    };
    if !missing.is_empty() {
        let count: usize = missing.iter().map(|(_, variants)| variants.len()).sum();
        answer.figure(count as u64, "checks that the policy asks for did not run");
    }
    let why = match asked_for {
        _ if !seen.errors.is_empty() || seen.running > 0 => None,
        _ if is_exact && !missing.is_empty() => None,
        _ if !seen.unread.is_empty() => {
            let (count, why) = (seen.unread.len(), &seen.unread[0]);
            let profiles = numbered(count, "profile", "profiles");
            Some(format!("{profiles} could not be looked at: {why}"))
        }
        Err(why) => Some(format!(
            "which checks the policy asks for is not known: {why}"
        )),
        Ok(_) if !missing.is_empty() => {
            Some("what checks answered may be why some did not run; see the examples".to_owned())
        }
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
    let missing = missing
        .into_iter()
        .map(|(reference, variants)| format!("did not run: {reference}: {}", variants.join(", ")));
    answer.list(errors.collect(), EXAMPLES_COUNT_MAX, "checks in error");
    answer.list(
        missing.collect(),
        MISSING_SHOWN_MAX,
        "clients of whom some did not run",
    );
    let unread = seen
        .unread
        .iter()
        .map(|one| format!("not looked at: {one}"));
    answer.list(
        unread.collect(),
        EXAMPLES_COUNT_MAX,
        "that could not be looked at",
    );
    answer
}

/// Checks that are asked for and did not run, client by client, of those who have a profile that could
/// be read.
fn missing<'s>(seen: &'s Seen, asked_for: &'s Variants) -> Vec<(&'s str, Vec<&'s str>)> {
    let mut missing = Vec::new();
    for (reference, ran) in &seen.ran {
        let wanted = asked_for.get(reference).into_iter().flatten();
        let left: Vec<&str> = wanted
            .filter(|variant| !ran.contains(*variant))
            .map(String::as_str)
            .collect();
        if !left.is_empty() {
            missing.push((reference.as_str(), left));
        }
    }
    missing
}

/// The variants that the policy asks for, or why they are not known.
async fn asked_for(
    (options, api): (&Options, &Api),
    phase: Phase,
    (book, members): (&Book, &[Member]),
) -> Result<Result<Variants, String>, Error> {
    let window = options.window.as_ref().or(book.mapping.window.as_ref());
    let off = window
        .map(|window| window.checks.as_slice())
        .unwrap_or_default();
    let profiles = members.iter().map(|member| member.request(book, members));
    let assume = match phase {
        Phase::Demo => "as_demo",
        Phase::Production => "pass",
    };
    let mut body = json!({"profiles": profiles.collect::<Result<Vec<_>, _>>()?, "assume": assume});
    if !off.is_empty() {
        body["switched_off"] = json!(off);
    }
    Ok(match api.call(Call::post_admin(SIMULATE, &body)).await {
        Ok(answer) => Ok(variants(&answer.body)),
        Err(Failure::KeyRefused) => Err("only an administrator's key may ask".to_owned()),
        Err(Failure::Refused {
            status: 404 | 405, ..
        }) => Err(format!("the server has no {SIMULATE}")),
        Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => Err(message),
        Err(failure @ Failure::Fatal(_)) => return Err(failure.into()),
    })
}

fn variants(answer: &Value) -> Variants {
    let mut variants = Variants::new();
    for outcome in answer["profiles"].as_array().into_iter().flatten() {
        let Some(reference) = outcome["reference"].as_str() else {
            continue;
        };
        let checks = outcome["checks"].as_array().into_iter().flatten();
        let aliases = checks.filter_map(|check| check["variant"].as_str());
        variants.insert(reference.to_owned(), aliases.map(str::to_owned).collect());
    }
    variants
}

/// What the server did with the profiles: checks by type and result, tasks by state.
#[derive(Default)]
struct Seen {
    checks: BTreeMap<String, u64>,
    tasks: BTreeMap<String, u64>,
    /// The variants that ran, of every profile that could be read.
    ran: Variants,
    /// How many of them are of people whom a company names, and nobody else.
    inline_count: u64,
    errors: Vec<String>,
    running: u64,
    /// Why clients could not be read.
    unread: Vec<String>,
}

impl Seen {
    /// Looks at one profile.
    async fn look(&mut self, api: &Api, member: &Member, profile: &str) -> Result<(), Error> {
        let tasks = read(api, &format!("/profiles/{profile}/tasks")).await?;
        let checks = read(api, &format!("/profiles/{profile}/checks")).await?;
        match (tasks, checks) {
            (Ok(tasks), Ok(checks)) => {
                self.inline_count += u64::from(member.kind == Kind::Inline);
                self.client(&member.reference, &tasks, &checks);
            }
            (Err(why), _) | (_, Err(why)) => {
                self.unread.push(format!("{}: {why}", member.reference));
            }
        }
        Ok(())
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
        match judged(&seen, &asked_for, is_exact).judgement {
            Judgement::Yes => "yes".to_owned(),
            Judgement::No => "no".to_owned(),
            Judgement::NotTold(why) => why.split(':').next().unwrap_or_default().to_owned(),
        }
    }

    #[test]
    fn what_did_not_run_is_named_client_by_client_and_the_rest_counted() {
        let mut seen = Seen::default();
        let mut asked_for = Variants::new();
        for number in 0..MISSING_SHOWN_MAX + 5 {
            let reference = format!("A{number:03}");
            seen.client(&reference, &Value::Null, &json!([]));
            let wanted = ["identity", "screen"].map(str::to_owned);
            asked_for.insert(reference, wanted.into_iter().collect());
        }
        let answer = judged(&seen, &Ok(asked_for), true);
        let count = MISSING_SHOWN_MAX as u64 + 5;
        let figure = "checks that the policy asks for did not run".to_owned();
        assert!(answer.figures.contains(&(2 * count, figure)));
        assert_eq!(answer.examples.len(), MISSING_SHOWN_MAX + 1);
        assert_eq!(answer.examples[0], "did not run: A000: identity, screen");
        let last = answer.examples.last().unwrap();
        assert_eq!(last, "and 5 more clients of whom some did not run");
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
                "what checks answered may be why some did not run; see the examples",
            ),
            (
                &["A1 identity,screen", "A2 ?"],
                wanted,
                true,
                "1 profile could not be looked at",
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
