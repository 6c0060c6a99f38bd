//! Data goes to standard output, talk to standard error. Nobody is left to hear of it when either
//! of them is closed.

use std::io::{self, Write};

/// Prints data: what a script would want.
pub(crate) fn data(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// Prints talk: what a person would want.
pub(crate) fn talk(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
