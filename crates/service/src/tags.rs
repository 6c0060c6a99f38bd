//! Tags.

use domain::{Command, TagId};
use wire::request::AddTag;
use wire::resource::TagResource;

use crate::change::Answer;
use crate::profiles::edit;
use crate::render;
use crate::{Caller, Failure, Platform, convert};

/// Adds a tag; one that is there already is returned as it is.
pub async fn add(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    request: AddTag,
) -> Result<Answer, Failure> {
    edit(
        platform,
        caller,
        profile,
        |draft| draft.execute(&caller.actor, Command::AddTag(request.name.clone())),
        |draft, ()| {
            let found = draft
                .profile
                .tags
                .iter()
                .find(|tag| tag.name == request.name.trim());
            render::answer(&resource(found.ok_or_else(|| Failure::not_found("tag"))?))
        },
    )
    .await
}

/// Removes a tag and returns it.
pub async fn remove(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    id: u128,
) -> Result<Answer, Failure> {
    edit(
        platform,
        caller,
        profile,
        |draft| {
            let tag = draft
                .profile
                .tags
                .iter()
                .find(|tag| tag.id.0 == id)
                .cloned();
            draft.execute(&caller.actor, Command::RemoveTag(TagId(id)))?;
            tag.ok_or_else(|| Failure::not_found("tag on this profile"))
        },
        |_, tag| render::answer(&resource(tag)),
    )
    .await
}

fn resource(tag: &domain::Tag) -> TagResource {
    TagResource {
        id: convert::id(tag.id.0),
        name: tag.name.clone(),
        is_automatic: tag.automatic,
    }
}
