//! Data providers: who answers a check.
//!
//! A [`CheckRequest`] goes to a provider and comes back as a [`CheckAnswer`], always: what goes
//! wrong is an answer too, with result `Error` and its errors. [`demo`] answers inside the process
//! and never touches the network. [`screening`] answers from the lists that were loaded, inside the
//! process too; demo accounts have no other providers than these. [`assumption`] answers what a
//! simulation takes for granted.

mod answer;
pub mod assumption;
mod decision;
pub mod demo;
mod request;
pub mod screening;

pub use answer::{CheckAnswer, HitKind, ProviderHit};
pub use decision::{PASS_ON_ONE_PLUS_ONE, decision};
pub use request::CheckRequest;
