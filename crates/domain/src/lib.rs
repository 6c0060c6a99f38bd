//! What a profile is and what a published policy makes of it.
//!
//! The crate is pure: no clock, no randomness, no input or output, no SQL, no serde. Time and new
//! ids come in through [`Moment`]; everything that happened comes out as [`Change`]s.
//!
//! The cast:
//! - [`Profile`] is the aggregate: its facts, applications, tasks, checks, events and associates.
//! - [`Config`] is one published version of an institution's policy.
//! - [`execute`] carries out what somebody asked for, or refuses it.
//! - [`settle`] looks at the result and brings it to where the policy wants it. It looks at state,
//!   never at what happened, so calling it twice changes nothing.
//! - [`wake_at`] says when to look again although nothing happened.
//!
//! Laws that hold for every input are in `tests/laws/`; decision tables are in `tests/tables/`; what
//! breaking the code showed about both is in `mutants.md`.
#![deny(clippy::wildcard_enum_match_arm)]

mod application;
mod associate;
mod calendar;
mod change;
mod check;
mod command;
mod condition;
mod config;
mod event;
mod facts;
mod id;
mod policy;
mod profile;
mod property;
mod risk;
mod settle;
mod task;
mod wake;

pub use application::*;
pub use associate::*;
pub use calendar::*;
pub use change::*;
pub use check::*;
pub use command::*;
pub use condition::*;
pub use config::*;
pub use event::*;
pub use facts::*;
pub use id::*;
pub use policy::*;
pub use profile::*;
pub use property::*;
pub use risk::*;
pub use settle::*;
pub use task::*;
pub use wake::*;

pub use rust_decimal::Decimal;
