//! Measuring the server: how long each kind of request takes, and how many go wrong.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Samples that are kept until they are taken; more are only counted.
const SAMPLES_COUNT_MAX: usize = 10_000;
/// Kinds of requests that are told apart; a server with other paths than the contract's cannot make
/// them grow without end.
const ROUTES_COUNT_MAX: usize = 100;

/// What is measured of the requests of a run.
#[derive(Debug, Default)]
pub struct Meter(Mutex<Measured>);

#[derive(Debug, Default)]
struct Measured {
    window: Window,
    faults: BTreeMap<String, u64>,
}

/// What was measured since the last look.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// Milliseconds of answered requests, by kind of request such as `POST /profiles/{id}/tags`.
    pub answered: BTreeMap<String, Vec<f64>>,
    /// Requests that were answered.
    pub answered_count: u64,
    /// Requests that came to nothing: limited, failed, broken off.
    pub failed_count: u64,
}

impl Window {
    /// Requests of every kind.
    pub fn count(&self) -> u64 {
        self.answered_count + self.failed_count
    }
}

impl Meter {
    /// A request was answered, well or with a refusal.
    pub(super) fn answered(&self, method: &str, route: &str, took: Duration) {
        let window = &mut self.measured().window;
        window.answered_count += 1;
        let name = format!("{method} {route}");
        let is_new = !window.answered.contains_key(&name);
        if is_new && window.answered.len() >= ROUTES_COUNT_MAX {
            return;
        }
        let samples = window.answered.entry(name).or_default();
        if samples.len() < SAMPLES_COUNT_MAX {
            samples.push(took.as_secs_f64() * 1000.0);
        }
    }

    /// A request came to nothing and will be tried again.
    pub(super) fn failed(&self, fault: &str) {
        let mut measured = self.measured();
        measured.window.failed_count += 1;
        *measured.faults.entry(fault.to_owned()).or_default() += 1;
    }

    /// How many requests were measured since the last look.
    pub fn waiting(&self) -> u64 {
        self.measured().window.count()
    }

    /// What was measured since the last look.
    pub fn take(&self) -> Window {
        std::mem::take(&mut self.measured().window)
    }

    /// What went wrong so far -> how often.
    pub fn faults(&self) -> BTreeMap<String, u64> {
        self.measured().faults.clone()
    }

    fn measured(&self) -> MutexGuard<'_, Measured> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The value below which 95 of 100 samples lie; `None` without any.
pub fn p95(samples: &[f64]) -> Option<f64> {
    let mut samples = samples.to_vec();
    samples.sort_by(f64::total_cmp);
    let place = (samples.len() * 95).div_ceil(100).checked_sub(1)?;
    samples.get(place).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_p95_is_the_sample_that_95_of_100_do_not_exceed() {
        let to = |count: u32| (1..=count).map(f64::from).collect::<Vec<_>>();
        assert_eq!(p95(&to(100)), Some(95.0));
        assert_eq!(p95(&to(20)), Some(19.0));
        assert_eq!(p95(&to(1)), Some(1.0));
        assert_eq!(p95(&[]), None);
    }

    #[test]
    fn what_was_taken_is_not_taken_again_and_faults_stay() {
        let meter = Meter::default();
        meter.answered("GET", "/profiles/{id}", Duration::from_millis(5));
        meter.failed("answered 503");
        assert_eq!(meter.waiting(), 2);
        let window = meter.take();
        assert_eq!(window.answered["GET /profiles/{id}"], [5.0]);
        assert_eq!((meter.waiting(), meter.faults()["answered 503"]), (0, 1));
    }
}
