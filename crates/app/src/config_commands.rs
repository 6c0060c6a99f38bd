//! `usher config`: the policy of the institution.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use config::{Problem, Problems, Published};
use serde_json::{Value, json};

use crate::admin::{self, Admin};
use crate::ending::Ending;
use crate::keys::World;
use crate::place::show;
use crate::table::harmless;
use crate::trouble::Trouble;
use crate::{folder, say};

/// What to do with a policy.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Report every mistake of a policy document with its line; needs no server
    Check(Check),
    /// Say what differs between two documents, or between the published one and a document
    Diff(Diff),
    /// Publish a document to the account of the key
    Publish(Publish),
    /// Publish to one environment what another works by, such as demo to live
    Promote(Promote),
    /// Print the published document, or an earlier version, on standard output
    Export(Export),
    /// Print the JSON Schema of the document, for editors; needs no server
    Schema,
}

/// Options of `usher config check`.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// The policy document, YAML or JSON
    file: PathBuf,
    /// Take warnings for mistakes
    #[arg(long)]
    strict: bool,
}

/// Options of `usher config diff`.
#[derive(Args, Debug)]
pub(crate) struct Diff {
    /// The old document; or the new one, to be compared with the published one
    #[arg(value_name = "OLD")]
    first: PathBuf,
    /// The new document
    #[arg(value_name = "NEW")]
    second: Option<PathBuf>,
    /// End with 1 when something differs
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    server: admin::Options,
}

/// Options of `usher config publish`.
#[derive(Args, Debug)]
pub(crate) struct Publish {
    /// The policy document, YAML or JSON
    file: PathBuf,
    #[command(flatten)]
    server: admin::Options,
}

/// Options of `usher config promote`.
#[derive(Args, Debug)]
pub(crate) struct Promote {
    /// The environment whose published version is taken
    #[arg(long, value_name = "ENVIRONMENT", default_value = "demo")]
    from: World,
    /// The environment it is published to; the key must be an admin key of this one
    #[arg(long, value_name = "ENVIRONMENT", default_value = "live")]
    to: World,
    #[command(flatten)]
    server: admin::Options,
}

/// Options of `usher config export`.
#[derive(Args, Debug)]
pub(crate) struct Export {
    /// The number of a version; the published one unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    version: Option<u32>,
    #[command(flatten)]
    server: admin::Options,
}

/// Carries it out.
pub(crate) async fn run(command: Command) -> Result<Ending, Trouble> {
    match command {
        Command::Check(options) => check(&options),
        Command::Diff(options) => diff(&options).await,
        Command::Publish(options) => publish(&options).await,
        Command::Promote(options) => promote(&options).await,
        Command::Export(options) => export(&options).await,
        Command::Schema => {
            say::data(&format!("{:#}", config::schema()));
            Ok(Ending::Well)
        }
    }
}

fn check(options: &Check) -> Result<Ending, Trouble> {
    let name = show(&options.file);
    let text = folder::read(&options.file)?;
    let published = match config::compile(&name, &text, 1, None) {
        Ok(published) => published,
        Err(problems) => return Ok(mistakes(&problems)),
    };
    for (kind, list) in [("warning", &published.warnings), ("note", &published.notes)] {
        for problem in list {
            say::data(&line(&name, kind, problem));
        }
    }
    let warnings = published.warnings.len();
    say::talk(&format!(
        "{name}: no mistakes, {}; {}",
        count(warnings, "warning"),
        contents(&published)
    ));
    Ok(if options.strict && warnings > 0 {
        Ending::Wrong
    } else {
        Ending::Well
    })
}

/// Prints every mistake, and how many there are.
fn mistakes(problems: &Problems) -> Ending {
    say::data(&problems.to_string());
    let total = problems.list.len() + problems.more;
    say::talk(&format!("{}: {}", problems.name, count(total, "mistake")));
    Ending::Wrong
}

fn line(name: &str, kind: &str, problem: &Problem) -> String {
    let path = if problem.path.is_empty() {
        String::new()
    } else {
        format!(" {}:", problem.path)
    };
    let hint = problem
        .hint
        .as_ref()
        .map(|hint| format!("\n  hint: {hint}"))
        .unwrap_or_default();
    format!(
        "{name}:{}:{path} {kind}: {}{hint}",
        problem.place, problem.message
    )
}

