//! Tables for the terminal: columns aligned by blanks, readable without color.

use migrate::progress::folded;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Blanks between two columns.
const GAP: &str = "  ";
/// A column is not made narrower than this for the terminal's sake, in columns of the terminal.
const WIDTH_MIN: usize = 12;

/// A table of a header and rows, aligned; a cell wider than its column's limit is cut with `…`.
/// Control characters are shown as `�`, so that no cell can play tricks on the terminal. Where
/// standard output is a terminal, the widest columns are made narrower and their cells go on below.
pub(crate) fn text<const N: usize>(header: [(&str, usize); N], rows: &[[String; N]]) -> String {
    let terminal = console::Term::stdout();
    let columns = terminal.is_term().then(|| terminal.size_checked());
    let columns = columns.flatten().map(|(_, columns)| usize::from(columns));
    within(header, rows, columns.unwrap_or(usize::MAX))
}

/// As [`text`], in so many columns of a terminal if that can be.
fn within<const N: usize>(
    header: [(&str, usize); N],
    rows: &[[String; N]],
    columns: usize,
) -> String {
    let limits = header.map(|(_, limit)| limit);
    let shown: Vec<[String; N]> = rows.iter().map(|row| shorten(row, limits)).collect();
    let header = header.map(|(name, _)| name.to_owned());
    let limits = narrowed(widths(&header, &shown), columns);
    let shown: Vec<[String; N]> = shown
        .into_iter()
        .flat_map(|row| below_each_other(row, limits))
        .collect();
    let widths = widths(&header, &shown);
    let rule = widths.map(|width| "-".repeat(width));
    let lines = [&header, &rule]
        .into_iter()
        .chain(&shown)
        .map(|row| line(row, widths));
    lines.collect::<Vec<_>>().join("\n")
}

/// How wide the widest cell of each column is.
fn widths<const N: usize>(header: &[String; N], rows: &[[String; N]]) -> [usize; N] {
    let mut widths = [0; N];
    for row in std::iter::once(header).chain(rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    widths
}

/// Widths that fit into so many columns, taken from the widest; none below [`WIDTH_MIN`].
fn narrowed<const N: usize>(mut widths: [usize; N], columns: usize) -> [usize; N] {
    let gaps = GAP.len() * N.saturating_sub(1);
    loop {
        let taken = widths.iter().sum::<usize>() + gaps;
        let widest = widths.iter_mut().max();
        match widest {
            Some(width) if taken > columns && *width > WIDTH_MIN => *width -= 1,
            _ => return widths,
        }
    }
}

/// A row on as many lines as its cells need to be no wider than these.
fn below_each_other<const N: usize>(row: [String; N], limits: [usize; N]) -> Vec<[String; N]> {
    let mut place = 0;
    let cells = row.map(|cell| {
        place += 1;
        folded(&cell, limits[place - 1])
    });
    let count = cells.iter().map(Vec::len).max().unwrap_or_default();
    let line = |at: usize| {
        let part = |lines: &Vec<String>| lines.get(at).cloned().unwrap_or_default();
        cells.each_ref().map(part)
    };
    (0..count).map(line).collect()
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
    fn a_table_is_no_wider_than_the_terminal() {
        let rows = [["short".to_owned(), "x".repeat(90), "y".repeat(30)]];
        let header = [("one", 10), ("two", 60), ("three", 40)];
        let fitted = within(header, &rows, 60);
        let is_narrow = |line: &str| line.width() <= 60;
        assert!(fitted.lines().all(is_narrow), "{fitted}");
        // What does not fit goes on below, and none of it is lost but what the limit cuts.
        let count = |sign: char| fitted.matches(sign).count();
        assert_eq!((count('x'), count('y')), (59, 30), "{fitted}");
        assert!(fitted.contains('…'), "{fitted}");
        let whole = within(header, &rows, usize::MAX);
        assert_eq!(whole.lines().last().map(UnicodeWidthStr::width), Some(99));
        // Where nothing helps, what is left of each column can still be read.
        let least = within(header, &rows, 3);
        let widest = least.lines().map(UnicodeWidthStr::width).max();
        assert_eq!(widest, Some(33), "{least}");
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
