//! One column: how full it is, what it holds, what is odd.

use std::collections::HashMap;

use super::kind::Kind;
use super::{Oddities, Oddity, masked};
use crate::mapping::Encoding;
use crate::text;

/// How many of the values are shown.
const VALUES_SHOWN_MAX: usize = 5;
/// How many are kept.
const VALUES_KEPT_MAX: usize = 40;
/// Words that stand for nothing.
const MISSING_WORDS: [&str; 13] = [
    "n/a",
    "#n/a",
    "null",
    "(null)",
    "none",
    "nil",
    "unknown",
    "not known",
    "tbc",
    "tba",
    "-",
    "--",
    "?",
];

/// What is known of a column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: Kind,
    /// Whether each row has a value of its own, but for a few that repeat.
    pub is_key: bool,
    /// Rows that were looked at: those with the right number of fields.
    pub rows: u64,
    /// Rows with a value; white space and words such as `N/A` are none.
    pub filled: u64,
    /// Different values.
    pub distinct: u64,
    /// Shortest and longest value, in characters.
    pub length: (usize, usize),
    /// The most frequent values with how often they are met; of those met as often, the first. When
    /// there are few, all of them.
    pub values: Vec<(String, u64)>,
    /// The words in it that stand for nothing, as they are written, and how often they are met.
    pub missing: Vec<(String, u64)>,
    /// The columns of other files that its values are keys of, the one with the most first.
    pub refers: Vec<Reference>,
    /// What is odd about it.
    pub oddities: Vec<Oddity>,
}

/// A column that leads to another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The other file.
    pub file: String,
    /// Its key.
    pub column: String,
    /// How many of the different values are there, of a hundred, rounded down.
    pub percent: u64,
}

/// How often a value is met, and on which line first.
struct Met {
    count: u64,
    line: u64,
}

impl Column {
    /// Looks at a column: its cells with the lines of their rows, in order.
    #[cfg(test)]
    fn of<'c>(name: &str, cells: impl Iterator<Item = (u64, &'c str)>) -> Column {
        let mut counting = Counting::default();
        for (line, cell) in cells {
            counting.add(line, cell);
        }
        counting.column(name)
    }

    /// The values to show; with `mask`, their form alone.
    pub fn shown(&self, mask: bool) -> impl Iterator<Item = (String, u64)> + '_ {
        let shown = move |value: &str| {
            if mask {
                masked(value)
            } else {
                value.to_owned()
            }
        };
        let values = self.values.iter().take(VALUES_SHOWN_MAX);
        values.map(move |(value, count)| (shown(value), *count))
    }
}

/// In so few rows one value that is there twice is less than it takes to say that each has its own.
const KEY_ROWS_MIN: u64 = 10;

/// Whether so many different values in so many rows are one for each, but for a few that repeat.
fn are_own(distinct: u64, rows: u64) -> bool {
    distinct * 100 >= rows * 95 || (rows >= KEY_ROWS_MIN && distinct + 1 >= rows)
}

/// A column while its cells are counted: of equal values one is held.
#[derive(Default)]
pub(super) struct Counting {
    rows: u64,
    values: HashMap<Box<str>, Met>,
    /// The words for nothing.
    missing: Vec<(String, u64)>,
    odd: Oddities,
    /// What the values take, in bytes.
    bytes: usize,
}

/// What a value takes beside its own bytes.
const VALUE_BYTES: usize = 64;

impl Counting {
    /// Counts a cell of the row that begins on a line.
    pub(super) fn add(&mut self, line: u64, cell: &str) {
        self.rows += 1;
        look(cell, line, &mut self.odd);
        let value = cell.trim();
        if value.is_empty() {
            return;
        }
        if is_missing(value) {
            self.odd
                .add(line, || format!("the word \"{value}\" for nothing"));
            match self.missing.iter_mut().find(|(word, _)| word == value) {
                Some((_, count)) => *count += 1,
                None => self.missing.push((value.to_owned(), 1)),
            }
            return;
        }
        if let Some(met) = self.values.get_mut(value) {
            met.count += 1;
        } else {
            self.bytes += value.len() + VALUE_BYTES;
            self.values.insert(value.into(), Met { count: 1, line });
        }
    }

