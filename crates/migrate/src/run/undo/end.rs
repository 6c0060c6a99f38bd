//! Taking one profile back.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::look::{look_at, open};
use super::{Client, Fate, Place, TAG};
use crate::Error;
use crate::api::{Call, Failure};

/// How often an application that moves on meanwhile is looked at again.
const TRIES_COUNT_MAX: u32 = 5;
/// What is said of an application that the server does not end.
const NOT_ENDED: &str =
    "the server answers that its applications have ended, and they are open, again and again";
/// What decisions of an undo say.
const COMMENT: &str = "The migration that brought this profile over is taken back.";

/// Ends a profile's applications and marks it. When everything is to stop, it stays as it is.
pub(super) async fn end(place: &Place, client: &Client) -> Result<Fate, Error> {
    if place.stop.load(Ordering::Relaxed) {
        return Ok(client.fate.clone());
    }
    if client.fate == Fate::Undo {
        let looked = look_at(place, client).await?;
        if let Some(why) = looked.of_others {
            return Ok(Fate::OfOthers(why));
        }
        let why = looked.gone.or_else(|| looked.touched.why(&place.creators));
        if let Some(why) = why {
            return Ok(Fate::LeftAlone(why));
        }
        place
            .ledger
            .begin_undo(&client.profile, &client.reference)?;
    }
    let mut ended = HashSet::new();
    let mut refusal = String::new();
    for _ in 0..TRIES_COUNT_MAX {
        let path = format!("/profiles/{}", client.profile);
        let profile = match place.api.call(Call::get(path)).await {
            Ok(answer) => answer.body,
            Err(failure) => return refused(failure),
        };
        // What is ended is seen on the profile: an answer alone is only a promise.
        let open = open(&profile);
        if open.is_empty() {
            return mark(place, client).await;
        }
        match end_applications(place, client, open, &mut ended).await? {
            Ended::All => NOT_ENDED.clone_into(&mut refusal),
            Ended::Reopened => {
                // It is no longer half taken back, but somebody's own again.
                place.ledger.abandon_undo(&client.profile)?;
                let why = "an application that was ended is open again";
                return Ok(Fate::LeftAlone(why.to_owned()));
            }
            Ended::Not(why) => refusal = why,
        }
    }
    Ok(Fate::Failed(refusal))
}

/// How the end of a profile's applications went.
enum Ended {
    /// So the server answers.
    All,
    /// One of them was ended before, and is open.
    Reopened,
    /// One was refused: it may have moved on meanwhile.
    Not(String),
}

/// Ends applications; `ended` are those that the server said just now are.
async fn end_applications(
    place: &Place,
    client: &Client,
    open: Vec<(String, String)>,
    ended: &mut HashSet<String>,
) -> Result<Ended, Error> {
    for (application, status) in open {
        let step = format!("undo/{}/end/{application}", client.profile);
        // What was never approved is rejected: the contract's only end for it.
        let to = if status == "APPLIED" {
            "REJECTED"
        } else {
            "CANCELLED"
        };
        let mut body = json!({"status": to});
        if place.takes_comments {
            body["comment"] = json!(COMMENT);
            // Reasons are of one kind; only to reject is one ever needed.
            if to == "REJECTED" && !place.reasons.is_empty() {
                body["reasons"] = json!(place.reasons);
            }
        }
        if place.ledger.answer(&step)?.is_some() {
            if !ended.contains(&application) {
                return Ok(Ended::Reopened);
            }
            // It was answered just now and not kept: under its old key the same answer might come.
            place.ledger.distrust(&step)?;
            place.ledger.refuse(&tried(&step, &body))?;
        }
        let path = format!("/profiles/{}/applications/{application}", client.profile);
        if let Err(why) = post(place, &step, &path, &body).await? {
            return Ok(Ended::Not(why));
        }
        ended.insert(application);
    }
    Ok(Ended::All)
}

async fn mark(place: &Place, client: &Client) -> Result<Fate, Error> {
    let step = format!("undo/{}/tag", client.profile);
    let path = format!("/profiles/{}/tags", client.profile);
    if place.ledger.answer(&step)?.is_none()
        && let Err(why) = post(place, &step, &path, &json!({"name": TAG})).await?
    {
        return Ok(Fate::Failed(why));
    }
    place.ledger.finish_undo(&client.profile)?;
    Ok(Fate::Undone)
}

/// What an idempotency key of a step stands for.
fn tried(step: &str, body: &Value) -> String {
    format!("{step} {body}")
}

/// Does a step; inside, why the server refuses it. The idempotency key stands for this body alone.
async fn post(
    place: &Place,
    step: &str,
    path: &str,
    body: &Value,
) -> Result<Result<(), String>, Error> {
    let tried = tried(step, body);
    let key = place.ledger.idempotency_key(&tried)?;
    match place.api.call(Call::post(path, body, key)).await {
        Ok(answer) => {
            let id = answer.body["id"].as_str().unwrap_or_default();
            place.ledger.finish(step, id)?;
            Ok(Ok(()))
        }
        Err(Failure::Refused { message, .. }) => {
            place.ledger.refuse(&tried)?;
            Ok(Err(message))
        }
        Err(Failure::Unclear(message)) => Ok(Err(message)),
        Err(failure) => Err(failure.into()),
    }
}

fn refused(failure: Failure) -> Result<Fate, Error> {
    match failure {
        Failure::Refused { message, .. } | Failure::Unclear(message) => Ok(Fate::Failed(message)),
        failure => Err(failure.into()),
    }
}
