//! Runs the checks of a profile. All of them run at the same time; results that come in together
//! are committed together, and each as soon as it is there. The job ends with the last of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::{
    Candidate, CheckId, CheckState, CheckVariant, CheckVerdict, Command, FoundMatch, GoOn,
};
use providers::{CheckAnswer, CheckRequest, HitKind, ProviderHit};
use serde_json::Value;
use store::Commit;
use store::events::EventRow;
use store::jobs::Job;
use tokio::task::JoinSet;
use wire::resource::{CheckProvider, Error};
use wire::stored::{Attempt, CheckBody, EventBody};
use wire::time::DateTime;
use wire::value::ErrorCode;

use super::{Handed, LEASE_MICROSECONDS};
use crate::change::{self, Answer, Draft, Loaded};
use crate::lists::{self, Record};
use crate::platform::Account;
use crate::{Actor, Caller, Environment, Failure, Platform, convert, stored_check};

/// How often a running job says that it is still alive.
const EXTEND_SECONDS: u64 = 10;

/// Checks that take longer than this are shown as running; most answer sooner, and a commit of its
/// own for a moment that nobody sees would cost them more than the answer.
const SHOWN_RUNNING_SECONDS: u64 = 1;

/// A check that a provider has answered.
struct Answered {
    id: CheckId,
    body: Arc<CheckBody>,
    verdict: CheckVerdict,
    hits: Vec<ProviderHit>,
    /// What is kept of a screening.
    record: Option<Record>,
    /// Who answered.
    provider: Actor,
}

/// What came of waiting for answers.
enum Heard {
    /// These have come in.
    Answers(Vec<Answered>),
    /// None, for as long as was waited.
    Silence,
    /// All checks have been answered.
    End,
}

pub(super) async fn run(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let account = platform.account(job.account).await?;
    let id = job.profile_id.unwrap_or_default();
    let Some(loaded) = change::load(platform, &account, id).await? else {
        return finish(platform, job).await;
    };
    let bodies = BTreeMap::new();
    work(
        platform,
        &account,
        Handed {
            job: job.clone(),
            loaded,
            bodies,
        },
    )
    .await
}

/// Goes on where the commit that created the profile has left off.
pub(super) async fn run_begun(platform: &Platform, begun: Handed) -> Result<(), Failure> {
    let account = platform.account(begun.job.account).await?;
    work(platform, &account, begun).await
}

async fn work(platform: &Platform, account: &Account, begun: Handed) -> Result<(), Failure> {
    let Handed {
        job,
        loaded,
        bodies,
    } = begun;
    let asked: BTreeSet<CheckId> = open_checks(&loaded).map(|check| check.id).collect();
    let mut running = start(platform, account, &loaded, bodies).await?;
    if running.is_empty() {
        return finish(platform, &job).await;
    }
    let caller = Caller::platform(&account.row, Actor::Policy);
    // The profile as it was then is good for the first change; if others changed it meanwhile, that
    // change loses its guard and is made again.
    let mut known = Some(loaded);
    let mut shown = false;
    loop {
        let pause = if shown {
            EXTEND_SECONDS
        } else {
            SHOWN_RUNNING_SECONDS
        };
        match next(&mut running, Duration::from_secs(pause)).await? {
            Heard::End => return Ok(()),
            Heard::Answers(answered) => {
                let last = running.is_empty();
                complete(platform, &caller, (&job, known.take()), answered, last).await?;
            }
            Heard::Silence if shown => extend(platform, &job).await?,
            Heard::Silence => {
                shown = true;
                known = None;
                show_running(platform, &caller, &job, &asked).await?;
            }
        }
    }
}

async fn finish(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let commit = Commit::new()
        .guard(store::jobs::guard(job))
        .writes(store::jobs::finish(job));
    Ok(platform.store.commit(commit).await?)
}

