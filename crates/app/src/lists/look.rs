//! `usher lists diff`, `search` and `replay`.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use service::lists::{Changes, Query};
use service::{Actor, Caller, Environment, Kind, Platform};

use crate::ending::Ending;
use crate::place::Place;
use crate::trouble::Trouble;
use crate::{installation, say, table};

/// Entries of each sort that a diff shows unless it is printed as JSON.
const SHOWN_MAX: usize = 50;

/// Options of `usher lists diff`.
#[derive(Args, Debug)]
pub(crate) struct Diff {
    /// The list
    source: String,
    /// The older snapshot, by its number; the last but one unless given
    #[arg(value_name = "A", requires = "after")]
    before: Option<i64>,
    /// The newer snapshot, by its number; the last unless given
    #[arg(value_name = "B")]
    after: Option<i64>,
    /// Print JSON, with all that is said of each entry
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) place: Place,
}

/// Options of `usher lists search`.
#[derive(Args, Debug)]
pub(crate) struct Search {
    /// The name, in any script and order
    #[arg(required = true)]
    name: Vec<String>,
    /// When born or founded: 1967-01-13, 1967-01 or 1967
    #[arg(long, value_name = "DATE")]
    born: Option<String>,
    /// Nationality or country of incorporation, as a code or a name; may be repeated
    #[arg(long, value_name = "COUNTRY")]
    country: Vec<String>,
    /// Only persons, or only companies, vessels and aircraft
    #[arg(long, value_name = "KIND")]
    kind: Option<Sort>,
    /// Only this list; may be repeated
    #[arg(long, value_name = "NAME")]
    list: Vec<String>,
    /// Likeness from 0 to 1 from which somebody is shown
    #[arg(long, default_value_t = config::THRESHOLD)]
    threshold: f64,
    /// So many at most, the likest first
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    limit: usize,
    /// Print JSON, with all that the lists say
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) place: Place,
}

/// Options of `usher lists replay`.
#[derive(Args, Debug)]
pub(crate) struct Replay {
    /// The id of the check
    #[arg(value_name = "CHECK_ID")]
    check: String,
    /// Print JSON, with both answers
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) place: Place,
}

/// What somebody is.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Persons
    Person,
    /// Companies and other organizations, vessels, aircraft
    Company,
}

pub(super) async fn diff(
    platform: &Platform,
    institution: u128,
    options: &Diff,
) -> Result<Ending, Trouble> {
    let numbers = options.before.zip(options.after);
    let found = service::lists::diff(platform, institution, &options.source, numbers).await;
    let (before, after, changes) = found.map_err(|failure| {
        let is_unknown = failure.kind == Kind::NotFound;
        let trouble = Trouble::from(failure);
        if is_unknown {
            trouble.hint("`usher lists status` shows the lists and how many snapshots are kept")
        } else {
            trouble
        }
    })?;
    if options.json {
        let changed = changes.changed.iter().map(|(then, now)| {
            let fields = service::lists::fields(then, now);
            let fields = fields.iter().map(|change| {
                json!({ "field": change.field, "old": change.old, "new": change.new,
                        "material": change.field.is_material() })
            });
            json!({ "fields": fields.collect::<Vec<_>>(), "before": then, "after": now })
        });
        let changed: Vec<Value> = changed.collect();
        super::print_json(&json!({
            "before": before,
            "after": after,
            "added": changes.added,
            "changed": changed,
            "removed": changes.removed,
        }));
        return Ok(Ending::Well);
    }
    let from = before.map_or("nothing".to_owned(), |one| one.publication);
    say::talk(&format!(
        "{}: from {from} to {}: {} added, {} changed, {} removed",
        options.source,
        after.publication,
        changes.added.len(),
        changes.changed.len(),
        changes.removed.len()
    ));
    say::data(&rows(&changes).join("\n"));
    Ok(Ending::Well)
}

