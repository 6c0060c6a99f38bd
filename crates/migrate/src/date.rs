//! Dates in one format per book; nothing is guessed.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::mapping::{DateFormat, DatePart};

/// The age from which a person is an adult.
const ADULT_YEARS: i16 = 18;

/// The date a text says in a format; `None` when it is not written so or there is no such day.
pub(crate) fn parse(text: &str, format: &DateFormat) -> Option<Date> {
    let parts = split(text, format, 4)?;
    Date::new(parts.year, parts.month, parts.day).ok()
}

/// The date of a text whose year has two digits: the latest year that makes a person born then at
/// least 18 on `adult_on`. `None` when the text is not written so or there is no such day.
pub(crate) fn parse_two_digit_year(
    text: &str,
    format: &DateFormat,
    adult_on: Date,
) -> Option<Date> {
    let parts = split(text, format, 2)?;
    let century = adult_on.year() / 100 * 100;
    [century, century - 100, century - 200]
        .into_iter()
        .find_map(|century| {
            let born = Date::new(century + parts.year, parts.month, parts.day).ok()?;
            let adult = born.checked_add(ADULT_YEARS.years()).ok()?;
            (adult <= adult_on).then_some(born)
        })
}

struct Parts {
    year: i16,
    month: i8,
    day: i8,
}

fn split(text: &str, format: &DateFormat, year_digits: usize) -> Option<Parts> {
    let mut parts = Parts {
        year: 0,
        month: 0,
        day: 0,
    };
    let mut rest = text;
    for part in &format.0 {
        match part {
            DatePart::Year => parts.year = number(&mut rest, year_digits)?,
            DatePart::Month => parts.month = i8::try_from(number(&mut rest, 2)?).ok()?,
            DatePart::Day => parts.day = i8::try_from(number(&mut rest, 2)?).ok()?,
            DatePart::MonthName => parts.month = month_name(&mut rest)?,
            DatePart::Sign(sign) => rest = rest.strip_prefix(*sign)?,
        }
    }
    rest.is_empty().then_some(parts)
}

fn number(rest: &mut &str, digits: usize) -> Option<i16> {
    let (text, left) = rest.split_at_checked(digits)?;
    *rest = left;
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

fn month_name(rest: &mut &str) -> Option<i8> {
    const NAMES: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let (text, left) = rest.split_at_checked(3)?;
    *rest = left;
    let name = text.to_ascii_lowercase();
    (1..)
        .zip(NAMES)
        .find(|(_, have)| *have == name)
        .map(|(month, _)| month)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: &str, text: &str, expected: &str) {
        let format = DateFormat::parse(format).unwrap();
        let found = parse(text, &format).map_or_else(|| "-".to_owned(), |date| date.to_string());
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_date_is_read_in_its_format_and_no_other() {
        check("DD/MM/YYYY", "30/06/2025", "2025-06-30");
        check("DD/MM/YYYY", "29/02/2024", "2024-02-29");
        check("MM/DD/YYYY", "06/30/2025", "2025-06-30");
        check("YYYYMMDD", "20250630", "2025-06-30");
        check("DD.MM.YYYY", "30.06.2025", "2025-06-30");
        check("DD-MON-YYYY", "30-Jun-2025", "2025-06-30");
        for wrong in [
            "31/02/2025",
            "00/06/1989",
            "1/6/2025",
            "30-06-2025",
            "30/06/25",
            "30/06/2025 ",
            "06/30/2025",
            "",
            "３0/06/2025",
            "+1/06/2025",
        ] {
            check("DD/MM/YYYY", wrong, "-");
        }
    }

    #[test]
    fn a_format_needs_day_month_and_year_once() {
        for format in ["DD/MM", "DD/MM/YYYY/YYYY", "dd/mm/yyyy", "DD/MM/YY", ""] {
            assert!(DateFormat::parse(format).is_none(), "{format}");
        }
    }

    #[test]
    fn a_year_of_two_digits_is_the_latest_that_makes_an_adult() {
        let format = DateFormat::parse("DD/MM/YYYY").unwrap();
        for (text, adult_on, expected) in [
            ("13/12/38", "2013-03-05", "1938-12-13"),
            ("01/01/75", "2005-06-01", "1975-01-01"),
            ("07/12/02", "2020-12-07", "2002-12-07"),
            ("07/12/02", "2020-12-06", "1902-12-07"),
            ("29/02/00", "2018-02-28", "2000-02-29"),
            ("31/02/70", "2018-02-28", "-"),
            ("13/12/1938", "2018-02-28", "-"),
        ] {
            let found = parse_two_digit_year(text, &format, adult_on.parse().unwrap());
            assert_eq!(
                found.map_or_else(|| "-".to_owned(), |d| d.to_string()),
                expected,
                "{text}"
            );
        }
    }
}
