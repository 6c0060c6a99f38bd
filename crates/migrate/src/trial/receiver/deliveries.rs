//! What came of every webhook of a test.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use serde_json::Value;

/// Requests that are measured, and messages that are told apart; more are passed on all the same.
pub(super) const MEASURED_COUNT_MAX: usize = 200_000;
/// Kinds of messages, and of outcomes, that are told apart.
const KINDS_COUNT_MAX: usize = 50;

/// What is kept of every request and every message.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    /// Requests, also those that were not taken.
    pub(super) requests_count: u64,
    /// What became of requests: the status, or why there is none.
    pub(super) outcomes: BTreeMap<String, u64>,
    /// Requests that were answered otherwise than 2xx, or not at all.
    pub(super) failures_count: u64,
    /// Messages that were taken, each once, by kind of event.
    pub(super) taken: BTreeMap<String, u64>,
    /// Messages that came again after they had been taken.
    pub(super) repeated_count: u64,
    /// Messages that overtook an earlier one about the same profile.
    pub(super) overtaking_count: u64,
    /// Requests without the endpoint's signature.
    pub(super) unsigned_count: u64,
    /// Requests beyond what is measured.
    pub(super) unmeasured_count: u64,
    /// What the last message about an application says its status is: `(profile, status)`.
    pub(super) applications: HashMap<String, (String, String)>,
    profiles: HashMap<String, Profile>,
    taken_ids: HashSet<String>,
    times: Vec<Duration>,
}

/// What is known of the messages about a profile.
#[derive(Debug, Default)]
struct Profile {
    /// When what the last message told of happened, in seconds since 1970.
    last_at: i64,
    /// Messages that came and were not taken yet.
    refused: HashSet<String>,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// With this status.
    Answered(u16),
    /// Without an answer, for this reason.
    NotAnswered(&'static str),
}

impl Ended {
    fn is_taken(&self) -> bool {
        matches!(self, Ended::Answered(200..=299))
    }

    fn in_words(&self) -> String {
        match self {
            Ended::Answered(status) => format!("answered {status}"),
            Ended::NotAnswered(why) => (*why).to_owned(),
        }
    }
}

impl Deliveries {
    /// Notes a request that was passed on.
    pub(super) fn note(&mut self, messages: &[Value], ended: &Ended, took: Duration) {
        if self.times.len() >= MEASURED_COUNT_MAX || self.taken_ids.len() >= MEASURED_COUNT_MAX {
            self.unmeasured_count += 1;
            return;
        }
        self.requests_count += 1;
        self.times.push(took);
        count(&mut self.outcomes, &ended.in_words());
        if !ended.is_taken() {
            self.failures_count += 1;
        }
        // Those that come together are in their order: none of them overtakes another.
        for message in messages {
            let id = text(&message["id"]);
            let is_new = !self.taken_ids.contains(&id);
            let profile = self.profile(message);
            if !ended.is_taken() && is_new {
                profile.refused.insert(id);
            } else {
                profile.refused.remove(&id);
            }
        }
        for message in messages.iter().filter(|_| ended.is_taken()) {
            self.take(message);
        }
    }

    fn profile(&mut self, message: &Value) -> &mut Profile {
        let name = text(&message["data"]["profile_id"]);
        self.profiles.entry(name).or_default()
    }

    fn take(&mut self, message: &Value) {
        if !self.taken_ids.insert(text(&message["id"])) {
            self.repeated_count += 1;
            return;
        }
        let at = message["timestamp"].as_i64().unwrap_or_default();
        let profile = self.profile(message);
        let overtakes = at < profile.last_at || !profile.refused.is_empty();
        profile.last_at = at.max(profile.last_at);
        self.overtaking_count += u64::from(overtakes);
        count(&mut self.taken, &text(&message["event"]));
        let data = &message["data"];
        if let (Some(application), Some(status)) =
            (data["application_id"].as_str(), data["new_status"].as_str())
        {
            let stands = (text(&data["profile_id"]), status.to_owned());
            self.applications.insert(application.to_owned(), stands);
        }
    }

    /// Messages that were taken.
    pub(super) fn taken_count(&self) -> u64 {
        self.taken.values().sum()
    }

    /// Profiles that messages were about.
    pub(super) fn profiles_count(&self) -> u64 {
        self.profiles.len() as u64
    }

    /// The time within which so many of a hundred requests were answered, or given up, in
    /// milliseconds; zero when there were none.
    pub(super) fn milliseconds(&self, percent: usize) -> u64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        let rank = (times.len() * percent).div_ceil(100).max(1);
        let time = times.get(rank - 1).copied().unwrap_or_default();
        u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn count(counts: &mut BTreeMap<String, u64>, what: &str) {
    let what = if counts.len() < KINDS_COUNT_MAX || counts.contains_key(what) {
        what
    } else {
        "another"
    };
    *counts.entry(what.to_owned()).or_default() += 1;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOOK: Duration = Duration::from_millis(5);

    fn message(id: &str, profile: &str, at: i64) -> Value {
        json!({"id": id, "event": "CHECK_COMPLETED", "timestamp": at, "data": {"profile_id": profile}})
    }

    /// `1p9+`: message 1 about profile p, which happened at 9, is taken; `-`: it is not.
    #[track_caller]
    fn check(requests: &str, taken: u64, repeated: u64, overtaking: u64) {
        let mut deliveries = Deliveries::default();
        for request in requests.split(' ') {
            let (what, sign) = request.split_at(request.len() - 1);
            let messages: Vec<Value> = what
                .split(',')
                .map(|one| message(&one[..1], &one[1..2], one[2..].parse().unwrap()))
                .collect();
            let status = if sign == "+" { 204 } else { 500 };
            deliveries.note(&messages, &Ended::Answered(status), TOOK);
        }
        let found = (
            deliveries.taken_count(),
            deliveries.repeated_count,
            deliveries.overtaking_count,
        );
        assert_eq!(found, (taken, repeated, overtaking), "{requests}");
    }

    #[test]
    fn what_comes_again_and_what_overtakes_is_counted() {
        check("1p1+ 2p1+ 3p2+ 4q1+", 4, 0, 0);
        check("1p1- 1p1- 1p1+ 2p1+", 2, 0, 0);
        check("1p1+ 1p1+ 2p2+", 2, 1, 0);
        check("1p2+ 2p1+ 3p2+", 3, 0, 1);
        check("1p1- 2p1+ 1p1+", 2, 0, 1);
        check("1p1- 2q1+ 1p1+", 2, 0, 0);
        check("1p1,2p2- 1p1,2p2+ 3p2,4q1+", 4, 0, 0);
        check("1p1,2p2+ 2p2,3p3- 2p2,3p3+", 3, 1, 0);
    }

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let mut deliveries = Deliveries::default();
        assert_eq!(deliveries.milliseconds(95), 0);
        for time in (1..=40).rev() {
            deliveries.note(&[], &Ended::Answered(200), Duration::from_millis(time));
        }
        let found = [50, 95, 100].map(|percent| deliveries.milliseconds(percent));
        assert_eq!(found, [20, 38, 40]);
    }
}
