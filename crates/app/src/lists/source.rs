//! `usher lists source`: where lists are fetched from.

use clap::{Args, Subcommand};
use service::lists::NewSource;
use service::{Actor, Kind, Platform};

use crate::ending::Ending;
use crate::place::Place;
use crate::trouble::Trouble;
use crate::{say, table};

/// What to do with sources.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Fetch a list from an address from now on, or change where and how often it is fetched
    Add(Add),
    /// Show where lists are fetched from, and what the last fetch brought
    List(List),
    /// Screen against a list no more, and fetch it no more; what was screened before can still be
    /// done again
    Remove(Remove),
}

/// Options of `usher lists source add`.
#[derive(Args, Debug)]
pub(crate) struct Add {
    /// What the list is called
    name: String,
    /// Where it is published
    #[arg(long, value_name = "URL")]
    from: String,
    /// How often: a number with s, m, h or d, such as 6h
    #[arg(long, value_name = "TIME", default_value = "1d", value_parser = seconds)]
    every: i64,
    /// How it is written, if its contents do not show it
    #[arg(long)]
    format: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Options of `usher lists source list`.
#[derive(Args, Debug)]
pub(crate) struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// Options of `usher lists source remove`.
#[derive(Args, Debug)]
pub(crate) struct Remove {
    /// What the list is called
    name: String,
    #[command(flatten)]
    place: Place,
}

impl Command {
    pub(super) fn place(&self) -> &Place {
        match self {
            Command::Add(options) => &options.place,
            Command::List(options) => &options.place,
            Command::Remove(options) => &options.place,
        }
    }
}

pub(super) async fn run(
    platform: &Platform,
    institution: u128,
    command: Command,
) -> Result<Ending, Trouble> {
    match command {
        Command::Add(options) => add(platform, institution, options).await?,
        Command::List(options) => list(platform, institution, options.json).await?,
        Command::Remove(options) => remove(platform, institution, &options.name).await?,
    }
    Ok(Ending::Well)
}

async fn add(platform: &Platform, institution: u128, options: Add) -> Result<(), Trouble> {
    let source = NewSource {
        name: options.name.clone(),
        format: options.format.unwrap_or_default(),
        address: Some(options.from),
        every_seconds: Some(options.every),
    };
    service::lists::add(platform, institution, source, &Actor::Support).await?;
    say::talk(&format!(
        "{} is fetched every {} seconds from now on, by the servers and workers at work",
        options.name, options.every
    ));
    Ok(())
}

async fn list(platform: &Platform, institution: u128, json: bool) -> Result<(), Trouble> {
    let (_, sources) = service::lists::status(platform, institution).await?;
    let fetched = sources.iter().filter(|source| source.fetching.is_some());
    if json {
        super::print_json(&serde_json::json!(fetched.collect::<Vec<_>>()));
        return Ok(());
    }
    let rows: Vec<[String; 4]> = fetched
        .filter_map(|source| {
            let fetching = source.fetching.as_ref()?;
            let every = fetching.every_seconds.map(|every| format!("{every} s"));
            let last = &fetching.last;
            let told = last["error"].as_str().or_else(|| last["brought"].as_str());
            Some([
                source.name.clone(),
                fetching.address.clone(),
                every.unwrap_or_default(),
                told.unwrap_or("not fetched yet").to_owned(),
            ])
        })
        .collect();
    if rows.is_empty() {
        say::talk("no list is fetched from anywhere");
        say::talk("  hint: usher lists source add NAME --from URL");
        return Ok(());
    }
    let header = [
        ("list", 40),
        ("from", 80),
        ("every", 12),
        ("last fetch", 80),
    ];
    say::data(&table::text(header, &rows));
    Ok(())
}

async fn remove(platform: &Platform, institution: u128, name: &str) -> Result<(), Trouble> {
    let removed = service::lists::remove(platform, institution, name, &Actor::Support).await;
    removed.map_err(|failure| match failure.kind {
        Kind::NotFound => Trouble::usage(format!("there is no list {name:?}"))
            .hint("`usher lists status` shows the lists"),
        _ => failure.into(),
    })?;
    say::talk(&format!(
        "nobody is screened against {name} any more; its snapshots are kept"
    ));
    Ok(())
}

/// A time such as `6h`, in seconds.
fn seconds(text: &str) -> Result<i64, String> {
    let wrong = || "write a number with s, m, h or d, such as 6h".to_owned();
    let place = text
        .find(|sign: char| !sign.is_ascii_digit())
        .ok_or_else(wrong)?;
    let (number, unit) = text.split_at(place);
    let number: i64 = number.parse().map_err(|_| wrong())?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).ok_or_else(wrong)
}
