//! The rows of a change: the profile, what lists show of it, and the consequences.

use std::collections::BTreeSet;

use domain::{Change, Profile};
use serde_json::Value;
use store::applications::ApplicationRow;
use store::checks::CheckRow;
use store::events::EventRow;
use store::jobs::{Job, NewJob};
use store::profiles::ProfileRow;
use store::tasks::TaskRow;
use store::{Guard, Write};
use wire::stored::EventBody;

use crate::change::Draft;
use crate::workers::LEASE_MICROSECONDS;
use crate::{Failure, consequences, convert, stored_check};

/// Everything a change writes.
pub(crate) struct Projected {
    pub(crate) guards: Vec<Guard>,
    pub(crate) writes: Vec<Write>,
    pub(crate) has_jobs: bool,
    pub(crate) has_messages: bool,
    /// The job that this node has begun with the commit, and the profile's row.
    pub(crate) begun: Option<(Job, ProfileRow)>,
}

/// The rows of a changed draft. Nothing is written for what stayed the same. The checks of a new
/// profile are begun by this node if it has a place for them.
pub(crate) fn project(draft: &mut Draft<'_>, has_place: bool) -> Result<Projected, Failure> {
    let wake = wake_write(draft);
    if draft.happened.is_empty() && draft.audit.is_empty() {
        let writes = wake.into_iter().collect();
        return Ok(Projected {
            guards: Vec::new(),
            writes,
            has_jobs: false,
            has_messages: false,
            begun: None,
        });
    }
    let row = profile_row(draft)?;
    let mut guards = Vec::new();
    let mut writes = Vec::new();
    match &draft.before {
        None => guards.push(Guard::Fresh(store::profiles::insert(&row))),
        Some(before) => {
            guards.push(store::profiles::guard(
                row.account,
                row.id,
                before.row.version,
            ));
            writes.push(store::profiles::update(&row));
        }
    }
    writes.extend(application_writes(draft));
    writes.extend(search_writes(draft));
    writes.extend(history_writes(draft)?);
    let heard = consequences::of(draft, &row);
    let has_messages = !heard.messages.is_empty();
    writes.extend(heard.audit);
    writes.extend(heard.messages);
    let jobs = jobs(draft, heard.jobs);
    let (own, jobs): (Vec<NewJob>, Vec<NewJob>) = jobs
        .into_iter()
        .partition(|job| has_place && job.kind == "checks");
    let begun = own.first().map(|job| {
        let ends_at = job.created_at.saturating_add(LEASE_MICROSECONDS);
        let (write, job) = store::jobs::begin(job, ends_at);
        writes.push(write);
        (job, row.clone())
    });
    let has_jobs = !jobs.is_empty();
    writes.extend(jobs.iter().map(store::jobs::enqueue));
    writes.extend(wake);
    Ok(Projected {
        guards,
        writes,
        has_jobs,
        has_messages,
        begun,
    })
}

/// What the changes ask for, each job once, and the companies that must hear of an associate.
fn jobs(draft: &Draft<'_>, mut jobs: Vec<NewJob>) -> Vec<NewJob> {
    let parents: BTreeSet<u128> = parents_to_tell(draft);
    jobs.extend(
        parents
            .into_iter()
            .map(|parent| associates_job(draft, parent)),
    );
    let mut keys: BTreeSet<String> = BTreeSet::new();
    jobs.retain(|job| keys.insert(job.key.clone()));
    jobs
}

/// The rows of applications that lists would show otherwise than before.
fn application_writes(draft: &Draft<'_>) -> Vec<Write> {
    let known = draft
        .before
        .as_ref()
        .map(|before| application_rows(draft, &before.profile));
    let known = known.unwrap_or_default();
    let rows = application_rows(draft, &draft.profile);
    rows.iter()
        .filter(|row| !known.contains(row))
        .map(store::applications::upsert)
        .collect()
}

fn profile_row(draft: &Draft<'_>) -> Result<ProfileRow, Failure> {
    let (now, profile) = (draft.now_micros(), &draft.profile);
    let name = wire::collected::display_name(&draft.data);
    let before = draft.before.as_ref().map(|before| &before.row);
    let data = match before {
        Some(before) if !draft.data_replaced => before.data.clone(),
        _ => draft.data.text().map_err(Failure::internal)?.to_owned(),
    };
    let data_version = before.map_or(1, |before| {
        before.data_version + i64::from(draft.data_replaced)
    });
    Ok(ProfileRow {
        account: draft.account.row.account,
        id: profile.id.0,
        version: before.map_or(1, |before| before.version + 1),
        role: convert::role(profile.entity, profile.associated)
            .as_str()
            .to_owned(),
        status: profile.status.name().to_owned(),
        category: convert::category(profile.category()).as_str().to_owned(),
        search_key: wire::fold::text(&name),
        display_name: name,
        customer_ref: wire::collected::customer_ref(&draft.data).map(str::to_owned),
        created_at: profile.created.as_microsecond(),
        modified_at: now,
        data_version,
        data,
        state: wire::stored::write(profile),
    })
}

