//! A commit: guards that must hold and writes that are made, all of them or none.

use crate::error::{Error, Lost};
use crate::statement::Statement;
use crate::value::Value;

/// How many writes one commit may have; a larger one is refused and must be split.
pub const COMMIT_WRITES_MAX: usize = 10_000;

/// How many bytes the values of one commit may have together; a larger one is refused.
pub const COMMIT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// One row or set of rows to write.
#[derive(Clone, Debug)]
pub struct Write {
    /// What to do.
    pub statement: &'static Statement,
    /// With what: the value of `$1` first.
    pub values: Vec<Value>,
}

/// What must be true when the writes are made; else the commit is a conflict and changes nothing.
#[derive(Clone, Debug)]
pub enum Guard {
    /// The profile is exactly at this version.
    Profile {
        /// The account.
        account: i64,
        /// The profile.
        id: u128,
        /// The version it was loaded at.
        version: i64,
    },
    /// The job is still held under this lease.
    Job {
        /// The account.
        account: i64,
        /// The key of the job.
        key: String,
        /// The lease that the claim gave.
        lease: i64,
    },
    /// The webhook endpoint is still held under this lease.
    Endpoint {
        /// The account.
        account: i64,
        /// The endpoint.
        id: u128,
        /// The lease that the claim gave.
        lease: i64,
    },
    /// An insert (see `Statement::insert`) of a row that must not exist yet. It is made before
    /// the writes.
    Fresh(Write),
}

/// Guards and writes, applied together or not at all. Writes are made in their order.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    /// What must hold.
    pub guards: Vec<Guard>,
    /// What is written.
    pub writes: Vec<Write>,
}

impl Write {
    /// A write of these values; the constructors in the modules of the tables are handier.
    pub fn new(statement: &'static Statement, values: Vec<Value>) -> Write {
        Write { statement, values }
    }
}

impl Guard {
    /// What the conflict says when this guard is lost.
    pub(crate) fn lost(&self) -> Error {
        let what = match self {
            Guard::Profile { account, id, .. } => Lost::Profile {
                account: *account,
                id: *id,
            },
            Guard::Job { account, key, .. } => Lost::Job {
                account: *account,
                key: key.clone(),
            },
            Guard::Endpoint { account, id, .. } => Lost::Endpoint {
                account: *account,
                id: *id,
            },
            Guard::Fresh(write) => Lost::Fresh {
                table: write.statement.table_name(),
            },
        };
        Error::Conflict { what }
    }
}

impl Commit {
    /// An empty commit.
    pub fn new() -> Commit {
        Commit::default()
    }

    /// The commit with one more guard.
    pub fn guard(mut self, guard: Guard) -> Commit {
        self.guards.push(guard);
        self
    }

    /// The commit with one more write.
    pub fn write(mut self, write: Write) -> Commit {
        self.writes.push(write);
        self
    }

    /// The commit with more writes.
    pub fn writes(mut self, writes: impl IntoIterator<Item = Write>) -> Commit {
        self.writes.extend(writes);
        self
    }

    /// Refuses what cannot be stored, before anything is sent. Returns the size in bytes.
    pub(crate) fn check(&self) -> Result<usize, Error> {
        let mut bytes = 0;
        for guard in &self.guards {
            match guard {
                Guard::Fresh(write) => {
                    write.statement.check_fresh()?;
                    bytes += check_write(write)?;
                }
                Guard::Job { key, .. } => Value::from(key).check()?,
                Guard::Profile { .. } | Guard::Endpoint { .. } => {}
            }
        }
        for write in &self.writes {
            bytes += check_write(write)?;
        }
        if self.writes.len() > COMMIT_WRITES_MAX {
            return Err(Error::refused(format!(
                "a commit of {} writes is larger than the limit of {COMMIT_WRITES_MAX}; split it",
                self.writes.len()
            )));
        }
        if bytes > COMMIT_BYTES_MAX {
            return Err(Error::refused(format!(
                "a commit of {bytes} bytes is larger than the limit of {COMMIT_BYTES_MAX}; split it"
            )));
        }
        Ok(bytes)
    }
}

fn check_write(write: &Write) -> Result<usize, Error> {
    write.statement.check_writes()?;
    write.statement.check(&write.values)?;
    Ok(write.values.iter().map(Value::size).sum())
}
