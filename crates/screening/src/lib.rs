//! Screening of names against lists: pure functions over names, lists and evidence.
//!
//! The crate knows nothing of profiles, stores or servers. Same input, same answer, byte for byte.

mod alignment;
pub mod comparison;
pub mod date;
pub mod diff;
pub mod engine;
pub mod entry;
pub mod evidence;
pub mod index;
pub mod knowledge;
pub mod likeness;
pub mod lists;
pub mod media;
pub mod monitor;
pub mod rules;
pub mod snapshot;
pub mod terms;
pub mod weights;
pub mod words;
