//! Checks: running, reading, waiting.

use std::sync::Arc;
use std::time::Duration;

use domain::{CheckId, CheckVariantId, Command, TaskId};
use wire::request::{RunCheck, UpdateCheck, VariantRef};
use wire::value::CheckType;

use crate::change::{self, Answer, CHECK_MARK, Done, Draft};
use crate::idempotency::{Begun, Replay, begin};
use crate::page::{Listed, Page};
use crate::platform::Account;
use crate::profiles::{check_resource, edit, load};
use crate::render::{self, View};
use crate::stored_check;
use crate::{Caller, Failure, Platform, convert};

/// Checks in one answer; older ones are on the next page.
pub const LISTED_MAX: i64 = 1_000;

/// Whether a request waits for its check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Answer when the check has ended, at the latest after the limit in the settings.
    Sync,
    /// Answer at once.
    Async,
}

impl Mode {
    /// The mode when the request names none: identity checks are synchronous (`api-4.0.md` 5).
    pub fn of(check_type: CheckType) -> Mode {
        if check_type == CheckType::IdentityCheck {
            Mode::Sync
        } else {
            Mode::Async
        }
    }
}

/// Runs a check.
pub async fn run(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    (request, mode): (RunCheck, Mode),
) -> Result<Answer, Failure> {
    let _held = match begin(platform, caller).await? {
        Begun::Replay(Replay::Answer(answer)) => return Ok(answer),
        Begun::Replay(Replay::Check(profile, check)) => {
            return wait(platform, caller, profile, check).await;
        }
        Begun::Go(held) => held,
    };
    let done = change::change(
        platform,
        caller,
        profile,
        |draft| order(draft, caller, &request),
        |draft, check| match mode {
            Mode::Sync => Ok(Answer {
                body: format!("{}/{}", convert::hex(profile), convert::hex(check.0)),
                etag: Some(CHECK_MARK.to_owned()),
                is_replayed: false,
            }),
            Mode::Async => one(draft, *check),
        },
    );
    match (done.await?, mode) {
        (Done::Now(check, _), Mode::Sync) => wait(platform, caller, profile, check.0).await,
        (Done::Before(Replay::Check(profile, check)), _) => {
            wait(platform, caller, profile, check).await
        }
        (done, _) => done.answer(),
    }
}

fn order(draft: &mut Draft<'_>, caller: &Caller, request: &RunCheck) -> Result<CheckId, Failure> {
    let variant = find_variant(draft.account, draft.profile.entity, request)?;
    let check = CheckId(draft.fresh_id());
    let tasks = request
        .task_ids
        .as_ref()
        .filter(|tasks| !tasks.is_empty())
        .map(|tasks| tasks.iter().map(|task| TaskId(task.as_u128())).collect());
    draft.execute(
        &caller.actor,
        Command::OrderCheck {
            check,
            variant,
            tasks,
        },
    )?;
    let mut extra: serde_json::Map<_, _> = request.extra.clone().into_iter().collect();
    if let Some(document) = request.document_id {
        extra.insert("document_id".to_owned(), serde_json::json!(document));
    }
    let body = stored_check::ordered(draft, variant, extra);
    draft.checks.insert(check, Arc::new(body));
    Ok(check)
}

/// The variant a request names; a bare type means the default one of that type.
fn find_variant(
    account: &Account,
    entity: domain::Entity,
    request: &RunCheck,
) -> Result<CheckVariantId, Failure> {
    let checks = &account.config.config.checks;
    let wanted = request.check_type.as_str();
    let live = || {
        checks.values().filter(|variant| {
            !variant.retired && variant.entity == entity && variant.check_type == wanted
        })
    };
    let found = match &request.variant {
        Some(VariantRef::Id(id)) => live().find(|variant| variant.id.0 == id.as_u128()),
        Some(VariantRef::Alias(alias)) => live().find(|variant| variant.alias == *alias),
        None => live()
            .find(|variant| variant.is_default)
            .or_else(|| live().next()),
    };
    found.map(|variant| variant.id).ok_or_else(|| {
        let known: Vec<&str> = checks
            .values()
            .filter(|variant| !variant.retired && variant.entity == entity)
            .map(|variant| variant.check_type.as_str())
            .collect();
        let message = format!(
            "names no check that is set up here; there are {}",
            known.join(", ")
        );
        Failure::field(
            if request.variant.is_some() {
                "variant"
            } else {
                "check_type"
            },
            message,
        )
    })
}

fn one(draft: &Draft<'_>, id: CheckId) -> Result<Answer, Failure> {
    let check = draft.profile.checks.iter().find(|check| check.id == id);
    let check = check.ok_or_else(|| Failure::not_found("check on this profile"))?;
    let body = draft.checks.get(&id).cloned().unwrap_or_default();
    render::answer(&render::check(View::of(draft), check, &body))
}

/// Waits until a check has ended, or the limit is reached: then it goes on asynchronously.
async fn wait(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    check: u128,
) -> Result<Answer, Failure> {
    const LOOK_MILLISECONDS: u64 = 100;
    let limit = Duration::from_secs(platform.settings.sync_check_seconds_max);
    let ended = async {
        loop {
            let finished = platform.finished.notified();
            let row = store::checks::load(&platform.store, caller.account, profile, check).await?;
            if row.is_none_or(|row| row.state == wire::value::CheckState::Complete.as_str()) {
                return Ok::<(), Failure>(());
            }
            let look = tokio::time::sleep(Duration::from_millis(LOOK_MILLISECONDS));
            tokio::select! { () = finished => {}, () = look => {} }
        }
    };
    if let Ok(ended) = tokio::time::timeout(limit, ended).await {
        ended?;
    }
    read(platform, caller, profile, check).await
}

/// One check.
pub async fn read(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    id: u128,
) -> Result<Answer, Failure> {
    let (account, loaded) = load(platform, caller, profile).await?;
    let row = store::checks::load(&platform.store, caller.account, profile, id).await?;
    let row = row.ok_or_else(|| Failure::not_found("check on this profile"))?;
    render::answer(&check_resource(View::loaded(&account, &loaded), &row)?)
}

/// The checks of a profile, newest first.
pub async fn list(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    page: Page,
) -> Result<Listed, Failure> {
    let (account, loaded) = load(platform, caller, profile).await?;
    let view = View::loaded(&account, &loaded);
    let part = page.part(caller.account, profile);
    let mut rows = store::pages::checks(&platform.store, part).await?;
    let next = page.cut(&mut rows, |row| convert::id(row.id));
    let checks: Result<Vec<_>, Failure> =
        rows.iter().map(|row| check_resource(view, row)).collect();
    let answer = render::answer(&checks?)?;
    Ok(Listed { answer, next })
}

/// Changes the tasks that a check serves; nothing else of a check can change.
pub async fn update(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    (id, request): (u128, UpdateCheck),
) -> Result<Answer, Failure> {
    let row = store::checks::load(&platform.store, caller.account, profile, id).await?;
    let row = row.ok_or_else(|| Failure::not_found("check on this profile"))?;
    let (_, body) = stored_check::read(&row)?;
    let (check, body) = (CheckId(id), Arc::new(body));
    edit(
        platform,
        caller,
        profile,
        |draft| {
            draft.checks.insert(check, body.clone());
            if let Some(tasks) = &request.task_ids {
                let tasks = tasks.iter().map(|task| TaskId(task.as_u128())).collect();
                draft.execute(&caller.actor, Command::SetCheckTasks { check, tasks })?;
            }
            Ok(())
        },
        |draft, ()| one(draft, check),
    )
    .await
}
