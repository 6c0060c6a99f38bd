//! Tables for the terminal: columns aligned by blanks, readable without color.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Blanks between two columns.
const GAP: &str = "  ";

/// A table of a header and rows, aligned; a cell wider than its column's limit is cut with `…`.
/// Control characters are shown as `�`, so that no cell can play tricks on the terminal.
pub(crate) fn text<const N: usize>(header: [(&str, usize); N], rows: &[[String; N]]) -> String {
    let limits = header.map(|(_, limit)| limit);
    let shown: Vec<[String; N]> = rows.iter().map(|row| shorten(row, limits)).collect();
    let header = header.map(|(name, _)| name.to_owned());
    let mut widths = [0; N];
    for row in std::iter::once(&header).chain(&shown) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let rule = widths.map(|width| "-".repeat(width));
    let lines = [&header, &rule]
        .into_iter()
        .chain(&shown)
        .map(|row| line(row, widths));
    lines.collect::<Vec<_>>().join("\n")
}

fn line<const N: usize>(row: &[String; N], widths: [usize; N]) -> String {
    let cells = row.iter().zip(widths);
    let padded = cells.map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
    padded.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
}

fn shorten<const N: usize>(row: &[String; N], limits: [usize; N]) -> [String; N] {
    let mut place = 0;
    row.clone().map(|cell| {
        let limit = limits[place];
        place += 1;
        cut(&harmless(&cell), limit)
    })
}

/// A text without control characters and without signs that turn the direction of writing.
pub(crate) fn harmless(text: &str) -> String {
    let turns = |sign| matches!(sign, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|sign| match sign {
            sign if sign.is_control() || turns(sign) => '\u{fffd}',
            sign => sign,
        })
        .collect()
}

/// A text that is at most so wide, its end cut with `…`.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    if text.width() <= limit {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut width = 0;
    for sign in text.chars() {
        width += sign.width().unwrap_or_default();
        if width + 1 > limit {
            break;
        }
        short.push(sign);
    }
    format!("{short}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_turns_the_direction_of_what_follows() {
        assert_eq!(
            harmless("a\u{202e}b\u{2066}\u{7}"),
            "a\u{fffd}b\u{fffd}\u{fffd}"
        );
    }

    #[test]
    fn columns_stand_under_each_other_whatever_is_in_them() {
        let row = |one: &str, two: &str| [one.to_owned(), two.to_owned()];
        let rows = [row("a", "short"), row("李小龍", "\u{1b}[31mred and long")];
        let table = text([("name", 10), ("what", 9)], &rows);
        let expected = "name    what\n------  ---------\na       short\n李小龍  \u{fffd}[31mred…";
        assert_eq!(table, expected);
    }
}
