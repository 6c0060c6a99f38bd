//! Sorts SQLite's errors: full, and the rest.

use rusqlite::ErrorCode;

use crate::error::Error;

/// The error of one statement; nothing of its commit is kept.
pub(super) fn of_statement(name: &str, source: rusqlite::Error) -> Error {
    if source.sqlite_error_code() == Some(ErrorCode::DiskFull) {
        return Error::Full {
            source: source.into(),
        };
    }
    Error::caused(format!("statement \"{name}\" failed"), source)
}

/// The error of a batch before its COMMIT: nothing was written.
pub(super) fn of_batch(source: rusqlite::Error) -> Error {
    match source.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::Full {
            source: source.into(),
        },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::caused(
            "another process holds the database; stop it or try again",
            source,
        ),
        _ => Error::caused("the database could not begin or end a transaction", source),
    }
}

/// Whether a COMMIT that failed so has surely written nothing.
pub(super) fn is_harmless(source: &rusqlite::Error) -> bool {
    matches!(
        source.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::ConstraintViolation
        )
    )
}
