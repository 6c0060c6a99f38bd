//! Asking the server.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::members::{Member, Part};
use super::{
    Application, Assumption, CheckAnswered, ClientForecast, Configuration, Forecast, Mistake,
};
use crate::api::{Api, Call, Failure};
use crate::progress::Reporter;
use crate::{Book, Error};

const PATH: &str = "/admin/simulate";

/// What is asked about everybody.
pub(super) struct Question<'a> {
    pub(super) api: &'a Api,
    pub(super) assume: &'a Assumption,
    pub(super) switched_off: &'a [String],
}

/// What is asked, of whom.
pub(super) struct Asking<'a> {
    pub(super) question: Question<'a>,
    pub(super) book: &'a Book,
    pub(super) members: &'a [Member],
    pub(super) parts: &'a [Part],
    pub(super) in_full: &'a [String],
    pub(super) reporter: &'a Arc<dyn Reporter>,
}

/// What the server says of a part.
#[derive(Deserialize)]
struct Answer {
    configuration: Configuration,
    profiles: Vec<Outcome>,
    added_profiles: u64,
}

/// What the server says of one profile.
#[derive(Deserialize)]
struct Outcome {
    reference: Option<String>,
    #[serde(default)]
    errors: Vec<Mistake>,
    #[serde(default)]
    left_out: Vec<Mistake>,
    #[serde(default)]
    applications: Vec<Application>,
    #[serde(default)]
    checks: Vec<CheckAnswered>,
}

impl Question<'_> {
    /// Asks about nobody: whatever the server does not take is known before the book is read.
    ///
    /// Errors: a server that cannot simulate; a key that may not ask; a window or a draft that is wrong.
    pub(super) async fn rehearse(&self, draft: Option<&(String, String)>) -> Result<(), Error> {
        let answer = self
            .api
            .first_call(Call::post_admin(PATH, &self.body(&[], draft)));
        answer.await.map_err(|failure| explained(failure, draft))?;
        Ok(())
    }

    fn body(&self, profiles: &[Value], draft: Option<&(String, String)>) -> Value {
        let mut body = json!({
            "profiles": profiles,
            "assume": self.assume.to_json(),
        });
        if !self.switched_off.is_empty() {
            body["switched_off"] = json!(self.switched_off);
        }
        if let Some((_, document)) = draft {
            body["configuration"] = json!({ "document": document });
        }
        body
    }
}