/// Sends every check that has not ended to its providers.
async fn start(
    platform: &Platform,
    account: &Account,
    loaded: &Loaded,
    mut bodies: BTreeMap<CheckId, Arc<CheckBody>>,
) -> Result<JoinSet<Answered>, Failure> {
    let mut running = JoinSet::new();
    let country = country(loaded);
    for check in open_checks(loaded) {
        let body = match bodies.remove(&check.id) {
            Some(body) => Arc::unwrap_or_clone(body),
            None => load_body(platform, account, (loaded.row.id, check.id)).await?,
        };
        let (platform, account, country) = (platform.clone(), account.clone(), country.clone());
        let (profile, id, variant) = (loaded.row.id, check.id, check.variant);
        running.spawn(async move {
            // The semaphore is never closed.
            let _leave = platform.checks.acquire().await;
            let variant = account.config.config.checks.get(&variant);
            let asked = (profile, id, variant, country.as_deref());
            ask(&platform, &account, asked, body).await
        });
    }
    Ok(running)
}

fn open_checks(loaded: &Loaded) -> impl Iterator<Item = &domain::Check> {
    let checks = loaded.profile.checks.iter();
    checks.filter(|check| check.state != CheckState::Complete)
}

/// What goes to the providers of a check that was ordered before.
async fn load_body(
    platform: &Platform,
    account: &Account,
    (profile, check): (u128, CheckId),
) -> Result<CheckBody, Failure> {
    let row = store::checks::load(&platform.store, account.row.account, profile, check.0).await?;
    let row = row.ok_or_else(|| Failure::internal("a check has no row"))?;
    Ok(stored_check::read(&row)?.1)
}

/// The country that decides the order of providers.
fn country(loaded: &Loaded) -> Option<String> {
    let key = match loaded.profile.entity {
        domain::Entity::Individual => "address.country",
        domain::Entity::Company => "country_of_incorporation",
    };
    loaded
        .profile
        .collected
        .declared
        .get(key)?
        .last()
        .map(ToString::to_string)
}

/// Waits for the next answer and takes along what else has come in.
async fn next(running: &mut JoinSet<Answered>, pause: Duration) -> Result<Heard, Failure> {
    let first = tokio::select! {
        joined = running.join_next() => joined,
        () = tokio::time::sleep(pause) => return Ok(Heard::Silence),
    };
    let Some(first) = first else {
        return Ok(Heard::End);
    };
    let mut answered = vec![first.map_err(Failure::internal)?];
    // Let those that are as good as ready come along in the same commit.
    tokio::task::yield_now().await;
    while let Some(more) = running.try_join_next() {
        answered.push(more.map_err(Failure::internal)?);
    }
    Ok(Heard::Answers(answered))
}

/// Says that the job is still being worked on.
async fn extend(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let ends_at = platform.now_micros() + LEASE_MICROSECONDS;
    let held = Commit::new()
        .guard(store::jobs::guard(job))
        .write(store::jobs::extend(job, ends_at));
    Ok(platform.store.commit(held).await?)
}

/// Shows the checks that were asked, and that providers are taking their time over, as running.
async fn show_running(
    platform: &Platform,
    caller: &Caller,
    job: &Job,
    asked: &BTreeSet<CheckId>,
) -> Result<(), Failure> {
    let apply = |draft: &mut Draft<'_>| {
        draft.guard(store::jobs::guard(job));
        let pending = draft
            .profile
            .checks
            .iter()
            .filter(|check| check.state == CheckState::Pending && asked.contains(&check.id));
        let pending: Vec<CheckId> = pending.map(|check| check.id).collect();
        pending
            .into_iter()
            .try_for_each(|check| draft.execute(&caller.actor, Command::StartCheck(check)))
    };
    let id = job.profile_id.unwrap_or_default();
    let done = change::change(platform, caller, id, apply, |_, ()| Ok(Answer::default())).await;
    done.map(|_| ())
}

