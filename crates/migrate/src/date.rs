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
    for part in &format.parts {
        match part {
            DatePart::Year => parts.year = number(&mut rest, year_digits)?,
            DatePart::Month => parts.month = i8::try_from(number(&mut rest, 2)?).ok()?,
            DatePart::ShortMonth => parts.month = short_number(&mut rest)?,
            DatePart::Day => parts.day = i8::try_from(number(&mut rest, 2)?).ok()?,
            DatePart::ShortDay => parts.day = short_number(&mut rest)?,
            DatePart::MonthName | DatePart::LongMonthName => {
                parts.month = month_name(&mut rest, format, *part)?;
            }
            DatePart::Time => rest = is_time(rest).then_some("")?,
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

/// A number of one or two digits.
fn short_number(rest: &mut &str) -> Option<i8> {
    let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
    i8::try_from(number(rest, digits.max(1))?).ok()
}

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

/// The longest name that the text begins with, in any case.
fn month_name(rest: &mut &str, format: &DateFormat, part: DatePart) -> Option<i8> {
    let own = format.months.as_deref();
    let name = |month: usize| match (own, part) {
        (Some(own), _) => own.get(month).map(String::as_str),
        (None, DatePart::MonthName) => Some(&MONTHS[month][..3]),
        (None, _) => Some(MONTHS[month]),
    };
    let begins = |month: usize| {
        let name = name(month)?;
        let length = begins_with(rest, name)?;
        Some((length, month))
    };
    let (length, month) = (0..12).filter_map(begins).max()?;
    *rest = &rest[length..];
    i8::try_from(month + 1).ok()
}

/// How many bytes of a text a name in lower case takes at its start, if it stands there.
fn begins_with(text: &str, name: &str) -> Option<usize> {
    let mut wanted = name.chars();
    for (at, letter) in text.char_indices() {
        if wanted.as_str().is_empty() {
            return Some(at);
        }
        for lower in letter.to_lowercase() {
            if wanted.next() != Some(lower) {
                return None;
            }
        }
    }
    wanted.as_str().is_empty().then_some(text.len())
}

/// Whether a text is a time of day: hours and minutes, then perhaps seconds with a fraction, then
/// perhaps `Z` or a distance from UTC.
fn is_time(text: &str) -> bool {
    let (time, zone) = match text.find(['Z', '+', '-']) {
        Some(place) => text.split_at(place),
        None => (text, ""),
    };
    let in_range = |text: &str, max: u8| {
        text.len() == 2
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && text.parse::<u8>().is_ok_and(|number| number <= max)
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let pieces: Vec<&str> = clock.split(':').collect();
    let has_time = match pieces.as_slice() {
        [hours, minutes] => clock == time && in_range(hours, 23) && in_range(minutes, 59),
        [hours, minutes, seconds] => {
            in_range(hours, 23) && in_range(minutes, 59) && in_range(seconds, 60)
        }
        _ => false,
    };
    let has_fraction =
        (1..=9).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let has_zone = match zone.strip_prefix(['+', '-']) {
        None => matches!(zone, "" | "Z"),
        Some(distance) => {
            let (hours, minutes) = distance
                .split_once(':')
                .unwrap_or_else(|| distance.split_at_checked(2).unwrap_or((distance, "")));
            in_range(hours, 23) && (minutes.is_empty() || in_range(minutes, 59))
        }
    };
    has_time && has_fraction && has_zone
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
        check("D.M.YYYY", "3.6.2025", "2025-06-03");
        check("D.M.YYYY", "30.06.2025", "2025-06-30");
        check("D.M.YYYY", "030.6.2025", "-");
        check("D.M.YYYY", ".6.2025", "-");
        check("D MONTH YYYY", "1 September 2025", "2025-09-01");
        check("D MONTH YYYY", "1 MAY 2025", "2025-05-01");
        check("D MONTH YYYY", "1 Sept 2025", "-");
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
    fn a_time_of_day_is_cut_off() {
        for text in [
            "2025-06-30T00:00",
            "2025-06-30T23:59:60",
            "2025-06-30T12:30:15.123456Z",
            "2025-06-30T12:30:15+05:30",
            "2025-06-30T12:30:15-0800",
            "2025-06-30T12:30+02",
        ] {
            check("YYYY-MM-DDTTIME", text, "2025-06-30");
            check("YYYY-MM-DD TIME", &text.replace('T', " "), "2025-06-30");
        }
        for text in [
            "2025-06-30",
            "2025-06-30T",
            "2025-06-30T24:00",
            "2025-06-30T12:60",
            "2025-06-30T1:00",
            "2025-06-30T12:00.5",
            "2025-06-30T12:00:00.",
            "2025-06-30T12:00:00 UTC",
            "2025-06-30T12:00:00+2",
            "2025-06-30T12",
        ] {
            check("YYYY-MM-DDTTIME", text, "-");
        }
    }

    #[test]
    fn months_may_have_the_names_of_the_book() {
        let names = "Januar Februar März April Mai Juni Juli August September Oktober November \
                     Dezember";
        let names: Vec<String> = names.split_whitespace().map(str::to_lowercase).collect();
        let mut format = DateFormat::parse("D. MONTH YYYY").unwrap();
        format.months = Some(names.into());
        for (text, expected) in [
            ("3. MÄRZ 2025", Some("2025-03-03")),
            ("30. Juni 2025", Some("2025-06-30")),
            ("30. June 2025", None),
        ] {
            let found = parse(text, &format).map(|date| date.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_format_needs_day_month_and_year_once() {
        for format in [
            "DD/MM",
            "DD/MM/YYYY/YYYY",
            "dd/mm/yyyy",
            "DD/MM/YY",
            "",
            "DMYYYY",
            "YYYY-MM-DDTIME",
            "TIME YYYY-MM-DD",
            "YYYY-MM-DDT",
        ] {
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
