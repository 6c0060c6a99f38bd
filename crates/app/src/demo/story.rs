//! The story of the demonstration, step by step. Every step can be told again without effect.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use migrate::api::{Api, Call, Patience};
use migrate::{Reporter, Scope, Stages, Summary, progress};
use serde_json::json;
use service::{Actor, Caller, Environment, Platform, publications, workers};
use uuid::Uuid;

use super::{book, endings};
use crate::ending::Ending;
use crate::place::{Place, show};
use crate::trouble::Trouble;
use crate::{folder, installation, keys, migration, say};

/// How long automation may take to come to rest, in seconds.
const QUIET_SECONDS_MAX: u64 = 300;
/// How often it is looked at, in milliseconds.
const LOOK_MILLISECONDS: u64 = 100;
/// The client whom a person refuses.
const REFUSED: &str = "P-1003";
/// Who publishes the policy of the demonstration.
const AUTHOR: &str = "usher demo";

/// Where the story plays.
pub(super) struct Stage {
    /// The platform of this process.
    pub(super) platform: Platform,
    /// Its folder.
    pub(super) place: Place,
    /// Where its API answers.
    pub(super) base_url: String,
}

impl Stage {
    /// The key that the migration works with.
    pub(super) fn key_file(&self) -> PathBuf {
        self.place.data.join("demo-key.txt")
    }

    fn book(&self) -> PathBuf {
        self.place.data.join("book")
    }

    fn state(&self) -> PathBuf {
        self.place.data.join("migration")
    }
}

/// Tells it all.
pub(super) async fn tell(stage: &Stage) -> Result<Ending, Trouble> {
    publish(stage).await?;
    book::write(&stage.book())?;
    let key = key(stage).await?;
    say::talk(&format!(
        "\nmigrating the client book {} over the API",
        show(&stage.book())
    ));
    migrate(stage, &key, Arc::from(progress::for_stderr())).await?;
    quiet(&stage.platform).await?;
    let api = Api::new(
        std::slice::from_ref(&stage.base_url),
        &key,
        Patience::default(),
    );
    let api = api.map_err(migration::trouble)?;
    refuse(stage, &api).await?;
    quiet(&stage.platform).await?;
    // Once more: nothing is left to send, and what automation did meanwhile is read back, too.
    let summary = migrate(stage, &key, Arc::new(progress::Silent)).await?;
    let endings = endings::read(&api, &stage.state()).await?;
    say::data(&format!(
        "\nWhere every client ended\n\n{}",
        endings.table()
    ));
    say::data(&format!(
        "\nWhy the waiting ones wait\n\n{}",
        endings.reasons()
    ));
    say::data(&format!(
        "\nWhat became of every row, and what was read back\n\n{summary}"
    ));
    Ok(conclusion(stage, &summary))
}

/// Publishes the policy of the demonstration, unless something is published already.
async fn publish(stage: &Stage) -> Result<(), Trouble> {
    let account = installation::account(&stage.platform, Environment::Demo).await?;
    if let Some(current) = store::configs::current(&stage.platform.store, account.account).await? {
        say::talk(&format!(
            "policy version {} is published to demo already",
            current.number
        ));
        return Ok(());
    }
    let caller = Caller::platform(&account, Actor::Support);
    let published = publications::publish(&stage.platform, &caller, config::DEMO, AUTHOR).await;
    published.map_err(|error| match error {
        publications::NotPublished::Mistakes(problems) => Trouble::new(problems.to_string()),
        publications::NotPublished::Failure(failure) => failure.into(),
    })?;
    let current = store::configs::current(&stage.platform.store, account.account).await?;
    let number = current.map_or(0, |current| current.number);
    say::talk(&format!("published policy version {number} to demo"));
    Ok(())
}

