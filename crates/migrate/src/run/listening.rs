//! The run's ear: a webhook endpoint of its own for as long as it works.

use std::net::SocketAddr;

use super::Work;
use crate::listener::Listener;
use crate::numbered;
use crate::webhook::endpoint;
use crate::{Error, webhook};

/// The fact of a ledger that says which endpoint its run made.
const FACT: &str = "webhook";

impl Work {
    /// Listens, if the options say so, and takes back the endpoint of a run that was killed.
    pub(super) async fn listen(&self) -> Result<(), Error> {
        if !self.forget_endpoint().await? {
            self.reporter.say("so the tool looks by itself");
            return Ok(());
        }
        let asked = self.options.listen.clone();
        let Some((address, url)) = asked.or_else(|| self.nearby()) else {
            return Ok(());
        };
        let server = (&self.api, &self.ledger);
        match Listener::start(server, FACT, (address, url.as_deref())).await? {
            Ok(listener) => {
                let _ = self.listener.set(listener);
                self.reporter
                    .say("listening for Manual action required from the server");
            }
            Err(why) => self.reporter.say(&format!(
                "the server will not send webhooks here, so the tool looks by itself: {why}"
            )),
        }
        Ok(())
    }

    /// Where to listen when nobody said: on loopback, for a run with a window whose server is on this
    /// machine too.
    fn nearby(&self) -> Option<(SocketAddr, Option<String>)> {
        self.api.window()?;
        let here = webhook::nearby(&self.options.base_urls)?;
        Some((here, None))
    }

    /// Takes the endpoint back; what fails here the next start of the run makes good.
    pub(super) async fn stop_listening(&self) {
        if let Some(listener) = self.listener.get() {
            let count = listener.messages_count();
            self.reporter.say(&format!(
                "heard {} that profiles want hands",
                numbered(count, "message", "messages")
            ));
            let _ = self.forget_endpoint().await;
        }
    }

    /// Whether nothing is left of an endpoint; what is left is said.
    async fn forget_endpoint(&self) -> Result<bool, Error> {
        let left = endpoint::forget((&self.api, &self.ledger), FACT, None).await?;
        if let Some(why) = &left {
            self.reporter.say(why);
        }
        Ok(left.is_none())
    }
}
