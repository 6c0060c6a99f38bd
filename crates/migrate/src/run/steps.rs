//! Doing one step: at most once, found again when its outcome was lost.

use serde_json::Value;

use super::{Work, id};
use crate::Error;
use crate::api::{Call, Failure};

/// How a step went.
pub(super) enum Done {
    /// It is finished; the id its answer gave.
    Finished(String),
    /// The server refuses it for good.
    Refused(String),
}

impl Work {
    /// POSTs a body unless the ledger says it was done already; the answer's `id` is kept.
    pub(super) async fn post(&self, step: &str, path: &str, body: &Value) -> Result<Done, Error> {
        if let Some(answer) = self.ledger.answer(step)? {
            return Ok(Done::Finished(answer));
        }
        let key = self.ledger.idempotency_key(step)?;
        match self.api.call(Call::post(path, body, key)).await {
            Ok(answer) => {
                let id = id(&answer.body);
                self.ledger.finish(step, &id)?;
                Ok(Done::Finished(id))
            }
            Err(Failure::Refused { message, .. }) => {
                self.ledger.refuse(step)?;
                Ok(Done::Refused(message))
            }
            Err(failure @ Failure::Fatal(_)) => Err(failure.into()),
        }
    }
}
