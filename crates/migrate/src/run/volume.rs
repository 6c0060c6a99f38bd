//! How many workers a run may have: what its stages say, raised only with notice.
//!
//! The server's operators want to hear 48 hours before clients begin to come over and before each
//! rise of the volume (seed 000, Deployment process). Without a notice on record the run asks, where
//! there is somebody to ask; else it does not begin, or stays at the volume it has. Nobody need be
//! told of a test with few clients, nor of a demo account on this very machine.

use hyper::Uri;
use jiff::Timestamp;

use super::{Consent, Stages, Work};
use crate::notices::{NOTICE_HOURS, Notices, SMALL_SCALE_CLIENTS_MAX};
use crate::numbered;
use crate::{Error, clock};

/// The fact of a ledger that says what somebody agreed to without a notice on record: the workers of
/// each stage, such as `1,3,5`; 0 where nobody did.
const AGREED: &str = "volume agreed by stage";

/// When each stage may begin, by position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Volume(Vec<Permit>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Permit {
    Given,
    /// No more workers than a stage before it has, so it needs no notice and gives no leave.
    NoRise,
    /// From this instant on, if there is one, so many workers.
    Up {
        from: Option<Timestamp>,
        workers: usize,
    },
    Missing,
}

impl Permit {
    /// The most workers that it lets in by now, of those that its stage wants.
    fn workers(self, wanted: usize, now: Timestamp) -> Option<usize> {
        match self {
            Permit::Given => Some(wanted),
            Permit::Up { from, workers } if from.is_none_or(|from| from <= now) => {
                Some(wanted.min(workers))
            }
            Permit::Up { .. } | Permit::NoRise | Permit::Missing => None,
        }
    }

    /// Whether it is for fewer workers than its stage wants.
    fn is_short(self, wanted: usize) -> bool {
        match self {
            Permit::Given | Permit::NoRise => false,
            Permit::Up { workers, .. } => workers < wanted,
            Permit::Missing => true,
        }
    }

    /// Whether the stage may not begin yet.
    fn is_open(self, now: Timestamp) -> bool {
        match self {
            Permit::Given | Permit::NoRise => false,
            Permit::Up { from, .. } => from.is_some_and(|from| from > now),
            Permit::Missing => true,
        }
    }
}

impl Volume {
    /// The stage (from 0) and the workers for so many clients begun.
    pub(super) fn workers(&self, stages: &Stages, begun: u64, now: Timestamp) -> (usize, usize) {
        let at = stages.at(begun);
        let permits = self.0.iter().take(at + 1).enumerate();
        let permitted =
            permits.filter_map(|(stage, permit)| permit.workers(stages.workers_of(stage), now));
        let wanted = stages.workers_of(at);
        (at, permitted.max().map_or(wanted, |most| wanted.min(most)))
    }
}

/// Settles which stages may begin.
///
/// Errors: [`Error::Notice`] when not even the first may.
pub(super) fn agree(work: &Work, clients: u64) -> Result<Volume, Error> {
    let options = &work.options;
    let stages = &options.stages;
    let is_demo = work.ledger.fact("environment")?.as_deref() == Some("demo");
    let is_own_demo = is_demo && options.base_urls.iter().all(|url| is_loopback(url));
    let is_test = options.only.is_some() || clients <= SMALL_SCALE_CLIENTS_MAX;
    if is_own_demo || is_test || options.consent.notice_given {
        return Ok(Volume(vec![Permit::Given; stages.count()]));
    }
    let agreed = agreed(work)?;
    let mut permits = permits(stages, clients, &agreed, &Notices::read(&options.state)?);
    let now = clock::now();
    let missing: Vec<usize> = (0..permits.len())
        .filter(|stage| {
            let permit = permits[*stage];
            permit.is_short(stages.workers_of(*stage)) || (*stage == 0 && permit.is_open(now))
        })
        .collect();
    if missing.is_empty() {
        return Ok(Volume(permits));
    }
    if asked(&options.consent, &question(stages, &missing, &permits, now)) {
        let mut agreed = agreed;
        agreed.resize(agreed.len().max(permits.len()), 0);
        for stage in missing {
            permits[stage] = Permit::Given;
            agreed[stage] = agreed[stage].max(stages.workers_of(stage));
        }
        let agreed: Vec<String> = agreed.iter().map(usize::to_string).collect();
        work.ledger.set_fact(AGREED, &agreed.join(","))?;
        return Ok(Volume(permits));
    }
    if permits[0].is_open(now) {
        return Err(Error::Notice(format!(
            "{}; nothing was sent",
            question(stages, &missing[..1], &permits, now)
        )));
    }
    for stage in missing {
        work.reporter.say(&format!(
            "{}: the run will not go up to {}",
            lacking(stages, stage, permits[stage], now),
            stages.workers_of(stage)
        ));
    }
    Ok(Volume(permits))
}

/// The workers of each stage that somebody agreed to before.
fn agreed(work: &Work) -> Result<Vec<usize>, Error> {
    let agreed = work.ledger.fact(AGREED)?.unwrap_or_default();
    let counts = agreed.split(',').map(|count| count.parse().unwrap_or(0));
    Ok(counts.collect())
}

