//! What the server's own risk models and policies would make of a book, before anything is loaded.
//!
//! The members of a book are everybody a run would make a profile of ([`members`]), with the bodies
//! and links that it would send. They go to `POST /admin/simulate` in parts that keep linked members
//! together; the server says what becomes of each ([`ClientForecast`]), and stores nothing. What
//! checks would answer is an assumption, stated by the caller. A [`Tally`] counts the outcomes;
//! [`compare`] holds a forecast to what really happened.
//!
//! Left out are documents, notes, and whatever people decide.

mod ask;
pub mod compare;
mod file;
pub(crate) mod members;
mod outcome;
mod tally;

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use file::{Saved, read, write};
pub use outcome::{
    Application, CheckAnswered, ClientForecast, Kind, Lack, Mistake, Rejection, Stand, Task,
};
pub use tally::{Change, Tally, changes};

use crate::api::{Api, Patience};
use crate::book::Keep;
use crate::progress::Reporter;
use crate::run::mapping_text;
use crate::window::Wanted;
use crate::{Book, Error, Scope, mapping};

/// What a forecast is asked about.
#[derive(Clone)]
pub struct Options {
    /// The mapping file.
    pub mapping: PathBuf,
    /// The folder of the source files.
    pub source: PathBuf,
    /// Which clients come over.
    pub scope: Scope,
    /// Base URLs of the server's nodes.
    pub base_urls: Vec<String>,
    /// An administrator's API key.
    pub api_key: String,
    /// How long requests are waited for and tried again; a simulation takes longer than others.
    pub patience: Patience,
    /// What checks are taken to answer.
    pub assume: Assumption,
    /// Check variants that are switched off meanwhile, by alias; none: those of the mapping's `mode`.
    pub window: Vec<String>,
    /// A policy document to hold beside the published one.
    pub draft: Option<PathBuf>,
    /// Clients whose scores are kept with every factor; of the others the sum is.
    pub in_full: Vec<String>,
    /// Whether the server is asked about these clients alone, with those whom they are linked with.
    pub only_in_full: bool,
}

/// What checks are taken to answer: `pass`, `fail`, `error` or `as_demo` (what the server's built-in
/// demo provider makes of the data), by type of check where named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assumption {
    /// Every check whose type is not named.
    pub default: String,
    /// Type of check and answer.
    pub by_type: Vec<(String, String)>,
}

impl Assumption {
    /// Reads `pass`, or `pass,IDENTITY_CHECK=as_demo`.
    ///
    /// Errors: another answer or another form; the server knows the types of checks.
    pub fn parse(text: &str) -> Result<Assumption, Error> {
        const ANSWERS: [&str; 4] = ["pass", "fail", "error", "as_demo"];
        let known = |answer: &str| {
            if ANSWERS.contains(&answer) {
                return Ok(answer.to_owned());
            }
            let message = format!(
                "\"{answer}\" is no answer to assume: {}",
                ANSWERS.join(", ")
            );
            Err(Error::Option(message))
        };
        let mut default = None;
        let mut by_type = Vec::new();
        for part in text.split(',').map(str::trim) {
            match part.split_once('=') {
                Some((check_type, answer)) => {
                    by_type.push((check_type.trim().to_owned(), known(answer.trim())?));
                }
                None if default.is_none() => default = Some(known(part)?),
                None => {
                    let message = "one answer is assumed for all checks that are not named; write \
                                   the others as TYPE=ANSWER";
                    return Err(Error::Option(message.to_owned()));
                }
            }
        }
        let default = default.unwrap_or_else(|| "pass".to_owned());
        Ok(Assumption { default, by_type })
    }

    /// As the server reads it.
    fn to_json(&self) -> Value {
        let mut assume = json!({ "default": self.default });
        for (check_type, answer) in &self.by_type {
            assume[check_type] = json!(answer);
        }
        assume
    }
}

impl std::fmt::Display for Assumption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let meaning = match self.default.as_str() {
            "pass" => "every check passes",
            "fail" => "every check fails, every screening finds a match",
            "error" => "every check ends in an error",
            _ => "every check answers as the demo provider",
        };
        f.write_str(meaning)?;
        for (check_type, answer) in &self.by_type {
            write!(f, ", but {check_type}: {answer}")?;
        }
        Ok(())
    }
}

