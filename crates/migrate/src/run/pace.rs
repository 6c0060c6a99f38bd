//! The pace of a run: fewer workers when the server gets slower or fails more often than it did, and
//! slowly more again.
//!
//! The server is held against itself. For each kind of request its level is the p95 of the first
//! look, and follows slowly what is measured later; so is the level of failures. [`next`] decides,
//! from one look and what was decided before. What `Retry-After` and the rate-limit headers ask for
//! is obeyed beside it, by every worker at once.

use std::collections::BTreeMap;
use std::fmt;

use crate::api::{Window, p95};

/// Requests after which the server is looked at.
pub(super) const LOOK_REQUESTS: u64 = 60;
/// Requests of one kind without which nothing is said of it.
const KIND_REQUESTS_MIN: usize = 20;
/// So many times its level is slow.
const SLOW_TIMES: f64 = 3.0;
/// What is not so much slower than its level is not slow, in milliseconds.
const SLOW_MILLISECONDS_MIN: f64 = 100.0;
/// So many times their level, and [`FAILING_SHARE_MIN`] more, failures are too many.
const FAILING_TIMES: f64 = 2.0;
/// The share of requests that may fail beyond the level, from 0 to 1.
const FAILING_SHARE_MIN: f64 = 0.05;
/// Looks without trouble after which one worker more is let in.
const CALM_LOOKS: u32 = 3;
/// How far a level goes towards what is measured while all is well, per look.
const FOLLOW_CALM: f64 = 0.1;
/// The same while it is not: a server that stays slow is taken for what it is in the end.
const FOLLOW_TROUBLED: f64 = 0.05;

/// What was decided: at most so many workers, for as long as the server has trouble.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Limit {
    /// `None`: as many as the stage has.
    pub(super) workers: Option<usize>,
    /// Looks without trouble since the last change.
    calm_looks: u32,
}

/// One look at the server beside its levels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Look {
    /// Milliseconds of the most frequent kind of request.
    pub(super) p95: Option<f64>,
    pub(super) p95_level: Option<f64>,
    /// From 0 to 1.
    pub(super) failing: f64,
    pub(super) failing_level: Option<f64>,
}

/// Why there are fewer workers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Trouble {
    Slow { p95: f64, level: f64 },
    Failing { share: f64, level: f64 },
}

impl Look {
    fn trouble(&self) -> Option<Trouble> {
        if let Some(level) = self.failing_level
            && self.failing > level * FAILING_TIMES + FAILING_SHARE_MIN
        {
            let share = self.failing;
            return Some(Trouble::Failing { share, level });
        }
        let (Some(p95), Some(level)) = (self.p95, self.p95_level) else {
            return None;
        };
        let is_slow = p95 > level * SLOW_TIMES && p95 > level + SLOW_MILLISECONDS_MIN;
        is_slow.then_some(Trouble::Slow { p95, level })
    }
}

/// What follows from a look: half the workers when there is trouble, one more after some looks
/// without. `ceiling` is what the stage allows.
pub(super) fn next(limit: Limit, look: &Look, ceiling: usize) -> Limit {
    let now = limit.workers.unwrap_or(ceiling).min(ceiling);
    if look.trouble().is_some() {
        return Limit {
            workers: Some((now / 2).max(1)),
            calm_looks: 0,
        };
    }
    let Some(workers) = limit.workers else {
        return limit;
    };
    if workers >= ceiling {
        return Limit::default();
    }
    if limit.calm_looks + 1 < CALM_LOOKS {
        return Limit {
            calm_looks: limit.calm_looks + 1,
            ..limit
        };
    }
    Limit {
        workers: Some(workers + 1).filter(|workers| *workers < ceiling),
        calm_looks: 0,
    }
}

/// The server's levels, what was decided, and what is worth telling of it.
#[derive(Debug, Default)]
pub(super) struct Pace {
    pub(super) limit: Limit,
    levels: BTreeMap<String, f64>,
    failing_level: Option<f64>,
    /// The last look that said something.
    pub(super) look: Look,
    pub(super) trouble: Option<Trouble>,
    /// All answers of the run, for its p95: milliseconds (rounded up to a power of 1.1) -> how many.
    spread: BTreeMap<i32, u64>,
}

/// A change of the pace.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub(super) before: usize,
    pub(super) after: usize,
    pub(super) look: Look,
    /// Empty when all is well again.
    pub(super) why: String,
}

impl Pace {
    /// Takes what was measured into account; the change, if the number of workers does.
    pub(super) fn consider(&mut self, window: &Window, ceiling: usize) -> Option<Change> {
        for milliseconds in window.answered.values().flatten() {
            *self.spread.entry(step_of(*milliseconds)).or_default() += 1;
        }
        let look = self.look_at(window);
        let (before, trouble) = (self.limit, look.trouble());
        self.limit = next(before, &look, ceiling);
        self.look = look;
        if trouble.is_some() || self.limit.workers.is_none() {
            self.trouble = trouble;
        }
        let workers = |limit: Limit| limit.workers.unwrap_or(ceiling).min(ceiling);
        let (before, after) = (workers(before), workers(self.limit));
        if before == after {
            return None;
        }
        Some(Change {
            before,
            after,
            look,
            why: trouble
                .map(|trouble| trouble.to_string())
                .unwrap_or_default(),
        })
    }

