//! Use cases and workers: what the platform does, without HTTP.
//!
//! The cast:
//! - [`Platform`] holds the store, the clock and the caches; everything starts from it.
//! - [`change::change`] is the one way a profile changes: load, carry out, settle, and commit the
//!   rows with their audit, webhooks and jobs, or nothing.
//! - `consequences` says who hears of each change, in one exhaustive match.
//! - The modules named after nouns hold the use cases: `applications::decide`, `checks::run` …
//! - [`simulation`] tries profiles out on a platform of its own in memory, by the same code.
//! - [`workers`] do what must not happen inside a request: checks, associates, the clock,
//!   publishing, webhooks.
//!
//! Guaranteed: an answered change is on disk with everything it entails; work asked for is done at
//! least once and changes nothing the second time.
#![deny(clippy::wildcard_enum_match_arm)]

pub mod accounts;
pub mod administration;
pub mod applications;
pub mod audits;
pub mod caller;
pub mod change;
pub mod checks;
pub mod collected;
pub mod documents;
pub mod endpoints;
pub mod events;
pub mod failure;
pub mod files;
pub mod idempotency;
pub mod key_check;
pub mod keys;
pub mod lists;
pub mod notes;
pub mod outbound;
pub mod page;
pub mod platform;
pub mod profiles;
pub mod publications;
pub mod requirements;
pub mod simulation;
pub mod tags;
pub mod tasks;
pub mod windows;
pub mod workers;

mod consequences;
mod convert;
mod once;
mod projection;
mod render;
mod seal;
mod stored_check;

pub use caller::{Actor, Caller, Environment};
pub use change::Answer;
pub use failure::{Failure, Kind};
pub use platform::{Platform, Settings};
