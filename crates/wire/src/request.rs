//! What callers send.
//!
//! [`parse`] reads a body into one of the types here and reports every mistake at once, each with
//! the path of its field. A field that is not known is one of them, with the known name that is nearest:
//! what it says would be lost. Fields that clients send back because they have read them are taken and
//! not looked at. `null` counts as absent, also for an unknown field. A name that is there twice in one
//! object is a mistake at any depth.

mod admin;
mod application;
mod check;
mod document;
mod event;
mod fields;
mod json;
mod profile;
mod simulation;
mod task;
mod window;

pub use admin::{
    CreateEndpoint, IssueCollectKeys, IssueKey, Nothing, PolicyDocument, PromotePolicy,
    SECRET_CHARS_MIN,
};
pub use application::{AddApplication, ProductRef, RevertDecision, UpdateApplication};
pub use check::{RunCheck, UpdateCheck};
pub use document::{AddDocument, UploadFile, UploadImage};
pub use event::{AddEvent, BulkUpdateEvents, UpdateEvent};
pub use fields::{Fields, FromFields};
pub use json::BODY_DEPTH_MAX;
pub use profile::{AddTag, CreateProfile, SetCollectionSteps, SetStatus, TAG_CHARS_MAX};
pub use simulation::{
    Assumed, SIMULATED_PROFILES_MAX, Simulate, SimulatedPolicy, SimulatedRow, SimulatedUpdate,
};
pub use task::{AddNote, AddTask, UpdateTask, VariantRef};
pub use window::{OpenWindow, RenewWindow};

use serde_json::Value;

use crate::field_error::FieldError;

/// How many entries a list of a request may have, such as the tasks of a check.
pub const LIST_ITEMS_MAX: usize = 1000;

/// How long the text of a request may be in bytes, but for file content and collected data.
pub const TEXT_BYTES_MAX: usize = 65_536;

/// A type that a body can be read into.
pub trait FromBody: Sized {
    /// Reads the body, or says every mistake in it.
    fn from_body(body: &Value) -> Result<Self, Vec<FieldError>>;
}

/// Reads a body of JSON. An empty body is read as `null`.
pub fn parse<T: FromBody>(bytes: &[u8]) -> Result<T, Vec<FieldError>> {
    T::from_body(&body(bytes)?)
}

/// Reads bytes as JSON; none at all are `null`.
pub fn body(bytes: &[u8]) -> Result<Value, Vec<FieldError>> {
    if bytes.trim_ascii().is_empty() {
        return Ok(Value::Null);
    }
    json(bytes)
}

/// Reads bytes as JSON.
pub fn json(bytes: &[u8]) -> Result<Value, Vec<FieldError>> {
    json::read(bytes)
}

impl<T: FromFields> FromBody for T {
    fn from_body(body: &Value) -> Result<T, Vec<FieldError>> {
        fields::read(body)
    }
}
