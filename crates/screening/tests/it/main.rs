//! Tests of the crate at its border.

mod hostile;
mod index;
mod matching;
mod publications;
mod real;
mod samples;
mod snapshots;
