//! Doing one step: at most once, found again when its outcome was lost.

use std::sync::atomic::Ordering;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::before::Searched;
use super::prove::NOT_KEPT;
use super::{Work, before, id};
use crate::api::{Call, Failure};
use crate::ledger::{Tried, Whose};
use crate::{Error, hex};

/// The status of an answer that says: this idempotency key stands for another body.
const KEY_REUSED: u16 = 422;

/// So often a client may have been brought over from other states and taken back; after that it fails.
const TAKEN_BACK_COUNT_MAX: u32 = 100;

/// How a step went.
pub(super) enum Done {
    /// It is finished; the id its answer gave.
    Finished(String),
    /// The server refuses it for good.
    Refused(String),
}

/// How a request went that may have been sent otherwise before.
pub(super) enum Posted {
    /// As any.
    Done(Done),
    /// What was first sent for the step is there, and not this: the id it was answered with, and its body.
    Before(String, Value),
    /// Its idempotency key stands for another request by now, which this state has not sent.
    Reused(String),
}

/// How the making of a profile went.
pub(super) enum Made {
    /// It was made of the body given; its id.
    Now(String),
    /// It was made before, or of the body of an earlier try; its id.
    Before(String),
    /// The server refuses it for good.
    Refused(String),
}

impl Work {
    /// POSTs a body unless the ledger says it was done already; the answer's `id` is kept. The name
    /// of the step must say what the body is made of.
    pub(super) async fn post(&self, step: &str, path: &str, body: &Value) -> Result<Done, Error> {
        Ok(match self.post_unless_reused(step, path, body).await? {
            Posted::Done(done) => done,
            Posted::Before(id, _) => {
                self.ledger.finish_by(step, &id, Whose::Unclear)?;
                Done::Finished(id)
            }
            Posted::Reused(message) => Done::Refused(message),
        })
    }

    /// As [`Work::post`]; tells what was first sent for the step from this, where that is there. The step
    /// is not finished then.
    pub(super) async fn post_unless_reused(
        &self,
        step: &str,
        path: &str,
        body: &Value,
    ) -> Result<Posted, Error> {
        if let Some(answer) = self.ledger.answer(step)? {
            return Ok(Posted::Done(Done::Finished(answer)));
        }
        let before = self.ledger.tried(step)?;
        let kept = kept(body);
        let sent = self.send(step, path, (body.to_string(), &kept)).await?;
        let Sent::Reused(message) = sent else {
            return Ok(sent.posted());
        };
        let Some(before) = before.filter(|before| before.body != kept) else {
            return Ok(Posted::Reused(sent_otherwise(&message)));
        };
        if let Some(first) = first_body(&before, body, &kept) {
            return self.send_as_before(&before, first).await;
        }
        // Another content is another thing: what was first sent stays beside it.
        self.ledger.refuse(step)?;
        let sent = self.send(step, path, (body.to_string(), &kept)).await?;
        Ok(sent.posted())
    }

    /// Sends what was first sent, which is there: the server answers with it once more.
    async fn send_as_before(&self, before: &Tried, body: Value) -> Result<Posted, Error> {
        let call = Call::post_text(&before.path, body.to_string(), before.key.id);
        match self.api.call(call.shared(before.key.is_shared)).await {
            Ok(answer) => Ok(Posted::Before(id(&answer.body), body)),
            Err(Failure::Refused { message, .. } | Failure::Unclear(message)) => {
                Ok(Posted::Reused(sent_otherwise(&message)))
            }
            Err(failure) => Err(failure.into()),
        }
    }

    /// Makes a profile, once, whatever the body is by now: one that was sent and whose outcome is
    /// not known is sent again as it was. Only when that is refused does the body given count, or when it
    /// does not get through and the server has nobody whom it may have made.
    /// One that could not be looked up is not sent at all.
    pub(super) async fn make(&self, step: &str, body: &Value) -> Result<Made, Error> {
        if let Some(why) = self.held_back(step)
            && self.ledger.answer(step)?.is_none()
        {
            return Ok(Made::Refused(why));
        }
        let made = self.made(step, body).await?;
        match &made {
            Made::Now(_) | Made::Before(_) => self.crew.breaker.made(),
            Made::Refused(message) => self.crew.breaker.refused(message),
        }
        Ok(made)
    }

