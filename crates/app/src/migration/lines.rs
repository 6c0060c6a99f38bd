//! Words in lines that fit a terminal; nothing is cut off.

use migrate::progress::folded_under;
use unicode_width::UnicodeWidthStr;

use crate::table::harmless;

/// Width of everything, in columns of the terminal.
pub(super) const WIDTH: usize = 80;

/// A text in lines of at most so many columns, without anything that plays tricks on a terminal: the
/// first keeps its indent, the others have this one.
pub(super) fn fold(text: &str, width: usize, indent: usize) -> Vec<String> {
    folded_under(&harmless(text), width, indent)
}

/// A label with a text beside it, in lines of [`WIDTH`] columns.
pub(super) fn beside(label: &str, text: &str) -> String {
    let room = WIDTH.saturating_sub(label.width());
    let gap = " ".repeat(label.width());
    format!("{label}{}", fold(text, room, 0).join(&format!("\n{gap}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_cut_off_and_no_line_is_too_wide() {
        assert_eq!(fold("a\u{1b}b", 9, 4), ["a\u{fffd}b"]);
        let words = "word ".repeat(40);
        let text = beside("because   ", &words);
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
        assert_eq!(text.split_whitespace().count(), 41);
    }
}