fn application_rows(draft: &Draft<'_>, profile: &Profile) -> Vec<ApplicationRow> {
    let row = |application: &domain::Application| ApplicationRow {
        account: draft.account.row.account,
        profile_id: profile.id.0,
        id: application.id.0,
        product_id: application.product.0,
        status: application.status.name().to_owned(),
        flag: convert::flag(application.status, &application.stage)
            .as_str()
            .to_owned(),
        risk_level: application.level().map(str::to_owned),
        hidden: false,
        applied_at: application.applied.as_microsecond(),
        changed_at: draft.now_micros(),
    };
    profile.applications.iter().map(row).collect()
}

fn search_writes(draft: &Draft<'_>) -> Vec<Write> {
    let words = |data: &Value, profile: &Profile| {
        let mut words: BTreeSet<String> = wire::collected::search_words(data).into_iter().collect();
        words.extend(
            profile
                .tags
                .iter()
                .flat_map(|tag| wire::fold::words(&tag.name)),
        );
        words.into_iter().collect::<Vec<String>>()
    };
    let (account, id) = (draft.account.row.account, draft.profile.id.0);
    let Some(before) = &draft.before else {
        return store::search::insert(account, id, &words(&draft.data, &draft.profile));
    };
    if !draft.data_replaced && before.profile.tags == draft.profile.tags {
        return Vec::new();
    }
    let now = words(&draft.data, &draft.profile);
    if words(&before.data, &before.profile) == now {
        return Vec::new();
    }
    store::search::replace(account, id, &now)
}

/// Checks, expired tasks, events and links that this change touched.
fn history_writes(draft: &mut Draft<'_>) -> Result<Vec<Write>, Failure> {
    let happened = std::mem::take(&mut draft.happened);
    let mut events = std::mem::take(&mut draft.events).into_iter();
    let mut writes = Vec::new();
    let mut checks = BTreeSet::new();
    for (_, change) in &happened {
        // Which tasks a live check serves stands in the state; its row keeps what it ended with.
        if let Change::CheckOrdered { check, .. } | Change::CheckCompleted { check, .. } = change {
            checks.insert(*check);
        }
        writes.extend(history_of(draft, change, &mut events));
    }
    draft.happened = happened;
    for check in checks {
        writes.push(check_write(draft, check)?);
    }
    Ok(writes)
}

fn history_of(
    draft: &Draft<'_>,
    change: &Change,
    events: &mut impl Iterator<Item = EventBody>,
) -> Vec<Write> {
    let (account, profile_id) = (draft.account.row.account, draft.profile.id.0);
    if let Change::TaskExpired(task) = change {
        let body = wire::stored::task(task);
        return vec![store::tasks::upsert(&TaskRow {
            account,
            profile_id,
            id: task.id.0,
            body,
        })];
    }
    if let Change::EventAdded(event) = change {
        let body = events.next().unwrap_or_default().write();
        let created_at = draft.now_micros();
        return vec![store::events::upsert(&EventRow {
            account,
            profile_id,
            id: event.0,
            created_at,
            body,
        })];
    }
    if let Change::AssociatesListed(children) = change {
        let link = |child: &domain::ProfileId| store::links::insert(account, child.0, profile_id);
        return children.iter().map(link).collect();
    }
    if let Change::AssociatesRemoved(children) = change {
        let link = |child: &domain::ProfileId| store::links::delete(account, child.0, profile_id);
        return children.iter().map(link).collect();
    }
    Vec::new()
}

