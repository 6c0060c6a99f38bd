//! When each stage of a migration begins and ends.

use std::time::Duration;

use jiff::civil::Time;
use jiff::{SignedDuration, Zoned};

use crate::Error;
use crate::notices::notice_time;
use crate::run::Stages;

/// A plan of more days than this is none.
const DAYS_MAX: u32 = 3_660;

/// The hours of a day in which clients may come over, every day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// From when.
    pub from: Time,
    /// Until when, later on the same day.
    pub until: Time,
}

impl Hours {
    /// Reads hours such as `09:00-17:00`.
    ///
    /// Errors: anything else, and hours that end before they begin.
    pub fn parse(text: &str) -> Result<Hours, Error> {
        let wrong = || {
            Error::Option(format!(
                "\"{text}\" are no hours; write them as 09:00-17:00"
            ))
        };
        let (from, until) = text.split_once('-').ok_or_else(wrong)?;
        let time = |text: &str| Time::strptime("%H:%M", text.trim()).map_err(|_| wrong());
        let (from, until) = (time(from)?, time(until)?);
        if from >= until {
            return Err(wrong());
        }
        Ok(Hours { from, until })
    }
}

/// One stage of the ramp.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Its number, from 1.
    pub number: usize,
    /// Workers at once.
    pub workers: usize,
    /// The first client of it, from 1.
    pub first_client: u64,
    /// The last client of it.
    pub last_client: u64,
    /// How long workers work on it, without the hours in which they may not.
    pub takes: Duration,
    /// When it begins.
    pub begins: Zoned,
    /// When it ends.
    pub ends: Zoned,
    /// When the notice of it must have been given; `None` when it does not raise the volume.
    pub notice_due: Option<Zoned>,
}

/// The stages that a book of so many clients reaches, from `start` on.
///
/// Errors: a plan of more than ten years.
pub(super) fn schedule(
    stages: &Stages,
    clients: u64,
    per_client: Duration,
    start: &Zoned,
    hours: Option<Hours>,
) -> Result<Vec<Stage>, Error> {
    let rises = stages.rises(clients);
    let mut planned = Vec::new();
    let mut at = start.clone();
    for stage in 0..stages.count() {
        let before = stages.begins_at(stage);
        if before >= clients {
            break;
        }
        let is_last = stage + 1 == stages.count();
        let after = if is_last {
            clients
        } else {
            stages.begins_at(stage + 1).min(clients)
        };
        let workers = stages.workers_of(stage);
        let count = after - before;
        let takes = per_client.mul_f64(number(count) / number(workers as u64));
        let begins = opened(at, hours)?;
        let ends = worked(&begins, takes, hours)?;
        let notice_due = rises
            .contains(&stage)
            .then(|| plus(&begins, -notice_time()));
        planned.push(Stage {
            number: stage + 1,
            workers,
            first_client: before + 1,
            last_client: after,
            takes,
            begins,
            ends: ends.clone(),
            notice_due: notice_due.transpose()?,
        });
        at = ends;
    }
    Ok(planned)
}

/// The instant after so much work, from an instant in the hours on.
pub(super) fn worked(from: &Zoned, work: Duration, hours: Option<Hours>) -> Result<Zoned, Error> {
    let mut left = SignedDuration::try_from(work).map_err(|_| too_long())?;
    let Some(hours) = hours else {
        return plus(from, left);
    };
    let mut at = opened(from.clone(), Some(hours))?;
    for _ in 0..DAYS_MAX {
        let closes = at
            .with()
            .time(hours.until)
            .build()
            .map_err(|_| too_long())?;
        let room = at.duration_until(&closes);
        if left <= room {
            return plus(&at, left);
        }
        left -= room;
        at = opened(closes, Some(hours))?;
    }
    Err(too_long())
}

/// The next instant in the hours; the hours' end is no longer in them.
fn opened(at: Zoned, hours: Option<Hours>) -> Result<Zoned, Error> {
    let Some(hours) = hours else { return Ok(at) };
    let begin = |day: &Zoned| day.with().time(hours.from).build();
    let opened = if at.time() < hours.from {
        begin(&at)
    } else if at.time() < hours.until {
        return Ok(at);
    } else {
        at.tomorrow().and_then(|day| begin(&day))
    };
    opened.map_err(|_| too_long())
}

