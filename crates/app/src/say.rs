//! Data goes to standard output, talk to standard error. Nobody is left to hear of it when either
//! of them is closed.

use std::io::{self, Write};

use migrate::progress::{folded, harmless};

/// Prints data: what a script would want.
pub(crate) fn data(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// Prints talk: what a person would want. A server's message or a file's text in it plays no tricks
/// on the terminal.
pub(crate) fn talk(text: &str) {
    let text = harmless(text);
    let terminal = console::Term::stderr();
    let size = terminal.is_term().then(|| terminal.size_checked());
    let text = match size.flatten() {
        Some((_, columns)) => within(&text, usize::from(columns)),
        None => text,
    };
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Lines broken at words, but for those with a command in them, which is copied whole.
fn within(text: &str, columns: usize) -> String {
    let lines = text.lines().flat_map(|line| match line {
        line if line.contains("usher ") => vec![line.to_owned()],
        line => folded(line, columns),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_broken_at_words_and_commands_are_not() {
        let told = "what is wrong is told here\n  hint: usher migrate run --state DIR";
        let expected = "what is wrong\n  is told here\n  hint: usher migrate run --state DIR";
        assert_eq!(within(told, 15), expected);
    }
}
