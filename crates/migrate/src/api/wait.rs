//! Waiting: what the server asks for, and what patience suggests.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;
use tokio::time::Instant;

use super::{Api, Call, FIRST_CALL_MAX, Failure, NOT_SENT, UNREACHED};
use crate::clock;
use crate::numbered;
use crate::progress::{Lines, Reporter};

/// The longest a server may ask to wait for, in hours, for one request and in all; beyond it the run ends
/// and can be gone on with.
const ASKED_WAIT_HOURS_MAX: u64 = 6;
/// The time between two lines about one long wait that the server asks for.
const TELL_ASKED_EVERY: Duration = Duration::from_mins(5);
/// How often one request is told that it is still at work before it is left as it is.
const CONFLICTS_COUNT_MAX: u32 = 30;
/// How long a request that must be sent again is waited for after the run was asked to stop.
const STOP_WAIT_MAX: Duration = Duration::from_secs(5);
/// How often a wait looks whether the run was asked to stop.
const STOP_LOOK_WAIT: Duration = Duration::from_millis(250);
/// A wait shorter than this is not worth a line.
const TELL_AFTER: Duration = Duration::from_secs(3);
/// The time between two lines about waiting, whoever waits.
const TELL_EVERY: Duration = Duration::from_secs(10);
/// How long answers that say a thing was done, and cannot be read, are asked for again.
const UNREADABLE_MAX: Duration = Duration::from_secs(30);

const RETRY_SECONDS: HeaderName = HeaderName::from_static("x-ratelimit-retry-secs");
const RESET_SECONDS: HeaderName = HeaderName::from_static("x-ratelimit-reset-secs");

/// One request being tried.
#[derive(Debug)]
pub(super) struct Trying {
    pub(super) give_up_at: Instant,
    pub(super) tries: u32,
    /// Since when it is tried.
    begun: Instant,
    conflicts: u32,
    /// A try came through, perhaps, and what became of it is not known.
    pub(super) is_lost: bool,
    /// A try of this very request came through, perhaps: what is at work or remembered may be it.
    pub(super) may_be_done: bool,
    /// Since when its answers cannot be read.
    unreadable_since: Option<Instant>,
    /// How long the server may fail at this request alone, where others must not wait for it.
    pub(super) broken_max: Option<Duration>,
    /// Since when it does.
    pub(super) broken_since: Option<Instant>,
    /// Since when the run is known to be asked to stop.
    stopped_since: Option<Instant>,
    /// How long the server has asked to wait for it in all, long waits only.
    asked: Duration,
}

/// Nobody is to send anything for a while.
#[derive(Clone, Debug)]
pub(super) struct Pause {
    until: Instant,
    /// Until when, as a clock shows it, where the server asks for a long wait.
    shown: Option<String>,
}

impl Trying {
    pub(super) fn within(patience: Duration) -> Trying {
        Trying {
            give_up_at: Instant::now() + patience,
            tries: 0,
            begun: Instant::now(),
            conflicts: 0,
            is_lost: false,
            may_be_done: false,
            unreadable_since: None,
            broken_max: None,
            broken_since: None,
            stopped_since: None,
            asked: Duration::ZERO,
        }
    }

    /// A try may have come through, this one or, as far as is known, only somebody else's.
    pub(super) fn lose(&mut self, is_own: bool) {
        self.may_be_done |= is_own;
        self.is_lost = true;
    }

    /// No answer came: why.
    pub(super) fn lost_by(&mut self, what: &str) {
        if ![UNREACHED, NOT_SENT].contains(&what) {
            self.lose(true);
        }
    }

    /// The server answered that it is to be tried again; not for ever.
    pub(super) fn answered(&mut self, status: u16, wait: Duration) -> Result<(), Failure> {
        self.conflicts += u32::from(status == 409);
        if self.conflicts > CONFLICTS_COUNT_MAX {
            return Err(Failure::Unclear(format!(
                "the server still says that this is at work after {} tries; run again later to \
                 learn what became of it",
                self.conflicts
            )));
        }
        if status == 500 {
            return self.broke(wait, "the server answers 500");
        }
        self.broken_since = None;
        Ok(())
    }

    /// The server answered something that is no JSON, and may do so for ever: another server than the
    /// API's, or a page that stands before it.
    pub(super) fn was_unreadable(&mut self, status: u16, wait: Duration) -> Result<(), Failure> {
        let now = Instant::now();
        let since = *self.unreadable_since.get_or_insert(now);
        if now + wait > since + UNREADABLE_MAX.min(self.give_up_at - self.begun) {
            return Err(Failure::Fatal(format!(
                "{}, again and again",
                unreadable(status)
            )));
        }
        Ok(())
    }

    /// The server failed at this request; whether it is worth another try.
    pub(super) fn broke(&mut self, wait: Duration, trouble: &str) -> Result<(), Failure> {
        let now = Instant::now();
        let since = *self.broken_since.get_or_insert(now);
        match self.broken_max {
            Some(max) if now + wait > since + max => {
                Err(Failure::Unclear(format!("{trouble}, again and again")))
            }
            _ => Ok(()),
        }
    }
}

