//! What is made once under an idempotency key outside of profiles: keys, endpoints, publications.

use store::{Commit, Lost};

use crate::change::Answer;
use crate::idempotency::{self, Begun, Held, Replay};
use crate::{Caller, Failure, Platform};

/// How a request begins.
pub(crate) enum Start {
    /// It may go on; the key is held until this is dropped.
    Go(Option<Held>),
    /// It was answered before.
    Before(Answer),
}

/// What became of a commit.
pub(crate) enum Made {
    /// It took place, with its answer.
    Now,
    /// Another node was faster with the same request: its answer.
    Before(Answer),
    /// Somebody else was faster with another request: look again, then try again.
    Lost(store::Error),
}

/// Begins a request whose answer is never a check.
pub(crate) async fn begin(platform: &Platform, caller: &Caller) -> Result<Start, Failure> {
    match idempotency::begin(platform, caller).await? {
        Begun::Go(held) => Ok(Start::Go(held)),
        Begun::Replay(replay) => before(replay).map(Start::Before),
    }
}

/// Commits an effect together with its answer, which is kept under the caller's idempotency key.
pub(crate) async fn commit(
    platform: &Platform,
    caller: &Caller,
    commit: Commit,
    answer: &str,
) -> Result<Made, Failure> {
    let kept = || (200, answer.to_owned());
    let guard = idempotency::guard(caller, platform.now_micros(), kept);
    let commit = guard.into_iter().fold(commit, Commit::guard);
    if commit.guards.is_empty() && commit.writes.is_empty() {
        return Ok(Made::Now);
    }
    match platform.store.commit(commit).await {
        Ok(()) => Ok(Made::Now),
        Err(error) if is_replay(&error) => match idempotency::replay(platform, caller).await? {
            Some(replay) => before(replay).map(Made::Before),
            None => Ok(Made::Lost(error)),
        },
        Err(error) if error.is_conflict() => Ok(Made::Lost(error)),
        Err(error) => Err(error.into()),
    }
}

impl Made {
    /// The answer to send, where nobody else can be faster with another request.
    pub(crate) fn answer(self, answer: Answer) -> Result<Answer, Failure> {
        match self {
            Made::Now => Ok(answer),
            Made::Before(before) => Ok(before),
            Made::Lost(error) => Err(error.into()),
        }
    }
}

fn is_replay(error: &store::Error) -> bool {
    let store::Error::Conflict { what } = error else {
        return false;
    };
    let table = Lost::Fresh {
        table: "idempotency",
    };
    *what == table
}

fn before(replay: Replay) -> Result<Answer, Failure> {
    match replay {
        Replay::Answer(answer) => Ok(answer),
        Replay::Check(..) => Err(Failure::not_found("answer under this key")),
    }
}
