//! The workers of a run: how many there are at each instant, and what is told of them.
//!
//! As many work as the stage has ([`Volume`]), fewer while the server has trouble ([`Pace`]), none
//! new while a pause is wished ([`control`]). A heartbeat looks several times a second at the wish,
//! at what was measured of the server, and tells the reporter.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::breaker::Breaker;
use super::pace::{Change, LOOK_REQUESTS, Pace};
use super::volume::Volume;
use super::{Work, rights};
use crate::control::{self, Wish};
use crate::progress::{Status, workers};
use crate::{Error, clock};

/// The time between two heartbeats.
const HEARTBEAT: Duration = Duration::from_millis(200);
/// The server is looked at after so long, however few requests there were.
const LOOK_AFTER: Duration = Duration::from_secs(10);
/// Fewer requests than this say nothing.
const LOOK_REQUESTS_MIN: u64 = 20;
/// Kinds of failures that are told apart; the rest are counted together.
const REASONS_COUNT_MAX: usize = 50;
/// Changes of the pace that are kept for the results; later ones are only told.
const CHANGES_COUNT_MAX: usize = 10_000;
/// The fact of a ledger that says how fast its last run was.
pub(crate) const MEASURED: &str = "measured rate";
/// A rate of fewer clients says nothing.
const MEASURED_CLIENTS_MIN: u64 = 10;

/// How fast a run was.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Profiles that were made.
    pub(crate) profiles_made: u64,
    /// How long workers worked on making them with all that belongs to them, summed.
    pub(crate) making_milliseconds: u64,
    /// Profiles that were read back at the end.
    pub(crate) profiles_read: u64,
    /// How long workers worked on that, summed.
    pub(crate) reading_milliseconds: u64,
    /// The p95 of all answers.
    pub(crate) p95_milliseconds: Option<f64>,
    /// When it was measured.
    pub(crate) at: String,
}

/// What the workers share about themselves.
#[derive(Debug)]
pub(super) struct Crew {
    volume: Mutex<Volume>,
    pace: Mutex<Pace>,
    changes: Mutex<Vec<(Timestamp, Change)>>,
    pub(super) breaker: Breaker,
    is_paused: AtomicBool,
    busy: AtomicUsize,
    /// Rows that failed, by reason.
    failed: Mutex<BTreeMap<String, u64>>,
    /// Profiles made by this run.
    pub(super) made_count: AtomicU64,
    /// Milliseconds that workers worked on bringing clients over, summed.
    busy_milliseconds: AtomicU64,
    looked_at: Mutex<Instant>,
}

impl Default for Crew {
    fn default() -> Crew {
        Crew {
            volume: Mutex::default(),
            pace: Mutex::default(),
            changes: Mutex::default(),
            breaker: Breaker::default(),
            is_paused: AtomicBool::new(false),
            busy: AtomicUsize::new(0),
            failed: Mutex::default(),
            made_count: AtomicU64::new(0),
            busy_milliseconds: AtomicU64::new(0),
            looked_at: Mutex::new(Instant::now()),
        }
    }
}

impl Work {
    /// Works through a list with as many workers as the stage allows. Each item says for how many
    /// it counts.
    pub(super) async fn drive<T, F, W>(
        self: &Arc<Work>,
        items: Vec<(u64, T)>,
        work: F,
    ) -> Result<(), Error>
    where
        F: Fn(Arc<Work>, T) -> W,
        W: Future<Output = Result<(), Error>> + Send + 'static,
    {
        self.drive_by(|work| work.begun_count.load(Ordering::Relaxed), items, work)
            .await
    }

    /// As [`Work::drive`], with as many workers as the last stage allows.
    pub(super) async fn drive_with_all<T, F, W>(
        self: &Arc<Work>,
        items: Vec<(u64, T)>,
        work: F,
    ) -> Result<(), Error>
    where
        F: Fn(Arc<Work>, T) -> W,
        W: Future<Output = Result<(), Error>> + Send + 'static,
    {
        self.drive_by(|_| u64::MAX, items, work).await
    }

