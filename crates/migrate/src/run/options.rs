//! What a run is asked to do.

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::api::Patience;
use crate::window::Wanted;
use crate::{Error, Scope};

/// More workers than this need [`Stages::parse_unlimited`]: the API's makers ask for no more.
pub const WORKERS_COUNT_MAX: usize = 5;

/// What a run is asked to do.
#[derive(Clone)]
pub struct Options {
    /// The mapping file.
    pub mapping: PathBuf,
    /// The folder of the source files.
    pub source: PathBuf,
    /// The folder that keeps the ledger and the results; one per run.
    pub state: PathBuf,
    /// Base URLs of the server's nodes, tried in turn when one does not answer.
    pub base_urls: Vec<String>,
    /// The API key.
    pub api_key: String,
    /// Which clients come over.
    pub scope: Scope,
    /// How many workers work at once, and for how many clients.
    pub stages: Stages,
    /// How long requests are waited for and tried again.
    pub patience: Patience,
    /// Make profiles of clients who are on the server already, from elsewhere than this state.
    pub may_repeat: bool,
    /// Only the clients of these references; all unless said.
    pub only: Option<Arc<BTreeSet<String>>>,
    /// Files of rejected rows that somebody has mended, as `FILE` or `SOURCE=FILE`.
    pub mended: Vec<PathBuf>,
    /// What somebody has said to beforehand.
    pub consent: Consent,
    /// The checks that are switched off meanwhile; else what the mapping says.
    pub window: Option<Wanted>,
    /// Where *Manual action required* is heard, and the URL under which the server reaches it, when that
    /// is not the address itself; `None`: the tool looks by itself.
    pub listen: Option<(SocketAddr, Option<String>)>,
    /// Set to true to stop: what is under way is finished, the rest waits for the next run.
    pub stop: Arc<AtomicBool>,
}

/// Without the API key, so that a log of the options gives nothing away.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("mapping", &self.mapping)
            .field("source", &self.source)
            .field("state", &self.state)
            .field("base_urls", &self.base_urls)
            .field("scope", &self.scope)
            .field("stages", &self.stages)
            .field("patience", &self.patience)
            .field("may_repeat", &self.may_repeat)
            .field("only", &self.only.as_ref().map(|only| only.len()))
            .field("window", &self.window)
            .field("listen", &self.listen)
            .finish_non_exhaustive()
    }
}

/// What somebody says to, that a run does not do by itself: raising the volume without a notice on
/// record, and putting other people in the places of those who were sent.
#[derive(Clone, Default)]
pub struct Consent {
    /// Somebody says that the notices were given in time.
    pub notice_given: bool,
    /// Somebody says that the book is the one that was sent, though many of its clients have other
    /// names and dates of birth now.
    pub is_same_book: bool,
    /// Asks somebody whether to go on although this is so.
    pub ask: Option<Ask>,
}

/// Puts a statement of what is missing to somebody; true to go on.
pub type Ask = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// How the load grows: so many workers for so many clients, then more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stages(Vec<Stage>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stage {
    workers: usize,
    clients: Option<u64>,
}

impl Default for Stages {
    fn default() -> Stages {
        Stages(vec![
            Stage {
                workers: 1,
                clients: Some(500),
            },
            Stage {
                workers: 3,
                clients: Some(1000),
            },
            Stage {
                workers: 5,
                clients: None,
            },
        ])
    }
}

impl Stages {
    /// Reads stages such as `1:500,3:1000,5:rest`: workers, then for how many clients.
    ///
    /// Errors: anything else, or more than [`WORKERS_COUNT_MAX`] workers.
    pub fn parse(text: &str) -> Result<Stages, Error> {
        let stages = Stages::parse_unlimited(text)?;
        match stages
            .0
            .iter()
            .find(|stage| stage.workers > WORKERS_COUNT_MAX)
        {
            Some(stage) => Err(Error::Option(format!(
                "{} workers are more than the {WORKERS_COUNT_MAX} the API's makers ask for",
                stage.workers
            ))),
            None => Ok(stages),
        }
    }

