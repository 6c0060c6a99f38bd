//! Events: matches and alerts of a profile.

use domain::{Command, Event, EventId, EventKind, Resolution};
use store::events::EventRow;
use wire::request::{AddEvent, UpdateEvent};
use wire::resource::EventResource;
use wire::stored::EventBody;
use wire::time::DateTime;
use wire::value::{EventResolution, EventType};

use crate::change::Answer;
use crate::profiles::{EVENTS_SHOWN_MAX, edit, event_resource, load};
use crate::{Caller, Failure, Platform, convert, render};

/// The events of a profile, oldest first.
pub async fn list(platform: &Platform, caller: &Caller, profile: u128) -> Result<Answer, Failure> {
    let (_, loaded) = load(platform, caller, profile).await?;
    let store = &platform.store;
    let rows = store::events::of_profile(store, caller.account, profile, EVENTS_SHOWN_MAX).await?;
    let all: Vec<_> = rows
        .iter()
        .filter_map(|row| event_resource(&loaded, row))
        .collect();
    render::answer(&all)
}

/// One event.
pub async fn read(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    id: u128,
) -> Result<Answer, Failure> {
    let (_, loaded) = load(platform, caller, profile).await?;
    let row = store::events::load(&platform.store, caller.account, profile, id).await?;
    let found = row.and_then(|row| event_resource(&loaded, &row));
    render::answer(&found.ok_or_else(|| Failure::not_found("event on this profile"))?)
}

/// Records a match or alert by hand, as ongoing monitoring would. One that is known by its match id
/// stays as it is.
pub async fn add(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    request: AddEvent,
) -> Result<Answer, Failure> {
    let kind = kind(request.event_type).ok_or_else(|| {
        Failure::field(
            "data.event_type",
            "must be PEP_FLAG, SANCTION_FLAG, ADVERSE_MEDIA_FLAG or REFER_FLAG",
        )
    })?;
    let match_id = request.data["match_id"].as_str().map(str::to_owned);
    let body = EventBody {
        data: request.data,
        reason: request.resolution_reason,
    };
    edit(
        platform,
        caller,
        profile,
        |draft| {
            let known = draft.profile.events.len();
            draft.events.push(body.clone());
            let resolution = of_resolution(request.resolution);
            let command = Command::AddEvent {
                kind,
                match_id: match_id.clone(),
                resolution,
            };
            draft.execute(&caller.actor, command)?;
            let same = |event: &&Event| event.kind == kind && event.match_id == match_id;
            let added = draft.profile.events.get(known);
            let found = added.or_else(|| draft.profile.events.iter().find(same));
            found
                .cloned()
                .ok_or_else(|| Failure::not_found("event on this profile"))
        },
        |_, event| render::answer(&resource(event, body.clone())),
    )
    .await
}

/// Resolves a match or alert, or opens it again.
pub async fn update(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    (id, request): (u128, UpdateEvent),
) -> Result<Answer, Failure> {
    let row = store::events::load(&platform.store, caller.account, profile, id).await?;
    let row = row.ok_or_else(|| Failure::not_found("event on this profile"))?;
    let mut body = EventBody::read(&row.body).map_err(Failure::internal)?;
    if request.resolution_reason.is_some() {
        body.reason.clone_from(&request.resolution_reason);
    }
    edit(
        platform,
        caller,
        profile,
        |draft| {
            let event = EventId(id);
            if let Some(to) = request.resolution {
                let to = of_resolution(to);
                draft.execute(&caller.actor, Command::ResolveEvent { event, to })?;
            }
            draft.write(store::events::upsert(&EventRow {
                body: body.write(),
                ..row.clone()
            }));
            let found = draft.profile.events.iter().find(|one| one.id == event);
            found
                .cloned()
                .ok_or_else(|| Failure::not_found("event on this profile"))
        },
        |_, event| render::answer(&resource(event, body.clone())),
    )
    .await
}

/// An event with its data.
pub(crate) fn resource(event: &Event, body: EventBody) -> EventResource {
    EventResource {
        id: convert::id(event.id.0),
        creation_date: DateTime::from_micros(event.created.as_microsecond()),
        resolution: convert::resolution(event.resolution),
        resolution_reason: body.reason,
        resolution_date: event
            .resolved
            .map(|at| DateTime::from_micros(at.as_microsecond())),
        resolution_task_ids: Vec::new(),
        data: body.data,
    }
}

fn kind(event_type: EventType) -> Option<EventKind> {
    EventKind::ALL
        .into_iter()
        .find(|kind| convert::event_type(*kind) == event_type)
}

fn of_resolution(resolution: EventResolution) -> Resolution {
    match resolution {
        EventResolution::Unresolved => Resolution::Unresolved,
        EventResolution::Mismatch => Resolution::Mismatch,
        EventResolution::Match => Resolution::Match,
        EventResolution::Ignore => Resolution::Ignore,
        EventResolution::CreatedTask => Resolution::CreatedTask,
    }
}
