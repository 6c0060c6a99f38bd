//! Labels and the status of the whole profile.

use super::{Refusal, TAGS_MAX};
use crate::{Change, Moment, Profile, ProfileStatus, Tag, TagId};

pub(super) fn add_tag(
    profile: &mut Profile,
    name: &str,
    moment: &mut Moment<'_>,
) -> Result<Vec<Change>, Refusal> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Refusal::EmptyTag);
    }
    if profile.tags.iter().any(|tag| tag.name == name) {
        return Ok(Vec::new());
    }
    if profile.tags.len() >= TAGS_MAX {
        return Err(Refusal::TooMany("tags"));
    }
    let tag = Tag {
        id: TagId(moment.ids.fresh()),
        name: name.to_owned(),
        automatic: false,
    };
    profile.tags.push(tag.clone());
    Ok(vec![Change::TagAdded(tag)])
}

pub(super) fn remove_tag(profile: &mut Profile, id: TagId) -> Result<Vec<Change>, Refusal> {
    let at = profile
        .tags
        .iter()
        .position(|tag| tag.id == id)
        .ok_or(Refusal::UnknownTag)?;
    Ok(vec![Change::TagRemoved(profile.tags.remove(at))])
}

pub(super) fn set_status(profile: &mut Profile, to: ProfileStatus) -> Vec<Change> {
    let from = profile.status;
    if from == to {
        return Vec::new();
    }
    profile.status = to;
    vec![Change::StatusChanged { from, to }]
}
