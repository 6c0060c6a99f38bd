//! The JSON of API 4.0, field for field; no logic beyond shape.
//!
//! - [`value`]: every closed list of values, as enums
//! - [`resource`]: what the API answers with; [`request`]: what callers send
//! - [`collected`]: checks and reads collected data, which is kept as JSON
//! - [`schema`]: the contract's schemas and what is wrong with JSON that breaks them;
//!   [`field_error`]: one such mistake
//! - [`webhook`]: the messages to institutions
//! - [`SharedJson`]: JSON that many things show
//! - [`time`], [`etag`], [`country`], [`fold`]: the small formats; [`nearest`]: what a misspelt
//!   name may have meant
//! - `contract` (feature `testing`): holds any JSON to the contract

pub mod collected;
#[cfg(feature = "testing")]
pub mod contract;
pub mod etag;
pub mod facts;
pub mod field_error;
pub mod fold;
pub mod nearest;
pub mod request;
pub mod resource;
pub mod schema;
mod shared;
pub mod stored;
pub mod time;
pub mod value;
pub mod webhook;

pub use countries as country;
pub use shared::SharedJson;
