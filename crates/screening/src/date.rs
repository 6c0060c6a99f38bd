//! Dates as lists give them: to the day, the month or the year, circa, or somewhere in a range.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A date known to the day, the month or the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    year: i16,
    /// 0 where it is not known.
    month: u8,
    /// 0 where it is not known.
    day: u8,
}

/// How exactly a date is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    Year,
    Month,
    Day,
}

/// The first year that a date of a list may have; earlier ones are mistakes.
pub const YEAR_MIN: i16 = 1000;
/// The last year that a date of a list may have; some orders run "until 9999".
pub const YEAR_MAX: i16 = 9999;

impl PartialDate {
    /// A year alone; none outside [`YEAR_MIN`] and [`YEAR_MAX`].
    pub fn year_only(year: i16) -> Option<PartialDate> {
        let known = (YEAR_MIN..=YEAR_MAX).contains(&year);
        known.then_some(PartialDate {
            year,
            month: 0,
            day: 0,
        })
    }

    /// A month of a year.
    pub fn month_of(year: i16, month: u8) -> Option<PartialDate> {
        let date = PartialDate::year_only(year)?;
        (1..=12)
            .contains(&month)
            .then_some(PartialDate { month, ..date })
    }

    /// A day, if the calendar has it.
    pub fn day_of(year: i16, month: u8, day: u8) -> Option<PartialDate> {
        let date = PartialDate::month_of(year, month)?;
        let in_calendar = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        in_calendar.is_ok().then_some(PartialDate { day, ..date })
    }

    /// The year, which is always known.
    pub fn year(self) -> i16 {
        self.year
    }

    /// The month (1 to 12), where it is known.
    pub fn month(self) -> Option<u8> {
        (self.month > 0).then_some(self.month)
    }

    /// The day of the month, where it is known.
    pub fn day(self) -> Option<u8> {
        (self.day > 0).then_some(self.day)
    }

    /// How exactly it is known.
    pub fn precision(self) -> Precision {
        match (self.month, self.day) {
            (0, _) => Precision::Year,
            (_, 0) => Precision::Month,
            _ => Precision::Day,
        }
    }

    /// The first day that it may be.
    pub fn earliest(self) -> Date {
        self.filled(1, 1)
    }

    /// The last day that it may be.
    pub fn latest(self) -> Date {
        self.filled(12, 31)
    }

    fn filled(self, month: i8, day: i8) -> Date {
        let month = self
            .month()
            .and_then(|m| i8::try_from(m).ok())
            .unwrap_or(month);
        let known = self.day().and_then(|d| i8::try_from(d).ok());
        let first = Date::constant(1, 1, 1);
        let start = Date::new(self.year, month, 1).unwrap_or(first);
        let day = known.unwrap_or_else(|| day.min(start.days_in_month()));
        Date::new(self.year, month, day).unwrap_or(start)
    }
}

impl fmt::Display for PartialDate {
    /// `1964-07-17`, `1964-07` or `1964`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if self.month > 0 {
            write!(f, "-{:02}", self.month)?;
        }
        if self.day > 0 {
            write!(f, "-{:02}", self.day)?;
        }
        Ok(())
    }
}

impl FromStr for PartialDate {
    type Err = String;

    /// Reads what [`fmt::Display`] writes, exactly.
    fn from_str(text: &str) -> Result<PartialDate, String> {
        let wrong = || format!("{text:?} is no date (YYYY-MM-DD, YYYY-MM or YYYY)");
        let mut fields = text.split('-').map(|field| {
            let digits = field.bytes().all(|byte| byte.is_ascii_digit());
            (digits && matches!(field.len(), 2 | 4)).then(|| field.parse::<i16>().ok())?
        });
        let small = |field: Option<i16>| u8::try_from(field?).ok();
        let (year, month, day) = (fields.next(), fields.next(), fields.next());
        let year = year
            .flatten()
            .filter(|_| text.as_bytes().get(4) != Some(&b'0'));
        let date = match (year, month, day) {
            (Some(year), None, None) => PartialDate::year_only(year),
            (Some(year), Some(month), None) => {
                small(month).and_then(|month| PartialDate::month_of(year, month))
            }
            (Some(year), Some(month), Some(day)) => small(month)
                .zip(small(day))
                .and_then(|(month, day)| PartialDate::day_of(year, month, day)),
            (None, ..) | (Some(_), None, Some(_)) => None,
        };
        date.filter(|date| fields.next().is_none() && date.to_string() == text)
            .ok_or_else(wrong)
    }
}

