//! `usher lists load` and `usher lists names`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use service::lists::{Format, Hints, Loaded, Loading, OWN_COLUMNS, Snapshot, Table};
use service::{Actor, Platform};

use crate::ending::Ending;
use crate::place::{Place, show};
use crate::say;
use crate::trouble::Trouble;

/// What can be loaded, for the help.
pub(super) const FORMATS: &str = "\
Formats, found out from the contents unless --format says it:
  ofac-csv, ofac-xml    US Treasury: SDN.CSV with ALT.CSV and ADD.CSV, or SDN.XML; non-SDN too
  us-consolidated       US Consolidated Screening List (CSV)
  un, uk, eu            Security Council (XML), UK Treasury (ConList.csv), European Union (XML)
  canada, australia     Canada SEMA (XML), Australia DFAT (saved as CSV)
  bis                   US denied persons (tab separated)
  ftm, popolo           FollowTheMoney (JSON lines), politicians in Popolo (JSON)
  own                   a table of your own with a header; --columns shows what it may have
A file whose name ends in .zst is unpacked while it is read.";

/// Options of `usher lists load`.
#[derive(Args, Debug)]
pub(crate) struct Load {
    /// The files of one publication, such as SDN.CSV ALT.CSV ADD.CSV
    #[arg(required_unless_present = "columns")]
    files: Vec<PathBuf>,
    /// What the list is called, the same for each of its publications; its format unless given
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// How it is written, if its contents do not show it
    #[arg(long)]
    format: Option<String>,
    /// What this publication is called; what it says itself or the day unless given
    #[arg(long, value_name = "TEXT")]
    publication: Option<String>,
    /// Take it though it has less than half of the entries of the one before; the reason is kept
    #[arg(long, value_name = "REASON")]
    accept_smaller: Option<String>,
    /// Show the columns of a list of your own, and load nothing
    #[arg(long)]
    pub(super) columns: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) place: Place,
}

/// Options of `usher lists names`.
#[derive(Args, Debug)]
pub(crate) struct Names {
    /// A folder with tables of rigour (names_person_names.txt, names_org_types.json …) or one of them
    path: PathBuf,
    #[command(flatten)]
    pub(super) place: Place,
}

/// The columns of a list of the institution's own.
pub(super) fn columns() {
    for (name, _, what) in OWN_COLUMNS {
        say::data(&format!("{name:<20} {what}"));
    }
}

pub(super) async fn run(
    platform: &Platform,
    institution: u128,
    options: Load,
) -> Result<Ending, Trouble> {
    let format: Option<Format> = match options.format.as_deref().map(str::parse).transpose() {
        Ok(format) => format,
        Err(message) => {
            return Err(Trouble::usage(message).hint("`usher lists load --help` explains them"));
        }
    };
    let mut parts = Vec::new();
    for path in &options.files {
        let part = service::lists::part(path).map_err(|error| Trouble::file(path, &error))?;
        parts.push(part);
    }
    let loading = Loading {
        source: options.source,
        parts,
        hints: Hints {
            format,
            ..Hints::default()
        },
        publication: options.publication,
        accept_smaller: options.accept_smaller,
        by: Actor::Support,
    };
    let loaded = service::lists::load(platform, institution, loading).await;
    let loaded = loaded.map_err(|failure| {
        let is_small = failure.to_string().contains("may be cut off");
        let trouble = Trouble::from(failure);
        if is_small {
            trouble.hint("if it is right, load it with --accept-smaller \"why it is right\"")
        } else {
            trouble
        }
    })?;
    if options.json {
        super::print_json(&serde_json::json!(loaded));
    } else {
        tell(&loaded);
    }
    Ok(Ending::Well)
}

fn tell(loaded: &Loaded) {
    match loaded {
        Loaded::Unchanged { snapshot } => say::talk(&format!(
            "{} is at publication {} with these very bytes already; nothing changed",
            snapshot.source, snapshot.publication
        )),
        Loaded::Swapped {
            snapshot,
            before,
            added,
            changed,
            removed,
            lists_as_of,
        } => {
            let before = before.as_ref().map_or_else(
                || "the first one".to_owned(),
                |before| format!("before it {}", before.publication),
            );
            say::talk(&format!(
                "{}: publication {} counts from now on ({before}), {} entries: {added} added, \
                 {changed} changed, {removed} removed; snapshot {}, lists as of {lists_as_of}",
                snapshot.source, snapshot.publication, snapshot.entries, snapshot.number
            ));
            problems(snapshot);
        }
    }
}

/// The first of what could not be understood.
fn problems(snapshot: &Snapshot) {
    const SHOWN: usize = 5;
    if snapshot.problems == 0 {
        return;
    }
    say::talk(&format!(
        "{} places of it were not understood and are left out of their entries:",
        snapshot.problems
    ));
    for problem in snapshot.first_problems.iter().take(SHOWN) {
        say::talk(&format!("  {problem}"));
    }
    if snapshot.problems > SHOWN as u64 {
        say::talk("  hint: usher lists status --json shows more of them");
    }
}

pub(super) async fn names(
    platform: &Platform,
    institution: u128,
    options: &Names,
) -> Result<Ending, Trouble> {
    let tables = tables(&options.path)?;
    let loaded = service::lists::load_names(platform, institution, tables, Actor::Support).await;
    match loaded.map_err(Trouble::from)? {
        Loaded::Unchanged { .. } => {
            say::talk("these very tables are loaded already; nothing changed");
        }
        Loaded::Swapped { snapshot, .. } => say::talk(&format!(
            "{} tables of name parts count from now on",
            snapshot.entries
        )),
    }
    Ok(Ending::Well)
}

/// The only file, or the files of a folder and of the folder `rigour` in it.
fn tables(path: &Path) -> Result<Vec<Table>, Trouble> {
    let mut files = Vec::new();
    if path.is_dir() {
        for folder in [path.to_owned(), path.join("rigour")] {
            let Ok(inside) = fs::read_dir(&folder) else {
                continue;
            };
            files.extend(
                inside
                    .flatten()
                    .map(|entry| entry.path())
                    .filter(|path| path.is_file()),
            );
        }
    } else {
        files.push(path.to_owned());
    }
    files.retain(|file| is_table(file));
    files.sort();
    if files.is_empty() && path.is_dir() {
        let message = format!("there is no table of names in {}", show(path));
        let hint = "name the folder with names_person_names.txt and names_org_types.json";
        return Err(Trouble::usage(message).hint(hint));
    }
    let read = |file: &PathBuf| {
        let bytes = fs::read(file).map_err(|error| Trouble::file(file, &error))?;
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Ok(Table { name, bytes })
    };
    files.iter().map(read).collect()
}

/// Tables are known by their names: of name parts, of words in names, of numbers.
fn is_table(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    ["names_", "nicknames", "text_ordinals"]
        .iter()
        .any(|front| name.starts_with(front))
}