fn contents(published: &Published) -> String {
    let config = &published.config;
    let parts = [
        count(config.products.len(), "product"),
        count(config.checks.len(), "check"),
        count(config.tasks.len(), "task"),
        count(config.models.len(), "risk model"),
    ];
    parts.join(", ")
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

async fn diff(options: &Diff) -> Result<Ending, Trouble> {
    let first = compiled_file(&options.first)?;
    let (old, new) = match &options.second {
        Some(second) => (first, compiled_file(second)?),
        None => (published(&options.server.client()?).await?, first),
    };
    let lines = config::diff(&old, &new);
    for line in &lines {
        say::data(&line.to_string());
    }
    say::talk(&match lines.len() {
        0 => "nothing differs but spelling and comments".to_owned(),
        1 => "1 thing differs".to_owned(),
        number => format!("{number} things differ"),
    });
    Ok(if options.exit_code && !lines.is_empty() {
        Ending::Wrong
    } else {
        Ending::Well
    })
}

fn compiled_file(file: &Path) -> Result<Published, Trouble> {
    compiled(&show(file), &folder::read(file)?)
}

fn compiled(name: &str, text: &str) -> Result<Published, Trouble> {
    config::compile(name, text, 1, None).map_err(|problems| {
        mistakes(&problems);
        let trouble = Trouble::new(format!("{name} has mistakes, so it cannot be compared"));
        trouble.hint("mend them first; `usher config check` shows them")
    })
}

/// What the account of the key works by.
async fn published(server: &Admin) -> Result<Published, Trouble> {
    let answer = server.get("/config/current").await?;
    compiled(
        &format!("{}/admin/config/current", server.base()),
        &answer.text,
    )
}

async fn publish(options: &Publish) -> Result<Ending, Trouble> {
    let name = show(&options.file);
    let text = folder::read(&options.file)?;
    if let Err(problems) = config::compile(&name, &text, 1, None) {
        return Ok(mistakes(&problems));
    }
    let server = options.server.client()?;
    let answer = server.post("/config", &json!({ "document": text })).await?;
    let placed: Vec<String> = answer
        .errors()
        .iter()
        .filter_map(|error| refused(&name, &error["info"]))
        .collect();
    if !placed.is_empty() {
        // What only the history of the institution shows, such as an alias that was renamed.
        say::data(&placed.join("\n"));
        say::talk(&format!("{name}: {}", count(placed.len(), "mistake")));
        return Ok(Ending::Wrong);
    }
    let answer = answer.success(server.base())?;
    say::data(&answer.json["number"].to_string());
    say::talk(if answer.json["unchanged"] == true {
        "unchanged: the account works by this very document already, there is no new version"
    } else {
        "published under this number; open applications move over to it by themselves"
    });
    Ok(Ending::Well)
}

/// A mistake that the server found, in the form of those found here.
fn refused(name: &str, place: &Value) -> Option<String> {
    let (line, column) = (place["line"].as_u64()?, place["column"].as_u64()?);
    let text = |field: &str| harmless(place[field].as_str().unwrap_or_default());
    let (path, message, hint) = (text("field"), text("message"), text("hint"));
    let path = if path.is_empty() {
        path
    } else {
        format!(" {path}:")
    };
    let hint = if hint.is_empty() {
        hint
    } else {
        format!("\n  hint: {hint}")
    };
    Some(format!("{name}:{line}:{column}:{path} {message}{hint}"))
}

async fn promote(options: &Promote) -> Result<Ending, Trouble> {
    let (from, to) = (
        options.from.environment().name(),
        options.to.environment().name(),
    );
    if from == to {
        return Err(Trouble::usage(format!("--from and --to are both {from}")));
    }
    let server = options.server.client()?;
    let answer = server
        .post("/config/promote", &json!({ "from": from, "to": to }))
        .await?;
    let answer = answer.success(server.base())?;
    say::data(&answer.json["number"].to_string());
    say::talk(&if answer.json["unchanged"] == true {
        format!("unchanged: {to} works by this version already, as {from} does")
    } else {
        format!("{to} works by this version now, as {from} does")
    });
    Ok(Ending::Well)
}

async fn export(options: &Export) -> Result<Ending, Trouble> {
    let server = options.server.client()?;
    let answer = match options.version {
        Some(number) => server.get(&format!("/config/versions/{number}")).await?,
        None => server.get("/config/current").await?,
    };
    say::data(answer.text.trim_end_matches('\n'));
    Ok(Ending::Well)
}
