//! Words in lines that fit a terminal; nothing is cut off.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::table::harmless;

/// Width of everything, in columns of the terminal.
pub(super) const WIDTH: usize = 80;

/// A text in lines of at most so many columns: the first keeps its indent, the others have this one.
/// Only a word that is wider than a line is broken.
pub(super) fn fold(text: &str, width: usize, indent: usize) -> Vec<String> {
    let text = harmless(text);
    let words = text.trim_start_matches(' ');
    let mut lines = Vec::new();
    let mut line = " ".repeat(text.len() - words.len());
    let mut is_begun = false;
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        let mut rest = word;
        loop {
            let gap = usize::from(is_begun);
            if line.width() + gap + rest.width() <= width {
                line.push_str(&" ".repeat(gap));
                line.push_str(rest);
                is_begun = true;
                break;
            }
            if !is_begun {
                let (first, more) =
                    rest.split_at(fitting(rest, width.saturating_sub(line.width())));
                line.push_str(first);
                rest = more;
                if rest.is_empty() {
                    is_begun = true;
                    break;
                }
            }
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            is_begun = false;
        }
    }
    lines.push(line);
    lines
}

/// How many bytes of a word fit into so many columns; those of one letter at least.
fn fitting(word: &str, width: usize) -> usize {
    let mut taken = 0;
    for (at, sign) in word.char_indices() {
        taken += sign.width().unwrap_or_default();
        if taken > width && at > 0 {
            return at;
        }
    }
    word.len()
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
        for (text, width, expected) in [
            ("", 5, ""),
            ("  one two", 20, "  one two"),
            ("  one two three", 9, "  one two|    three"),
            ("abcdefghij", 4, "abcd|    e|    f|    g|    h|    i|    j"),
            ("a 李小龍李小龍", 9, "a|    李小|    龍李|    小龍"),
            ("a\u{1b}b", 9, "a\u{fffd}b"),
        ] {
            assert_eq!(fold(text, width, 4).join("|"), expected, "{text}");
        }
        let words = "word ".repeat(40);
        let text = beside("because   ", &words);
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
        assert_eq!(text.split_whitespace().count(), 41);
    }
}
