//! `usher migrate requirements`: which data is needed, and who lacks it.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use migrate::requirements::{self, Asked, Group, Need, Report, Without};

use super::lines::{WIDTH, fold};
use super::{Server, Which, trouble};
use crate::ending::Ending;
use crate::trouble::Trouble;
use crate::{say, table};

/// How many of those who lack something are named with each field.
const NAMED_MAX: usize = 3;

/// Options of `usher migrate requirements`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Folder with the source files
    #[arg(long, value_name = "DIR")]
    source: PathBuf,
    /// Mapping file: what the bank's columns and codes become
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    #[command(flatten)]
    server: Server,
    /// Which clients come over
    #[arg(long, value_name = "SCOPE", default_value = "all")]
    scope: Which,
    /// Print JSON, for other programs
    #[arg(long)]
    json: bool,
}

/// Carries it out.
pub(super) async fn run(options: Options) -> Result<Ending, Trouble> {
    let key = options.server.given_key()?;
    let base_urls = match key {
        Some(_) => options.server.url.clone(),
        None => Vec::new(),
    };
    let asked = requirements::Options {
        mapping: options.mapping,
        source: options.source,
        scope: options.scope.into(),
        base_urls,
        api_key: key.unwrap_or_default(),
    };
    let report = requirements::look(&asked).await.map_err(trouble)?;
    if options.json {
        let json = serde_json::to_string_pretty(&report);
        say::data(&json.map_err(|error| Trouble::new(error.to_string()))?);
    } else {
        say::data(&text(&report));
    }
    if let Asked::Unread(why) = &report.policy {
        say::talk(&format!("only the guide's minimum is looked at: {why}"));
        if asked.base_urls.is_empty() {
            say::talk("  hint: give --url and an administrator's key to ask what the policy needs");
        }
    }
    let needs = report.groups.iter().flat_map(|group| &group.needs);
    let gravest = needs
        .filter(|need| need.lacking > 0)
        .map(|need| need.without);
    Ok(match gravest.max() {
        Some(Without::CheckError | Without::Waits) => {
            say::talk("what is lacking holds clients up: mend the rows, or map the fields");
            Ending::Wrong
        }
        Some(Without::Minimum) => Ending::Wrong,
        Some(Without::Unscored) | None => Ending::Well,
    })
}

fn text(report: &Report) -> String {
    let by = match &report.policy {
        Asked::Version(number) => format!("policy version {number} and the guide's minimum need"),
        Asked::Unread(_) => "the guide's minimum needs".to_owned(),
    };
    let book = table::harmless(&report.book);
    let scope = report.scope;
    let mut text = wrapped(
        "What",
        &format!("{by}, and what {book} has of it (scope {scope})"),
    );
    if report.rejected > 0 {
        let rejected = report.rejected;
        let _ = writeln!(
            text,
            "{rejected} rejected rows are left out; usher migrate run --dry-run says why"
        );
    }
    text.push_str(&sums(report));
    for group in &report.groups {
        text.push_str(&of_group(group));
    }
    text.trim_end().to_owned()
}

/// How many values are lacking, by what comes of it.
fn sums(report: &Report) -> String {
    let needs = || report.groups.iter().flat_map(|group| &group.needs);
    let rows: Vec<[String; 2]> = [
        Without::CheckError,
        Without::Waits,
        Without::Minimum,
        Without::Unscored,
    ]
    .into_iter()
    .map(|without| {
        let lacking = needs().filter(|need| need.without == without);
        let count: u64 = lacking.map(|need| need.lacking).sum();
        [consequence(without).to_owned(), count.to_string()]
    })
    .collect();
    let header = [("without it", 50), ("values", 7)];
    format!("\n{}\n", table::text(header, &rows))
}

/// What happens without a value.
fn consequence(without: Without) -> &'static str {
    match without {
        Without::CheckError => "the check ends in an error",
        Without::Waits => "the application waits",
        Without::Minimum => "nothing stops, but it is asked for",
        Without::Unscored => "it adds nothing to the score",
    }
}

fn of_group(group: &Group) -> String {
    let profiles = group.profiles;
    let kind = match (group.entity, profiles) {
        ("COMPANY", 1) => "company",
        ("COMPANY", _) => "companies",
        (_, 1) => "person",
        (_, _) => "people",
    };
    let who = match (group.product.as_deref(), group.of_associates) {
        (Some(product), false) => format!("apply for {product}"),
        (Some(product), true) => format!("looked at by companies' risk for {product}"),
        (None, _) => "apply for nothing".to_owned(),
    };
    let mut text = format!("\n{}: {profiles} {kind}\n", table::harmless(&who));
    let (lacking, full): (Vec<&Need>, Vec<&Need>) =
        group.needs.iter().partition(|need| need.lacking > 0);
    for need in lacking {
        text.push_str(&of_need(need));
    }
    if !full.is_empty() {
        let full: Vec<String> = full.into_iter().map(shown).collect();
        text.push_str(&wrapped("  all have", &full.join(", ")));
    }
    for (check, provider) in &group.unknown {
        let line = format!("what provider {provider} needs for check {check}");
        text.push_str(&wrapped("  not known here:", &line));
    }
    text
}

fn of_need(need: &Need) -> String {
    let lacking = need.lacking;
    let lack = match need.filled {
        0 => format!("all {lacking} lack it (does the mapping set it?)"),
        filled => format!("{lacking} of {} lack it", filled + lacking),
    };
    let without = format!("{lack}; without it {}", consequence(need.without));
    [
        wrapped(" ", &shown(need)),
        wrapped("     ", &without),
        wrapped("      needed by", &need.needed_by.join(", ")),
        wrapped("      first", &first(need)),
    ]
    .concat()
}

/// Where a value stands, as short as it can be said; one of several places is enough.
fn shown(need: &Need) -> String {
    let mut paths = need.any_of.iter().map(|path| {
        let path = path.strip_prefix("collected_data.").unwrap_or(path);
        path.replace("[]", "")
    });
    let mut shown = paths.next().unwrap_or_default();
    let beside = shown
        .rsplit_once('.')
        .map(|(parent, _)| format!("{parent}."));
    for path in paths {
        let beside = beside
            .as_deref()
            .and_then(|parent| path.strip_prefix(parent));
        shown.push_str(" or ");
        shown.push_str(beside.unwrap_or(&path));
    }
    shown
}

/// The first who lack something.
fn first(need: &Need) -> String {
    let named: Vec<String> = need
        .first
        .iter()
        .take(NAMED_MAX)
        .map(|one| format!("{} (line {} of {})", one.reference, one.line, one.file))
        .collect();
    let more = need.lacking - named.len() as u64;
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", named.join(", "))
}

/// Words after a lead, in lines of at most 80 columns.
fn wrapped(lead: &str, words: &str) -> String {
    let lines = fold(&format!("{lead} {words}"), WIDTH, 9);
    format!("{}\n", lines.join("\n"))
}
