//! Tests of the crate at its border.

mod hostile;
mod publications;
mod real;
mod samples;
mod snapshots;
