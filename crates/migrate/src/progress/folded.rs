//! Text in so many columns of a terminal, broken at words.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How far the lines that go on are set in beyond the first.
const HANGING: usize = 2;

/// The lines of one line of text that are each at most so wide: broken at blanks, a longer word where
/// the line ends, and set in below the first. Nothing is left out but the blanks at the breaks.
pub fn folded(text: &str, columns: usize) -> Vec<String> {
    let inner = text.trim_start_matches(' ');
    let indent = text.len() - inner.len() + HANGING;
    // Where there is hardly room, lines begin at the edge.
    let indent = if indent * 2 > columns { 0 } else { indent };
    let mut lines = Vec::new();
    let mut rest = text.to_owned();
    while rest.width() > columns {
        let end = end(&rest, columns.max(2));
        lines.push(rest[..end].trim_end_matches(' ').to_owned());
        let left = rest[end..].trim_start_matches(' ');
        if left.is_empty() {
            return lines;
        }
        rest = format!("{}{left}", " ".repeat(indent));
    }
    lines.push(rest);
    lines
}

/// Where a line that is too wide is broken, in bytes.
fn end(text: &str, columns: usize) -> usize {
    let mut width = 0;
    let too_wide = |(_, sign): &(usize, char)| {
        width += sign.width().unwrap_or_default();
        width > columns
    };
    let edge = text
        .char_indices()
        .find(too_wide)
        .map_or(text.len(), |(at, _)| at);
    if text[edge..].starts_with(' ') {
        return edge;
    }
    let begins = text.len() - text.trim_start_matches(' ').len();
    let blank = text[..edge].rfind(' ').filter(|at| *at > begins);
    blank.unwrap_or(edge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_at_words_and_loses_nothing() {
        let check = |text: &str, columns: usize, expected: &[&str]| {
            assert_eq!(folded(text, columns), expected, "{text}");
        };
        check("short", 10, &["short"]);
        check("", 10, &[""]);
        check("one two three four", 10, &["one two", "  three", "  four"]);
        check("  in one two three", 12, &["  in one two", "    three"]);
        check("0123456789abcdef", 10, &["0123456789", "  abcdef"]);
        check("a 0123456789abcdef", 10, &["a", "  01234567", "  89abcdef"]);
        check("李小龍 李小龍", 6, &["李小龍", "  李小", "  龍"]);
        check("ends here  ", 9, &["ends here"]);
    }

    #[test]
    fn no_width_is_too_small() {
        for columns in 0..6 {
            let lines = folded("  李 abc defghi", columns);
            let text: String = lines.concat().replace(' ', "");
            assert_eq!(text, "李abcdefghi", "{columns}");
        }
    }
}