    /// As [`Stages::parse`], with up to 64 workers.
    pub fn parse_unlimited(text: &str) -> Result<Stages, Error> {
        let wrong = || {
            Error::Option(format!(
                "\"{}\" are no stages; each is WORKERS:CLIENTS (1 to 64 workers), the last WORKERS alone",
                text.trim_end_matches(":rest")
            ))
        };
        let mut stages = Vec::new();
        for part in text.split(',') {
            let (workers, clients) = part.trim().split_once(':').ok_or_else(wrong)?;
            let workers = workers.parse().map_err(|_| wrong())?;
            let clients = match clients {
                "rest" => None,
                count => Some(count.parse().map_err(|_| wrong())?),
            };
            if !(1..=64).contains(&workers) {
                return Err(wrong());
            }
            stages.push(Stage { workers, clients });
        }
        let rests = stages
            .iter()
            .filter(|stage| stage.clients.is_none())
            .count();
        let ends_with_rest = stages.last().is_some_and(|stage| stage.clients.is_none());
        if rests == 1 && ends_with_rest {
            Ok(Stages(stages))
        } else {
            Err(wrong())
        }
    }

    /// How many stages there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The stage, from 0, when so many clients have been begun.
    pub fn at(&self, begun: u64) -> usize {
        let mut left = begun;
        for (place, stage) in self.0.iter().enumerate() {
            match stage.clients {
                Some(clients) if left >= clients => left -= clients,
                _ => return place,
            }
        }
        self.0.len().saturating_sub(1)
    }

    /// How many workers work at once in a stage, from 0.
    pub fn workers_of(&self, stage: usize) -> usize {
        self.0.get(stage).map_or(1, |stage| stage.workers)
    }

    /// How many clients have been begun when a stage, from 0, begins.
    pub fn begins_at(&self, stage: usize) -> u64 {
        let before = self.0.iter().take(stage);
        before.filter_map(|stage| stage.clients).sum()
    }

    /// The stages, from 0, that a book of so many clients reaches and that raise the volume: the
    /// first, and each with more workers than any before it.
    pub fn rises(&self, clients: u64) -> Vec<usize> {
        let mut most = 0;
        let mut rises = Vec::new();
        for (place, stage) in self.0.iter().enumerate() {
            if stage.workers > most && (place == 0 || self.begins_at(place) < clients) {
                rises.push(place);
            }
            most = most.max(stage.workers);
        }
        rises
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_load_grows_by_stages() {
        let stages = Stages::parse("1:500,3:1000,5:rest").unwrap();
        assert_eq!(stages, Stages::default());
        let workers: Vec<usize> = [0, 499, 500, 1499, 1500, 1_000_000]
            .iter()
            .map(|n| stages.workers_of(stages.at(*n)))
            .collect();
        assert_eq!(workers, [1, 1, 3, 3, 5, 5]);
    }

    #[test]
    fn a_rise_is_a_stage_that_is_reached_with_more_workers_than_before() {
        let stages = Stages::parse("1:500,3:1000,2:100,5:rest").unwrap();
        let rises = |clients: u64| stages.rises(clients);
        assert_eq!(rises(0), [0]);
        assert_eq!(rises(500), [0]);
        assert_eq!(rises(501), [0, 1]);
        assert_eq!(rises(1_000_000), [0, 1, 3]);
        assert_eq!(stages.begins_at(3), 1600);
    }

    #[test]
    fn stages_that_do_not_end_or_load_too_much_are_refused() {
        for text in [
            "",
            "1:500",
            "5:rest,1:3",
            "0:rest",
            "x:rest",
            "1:500,3",
            "6:rest",
            "1:rest,2:rest",
        ] {
            assert!(Stages::parse(text).is_err(), "{text}");
        }
        assert!(Stages::parse_unlimited("6:rest").is_ok());
    }
}
