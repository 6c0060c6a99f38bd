//! `usher migrate test`: few clients first, and how it went.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use migrate::trial::receiver::{self, Receiver};
use migrate::trial::{self, Phase};
use migrate::{private, progress};

use super::{RunOptions, aside, options, outputs, trouble, until_told};
use crate::ending::Ending;
use crate::place::show;
use crate::trouble::Trouble;
use crate::{folder, say};

/// Where to test.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// About a hundred clients in a demo account, in a --state of their own; webhooks are passed on to
    /// the firm's receiver and its answers measured
    Demo(Box<Demo>),
    /// Five to ten clients in the live account, in the --state of the full run, which leaves them out
    Production(Box<Options>),
}

/// Options of a test in a demo account.
#[derive(Args, Debug)]
pub(crate) struct Demo {
    #[command(flatten)]
    options: Options,
    /// The firm's own webhook receiver: while the test runs, every webhook of the server is passed on
    /// to it, and its answers are measured. --listen is where the server reaches this tool
    #[arg(long, value_name = "URL")]
    receiver: Option<String>,
    /// File with the secret by which the receiver verifies messages; one is made up unless given
    #[arg(long, value_name = "FILE", requires = "receiver")]
    receiver_secret_file: Option<PathBuf>,
    /// Send up to 100 messages in one request, as an endpoint with batching does
    #[arg(long)]
    receiver_batching: bool,
    /// How many seconds after the run the receiver may need until no message waits
    #[arg(long, value_name = "SECONDS", default_value_t = receiver::DRAIN_SECONDS)]
    receiver_wait: u64,
}

impl Demo {
    fn receiver(&self) -> Result<Receiver, Trouble> {
        let file = self.receiver_secret_file.as_deref();
        let secret = file.map(folder::read).transpose()?;
        Ok(Receiver {
            url: self.receiver.clone(),
            secret: secret.map(|secret| secret.trim().to_owned()),
            batching: self.receiver_batching,
            drain: Duration::from_secs(self.receiver_wait),
        })
    }
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
    let (phase, receiver, test) = match command {
        Command::Demo(demo) => (Phase::Demo, demo.receiver()?, demo.options),
        Command::Production(test) => (Phase::Production, Receiver::default(), *test),
    };
    outputs::check([("--json", test.json.as_ref())])?;
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
    let stop = Arc::clone(&options.stop);
    // Signals are heard while it reads the source.
    let work =
        aside(
            async move { Box::pin(trial::run(options, (phase, count), &receiver, reporter)).await },
        );
    let report = Box::pin(until_told(&stop, work)).await?;
    say::data(report.to_string().trim_end());
    if let Some(file) = &test.json {
        let written = private::create(file)
            .and_then(|mut written| writeln!(written, "{:#}", report.to_json()));
        written.map_err(|error| Trouble::new(format!("{}: {error}", show(file))))?;
    }
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
