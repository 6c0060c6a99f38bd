//! The policy document, from its text to what the core makes of a profile.

mod demo;
mod differences;
mod flows;
mod ids;
mod mistakes;
mod walks;
mod words;