/// The policy that was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// Its number; of a draft the one that it would be published under.
    pub version: u64,
    /// Whether it is a draft.
    pub is_draft: bool,
}

/// What becomes of every member of a book under one policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// The policy.
    pub configuration: Configuration,
    /// Everybody, in the order of the book; people named inline behind the clients.
    pub clients: Vec<ClientForecast>,
    /// Profiles that automation would make of people whom checks find.
    pub added_profiles: u64,
    /// Members that were asked about without some of the companies that list them, because
    /// everybody linked with them is more than one request may hold.
    pub apart: u64,
}

/// A forecast, and the same under a draft where one was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecasts {
    /// What the mapping calls the book.
    pub book: String,
    /// The scope it was judged for.
    pub scope: Scope,
    /// What checks are taken to answer.
    pub assume: Assumption,
    /// Check variants that were taken to be switched off for everybody, by alias, as by a run that holds
    /// a window.
    pub switched_off: Vec<String>,
    /// Under the published policy.
    pub published: Forecast,
    /// Under the draft.
    pub draft: Option<Forecast>,
}

/// Reads and judges the book and asks the server what would become of it. Nothing is stored there.
///
/// What can be known to be wrong is said before the book is read: a draft or a window that the server
/// does not take, a server that cannot simulate.
///
/// Errors: mistakes of the mapping, the sources, the draft; a server that cannot simulate, or a key
/// that may not ask it to; a client to be shown in full who does not come over.
pub async fn forecast(options: &Options, reporter: &Arc<dyn Reporter>) -> Result<Forecasts, Error> {
    let (name, text) = mapping_text(&options.mapping)?;
    let mapping = mapping::read(&name, &text, &options.source)?;
    let draft = options.draft.as_deref().map(mapping_text).transpose()?;
    let api = Api::new(&options.base_urls, &options.api_key, options.patience)?;
    let switched_off = switched_off(options, mapping.window.as_ref());
    let question = ask::Question {
        api: &api,
        assume: &options.assume,
        switched_off: &switched_off,
    };
    for draft in std::iter::once(None).chain(draft.iter().map(Some)) {
        question.rehearse(draft).await?;
    }
    let book = Book::read(mapping, &options.source, options.scope, &Keep::temporary()?)?;
    let members = members::of(&book);
    members::all_come(&members, &options.in_full, &book)?;
    let mut parts = members::parts(&members, members::Limits::default())?;
    if options.only_in_full {
        let is_wanted = |at: &usize| options.in_full.contains(&members[*at].reference);
        parts.retain(|part| part.members.iter().any(is_wanted));
    }
    let asking = ask::Asking {
        question,
        book: &book,
        members: &members,
        parts: &parts,
        in_full: &options.in_full,
        reporter,
    };
    let published = asking.ask(None).await?;
    let draft = match &draft {
        Some(draft) => Some(asking.ask(Some(draft)).await?),
        None => None,
    };
    Ok(Forecasts {
        book: book.mapping.name.clone(),
        scope: book.scope,
        assume: options.assume.clone(),
        switched_off,
        published,
        draft,
    })
}

/// What the run will switch off while it works: what the options name, else what the mapping does.
fn switched_off(options: &Options, wanted: Option<&Wanted>) -> Vec<String> {
    if !options.window.is_empty() {
        return options.window.clone();
    }
    wanted
        .map(|wanted| wanted.checks.clone())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assumption_has_one_answer_for_all_and_others_by_type() {
        let assume = Assumption::parse("as_demo, COMPANY_DATA=error").unwrap();
        let expected = json!({"default": "as_demo", "COMPANY_DATA": "error"});
        assert_eq!(assume.to_json(), expected);
        assert_eq!(
            Assumption::parse("COMPANY_DATA=fail").unwrap().default,
            "pass"
        );
        for wrong in ["", "maybe", "pass,fail", "COMPANY_DATA=", "pass,X=y"] {
            assert!(Assumption::parse(wrong).is_err(), "{wrong}");
        }
    }
}