    /// About how much memory the values take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The different values, without order.
    pub(super) fn values(&self) -> impl ExactSizeIterator<Item = &str> {
        self.values.keys().map(|value| &**value)
    }

    /// What the cells come to.
    pub(super) fn column(self, name: &str) -> Column {
        let Counting {
            rows,
            values,
            missing,
            mut odd,
            ..
        } = self;
        let mut values: Vec<(&str, &Met)> =
            values.iter().map(|(value, met)| (&**value, met)).collect();
        values.sort_by_key(|(_, met)| (std::cmp::Reverse(met.count), met.line));
        let filled = values.iter().map(|(_, met)| met.count).sum();
        let counted: Vec<(&str, u64)> = values
            .iter()
            .map(|(value, met)| (*value, met.count))
            .collect();
        let kind = Kind::of(&counted, filled);
        for (_, met) in values.iter().filter(|(value, _)| !kind.has(value)) {
            odd.add_all(met, || format!("no {}", bare(&kind)));
        }
        if kind == Kind::Code {
            spellings(&values, &mut odd);
        }
        let distinct = values.len() as u64;
        let lengths = values.iter().map(|(value, _)| value.chars().count());
        let length = (
            lengths.clone().min().unwrap_or(0),
            lengths.max().unwrap_or(0),
        );
        let may_be_key = !matches!(kind, Kind::Date(_) | Kind::Decimal | Kind::Percentage)
            && !values
                .iter()
                .any(|(value, _)| value.contains(char::is_whitespace));
        let is_key = may_be_key && filled > 1 && filled == rows && are_own(distinct, rows);
        if is_key {
            for (_, met) in values.iter().filter(|(_, met)| met.count > 1) {
                odd.add(met.line, || "keys that are met twice or more".to_owned());
            }
        }
        let kept = counted.iter().take(VALUES_KEPT_MAX);
        let kept = kept.map(|(value, count)| ((*value).to_owned(), *count));
        Column {
            name: name.to_owned(),
            values: kept.collect(),
            missing,
            kind,
            is_key,
            rows,
            filled,
            distinct,
            length,
            refers: Vec::new(),
            oddities: odd.list,
        }
    }
}

/// What a value of the kind is called: the format of dates aside.
fn bare(kind: &Kind) -> String {
    let text = kind.to_string();
    text.split(' ').next().unwrap_or_default().to_owned()
}

pub(super) fn is_missing(value: &str) -> bool {
    MISSING_WORDS
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word))
}

impl Oddities {
    /// Adds every row with a value.
    fn add_all(&mut self, met: &Met, what: impl FnOnce() -> String) {
        self.add_rows((met.count, met.line), what);
    }
}

/// What is odd about the signs of a cell.
fn look(cell: &str, line: u64, odd: &mut Oddities) {
    if cell.trim().len() != cell.len() {
        odd.add(line, || "white space around the value".to_owned());
    }
    if text::remove_controls(cell).is_some() {
        odd.add(line, || "control characters".to_owned());
    }
    if cell.contains(is_unseen) {
        odd.add(line, || "signs that cannot be seen".to_owned());
    }
    if is_scientific(cell.trim()) {
        odd.add(line, || {
            "numbers that a spreadsheet has shortened (1E+10)".to_owned()
        });
    }
    if text::repair_mojibake(cell, Encoding::Windows1252).is_some() {
        odd.add(line, || "letters of another encoding (mojibake)".to_owned());
    }
    if text::has_markup(cell) {
        odd.add(line, || "HTML".to_owned());
    }
    let mut signs = cell.chars();
    let is_signed =
        |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii_digit() || sign == ' ');
    match signs.next() {
        Some('=' | '@') => odd.add(line, || "what a spreadsheet takes for a formula".to_owned()),
        Some('+' | '-') if cell.len() > 1 && !is_signed(signs.next()) => {
            odd.add(line, || "what a spreadsheet takes for a formula".to_owned());
        }
        _ => {}
    }
}

