//! How a command ends, for scripts.

use std::process::ExitCode;

/// What the exit codes mean, for the help.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  done, and nothing is wrong
  1  something is wrong: mistakes in a policy, rows that failed or differ, a check of `doctor`, or
     the work could not be finished
  2  the options, or the files they name, cannot be used; nothing was done";

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Done, and nothing is wrong: 0.
    Well,
    /// Something is wrong, or the work could not be finished: 1.
    Wrong,
    /// The options, or the files they name, cannot be used: 2, as for every mistake of usage.
    Usage,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> ExitCode {
        ExitCode::from(match ending {
            Ending::Well => 0,
            Ending::Wrong => 1,
            Ending::Usage => 2,
        })
    }
}