/// What is said of an answer that cannot be read.
pub(super) fn unreadable(status: u16) -> String {
    format!(
        "the server answers {status} with something that is no JSON; look whether this is the \
             address of the API"
    )
}

/// How long the server wants the client to wait: `X-RateLimit-Retry-Secs`, else `Retry-After` in
/// seconds or as a date, else `X-RateLimit-Reset-Secs`.
fn asked_for(headers: &HeaderMap) -> Option<Duration> {
    let asked = [RETRY_SECONDS, RETRY_AFTER, RESET_SECONDS].into_iter();
    let mut asked = asked.filter_map(|name| {
        let text = headers.get(&name)?.to_str().ok()?.trim();
        match text.parse() {
            Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
            Err(_) if name == RETRY_AFTER => until(text, headers),
            Err(_) => None,
        }
    });
    asked.next()
}

/// How long it is until a date, by the server's own clock where it tells the time.
fn until(date: &str, headers: &HeaderMap) -> Option<Duration> {
    let now = told_at(headers).unwrap_or_else(clock::now);
    let wait = instant(date)?.duration_since(now);
    Some(Duration::try_from(wait).unwrap_or_default())
}

/// When the server answered, by its own clock.
pub(super) fn told_at(headers: &HeaderMap) -> Option<Timestamp> {
    instant(headers.get(DATE)?.to_str().ok()?)
}

fn instant(date: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(date).ok()
}

impl Api {
    /// The wait that the server asks for. One that asks for none at all would be asked again and
    /// again without a pause: then it is what patience suggests. A wait longer than any that patience
    /// suggests is obeyed by all, and is no patience spent.
    ///
    /// Errors: [`Failure::Fatal`] when it is longer than anybody can mean.
    pub(super) fn wait_after(
        &self,
        headers: &HeaderMap,
        trying: &mut Trying,
    ) -> Result<Duration, Failure> {
        let asked = asked_for(headers).filter(|wait| *wait >= self.patience.wait_min);
        let Some(wait) = asked else {
            return Ok(self.backoff(trying.tries));
        };
        if wait >= FIRST_CALL_MAX {
            self.be_patient(trying);
        }
        if self.is_long(wait) {
            trying.asked = trying.asked.saturating_add(wait);
            if trying.asked > Duration::from_hours(ASKED_WAIT_HOURS_MAX) {
                return Err(Failure::Fatal(beyond_measure(wait, trying.asked)));
            }
            trying.give_up_at += wait;
            self.pause(wait);
        }
        Ok(wait)
    }

    /// The server is there and wants to be waited for: it is, however short the call's own patience.
    pub(super) fn be_patient(&self, trying: &mut Trying) {
        let patience = trying.begun + self.patience.give_up_after;
        trying.give_up_at = trying.give_up_at.max(patience);
    }

    /// Whether a wait is longer than any that patience suggests, or than patience is.
    fn is_long(&self, wait: Duration) -> bool {
        wait > self.patience.wait_max.min(self.patience.give_up_after)
    }

