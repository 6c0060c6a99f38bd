//! What the database alone can do: the rows of a run, written again through the bare driver.
//!
//! Everything is prepared before the clock starts: statements, values and, for PostgreSQL, arrays.
//! Reads of the run are not part of it, and neither are guards, savepoints, queues and answers.

use std::time::Duration;

pub(crate) mod postgres;
pub(crate) mod sqlite;

/// A replay.
pub(crate) struct Ceiling {
    pub(crate) wall: Duration,
    /// Processor time of this process: the driver and, on SQLite, the database.
    pub(crate) driver: Duration,
    /// Processor time of the database server, where there is one.
    pub(crate) database: Option<Duration>,
    /// Rows that were added, changed or deleted.
    pub(crate) rows: u64,
}
