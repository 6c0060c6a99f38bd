//! The waist between the program and its database: `query` reads committed rows, `claim` takes
//! leased work, `commit` makes every write or none.
//!
//! The cast: a [`Statement`] is a named SQL text; a [`Write`] is a statement with its values; a
//! [`Commit`] is guards and writes; a [`Store`] is a SQLite file or a PostgreSQL database, and
//! behaves the same over both. The modules named after tables hold a plain struct for a row, the
//! statements, and functions that read rows or make writes. Nobody else writes SQL.
//!
//! Promised: a commit that was answered is on disk; one commit's failure never fails another; a
//! read sees only what was committed; every finder takes the account. Not offered: a transaction
//! that reads and then writes. Load, decide, and commit under a guard instead; on a conflict, load
//! again.
//!
//! Times are microseconds since 1970 and are always arguments: the store has no clock.

mod commit;
mod error;
mod migration;
mod postgres;
mod row;
mod sqlite;
mod statement;
mod statistics;
mod store;
mod value;

pub mod accounts;
pub mod administration;
pub mod applications;
pub mod audits;
pub mod checks;
pub mod configs;
pub mod endpoints;
pub mod events;
pub mod files;
pub mod idempotency;
pub mod institutions;
pub mod jobs;
pub mod keys;
pub mod links;
pub mod lists;
pub mod messages;
pub mod notes;
pub mod pages;
pub mod profiles;
pub mod screenings;
pub mod search;
pub mod statements;
pub mod tables;
pub mod tasks;
#[cfg(feature = "testing")]
pub mod testing;
pub mod views;
pub mod windows;

pub use commit::{COMMIT_BYTES_MAX, COMMIT_WRITES_MAX, Commit, Guard, Write};
pub use error::{Error, Lost};
pub use jobs::{Claim, Job};
pub use postgres::PostgresOptions;
pub use row::Row;
pub use sqlite::SqliteOptions;
pub use statement::{Statement, Table};
pub use statistics::Statistics;
pub use store::{Engine, Store};
pub use value::{Kind, VALUE_BYTES_MAX, Value};
