//! Screening of names against lists: pure functions over names, lists and evidence.
//!
//! The crate knows nothing of profiles, stores or servers. Same input, same answer, byte for byte.

pub mod date;
pub mod diff;
pub mod entry;
pub mod lists;
pub mod snapshot;
