//! Documents that people write by hand: YAML, and JSON as its subset, read so that every mistake
//! can be shown at its place.
//!
//! The cast: [`parse`] turns text into a tree of [`Node`]s that remember their [`Place`]. A
//! [`Collector`] gathers [`Problem`]s while [`Fields`] (a mapping with a path) and [`Value`] (any
//! node with a path) are read into typed values; [`Collector::finish`] gives them back all at once
//! as [`Problems`], whose `Display` is what a person sees.
//!
//! Nothing is guessed: a scalar is its text, so `NO` is the text "NO" and never `false`, `007`
//! keeps its zeros, and only the reader that asks for a number or a flag makes one of it. The one
//! exception is "nothing here": an empty value, `~` and `null` without quotes are [`Kind::Null`].
//! Anchors, aliases, tags, duplicate keys and several documents in one text are refused.
//!
//! ```
//! use document::{Collector, Fields};
//!
//! let root = document::parse("policy.yaml", "name: Home\nlevel: hgih\n").unwrap();
//! let collector = Collector::new("policy.yaml");
//! if let Some(fields) = Fields::of(&root, &collector) {
//!     assert_eq!(fields.text("name"), "Home");
//!     assert_eq!(fields.one_of("level", &[("low", 1), ("high", 3)]), None);
//!     fields.finish();
//! }
//! assert_eq!(
//!     collector.finish().unwrap_err().to_string(),
//!     "policy.yaml:2:8: level: \"hgih\" is not one of low, high\n  hint: did you mean \"high\"?"
//! );
//! ```

mod fields;
mod node;
mod parse;
mod problem;
mod suggest;
mod syntax;
mod value;

pub use fields::Fields;
pub use node::{Key, Kind, Node, Place};
pub use parse::{DEPTH_MAX, DOCUMENT_BYTES_MAX, NODES_COUNT_MAX, parse};
pub use problem::{Collector, PROBLEMS_COUNT_MAX, Problem, Problems};
pub use suggest::suggest;
pub use value::Value;
