//! The platform over real databases: from a request until everything is quiet.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

mod associates;
mod harness;
mod history;
mod life;
mod nested;
mod onboarding;
mod records;
mod upkeep;