/// The first full quarter of an hour in the hours, not before an instant.
pub(super) fn next_quarter(at: &Zoned, hours: Option<Hours>) -> Result<Zoned, Error> {
    let passed = i64::from(at.minute() % 15) * 60 + i64::from(at.second());
    let passed = SignedDuration::from_secs(passed)
        + SignedDuration::from_nanos(i64::from(at.subsec_nanosecond()));
    let rounded = if passed.is_zero() {
        at.clone()
    } else {
        plus(at, SignedDuration::from_mins(15) - passed)?
    };
    opened(rounded, hours)
}

pub(super) fn plus(at: &Zoned, time: SignedDuration) -> Result<Zoned, Error> {
    at.checked_add(time).map_err(|_| too_long())
}

fn too_long() -> Error {
    Error::Option("the plan would take more than ten years".to_owned())
}

fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Zoned {
        format!("{text}[Europe/London]").parse().unwrap()
    }

    /// Stages as `1-500 from 05T09:00 to 05T09:50`, days of March 2026 in London.
    #[track_caller]
    fn check(clients: u64, seconds: u64, hours: Option<&str>, expected: &str) {
        let stages = Stages::default();
        let hours = hours.map(|hours| Hours::parse(hours).unwrap());
        let start = at("2026-03-05T09:00");
        let per_client = Duration::from_secs(seconds);
        let planned = schedule(&stages, clients, per_client, &start, hours).unwrap();
        let shown = planned.iter().map(|stage| {
            format!(
                "{}-{} from {} to {}{}",
                stage.first_client,
                stage.last_client,
                stage.begins.strftime("%dT%H:%M"),
                stage.ends.strftime("%dT%H:%M"),
                stage.notice_due.as_ref().map_or_else(String::new, |due| {
                    due.strftime(" due %dT%H:%M").to_string()
                })
            )
        });
        assert_eq!(shown.collect::<Vec<_>>().join(", "), expected);
    }

    #[test]
    fn stages_follow_each_other_with_notices_48_hours_before() {
        check(300, 6, None, "1-300 from 05T09:00 to 05T09:30 due 03T09:00");
        check(
            3000,
            6,
            None,
            "1-500 from 05T09:00 to 05T09:50 due 03T09:00, \
             501-1500 from 05T09:50 to 05T10:23 due 03T09:50, \
             1501-3000 from 05T10:23 to 05T10:53 due 03T10:23",
        );
    }

    #[test]
    fn work_rests_outside_the_hours() {
        check(
            3000,
            60,
            Some("09:00-17:00"),
            "1-500 from 05T09:00 to 06T09:20 due 03T09:00, \
             501-1500 from 06T09:20 to 06T14:53 due 04T09:20, \
             1501-3000 from 06T14:53 to 07T11:53 due 04T14:53",
        );
        check(
            480,
            60,
            Some("09:00-17:00"),
            "1-480 from 05T09:00 to 05T17:00 due 03T09:00",
        );
        check(
            481,
            60,
            Some("10:00-17:00"),
            "1-481 from 05T10:00 to 06T11:01 due 03T10:00",
        );
    }

    #[test]
    fn hours_and_quarters_are_read_as_written() {
        assert!(Hours::parse("17:00-09:00").is_err() && Hours::parse("9-17").is_err());
        let hours = Hours::parse("09:00-17:00").ok();
        let check = |from: &str, expected: &str| {
            assert_eq!(
                next_quarter(&at(from), hours).unwrap(),
                at(expected),
                "{from}"
            );
        };
        check("2026-03-05T09:00", "2026-03-05T09:00");
        check("2026-03-05T09:01", "2026-03-05T09:15");
        check("2026-03-05T16:50", "2026-03-06T09:00");
        check("2026-03-05T06:10", "2026-03-05T09:00");
    }
}
