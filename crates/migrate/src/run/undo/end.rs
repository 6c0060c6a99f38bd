//! Taking one profile back.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::look::{look_at, open};
use super::{Client, Fate, Place, TAG};
use crate::Error;
use crate::api::{Call, Failure};

/// How often an application that moves on meanwhile is looked at again.
const TRIES_COUNT_MAX: u32 = 4;
/// What decisions of an undo say.
const COMMENT: &str = "The migration that brought this profile over is taken back.";

/// Ends a profile's applications and marks it. When everything is to stop, it stays as it is.
pub(super) async fn end(place: &Place, client: &Client) -> Result<Fate, Error> {
    if place.stop.load(Ordering::Relaxed) {
        return Ok(client.fate.clone());
    }
    if client.fate == Fate::Undo {
        let looked = look_at(place, client).await?;
        let why = looked.gone.or_else(|| looked.touched.why(&place.creators));
        if let Some(why) = why {
            return Ok(Fate::LeftAlone(why));
        }
        place
            .ledger
            .begin_undo(&client.profile, &client.reference)?;
    }
    let mut refusal = String::new();
    for _ in 0..TRIES_COUNT_MAX {
        let path = format!("/profiles/{}", client.profile);
        let profile = match place.api.call(Call::get(path)).await {
            Ok(answer) => answer.body,
            Err(failure) => return refused(failure),
        };
        match end_applications(place, client, &profile).await? {
            Ended::All => return mark(place, client).await,
            Ended::Reopened => {
                let why = "somebody has opened an application again that was taken back";
                return Ok(Fate::LeftAlone(why.to_owned()));
            }
            Ended::Not(why) => refusal = why,
        }
    }
    Ok(Fate::Failed(refusal))
}

/// How the end of a profile's applications went.
enum Ended {
    All,
    /// One of them was ended before, and is open.
    Reopened,
    /// One was refused: it may have moved on meanwhile.
    Not(String),
}

async fn end_applications(place: &Place, client: &Client, profile: &Value) -> Result<Ended, Error> {
    for (application, status) in open(profile) {
        let step = format!("undo/{}/end/{application}", client.profile);
        if place.ledger.answer(&step)?.is_some() {
            return Ok(Ended::Reopened);
        }
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
        let path = format!("/profiles/{}/applications/{application}", client.profile);
        if let Err(why) = post(place, &step, &path, &body).await? {
            return Ok(Ended::Not(why));
        }
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

/// Does a step; inside, why the server refuses it. The idempotency key stands for this body alone.
async fn post(
    place: &Place,
    step: &str,
    path: &str,
    body: &Value,
) -> Result<Result<(), String>, Error> {
    let tried = format!("{step} {body}");
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