/// A date as a list gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListDate {
    /// The date, as exactly as it is known.
    Known(PartialDate),
    /// About then.
    Circa(PartialDate),
    /// Some time from the first to the second, which is not before it.
    Between(PartialDate, PartialDate),
}

impl ListDate {
    /// From one to the other; turned round where they are, and one date where both are the same.
    pub fn between(one: PartialDate, other: PartialDate) -> ListDate {
        let (first, last) = if one <= other {
            (one, other)
        } else {
            (other, one)
        };
        if first == last {
            ListDate::Known(first)
        } else {
            ListDate::Between(first, last)
        }
    }

    /// The date itself where the list names one, exact or circa.
    pub fn known(self) -> Option<PartialDate> {
        match self {
            ListDate::Known(date) | ListDate::Circa(date) => Some(date),
            ListDate::Between(..) => None,
        }
    }

    /// Whether the list itself says that it is not sure.
    pub fn is_vague(self) -> bool {
        !matches!(self, ListDate::Known(_))
    }

    /// The first day that it may be; of a circa date, of the date that is named.
    pub fn earliest(self) -> Date {
        match self {
            ListDate::Known(date) | ListDate::Circa(date) | ListDate::Between(date, _) => {
                date.earliest()
            }
        }
    }

    /// The last day that it may be; of a circa date, of the date that is named.
    pub fn latest(self) -> Date {
        match self {
            ListDate::Known(date) | ListDate::Circa(date) | ListDate::Between(_, date) => {
                date.latest()
            }
        }
    }
}

impl From<PartialDate> for ListDate {
    fn from(date: PartialDate) -> ListDate {
        ListDate::Known(date)
    }
}

impl fmt::Display for ListDate {
    /// `1964-07-17`, `~1964` (circa) or `1960/1965` (a range).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ListDate::Known(date) => date.fmt(f),
            ListDate::Circa(date) => write!(f, "~{date}"),
            ListDate::Between(first, last) => write!(f, "{first}/{last}"),
        }
    }
}

impl FromStr for ListDate {
    type Err = String;

    /// Reads what [`fmt::Display`] writes, exactly.
    fn from_str(text: &str) -> Result<ListDate, String> {
        if let Some(date) = text.strip_prefix('~') {
            return date.parse().map(ListDate::Circa);
        }
        match text.split_once('/') {
            Some((first, last)) => {
                let (first, last) = (first.parse()?, last.parse()?);
                if first < last {
                    Ok(ListDate::Between(first, last))
                } else {
                    Err(format!("the range {text:?} does not run forward"))
                }
            }
            None => text.parse().map(ListDate::Known),
        }
    }
}

/// Both kinds of dates are stored as their text.
macro_rules! as_text {
    ($kind:ty) => {
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$kind, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    };
}

as_text!(PartialDate);
as_text!(ListDate);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_date_spans_what_it_may_be() {
        for (text, earliest, latest) in [
            ("1964-07-17", "1964-07-17", "1964-07-17"),
            ("1964-02", "1964-02-01", "1964-02-29"),
            ("1963", "1963-01-01", "1963-12-31"),
            ("~1963", "1963-01-01", "1963-12-31"),
            ("1960/1965-03", "1960-01-01", "1965-03-31"),
        ] {
            let date: ListDate = text.parse().unwrap();
            assert_eq!(date.earliest().to_string(), earliest, "{text}");
            assert_eq!(date.latest().to_string(), latest, "{text}");
            assert_eq!(date.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "64",
            "1963-2",
            "1963-00",
            "1963-13",
            "1963-02-30",
            "0963",
            "+196",
            "1963-02-",
            "1965/1960",
            "1960/1960",
            "~",
            "/",
            "1963-02-01-01",
            "１９６３",
        ] {
            assert!(text.parse::<ListDate>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_date_is_read_as_it_was_written(
            year in YEAR_MIN..=YEAR_MAX, month in 0..=12_u8, day in 0..=31_u8, later in 0..50_i16
        ) {
            let date = match (month, day) {
                (0, _) => PartialDate::year_only(year),
                (month, 0) => PartialDate::month_of(year, month),
                (month, day) => PartialDate::day_of(year, month, day),
            };
            let Some(date) = date else { return Ok(()) };
            let other = PartialDate::year_only((year + later).min(YEAR_MAX)).unwrap();
            for date in [date.into(), ListDate::Circa(date), ListDate::between(date, other)] {
                prop_assert_eq!(date.to_string().parse(), Ok(date));
                prop_assert!(date.earliest() <= date.latest());
            }
        }
    }
}