/// The key of the migration: the one of an earlier run, or a new one.
async fn key(stage: &Stage) -> Result<String, Trouble> {
    let path = stage.key_file();
    if let Some(key) = folder::read_if_there(&path)? {
        return Ok(key.trim().to_owned());
    }
    let made = keys::make(&stage.platform, Environment::Demo, "Demo migration", false).await?;
    let secret = made["key"].as_str().unwrap_or_default();
    folder::write_secret(&path, &format!("{secret}\n"))
        .map_err(|error| Trouble::file(&path, &error))?;
    Ok(secret.to_owned())
}

/// What a compliance officer does: refuses somebody whom no source knows, as a customer and as the
/// director of a company, which then has to find another one.
async fn refuse(stage: &Stage, api: &Api) -> Result<(), Trouble> {
    let rows = endings::rows(&stage.state())?;
    let refused = rows
        .iter()
        .find(|row| row.reference == REFUSED)
        .and_then(|row| row.profile.as_deref());
    let Some(id) = refused else { return Ok(()) };
    let body = json!({
        "status": "REJECTED",
        "reasons": ["identity_not_verified"],
        "comment": "No source knows her, and she sent no document",
    });
    for application in endings::shown(&endings::profile(api, id).await?) {
        let application_id = endings::text(&application["id"]);
        if application["status"] != "APPLIED" {
            continue;
        }
        let once = Uuid::new_v5(
            &Uuid::NAMESPACE_URL,
            format!("refuse/{application_id}").as_bytes(),
        );
        let path = format!("/profiles/{id}/applications/{application_id}");
        let answer = api.call(Call::post(path, &body, once)).await;
        answer.map_err(|failure| Trouble::new(failure.to_string()))?;
        let product = endings::text(&application["product"]["alias"]);
        say::talk(&format!(
            "a compliance officer rejected {REFUSED} for {product}: identity not verified"
        ));
    }
    Ok(())
}

async fn migrate(
    stage: &Stage,
    key: &str,
    reporter: Arc<dyn Reporter>,
) -> Result<Summary, Trouble> {
    let options = migrate::Options {
        mapping: stage.book().join(book::MAPPING),
        source: stage.book(),
        state: stage.state(),
        base_urls: vec![stage.base_url.clone()],
        api_key: key.to_owned(),
        scope: Scope::Active,
        stages: Stages::default(),
        patience: Patience::default(),
        may_repeat: false,
        only: None,
        mended: Vec::new(),
        consent: migrate::run::Consent::default(),
        window: None,
        listen: None,
        stop: Arc::default(),
    };
    migrate::run(options, reporter)
        .await
        .map_err(migration::trouble)
}

/// Waits until automation has come to rest: no job is left that waits for a worker.
async fn quiet(platform: &Platform) -> Result<(), Trouble> {
    let account = installation::account(platform, Environment::Demo).await?;
    let waited = async {
        loop {
            let counts = store::jobs::counts(&platform.store, account.account).await?;
            let is_due = |kind: &str, due_at: i64| {
                !workers::WAITING_KINDS.contains(&kind) && due_at != store::jobs::PARKED
            };
            if !counts.iter().any(|(kind, _, due_at)| is_due(kind, *due_at)) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MILLISECONDS)).await;
        }
    };
    let limit = Duration::from_secs(QUIET_SECONDS_MAX);
    tokio::time::timeout(limit, waited)
        .await
        .unwrap_or_else(|_| {
            let message = format!("automation has not come to rest within {QUIET_SECONDS_MAX} s");
            Err(Trouble::new(message).hint("`usher doctor --data DIR` shows the jobs that fail"))
        })
}

fn conclusion(stage: &Stage, summary: &Summary) -> Ending {
    let results = show(&stage.state().join("results"));
    if summary.is_clean() {
        say::talk(&format!(
            "\nreconciled: everything that was sent is there; row by row in {results}"
        ));
        return Ending::Well;
    }
    say::talk(&format!(
        "\nnot reconciled: look into differences.csv and the other files of {results}"
    ));
    Ending::Wrong
}