    async fn drive_by<T, F, W>(
        self: &Arc<Work>,
        begun: impl Fn(&Work) -> u64,
        items: Vec<(u64, T)>,
        work: F,
    ) -> Result<(), Error>
    where
        F: Fn(Arc<Work>, T) -> W,
        W: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let mut workers = JoinSet::new();
        let mut outcome = Ok(());
        for (count, item) in items {
            while workers.len() >= self.allowed(begun(self)) {
                outcome = outcome.and(self.joined(workers.join_next().await));
            }
            while self.crew.is_paused.load(Ordering::Relaxed) && !self.is_stopped() {
                match workers.join_next().await {
                    Some(joined) => outcome = outcome.and(self.joined(Some(joined))),
                    None => tokio::time::sleep(HEARTBEAT).await,
                }
            }
            outcome = outcome.and(self.unless_all_are_refused());
            if outcome.is_err() || self.is_stopped() {
                break;
            }
            let work = work(Arc::clone(self), item);
            self.crew.busy.fetch_add(1, Ordering::Relaxed);
            let crew = Arc::clone(&self.crew);
            workers.spawn(async move {
                let begun = Instant::now();
                let outcome = work.await;
                let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
                crew.busy_milliseconds.fetch_add(took, Ordering::Relaxed);
                outcome.map(|()| count)
            });
        }
        while let Some(joined) = workers.join_next().await {
            outcome = outcome.and(self.joined(Some(joined)));
        }
        outcome.and(self.unless_all_are_refused())
    }

    fn joined(&self, joined: Option<Result<Result<u64, Error>, JoinError>>) -> Result<(), Error> {
        if joined.is_some() {
            self.crew.busy.fetch_sub(1, Ordering::Relaxed);
        }
        match joined {
            Some(Ok(outcome)) => {
                for _ in 0..outcome? {
                    self.reporter.advance();
                }
                Ok(())
            }
            Some(Err(error)) => Err(Error::State(format!("a worker broke: {error}"))),
            None => Ok(()),
        }
    }

    fn unless_all_are_refused(&self) -> Result<(), Error> {
        rights::keep(&self.api, &self.ledger)?;
        if let Some(why) = self.crew.breaker.tripped() {
            return Err(Error::Refusing(why));
        }
        match self.api.lacking_right() {
            Some(why) => Err(Error::Forbidden(why)),
            None => Ok(()),
        }
    }

    /// How many may work now; one at least.
    fn allowed(&self, begun: u64) -> usize {
        let ceiling = self.ceiling(begun).1;
        let limit = self.pace().limit.workers.unwrap_or(ceiling);
        limit.min(ceiling).max(1)
    }

    /// The stage, from 0, and how many it allows.
    fn ceiling(&self, begun: u64) -> (usize, usize) {
        let volume = self.crew.volume.lock();
        let volume = volume.unwrap_or_else(PoisonError::into_inner);
        volume.workers(&self.options.stages, begun, clock::now())
    }

    /// Sets how many may work.
    pub(super) fn allow(&self, volume: Volume) {
        *self
            .crew
            .volume
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = volume;
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.crew
            .pace
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks after the run until it is dropped.
    pub(super) fn heartbeat(self: &Arc<Work>) -> JoinSet<()> {
        self.heed();
        // Weak, so that it does not hold the state folder's lock when the run is gone.
        let work = Arc::downgrade(self);
        let mut heartbeat = JoinSet::new();
        heartbeat.spawn(async move {
            while let Some(work) = work.upgrade() {
                work.heed();
                work.judge_server();
                work.tell();
                drop(work);
                tokio::time::sleep(HEARTBEAT).await;
            }
        });
        heartbeat
    }

    /// Does what is wished from outside.
    fn heed(&self) {
        let folder = self.ledger.folder();
        let wish = control::wished(folder);
        if wish == Some(Wish::Stop) {
            // One that stays is forgotten when the next run begins.
            let _ = control::forget(folder);
            self.reporter
                .say("asked to stop: what is under way is finished");
            self.options.stop.store(true, Ordering::Relaxed);
        }
        let is_paused = wish == Some(Wish::Pause);
        if self.crew.is_paused.swap(is_paused, Ordering::Relaxed) != is_paused {
            self.reporter.say(match (is_paused, self.api.window()) {
                (true, None) => {
                    "paused: what is under way is finished; usher migrate resume goes on"
                }
                (true, Some(_)) => {
                    "paused: what is under way is finished; usher migrate resume goes on. The window \
                     stays open meanwhile and nobody else can add customers: usher migrate stop \
                     closes it"
                }
                (false, _) => "going on",
            });
        }
    }

    /// Looks at the server when enough was measured.
    fn judge_server(&self) {
        let meter = self.api.meter();
        let count = meter.waiting();
        let mut looked_at = (self.crew.looked_at.lock()).unwrap_or_else(PoisonError::into_inner);
        let is_long_ago = looked_at.elapsed() >= LOOK_AFTER && count >= LOOK_REQUESTS_MIN;
        if count < LOOK_REQUESTS && !is_long_ago {
            return;
        }
        *looked_at = Instant::now();
        let ceiling = self.ceiling(self.begun_count.load(Ordering::Relaxed)).1;
        let Some(change) = self.pace().consider(&meter.take(), ceiling) else {
            return;
        };
        self.reporter.say(&told(&change));
        let mut changes = (self.crew.changes.lock()).unwrap_or_else(PoisonError::into_inner);
        if changes.len() < CHANGES_COUNT_MAX {
            changes.push((clock::now(), change));
        }
    }

    fn tell(&self) {
        let begun = self.begun_count.load(Ordering::Relaxed);
        let (stage, ceiling) = self.ceiling(begun);
        let pace = self.pace();
        let list = |counts: BTreeMap<String, u64>| counts.into_iter().collect();
        let failed = self
            .crew
            .failed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.reporter.status(&Status {
            stage: stage + 1,
            stages: self.options.stages.count(),
            busy: self.crew.busy.load(Ordering::Relaxed),
            allowed: pace.limit.workers.unwrap_or(ceiling).min(ceiling),
            trouble: pace.trouble.map(|trouble| trouble.to_string()),
            wait: self.api.asked_to_wait(),
            wait_until: self.api.asked_to_wait_until(),
            is_paused: self.crew.is_paused.load(Ordering::Relaxed),
            p95_milliseconds: pace.look.p95,
            faults: list(self.api.meter().faults()),
            failed: list(failed.clone()),
        });
    }

    /// Counts a row that failed; by a reason that has nothing of the row in it.
    pub(super) fn count_failure(&self, message: &str) {
        let mut failed = self
            .crew
            .failed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let reason = reason(message);
        let is_new = !failed.contains_key(&reason);
        let is_full = is_new && failed.len() >= REASONS_COUNT_MAX;
        let reason = if is_full { "others".to_owned() } else { reason };
        *failed.entry(reason).or_default() += 1;
    }

    /// How long workers have worked since this was last asked, summed, in milliseconds.
    pub(super) fn take_time(&self) -> u64 {
        self.crew.busy_milliseconds.swap(0, Ordering::Relaxed)
    }

    /// Keeps how fast the server was, for planning the next run: the milliseconds that workers spent
    /// on bringing clients over, and on reading so many of them back.
    pub(super) fn keep_rate(&self, pushing: u64, reading: (u64, u64)) -> Result<(), Error> {
        let made = self.crew.made_count.load(Ordering::Relaxed);
        if made < MEASURED_CLIENTS_MIN || pushing == 0 {
            return Ok(());
        }
        let measured = Measured {
            profiles_made: made,
            making_milliseconds: pushing,
            profiles_read: reading.0,
            reading_milliseconds: reading.1,
            p95_milliseconds: self.p95(),
            at: clock::now().to_string(),
        };
        let json = serde_json::to_string(&measured);
        let json = json.map_err(|error| Error::State(error.to_string()))?;
        self.ledger.set_fact(MEASURED, &json)
    }

    /// When the pace changed, and how.
    pub(super) fn changes(&self) -> Vec<(Timestamp, Change)> {
        let changes = self.crew.changes.lock();
        changes.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The p95 of all answers of the run, in milliseconds.
    pub(super) fn p95(&self) -> Option<f64> {
        self.pace().p95()
    }
}

fn told(change: &Change) -> String {
    let (before, after) = (change.before, workers(change.after));
    if change.why.is_empty() {
        format!("the server has recovered: {after} instead of {before}")
    } else {
        format!(
            "backing off: {after} instead of {before}, because {}",
            change.why
        )
    }
}

/// Why a row failed, without anything of the row: status and code of what the server said, or the
/// tool's own words.
fn reason(message: &str) -> String {
    if let Some(place) = message.find("HTTP ") {
        let words = message[place..].split_whitespace().take(3);
        let number = |word: &&str| *word == "HTTP" || word.trim_matches(':').parse::<i64>().is_ok();
        let words: Vec<&str> = words.take_while(number).collect();
        return words.join(" ").trim_end_matches(':').to_owned();
    }
    let words = message.split([':', ';']).next().unwrap_or_default();
    words.chars().filter(char::is_ascii).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_nothing_of_the_row() {
        let check = |message: &str, expected: &str| assert_eq!(reason(message), expected);
        check("HTTP 400: 201 Mr Müller is too old", "HTTP 400: 201");
        check("tag: HTTP 503", "HTTP 503");
        check("HTTP 400: Mr 7", "HTTP 400");
        check(
            "its client did not come over",
            "its client did not come over",
        );
    }
}
