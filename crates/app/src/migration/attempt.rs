//! `usher migrate try`: one row of a book, looked at closely.

use std::path::PathBuf;

use clap::Args;
use migrate::attempt::{self, Asked, Attempt};

use super::{Which, trouble};
use crate::ending::Ending;
use crate::place::show;
use crate::say;
use crate::trouble::Trouble;

/// Options of `usher migrate try`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Folder with the source files
    #[arg(long, value_name = "DIR")]
    source: PathBuf,
    /// Mapping file: what the bank's columns and codes become
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// The row, by the line of the file on which it begins: what result files call `line`, not `row`.
    /// The header is line 1
    #[arg(long, visible_alias = "line", value_name = "LINE")]
    row: u64,
    /// The source file, or what the mapping calls it; needed for any but the individuals'
    #[arg(long, value_name = "NAME")]
    file: Option<String>,
    /// State folder of a run: rows that were mended with its --mended stand in for the source's
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Show long values whole, which are cut otherwise
    #[arg(long)]
    full: bool,
    /// Which clients come over
    #[arg(long, value_name = "SCOPE", default_value = "all")]
    scope: Which,
}

/// Shows the row, whatever becomes of it.
pub(super) fn run(options: Options) -> Result<Ending, Trouble> {
    if let Some(state) = options.state.as_ref().filter(|state| !state.is_dir()) {
        let message = format!("there is no state folder {}", show(state));
        return Err(Trouble::usage(message).hint("name the one of the run, or leave --state out"));
    }
    let asked = Asked {
        mapping: options.mapping,
        source: options.source,
        scope: options.scope.into(),
        file: options.file,
        line: options.row,
        state: options.state,
    };
    let attempts = attempt::look(&asked).map_err(trouble)?;
    let text = |attempt: &Attempt| {
        if options.full {
            format!("{attempt:#}")
        } else {
            attempt.to_string()
        }
    };
    let texts: Vec<String> = attempts.iter().map(text).collect();
    say::data(&texts.join("\n\n"));
    say::talk("nothing was sent");
    Ok(Ending::Well)
}
