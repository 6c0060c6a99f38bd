//! Screens somebody against the lists.

use std::collections::BTreeSet;
use std::sync::Arc;

use config::Screening;
use providers::screening::{Citation, Found, Hit, List, Subject};
use providers::{CheckAnswer, CheckRequest};
use screening::date::ListDate;
use screening::engine::{self, Engine};
use screening::entry::Entry;
use screening::evidence::Evidence;
use screening::rules::{Nearness, Rules};
use screening::words::Bearer;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::resource::Error;
use wire::value::{CheckType, EntityType, ErrorCode};

use super::current;
use super::replay::Record;
use super::shelf::Lists;
use crate::platform::Account;
use crate::{Failure, Kind, Platform};

/// The version of what makes answers of what the engine finds.
const ANSWERS: u32 = 1;

/// The version of everything that makes an answer out of lists, subject and settings: another
/// version may answer otherwise.
pub(super) fn engine_version() -> String {
    format!("{}.{ANSWERS}", Engine::version())
}

/// How a screening was asked for, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) threshold: f64,
    pub(super) max_matches: u32,
    /// Empty: all lists.
    pub(super) lists: Vec<String>,
    pub(super) name: String,
    pub(super) date: String,
    pub(super) country: String,
}

/// Whom to look for by hand.
#[derive(Clone, Debug)]
pub struct Query {
    /// The name.
    pub name: String,
    /// Whether it is a person or not, where that is known.
    pub is_person: Option<bool>,
    /// The date of birth or incorporation, as exactly as it is known.
    pub born: Option<String>,
    /// Nationality or country of incorporation, in any form.
    pub countries: Vec<String>,
    /// Likeness from 0 to 1.
    pub threshold: f64,
    /// Only these lists; empty: all.
    pub lists: Vec<String>,
    /// So many at most.
    pub limit: usize,
}

impl Query {
    fn subject(&self) -> Result<Subject, Failure> {
        if self.name.trim().is_empty() {
            return Err(Failure::field("name", "must not be empty"));
        }
        if !(0.0..=1.0).contains(&self.threshold) {
            return Err(Failure::field("threshold", "must be a number from 0 to 1"));
        }
        let born = self.born.as_deref().map(str::parse).transpose();
        let born = born.map_err(|message: String| Failure::field("born", message))?;
        let country = |text: &String| {
            let unknown = || Failure::field("country", format!("names no country: {text:?}"));
            countries::code(text).ok_or_else(unknown)
        };
        Ok(Subject {
            is_person: self.is_person.unwrap_or(true),
            names: vec![self.name.clone()],
            born,
            gender: None,
            nationalities: self
                .countries
                .iter()
                .map(country)
                .collect::<Result<_, _>>()?,
            residences: Vec::new(),
            identifiers: Vec::new(),
        })
    }
}

/// What a search by hand has found.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    /// The number of the swap that the lists were at.
    pub lists_as_of: i64,
    /// The lists that were searched, if not all of them were named.
    pub lists: Vec<List>,
    /// The likest first.
    pub matches: Vec<Match>,
    /// How many more there were.
    pub more: usize,
}

/// Somebody who was found.
#[derive(Clone, Debug, Serialize)]
pub struct Match {
    pub list: String,
    pub publication: String,
    /// The name of the entry that was likest.
    pub name: String,
    pub score: f64,
    /// Why, in words.
    pub why: String,
    /// Why, in numbers.
    pub explanation: Value,
    /// What the list says.
    pub listed: Arc<Entry>,
}

