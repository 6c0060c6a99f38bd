//! What ends a migration.

use std::fmt;

use document::Problems;

/// Why a migration cannot start or go on. A row that cannot come over is no error.
#[derive(Debug)]
pub enum Error {
    /// The mapping has mistakes; nothing was sent.
    Mapping(Problems),
    /// A source file cannot be read; nothing was sent.
    Source {
        /// The file.
        file: String,
        /// What is wrong with it.
        message: String,
        /// What to do about it, if there is an idea.
        hint: Option<String>,
    },
    /// A file of the state folder cannot be read or written.
    State(String),
    /// The book was brought over already, from another state folder; nothing was sent.
    Repeated(String),
    /// Another run holds the state folder.
    Locked(String),
    /// The server refuses the API key, or none can be reached.
    Server(String),
    /// The server refuses every client for one reason; the run ended early.
    Refusing(String),
    /// The API key lacks a right that every row needs; the run ended early.
    Forbidden(String),
    /// The server's operators were not told in time; nothing was sent.
    Notice(String),
    /// An option makes no sense.
    Option(String),
    /// The row that was asked for is none.
    Row {
        /// What it is instead.
        message: String,
        /// What to do about it.
        hint: String,
    },
}

impl Error {
    /// What to do about it, if there is an idea.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Error::Source { hint, .. } => hint.as_deref(),
            Error::Row { hint, .. } => Some(hint),
            Error::Mapping(_)
            | Error::State(_)
            | Error::Repeated(_)
            | Error::Locked(_)
            | Error::Server(_)
            | Error::Refusing(_)
            | Error::Forbidden(_)
            | Error::Notice(_)
            | Error::Option(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Mapping(problems) => problems.fmt(f),
            Error::Source { file, message, .. } => write!(f, "{file} cannot be read: {message}"),
            Error::State(message)
            | Error::Repeated(message)
            | Error::Server(message)
            | Error::Refusing(message)
            | Error::Forbidden(message)
            | Error::Notice(message)
            | Error::Option(message)
            | Error::Row { message, .. } => f.write_str(message),
            Error::Locked(folder) => write!(
                f,
                "another run is using {folder}; wait for it, or give this run its own --state"
            ),
        }
    }
}

impl std::error::Error for Error {}

impl From<Problems> for Error {
    fn from(problems: Problems) -> Error {
        Error::Mapping(problems)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Error {
        let hint = match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => {
                "; make room on the disk of the --state folder, then run again: it goes on where it stopped"
            }
            _ => "",
        };
        Error::State(format!(
            "the ledger (ledger.sqlite in the --state folder) cannot be used: {error}{hint}"
        ))
    }
}
