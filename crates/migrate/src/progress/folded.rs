//! Text in so many columns of a terminal, broken at words.

use std::borrow::Cow;

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// How far the lines that go on are set in beyond the first.
const HANGING: usize = 2;

/// The lines of one line of text that are each at most so wide: broken at blanks, a longer word where
/// the line ends, and set in below the first. Nothing is left out but the blanks at the breaks.
pub fn folded(text: &str, columns: usize) -> Vec<String> {
    let lead = text.len() - text.trim_start_matches(' ').len();
    folded_under(text, columns, lead + HANGING)
}

/// As [`folded`], with the lines that go on set in by so many columns.
pub fn folded_under(text: &str, columns: usize, indent: usize) -> Vec<String> {
    let words = text.trim_start_matches(' ');
    let lead = text.len() - words.len();
    // Where there is hardly room, lines begin at the edge.
    let has_room = lead.max(indent) * 2 <= columns;
    let blanks = |count: usize| " ".repeat(if has_room { count } else { 0 });
    let (lead, indent) = (blanks(lead), blanks(indent));
    let options = Options::new(columns)
        .initial_indent(&lead)
        .subsequent_indent(&indent)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    let lines = textwrap::wrap(words, options);
    lines.into_iter().map(Cow::into_owned).collect()
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
        check("0123456789abcdef", 10, &["01234567", "  89abcdef"]);
        check("a 0123456789abcdef", 10, &["a 01234567", "  89abcdef"]);
        check("李小龍 李小龍", 6, &["李小龍", "  李小", "  龍"]);
        check("ends here  ", 9, &["ends here"]);
    }

    #[test]
    fn lines_go_on_where_they_are_told_to() {
        for (text, columns, indent, expected) in [
            ("", 5, 4, ""),
            ("  one two", 20, 4, "  one two"),
            ("  one two three", 9, 4, "  one two|    three"),
            ("      by one, two", 12, 1, "      by| one, two"),
            ("abcdefghij", 8, 4, "abcdefgh|    ij"),
            ("a 李小龍李小龍", 9, 4, "a 李小|    龍李|    小龍"),
            ("a  b    c", 9, 0, "a  b    c"),
        ] {
            assert_eq!(
                folded_under(text, columns, indent).join("|"),
                expected,
                "{text}"
            );
        }
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
