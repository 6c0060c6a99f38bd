//! Dates in the words of lists.

use crate::date::{ListDate, PartialDate};
use crate::lists::text;

/// Which number comes first in `04/07/1954`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    DayFirst,
    MonthFirst,
}

/// Longer texts are no dates.
const TEXT_CHARS_MAX: usize = 400;

/// Every date that the text names, or none where a part of it is not understood.
pub(crate) fn read(text: &str, order: Order) -> Option<Vec<ListDate>> {
    if text.chars().count() > TEXT_CHARS_MAX {
        return None;
    }
    let folded = text.to_lowercase().replace(['–', '—'], "-");
    let mut dates = Vec::new();
    for counted in text::counted(&folded) {
        for piece in counted.split(';').flat_map(|piece| piece.split(" or ")) {
            if text::said(piece).is_some() {
                dates.push(one(piece.trim(), order)?);
            }
        }
    }
    (!dates.is_empty()).then_some(dates)
}

/// One date of a field that has no more.
pub(crate) fn single(text: &str, order: Order) -> Option<ListDate> {
    match read(text, order)?.as_slice() {
        [date] => Some(*date),
        _ => None,
    }
}

fn one(text: &str, order: Order) -> Option<ListDate> {
    let mut rest = text.trim().trim_end_matches(['.', ',']);
    let mut is_circa = false;
    for word in [
        "circa",
        "approximately",
        "approx.",
        "approx",
        "about",
        "around",
        "c.",
        "ca.",
        "~",
        "possibly",
        "probably",
        "reportedly",
        "believed to be",
        "born",
    ] {
        if let Some(after) = rest.strip_prefix(word) {
            is_circa |= word != "born";
            rest = after.trim_start();
        }
    }
    let (rest, is_range) = match rest.strip_prefix("between") {
        Some(after) => (after.trim(), true),
        None => (rest.strip_prefix("from ").unwrap_or(rest), false),
    };
    if let Some((first, last)) = ends(rest, is_range) {
        let last = plain(last, order)?;
        return Some(ListDate::between(plain(first, order)?, last));
    }
    if let Some(decade) = decade(rest) {
        return Some(decade);
    }
    let date = plain(rest, order)?;
    Some(if is_circa {
        ListDate::Circa(date)
    } else {
        ListDate::Known(date)
    })
}

/// The two ends of a range.
fn ends(text: &str, is_range: bool) -> Option<(&str, &str)> {
    let divided = text.split_once(" to ").or_else(|| text.split_once(" - "));
    let divided = divided.or_else(|| text.split_once(" and ").filter(|_| is_range));
    divided.or_else(|| {
        let (first, last) = text.split_once(['-', '/'])?;
        let years = [first, last].map(|end| end.trim().len() == 4 && is_number(end.trim()));
        (years == [true, true]).then_some((first, last))
    })
}

/// `1960s`, `the early 1960s`.
fn decade(text: &str) -> Option<ListDate> {
    let words = text.split([' ', '-']);
    let mut said = words.filter(|word| !matches!(*word, "the" | "in" | "early" | "mid" | "late"));
    let text = said.next_back()?;
    let decade = text.strip_suffix('s')?.trim_end_matches(['\'', '’']);
    let first = decade.parse::<i16>().ok().filter(|year| year % 10 == 0)?;
    let ends = PartialDate::year_only(first).zip(PartialDate::year_only(first + 9))?;
    Some(ListDate::between(ends.0, ends.1))
}

/// One date without words around it.
pub(crate) fn plain(text: &str, order: Order) -> Option<PartialDate> {
    let text = text.trim();
    let fields: Vec<&str> = text
        .split(['-', '/', '.', ',', ' ', 't'])
        .filter(|field| !field.is_empty())
        .collect();
    if fields
        .iter()
        .any(|field| field.starts_with(char::is_alphabetic))
    {
        return written(text);
    }
    match fields.as_slice() {
        [year, rest @ ..] if year.len() == 4 && is_number(year) => {
            let date = [number(year), of(rest, 0), of(rest, 1)];
            // What may follow a whole date is an hour or a zone.
            let is_hour = |sign: u8| sign.is_ascii_digit() || b":z+".contains(&sign);
            let is_whole = rest.iter().skip(2).all(|field| field.bytes().all(is_hour));
            is_whole.then(|| dated(date))?
        }
        [first, second, year] if year.len() == 4 => match order {
            Order::DayFirst => dated([number(year), number(second), number(first)]),
            Order::MonthFirst => dated([number(year), number(first), number(second)]),
        },
        [month, year] if year.len() == 4 => dated([number(year), number(month), Some(0)]),
        _ => None,
    }
}

