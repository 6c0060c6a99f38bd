//! The platform over real databases: from a request until everything is quiet.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

mod associates;
mod files;
mod harness;
mod history;
mod life;
mod nearby;
mod nested;
mod onboarding;
mod publications;
mod records;
mod rings;
mod screening;
mod upkeep;
mod windows;
mod written;
