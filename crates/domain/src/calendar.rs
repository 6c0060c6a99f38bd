//! Dates as clients know them: possibly only a year, or a year and a month.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::{CheckVariantId, Ids};

/// When, and where, a change happens.
pub struct Moment<'a> {
    /// The instant of the change.
    pub now: Timestamp,
    /// The account's time zone: "today", ages and expiries are counted in it.
    pub zone: &'a TimeZone,
    /// Source of new ids.
    pub ids: &'a mut dyn Ids,
    /// Checks that are not run by themselves for tasks added at this moment.
    pub switched_off: &'a BTreeSet<CheckVariantId>,
}

/// What is switched off but in a window: nothing.
pub static NOTHING_SWITCHED_OFF: BTreeSet<CheckVariantId> = BTreeSet::new();

impl Moment<'_> {
    /// The date in the account's time zone.
    pub fn today(&self) -> Date {
        date_in(self.now, self.zone)
    }
}

/// The civil date of an instant in a time zone.
pub fn date_in(at: Timestamp, zone: &TimeZone) -> Date {
    at.to_zoned(zone.clone()).date()
}

/// The first instant of a date in a time zone.
///
/// A date outside the supported range of instants gives the last instant there is.
pub fn start_of(date: Date, zone: &TimeZone) -> Timestamp {
    date.to_zoned(zone.clone())
        .and_then(|zoned| zoned.start_of_day())
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// `date` plus `days`, or the last representable date.
pub fn days_after(date: Date, days: u32) -> Date {
    date.checked_add(i64::from(days).days())
        .unwrap_or(Date::MAX)
}

/// `date` minus `days`, or the first representable date.
pub fn days_before(date: Date, days: u32) -> Date {
    date.checked_sub(i64::from(days).days())
        .unwrap_or(Date::MIN)
}

/// A year, a year and a month, or a whole date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartialDate {
    first: Date,
    last: Date,
}

impl PartialDate {
    /// A year alone, `1984`; `None` outside -9999 to 9999.
    pub fn year(year: i16) -> Option<PartialDate> {
        Some(PartialDate {
            first: Date::new(year, 1, 1).ok()?,
            last: Date::new(year, 12, 31).ok()?,
        })
    }

    /// A year and a month, `1984-03`; `None` when there is no such month.
    pub fn month(year: i16, month: i8) -> Option<PartialDate> {
        let first = Date::new(year, month, 1).ok()?;
        Some(PartialDate {
            first,
            last: first.last_of_month(),
        })
    }

    /// A whole date.
    pub fn day(date: Date) -> PartialDate {
        PartialDate {
            first: date,
            last: date,
        }
    }

    /// Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; `None` for anything else and for days that never were.
    pub fn parse(text: &str) -> Option<PartialDate> {
        let number = |part: &str, digits: usize| {
            let plain = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| part.parse::<i16>().ok()).flatten()
        };
        let small = |part: &str| number(part, 2).and_then(|value| i8::try_from(value).ok());
        let mut parts = text.split('-');
        let year = number(parts.next()?, 4)?;
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => PartialDate::year(year),
            (Some(month), None, _) => PartialDate::month(year, small(month)?),
            (Some(month), Some(day), None) => Date::new(year, small(month)?, small(day)?)
                .ok()
                .map(PartialDate::day),
            (Some(_), Some(_), Some(_)) => None,
        }
    }

    /// The earliest day it can mean.
    pub fn first(&self) -> Date {
        self.first
    }

    /// The latest day it can mean.
    pub fn last(&self) -> Date {
        self.last
    }

    /// Lowest and highest age in whole years on `today`; negative before birth.
    pub fn age(&self, today: Date) -> (i32, i32) {
        (
            years_between(self.last, today),
            years_between(self.first, today),
        )
    }

    /// The next day after `today` on which [`age`](Self::age) changes.
    pub fn next_birthday(&self, today: Date) -> Date {
        next_anniversary(self.first, today).min(next_anniversary(self.last, today))
    }
}

impl std::fmt::Display for PartialDate {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (first, last) = (self.first, self.last);
        if first == last {
            write!(out, "{first}")
        } else if first.month() == last.month() {
            write!(out, "{:04}-{:02}", first.year(), first.month())
        } else {
            write!(out, "{:04}", first.year())
        }
    }
}

/// Whole years from `from` to `to`. Somebody born on 29 February is a year older on 1 March.
fn years_between(from: Date, to: Date) -> i32 {
    let whole = i32::from(to.year()) - i32::from(from.year());
    let birthday_to_come = (to.month(), to.day()) < (from.month(), from.day());
    whole - i32::from(birthday_to_come)
}

/// The first day after `today` on which another year since `from` is full.
fn next_anniversary(from: Date, today: Date) -> Date {
    let in_year = |year: i16| {
        Date::new(year, from.month(), from.day())
            .or_else(|_| Date::new(year, 3, 1))
            .unwrap_or(Date::MAX)
    };
    let this_year = in_year(today.year());
    if this_year > today {
        this_year
    } else {
        in_year(today.year().saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_partial_date_reads_and_shows_itself() {
        for text in ["1984", "1984-03", "1984-03-17", "2000-02-29"] {
            assert_eq!(PartialDate::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "84",
            "1984-3",
            "1984-13",
            "1984-02-31",
            "1984-03-17-1",
            "1984-",
            "x",
            "",
            "+984",
        ] {
            assert_eq!(PartialDate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_age_is_a_range_when_the_date_is_partial() {
        let table = [
            ("2008-11-22", "2026-11-22", (18, 18)),
            ("2008-11-23", "2026-11-22", (17, 17)),
            ("2008-11", "2026-11-22", (17, 18)),
            ("2008", "2026-11-22", (17, 18)),
            ("2008-02-29", "2026-02-28", (17, 17)),
            ("2008-02-29", "2026-03-01", (18, 18)),
            ("2030", "2026-11-22", (-5, -4)),
        ];
        for (born, today, age) in table {
            assert_eq!(
                PartialDate::parse(born).unwrap().age(date(today)),
                age,
                "{born} {today}"
            );
        }
    }

    #[test]
    fn the_next_birthday_is_the_next_day_the_age_changes() {
        let table = [
            ("2008-11-22", "2026-11-22", "2027-11-22"),
            ("2008-11-23", "2026-11-22", "2026-11-23"),
            ("2008-02-29", "2026-02-28", "2026-03-01"),
            ("2008-02-29", "2027-12-31", "2028-02-29"),
            ("2008-11", "2026-11-22", "2026-11-30"),
        ];
        for (born, today, next) in table {
            let born = PartialDate::parse(born).unwrap();
            assert_eq!(
                born.next_birthday(date(today)),
                date(next),
                "{born} {today}"
            );
        }
    }
}
