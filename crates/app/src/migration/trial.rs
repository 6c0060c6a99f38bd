//! `usher migrate test`: few clients first, and how it went.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use migrate::progress;
use migrate::trial::{self, Phase};

use super::{RunOptions, options, trouble};
use crate::ending::Ending;
use crate::place::show;
use crate::trouble::Trouble;
use crate::{folder, say};

/// Where to test.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// About a hundred clients in a demo account, in a --state of their own
    Demo(Options),
    /// Five to ten clients in the live account, in the --state of the full run, which leaves them out
    Production(Options),
}

/// Options of a test.
#[derive(Args, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    run: RunOptions,
    /// How many clients: 100 in a demo account and 8 in the live one unless said
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// Write the report as JSON to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Carries it out.
pub(super) async fn run(command: Command) -> Result<Ending, Trouble> {
    let (phase, test) = match command {
        Command::Demo(test) => (Phase::Demo, test),
        Command::Production(test) => (Phase::Production, test),
    };
    let options = options(&test.run)?;
    let (count, _) = phase.counts();
    let count = test.count.unwrap_or(count);
    if test.run.dry_run {
        let picked = trial::pick(&options, count).map_err(trouble)?;
        say::data(&picked.to_string());
        say::talk("nothing was sent");
        return Ok(Ending::Well);
    }
    let results = show(&options.state.join("results"));
    let reporter = Arc::from(progress::for_stderr());
    let report = trial::run(options, phase, count, reporter).await;
    let report = report.map_err(trouble)?;
    if let Some(file) = &test.json {
        let written = folder::write_secret(file, &format!("{:#}\n", report.to_json()));
        written.map_err(|error| Trouble::new(format!("{}: {error}", show(file))))?;
    }
    say::data(report.to_string().trim_end());
    if report.is_passed() {
        say::talk(&format!("the test is passed; row by row in {results}"));
        return Ok(Ending::Well);
    }
    say::talk(&format!("the test is not passed; row by row in {results}"));
    for hint in report.summary.hints() {
        say::talk(&format!("  hint: {hint}"));
    }
    Ok(Ending::Wrong)
}
