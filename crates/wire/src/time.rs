//! Times and dates as the contract writes them.
//!
//! [`DateTime`] is an instant of this system; the others are what people know of a day. All of
//! them check the calendar: 1984-02-31 is no date.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Microseconds in a second.
const SECOND_MICROS: i64 = 1_000_000;

/// An instant in UTC, `YYYY-MM-DD hh:mm:ss` on the wire, microseconds since 1970 inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime {
    /// Microseconds since 1970-01-01 00:00:00 UTC. The wire shows whole seconds only.
    pub micros: i64,
}

impl DateTime {
    /// The instant so many microseconds after 1970.
    pub const fn from_micros(micros: i64) -> DateTime {
        DateTime { micros }
    }

    /// Whole seconds since 1970, as audit items and webhooks write instants.
    pub const fn unix_seconds(self) -> i64 {
        self.micros.div_euclid(SECOND_MICROS)
    }
}

impl fmt::Display for DateTime {
    /// Instants beyond the years -9999 to 9999 are written as the nearest that can be.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nearest = if self.micros < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        let instant = Timestamp::from_microsecond(self.micros).unwrap_or(nearest);
        write!(f, "{}", instant.strftime("%Y-%m-%d %H:%M:%S"))
    }
}

/// A text that is not written as the date it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadDate {
    /// How to write it, with an example.
    pub expected: &'static str,
}

impl fmt::Display for BadDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "must be {}", self.expected)
    }
}

impl std::error::Error for BadDate {}

impl FromStr for DateTime {
    type Err = BadDate;

    fn from_str(text: &str) -> Result<DateTime, BadDate> {
        let bad = BadDate {
            expected: "a time in UTC like 2020-05-27 09:34:36",
        };
        let (date, time) = text.split_once(' ').ok_or(bad)?;
        let date = Date::from_str(date).map_err(|_| bad)?.0;
        let [hour, minute, second] = digits(time, ':', [2, 2, 2]).ok_or(bad)?;
        let small = |number: i16| i8::try_from(number).map_err(|_| bad);
        let time = civil::Time::new(small(hour)?, small(minute)?, small(second)?, 0);
        let instant = date
            .to_datetime(time.map_err(|_| bad)?)
            .to_zoned(jiff::tz::TimeZone::UTC);
        let instant = instant.map_err(|_| bad)?.timestamp();
        Ok(DateTime {
            micros: instant.as_microsecond(),
        })
    }
}

/// A day, `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub civil::Date);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Date {
    type Err = BadDate;

    fn from_str(text: &str) -> Result<Date, BadDate> {
        let bad = BadDate {
            expected: "a date like 1984-03-17",
        };
        let [year, month, day] = digits(text, '-', [4, 2, 2]).ok_or(bad)?;
        day_of(year, month, day).map(Date).ok_or(bad)
    }
}

/// A month, `YYYY-MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApproxDate {
    /// From 1 to 9999.
    pub year: i16,
    /// From 1 to 12.
    pub month: i8,
}

impl fmt::Display for ApproxDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for ApproxDate {
    type Err = BadDate;

    fn from_str(text: &str) -> Result<ApproxDate, BadDate> {
        let bad = BadDate {
            expected: "a month like 1984-03",
        };
        let [year, month] = digits(text, '-', [4, 2]).ok_or(bad)?;
        let first = day_of(year, month, 1).ok_or(bad)?;
        Ok(ApproxDate {
            year,
            month: first.month(),
        })
    }
}

/// A day of which the day or also the month may be unknown: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartialDate {
    /// Only the year is known, from 1 to 9999.
    Year(i16),
    /// The month is known.
    Month(ApproxDate),
    /// The day is known.
    Day(Date),
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartialDate::Year(year) => write!(f, "{year:04}"),
            PartialDate::Month(month) => month.fmt(f),
            PartialDate::Day(day) => day.fmt(f),
        }
    }
}

impl FromStr for PartialDate {
    type Err = BadDate;

    fn from_str(text: &str) -> Result<PartialDate, BadDate> {
        let bad = BadDate {
            expected: "a date like 1984, 1984-03 or 1984-03-17",
        };
        match text.len() {
            4 => {
                let [year] = digits(text, '-', [4]).ok_or(bad)?;
                day_of(year, 1, 1)
                    .map(|day| PartialDate::Year(day.year()))
                    .ok_or(bad)
            }
            7 => text.parse().map(PartialDate::Month).map_err(|_| bad),
            _ => text.parse().map(PartialDate::Day).map_err(|_| bad),
        }
    }
}

/// The numbers of a text of ASCII digits in runs of the given lengths.
fn digits<const N: usize>(text: &str, separator: char, lengths: [usize; N]) -> Option<[i16; N]> {
    let mut numbers = [0; N];
    let mut runs = text.split(separator);
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let run = runs.next()?;
        if run.len() != length || !run.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = run.parse().ok()?;
    }
    runs.next().is_none().then_some(numbers)
}

/// The day of the calendar, which has no year 0.
fn day_of(year: i16, month: i16, day: i16) -> Option<civil::Date> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    (year > 0).then_some(())?;
    civil::Date::new(year, month, day).ok()
}

fn read<'de, T: FromStr<Err = BadDate>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let text = std::borrow::Cow::<'_, str>::deserialize(from)?;
    text.parse().map_err(de::Error::custom)
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<DateTime, D::Error> {
        read(deserializer)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        read(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_reads_back_to_the_second() {
        let instant = DateTime::from_micros(1_590_572_076_999_999);
        assert_eq!(instant.to_string(), "2020-05-27 09:34:36");
        assert_eq!(
            "2020-05-27 09:34:36".parse(),
            Ok(DateTime::from_micros(1_590_572_076_000_000))
        );
        assert_eq!(DateTime::from_micros(-1).to_string(), "1969-12-31 23:59:59");
        assert_eq!(DateTime::from_micros(-1).unix_seconds(), -1);
    }

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        for good in ["1984-03-17", "2000-02-29", "0001-01-01"] {
            assert_eq!(
                good.parse::<Date>().map(|date| date.to_string()),
                Ok(good.to_owned())
            );
        }
        for bad in [
            "1984-02-31",
            "1900-02-29",
            "1984-3-17",
            "1984-13-01",
            "0000-01-01",
            "+984-03-17",
            "1984-03-17 ",
            "١٩٨٤-03-17",
            "",
        ] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
    }

    #[test]
    fn partial_dates_are_years_months_or_days() {
        for good in ["1984", "1984-03", "1984-03-17"] {
            assert_eq!(
                good.parse::<PartialDate>().map(|date| date.to_string()),
                Ok(good.to_owned())
            );
        }
        for bad in [
            "84",
            "1984-00",
            "1984-02-30",
            "0000",
            "17/03/1984",
            "1984-03-17T00:00:00",
        ] {
            assert!(bad.parse::<PartialDate>().is_err(), "{bad}");
        }
    }
}
