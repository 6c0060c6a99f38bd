//! Sorts PostgreSQL's errors: did the transaction surely not happen, and may it be tried again?

use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

use crate::error::Error;

/// Why a statement or a transaction failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server or the way to it.
    Driver(tokio_postgres::Error),
    /// No connection could be had.
    Pool(PoolError),
    /// A result that the program cannot read.
    Result(Error),
}

impl Failure {
    /// Whether the connection is gone, rather than the statement refused.
    pub(super) fn is_lost(&self) -> bool {
        match self {
            Failure::Driver(error) => error.as_db_error().is_none() || is_shutdown(error),
            Failure::Pool(_) | Failure::Result(_) => false,
        }
    }

    /// Whether the same transaction may succeed when it is tried again.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Failure::Driver(error) => {
                self.is_lost()
                    || matches!(
                        error.code(),
                        Some(
                            &SqlState::T_R_DEADLOCK_DETECTED | &SqlState::T_R_SERIALIZATION_FAILURE
                        )
                    )
            }
            Failure::Pool(_) | Failure::Result(_) => false,
        }
    }

    /// The error for a caller of whom surely nothing was written. It says what the server said, but
    /// not the values of rows that the server may quote.
    pub(super) fn to_error(&self, name: &str) -> Error {
        match self {
            Failure::Driver(source) if is_full(source) => Error::Full {
                source: describe(source).into(),
            },
            Failure::Driver(source) => Error::caused(format!("{name} failed"), describe(source)),
            Failure::Pool(source) => Error::caused(
                "no connection to PostgreSQL could be had; is it running",
                source.to_string(),
            ),
            Failure::Result(error) => Error::broken(error.to_string()),
        }
    }
}

/// What the server said, without the values it may quote in the detail.
pub(super) fn describe(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => format!("{} ({})", error.message(), error.code().code()),
        None => error.to_string(),
    }
}

fn is_full(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::DISK_FULL)
}

fn is_shutdown(error: &tokio_postgres::Error) -> bool {
    matches!(
        error.code(),
        Some(&SqlState::ADMIN_SHUTDOWN | &SqlState::CRASH_SHUTDOWN | &SqlState::CANNOT_CONNECT_NOW)
    )
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Failure {
        Failure::Driver(error)
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Failure {
        Failure::Pool(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Result(error)
    }
}