/// Looks for somebody in the lists of an institution.
pub async fn search(platform: &Platform, institution: u128, query: Query) -> Result<Seen, Failure> {
    let subject = query.subject()?;
    let lists = current(platform, institution).await?;
    refuse_unknown(&lists, &query.lists)
        .map_err(|message| Failure::new(Kind::NotFound, ErrorCode::ProcessNotSetup, message))?;
    let settings = Settings {
        threshold: query.threshold,
        max_matches: u32::try_from(query.limit).unwrap_or(u32::MAX),
        lists: query.lists.clone(),
        name: "any".to_owned(),
        date: "any".to_owned(),
        country: "any".to_owned(),
    };
    let searched = lists.clone();
    let found = tokio::task::spawn_blocking(move || match query.is_person {
        Some(_) => searched.find(&subject, None, &settings),
        None => searched.find_any(&subject, &settings),
    });
    let found = found.await.map_err(Failure::internal)?;
    let matches = found.hits.iter().map(|hit| {
        let list = lists.lists.get(hit.list);
        Match {
            list: list.map(|list| list.name.clone()).unwrap_or_default(),
            publication: list
                .map(|list| list.publication.clone())
                .unwrap_or_default(),
            name: hit.name.clone(),
            score: hit.score,
            why: providers::screening::words(hit),
            explanation: providers::screening::explained(hit),
            listed: hit.entry.clone(),
        }
    });
    Ok(Seen {
        lists_as_of: lists.as_of,
        matches: matches.collect(),
        lists: lists.lists.clone(),
        more: found.more,
    })
}

/// Answers a check, with what must be kept of it. Without lists the answer is an error.
pub(crate) async fn screen(
    platform: &Platform,
    account: &Account,
    (provider, settings): (&config::Provider, &Screening),
    (request, profile): (&CheckRequest, u128),
) -> (CheckAnswer, Option<Record>) {
    let failed = |error| {
        (
            CheckAnswer::failed(request, &provider.name, vec![error]),
            None,
        )
    };
    let lists = match current(platform, account.row.institution).await {
        Ok(lists) => lists,
        Err(failure) => {
            tracing::error!(error = %failure, "lists could not be read");
            let message = "the lists could not be read; the log of the server says why";
            return failed(Error::api(ErrorCode::UnknownInternalError, message));
        }
    };
    if let Err(message) = refuse_unknown(&lists, &settings.lists) {
        return failed(Error::api(ErrorCode::ProcessNotSetup, message));
    }
    let subject = match providers::screening::subject(request.check_type, &request.input) {
        Ok(subject) => subject,
        Err(errors) => return (CheckAnswer::failed(request, &provider.name, errors), None),
    };
    let asked = kept(settings, request.check_type);
    let citation = Citation {
        provider_name: provider.name.clone(),
        account: account.row.account,
        profile: format!("{profile:032x}"),
        policy: account.config.config.version,
        engine: engine_version(),
        lists_as_of: lists.as_of,
        lists: lists.lists.clone(),
        names: lists.names.clone(),
        threshold: settings.threshold,
        max_matches: settings.max_matches,
        // Nobody watches yet, whatever the policy asks for: the answer must not say that somebody does.
        is_monitored: false,
    };
    let (check_type, searched) = (request.check_type, lists.clone());
    let (of_search, settings) = (subject.clone(), asked.clone());
    let found =
        tokio::task::spawn_blocking(move || searched.find(&of_search, Some(check_type), &settings));
    let found = match found.await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(error = %error, "a screening broke off");
            let message = "the screening broke off; the log of the server says why";
            return failed(Error::api(ErrorCode::UnknownInternalError, message));
        }
    };
    let answer = providers::screening::answer(request, &citation, &found);
    match Record::of(request, (subject, asked), (citation, &answer)) {
        Ok(record) => (answer, Some(record)),
        Err(failure) => {
            tracing::error!(error = %failure, "a screening could not be written down");
            let message = "the screening could not be kept; the log of the server says why";
            failed(Error::api(ErrorCode::UnknownInternalError, message))
        }
    }
}

/// Refuses lists that are not there: nobody passes a list that was not looked at.
fn refuse_unknown(lists: &Lists, wanted: &[String]) -> Result<(), String> {
    if lists.lists.is_empty() {
        return Err(
            "no list is loaded, so nobody can be screened; an administrator loads them \
                    with `usher lists load`"
                .to_owned(),
        );
    }
    let missing = wanted
        .iter()
        .filter(|name| lists.lists.iter().all(|list| list.name != **name));
    let missing: Vec<&str> = missing.map(String::as_str).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let known: Vec<&str> = lists.lists.iter().map(|list| list.name.as_str()).collect();
    Err(format!(
        "the screening is to use {}, and no such list is loaded; loaded are {}",
        missing.join(", "),
        known.join(", ")
    ))
}

