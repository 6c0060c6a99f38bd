//! Events: matches and alerts of a profile, read.

use crate::change::Answer;
use crate::profiles::{EVENTS_SHOWN_MAX, event_resource, load};
use crate::{Caller, Failure, Platform, render};

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