    /// Waits, unless the run is asked to stop and would have to wait for long.
    ///
    /// Errors: [`Failure::Fatal`] then; the outcome of the request stays unknown, and the next run
    /// asks for it under the same idempotency key.
    pub(super) async fn sleep(
        &self,
        until: Instant,
        trying: &mut Trying,
        trouble: &str,
    ) -> Result<(), Failure> {
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            if left.is_zero() {
                break;
            }
            let is_stopped = (self.stop.get()).is_some_and(|stop| stop.load(Ordering::Relaxed));
            let now = Instant::now();
            if is_stopped && until > *trying.stopped_since.get_or_insert(now) + STOP_WAIT_MAX {
                return Err(Failure::Fatal(format!(
                    "stopped while waiting for the server: {trouble}; run again with the same \
                     --state to go on"
                )));
            }
            self.tell_wait(trying, trouble);
            tokio::time::sleep(left.min(STOP_LOOK_WAIT)).await;
        }
        Ok(())
    }

    /// Waits for an answer, and says so when that takes long.
    pub(super) async fn telling<T>(&self, sending: impl Future<Output = T>, trying: &Trying) -> T {
        tokio::pin!(sending);
        loop {
            tokio::select! {
                sent = &mut sending => return sent,
                () = tokio::time::sleep(TELL_EVERY) => {
                    self.tell_wait(trying, "the server has not answered yet");
                }
            }
        }
    }

    /// Says what is waited for, if there was a wait for a while and nobody said so just now.
    fn tell_wait(&self, trying: &Trying, trouble: &str) {
        let now = Instant::now();
        if now < trying.begun + TELL_AFTER {
            return;
        }
        let left = trying.give_up_at.saturating_duration_since(now).as_secs();
        let asked = self.asked_to_wait_until();
        let left = if left >= 120 {
            format!("{} minutes", left / 60)
        } else {
            numbered(left, "second", "seconds")
        };
        let (text, every) = match &asked {
            Some(until) => (
                format!("the server asks to wait until {until}: {trouble}"),
                TELL_ASKED_EVERY,
            ),
            None => (
                format!("waiting, and trying again for {left}: {trouble}"),
                TELL_EVERY,
            ),
        };
        {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            let is_told = |(at, of): &(Instant, Option<String>)| {
                // A wait that the server asks for is told of at once, whatever was told before.
                now < *at + every && (asked.is_none() || *of == asked)
            };
            if told.as_ref().is_some_and(is_told) {
                return;
            }
            *told = Some((now, asked));
        }
        match self.reporter.get() {
            Some(reporter) => reporter.say(&text),
            None => Lines::default().say(&text),
        }
    }

    /// The wait before try number `tries + 1`: doubling, with a little spread between workers.
    pub(super) fn backoff(&self, tries: u32) -> Duration {
        let doubled = self.patience.wait_min.saturating_mul(1 << tries.min(16));
        let spread = u32::try_from(self.counts().0 % 8).unwrap_or_default();
        doubled.min(self.patience.wait_max) + self.patience.wait_min / 8 * spread
    }

    /// No request of any worker is sent before the wait is over.
    pub(super) fn pause(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        if pause.as_ref().is_none_or(|before| before.until < until) {
            let shown = self.is_long(wait).then(|| by_the_clock(wait));
            *pause = Some(Pause { until, shown });
        }
    }

    /// The pause that holds now.
    fn paused(&self) -> Option<Pause> {
        let pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        pause.clone().filter(|pause| Instant::now() < pause.until)
    }

    /// How long the server still wants no request at all, if it does.
    pub fn asked_to_wait(&self) -> Option<Duration> {
        let until = self.paused()?.until;
        let left = until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Until when it does, as a clock shows it, where it asks for a long wait.
    pub(crate) fn asked_to_wait_until(&self) -> Option<String> {
        self.paused()?.shown
    }

    pub(super) async fn wait_while_paused(
        &self,
        call: &Call<'_>,
        trying: &mut Trying,
    ) -> Result<(), Failure> {
        let pause = self.paused().filter(|_| !call.is_urgent);
        let Some((until, is_long)) = pause.map(|pause| (pause.until, pause.shown.is_some())) else {
            return Ok(());
        };
        if is_long {
            // What the server asked another worker for is no patience spent of this one.
            trying.give_up_at += until.saturating_duration_since(Instant::now());
        }
        self.sleep(until, trying, "it limits the rate").await
    }
}

/// When a wait that begins now is over, by the clock of this machine, in whole minutes.
fn by_the_clock(wait: Duration) -> String {
    let minute = Duration::from_secs(59);
    let until = clock::now().checked_add(wait.saturating_add(minute));
    until.map_or_else(
        |_| "a time that no calendar has".to_owned(),
        |until| {
            until
                .to_zoned(TimeZone::system())
                .strftime("%H:%M")
                .to_string()
        },
    )
}

/// What is said of a wait that nobody can mean.
fn beyond_measure(wait: Duration, asked: Duration) -> String {
    let until = clock::now().checked_add(wait);
    let until = until.map_or_else(
        |_| "for longer than any calendar reaches".to_owned(),
        |until| format!("until {}", clock::written(until)),
    );
    let (again, in_all) = if wait < asked {
        (" once more", " in all")
    } else {
        ("", "")
    };
    format!(
        "the server asks to wait{again} {until}, more than {ASKED_WAIT_HOURS_MAX} hours{in_all}; nothing \
         that was done is lost: run again then, with the same --state, and it goes on where it stopped"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_retry_header_comes_before_retry_after_and_reset() {
        let check = |headers: &[(&'static str, &str)], expected: Option<u64>| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(*name, value.parse().unwrap());
            }
            assert_eq!(
                asked_for(&map),
                expected.map(Duration::from_secs),
                "{headers:?}"
            );
        };
        check(
            &[
                ("x-ratelimit-reset-secs", "9"),
                ("x-ratelimit-retry-secs", "2"),
            ],
            Some(2),
        );
        check(
            &[("x-ratelimit-reset-secs", "9"), ("retry-after", "3")],
            Some(3),
        );
        check(&[("x-ratelimit-reset-secs", "9")], Some(9));
        let at = ("retry-after", "Thu, 27 Jan 2022 11:30:22 GMT");
        check(&[("date", "Thu, 27 Jan 2022 11:30:15 GMT"), at], Some(7));
        check(&[at], Some(0));
        check(&[("retry-after", "soon")], None);
        check(
            &[
                ("retry-after", "-1"),
                ("x-ratelimit-reset-secs", "99999999"),
            ],
            Some(99_999_999),
        );
        check(&[], None);
    }
}
