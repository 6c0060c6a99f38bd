//! What the values of a column are.

use std::fmt;

use wire::country;

use crate::mapping::DateFormat;
use crate::{date, text};

/// Of a thousand values, how many must fit for a column to be of a kind; the others are odd.
const FITTING_OF_1000_MIN: u64 = 950;
/// As that, for dates: nothing else looks like them, so that fewer show what was meant.
const DATES_OF_1000_MIN: u64 = 500;
/// The most values that codes have.
const CODES_COUNT_MAX: usize = 40;
/// How often a code is met, at least, on average.
const CODE_TIMES_MIN: usize = 3;
/// The longest code, in characters.
const CODE_CHARS_MAX: usize = 40;
/// The formats of dates that are tried.
const DATE_FORMATS: [&str; 26] = [
    "YYYY-MM-DD",
    "DD/MM/YYYY",
    "MM/DD/YYYY",
    "DD.MM.YYYY",
    "MM.DD.YYYY",
    "DD-MM-YYYY",
    "MM-DD-YYYY",
    "YYYY/MM/DD",
    "YYYY.MM.DD",
    "YYYYMMDD",
    "DDMMYYYY",
    "DD MON YYYY",
    "DD-MON-YYYY",
    "MON DD, YYYY",
    // Without leading zeros: tried where no other fits as many.
    "D.M.YYYY",
    "D/M/YYYY",
    "M/D/YYYY",
    "D-M-YYYY",
    "YYYY-M-D",
    "D MON YYYY",
    "D MONTH YYYY",
    "MONTH D, YYYY",
    // With a time of day.
    "YYYY-MM-DDTTIME",
    "YYYY-MM-DD TIME",
    "DD/MM/YYYY TIME",
    "DD.MM.YYYY TIME",
];
/// The first of them without leading zeros: a column that one before fits as well is not of them.
const SHORT_FORMATS_AT: usize = 14;

/// Reads a country from a text.
type Named = fn(&str) -> Option<&'static country::Country>;

/// What the values of a column are, almost all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There are none.
    Empty,
    /// Dates; every format that fits as many as the best one does.
    Date(Vec<&'static str>),
    /// E-mail addresses.
    Email,
    /// Countries, in any form; not only two letters that could be another code.
    Country,
    /// As countries, with adjectives such as `British` among them.
    Nationality,
    /// Percentages, some with their sign.
    Percentage,
    /// Digits alone; with zeros in front they are a name and no number.
    Digits {
        /// Whether some begin with a zero.
        has_zeros: bool,
    },
    /// Numbers with a fraction or a sign.
    Decimal,
    /// A few values, each many times.
    Code,
    /// Anything else.
    Text,
}

impl Kind {
    /// The kind of distinct values, each with how often it is met.
    pub(super) fn of(values: &[(&str, u64)], filled: u64) -> Kind {
        if values.is_empty() {
            return Kind::Empty;
        }
        // Whether almost all are: no more are looked at than it takes to say no.
        let odd_max = filled * (1000 - FITTING_OF_1000_MIN) / 1000;
        let fits = |is_one: &dyn Fn(&str) -> bool| {
            let mut odd = 0;
            values.iter().all(|(value, count)| {
                odd += if is_one(value) { 0 } else { *count };
                odd <= odd_max
            })
        };
        if let Some(formats) = dates(values, filled) {
            return Kind::Date(formats);
        }
        let is_short = |(value, _): &(&str, u64)| value.chars().count() <= CODE_CHARS_MAX;
        let few = values.len() <= CODES_COUNT_MAX
            && values.iter().all(is_short)
            && values.len() * CODE_TIMES_MIN <= usize::try_from(filled).unwrap_or(usize::MAX);
        // Two letters alone may be any code: something longer must be there too.
        let all_are = |named: Named| {
            let mut values = values.iter();
            fits(&|value| named(value).is_some())
                && values.any(|(value, _)| value.len() > 2 && named(value).is_some())
        };
        if fits(&|value| text::is_email(value)) {
            Kind::Email
        } else if all_are(country::find) {
            Kind::Country
        } else if all_are(country::nationality) {
            Kind::Nationality
        } else if values.iter().any(|(value, _)| value.ends_with('%'))
            && fits(&|value| text::percentage(value).is_some())
        {
            Kind::Percentage
        } else if fits(&is_digits) && !few {
            let has_zeros = values
                .iter()
                .any(|(value, _)| value.len() > 1 && value.starts_with('0'));
            Kind::Digits { has_zeros }
        } else if fits(&|value| text::decimal(value).is_some()) && !few {
            Kind::Decimal
        } else if few {
            Kind::Code
        } else {
            Kind::Text
        }
    }