/// What notices and those who agreed allow of each stage.
fn permits(stages: &Stages, clients: u64, agreed: &[usize], notices: &Notices) -> Vec<Permit> {
    let rises = stages.rises(clients);
    let permit = |stage: usize| {
        let agreed = agreed.get(stage).copied().unwrap_or_default();
        let notice = notices.given.get(&(stage + 1));
        match notice {
            _ if agreed >= stages.workers_of(stage) => Permit::Given,
            _ if !rises.contains(&stage) => Permit::NoRise,
            Some(notice) if notice.workers > agreed => Permit::Up {
                from: Some(notice.allowed_from()),
                workers: notice.workers,
            },
            _ if agreed > 0 => Permit::Up {
                from: None,
                workers: agreed,
            },
            _ => Permit::Missing,
        }
    };
    (0..stages.count()).map(permit).collect()
}

fn asked(consent: &Consent, question: &str) -> bool {
    consent.ask.as_ref().is_some_and(|ask| ask(question))
}

/// What is missing, as a statement.
fn question(stages: &Stages, missing: &[usize], permits: &[Permit], now: Timestamp) -> String {
    let told = missing.iter();
    let told = told.map(|stage| lacking(stages, *stage, permits[*stage], now));
    told.collect::<Vec<_>>().join("; ")
}

/// What one stage lacks.
fn lacking(stages: &Stages, stage: usize, permit: Permit, now: Timestamp) -> String {
    let wanted = stages.workers_of(stage);
    let what = match stage {
        0 => "the start".to_owned(),
        _ => format!(
            "stage {} ({} after {})",
            stage + 1,
            numbered(wanted, "worker", "workers"),
            numbered(stages.begins_at(stage), "client", "clients")
        ),
    };
    match permit {
        Permit::Up { workers, .. } if workers < wanted => {
            format!("the notice of {what} is for {workers} at once, not for {wanted}")
        }
        Permit::Up {
            from: Some(from), ..
        } if from > now => format!(
            "the notice of {what} is not {NOTICE_HOURS} hours old (they are over at {})",
            clock::written(from)
        ),
        _ => format!("no notice of {what} is on record"),
    }
}

/// Whether a base URL leads to this machine.
pub(crate) fn is_loopback(url: &str) -> bool {
    let uri: Option<Uri> = url.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address: Option<std::net::IpAddr> = host.parse().ok();
    host.eq_ignore_ascii_case("localhost") || address.is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::notices::Notice;

    #[test]
    fn without_a_notice_the_volume_stays_where_it_is() {
        let stages = Stages::parse("1:500,3:1000,2:100,5:rest").unwrap();
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let later: Timestamp = "2026-03-02T12:00:00Z".parse().unwrap();
        let volume = Volume(vec![
            Permit::Given,
            Permit::Up {
                from: Some(later),
                workers: 3,
            },
            Permit::NoRise,
            Permit::Missing,
        ]);
        let check = |begun: u64, now: Timestamp, expected: (usize, usize)| {
            assert_eq!(
                volume.workers(&stages, begun, now),
                expected,
                "{begun} {now}"
            );
        };
        check(0, now, (0, 1));
        check(500, now, (1, 1));
        check(500, later, (1, 3));
        // Fewer than before need no notice.
        check(1500, later, (2, 2));
        check(1500, now, (2, 1));
        check(1600, later, (3, 3));
    }

    #[test]
    fn a_notice_and_a_yes_are_for_so_many_workers_and_no_more() {
        let at: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let mut notices = Notices::default();
        for (stage, workers) in [(1, 1), (2, 3), (3, 5)] {
            notices.given.insert(stage, Notice { at, workers });
        }
        // Ramp, what was agreed to, clients begun, and the workers three days after the notices.
        let check = |ramp: &str, agreed: &[usize], begun: u64, expected: usize| {
            let stages = Stages::parse_unlimited(ramp).unwrap();
            let now = at + SignedDuration::from_hours(72);
            for (notices, agreed) in [(&notices, &[][..]), (&Notices::default(), agreed)] {
                let volume = Volume(permits(&stages, 100_000, agreed, notices));
                let (_, workers) = volume.workers(&stages, begun, now);
                assert_eq!(workers, expected, "{ramp} {begun} {agreed:?}");
            }
        };
        let usual = "1:500,3:1000,5:rest";
        check(usual, &[1, 3, 5], 0, 1);
        check(usual, &[1, 3, 5], 2000, 5);
        check("5:rest", &[1, 3, 5], 0, 1);
        check("5:rest", &[1, 3, 5], 9000, 1);
        check("1:500,3:1000,40:rest", &[1, 3, 5], 2000, 5);
        check("2:500,4:1000,5:rest", &[1, 3, 5], 600, 3);
    }

    #[test]
    fn only_this_machine_is_loopback() {
        let check = |url: &str, expected: bool| assert_eq!(is_loopback(url), expected, "{url}");
        check("http://127.0.0.1:8080/4.0", true);
        check("http://127.4.0.1", true);
        check("http://localhost:1", true);
        check("http://[::1]:8080", true);
        check("https://localhost.example.com", false);
        check("https://10.0.0.1", false);
        check("127.0.0.1:8080", true);
    }
}
