//! Tests of the crate at its border.

mod engine;
mod index;
mod matching;
mod media;
mod monitor;
