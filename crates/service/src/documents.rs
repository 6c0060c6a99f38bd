//! Documents: images put together to what they show.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::Value;
use uuid::Uuid;
use wire::field_error::{FieldError, MISTAKES_MAX};
use wire::request::AddDocument;
use wire::resource::{Document, ImageRef};
use wire::value::EntityType;

use crate::change::{Answer, Draft};
use crate::profiles::{edit, load};
use crate::{Caller, Failure, Platform, convert, render};

/// Said of an id that is no image's.
const NO_IMAGE: &str = "names no image of this profile; upload it to document_images first";

/// Appends a document to the collected data, without the caller having to send the rest again.
pub async fn add(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    request: AddDocument,
) -> Result<Answer, Failure> {
    load(platform, caller, profile).await?;
    let images = find_images(platform, caller, profile, &request.images).await?;
    edit(
        platform,
        caller,
        profile,
        |draft| {
            let document = Document {
                id: convert::id(draft.fresh_id()),
                category: request.category,
                document_type: request.document_type,
                images: images.clone(),
                extracted_data: request.extracted_data.clone(),
                verification_result: None,
            };
            append(draft, caller, &document)?;
            Ok(document)
        },
        |_, document| render::answer(document),
    )
    .await
}

async fn find_images(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    wanted: &[Uuid],
) -> Result<Vec<ImageRef>, Failure> {
    let mut found = Vec::with_capacity(wanted.len());
    let mut mistakes = Vec::new();
    for (at, id) in wanted.iter().enumerate() {
        match crate::files::image_of(platform, caller.account, profile, *id).await? {
            Some(image) => found.push(ImageRef {
                id: *id,
                image_type: Some(image.image_type),
                upload_date: Some(image.upload_date),
            }),
            None => mistakes.push(FieldError::invalid(format!("images[{at}].id"), NO_IMAGE)),
        }
    }
    if mistakes.is_empty() {
        Ok(found)
    } else {
        mistakes.truncate(MISTAKES_MAX);
        Err(mistakes.into())
    }
}

/// Every image that the documents in collected data name must be one of the profile, but for those
/// that are named in what is stored: what was read may be sent back.
pub(crate) async fn images_exist(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    (data, stored): (&Value, &Value),
) -> Result<(), Failure> {
    let named = wire::collected::images(data);
    if named.is_empty() {
        return Ok(());
    }
    let stored = wire::collected::images(stored).into_iter();
    let mut known: BTreeMap<Uuid, bool> = stored.map(|image| (image.id, true)).collect();
    let mut mistakes = Vec::new();
    for image in named {
        if let Entry::Vacant(entry) = known.entry(image.id) {
            let found = crate::files::image_of(platform, caller.account, profile, image.id);
            entry.insert(found.await?.is_some());
        }
        if !known[&image.id] {
            mistakes.push(FieldError::invalid(image.field, NO_IMAGE));
        }
        if mistakes.len() >= MISTAKES_MAX {
            break;
        }
    }
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(mistakes.into())
    }
}

fn append(draft: &mut Draft<'_>, caller: &Caller, document: &Document) -> Result<(), Failure> {
    let mut data = Value::clone(&draft.data);
    let fields = data
        .as_object_mut()
        .ok_or_else(|| Failure::internal("collected data is no object"))?;
    let documents = fields
        .entry("documents")
        .or_insert_with(|| Value::Array(Vec::new()));
    let documents = documents
        .as_array_mut()
        .ok_or_else(|| Failure::internal("documents is no list"))?;
    documents.push(serde_json::to_value(document).map_err(Failure::internal)?);
    let entity = match draft.profile.entity {
        domain::Entity::Individual => EntityType::Individual,
        domain::Entity::Company => EntityType::Company,
    };
    let checked = wire::collected::check(entity, &data)?;
    draft.replace_data(&caller.actor, checked.data)
}
