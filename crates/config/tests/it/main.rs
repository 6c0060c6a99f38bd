//! The policy document, from its text to what the core makes of a profile.

mod demo;
mod mistakes;
