//! A profile and its parts as resources of the API.

mod application;
mod check;
mod profile;
mod risk;
mod task;

use domain::Profile;
use jiff::tz::TimeZone;
use wire::SharedJson;

pub(crate) use application::application;
pub(crate) use check::check;
pub(crate) use profile::{Extras, minimal, profile};
pub(crate) use task::{live_tasks, task, task_variant};

use crate::Failure;
use crate::change::{Answer, Draft, Loaded};
use crate::platform::Account;

/// Room made for an answer at first: as much as a profile with a few checks takes.
const ANSWER_BYTES_EXPECTED: usize = 12 * 1024;

/// What is rendered.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) config: &'a config::Published,
    /// Days are told in it.
    pub(crate) zone: &'a TimeZone,
    pub(crate) profile: &'a Profile,
    pub(crate) data: &'a SharedJson,
    /// When it was last changed, in microseconds.
    pub(crate) modified: i64,
}

impl<'a> View<'a> {
    /// A draft, as it will be committed.
    pub(crate) fn of(draft: &'a Draft<'_>) -> View<'a> {
        View {
            config: &draft.config,
            zone: &draft.account.zone,
            profile: &draft.profile,
            data: &draft.data,
            modified: draft.now_micros(),
        }
    }

    /// A profile as it was loaded.
    pub(crate) fn loaded(account: &'a Account, loaded: &'a Loaded) -> View<'a> {
        View {
            config: &account.config,
            zone: &account.zone,
            profile: &loaded.profile,
            data: &loaded.data,
            modified: loaded.row.modified_at,
        }
    }
}

/// A resource as an answer.
pub(crate) fn answer(resource: &impl serde::Serialize) -> Result<Answer, Failure> {
    let mut body = Vec::with_capacity(ANSWER_BYTES_EXPECTED);
    serde_json::to_writer(&mut body, resource).map_err(Failure::internal)?;
    let body = String::from_utf8(body).map_err(Failure::internal)?;
    Ok(Answer {
        body,
        ..Answer::default()
    })
}
