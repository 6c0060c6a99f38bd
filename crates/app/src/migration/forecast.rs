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

use super::{Server, Which, trouble};
use crate::ending::Ending;
use crate::place::show;
use crate::trouble::Trouble;
use crate::{say, table};

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
    #[arg(long, value_name = "FILE", conflicts_with_all = ["source", "mapping", "draft", "json", "assume", "scope"])]
    from: Option<PathBuf>,
}

/// Carries it out.
pub(super) async fn run(options: Options) -> Result<Ending, Trouble> {
    let reporter: Arc<dyn Reporter> = Arc::from(progress::for_stderr());
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
                "the API would refuse {count} profile(s), see above"
            ));
            say::talk("  hint: mend the steps of these fields in the mapping, or the rows");
            Ok(Ending::Wrong)
        }
    }
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
        draft: options.draft.clone(),
        in_full: options.client.clone(),
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
    say::data(&sums::heading(forecasts, draft.as_deref()));
    say::data(&format!("\n{}", texts.join("\n\n")));
    Ok(Ending::Well)
}

fn show_changes(changes: &[Change]) {
    if changes.is_empty() {
        say::data("\nthe draft changes the outcome of no client");
        return;
    }
    let none = || "no application".to_owned();
    let rows: Vec<[String; 4]> = changes
        .iter()
        .take(SHOWN_MAX)
        .map(|change| {
            [
                change.reference.clone(),
                change.product.clone(),
                change.from.clone().unwrap_or_else(none),
                change.to.clone().unwrap_or_else(none),
            ]
        })
        .collect();
    let count = changes.len();
    say::data(&format!(
        "\nthe draft changes the outcome of {count} application(s):\n"
    ));
    let header = [
        ("client", 14),
        ("product", 16),
        ("published", 21),
        ("draft", 23),
    ];
    say::data(&table::text(header, &rows));
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
            "\n{}, {product} ({} line {})",
            difference.reference, difference.file, difference.line
        );
        say::data(&format!("\n{}", table::harmless(line.trim_start())));
        let because: Vec<String> = difference
            .because
            .iter()
            .map(|reason| format!("{}: {}", reason.kind, reason.detail))
            .collect();
        let because = if because.is_empty() {
            compare::NOT_KNOWN.to_owned()
        } else {
            because.join("; ")
        };
        for (what, text) in [
            ("forecast", &difference.forecast),
            ("now", &difference.real),
            ("because", &because),
        ] {
            say::data(&format!("  {what:<8}  {}", table::harmless(text)));
        }
    }
    say_more(comparison.differences.len());
}