impl Asking<'_> {
    /// Everybody under one policy: the published one, or a draft with its file's name.
    pub(super) async fn ask(&self, draft: Option<&(String, String)>) -> Result<Forecast, Error> {
        let what = if draft.is_some() {
            "forecast, draft"
        } else {
            "forecast"
        };
        let asked_about: BTreeSet<usize> = self
            .parts
            .iter()
            .flat_map(|part| part.members.iter().copied())
            .collect();
        self.reporter.begin(what, asked_about.len() as u64);
        let asked = self.ask_parts(draft).await;
        self.reporter.end();
        asked
    }

    async fn ask_parts(&self, draft: Option<&(String, String)>) -> Result<Forecast, Error> {
        let mut found: Vec<Option<ClientForecast>> = vec![None; self.members.len()];
        let mut configuration = None;
        let (mut added_profiles, mut apart) = (0, 0);
        for part in self.parts {
            let answer = self.ask_part(part, draft).await?;
            agree(*configuration.get_or_insert(answer.configuration), &answer)?;
            added_profiles += answer.added_profiles;
            for (at, outcome) in part.members.iter().zip(answer.profiles) {
                if found[*at].is_none() {
                    found[*at] = Some(self.client(&self.members[*at], outcome)?);
                    apart += u64::from(part.apart.contains(at));
                    self.reporter.advance();
                }
            }
        }
        let configuration = configuration.ok_or_else(|| {
            Error::Option(
                "not one row of the book comes over, so there is nothing to forecast".to_owned(),
            )
        })?;
        Ok(Forecast {
            configuration,
            clients: found.into_iter().flatten().collect(),
            added_profiles,
            apart,
        })
    }

    async fn ask_part(
        &self,
        part: &Part,
        draft: Option<&(String, String)>,
    ) -> Result<Answer, Error> {
        let requests = part
            .members
            .iter()
            .map(|at| self.members[*at].request(self.book, self.members));
        let profiles = requests.collect::<Result<Vec<Value>, Error>>()?;
        let body = self.question.body(&profiles, draft);
        let answer = self.question.api.call(Call::post_admin(PATH, &body)).await;
        let answer = answer.map_err(|failure| explained(failure, draft))?;
        let answer: Answer = serde_json::from_value(answer.body).map_err(|error| {
            Error::Server(format!(
                "the server answers {PATH} in a way that this tool cannot read: {error}"
            ))
        })?;
        if answer.profiles.len() != part.members.len() {
            let message = format!("the server left out outcomes of {PATH}");
            return Err(Error::Server(message));
        }
        Ok(answer)
    }

    fn client(&self, member: &Member, outcome: Outcome) -> Result<ClientForecast, Error> {
        if outcome
            .reference
            .as_deref()
            .is_some_and(|one| one != member.reference)
        {
            let message = format!("the server mixes up the outcomes of {PATH}");
            return Err(Error::Server(message));
        }
        let mut applications = outcome.applications;
        if !self.in_full.contains(&member.reference) {
            applications.iter_mut().for_each(Application::shorten);
        }
        let row = member.row(self.book);
        Ok(ClientForecast {
            reference: member.reference.clone(),
            kind: member.kind,
            entity: member.entity(self.book).as_str().to_owned(),
            file: self.book.mapping.sources[row.source].file.clone(),
            line: row.record.line,
            row_hash: row.record.hash(),
            associates: member.associates(self.members),
            errors: outcome.errors,
            left_out: outcome.left_out,
            applications,
            checks: outcome.checks,
        })
    }
}

/// A forecast is of one policy, not of two where another was published meanwhile.
fn agree(before: Configuration, answer: &Answer) -> Result<(), Error> {
    if before == answer.configuration {
        return Ok(());
    }
    let message = "another policy was published while the forecast was made; run it again";
    Err(Error::Option(message.to_owned()))
}

/// What a failure of the simulation means.
fn explained(failure: Failure, draft: Option<&(String, String)>) -> Error {
    match failure {
        Failure::Refused {
            status: 404 | 405, ..
        } => Error::Option(format!(
            "this server cannot simulate: it has no {PATH}, which is Usher's own; a forecast needs \
             an Usher server with the policy to be tried, which may be a scratch one"
        )),
        Failure::KeyRefused => Error::Option(
            "only an administrator's key may simulate; `usher keys issue --admin` makes one"
                .to_owned(),
        ),
        Failure::Refused { message, .. } if message.contains("switched_off") => {
            let at = message.find("switched_off").unwrap_or_default();
            let message = &message[at..];
            Error::Option(format!(
                "the window cannot be tried: {message}; mend `mode: {{checks_off: …}}` in the mapping, \
                 or --window"
            ))
        }
        Failure::Refused { message, .. } => match draft {
            Some((name, _)) => Error::Option(format!(
                "the draft {name} cannot be tried: {message}; `usher config check {name}` shows \
                 every mistake with its line"
            )),
            None => Error::Option(format!("the server refuses to simulate: {message}")),
        },
        failure @ (Failure::Unclear(_) | Failure::Fatal(_)) => failure.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_forecast_are_of_one_policy() {
        let answer = |version: u64| -> Answer {
            let configuration = json!({"version": version, "is_draft": false});
            let answer =
                json!({"configuration": configuration, "profiles": [], "added_profiles": 0});
            serde_json::from_value(answer).unwrap()
        };
        let first = answer(7).configuration;
        assert!(agree(first, &answer(7)).is_ok());
        let error = agree(first, &answer(8)).unwrap_err();
        assert!(error.to_string().contains("run it again"), "{error}");
    }
}