/// Asks the providers in order until one gives an answer that counts.
async fn ask(
    platform: &Platform,
    account: &Account,
    (profile, id, variant, country): (u128, CheckId, Option<&CheckVariant>, Option<&str>),
    mut body: CheckBody,
) -> Answered {
    let order = variant
        .map(|variant| variant.order_for(country))
        .unwrap_or_default();
    let (mut answer, mut record) = (None, None);
    for (at, step) in order.iter().enumerate() {
        let started = platform.now_micros();
        let request = request(platform, (id, variant), &body);
        let (given, kept) = match &platform.assumed {
            Some(assumed) => {
                let assumed = assumed.of(request.check_type);
                (providers::assumption::answer(assumed, &request), None)
            }
            None => ask_one(platform, account, &step.provider, (&request, profile)).await,
        };
        record = kept;
        body.attempts.push(Attempt {
            provider_name: given.provider_name.clone(),
            started,
            ended: Some(platform.now_micros()),
            result: given.result.map(|result| result.as_str().to_owned()),
            errors: given.errors.clone(),
        });
        let more =
            at + 1 < order.len() && step.go_on.contains(&go_on(&given).unwrap_or(GoOn::Error));
        let more = more && go_on(&given).is_some();
        answer = Some(given);
        if !more {
            break;
        }
    }
    let answer = answer.unwrap_or_else(|| {
        let request = request(platform, (id, variant), &body);
        refused(
            &request,
            "none",
            "no provider is set up for this check and country",
        )
    });
    answered(id, body, (answer, record))
}

fn answered(
    id: CheckId,
    mut body: CheckBody,
    (answer, record): (CheckAnswer, Option<Record>),
) -> Answered {
    let verdict = verdict(&answer);
    body.output = Some(answer.output);
    body.errors = answer.errors;
    body.providers = vec![CheckProvider {
        provider_name: answer.provider_name.clone(),
        is_monitored: answer.is_monitored,
    }];
    Answered {
        id,
        body: Arc::new(body),
        verdict,
        hits: answer.events,
        record,
        provider: Actor::Provider {
            name: answer.provider_name,
        },
    }
}

/// The kind of answer after which another provider may be tried.
fn go_on(answer: &CheckAnswer) -> Option<GoOn> {
    match convert::of_decision(answer.decision) {
        domain::Decision::Fail => Some(GoOn::Fail),
        domain::Decision::Error => Some(GoOn::Error),
        domain::Decision::Partial => Some(GoOn::Partial),
        domain::Decision::Pass | domain::Decision::Warn => None,
    }
}

fn request(
    platform: &Platform,
    (id, variant): (CheckId, Option<&CheckVariant>),
    body: &CheckBody,
) -> CheckRequest {
    CheckRequest {
        check_id: convert::id(id.0),
        check_type: convert::check_type(variant),
        input: body.input.clone(),
        config: Value::Object(body.options.clone()),
        extra: body.extra.clone().into_iter().collect::<BTreeMap<_, _>>(),
        now: DateTime::from_micros(platform.now_micros()),
    }
}

/// Demo accounts call nothing but the demo provider and the lists that are loaded; live accounts
/// never call the former: an invented answer must not approve anybody.
async fn ask_one(
    platform: &Platform,
    account: &Account,
    provider: &str,
    (request, profile): (&CheckRequest, u128),
) -> (CheckAnswer, Option<Record>) {
    let demo = account.row.environment == Environment::Demo.name();
    let known = account.config.provider(provider);
    let kind = known.map(|provider| &provider.kind);
    if let (Some(known), Some(config::ProviderKind::Screening(settings))) = (known, kind) {
        return lists::screen(platform, account, (known, settings), (request, profile)).await;
    }
    let answer = match kind {
        _ if demo => providers::demo::run(request).await,
        Some(config::ProviderKind::Demo) => refused(
            request,
            provider,
            "the demo provider does not answer in a live account",
        ),
        Some(config::ProviderKind::Screening(_) | config::ProviderKind::Http(_)) => refused(
            request,
            provider,
            "this version cannot call providers of this kind",
        ),
        None => refused(
            request,
            provider,
            "the policy names no provider of this name",
        ),
    };
    (answer, None)
}

fn refused(request: &CheckRequest, provider: &str, message: &str) -> CheckAnswer {
    let error = Error::api(ErrorCode::ProcessNotSetup, message);
    CheckAnswer::failed(request, provider, vec![error])
}

