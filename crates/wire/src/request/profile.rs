//! Bodies about profiles.

use serde_json::Value;

use super::{AddApplication, Fields, FromBody, FromFields};
use crate::collected;
use crate::field_error::FieldError;
use crate::schema::{self, Shape};
use crate::value::{ProfileStatus, Role};

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
    fn from_fields(fields: &mut Fields<'_>) -> Option<CreateProfile> {
        let role: Option<Role> = fields.one_of("role");
        let data = fields.value("collected_data");
        let checked = match (role, data) {
            (Some(role), Some(data)) => match collected::check(role.entity_type(), data) {
                Ok(checked) => Some(checked),
                Err(mistakes) => {
                    fields.mistakes_of("collected_data", mistakes);
                    None
                }
            },
            _ => None,
        };
        let applications = fields.optional_objects("applications");
        let collected::Checked { data, warnings } = checked?;
        Some(CreateProfile {
            role: role?,
            collected_data: data,
            applications,
            warnings,
        })
    }
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
