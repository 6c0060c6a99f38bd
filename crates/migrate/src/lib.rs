//! `usher migrate`: a whole client book over the API 4.0, proven.
//!
//! Before there is a mapping, [`inspect`] looks at the files. The cast of a run: a [`mapping`] says
//! what one bank wants; a [`book`] is every row of its files, mapped and judged before anything is
//! sent; [`requirements`] and a [`forecast`] say what the server's policy needs of it and would make
//! of it; [`run`] brings the book over through the [`api`], keeping a ledger so that it can be
//! stopped, killed and resumed at any instant; the [`Summary`] counts what was read back afterwards.
//! An [`attempt`] is one row of the book, looked at closely.
//!
//! The tool is an API client and nothing more: an exported key and a base URL are all it needs.

pub mod api;
pub mod attempt;
pub mod book;
pub mod check;
mod clock;
pub mod control;
mod date;
mod error;
pub mod forecast;
mod graph;
pub mod init;
pub mod inspect;
pub mod ledger;
mod listener;
pub mod mapping;
pub mod mended;
mod names;
pub mod notices;
mod numbered;
pub mod plan;
pub mod private;
pub mod progress;
pub mod report;
pub mod requirements;
mod row;
pub mod run;
mod source;
mod text;
pub mod trial;
mod webhook;
pub mod window;

pub use book::{Book, Scope};
pub use error::Error;
pub use numbered::numbered;
pub use progress::Reporter;
pub use run::{Options, Stages, Summary, read_book, run, undo, verify, watch};
pub use source::{Digest, Record, connections};

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}
