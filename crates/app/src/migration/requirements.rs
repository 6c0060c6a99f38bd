//! `usher migrate requirements`: which data is needed, and who lacks it.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use migrate::requirements::{self, Asked, Group, Need, Report, Without};
use unicode_width::UnicodeWidthStr;

use super::{Server, Which, trouble};
use crate::ending::Ending;
use crate::trouble::Trouble;
use crate::{say, table};

/// How many of those who lack something are named with each field.
const NAMED_MAX: usize = 3;
/// Width of everything, in columns of the terminal.
const WIDTH: usize = 80;

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
        say::talk("  hint: give --url and an administrator's key to ask what the policy needs");
    }
    let mut needs = report.groups.iter().flat_map(|group| &group.needs);
    if needs.any(|need| need.lacking > 0 && need.without > Without::Unscored) {
        return Ok(Ending::Wrong);
    }
    Ok(Ending::Well)
}

fn text(report: &Report) -> String {
    let asked = match &report.policy {
        Asked::Version(number) => format!("policy version {number}, and the minimum of the guide"),
        Asked::Unread(_) => "the minimum of the guide".to_owned(),
    };
    let book = table::harmless(&report.book);
    let mut text = format!(
        "What {book} has (scope {}) of what is needed by\n{asked}\n",
        report.scope
    );
    if report.rejected > 0 {
        let rejected = report.rejected;
        let _ = writeln!(
            text,
            "{rejected} rows of clients are rejected and not among them; see run --dry-run"
        );
    }
    for group in &report.groups {
        text.push_str(&of_group(group));
    }
    text.trim_end().to_owned()
}

fn of_group(group: &Group) -> String {
    let kind = match group.entity {
        "COMPANY" => "companies",
        _ => "individuals",
    };
    let product = group.product.as_deref();
    let title = match (product, group.of_associates) {
        (Some(product), false) => format!("{product}, {kind}"),
        (Some(product), true) => format!("associates of companies with {product}, {kind}"),
        (None, _) => format!("applying for nothing, {kind}"),
    };
    let profiles = group.profiles;
    let mut text = format!("\n{}: {profiles}\n", table::harmless(&title));
    let (lacking, full): (Vec<&Need>, Vec<&Need>) =
        group.needs.iter().partition(|need| need.lacking > 0);
    if !lacking.is_empty() {
        let rows = lacking.iter().map(|need| row(need, profiles));
        let header = [
            ("field", 36),
            ("needed by", 18),
            ("without", 8),
            ("filled", 6),
            ("lack", 4),
        ];
        text.push_str(&table::text(header, &rows.collect::<Vec<_>>()));
        text.push('\n');
        for need in lacking {
            text.push_str(&wrapped("  lacking ", &who(need)));
        }
    }
    if !full.is_empty() {
        let full: Vec<String> = full.into_iter().map(shown).collect();
        text.push_str(&wrapped("  all have ", &full.join(", ")));
    }
    for (check, provider) in &group.unknown {
        let line = format!("not known here: what provider {provider} needs for check {check}\n");
        text.push_str(&table::harmless(line.trim_end()));
        text.push('\n');
    }
    text
}

fn row(need: &Need, profiles: u64) -> [String; 5] {
    let without = match need.without {
        Without::Unscored => "no score",
        Without::Minimum => "advised",
        Without::Waits => "waits",
        Without::CheckError => "error",
    };
    // A field is full only when it is, not when it almost is.
    let filled = (need.filled * 100).checked_div(profiles).unwrap_or(0);
    [
        shown(need),
        need.needed_by.join(", "),
        without.to_owned(),
        format!("{filled} %"),
        need.lacking.to_string(),
    ]
}

/// Where a value stands, as short as it can be said.
fn shown(need: &Need) -> String {
    let first = need.any_of.first().map(String::as_str).unwrap_or_default();
    let first = first.strip_prefix("collected_data.").unwrap_or(first);
    let first = first.replace("[]", "");
    match need.any_of.len() {
        0 | 1 => first,
        more => format!("{first} (or {} more)", more - 1),
    }
}

/// Who lacks something: the first of them.
fn who(need: &Need) -> String {
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
    format!("{}: {}{more}", shown(need), named.join(", "))
}

/// Words in lines of at most 80 columns, those after the first indented.
fn wrapped(lead: &str, words: &str) -> String {
    let mut text = String::new();
    let mut line = lead.trim_end().to_owned();
    for word in table::harmless(words).split(' ') {
        if line.width() + 1 + word.width() > WIDTH {
            text.push_str(&line);
            text.push('\n');
            "     ".clone_into(&mut line);
        }
        line.push(' ');
        line.push_str(word);
    }
    text.push_str(&line);
    text.push('\n');
    text
}
