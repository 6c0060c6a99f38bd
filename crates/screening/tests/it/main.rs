//! Tests of the crate at its border.

mod index;
mod matching;
