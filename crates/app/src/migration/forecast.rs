//! `usher migrate forecast`: what the policy would make of a book, and what it then made of it.

mod client;
mod sums;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use migrate::api::{Api, Patience};
use migrate::forecast::compare::{self, Comparison};
use migrate::forecast::{self, Assumption, Change, Forecasts};
use migrate::progress::{self, Reporter};

use super::lines::beside;
use super::{Server, Which, outputs, trouble};
use crate::ending::Ending;
use crate::place::show;
use crate::trouble::Trouble;
use crate::{folder, say, table};

/// How long one part of a forecast may take, in seconds: longer than the server gives itself.
const PART_SECONDS_MAX: u64 = 320;
/// Clients that change under a draft, or came out otherwise, that are shown; `--json` has all.
const SHOWN_MAX: usize = 40;

/// Options of `usher migrate forecast`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Folder with the source files
    #[arg(long, value_name = "DIR", required_unless_present = "from")]
    source: Option<PathBuf>,
    /// Mapping file: what the bank's columns and codes become
    #[arg(long, value_name = "FILE", required_unless_present = "from")]
    mapping: Option<PathBuf>,
    #[command(flatten)]
    server: Server,
    /// Which clients come over
    #[arg(long, value_name = "SCOPE", default_value = "all")]
    scope: Which,
    /// What checks are taken to answer: pass, fail, error, or as_demo (what the built-in demo provider
    /// makes of the data); by type of check with commas, as in pass,COMPANY_DATA=as_demo
    #[arg(long, value_name = "ANSWERS", default_value = "pass")]
    assume: String,
    /// Checks that the run will switch off while it works, by their aliases. Goes before the mapping's
    /// `mode`
    #[arg(long, value_name = "CHECKS", value_delimiter = ',')]
    window: Vec<String>,
    /// A policy that is not published, to hold beside the published one
    #[arg(long, value_name = "FILE")]
    draft: Option<PathBuf>,
    /// Show this client in full; may be repeated
    #[arg(long, value_name = "REF")]
    client: Vec<String>,
    /// Write every client's forecast to a file, to compare with later
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Compare with what became of everybody in the run that kept this state folder
    #[arg(long, value_name = "STATE")]
    compare: Option<PathBuf>,
    /// Take a forecast that was written by --json, instead of making one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["source", "mapping", "draft", "json", "assume", "scope", "window"])]
    from: Option<PathBuf>,
}

/// Carries it out.
pub(super) async fn run(options: Options) -> Result<Ending, Trouble> {
    let reporter: Arc<dyn Reporter> = Arc::from(progress::for_stderr());
    outputs::check([("--json", options.json.as_ref())])?;
    if let Some(state) = &options.compare {
        compare::is_of_run(state).map_err(trouble)?;
    }
    if let Some(draft) = &options.draft {
        check_draft(draft)?;
    }
    let forecasts = match &options.from {
        Some(file) => forecast::read(file).map_err(trouble)?,
        None => make(&options, &reporter).await?,
    };
    if let Some(file) = &options.json {
        forecast::write(file, &forecasts).map_err(trouble)?;
        say::talk(&format!("every client's forecast is in {}", show(file)));
    }
    if let Some(state) = &options.compare {
        return compare_with(&options, &forecasts, state, &reporter).await;
    }
    if !options.client.is_empty() {
        return show_clients(&options, &forecasts);
    }
    say::data(&sums::text(&forecasts, draft_name(&options).as_deref()));
    if let Some(draft) = &forecasts.draft {
        show_changes(&forecast::changes(&forecasts.published, draft));
    }
    let refused = forecasts
        .published
        .clients
        .iter()
        .filter(|one| !one.errors.is_empty());
    match refused.count() {
        0 => Ok(Ending::Well),
        count => {
            say::talk(&format!(
                "the API would refuse {}, see above",
                migrate::numbered(count, "profile", "profiles")
            ));
            say::talk("  hint: mend the steps of these fields in the mapping, or the rows");
            Ok(Ending::Wrong)
        }
    }
}

/// A draft with mistakes is not tried: each is said with its line, before anything else is done.
fn check_draft(draft: &Path) -> Result<(), Trouble> {
    let name = show(draft);
    let Err(problems) = config::compile(&name, &folder::read(draft)?, 1, None) else {
        return Ok(());
    };
    say::data(&progress::harmless(&problems.to_string()));
    let number = problems.list.len() + problems.more;
    let mistakes = if number == 1 { "mistake" } else { "mistakes" };
    let message = format!("the draft {name} has {number} {mistakes}; nothing was asked");
    let hint = "mend them; `usher config check` shows them too";
    Err(Trouble::usage(message).hint(hint))
}

fn draft_name(options: &Options) -> Option<String> {
    options.draft.as_ref().map(|file| show(file))
}

fn patience() -> Patience {
    Patience {
        request: Duration::from_secs(PART_SECONDS_MAX),
        ..Patience::default()
    }
}

