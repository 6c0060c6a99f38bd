//! Data goes to standard output, talk to standard error. Nobody is left to hear of it when either
//! of them is closed.

use std::io::{self, Write};

use migrate::progress::harmless;

/// Prints data: what a script would want.
pub(crate) fn data(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// Prints talk: what a person would want. A server's message or a file's text in it plays no tricks
/// on the terminal.
pub(crate) fn talk(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", harmless(text));
}
