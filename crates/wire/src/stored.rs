//! The stored form of what the platform keeps as JSON of its own.
//!
//! - [`write`] and [`read`]: everything decided about a profile, for the column `profile.state`.
//!   What collected data says is not in it: that is read anew, see [`crate::facts`].
//! - [`task`] and [`read_task`]: a task version that is history.
//! - [`CheckBody`] and [`EventBody`]: what of a check run or an event the core does not look at.
//!
//! Every text is `{"format":1,"body":…}`. A form of a domain type is declared once, next to the
//! others of its module, with the fields of that type; a field that the domain gains does not
//! compile until it has a stored form. Nothing is guessed: a text with a name that this version
//! does not know is refused, because writing it back would lose what it says. Defaults and empty
//! lists are left out. Ids are 32 hexadecimal digits, times microseconds since 1970 in UTC
//! (parts of a microsecond are cut off), decimals text.

mod application;
mod associate;
mod check;
mod check_body;
mod error;
mod event;
mod event_body;
mod fact;
mod form;
mod id;
mod profile;
mod risk;
mod scalar;
mod task;

pub use check_body::{Attempt, CheckBody};
pub use error::StoredError;
pub use event_body::EventBody;

use domain::{Profile, ProfileId, Task};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};

use crate::facts::Facts;
use form::{Borrowed, Owned};

/// The format that this version writes and reads.
pub const FORMAT: u32 = 1;

/// The state of a profile as text: all of it but its id, the facts of its collected data and the
/// associates listed there without a profile.
pub fn write(profile: &Profile) -> String {
    to_text(&Borrowed::<profile::Profile>(profile))
}

/// The profile whose state [`write`] wrote. `facts` are those of its collected data; of them,
/// the linked associates are not looked at, because the state has them with their copies.
pub fn read(id: ProfileId, text: &str, facts: Facts) -> Result<Profile, StoredError> {
    let Owned::<profile::Profile>(mut profile) = from_text(text)?;
    profile.id = id;
    profile.collected = facts.collected.into();
    profile.unlinked = facts.unlinked;
    Ok(profile)
}

/// A task version as text.
pub fn task(task: &Task) -> String {
    to_text(&Borrowed::<task::Task>(task))
}

/// The task version that [`task`](fn@task) wrote.
pub fn read_task(text: &str) -> Result<Task, StoredError> {
    from_text(text).map(|Owned::<task::Task>(task)| task)
}

#[derive(Serialize)]
struct Written<'a, T> {
    format: u32,
    body: &'a T,
}

#[derive(Deserialize)]
struct Read<T> {
    #[serde(rename = "format", deserialize_with = "known_format")]
    _format: u32,
    body: T,
}

#[derive(Deserialize)]
struct Head {
    format: u32,
}

fn to_text<T: Serialize>(body: &T) -> String {
    let format = FORMAT;
    match serde_json::to_string(&Written { format, body }) {
        Ok(text) => text,
        // Every form writes to memory, with text as keys and no refusals of its own.
        Err(error) => unreachable!("a stored form always becomes text: {error}"),
    }
}

fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, StoredError> {
    let read: Result<Read<T>, serde_json::Error> = serde_json::from_str(text);
    read.map(|read| read.body).map_err(|error| {
        // Only a text that cannot be read is looked at twice.
        match serde_json::from_str::<Head>(text) {
            Ok(head) if head.format != FORMAT => StoredError::UnknownFormat(head.format),
            Ok(_) | Err(_) => StoredError::damaged(&error),
        }
    })
}

/// Stops at once at another format, so that its body is not read as one of this.
fn known_format<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let format = u32::deserialize(from)?;
    if format == FORMAT {
        Ok(format)
    } else {
        Err(D::Error::custom("another format"))
    }
}

#[cfg(test)]
mod tests;
