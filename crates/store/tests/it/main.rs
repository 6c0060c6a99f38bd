//! The claims of the waist, each on both databases where it can be.

#![expect(
    clippy::unwrap_used,
    reason = "a test that meets an error fails, in helpers too"
)]

mod batches;
mod guards;
mod jobs;
mod lists;
mod messages;
mod rows;
mod samples;
mod schema;
mod screening_lists;
mod statements;
mod survival;
mod values;
