//! Why a stored text cannot be read.

use std::fmt;

/// A stored text that cannot be read. It never repeats what the text says: that may be personal
/// data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredError {
    /// The text was written in another format, whose number this is.
    UnknownFormat(u32),
    /// The text is no JSON, or not of the shape it should have.
    Damaged {
        /// Whether it is JSON at all.
        is_json: bool,
        /// Where reading stopped, from 1.
        line: usize,
        /// Where in the line, in bytes from 1.
        column: usize,
    },
}

impl StoredError {
    pub(super) fn damaged(error: &serde_json::Error) -> StoredError {
        StoredError::Damaged {
            is_json: error.is_data(),
            line: error.line(),
            column: error.column(),
        }
    }
}

impl fmt::Display for StoredError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoredError::UnknownFormat(format) => write!(
                f,
                "the stored text has format {format} and this version reads format {}, run the \
                 version that wrote it or a newer one",
                super::FORMAT
            ),
            StoredError::Damaged {
                is_json,
                line,
                column,
            } => {
                let what = if *is_json {
                    "does not have the shape it should have"
                } else {
                    "is cut off or no JSON"
                };
                write!(
                    f,
                    "the stored text {what} (line {line}, column {column}), restore the record \
                     or run the version that wrote it"
                )
            }
        }
    }
}

impl std::error::Error for StoredError {}
