//! Tests of the crate at its border.

mod engine;
mod hostile;
mod index;
mod matching;
mod media;
mod monitor;
mod publications;
mod real;
mod samples;
mod snapshots;