    async fn made(&self, step: &str, body: &Value) -> Result<Made, Error> {
        if let Some(profile) = self.ledger.answer(step)? {
            return Ok(Made::Before(profile));
        }
        let reference = before::reference_in(body);
        if let Some(why) = self.made_meanwhile(step, reference.as_deref()).await? {
            return Ok(Made::Refused(why));
        }
        let body = body.to_string();
        let mut intended = self.ledger.intend(step, &body)?;
        if intended != body {
            match self.send_profile(step, &intended).await? {
                Sent::Done(profile, _) => return Ok(Made::Before(profile)),
                Sent::Unclear(message) => return Ok(Made::Refused(message)),
                Sent::Reused(message) => return Ok(Made::Refused(sent_otherwise(&message))),
                Sent::Refused(_) => intended = self.ledger.intend(step, &body)?,
                Sent::Barred(message) => {
                    if !self.is_nowhere(step, &intended).await? {
                        return Ok(Made::Refused(message));
                    }
                    intended = self.ledger.intend_instead(step, &body)?;
                }
            }
        }
        let mut sent = self.send_profile(step, &intended).await?;
        // Others may have sent it of bodies that link other profiles, which were taken back since.
        for _ in 0..TAKEN_BACK_COUNT_MAX {
            let Sent::Reused(message) = &sent else { break };
            let reference = reference.as_deref();
            if let Some(why) = self.made_by_others(step, reference, message).await? {
                return Ok(Made::Refused(why));
            }
            self.ledger.refuse(step)?;
            let intended = self.ledger.intend(step, &body)?;
            sent = self.send_profile(step, &intended).await?;
        }
        Ok(match sent {
            Sent::Done(profile, _) => {
                self.crew.made_count.fetch_add(1, Ordering::Relaxed);
                Made::Now(profile)
            }
            Sent::Refused(message) | Sent::Barred(message) | Sent::Unclear(message) => {
                Made::Refused(message)
            }
            Sent::Reused(message) => Made::Refused(sent_otherwise(&message)),
        })
    }

    /// Whether the server says that there is no profile that a body may have made, of all that it has.
    async fn is_nowhere(&self, step: &str, body: &str) -> Result<bool, Error> {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let Some(reference) = before::reference_in(&body) else {
            return Ok(false);
        };
        let (other, searched) = before::other(self, named(step), &reference).await?;
        Ok(other.is_none() && searched == Searched::All)
    }

    /// Why a profile is not made under another idempotency key than its first: somebody else has made
    /// it since this state was refused it.
    async fn made_meanwhile(
        &self,
        step: &str,
        reference: Option<&str>,
    ) -> Result<Option<String>, Error> {
        let Some(reference) = reference else {
            return Ok(None);
        };
        if self.ledger.failures(step)? == 0 || before::may_be_others(self)? {
            return Ok(None);
        }
        let (other, searched) = before::other(self, named(step), reference).await?;
        if let Some(profile) = other {
            return Ok(Some(format!(
                "it was not made from this state, and is profile {profile} by now: where another run \
                 has made that, go on with its --state"
            )));
        }
        Ok(searched.why_not().and_then(|why| {
            self.hold_back(step, &why);
            self.held_back(step)
        }))
    }

    /// Why a profile is not made whose idempotency key stands for another body, which this state has
    /// not sent; `None` when what another run made under it is no longer there. Only a server whose
    /// search is known to find everything says that.
    async fn made_by_others(
        &self,
        step: &str,
        reference: Option<&str>,
        message: &str,
    ) -> Result<Option<String>, Error> {
        let Some(reference) = reference else {
            return Ok(Some(sent_otherwise(message)));
        };
        let (other, searched) = before::other(self, named(step), reference).await?;
        let is_sure = searched == Searched::All;
        Ok(match other {
            Some(profile) => Some(format!(
                "{}; it is profile {profile} by now: where another run has made that, go on with its \
                 --state",
                sent_otherwise(message)
            )),
            None if is_sure && self.api.forgets_refusals() => None,
            None => Some(sent_otherwise(message)),
        })
    }

    /// Sends the body of a profile. One that the server remembers from an earlier run, and that was
    /// taken back since, is made anew, before anything is put on it.
    async fn send_profile(&self, step: &str, body: &str) -> Result<Sent, Error> {
        for _ in 0..TAKEN_BACK_COUNT_MAX {
            // Another server does not say of what it answers that it remembers it.
            let may_be_old = self.ledger.failures(step)? > 0 && !self.api.forgets_refusals();
            let sent = self.send(step, "/profiles", (body.to_owned(), "")).await?;
            match &sent {
                Sent::Done(profile, is_replayed) if *is_replayed || may_be_old => {
                    if !self.is_taken_back(profile).await? {
                        return Ok(sent);
                    }
                }
                _ => return Ok(sent),
            }
            self.ledger.distrust(step)?;
            self.ledger.intend(step, body)?;
        }
        Ok(Sent::Unclear(NOT_KEPT.to_owned()))
    }

