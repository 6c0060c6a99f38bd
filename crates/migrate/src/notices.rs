//! The notices that the guide asks for: 48 hours before clients begin to come over, and before each
//! rise of the volume. What was given is kept in the state folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{Error, Stages, clock, ledger};

/// How long before a rise of the volume its notice is given, in hours (seed 000, Deployment process).
pub const NOTICE_HOURS: i64 = 48;
/// A run of so many clients is a test that nobody need be told of (seed 000, Production environment
/// test).
pub const SMALL_SCALE_CLIENTS_MAX: u64 = 10;
/// The file of a state folder that has them.
pub const FILE: &str = "notices.json";
/// Stages that can have a notice.
const STAGES_COUNT_MAX: usize = 64;

/// The notices that were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    /// By stage, from 1.
    pub given: BTreeMap<usize, Notice>,
}

/// A notice that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// When.
    pub at: Timestamp,
    /// How many workers at once it announced; the stage may have no more.
    pub workers: usize,
}

impl Notice {
    /// From when the stage may begin.
    pub fn allowed_from(&self) -> Timestamp {
        self.at.checked_add(notice_time()).unwrap_or(Timestamp::MAX)
    }
}

impl Notices {
    /// The notices of a state folder; none when it has no such file.
    ///
    /// Errors: a file that cannot be read or was changed by hand into something else.
    pub fn read(state: &Path) -> Result<Notices, Error> {
        let path = state.join(FILE);
        let wrong = |what: &str| Error::State(format!("{} {what}", path.display()));
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Notices::default()),
            Err(error) => return Err(wrong(&format!("cannot be read: {error}"))),
        };
        let json: Value = serde_json::from_str(&text).map_err(|error| {
            wrong(&format!(
                "is no JSON ({error}); take it away and record again"
            ))
        })?;
        let mut given = BTreeMap::new();
        for notice in json["notices"].as_array().into_iter().flatten() {
            let stage = notice["stage"]
                .as_u64()
                .and_then(|stage| usize::try_from(stage).ok());
            let at = notice["given_at"].as_str().and_then(|at| at.parse().ok());
            let (Some(stage), Some(at)) = (stage, at) else {
                return Err(wrong("has a notice without stage or given_at"));
            };
            // Notices once were of the usual ramp alone, and said no number.
            let workers = match &notice["workers"] {
                Value::Null => Stages::default().workers_of(stage.saturating_sub(1)),
                count => count
                    .as_u64()
                    .and_then(|count| usize::try_from(count).ok())
                    .ok_or_else(|| wrong("has a notice with another number of workers than one"))?,
            };
            given.insert(stage, Notice { at, workers });
        }
        Ok(Notices { given })
    }

    /// Keeps that notices of these stages of a ramp were given, beside those known already.
    ///
    /// Errors: stages that the ramp does not have; a folder that cannot be written.
    pub fn record(
        state: &Path,
        ramp: &Stages,
        stages: &[usize],
        at: Timestamp,
    ) -> Result<Notices, Error> {
        let count = ramp.count().min(STAGES_COUNT_MAX);
        if let Some(stage) = stages.iter().find(|stage| !(1..=count).contains(*stage)) {
            return Err(Error::Option(format!(
                "{stage} is no stage of the ramp; they count from 1 to {count}, and --ramp names others"
            )));
        }
        ledger::make_folder(state)?;
        let mut notices = Notices::read(state)?;
        notices.given.extend(stages.iter().map(|stage| {
            let workers = ramp.workers_of(stage - 1);
            (*stage, Notice { at, workers })
        }));
        let list: Vec<Value> = notices
            .given
            .iter()
            .map(|(stage, notice)| {
                let (at, workers) = (notice.at.to_string(), notice.workers);
                json!({"stage": stage, "given_at": at, "workers": workers})
            })
            .collect();
        let json = json!({"notices": list, "changed_at": clock::now().to_string()});
        let beside = state.join(format!("{FILE}.new"));
        fs::write(&beside, format!("{json:#}\n"))
            .and_then(|()| fs::rename(&beside, state.join(FILE)))
            .map_err(|error| {
                Error::State(format!("{} cannot be written: {error}", state.display()))
            })?;
        Ok(notices)
    }

    /// When notice was given of a stage with so many workers; one of fewer is none of it.
    pub(crate) fn of(&self, stage: usize, workers: usize) -> Option<Notice> {
        let notice = self.given.get(&stage).copied();
        notice.filter(|notice| notice.workers >= workers)
    }
}

/// [`NOTICE_HOURS`] as a length of time.
pub(crate) fn notice_time() -> SignedDuration {
    SignedDuration::from_hours(NOTICE_HOURS)
}