    /// Whether a value is of the kind.
    pub(super) fn has(&self, value: &str) -> bool {
        match self {
            Kind::Empty | Kind::Code | Kind::Text => true,
            Kind::Date(formats) => formats.iter().any(|format| is_date(value, format)),
            Kind::Email => text::is_email(value),
            Kind::Country => country::find(value).is_some(),
            Kind::Nationality => country::nationality(value).is_some(),
            Kind::Percentage => text::percentage(value).is_some(),
            Kind::Digits { .. } => is_digits(value),
            Kind::Decimal => text::decimal(value).is_some(),
        }
    }
}

/// The formats that most values are dates in, if half of them are in one.
fn dates(values: &[(&str, u64)], filled: u64) -> Option<Vec<&'static str>> {
    let counted = DATE_FORMATS.map(|format| {
        let parsed = DateFormat::parse(format);
        let is_one = |value: &str| {
            parsed
                .as_ref()
                .is_some_and(|it| date::parse(value, it).is_some())
        };
        let fitting = values.iter().filter(|(value, _)| is_one(value));
        (format, fitting.map(|(_, count)| count).sum::<u64>())
    });
    let most = counted.iter().map(|(_, count)| *count).max()?;
    let is_fixed = counted[..SHORT_FORMATS_AT]
        .iter()
        .any(|(_, count)| *count == most);
    let tried = if is_fixed {
        &counted[..SHORT_FORMATS_AT]
    } else {
        &counted[..]
    };
    let best = tried.iter().filter(|(_, count)| *count == most);
    (most * 1000 >= filled * DATES_OF_1000_MIN).then(|| best.map(|(format, _)| *format).collect())
}

/// Whether a text is a date, a number or an address, as no column is called.
pub(super) fn is_data(text: &str) -> bool {
    let is_date = DATE_FORMATS.iter().any(|format| is_date(text, format));
    is_date || is_digits(text) || text::is_email(text)
}

/// Whether a value is a date in a format, with two digits of the year if need be.
fn is_date(value: &str, format: &str) -> bool {
    DateFormat::parse(format).is_some_and(|format| date::parse(value, &format).is_some())
}

fn is_digits(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|sign| sign.is_ascii_digit())
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Empty => "empty",
            Kind::Date(formats) => return write!(f, "date {}", formats.join(" or ")),
            Kind::Email => "e-mail",
            Kind::Country => "country",
            Kind::Nationality => "nationality",
            Kind::Percentage => "percentage",
            Kind::Digits { has_zeros: true } => "digits with zeros",
            Kind::Digits { has_zeros: false } => "digits",
            Kind::Decimal => "number",
            Kind::Code => "code",
            Kind::Text => "text",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[&str], times: u64, expected: &str) {
        let values: Vec<(&str, u64)> = values.iter().map(|value| (*value, times)).collect();
        let filled = times * values.len() as u64;
        assert_eq!(
            Kind::of(&values, filled).to_string(),
            expected,
            "{values:?}"
        );
    }

    #[test]
    fn the_kind_of_a_column_is_what_almost_all_of_its_values_are() {
        check(&[], 1, "empty");
        check(&["31/12/1980", "01/02/1990"], 1, "date DD/MM/YYYY");
        check(&["1980-12-31"], 1, "date YYYY-MM-DD");
        check(
            &["01/02/1990", "03/04/1990"],
            9,
            "date DD/MM/YYYY or MM/DD/YYYY",
        );
        check(&["19801231"], 1, "date YYYYMMDD");
        check(&["12 Mar 1980"], 1, "date DD MON YYYY");
        check(&["1.2.1980", "31.12.1990"], 1, "date D.M.YYYY");
        check(&["1/2/1980", "3/31/1990"], 1, "date M/D/YYYY");
        check(&["1980-12-31T10:00:00"], 1, "date YYYY-MM-DDTTIME");
        check(&["1980-12-31 10:00:00"], 1, "date YYYY-MM-DD TIME");
        check(&["3 March 1980"], 1, "date D MONTH YYYY");
        check(&["ann@example.com", "bob@example.com"], 1, "e-mail");
        check(&["GB", "United Kingdom", "fr"], 9, "country");
        check(&["GB", "British", "FRENCH"], 9, "nationality");
        // Two letters alone are no country: these are a bank's products.
        check(&["CA", "SA"], 9, "code");
        check(&["0123", "4567"], 1, "digits with zeros");
        check(&["123", "4567"], 1, "digits");
        check(&["1.5", "-2"], 1, "number");
        check(&["25%", "12.5 %", "100"], 1, "percentage");
        check(&["L", "M", "H"], 9, "code");
        check(&["1", "2"], 9, "code");
        check(&[&"long ".repeat(9)], 9, "text");
        check(&["Ann", "Bob"], 1, "text");
        // Half of it is not almost all.
        check(
            &["31/12/1980", "ann@example.com", "France", "12"],
            1,
            "text",
        );
    }
}
