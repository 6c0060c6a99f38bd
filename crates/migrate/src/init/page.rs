//! The text of a mapping while it is written.

use std::fmt::Write as _;

use crate::source::quoted;

/// How wide a line of a comment is, in characters.
const COMMENT_CHARS_MAX: usize = 100;

/// The text so far.
#[derive(Default)]
pub(super) struct Page {
    pub(super) text: String,
    /// How many guesses are marked.
    pub(super) checks: usize,
}

impl Page {
    /// A line, so many levels in.
    pub(super) fn line(&mut self, level: usize, text: impl AsRef<str>) {
        let _ = writeln!(self.text, "{}{}", "  ".repeat(level), text.as_ref());
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A comment, on as many lines as it needs.
    pub(super) fn comment(&mut self, level: usize, text: impl AsRef<str>) {
        let width = COMMENT_CHARS_MAX - level * 2 - 2;
        let mut line = String::new();
        let hide = |sign: char| if is_unseen(sign) { '\u{fffd}' } else { sign };
        let text: String = text.as_ref().chars().map(hide).collect();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                self.line(level, format!("# {line}"));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(level, format!("# {line}"));
    }

    /// A guess, and why it is one.
    pub(super) fn check(&mut self, level: usize, why: impl AsRef<str>) {
        self.checks += 1;
        self.comment(level, format!("CHECK: {}", why.as_ref()));
    }

    /// A heading.
    pub(super) fn heading(&mut self, text: impl AsRef<str>) {
        self.blank();
        self.line(0, format!("# {}", "-".repeat(COMMENT_CHARS_MAX - 2)));
        self.comment(0, text);
    }
}

/// A value as a mapping takes it anywhere; as a comment shows it too, on one line and without signs
/// that a terminal would obey.
pub(super) fn yaml(text: &str) -> String {
    let is_file = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '.');
    if text.starts_with(|sign: char| sign.is_ascii_alphanumeric()) && text.chars().all(is_file) {
        return if text == "null" {
            "\"null\"".to_owned()
        } else {
            text.to_owned()
        };
    }
    if text == "\"" {
        return "'\"'".to_owned();
    }
    let quoted = quoted(text);
    let mut safe = String::with_capacity(quoted.len());
    for sign in quoted.chars() {
        if sign.is_control() || is_unseen(sign) {
            let _ = write!(safe, "\\u{:04x}", u32::from(sign));
        } else {
            safe.push(sign);
        }
    }
    safe
}

/// Signs without width, and those that turn the direction of writing or end a line.
fn is_unseen(sign: char) -> bool {
    let is_odd = sign.is_control() && !sign.is_whitespace();
    is_odd
        || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Values as a list on one line.
pub(super) fn list<'s>(texts: impl Iterator<Item = &'s str>) -> String {
    let texts: Vec<String> = texts.map(yaml).collect();
    format!("[{}]", texts.join(", "))
}

/// Pairs as a mapping on one line.
pub(super) fn pairs<'s>(pairs: impl Iterator<Item = (&'s str, &'s str)>) -> String {
    let pairs: Vec<String> = pairs
        .map(|(key, value)| format!("{}: {}", yaml(key), yaml(value)))
        .collect();
    format!("{{{}}}", pairs.join(", "))
}