fn kept(settings: &Screening, check_type: CheckType) -> Settings {
    let allowed = match check_type.entity_type() {
        EntityType::Individual => settings.individual,
        EntityType::Company => settings.company,
    };
    Settings {
        threshold: settings.threshold,
        max_matches: settings.max_matches,
        lists: settings.lists.clone(),
        name: allowed.name.word().to_owned(),
        date: allowed.date.word().to_owned(),
        country: allowed.country.word().to_owned(),
    }
}

impl Settings {
    fn rules(&self) -> Rules {
        let nearness = |word: &str| match config::Nearness::named(word).unwrap_or_default() {
            config::Nearness::Any => Nearness::Any,
            config::Nearness::Close => Nearness::Close,
            config::Nearness::Exact => Nearness::Exact,
        };
        Rules {
            name: nearness(&self.name),
            date: nearness(&self.date),
            country: nearness(&self.country),
        }
    }
}

impl Lists {
    /// Who in the lists may be the subject: what counts before what is ignored, the likest first. Only
    /// the lists, the subject and the settings decide it.
    pub(super) fn find(
        &self,
        subject: &Subject,
        check_type: Option<CheckType>,
        settings: &Settings,
    ) -> Found {
        let bearer = if subject.is_person {
            Bearer::Person
        } else {
            Bearer::Organization
        };
        let names = subject.names.iter().map(String::as_str);
        let evidence = evidence_of(subject);
        let asked = engine::Subject::new(self.engine.analyzer(), bearer, names, evidence);
        let found = self.engine.screen(
            &asked,
            &engine::Settings {
                threshold: settings.threshold,
                // What is of no interest to the check is left out below, and must not take a place.
                max_hits: usize::MAX,
                lists: settings.lists.clone(),
                rules: settings.rules(),
            },
        );
        let hits = found.hits.into_iter().chain(found.ignored);
        let hits = hits.filter_map(|hit| self.hit(subject, hit));
        let mut hits: Vec<Hit> = hits
            .filter(|hit| {
                let topics = &hit.entry.topics;
                check_type.is_none_or(|one| providers::screening::concerns(one, topics))
            })
            .collect();
        let most = usize::try_from(settings.max_matches).unwrap_or(usize::MAX);
        let more = hits.len().saturating_sub(most);
        hits.truncate(most);
        Found { hits, more }
    }

    /// As [`Lists::find`], for somebody of whom it is not known whether it is a person.
    fn find_any(&self, subject: &Subject, settings: &Settings) -> Found {
        let mut found = Found::default();
        for is_person in [true, false] {
            let subject = Subject {
                is_person,
                ..subject.clone()
            };
            let of_kind = self.find(&subject, None, settings);
            found.more += of_kind.more;
            found.hits.extend(of_kind.hits);
        }
        found.hits.sort_by(|one, other| {
            let place = |hit: &Hit| (hit.list, hit.entry.id.clone());
            let likeness = other.log_odds.total_cmp(&one.log_odds);
            likeness.then_with(|| place(one).cmp(&place(other)))
        });
        let mut seen = BTreeSet::new();
        found
            .hits
            .retain(|hit| seen.insert((hit.list, hit.entry.id.clone())));
        let most = usize::try_from(settings.max_matches).unwrap_or(usize::MAX);
        found.more += found.hits.len().saturating_sub(most);
        found.hits.truncate(most);
        found
    }

    fn hit(&self, subject: &Subject, hit: engine::Hit) -> Option<Hit> {
        let list = self.lists.iter().position(|list| list.name == hit.list)?;
        let place = usize::try_from(hit.place).ok()?;
        Some(Hit {
            list,
            entry: Arc::new(self.entries.get(list)?.get(place)?.clone()),
            name: hit.name,
            subject_name: subject.names.get(hit.asked)?.clone(),
            score: hit.explanation.score,
            log_odds: hit.explanation.log_odds,
            terms: hit.explanation.terms,
            alignment: hit.explanation.alignment,
            ignored: hit.ignored.map(|reason| reason.to_string()),
        })
    }
}

fn evidence_of(subject: &Subject) -> Evidence {
    let countries = if subject.nationalities.is_empty() {
        &subject.residences
    } else {
        &subject.nationalities
    };
    let numbers = subject.identifiers.iter().map(|one| (one.kind, one.key()));
    Evidence {
        born: subject.born.map(ListDate::Known).into_iter().collect(),
        countries: countries.clone(),
        gender: subject.gender,
        numbers: numbers.collect(),
    }
}
