//! Doing one step: at most once, found again when its outcome was lost.

use std::sync::atomic::Ordering;

use serde_json::Value;

use super::{Work, before, id};
use crate::Error;
use crate::api::{Call, Failure};

/// The status of an answer that says: this idempotency key stands for another body.
const KEY_REUSED: u16 = 422;

/// How a step went.
pub(super) enum Done {
    /// It is finished; the id its answer gave.
    Finished(String),
    /// The server refuses it for good.
    Refused(String),
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
        if let Some(answer) = self.ledger.answer(step)? {
            return Ok(Done::Finished(answer));
        }
        let text = body.to_string();
        Ok(match self.send(step, path, text).await? {
            Sent::Done(id) => Done::Finished(id),
            Sent::Refused(message) | Sent::Unclear(message) => Done::Refused(message),
            Sent::Reused(message) => Done::Refused(sent_otherwise(&message)),
        })
    }

    /// Makes a profile, once, whatever the body is by now: one that was sent and whose outcome is
    /// not known is sent again as it was. Only when that is refused does the body given count.
    pub(super) async fn make(&self, step: &str, body: &Value) -> Result<Made, Error> {
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
        let body = body.to_string();
        let mut intended = self.ledger.intend(step, &body)?;
        if intended != body {
            match self.send(step, "/profiles", intended).await? {
                Sent::Done(profile) => return Ok(Made::Before(profile)),
                Sent::Unclear(message) => return Ok(Made::Refused(message)),
                Sent::Reused(message) => return Ok(Made::Refused(sent_otherwise(&message))),
                Sent::Refused(_) => intended = self.ledger.intend(step, &body)?,
            }
        }
        let mut sent = self.send(step, "/profiles", intended).await?;
        if let Sent::Reused(message) = sent {
            if let Some(why) = self.made_by_others(step, reference, message).await? {
                return Ok(Made::Refused(why));
            }
            self.ledger.refuse(step)?;
            let intended = self.ledger.intend(step, &body)?;
            sent = self.send(step, "/profiles", intended).await?;
        }
        Ok(match sent {
            Sent::Done(profile) => {
                self.crew.made_count.fetch_add(1, Ordering::Relaxed);
                Made::Now(profile)
            }
            Sent::Refused(message) | Sent::Unclear(message) => Made::Refused(message),
            Sent::Reused(message) => Made::Refused(sent_otherwise(&message)),
        })
    }

    /// Why a profile is not made whose idempotency key stands for another body, which this state has
    /// not sent; `None` when what another run made under it is certainly no longer there.
    async fn made_by_others(
        &self,
        step: &str,
        reference: Option<String>,
        message: String,
    ) -> Result<Option<String>, Error> {
        let Some(reference) = reference else {
            return Ok(Some(sent_otherwise(&message)));
        };
        let name = step.strip_suffix("/create").unwrap_or(step);
        let mut found = None;
        let is_sure = before::search(self, name, &reference, |profile| {
            found = Some(id(profile));
            Ok(true)
        });
        let is_sure = is_sure.await?;
        Ok(match found {
            Some(profile) => Some(format!(
                "{}; it is profile {profile} by now: where another run has made that, go on with its \
                 --state",
                sent_otherwise(&message)
            )),
            None => (!is_sure).then(|| sent_otherwise(&message)),
        })
    }

    async fn send(&self, step: &str, path: &str, body: String) -> Result<Sent, Error> {
        let key = self.ledger.shared_key(step, path, &body)?;
        let call = Call::post_text(path, body, key.id).shared(key.is_shared);
        match self.api.call(call).await {
            Ok(answer) => {
                let id = id(&answer.body);
                self.ledger.finish(step, &id)?;
                Ok(Sent::Done(id))
            }
            // Something was done under this key: under a new one it might be done twice.
            Err(Failure::Refused {
                status: KEY_REUSED,
                message,
                ..
            }) => {
                self.ledger.forget_intent(step)?;
                Ok(Sent::Reused(message))
            }
            Err(Failure::Refused {
                status, message, ..
            }) => {
                self.ledger.refuse(step)?;
                self.look_for_window(status).await?;
                Ok(Sent::Refused(message))
            }
            Err(Failure::Unclear(message)) => Ok(Sent::Unclear(message)),
            Err(failure @ (Failure::KeyRefused | Failure::Fatal(_))) => Err(failure.into()),
        }
    }
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
    /// It was carried out; the id its answer gave.
    Done(String),
    /// It was not carried out.
    Refused(String),
    /// Whether it was carried out is not known; the key stays.
    Unclear(String),
    /// Another body was carried out under its key.
    Reused(String),
}
