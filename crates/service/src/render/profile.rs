//! Profiles.

use domain::{Profile, TaskState};
use wire::resource::{
    CheckResource, DocumentImageResource, EventResource, LinkedTo, MinimalProfileResource,
    ProfileResource, RiskOverviewResource, TagResource, TaskProgress, TaskResource,
};
use wire::time::DateTime;
use wire::value::{EventType, TaskType};

use super::{View, application, live_tasks, risk, task};
use crate::convert;

/// What a profile's answer holds beside the profile itself.
#[derive(Default)]
pub(crate) struct Extras {
    pub(crate) checks: Vec<CheckResource>,
    pub(crate) expired_tasks: Vec<TaskResource>,
    pub(crate) events: Vec<EventResource>,
    pub(crate) document_images: Vec<DocumentImageResource>,
    pub(crate) linked_to: Vec<LinkedTo>,
}

/// The whole profile.
pub(crate) fn profile(view: View<'_>, extras: Extras) -> ProfileResource {
    let minimal = minimal(view);
    let mut tasks = minimal.tasks;
    tasks.extend(extras.expired_tasks);
    ProfileResource {
        id: minimal.id,
        creation_date: minimal.creation_date,
        last_modified_date: minimal.last_modified_date,
        role: minimal.role,
        category: minimal.category,
        status: minimal.status,
        display_name: minimal.display_name,
        collected_data: minimal.collected_data,
        verified_data: None,
        checks: extras.checks,
        collection_steps: Vec::new(),
        applications: minimal.applications,
        task_types: task_types(&tasks),
        tasks,
        events: extras.events,
        document_images: extras.document_images,
        tags: minimal.tags,
        risk: minimal.risk,
        unresolved_event_types: minimal.unresolved_event_types,
        task_progress: minimal.task_progress,
        has_associates: minimal.has_associates,
        has_collection_steps: false,
        linked_to: extras.linked_to,
    }
}

/// The profile as lists and links show it.
pub(crate) fn minimal(view: View<'_>) -> MinimalProfileResource {
    let profile = view.profile;
    MinimalProfileResource {
        id: convert::id(profile.id.0),
        creation_date: DateTime::from_micros(profile.created.as_microsecond()),
        last_modified_date: Some(DateTime::from_micros(view.modified)),
        role: convert::role(profile.entity, profile.associated),
        category: convert::category(profile.category()),
        status: convert::profile_status(profile.status),
        display_name: wire::collected::display_name(view.data),
        collected_data: view.data.clone(),
        applications: profile
            .applications
            .iter()
            .map(|one| application(view, one))
            .collect(),
        tasks: live_tasks(profile)
            .map(|one| task(view, one, false))
            .collect(),
        tags: profile.tags.iter().map(tag).collect(),
        risk: Some(worst_risk(view)),
        unresolved_event_types: unresolved(profile),
        task_progress: progress(profile),
        has_associates: !profile.associates.is_empty(),
        has_collection_steps: false,
    }
}

fn tag(tag: &domain::Tag) -> TagResource {
    TagResource {
        id: convert::id(tag.id.0),
        name: tag.name.clone(),
        is_automatic: tag.automatic,
    }
}

fn task_types(tasks: &[TaskResource]) -> Vec<TaskType> {
    let mut types: Vec<TaskType> = tasks.iter().map(|task| task.task_type).collect();
    types.sort();
    types.dedup();
    types
}

/// Ruling 2: the profile's risk is the worst of its open applications. An undetermined risk is
/// worse than any: somebody must act on it.
fn worst_risk(view: View<'_>) -> RiskOverviewResource {
    let open = view
        .profile
        .applications
        .iter()
        .filter(|application| application.is_open());
    let assessed = open.filter_map(|application| application.assessment.as_ref());
    let worst = assessed.max_by_key(|assessment| {
        let level = assessment.level.as_ref();
        (
            level.is_none(),
            level.map(|level| (level.category, level.rank)),
            assessment.total,
        )
    });
    worst.map_or_else(nothing_assessed, |one| {
        risk::overview(&view.config.config, one)
    })
}

fn nothing_assessed() -> RiskOverviewResource {
    RiskOverviewResource {
        components: Vec::new(),
        is_pending: false,
        missing_required_components: Vec::new(),
        inherited: None,
        overall_risk: wire::resource::RiskLevel {
            score: None,
            category: wire::value::RiskCategory::Undetermined,
            name: None,
        },
    }
}

fn unresolved(profile: &Profile) -> Vec<EventType> {
    let mut types: Vec<EventType> = profile
        .open_events()
        .map(|event| convert::event_type(event.kind))
        .collect();
    types.sort();
    types.dedup();
    types
}

fn progress(profile: &Profile) -> TaskProgress {
    let live = || live_tasks(profile).filter(|task| !task.upcoming);
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    TaskProgress {
        completed_count: count(
            live()
                .filter(|task| task.state == TaskState::Passed)
                .count(),
        ),
        total_count: count(live().count()),
    }
}