/// `04 Jul 1954`, `July 4, 1954`, `Jul 1954`.
fn written(text: &str) -> Option<PartialDate> {
    let (mut year, mut month, mut day) = (None, None, Some(0));
    for field in text
        .split(['-', '/', '.', ',', ' '])
        .filter(|field| !field.is_empty())
    {
        let digits = field.trim_end_matches(|sign: char| sign.is_ascii_alphabetic());
        if field.starts_with(char::is_alphabetic) {
            month = Some(month.map_or_else(|| named(field), |_| None)?);
        } else if field.len() == 4 && year.is_none() {
            year = number(field);
        } else if matches!(&field[digits.len()..], "" | "st" | "nd" | "rd" | "th") && day == Some(0)
        {
            day = number(digits).filter(|day| (0..=31).contains(day));
            day?;
        } else {
            return None;
        }
    }
    dated([year, month, day])
}

fn named(month: &str) -> Option<i16> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let found = MONTHS.iter().position(|name| {
        *name == month
            || (month.len() == 3 && name.starts_with(month))
            || (month == "sept" && *name == "september")
    })?;
    i16::try_from(found + 1).ok()
}

/// The date; a month or day of nought is not known, and neither is a day without a month.
fn dated([year, month, day]: [Option<i16>; 3]) -> Option<PartialDate> {
    let (year, month, day) = (year?, u8::try_from(month?).ok()?, u8::try_from(day?).ok()?);
    match (month, day) {
        (0, _) => PartialDate::year_only(year),
        (month, 0) => PartialDate::month_of(year, month),
        (month, day) => PartialDate::day_of(year, month, day),
    }
}

fn of(fields: &[&str], place: usize) -> Option<i16> {
    fields.get(place).map_or(Some(0), |field| number(field))
}

fn number(text: &str) -> Option<i16> {
    (is_number(text) && text.len() <= 4).then(|| text.parse().ok())?
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(text: &str, expected: &str) {
        let dates = read(text, Order::DayFirst).unwrap_or_default();
        let dates: Vec<String> = dates.iter().map(ToString::to_string).collect();
        assert_eq!(dates.join(" "), expected, "{text:?}");
    }

    #[test]
    fn dates_are_read_in_every_form_that_lists_use() {
        for (text, expected) in [
            ("1962", "1962"),
            ("04 Jul 1954", "1954-07-04"),
            ("July 4, 1954", "1954-07-04"),
            ("4th July 1954", "1954-07-04"),
            ("Sep 1938", "1938-09"),
            ("circa 1951", "~1951"),
            ("circa 03 Mar 1951", "~1951-03-03"),
            ("circa 1951-1953", "1951/1953"),
            ("1951 to 1953", "1951/1953"),
            ("01 Jan 1960 to 31 Dec 1965", "1960-01-01/1965-12-31"),
            ("Between 1955 and 1958", "1955/1958"),
            ("Approximately 1958", "~1958"),
            ("00/00/1980", "1980"),
            ("00/03/1965", "1965-03"),
            ("29/03/1965", "1965-03-29"),
            ("1965-04-29", "1965-04-29"),
            ("1965-04", "1965-04"),
            ("2016-11-30-05:00", "2016-11-30"),
            ("2020-11-30T20:31:19.923-05:00", "2020-11-30"),
            ("1956/57", ""),
            ("1965-04-29 (false passport)", ""),
            ("1973-1975", "1973/1975"),
            ("1968 or 1969", "1968 1969"),
            ("1967; 1966-02-01", "1967 1966-02-01"),
            ("a) 1/1/1968 b) 1963", "1968-01-01 1963"),
            ("born in the early 1970s", "1970/1979"),
            ("May-58", ""),
            ("31 Feb 1960", ""),
            ("24/06/1402 (Hijri Calendar)", ""),
            ("somebody", ""),
            ("", ""),
        ] {
            says(text, expected);
        }
    }

    #[test]
    fn months_come_first_where_they_do() {
        let date = single("10/16/2017", Order::MonthFirst);
        assert_eq!(
            date.map(|date| date.to_string()).as_deref(),
            Some("2017-10-16")
        );
        assert_eq!(single("10/16/2017", Order::DayFirst), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_not(text in "\\PC{0,60}", near in "[0-9]{2,4}([ /.-][0-9a-z]{1,4}){0,3}") {
            read(&text, Order::DayFirst);
            read(&near, Order::MonthFirst);
        }
    }
}
