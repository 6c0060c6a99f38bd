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
use crate::{Error, clock};

/// The fact of a ledger that says up to which stage somebody agreed without a notice on record.
const AGREED: &str = "volume agreed up to stage";

/// When each stage may begin, by position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Volume(Vec<Permit>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Permit {
    Given,
    /// No more workers than a stage before it has, so it needs no notice and gives no leave.
    NoRise,
    From(Timestamp),
    Missing,
}

impl Volume {
    /// The stage (from 0) and the workers for so many clients begun.
    pub(super) fn workers(&self, stages: &Stages, begun: u64, now: Timestamp) -> (usize, usize) {
        let at = stages.at(begun);
        let permitted = self.0.iter().take(at + 1).enumerate();
        let permitted = permitted.filter(|(_, permit)| match permit {
            Permit::Given => true,
            Permit::From(from) => *from <= now,
            Permit::NoRise | Permit::Missing => false,
        });
        let most = permitted.map(|(stage, _)| stages.workers_of(stage)).max();
        let wanted = stages.workers_of(at);
        (at, most.map_or(wanted, |most| wanted.min(most)))
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
    let is_free = is_own_demo || is_test || options.consent.notice_given;
    let agreed = work
        .ledger
        .fact(AGREED)?
        .and_then(|stage| stage.parse().ok());
    let agreed: usize = agreed.unwrap_or_default();
    let notices = Notices::read(&options.state)?;
    let rises = stages.rises(clients);
    let permit = |stage: usize| match notices.allowed_from(stage + 1) {
        _ if is_free || stage < agreed => Permit::Given,
        _ if !rises.contains(&stage) => Permit::NoRise,
        Some(from) => Permit::From(from),
        None => Permit::Missing,
    };
    let mut permits: Vec<Permit> = (0..stages.count()).map(permit).collect();
    let now = clock::now();
    let is_open = |permit: Permit| match permit {
        Permit::Given | Permit::NoRise => false,
        Permit::From(from) => from > now,
        Permit::Missing => true,
    };
    let missing: Vec<usize> = (0..permits.len())
        .filter(|stage| {
            let permit = permits[*stage];
            permit == Permit::Missing || (*stage == 0 && is_open(permit))
        })
        .collect();
    if missing.is_empty() {
        return Ok(Volume(permits));
    }
    if asked(&options.consent, &question(stages, &missing, permits[0])) {
        for stage in &missing {
            permits[*stage] = Permit::Given;
        }
        let last = missing.last().map_or(0, |stage| stage + 1);
        work.ledger
            .set_fact(AGREED, &last.max(agreed).to_string())?;
        return Ok(Volume(permits));
    }
    if is_open(permits[0]) {
        return Err(Error::Notice(format!(
            "{}; nothing was sent",
            question(stages, &missing[..1], permits[0])
        )));
    }
    for stage in missing {
        work.reporter.say(&format!(
            "no notice of stage {} is on record: the run will not go up to {} workers",
            stage + 1,
            stages.workers_of(stage)
        ));
    }
    Ok(Volume(permits))
}

fn asked(consent: &Consent, question: &str) -> bool {
    consent.ask.as_ref().is_some_and(|ask| ask(question))
}

/// What is missing, as a statement.
fn question(stages: &Stages, missing: &[usize], first: Permit) -> String {
    let told = missing.iter().map(|stage| {
        let workers = stages.workers_of(*stage);
        match (stage, first) {
            (0, Permit::From(from)) => format!(
                "the notice of the start is not {NOTICE_HOURS} hours old (they are over at {})",
                clock::written(from)
            ),
            (0, _) => "no notice of the start is on record".to_owned(),
            _ => format!(
                "no notice of stage {} ({workers} workers after {} clients) is on record",
                stage + 1,
                stages.begins_at(*stage)
            ),
        }
    });
    told.collect::<Vec<_>>().join("; ")
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
    use super::*;

    #[test]
    fn without_a_notice_the_volume_stays_where_it_is() {
        let stages = Stages::parse("1:500,3:1000,2:100,5:rest").unwrap();
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let later: Timestamp = "2026-03-02T12:00:00Z".parse().unwrap();
        let volume = Volume(vec![
            Permit::Given,
            Permit::From(later),
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