    /// Sends a request of a step under its idempotency key: that of the first try, as long as its outcome
    /// is not known. `kept` is what is written down of the body.
    async fn send(
        &self,
        step: &str,
        path: &str,
        (body, kept): (String, &str),
    ) -> Result<Sent, Error> {
        let before = self.ledger.tried(step)?;
        let key = if let Some(tried) = &before {
            tried.key
        } else {
            let key = self.ledger.shared_key(step, path, &body)?;
            let (path, body) = (path.to_owned(), kept.to_owned());
            self.ledger.try_step(step, &Tried { key, path, body })?;
            key
        };
        let call = Call::post_text(path, body, key.id).shared(key.is_shared);
        match self.api.call(call).await {
            Ok(answer) => {
                let id = id(&answer.body);
                let may_be_own = answer.is_retried || before.is_some();
                let whose = if !answer.is_replayed {
                    Whose::Own
                } else if may_be_own || !self.ledger.knows_origins()? {
                    Whose::Unclear
                } else {
                    Whose::Other
                };
                self.ledger.finish_by(step, &id, whose)?;
                Ok(Sent::Done(id, answer.is_replayed))
            }
            // Something was done under this key: under a new one it might be done twice.
            Err(Failure::Refused {
                status: KEY_REUSED,
                message,
                ..
            }) => {
                if before.is_none_or(|tried| tried.body == kept) {
                    self.ledger.forget_intent(step)?;
                }
                Ok(Sent::Reused(message))
            }
            // What stands before a server says nothing of what an earlier run has sent.
            Err(Failure::Refused {
                code: None,
                message,
                ..
            }) if before.is_some() => Ok(Sent::Barred(format!(
                "{message}; whether it was carried out before is not known, and the next run asks again"
            ))),
            Err(Failure::Refused {
                status, message, ..
            }) => {
                // Under another key, what a second run makes under this one would be made twice.
                if self.api.forgets_refusals() {
                    self.ledger.forget_intent(step)?;
                } else {
                    self.ledger.refuse(step)?;
                }
                self.look_for_window(status).await?;
                Ok(Sent::Refused(message))
            }
            Err(Failure::Unclear(message)) => Ok(Sent::Unclear(message)),
            Err(failure @ (Failure::KeyRefused | Failure::Fatal(_))) => Err(failure.into()),
        }
    }
}

/// What is written down of a body: of contents of files their hashes.
fn kept(body: &Value) -> String {
    let (Value::Object(fields), Some(data)) = (body, body["data"].as_str()) else {
        return body.to_string();
    };
    let others = fields.iter().filter(|(name, _)| *name != "data");
    let mut kept: Map<String, Value> =
        (others.map(|(name, value)| (name.clone(), value.clone()))).collect();
    let hash = hex(&Sha256::digest(data));
    kept.insert("data".to_owned(), Value::String(hash));
    Value::Object(kept).to_string()
}

/// The body that was first sent, as far as it can be known: of another content only its hash is.
fn first_body(before: &Tried, now: &Value, kept: &str) -> Option<Value> {
    let mut first: Value = serde_json::from_str(&before.body).ok()?;
    let kept: Value = serde_json::from_str(kept).ok()?;
    if now["data"].is_string() {
        if first["data"] != kept["data"] {
            return None;
        }
        first["data"] = now["data"].clone();
    }
    Some(first)
}

/// Whom a step makes a profile of.
fn named(step: &str) -> &str {
    step.strip_suffix("/create").unwrap_or(step)
}

/// What is said of a step whose idempotency key stands for another body.
fn sent_otherwise(message: &str) -> String {
    format!(
        "{message}; the row was sent before with other content: put the row and the mapping back as \
         they were and run again"
    )
}

/// How a request with an effect went.
enum Sent {
    /// It was carried out; the id its answer gave, and whether the server says that it was before.
    Done(String, bool),
    /// It was not carried out.
    Refused(String),
    /// Whether it was carried out is not known; the key stays.
    Unclear(String),
    /// So it is, and this time it did not get through to the server.
    Barred(String),
    /// Another body was carried out under its key.
    Reused(String),
}

impl Sent {
    fn posted(self) -> Posted {
        match self {
            Sent::Done(id, _) => Posted::Done(Done::Finished(id)),
            Sent::Refused(message) | Sent::Barred(message) | Sent::Unclear(message) => {
                Posted::Done(Done::Refused(message))
            }
            Sent::Reused(message) => Posted::Reused(sent_otherwise(&message)),
        }
    }
}
