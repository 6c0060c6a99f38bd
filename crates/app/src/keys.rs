//! `usher keys`: API keys, for the operator, directly on the database.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;
use service::{Actor, Caller, Environment, Platform};
use wire::request::IssueKey;

use crate::ending::Ending;
use crate::place::Place;
use crate::trouble::Trouble;
use crate::{installation, say, table};

/// What to do with keys.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Make a key; its secret is printed once, on standard output, and never again
    Issue(Issue),
    /// Show all keys, revoked ones too, without their secrets
    List(List),
    /// Revoke a key for good; nodes that know it forget it within two seconds
    Revoke(Revoke),
}

/// Options of `usher keys issue`.
#[derive(Args, Debug)]
pub(crate) struct Issue {
    #[command(flatten)]
    place: Place,
    /// Which account the key opens
    #[arg(long, value_name = "ENVIRONMENT", default_value = "demo")]
    environment: World,
    /// What the audit trail calls its holder, such as "CRM" or "Migration 2026"
    #[arg(long)]
    name: String,
    /// Let it administer the account: keys, policy, webhooks
    #[arg(long)]
    admin: bool,
}

/// Options of `usher keys list`.
#[derive(Args, Debug)]
pub(crate) struct List {
    #[command(flatten)]
    place: Place,
    /// Only the keys of this account
    #[arg(long, value_name = "ENVIRONMENT")]
    environment: Option<World>,
}

/// Options of `usher keys revoke`.
#[derive(Args, Debug)]
pub(crate) struct Revoke {
    #[command(flatten)]
    place: Place,
    /// Its id, as `usher keys list` shows it
    #[arg(value_name = "ID")]
    id: String,
}

/// Which of an institution's two accounts.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum World {
    /// Built-in providers only, nothing leaves the machine
    Demo,
    /// The real one
    Live,
}

impl World {
    /// As the platform calls it.
    pub(crate) fn environment(self) -> Environment {
        match self {
            World::Demo => Environment::Demo,
            World::Live => Environment::Live,
        }
    }
}

/// Carries it out.
pub(crate) async fn run(command: Command) -> Result<Ending, Trouble> {
    let place = match &command {
        Command::Issue(options) => &options.place,
        Command::List(options) => &options.place,
        Command::Revoke(options) => &options.place,
    };
    let platform = installation::open_existing(place).await?;
    let done = match &command {
        Command::Issue(options) => issue(&platform, options).await,
        Command::List(options) => list(&platform, options.environment).await,
        Command::Revoke(options) => revoke(&platform, &options.id).await,
    };
    installation::close(platform).await;
    done.map(|()| Ending::Well)
}

async fn issue(platform: &Platform, options: &Issue) -> Result<(), Trouble> {
    let environment = options.environment.environment();
    let key = make(platform, environment, &options.name, options.admin).await?;
    say::data(text(&key, "key"));
    say::talk(&format!(
        "issued {}key {} ({}) for {}; this is the only time its secret is shown",
        if options.admin { "admin " } else { "" },
        text(&key, "id"),
        table::harmless(text(&key, "name")),
        environment.name(),
    ));
    Ok(())
}

/// Makes a key; the answer has its secret under `key`.
pub(crate) async fn make(
    platform: &Platform,
    environment: Environment,
    name: &str,
    admin: bool,
) -> Result<Value, Trouble> {
    let operator = operator(platform, environment).await?;
    let request = IssueKey {
        name: name.to_owned(),
        environment: environment.name().to_owned(),
        admin,
    };
    let answer = service::keys::issue(platform, &operator, request).await?;
    json(&answer.body)
}

async fn list(platform: &Platform, world: Option<World>) -> Result<(), Trouble> {
    let worlds = world.map_or(vec![World::Demo, World::Live], |world| vec![world]);
    let mut rows = Vec::new();
    for world in worlds {
        let answer =
            service::keys::list(platform, &operator(platform, world.environment()).await?).await?;
        rows.extend(
            json(&answer.body)?
                .as_array()
                .into_iter()
                .flatten()
                .map(row),
        );
    }
    let header = [
        ("id", 36),
        ("environment", 11),
        ("name", 40),
        ("admin", 5),
        ("begins with", 24),
        ("state", 40),
    ];
    say::data(&table::text(header, &rows));
    Ok(())
}

fn row(key: &Value) -> [String; 6] {
    let state = match key["revoked_on"].as_str() {
        Some(at) => format!("revoked {at}"),
        None => "in use".to_owned(),
    };
    let admin = if key["admin"] == true { "yes" } else { "no" };
    let own = |field| text(key, field).to_owned();
    [
        own("id"),
        own("environment"),
        own("name"),
        admin.to_owned(),
        own("prefix"),
        state,
    ]
}

/// A key is known by its id alone: it is looked for in both accounts.
async fn revoke(platform: &Platform, id: &str) -> Result<(), Trouble> {
    for world in [World::Demo, World::Live] {
        let operator = operator(platform, world.environment()).await?;
        let answer = service::keys::list(platform, &operator).await?;
        let keys = json(&answer.body)?;
        let known = keys
            .as_array()
            .into_iter()
            .flatten()
            .find(|key| key["id"] == id);
        let Some(known) = known else { continue };
        if known["revoked_on"].is_string() {
            say::talk("the key was revoked before; nothing changed");
            return Ok(());
        }
        let number = u128::from_str_radix(&id.replace('-', ""), 16);
        let number = number.map_err(|error| Trouble::usage(format!("{id:?} is no id: {error}")))?;
        service::keys::revoke(platform, &operator, number).await?;
        let name = table::harmless(text(known, "name"));
        say::talk(&format!(
            "revoked key {id} ({name}) of {}",
            text(known, "environment")
        ));
        return Ok(());
    }
    let message = format!("there is no key with the id {id:?}");
    Err(Trouble::usage(message).hint("`usher keys list` shows the ids"))
}

async fn operator(platform: &Platform, environment: Environment) -> Result<Caller, Trouble> {
    let account = installation::account(platform, environment).await?;
    Ok(Caller {
        is_admin: true,
        ..Caller::platform(&account, Actor::Support)
    })
}

fn json(body: &str) -> Result<Value, Trouble> {
    serde_json::from_str(body)
        .map_err(|error| Trouble::new(format!("an answer cannot be read: {error}")))
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}
