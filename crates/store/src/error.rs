//! What can go wrong between the program and its database.

use std::error::Error as StdError;
use std::fmt;

/// The cause of an error, from the driver.
pub(crate) type Source = Box<dyn StdError + Send + Sync>;

/// Why a read or a commit did not happen. Only after `Unknown` may a commit have taken place.
#[derive(Debug)]
pub enum Error {
    /// A guard of the commit was lost: somebody else was faster. Load again, then try again.
    Conflict {
        /// Which guard.
        what: Lost,
    },
    /// The values cannot be stored on every database, or exceed a limit. Trying again is useless.
    Refused {
        /// What is wrong, as a sentence.
        reason: String,
    },
    /// The disk, or the size set for the database, is full. Nothing was written.
    Full {
        /// The driver's error.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The commit was sent and the connection was lost, or the disk failed, before the answer:
    /// it may or may not have taken place. Look before trying again.
    Unknown {
        /// The driver's error.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The store takes no more writes, because it was closed or its disk has failed.
    Stopped {
        /// Why, as a sentence.
        reason: String,
    },
    /// The database failed, or answered what it should not. Nothing was written.
    Broken {
        /// What was being done, as a sentence.
        doing: String,
        /// The driver's error, where there is one.
        source: Option<Box<dyn StdError + Send + Sync>>,
    },
}

/// The guard that a commit has lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The profile is absent, or at another version.
    Profile {
        /// The account.
        account: i64,
        /// The profile.
        id: u128,
    },
    /// The job is absent, or held by somebody else.
    Job {
        /// The account.
        account: i64,
        /// The key of the job.
        key: String,
    },
    /// The webhook endpoint is absent, or held by somebody else.
    Endpoint {
        /// The account.
        account: i64,
        /// The endpoint.
        id: u128,
    },
    /// The row that had to be new exists already.
    Fresh {
        /// The table of the row.
        table: &'static str,
    },
}

impl Error {
    /// A failure without a driver's error behind it.
    pub(crate) fn broken(doing: impl Into<String>) -> Error {
        Error::Broken {
            doing: doing.into(),
            source: None,
        }
    }

    /// A failure with the driver's error.
    pub(crate) fn caused(doing: impl Into<String>, source: impl Into<Source>) -> Error {
        Error::Broken {
            doing: doing.into(),
            source: Some(source.into()),
        }
    }

    pub(crate) fn refused(reason: impl Into<String>) -> Error {
        Error::Refused {
            reason: reason.into(),
        }
    }

    pub(crate) fn stopped(reason: impl Into<String>) -> Error {
        Error::Stopped {
            reason: reason.into(),
        }
    }

    /// Whether a guard was lost, so that loading again and trying again makes sense.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Error::Conflict { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Conflict { what } => write!(formatter, "{what}"),
            Error::Refused { reason } => write!(formatter, "{reason}"),
            Error::Full { .. } => {
                write!(
                    formatter,
                    "the database has no room left; free or add disk space"
                )
            }
            Error::Unknown { .. } => write!(
                formatter,
                "the connection or the disk failed while committing; whether the change was \
                 stored is not known"
            ),
            Error::Stopped { reason } => write!(formatter, "no more writes are taken: {reason}"),
            Error::Broken { doing, .. } => write!(formatter, "{doing}"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Error::Full { source } | Error::Unknown { source } => Some(source.as_ref()),
            Error::Broken { source, .. } => match source {
                Some(source) => Some(source.as_ref()),
                None => None,
            },
            Error::Conflict { .. } | Error::Refused { .. } | Error::Stopped { .. } => None,
        }
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lost::Profile { account, id } => write!(
                formatter,
                "profile {} of account {account} was changed by somebody else, or is gone",
                uuid::Uuid::from_u128(*id)
            ),
            Lost::Job { account, key } => {
                write!(
                    formatter,
                    "job \"{key}\" of account {account} is held by somebody else"
                )
            }
            Lost::Endpoint { account, id } => write!(
                formatter,
                "endpoint {} of account {account} is held by somebody else",
                uuid::Uuid::from_u128(*id)
            ),
            Lost::Fresh { table } => write!(formatter, "the row of \"{table}\" exists already"),
        }
    }
}
