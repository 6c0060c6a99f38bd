//! Why a command cannot go on, and what to do about it.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;

use service::Kind;

use crate::ending::Ending;

/// An error as the terminal shows it: a sentence, a hint, and the exit code.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// What is wrong, in lower case, without a full stop.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// How the command ends.
    pub(crate) ending: Ending,
}

impl Trouble {
    /// The work could not be finished.
    pub(crate) fn new(message: impl Into<String>) -> Trouble {
        Trouble {
            message: message.into(),
            hint: None,
            ending: Ending::Wrong,
        }
    }

    /// The options, or the files they name, cannot be used; nothing was done.
    pub(crate) fn usage(message: impl Into<String>) -> Trouble {
        Trouble {
            ending: Ending::Usage,
            ..Trouble::new(message)
        }
    }

    /// A file or folder cannot be used.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Trouble {
        let path = path.display();
        Trouble::usage(match error.kind() {
            ErrorKind::NotFound => format!("there is no {path}"),
            ErrorKind::PermissionDenied => format!("this user may not use {path}"),
            ErrorKind::AlreadyExists => format!("{path} is there already"),
            ErrorKind::IsADirectory => format!("{path} is a folder, not a file"),
            ErrorKind::NotADirectory => format!("a part of {path} is a file, not a folder"),
            ErrorKind::InvalidData => format!("{path} is not text in UTF-8"),
            ErrorKind::StorageFull => format!("{path} cannot be written: the disk is full"),
            ErrorKind::ReadOnlyFilesystem => format!("{path} lies on a disk that is read only"),
            _ => format!("{path} cannot be used: {error}"),
        })
    }

    /// With what to do about it.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Trouble {
        Trouble {
            hint: Some(hint.into()),
            ..self
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "error: {}", self.message)?;
        self.hint
            .as_ref()
            .map_or(Ok(()), |hint| write!(out, "\n  hint: {hint}"))
    }
}

impl From<service::Failure> for Trouble {
    fn from(failure: service::Failure) -> Trouble {
        let message = failure.to_string();
        match failure.kind {
            Kind::Invalid => Trouble::usage(message),
            _ => Trouble::new(message),
        }
    }
}

impl From<store::Error> for Trouble {
    fn from(error: store::Error) -> Trouble {
        Trouble::new(chain(&error))
    }
}

/// An error with its causes.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text = format!("{text}: {source}");
        cause = source.source();
    }
    text
}