fn rows(changes: &Changes) -> Vec<String> {
    let line = |sign: char, entry: &service::lists::Entry| {
        let name = entry.primary_name().map_or("", |name| &name.text);
        table::harmless(&format!("{sign} {} {name}", entry.id))
    };
    let mut rows: Vec<String> = Vec::new();
    let mut add = |all: Vec<String>| {
        let more = all.len().saturating_sub(SHOWN_MAX);
        rows.extend(all.into_iter().take(SHOWN_MAX));
        if more > 0 {
            rows.push(format!("  … and {more} more; --json shows all"));
        }
    };
    add(changes.added.iter().map(|entry| line('+', entry)).collect());
    let changed = changes.changed.iter().map(|(then, now)| {
        let fields = service::lists::fields(then, now);
        let fields = fields
            .iter()
            .map(|change| format!("{:?}", change.field).to_lowercase());
        format!(
            "{} ({})",
            line('~', now),
            fields.collect::<Vec<_>>().join(", ")
        )
    });
    add(changed.collect());
    add(changes
        .removed
        .iter()
        .map(|entry| line('-', entry))
        .collect());
    rows
}

pub(super) async fn search(
    platform: &Platform,
    institution: u128,
    options: Search,
) -> Result<Ending, Trouble> {
    let query = Query {
        name: options.name.join(" "),
        is_person: options.kind.map(|kind| kind == Sort::Person),
        born: options.born,
        countries: options.country,
        threshold: options.threshold,
        lists: options.list,
        limit: options.limit,
    };
    let seen = service::lists::search(platform, institution, query).await;
    let seen = seen.map_err(|failure| {
        let is_unknown = failure.kind == Kind::NotFound;
        let trouble = Trouble::from(failure);
        if is_unknown {
            trouble.hint("`usher lists status` shows what is loaded")
        } else {
            trouble
        }
    })?;
    if options.json {
        super::print_json(&json!(seen));
        return Ok(Ending::Well);
    }
    if seen.matches.is_empty() {
        say::talk("nobody on the lists is alike enough");
        return Ok(Ending::Well);
    }
    for one in &seen.matches {
        let (entry, list) = (&one.listed, &one.list);
        say::data(&table::harmless(&format!(
            "{:.4}  {}  ({list} {}, {})",
            one.score, one.name, entry.id, one.publication
        )));
        say::data(&format!("        {}", table::harmless(&one.why)));
    }
    if seen.more > 0 {
        say::talk(&format!(
            "{} more are alike enough; --limit shows more",
            seen.more
        ));
    }
    Ok(Ending::Well)
}

pub(super) async fn replay(platform: &Platform, options: &Replay) -> Result<Ending, Trouble> {
    let number = u128::from_str_radix(&options.check.replace('-', ""), 16);
    let number =
        number.map_err(|error| Trouble::usage(format!("{:?} is no id: {error}", options.check)))?;
    for environment in [Environment::Live, Environment::Demo] {
        let account = installation::account(platform, environment).await?;
        let caller = Caller::platform(&account, Actor::Support);
        let replay = match service::lists::replay(platform, &caller, number).await {
            Ok(replay) => replay,
            Err(failure) if failure.kind == Kind::NotFound => continue,
            Err(failure) => return Err(failure.into()),
        };
        if options.json {
            super::print_json(&json!(replay));
        } else {
            say::talk(&format!(
                "screened on {} for profile {} against the lists as of {}, engine {}",
                replay.at, replay.profile_id, replay.lists_as_of, replay.engine_then
            ));
            say::data(if replay.same {
                "the same answer"
            } else {
                "another answer"
            });
        }
        if replay.same {
            return Ok(Ending::Well);
        }
        if replay.engine_then != replay.engine_now {
            say::talk(&format!(
                "this version of usher has engine {}, which may answer otherwise",
                replay.engine_now
            ));
        }
        return Ok(Ending::Wrong);
    }
    let message = format!(
        "no screening was kept for a check with the id {:?}",
        options.check
    );
    let hint = "only checks that a provider of the kind screening answered are kept";
    Err(Trouble::usage(message).hint(hint))
}