/// Signs without width, and those that turn the direction of writing.
fn is_unseen(sign: char) -> bool {
    matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn is_scientific(value: &str) -> bool {
    let is_number = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|sign| sign.is_ascii_digit() || sign == b'.')
    };
    let parts = value.split_once("E+").or_else(|| value.split_once("e+"));
    parts.is_some_and(|(number, power)| is_number(number) && is_number(power))
}

/// Codes that are written in several ways.
fn spellings(values: &[(&str, &Met)], odd: &mut Oddities) {
    let mut first: HashMap<String, &str> = HashMap::new();
    for (value, met) in values {
        let folded = value.to_lowercase();
        match first.get(&folded) {
            None => {
                first.insert(folded, value);
            }
            Some(usual) => {
                let beside = |value: &str, usual: &str| format!("\"{value}\" beside \"{usual}\"");
                let hidden = beside(&masked(value), &masked(usual));
                odd.add_masked((met.count, met.line), beside(value, usual), hidden);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(cells: &[&str]) -> Column {
        let lines = 2..;
        Column::of("C", lines.zip(cells.iter().copied()))
    }

    fn check(cells: &[&str], expected: &[(&str, u64, u64)]) {
        let column = column(cells);
        let told: Vec<(&str, u64, u64)> = column
            .oddities
            .iter()
            .map(|odd| (odd.what.as_str(), odd.rows, odd.line))
            .collect();
        assert_eq!(told, expected, "{cells:?}");
    }

    #[test]
    fn what_is_odd_is_counted_with_the_line_it_is_met_on_first() {
        check(&["Ann", "Bob"], &[]);
        check(
            &["Ann", " Bob", "Cy "],
            &[("white space around the value", 2, 3)],
        );
        check(&["Ann", "B\u{0}b"], &[("control characters", 1, 3)]);
        check(
            &["MÃ¼ller", "Ann"],
            &[("letters of another encoding (mojibake)", 1, 2)],
        );
        check(&["<b>Ann</b>", "Bob"], &[("HTML", 1, 2)]);
        check(
            &["Ann", "\u{202e}bob"],
            &[("signs that cannot be seen", 1, 3)],
        );
        let shortened = "numbers that a spreadsheet has shortened (1E+10)";
        check(&["1.23457E+10", "E+", "x", "4e+11"], &[(shortened, 2, 2)]);
        check(
            &["=1+1", "+A1", "-x", "+44 20", "@a", "Ann"],
            &[("what a spreadsheet takes for a formula", 4, 2)],
        );
        check(
            &["Ann", "N/A", "unknown", "n/a"],
            &[
                ("the word \"N/A\" for nothing", 1, 3),
                ("the word \"unknown\" for nothing", 1, 4),
                ("the word \"n/a\" for nothing", 1, 5),
            ],
        );
        let mut dates = vec!["31/01/1980"; 30];
        dates.push("31/02/1980");
        check(&dates, &[("no date", 1, 32)]);
        check(
            &["A", "A", "A", "a", "A", "A", "B", "B", "B"],
            &[("\"a\" beside \"A\"", 1, 5)],
        );
    }

    #[test]
    fn a_column_is_as_full_as_it_says_something() {
        let found = column(&["Ann", "", " ", "n/a", "Ann", "Bo"]);
        assert_eq!((found.filled, found.distinct, found.length), (3, 2, (2, 3)));
        assert_eq!(found.values[0], ("Ann".to_owned(), 2));
        assert!(!found.is_key);
        let masked: Vec<String> = found.shown(true).map(|(value, _)| value).collect();
        assert_eq!(masked, ["Xxx", "Xx"]);
    }

    #[test]
    fn a_key_has_a_value_of_its_own_in_almost_every_row() {
        let numbers: Vec<String> = (0..100).map(|number| format!("{number:04}")).collect();
        let mut cells: Vec<&str> = numbers.iter().map(String::as_str).collect();
        assert!(column(&cells).is_key);
        cells[7] = "0003";
        let found = column(&cells);
        assert!(found.is_key);
        assert_eq!(found.oddities[0].what, "keys that are met twice or more");
        cells[8] = "";
        assert!(!column(&cells).is_key);
    }
}