fn check_write(draft: &mut Draft<'_>, id: domain::CheckId) -> Result<Write, Failure> {
    let found = draft.profile.checks.iter().find(|check| check.id == id);
    let missing = || Failure::internal("a check that was ordered or ended is not on its profile");
    let check = found.ok_or_else(missing)?;
    let body = match draft.checks.get(&id) {
        Some(body) => body.clone(),
        None if check.state == domain::CheckState::Complete => {
            return Err(Failure::internal(
                "a check ended without what its provider answered",
            ));
        }
        None => stored_check::ordered(draft, check.variant, serde_json::Map::new()).into(),
    };
    let variant = draft.config.config.checks.get(&check.variant);
    let row = CheckRow {
        account: draft.account.row.account,
        profile_id: draft.profile.id.0,
        id: id.0,
        check_type: convert::check_type(variant).as_str().to_owned(),
        variant_id: check.variant.0,
        state: convert::check_state(check.state).as_str().to_owned(),
        ordered_at: check.ordered.as_microsecond(),
        body: stored_check::write(check, &body),
    };
    draft.checks.insert(id, body);
    Ok(store::checks::upsert(&row))
}

/// The companies to tell when what they know of this associate has changed: those that list it, and
/// those that did before this change.
fn parents_to_tell(draft: &Draft<'_>) -> BTreeSet<u128> {
    let before = draft.before.as_ref().map(|before| &before.profile);
    let of = |profile: &Profile| {
        profile
            .parents
            .iter()
            .map(|parent| parent.profile.0)
            .collect()
    };
    let mut parents: BTreeSet<u128> = of(&draft.profile);
    parents.extend(before.map(of).unwrap_or_default());
    if parents.is_empty() {
        return parents;
    }
    let config = &draft.config.config;
    let known = before.map(|before| copy(config, before));
    if known.as_ref() == Some(&copy(config, &draft.profile)) {
        return BTreeSet::new();
    }
    parents
}

/// What a company knows of an associate, but for its place among the companies.
pub(crate) fn copy(config: &domain::Config, profile: &Profile) -> domain::AssociateCopy {
    let automating = |application: &domain::Application| match application.stage {
        domain::Stage::New | domain::Stage::WaitsForChecks | domain::Stage::WaitsForAssociates => {
            true
        }
        domain::Stage::WaitsForRisk(_)
        | domain::Stage::WaitsForData(_)
        | domain::Stage::WaitsForTasks(_)
        | domain::Stage::ReadyForDecision
        | domain::Stage::Decided
        | domain::Stage::Unsettled => false,
    };
    domain::AssociateCopy {
        version: 0,
        collected: (*profile.collected).clone(),
        tags: profile.tags.iter().map(|tag| tag.name.clone()).collect(),
        events: profile.events.clone(),
        status: profile.status,
        applications: profile
            .applications
            .iter()
            .map(|application| domain::CopiedApplication {
                product: application.product,
                status: application.status,
                automating: automating(application),
                level: own_level(config, application),
                own_score: application.assessment.as_ref().and_then(|one| one.own),
            })
            .collect(),
        circular: false,
        depth: 0,
    }
}

/// The level of the application's own score: what it inherits from others must not travel upward.
fn own_level(
    config: &domain::Config,
    application: &domain::Application,
) -> Option<domain::LevelReached> {
    let assessment = application.assessment.as_ref()?;
    domain::level_of(config.models.get(&assessment.model)?, assessment.own?)
}

/// The keyed job that brings a company's associates up to date.
pub(crate) fn associates_job(draft: &Draft<'_>, company: u128) -> NewJob {
    NewJob {
        account: draft.account.row.account,
        key: format!("associates:{}", convert::hex(company)),
        kind: "associates".to_owned(),
        profile_id: Some(company),
        due_at: draft.now_micros(),
        body: "{}".to_owned(),
        created_at: draft.now_micros(),
    }
}

/// One keyed wake-up per profile, written only when its time changes.
fn wake_write(draft: &Draft<'_>) -> Option<Write> {
    let (config, zone) = (&draft.config.config, &draft.account.zone);
    let wake = domain::wake_at(config, &draft.profile, draft.now, zone);
    let known = draft.before.as_ref().and_then(|before| {
        let then = jiff::Timestamp::from_microsecond(before.row.modified_at).unwrap_or(draft.now);
        let wake = domain::wake_at(config, &before.profile, then, zone)?;
        // Once its time has come the job is being worked off, and must be set anew.
        (before.profile.config_version == config.version && wake > draft.now).then_some(wake)
    });
    if wake == known {
        return None;
    }
    let job = NewJob {
        account: draft.account.row.account,
        key: format!("wake:{}", convert::hex(draft.profile.id.0)),
        kind: "wake".to_owned(),
        profile_id: Some(draft.profile.id.0),
        due_at: wake.map_or(0, jiff::Timestamp::as_microsecond),
        body: "{}".to_owned(),
        created_at: draft.now_micros(),
    };
    Some(match wake {
        Some(_) => store::jobs::reschedule(&job),
        None => store::jobs::cancel(job.account, &job.key),
    })
}
