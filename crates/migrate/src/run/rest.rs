//! Waiting until automation has done what it can for a profile.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::Work;
use super::links::Link;
use crate::Error;
use crate::api::{Call, Failure};
use crate::book::Person;

/// How long a part of the run waits in all for automation that is still at work, in seconds; then
/// things are taken as they stand. Long enough for the work of a node that died to be taken over.
pub(super) const AUTOMATION_SECONDS_MAX: u64 = 90;

/// The wait between two looks at a profile that automation is at work on, in milliseconds.
const LOOK_MILLISECONDS: u64 = 250;

/// As [`LOOK_MILLISECONDS`], while the server says by webhook when to look; it does not when nobody is
/// needed, and it may not reach the tool.
const LOOK_LISTENING_MILLISECONDS: u64 = 1_000;

/// When a part of the run that begins now stops waiting.
pub(super) fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(AUTOMATION_SECONDS_MAX)
}

impl Work {
    /// A profile once automation has done what it can for it, or at the deadline as it is.
    pub(super) async fn at_rest(&self, profile: &str, deadline: Instant) -> Result<Value, Failure> {
        let path = format!("/profiles/{profile}");
        let applications = |profile: &Value| profile["applications"].clone();
        self.look(&path, applications, deadline).await
    }

    /// Waits until automation has done what it can for a profile's applications; whether it has, in
    /// [`AUTOMATION_SECONDS_MAX`].
    pub(super) async fn wait_for_hands(&self, profile: &str) -> Result<bool, Failure> {
        // Not the whole profile: that would be noted as a view of it.
        let path = format!("/profiles/{profile}/applications");
        let applications = self.look(&path, Value::clone, deadline()).await?;
        Ok(!is_automating(&applications))
    }

    /// Looks until automation is at work on none of the applications in an answer.
    async fn look(
        &self,
        path: &str,
        applications: impl Fn(&Value) -> Value,
        deadline: Instant,
    ) -> Result<Value, Failure> {
        loop {
            let answer = self.api.call(Call::get(path)).await?.body;
            if !is_automating(&applications(&answer)) {
                return Ok(answer);
            }
            if Instant::now() >= deadline {
                self.say_once_that_automation_is_slow();
                return Ok(answer);
            }
            match (&self.listener.get(), profile_of(path)) {
                (Some(listener), Some(profile)) => {
                    let look_again = Duration::from_millis(LOOK_LISTENING_MILLISECONDS);
                    let _ = tokio::time::timeout(look_again, listener.hear_of(profile)).await;
                }
                _ => tokio::time::sleep(Duration::from_millis(LOOK_MILLISECONDS)).await,
            }
        }
    }

    /// Waits for the clients behind links, each once in a run: what a company's automation sees of
    /// its owners must not depend on how far theirs has come.
    pub(super) async fn wait_for_owners(
        &self,
        links: &[Link<'_>],
        deadline: Instant,
    ) -> Result<(), Error> {
        // Nobody applies for anything on behalf of people named inline before they are linked.
        let clients = links
            .iter()
            .filter(|link| matches!(link.associate.person, Person::Client(_)));
        for link in clients {
            let rested = || self.rested.lock().unwrap_or_else(PoisonError::into_inner);
            if rested().contains(&link.profile) {
                continue;
            }
            // Not the whole profile: that would be noted as a view of it.
            let path = format!("/profiles/{}/applications", link.profile);
            match self.look(&path, Value::clone, deadline).await {
                Ok(_) => {
                    rested().insert(link.profile.clone());
                }
                // The link will be refused, with a better word for it.
                Err(Failure::Refused { .. } | Failure::Unclear(_)) => {}
                Err(failure @ (Failure::KeyRefused | Failure::Fatal(_))) => {
                    return Err(failure.into());
                }
            }
        }
        Ok(())
    }

    fn say_once_that_automation_is_slow(&self) {
        if !self.is_automation_slow.swap(true, Ordering::Relaxed) {
            self.reporter.say(&format!(
                "automation is still at work on some clients after {AUTOMATION_SECONDS_MAX} s; \
                 going on, so where applications stand may change yet"
            ));
        }
    }
}

/// The profile in a path below it.
fn profile_of(path: &str) -> Option<&str> {
    path.strip_prefix("/profiles/")?.split('/').next()
}

fn is_automating(applications: &Value) -> bool {
    let is_moving = |application: &Value| {
        matches!(
            application["flag"].as_str(),
            Some("AUTOMATING" | "WAITING_ON_CHECKS" | "RECALCULATING_RISK")
        )
    };
    applications.as_array().into_iter().flatten().any(is_moving)
}
