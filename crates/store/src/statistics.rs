//! Counters of what the store has done since it was opened.

use std::sync::atomic::{AtomicU64, Ordering};

/// What the store has done since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Commits and claims that succeeded.
    pub commits: u64,
    /// Commits and claims that were refused or lost a guard.
    pub failures: u64,
    /// Transactions, each with one flush to disk; commits divided by batches is the grouping.
    pub batches: u64,
    /// Rows written by commits (on PostgreSQL: writes).
    pub rows_written: u64,
    /// Queries answered.
    pub queries: u64,
    /// Rows that queries have found.
    pub rows_read: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    commits: AtomicU64,
    failures: AtomicU64,
    batches: AtomicU64,
    rows_written: AtomicU64,
    queries: AtomicU64,
    rows_read: AtomicU64,
    /// Where a benchmark has what is written recorded.
    #[cfg(feature = "testing")]
    pub(crate) tape: crate::testing::Slot,
}

impl Counters {
    pub(crate) fn count_batch(&self, commits: usize, failures: usize) {
        add(&self.batches, 1);
        add(&self.commits, commits);
        add(&self.failures, failures);
    }

    pub(crate) fn count_rows_written(&self, rows: usize) {
        add(&self.rows_written, rows);
    }

    pub(crate) fn count_query(&self, rows: usize) {
        add(&self.queries, 1);
        add(&self.rows_read, rows);
    }

    pub(crate) fn read(&self) -> Statistics {
        Statistics {
            commits: self.commits.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            batches: self.batches.load(Ordering::Relaxed),
            rows_written: self.rows_written.load(Ordering::Relaxed),
            queries: self.queries.load(Ordering::Relaxed),
            rows_read: self.rows_read.load(Ordering::Relaxed),
        }
    }
}

fn add(counter: &AtomicU64, count: usize) {
    counter.fetch_add(count as u64, Ordering::Relaxed);
}