async fn make(options: &Options, reporter: &Arc<dyn Reporter>) -> Result<Forecasts, Trouble> {
    let (base_urls, api_key) = options.server.needed()?;
    let asked = forecast::Options {
        mapping: options.mapping.clone().unwrap_or_default(),
        source: options.source.clone().unwrap_or_default(),
        scope: options.scope.into(),
        base_urls,
        api_key,
        patience: patience(),
        assume: Assumption::parse(&options.assume).map_err(trouble)?,
        window: options.window.clone(),
        draft: options.draft.clone(),
        in_full: options.client.clone(),
        only_in_full: !options.client.is_empty()
            && options.json.is_none()
            && options.compare.is_none(),
    };
    forecast::forecast(&asked, reporter).await.map_err(trouble)
}

fn show_clients(options: &Options, forecasts: &Forecasts) -> Result<Ending, Trouble> {
    let draft = draft_name(options);
    let mut texts = Vec::new();
    for reference in &options.client {
        let of = |forecast: &forecast::Forecast| {
            let mut clients = forecast.clients.iter();
            clients.find(|one| one.reference == *reference).cloned()
        };
        let Some(published) = of(&forecasts.published) else {
            let reference = table::harmless(reference);
            let message = format!("no client {reference} comes over in this scope");
            let hint = "usher migrate run --dry-run says why rows do not come over";
            return Err(Trouble::usage(message).hint(hint));
        };
        texts.push(client::text(&published, None));
        if let Some(client) = forecasts.draft.as_ref().and_then(of) {
            texts.push(client::text(&client, draft.as_deref()));
        }
    }
    say::data(&sums::conditions(forecasts, draft.as_deref()));
    say::data(&format!("\n{}", texts.join("\n\n")));
    Ok(Ending::Well)
}

fn show_changes(changes: &[Change]) {
    if changes.is_empty() {
        say::data("\nthe draft changes the outcome of no client");
        return;
    }
    let count = changes.len();
    let noun = if count == 1 {
        "application"
    } else {
        "applications"
    };
    say::data(&format!(
        "\nthe draft changes the outcome of {count} {noun}:"
    ));
    for change in changes.iter().take(SHOWN_MAX) {
        let stands = |stands: &Option<String>| {
            let none = || "no application".to_owned();
            stands.clone().unwrap_or_else(none)
        };
        let whose = format!("{}, {}", change.reference, change.product);
        say::data(&format!("\n{}", beside("", &whose)));
        say::data(&beside("  published  ", &stands(&change.from)));
        say::data(&beside("  draft      ", &stands(&change.to)));
    }
    say_more(count);
}

fn say_more(count: usize) {
    if count > SHOWN_MAX {
        let more = count - SHOWN_MAX;
        say::data(&format!("… and {more} more; --json FILE has all of them"));
    }
}

async fn compare_with(
    options: &Options,
    forecasts: &Forecasts,
    state: &Path,
    reporter: &Arc<dyn Reporter>,
) -> Result<Ending, Trouble> {
    let (base_urls, api_key) = options.server.needed()?;
    let api = Api::new(&base_urls, &api_key, patience()).map_err(trouble)?;
    let comparison = compare::compare(forecasts, state, &api, reporter)
        .await
        .map_err(trouble)?;
    say::data(&sums::heading(forecasts, None));
    show_comparison(&comparison);
    Ok(if comparison.differences.is_empty() {
        Ending::Well
    } else {
        Ending::Wrong
    })
}

fn show_comparison(comparison: &Comparison) {
    let (same, clients) = (comparison.same, comparison.clients);
    let text = format!("\n{same} of {clients} profiles came out as forecast");
    say::data(&text);
    if comparison.differences.is_empty() {
        return;
    }
    let reasons = comparison.reasons();
    let rows: Vec<[String; 2]> = reasons
        .iter()
        .map(|(reason, count)| [(*reason).to_owned(), count.to_string()])
        .collect();
    let header = [("differences, by reason", 60), ("count", 8)];
    say::data(&format!("\n{}", table::text(header, &rows)));
    for difference in comparison.differences.iter().take(SHOWN_MAX) {
        let product = difference.product.as_deref().unwrap_or("as a whole");
        let line = format!(
            "{}, {product} ({} line {})",
            difference.reference, difference.file, difference.line
        );
        say::data(&format!("\n{}", beside("", &line)));
        let because: Vec<String> = difference
            .because
            .iter()
            .map(|reason| format!("{}: {}", reason.kind, reason.detail))
            .collect();
        let because = if because.is_empty() {
            vec![compare::NOT_KNOWN.to_owned()]
        } else {
            because
        };
        say::data(&beside("  forecast  ", &difference.forecast));
        say::data(&beside("  now       ", &difference.real));
        for (place, because) in because.iter().enumerate() {
            let label = if place == 0 { "because" } else { "" };
            say::data(&beside(&format!("  {label:<8}  "), because));
        }
    }
    say_more(comparison.differences.len());
}
