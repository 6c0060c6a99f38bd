//! `usher lists`: what customers are screened against, for the operator, directly on the database.

mod load;
mod look;
mod source;

use clap::{Args, Subcommand};
use serde_json::Value;
use service::lists::Snapshot;
use service::{Environment, Platform};

use crate::ending::Ending;
use crate::place::Place;
use crate::trouble::Trouble;
use crate::{installation, say, table};

/// What to do with lists.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Load a publication of a list; the one before stays when this one is broken, cut off or
    /// suspiciously small, and is kept anyway
    #[command(after_help = load::FORMATS)]
    Load(load::Load),
    /// Show which lists are loaded, which publication counts, and what is wrong with it
    Status(Status),
    /// Say whom a publication added, changed and removed
    Diff(look::Diff),
    /// Look for somebody by hand, and say why each hit is one
    Search(look::Search),
    /// Say where lists are fetched from, and how often
    #[command(subcommand)]
    Source(source::Command),
    /// Load tables of name parts: which spellings and scripts are one name. Screening works without
    /// them, only worse
    Names(load::Names),
    /// Do the screening of a check again, as it was: same person, lists, settings and engine
    Replay(look::Replay),
}

/// Options of `usher lists status`.
#[derive(Args, Debug)]
pub(crate) struct Status {
    #[command(flatten)]
    place: Place,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Carries it out.
pub(crate) async fn run(command: Command) -> Result<Ending, Trouble> {
    if let Command::Load(options) = &command
        && options.columns
    {
        load::columns();
        return Ok(Ending::Well);
    }
    let place = match &command {
        Command::Load(options) => &options.place,
        Command::Status(options) => &options.place,
        Command::Diff(options) => &options.place,
        Command::Search(options) => &options.place,
        Command::Source(command) => command.place(),
        Command::Names(options) => &options.place,
        Command::Replay(options) => &options.place,
    };
    let platform = installation::open_existing(place).await?;
    let done = carry_out(&platform, command).await;
    installation::close(platform).await;
    done
}

async fn carry_out(platform: &Platform, command: Command) -> Result<Ending, Trouble> {
    let institution = institution(platform).await?;
    match command {
        Command::Load(options) => load::run(platform, institution, options).await,
        Command::Status(options) => status(platform, institution, options.json).await,
        Command::Diff(options) => look::diff(platform, institution, &options).await,
        Command::Search(options) => look::search(platform, institution, options).await,
        Command::Source(command) => source::run(platform, institution, command).await,
        Command::Names(options) => load::names(platform, institution, &options).await,
        Command::Replay(options) => look::replay(platform, &options).await,
    }
}

/// Both accounts of an institution share its lists.
async fn institution(platform: &Platform) -> Result<u128, Trouble> {
    let account = installation::account(platform, Environment::Live).await?;
    Ok(account.institution)
}

async fn status(platform: &Platform, institution: u128, json: bool) -> Result<Ending, Trouble> {
    let (as_of, sources) = service::lists::status(platform, institution).await?;
    if json {
        print_json(&serde_json::json!({ "lists_as_of": as_of, "sources": sources }));
        return Ok(Ending::Well);
    }
    if sources.is_empty() {
        say::talk("no list is loaded, so every screening against lists ends in an error");
        say::talk("  hint: usher lists load FILE --source NAME");
        return Ok(Ending::Well);
    }
    let rows: Vec<[String; 7]> = sources
        .iter()
        .map(|source| {
            let counts = source.current.as_ref();
            let of = |tell: fn(&Snapshot) -> String| counts.map(tell).unwrap_or_default();
            let publication = of(|one| one.publication.clone());
            [
                source.name.clone(),
                if counts.is_some() {
                    publication
                } else {
                    "nothing loaded".to_owned()
                },
                of(|one| one.entries.to_string()),
                of(|one| one.problems.to_string()),
                of(|one| one.loaded_at.to_string()),
                of(|one| one.loaded_by.clone()),
                source.kept.to_string(),
            ]
        })
        .collect();
    let header = [
        ("list", 40),
        ("publication", 40),
        ("entries", 9),
        ("problems", 8),
        ("loaded", 24),
        ("by", 20),
        ("kept", 5),
    ];
    say::data(&table::text(header, &rows));
    for source in &sources {
        let error = source
            .fetching
            .as_ref()
            .and_then(|fetching| fetching.last["error"].as_str());
        if let Some(error) = error {
            say::talk(&format!(
                "the last fetch of {} failed: {error}",
                source.name
            ));
        }
    }
    Ok(Ending::Well)
}

fn print_json(value: &Value) {
    say::data(&format!("{value:#}"));
}
