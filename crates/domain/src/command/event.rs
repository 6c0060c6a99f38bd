//! Matches and alerts: recorded and resolved.

use jiff::{SignedDuration, Timestamp};

use super::{EVENTS_MAX, Refusal};
use crate::{Change, Event, EventId, EventKind, FoundMatch, Moment, Profile, Resolution};

pub(super) fn add_event(
    profile: &mut Profile,
    kind: EventKind,
    match_id: Option<String>,
    resolution: Resolution,
    moment: &mut Moment<'_>,
) -> Result<Vec<Change>, Refusal> {
    if match_id
        .as_deref()
        .is_some_and(|id| is_known(profile, kind, id))
    {
        return Ok(Vec::new());
    }
    if profile.events.len() >= EVENTS_MAX {
        return Err(Refusal::TooMany("events"));
    }
    Ok(vec![push_event(
        profile, kind, match_id, resolution, moment,
    )])
}

/// A match found again is the same event and keeps its resolution.
fn is_known(profile: &Profile, kind: EventKind, match_id: &str) -> bool {
    let same = |event: &Event| event.kind == kind && event.match_id.as_deref() == Some(match_id);
    profile.events.iter().any(same)
}

/// Records a match that a check found, unless it is known already.
pub(super) fn take_match(
    profile: &mut Profile,
    found: FoundMatch,
    moment: &mut Moment<'_>,
) -> Result<Vec<Change>, Refusal> {
    let resolution = if found.ignored {
        Resolution::Ignore
    } else {
        Resolution::Unresolved
    };
    add_event(
        profile,
        found.kind,
        Some(found.match_id),
        resolution,
        moment,
    )
}

fn push_event(
    profile: &mut Profile,
    kind: EventKind,
    match_id: Option<String>,
    resolution: Resolution,
    moment: &mut Moment<'_>,
) -> Change {
    let id = EventId(moment.ids.fresh());
    let resolved = (resolution != Resolution::Unresolved).then_some(moment.now);
    profile.events.push(Event {
        id,
        kind,
        match_id,
        resolution,
        created: moment.now,
        resolved,
    });
    Change::EventAdded(id)
}

pub(super) fn resolve_event(
    profile: &mut Profile,
    id: EventId,
    to: Resolution,
    now: Timestamp,
) -> Result<Vec<Change>, Refusal> {
    let event = profile
        .events
        .iter_mut()
        .find(|event| event.id == id)
        .ok_or(Refusal::UnknownEvent)?;
    let from = event.resolution;
    if from == to {
        return Ok(Vec::new());
    }
    event.resolution = to;
    // Later than it came in, even on a clock that stands still: see `is_clear` in settle.
    let resolved = now.max(event.created + SignedDuration::from_micros(1));
    event.resolved = (to != Resolution::Unresolved).then_some(resolved);
    Ok(vec![Change::EventResolved {
        event: id,
        from,
        to,
    }])
}