    /// The p95 of all answers of the run, in milliseconds, to a tenth.
    pub(super) fn p95(&self) -> Option<f64> {
        let total: u64 = self.spread.values().sum();
        let mut left = (total * 95).div_ceil(100);
        for (step, count) in &self.spread {
            if left <= *count && total > 0 {
                return Some(1.1_f64.powi(*step));
            }
            left = left.saturating_sub(*count);
        }
        None
    }

    /// The kind of request there was most of, beside its level; levels follow.
    fn look_at(&mut self, window: &Window) -> Look {
        let kinds = window.answered.iter();
        let most = kinds.max_by_key(|(_, samples)| samples.len());
        let most = most.filter(|(_, samples)| samples.len() >= KIND_REQUESTS_MIN);
        let count = window.count();
        let mut look = Look {
            failing: if count == 0 {
                0.0
            } else {
                share(window.failed_count, count)
            },
            failing_level: self.failing_level,
            ..Look::default()
        };
        if let Some((kind, samples)) = most {
            look.p95 = p95(samples);
            look.p95_level = self.levels.get(kind).copied();
        }
        let follow = match look.trouble() {
            Some(_) => FOLLOW_TROUBLED,
            None => FOLLOW_CALM,
        };
        let followed = |level: f64, seen: f64| level + (seen - level) * follow;
        for (kind, samples) in &window.answered {
            if let (true, Some(seen)) = (samples.len() >= KIND_REQUESTS_MIN, p95(samples)) {
                let level = self.levels.entry(kind.clone()).or_insert(seen);
                *level = followed(*level, seen);
            }
        }
        let level = self.failing_level.unwrap_or(look.failing);
        self.failing_level = Some(followed(level, look.failing));
        look
    }
}

fn share(part: u64, whole: u64) -> f64 {
    let number = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    number(part) / number(whole)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a logarithm of milliseconds to the base 1.1 is below 500"
)]
fn step_of(milliseconds: f64) -> i32 {
    milliseconds.max(0.1).log(1.1).ceil() as i32
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Slow { p95, level } => {
                write!(
                    f,
                    "the server answers in {p95:.0} ms (p95), it was {level:.0} ms"
                )
            }
            Trouble::Failing { share, level } => write!(
                f,
                "{:.0} % of requests fail, it was {:.0} %",
                share * 100.0,
                level * 100.0
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks such as `40/40` (p95 beside its level, in ms) or `9%/1%`, each with the workers after it,
    /// of five.
    #[track_caller]
    fn check(looks: &str) {
        let mut limit = Limit::default();
        for (place, look) in looks.split(',').enumerate() {
            let (look, expected) = look.trim().split_once(" = ").unwrap();
            let (seen, level) = look.split_once('/').unwrap();
            let number = |text: &str| text.trim_end_matches('%').parse::<f64>().unwrap();
            let mut at = Look {
                failing_level: Some(0.01),
                ..Look::default()
            };
            if seen.ends_with('%') {
                at.failing = number(seen) / 100.0;
                at.failing_level = Some(number(level) / 100.0);
            } else {
                at.p95 = Some(number(seen));
                at.p95_level = Some(number(level));
            }
            limit = next(limit, &at, 5);
            let found = limit.workers.unwrap_or(5).to_string();
            assert_eq!(found, expected, "look {} of {looks}", place + 1);
        }
    }

    #[test]
    fn a_server_that_gets_slower_or_fails_more_often_gets_fewer_workers_and_slowly_more_again() {
        check("40/40 = 5, 119/40 = 5");
        // Three times as slow, and noticeably so.
        check("141/40 = 2, 141/40 = 1, 141/40 = 1");
        check("12/3 = 5, 104/3 = 2");
        check("650/200 = 2, 590/200 = 2, 590/200 = 2, 590/200 = 3");
        // One more after three calm looks each.
        check(
            "500/50 = 2, 50/50 = 2, 50/50 = 2, 50/50 = 3, 50/50 = 3, 50/50 = 3, 50/50 = 4, \
             50/50 = 4, 50/50 = 4, 50/50 = 5, 50/50 = 5",
        );
        // Trouble in between begins it anew.
        check("500/50 = 2, 50/50 = 2, 500/50 = 1, 50/50 = 1, 50/50 = 1, 50/50 = 2");
        // Failures count beside their own level.
        check("7%/1% = 5, 8%/1% = 2");
        check("14%/14% = 5, 32%/14% = 5, 34%/14% = 2");
    }

    #[test]
    fn the_level_is_what_the_server_was_like_and_a_lasting_change_becomes_it() {
        let window = |milliseconds: f64| Window {
            answered: [("POST /profiles".to_owned(), vec![milliseconds; 60])].into(),
            answered_count: 60,
            failed_count: 0,
        };
        let mut pace = Pace::default();
        assert_eq!(pace.consider(&window(40.0), 5), None);
        let change = pace.consider(&window(400.0), 5).unwrap();
        assert_eq!((change.before, change.after), (5, 2));
        assert!(
            change.why.contains("400 ms (p95), it was 40 ms"),
            "{}",
            change.why
        );
        let looks = (0..200).take_while(|_| {
            pace.consider(&window(400.0), 5);
            pace.limit.workers.is_some()
        });
        let looks = looks.count();
        assert!((10..60).contains(&looks), "{looks}");
        assert_eq!(pace.trouble, None);
        let p95 = pace.p95().unwrap();
        assert!((400.0..440.0).contains(&p95), "{p95}");
    }
}