async fn complete(
    platform: &Platform,
    caller: &Caller,
    (job, known): (&Job, Option<Loaded>),
    answered: Vec<Answered>,
    last: bool,
) -> Result<(), Failure> {
    let id = job.profile_id.unwrap_or_default();
    let done = change::change_known(
        platform,
        caller,
        (id, known),
        |draft| {
            draft.guard(store::jobs::guard(job));
            if last {
                draft.writes(store::jobs::finish(job));
            }
            let now = platform.now_micros();
            answered.iter().try_for_each(|one| take(draft, one, now))
        },
        |_, ()| Ok(Answer::default()),
    );
    done.await.map(|_| ())
}

fn take(draft: &mut Draft<'_>, answered: &Answered, now: i64) -> Result<(), Failure> {
    let known = draft
        .profile
        .checks
        .iter()
        .find(|check| check.id == answered.id);
    if known.is_none_or(|check| check.state == CheckState::Complete) {
        return Ok(());
    }
    if let Some(record) = &answered.record {
        let of = (draft.account.row.account, draft.profile.id.0, answered.id.0);
        draft.write(store::screenings::insert(&record.row(of, now)?));
    }
    draft.checks.insert(answered.id, answered.body.clone());
    draft.events.extend(new_events(draft, &answered.hits));
    open_again(draft, answered)?;
    draft.execute(
        &answered.provider,
        Command::CompleteCheck {
            check: answered.id,
            verdict: answered.verdict.clone(),
        },
    )
}

/// What the rules for false positives had dismissed when it was found, and do not any more, is open:
/// nobody has looked at it. What a person has dismissed stays so.
fn open_again(draft: &mut Draft<'_>, answered: &Answered) -> Result<(), Failure> {
    for hit in answered.hits.iter().filter(|hit| hit.ignored.is_none()) {
        let by_rules = |event: &&domain::Event| {
            event.kind == kind(hit.kind)
                && event.match_id.as_ref() == Some(&hit.match_id)
                && event.resolution == domain::Resolution::Ignore
                && event.resolved == Some(event.created)
        };
        let Some(event) = draft.profile.events.iter().find(by_rules) else {
            continue;
        };
        let body = EventBody {
            data: hit.data.clone(),
            reason: None,
        };
        let row = EventRow {
            account: draft.account.row.account,
            profile_id: draft.profile.id.0,
            id: event.id.0,
            created_at: event.created.as_microsecond(),
            body: body.write(),
        };
        let to = domain::Resolution::Unresolved;
        let command = Command::ResolveEvent {
            event: event.id,
            to,
        };
        draft.execute(&answered.provider, command)?;
        draft.write(store::events::upsert(&row));
    }
    Ok(())
}

fn verdict(answer: &CheckAnswer) -> CheckVerdict {
    let candidates: Vec<Candidate> = wire::facts::candidates(&answer.output)
        .into_iter()
        .map(|(candidate, _, _)| candidate)
        .collect();
    let matches = answer.events.iter().map(|hit| FoundMatch {
        kind: kind(hit.kind),
        match_id: hit.match_id.clone(),
        ignored: hit.ignored.is_some(),
    });
    CheckVerdict {
        result: answer.result.map(|result| result.as_str().to_owned()),
        decision: convert::of_decision(answer.decision),
        candidates,
        matches: matches.collect(),
    }
}

fn kind(kind: HitKind) -> domain::EventKind {
    match kind {
        HitKind::Pep => domain::EventKind::Pep,
        HitKind::Sanction => domain::EventKind::Sanction,
        HitKind::AdverseMedia => domain::EventKind::AdverseMedia,
        HitKind::Refer => domain::EventKind::Refer,
    }
}

/// Data of the hits that will become events: those not known on the profile, each once.
fn new_events(draft: &Draft<'_>, hits: &[ProviderHit]) -> Vec<EventBody> {
    let mut seen: Vec<(domain::EventKind, &str)> = draft
        .profile
        .events
        .iter()
        .filter_map(|event| Some((event.kind, event.match_id.as_deref()?)))
        .collect();
    let mut bodies = Vec::new();
    for hit in hits {
        let key = (kind(hit.kind), hit.match_id.as_str());
        if !seen.contains(&key) {
            seen.push(key);
            bodies.push(EventBody {
                data: hit.data.clone(),
                reason: hit.ignored.clone(),
            });
        }
    }
    bodies
}
