//! The endpoint on the server that sends webhooks here, from before the server knows of it until it
//! is taken back.
//!
//! What is asked for is written down in the ledger before it is sent, with its idempotency key. So a
//! run that is killed before the answer came asks the same again, learns the id of what it left
//! behind, and takes it back. The secret is not written down: it is made of the API key and the
//! idempotency key, unless it is somebody's own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::refusal;
use crate::Error;
use crate::api::{Api, Call, Failure};
use crate::ledger::Ledger;

/// Where endpoints are set up; no part of the API 4.0, and for administrators only.
const PATH: &str = "/admin/webhooks";
/// The status of an answer that says: this idempotency key stands for another body.
const KEY_REUSED: u16 = 422;

/// An endpoint that the server may come to know.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// The fact of the ledger that says which it is.
    fact: &'static str,
    key: Uuid,
    /// What its messages are signed with.
    pub(crate) secret: String,
}

impl Endpoint {
    /// An endpoint that nobody has asked for yet, with somebody's own secret or one of its own.
    pub(crate) fn new(api: &Api, fact: &'static str, secret: Option<&str>) -> Endpoint {
        let key = Uuid::now_v7();
        Endpoint {
            fact,
            key,
            secret: secret_for(api, key, secret),
        }
    }

    /// Tells the server of it: `wanted` without the secret. Its id there, which the ledger has too.
    ///
    /// Errors: a ledger that cannot be written. `Err` inside is what the server says against it.
    pub(crate) async fn register(
        &self,
        (api, ledger): (&Api, &Ledger),
        wanted: &Value,
    ) -> Result<Result<String, Failure>, Error> {
        let asked = json!({"key": self.key, "wanted": wanted});
        ledger.set_fact(&asking(self.fact), &asked.to_string())?;
        ask((api, ledger), self.fact, (self.key, wanted, &self.secret)).await
    }
}

/// Takes back what a run left behind, by its fact; why it could not be. `secret` is somebody's own, if
/// there is one.
///
/// Errors: a ledger that cannot be used.
pub(crate) async fn forget(
    (api, ledger): (&Api, &Ledger),
    fact: &'static str,
    secret: Option<&str>,
) -> Result<Option<String>, Error> {
    let asked = ledger.fact(&asking(fact))?.unwrap_or_default();
    if let Ok(asked) = serde_json::from_str::<Value>(&asked)
        && let Some(key) = asked["key"].as_str().and_then(|key| key.parse().ok())
    {
        let again = (key, &asked["wanted"], &*secret_for(api, key, secret));
        match ask((api, ledger), fact, again).await? {
            Err(Failure::Refused {
                status: KEY_REUSED, ..
            }) => {
                return Ok(Some(format!(
                    "an endpoint that was asked for before is still there, under another secret: \
                     delete it (`GET {PATH}` has its id)"
                )));
            }
            Ok(_) | Err(Failure::Refused { .. } | Failure::KeyRefused) => {}
            Err(failure) => return Ok(Some(still_there("that was asked for", &failure))),
        }
    }
    let Some(endpoint) = ledger.fact(fact)?.filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    match api
        .first_call(Call::delete_admin(format!("{PATH}/{endpoint}")))
        .await
    {
        // It may be gone already.
        Ok(_) | Err(Failure::Refused { status: 404, .. }) => {
            ledger.set_fact(fact, "")?;
            Ok(None)
        }
        Err(failure) => Ok(Some(still_there(&endpoint, &failure))),
    }
}

fn still_there(endpoint: &str, failure: &Failure) -> String {
    let why = refusal(failure);
    format!(
        "the endpoint {endpoint} is still there: {why}; the next start with this --state takes it back"
    )
}

/// Asks for an endpoint; what comes of it is in the ledger.
async fn ask(
    (api, ledger): (&Api, &Ledger),
    fact: &str,
    (key, wanted, secret): (Uuid, &Value, &str),
) -> Result<Result<String, Failure>, Error> {
    let mut wanted = wanted.clone();
    wanted["secret"] = json!(secret);
    let answer = api
        .first_call(Call::post_admin_once(PATH, &wanted, key))
        .await;
    let id = match answer {
        Ok(answer) => match answer.body["id"].as_str() {
            Some(id) if !id.is_empty() => id.to_owned(),
            _ => {
                let message = "its answer names no endpoint".to_owned();
                return Ok(Err(Failure::Unclear(message)));
            }
        },
        Err(failure) => {
            if matches!(failure, Failure::Refused { .. } | Failure::KeyRefused) {
                ledger.set_fact(&asking(fact), "")?;
            }
            return Ok(Err(failure));
        }
    };
    ledger.set_fact(fact, &id)?;
    ledger.set_fact(&asking(fact), "")?;
    Ok(Ok(id))
}

/// The fact of a ledger that says what is asked for and not answered yet.
fn asking(fact: &str) -> String {
    format!("{fact} asked for")
}

fn secret_for(api: &Api, key: Uuid, own: Option<&str>) -> String {
    let made = || format!("whsec_{}", STANDARD.encode(api.secret_of(key)));
    own.map_or_else(made, str::to_owned)
}
