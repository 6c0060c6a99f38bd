//! Tasks: reading, completing by hand, adding versions.

use domain::{Change, Command, TaskId, TaskVariantId};
use serde_json::json;
use wire::request::{AddTask, UpdateTask, VariantRef};
use wire::resource::TaskResource;
use wire::value::AuditAction;

use crate::change::{Answer, Draft};
use crate::consequences::Entry;
use crate::page::{Listed, Page};
use crate::platform::Account;
use crate::profiles::{edit, load};
use crate::render::{self, View};
use crate::{Caller, Failure, Platform, convert};

/// Expired versions in one answer; further ones are on the next page.
pub const LISTED_MAX: i64 = 1_000;

/// The tasks of a profile: the live ones on the first page, and versions that are history, oldest
/// first.
pub async fn list(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    page: Page,
) -> Result<Listed, Failure> {
    let (account, loaded) = load(platform, caller, profile).await?;
    let view = View::loaded(&account, &loaded);
    let mut tasks: Vec<TaskResource> = match page.after {
        Some(_) => Vec::new(),
        None => render::live_tasks(&loaded.profile)
            .map(|task| render::task(view, task, false))
            .collect(),
    };
    let part = page.part(caller.account, profile);
    let mut rows = store::pages::tasks(&platform.store, part).await?;
    let next = page.cut(&mut rows, |row| convert::id(row.id));
    for row in rows {
        let task = wire::stored::read_task(&row.body).map_err(Failure::internal)?;
        tasks.push(render::task(view, &task, true));
    }
    let answer = render::answer(&tasks)?;
    Ok(Listed { answer, next })
}

/// One task, live or history.
pub async fn read(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    id: u128,
) -> Result<Answer, Failure> {
    let (account, loaded) = load(platform, caller, profile).await?;
    let view = View::loaded(&account, &loaded);
    if let Some(task) = loaded.profile.tasks.iter().find(|task| task.id.0 == id) {
        return render::answer(&render::task(view, task, false));
    }
    let row = store::tasks::load(&platform.store, caller.account, profile, id).await?;
    let row = row.ok_or_else(|| Failure::not_found("task on this profile"))?;
    let task = wire::stored::read_task(&row.body).map_err(Failure::internal)?;
    render::answer(&render::task(view, &task, true))
}

/// Completes a task by hand, or makes it incomplete. `check_ids` names the checks that serve it.
pub async fn update(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    (id, request): (u128, UpdateTask),
) -> Result<Answer, Failure> {
    let task = TaskId(id);
    edit(
        platform,
        caller,
        profile,
        |draft| {
            if !draft.profile.tasks.iter().any(|one| one.id == task) {
                return Err(Failure::not_found("live task on this profile"));
            }
            let shown = shown_expiry(draft, task);
            if let Some(to) = request.state {
                let to = convert::of_task_state(to);
                let as_of = request.as_of.map(|day| {
                    let from = request.provenance.clone();
                    let from = from.unwrap_or_else(|| "imported".to_owned());
                    (domain::start_of(day.0, &draft.account.zone), from)
                });
                draft.execute(&caller.actor, Command::SetTask { task, to, as_of })?;
            }
            if let Some(at) = request.expiry_date {
                let at = at
                    .map(|at| jiff::Timestamp::from_microsecond(at.micros))
                    .transpose();
                let at = at.map_err(|_| Failure::field("expiry_date", "is out of range"))?;
                // A client that sends back the task it has read does not set its expiry by hand.
                if at.is_none() || at != shown {
                    draft.execute(&caller.actor, Command::SetTaskExpiry { task, at })?;
                }
            }
            if let Some(comment) = &request.comment {
                draft.audit(commented(caller, task, comment));
            }
            attach(draft, caller, task, request.check_ids.as_deref())
        },
        |draft, ()| one(draft, task),
    )
    .await
}

/// The expiry of a task as it is read: to the second.
fn shown_expiry(draft: &Draft<'_>, task: TaskId) -> Option<jiff::Timestamp> {
    let found = draft.profile.tasks.iter().find(|one| one.id == task)?;
    jiff::Timestamp::from_second(found.expires?.as_second()).ok()
}

/// The comment that goes with a change of a task.
fn commented(caller: &Caller, task: TaskId, comment: &str) -> Entry {
    let reference = json!({ "task": convert::id(task.0), "comment": comment });
    let what = (AuditAction::Comment, "commented on a task");
    Entry::new(&caller.actor, what, &reference)
}

fn attach(
    draft: &mut Draft<'_>,
    caller: &Caller,
    task: TaskId,
    checks: Option<&[uuid::Uuid]>,
) -> Result<(), Failure> {
    for id in checks.unwrap_or_default() {
        let check = domain::CheckId(id.as_u128());
        let known = draft.profile.checks.iter().find(|one| one.id == check);
        let mut tasks = known
            .ok_or_else(|| Failure::field("check_ids", "names a check that is not current"))?
            .tasks
            .clone();
        tasks.insert(task);
        draft.execute(&caller.actor, Command::SetCheckTasks { check, tasks })?;
    }
    Ok(())
}

/// Adds a task, or a new version of one.
pub async fn add(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    request: AddTask,
) -> Result<Answer, Failure> {
    edit(
        platform,
        caller,
        profile,
        |draft| {
            let variant = find_variant(draft.account, draft.profile.entity, &request)?;
            draft.execute(&caller.actor, Command::AddTask(variant))?;
            let added = draft.profile.live_task(variant).map(|task| task.id);
            added.ok_or_else(|| Failure::not_found("task"))
        },
        |draft, id| one(draft, *id),
    )
    .await
}

/// The variant a request names; a bare type means its first variant in the published policy.
fn find_variant(
    account: &Account,
    entity: domain::Entity,
    request: &AddTask,
) -> Result<TaskVariantId, Failure> {
    let tasks = &account.config.config.tasks;
    let live = || {
        tasks
            .values()
            .filter(|variant| !variant.retired && variant.entity == entity)
    };
    let found = match (&request.variant, request.task_type) {
        (Some(VariantRef::Id(id)), _) => live().find(|variant| variant.id.0 == id.as_u128()),
        (Some(VariantRef::Alias(alias)), _) => live().find(|variant| variant.alias == *alias),
        (None, Some(task_type)) => live().find(|variant| variant.task_type == task_type.as_str()),
        (None, None) => None,
    };
    found.map(|variant| variant.id).ok_or_else(|| {
        let (field, mut known): (&str, Vec<&str>) = if request.variant.is_some() {
            ("variant", live().map(|one| one.alias.as_str()).collect())
        } else {
            ("type", live().map(|one| one.task_type.as_str()).collect())
        };
        known.sort_unstable();
        known.dedup();
        let known = known.join(", ");
        let message = format!("names no task of this kind of profile; there are {known}");
        Failure::field(field, message)
    })
}

fn one(draft: &Draft<'_>, id: TaskId) -> Result<Answer, Failure> {
    let view = View::of(draft);
    if let Some(task) = draft.profile.tasks.iter().find(|task| task.id == id) {
        return render::answer(&render::task(view, task, false));
    }
    // A pass of a day so long ago that it has expired by now: it is on record, and a new version is open.
    let expired = draft.happened.iter().find_map(|(_, change)| {
        if let Change::TaskExpired(task) = change {
            (task.id == id).then_some(task)
        } else {
            None
        }
    });
    let expired = expired.ok_or_else(|| Failure::not_found("live task on this profile"))?;
    render::answer(&render::task(view, expired, true))
}
