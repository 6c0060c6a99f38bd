//! The real binary, as people and scripts use it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that meets an error fails, in helpers too"
)]

mod after_undo;
mod attempt;
mod binary;
mod config;
mod delta;
mod demo;
mod doctor;
mod doubled;
mod encryption;
mod evidence;
mod forecast;
mod gate;
mod hansa;
mod help;
mod keys;
mod lists;
mod migration;
mod outputs;
mod proxy;
mod receiver;
mod reports;
mod runners;
mod serve;
mod signals;
mod start;
mod trial;
mod two_states;
mod undo;
mod unreliable;
mod uploads;
mod verify;
mod waits;
mod windows;
