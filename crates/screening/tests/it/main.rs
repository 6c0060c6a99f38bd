//! Tests of the crate at its border.

mod matching;
mod index;
