//! Hears *Manual action required* from the server: automation has done what it can for a profile.
//!
//! What is heard is a sign to look, never a fact to act on: the tool reads the profile's state
//! afterwards. So a message that is lost, late, repeated or replayed makes nothing wrong. When the
//! server cannot reach the listener, or will not have it, the tool looks by itself, as often as
//! without one.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hyper::StatusCode;
use serde_json::json;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::Error;
use crate::api::{Api, Failure};
use crate::ledger::Ledger;
use crate::webhook::endpoint::Endpoint;
use crate::webhook::{self, Delivery};

/// A listener that the server knows.
#[derive(Debug)]
pub(crate) struct Listener {
    heard: Arc<Heard>,
    _serving: JoinSet<()>,
}

#[derive(Debug)]
struct Heard {
    secret: String,
    profiles: Mutex<HashSet<String>>,
    news: Notify,
    messages_count: AtomicU64,
}

impl Listener {
    /// Listens on an address and tells the server of it; `url` is where the server reaches it, when
    /// that is not the address itself. `fact` says in the ledger which endpoint it is.
    ///
    /// Errors: the address cannot be had ([`Error::Option`]). A server that will not send messages is
    /// none: `Err` inside says why.
    pub(crate) async fn start(
        (api, ledger): (&Api, &Ledger),
        fact: &'static str,
        (address, url): (SocketAddr, Option<&str>),
    ) -> Result<Result<Listener, String>, Error> {
        let (socket, own) = webhook::bind(address).await?;
        let url = url.map_or_else(|| format!("http://{own}/"), str::to_owned);
        let endpoint = Endpoint::new(api, fact, None);
        let heard = Arc::new(Heard {
            secret: endpoint.secret.clone(),
            profiles: Mutex::default(),
            news: Notify::new(),
            messages_count: AtomicU64::new(0),
        });
        let hearing = Arc::clone(&heard);
        let mut serving = JoinSet::new();
        serving.spawn(webhook::serve(socket, move |delivery| {
            let is_believed = hearing.take(&delivery);
            let status = if is_believed {
                StatusCode::OK
            } else {
                StatusCode::UNAUTHORIZED
            };
            std::future::ready(webhook::reply(status))
        }));
        let wanted = json!({
            "url": url,
            "events": ["MANUAL_ACTION_REQUIRED"],
            "batching": true,
        });
        match endpoint.register((api, ledger), &wanted).await? {
            Ok(_) => Ok(Ok(Listener {
                heard,
                _serving: serving,
            })),
            Err(failure @ Failure::Fatal(_)) => Err(failure.into()),
            Err(failure) => Ok(Err(webhook::refusal(&failure))),
        }
    }

    /// Waits until the server has said that a profile wants hands; at once if it has since the last
    /// look. News is heard once: who looks again for it waits for what comes next.
    pub(crate) async fn hear_of(&self, profile: &str) {
        loop {
            let news = self.heard.news.notified();
            if self.heard.profiles().remove(profile) {
                return;
            }
            news.await;
        }
    }

    /// Messages that were heard and believed.
    pub(crate) fn messages_count(&self) -> u64 {
        self.heard.messages_count.load(Ordering::Relaxed)
    }
}

impl Heard {
    fn profiles(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.profiles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a request in; whether it is believed.
    fn take(&self, delivery: &Delivery) -> bool {
        if !delivery.is_signed(&self.secret) {
            return false;
        }
        let Some(messages) = delivery.messages() else {
            return false;
        };
        let wanted = messages
            .iter()
            .filter(|message| message["event"] == "MANUAL_ACTION_REQUIRED")
            .filter_map(|message| message["data"]["profile_id"].as_str());
        let mut profiles = self.profiles();
        for profile in wanted {
            self.messages_count.fetch_add(1, Ordering::Relaxed);
            profiles.insert(profile.to_owned());
        }
        drop(profiles);
        self.news.notify_waiters();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard() -> Heard {
        Heard {
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
            profiles: Mutex::default(),
            news: Notify::new(),
            messages_count: AtomicU64::new(0),
        }
    }

    /// Otherwise a profile that is still automating would be read back to back.
    #[tokio::test]
    async fn news_is_heard_once() {
        let heard = heard();
        heard.profiles().insert("p".to_owned());
        let listener = Listener {
            heard: Arc::new(heard),
            _serving: JoinSet::new(),
        };
        let wait = std::time::Duration::from_millis(50);
        let hear = || tokio::time::timeout(wait, listener.hear_of("p"));
        assert!(hear().await.is_ok());
        assert!(hear().await.is_err());
    }

    #[test]
    fn what_is_not_signed_is_not_heard() {
        let heard = heard();
        let body = r#"[{"event":"MANUAL_ACTION_REQUIRED","data":{"profile_id":"p"}}]"#;
        let mut delivery = Delivery {
            headers: hyper::HeaderMap::new(),
            body: body.into(),
        };
        for (name, value) in [
            ("webhook-id", "1"),
            ("webhook-timestamp", "2"),
            ("webhook-signature", "v1,AAAA"),
        ] {
            let value = hyper::header::HeaderValue::from_static(value);
            delivery.headers.insert(name, value);
        }
        assert!(!heard.take(&delivery));
        assert!(heard.profiles().is_empty());
    }
}
