//! Bodies about profiles.

use serde_json::Value;

use super::{AddApplication, Fields, FromBody, FromFields, ProductRef};
use crate::collected::{self, Checked, Rules};
use crate::field_error::FieldError;
use crate::schema::{self, Shape};
use crate::value::{EntityType, ProfileCategory, ProfileStatus, Role};

/// The body of `POST /profiles`.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateProfile {
    pub role: Role,
    /// Checked and in the form in which it is stored.
    pub collected_data: Value,
    /// Absent: the products that apply automatically.
    pub applications: Option<Vec<AddApplication>>,
    /// What is odd about the data but no mistake.
    pub warnings: Vec<FieldError>,
}

impl FromFields for CreateProfile {
    const FIELDS: &'static [&'static str] = &["role", "collected_data", "applications"];
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "creation_date",
        "last_modified_date",
        "verified_data",
        "checks",
        "collection_steps",
        "display_name",
        "task_types",
        "tasks",
        "events",
        "category",
        "status",
        "document_images",
        "tags",
        "risk",
        "unresolved_event_types",
        "task_progress",
        "has_associates",
        "has_collection_steps",
        "linked_to",
    ];

    fn from_fields(fields: &mut Fields<'_>) -> Option<CreateProfile> {
        read(fields, collected::check_new, |_| Ok(()))
    }
}

impl CreateProfile {
    /// Reads the body as [`super::parse`] does, and holds it to what the institution knows as well, so
    /// that every mistake is reported at once. `product` says what is wrong with naming a product.
    pub fn read(
        body: &Value,
        rules: &Rules<'_>,
        product: impl Fn(&ProductRef) -> Result<(), FieldError>,
    ) -> Result<CreateProfile, Vec<FieldError>> {
        let check = |entity, data: &Value| collected::check_by(rules, entity, data, None);
        super::fields::read_with(body, |fields| read(fields, check, product))
    }
}

fn read(
    fields: &mut Fields<'_>,
    check: impl Fn(EntityType, &Value) -> Result<Checked, Vec<FieldError>>,
    product: impl Fn(&ProductRef) -> Result<(), FieldError>,
) -> Option<CreateProfile> {
    let role: Option<Role> = fields.one_of("role");
    let data = fields.value("collected_data");
    let checked = match (role, data) {
        (Some(role), Some(data)) => match check(role.entity_type(), data) {
            Ok(checked) => Some(checked),
            Err(mistakes) => {
                fields.mistakes_of("collected_data", mistakes);
                None
            }
        },
        _ => None,
    };
    if let (Some(data), Some(_)) = (data, &checked) {
        fields.mistakes_of("collected_data", no_images(data));
    }
    let applications = fields.optional_list("applications").map(|list| {
        let mut read = Vec::with_capacity(list.len());
        for (place, value) in list.iter().enumerate() {
            let at = format!("applications[{place}]");
            let Some(application) = fields.nested::<AddApplication>(&at, value) else {
                continue;
            };
            if let Err(mistake) = product(&application.product) {
                fields.mistakes_of(&format!("{at}.product"), vec![mistake]);
            }
            read.push(application);
        }
        read
    });
    refuse_what_comes_later(fields);
    let Checked { data, warnings } = checked?;
    Some(CreateProfile {
        role: role?,
        collected_data: data,
        applications,
        warnings,
    })
}

/// What a profile cannot have when it is made would be lost, unless it was read of another profile.
fn refuse_what_comes_later(fields: &mut Fields<'_>) {
    let status: Option<ProfileStatus> = fields.read_only_one_of("status");
    let is_new = status.is_none_or(|status| status == ProfileStatus::Normal);
    if !is_new && !fields.is_as_read() {
        let message = "must be NORMAL for a new profile; change it with POST /profiles/{id}/status";
        fields.mistake("status", message);
    }
    fields.read_only_one_of::<ProfileCategory>("category");
    let message = "is not taken with a new profile; add it with POST /profiles/{id}/tags";
    fields.only_as_read("tags", message);
}

/// Images are uploaded to a profile: what names one before there is the profile names nothing.
fn no_images(data: &Value) -> Vec<FieldError> {
    let message = "names no image: a new profile has none; upload it to document_images of the \
                   profile, then POST /profiles/{id}/collected_data/documents";
    let named = collected::images(data).into_iter();
    named
        .map(|image| FieldError::invalid(image.field, message))
        .collect()
}

/// The body of `POST /profiles/{id}/tags`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddTag {
    /// Without white space around it, at most [`TAG_CHARS_MAX`] long.
    pub name: String,
}

/// How long the name of a tag may be, in characters.
pub const TAG_CHARS_MAX: usize = 200;

impl FromFields for AddTag {
    const FIELDS: &'static [&'static str] = &["name"];
    const READ_ONLY: &'static [&'static str] = &["id", "is_automatic"];

    fn from_fields(fields: &mut Fields<'_>) -> Option<AddTag> {
        let name = fields.text("name")?;
        let name = name.trim().to_owned();
        if name.chars().count() > TAG_CHARS_MAX {
            fields.mistake("name", format!("is longer than {TAG_CHARS_MAX} characters"));
        }
        Some(AddTag { name })
    }
}

/// The body of `POST /profiles/{id}/status`: a bare text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetStatus(pub ProfileStatus);

impl FromBody for SetStatus {
    fn from_body(body: &Value) -> Result<SetStatus, Vec<FieldError>> {
        let status = body.as_str().unwrap_or_default().parse();
        status.map(SetStatus).map_err(|unknown| {
            let unknown: crate::value::UnknownValue = unknown;
            vec![FieldError::invalid("", unknown.to_string())]
        })
    }
}

/// The body of `POST /profiles/{id}/collection_steps`: the list that replaces the old one.
#[derive(Clone, Debug, PartialEq)]
pub struct SetCollectionSteps(pub Vec<Value>);

impl FromBody for SetCollectionSteps {
    fn from_body(body: &Value) -> Result<SetCollectionSteps, Vec<FieldError>> {
        schema::check(Shape::CollectionSteps, body)?;
        Ok(SetCollectionSteps(
            body.as_array().cloned().unwrap_or_default(),
        ))
    }
}
