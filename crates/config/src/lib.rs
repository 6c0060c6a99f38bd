//! The policy document of an institution: read, checked, compiled, compared, put into words.
//!
//! One YAML document says what an institution asks of its customers: custom fields, providers,
//! checks, tasks, risk models, policies, products and decision reasons. [`compile`] turns it into
//! the [`domain::Config`] the core works with, or reports every mistake at once with its place.
//! [`diff`] tells two versions apart in the document's own words, [`describe`] puts a condition
//! into words, and [`schema`] is the JSON Schema for editors. `demo.yaml` is an example of it all.
//!
//! Lasting ids are derived from the kind and first alias of a thing, so that they are the same in
//! the demo and live environments and on every node; `renamed_from` keeps them through a new alias.

mod associates;
mod catalogue;
mod checks;
mod compile;
mod condition;
mod custom_fields;
mod describe;
mod diff;
mod json;
mod levels;
mod models;
mod names;
mod naming;
mod number;
mod policy;
mod products;
mod property;
mod providers;
mod published;
mod reasons;
mod retired;
mod review;
mod schema;
mod scope;
mod screening;
mod section;
mod tasks;
mod types;

pub use compile::{FORMAT, compile, compile_history};
pub use describe::describe;
pub use diff::{Change, Line, diff};
pub use document::{Problem, Problems};
pub use providers::{DEMO_PROVIDER, TIMEOUT_SECONDS, TIMEOUT_SECONDS_MAX};
pub use published::{CustomField, HttpProvider, Provider, ProviderKind, Published};
pub use schema::schema;
pub use screening::{Allowed, MATCHES, MATCHES_MAX, Nearness, Screening, THRESHOLD};

/// The configuration of the demonstration, commented.
pub const DEMO: &str = include_str!("../demo.yaml");
