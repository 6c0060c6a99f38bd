//! Bodies about events.

use serde_json::Value;
use uuid::Uuid;

use super::{Fields, FromBody, FromFields, fields};
use crate::field_error::FieldError;
use crate::schema::{self, Shape};
use crate::value::{EventResolution, EventType};

/// The body of `POST /profiles/{id}/events`: a match made by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct AddEvent {
    pub event_type: EventType,
    /// In the contract's shape `EventData`, with `event_type`.
    pub data: Value,
    pub resolution: EventResolution,
    pub resolution_reason: Option<String>,
}

impl FromFields for AddEvent {
    const FIELDS: &'static [&'static str] = &["data", "resolution", "resolution_reason"];
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "creation_date",
        "resolution_date",
        "resolution_task_ids",
    ];

    fn from_fields(fields: &mut Fields<'_>) -> Option<AddEvent> {
        let resolution = fields.optional_one_of("resolution");
        let resolution_reason = fields.optional_text("resolution_reason");
        let data = fields.value("data")?;
        if let Err(mistakes) = schema::check(Shape::EventData, data) {
            fields.mistakes_of("data", mistakes);
            return None;
        }
        let event_type = data.get("event_type")?.as_str()?.parse().ok()?;
        Some(AddEvent {
            event_type,
            data: data.clone(),
            resolution: resolution.unwrap_or(EventResolution::Unresolved),
            resolution_reason,
        })
    }
}

/// The body of `POST /profiles/{id}/events/{id}`; what is absent stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateEvent {
    /// Required in a bulk update, ignored elsewhere.
    pub id: Option<Uuid>,
    pub resolution: Option<EventResolution>,
    pub resolution_reason: Option<String>,
}

impl FromFields for UpdateEvent {
    const FIELDS: &'static [&'static str] = &["id", "resolution", "resolution_reason"];
    const READ_ONLY: &'static [&'static str] = &[
        "creation_date",
        "resolution_date",
        "resolution_task_ids",
        "data",
    ];

    fn from_fields(fields: &mut Fields<'_>) -> Option<UpdateEvent> {
        Some(UpdateEvent {
            id: fields.optional_id("id"),
            resolution: fields.optional_one_of("resolution"),
            resolution_reason: fields.optional_text("resolution_reason"),
        })
    }
}

/// The body of `POST /profiles/{id}/events/bulk_update`: a list of events with their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkUpdateEvents(pub Vec<UpdateEvent>);

impl FromBody for BulkUpdateEvents {
    fn from_body(body: &Value) -> Result<BulkUpdateEvents, Vec<FieldError>> {
        let Value::Array(list) = body else {
            return Err(vec![FieldError::invalid("", "must be a list of events")]);
        };
        if list.len() > super::LIST_ITEMS_MAX {
            let limit = super::LIST_ITEMS_MAX;
            return Err(vec![FieldError::invalid(
                "",
                format!("has more than {limit} entries"),
            )]);
        }
        let mut updates = Vec::with_capacity(list.len());
        let mut mistakes = Vec::new();
        for (place, event) in list.iter().enumerate() {
            let at = format!("[{place}]");
            match fields::read::<UpdateEvent>(event) {
                Ok(update) if update.id.is_none() => {
                    mistakes.push(FieldError::missing("id").under(&at));
                }
                Ok(update) => updates.push(update),
                Err(wrong) => mistakes.extend(wrong.into_iter().map(|one| one.under(&at))),
            }
        }
        if mistakes.is_empty() {
            Ok(BulkUpdateEvents(updates))
        } else {
            Err(mistakes)
        }
    }
}
