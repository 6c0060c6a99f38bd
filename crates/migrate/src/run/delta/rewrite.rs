//! Changing collected data that others may change meanwhile.

use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::Work;
use super::super::links::shorten_links;
use super::Clash;
use crate::api::{Call, Failure};
use crate::{Error, hex};

/// How often data is changed again because somebody else changed it in between.
const TRIES_COUNT_MAX: u32 = 20;

/// What is to be done with the data as it is.
pub(in crate::run) enum Edit {
    /// It is as it should be.
    Nothing,
    /// Put this there.
    Put(Value),
    /// It changed on the server too.
    Clashes(Vec<Clash>),
}

/// How a change of the data went.
pub(in crate::run) enum Rewritten {
    /// It was put there.
    Done,
    /// It was there already.
    Nothing,
    /// It changed on the server too; nothing was put there.
    Clashes(Vec<Clash>),
    /// It was not put there, and why.
    Failed(String),
    /// Whether it was put there is not known, and why.
    Unclear(String),
}

/// Reads the collected data of a profile, edits it, and puts it there under the ETag that was read;
/// when it changed in between, what the server answers is edited instead. `what` names the change in
/// its idempotency key.
pub(in crate::run) async fn rewrite(
    work: &Work,
    (reference, what): (&str, &str),
    profile: &str,
    edit: impl Fn(&Value) -> Edit,
) -> Result<Rewritten, Error> {
    let path = format!("/profiles/{profile}/collected_data");
    let mut current = match work.api.call(Call::get(&path)).await {
        Ok(answer) => answer,
        Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => {
            return Ok(Rewritten::Failed(message));
        }
        Err(failure) => return Err(failure.into()),
    };
    for tries in 0..TRIES_COUNT_MAX {
        let mut data = current.body.clone();
        shorten_links(&mut data);
        let data = match edit(&data) {
            Edit::Nothing => return Ok(Rewritten::Nothing),
            Edit::Put(data) => data,
            Edit::Clashes(clashes) => return Ok(Rewritten::Clashes(clashes)),
        };
        // The step is this very data on top of that very version: never confused with another try,
        // unless it is one that was answered and not kept.
        let content = hex(&Sha256::digest(data.to_string()));
        let etag = current.etag.clone();
        let name = format!(
            "{reference}/{what}/{}/{content}#{tries}",
            etag.as_deref().unwrap_or_default()
        );
        let key = Uuid::new_v5(&work.ledger.run(), name.as_bytes());
        match work
            .api
            .call(Call::post(&path, &data, key).if_match(etag.as_deref()))
            .await
        {
            Ok(answer) if answer.status == 412 => current = answer,
            // Read once more: the answer is a promise.
            Ok(_) => match work.api.call(Call::get(&path)).await {
                Ok(answer) if answer.etag == etag && answer.body == current.body => {}
                Ok(_) | Err(Failure::Refused { .. } | Failure::Unclear(_)) => {
                    return Ok(Rewritten::Done);
                }
                Err(failure) => return Err(failure.into()),
            },
            Err(Failure::Refused { message, .. }) => return Ok(Rewritten::Failed(message)),
            Err(Failure::Unclear(message)) => return Ok(Rewritten::Unclear(message)),
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(Rewritten::Failed(
        "the data changed again and again while it was being changed".to_owned(),
    ))
}
