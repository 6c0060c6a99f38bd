//! What the platform can do on this machine, beside what the database alone can do.
//!
//! `cargo xtask bench` prints a table in Markdown. The cast: `server` is a whole node in this
//! process over a scratch database; `load` is the same binary as a child, so that the processor
//! time of asking is counted apart from that of answering; `onboarding` drives the two;
//! `ceiling` writes the rows of the run again, in the same transactions and in one, through the
//! bare drivers; `core` measures the decision alone; `migration` brings a generated book over.
//!
//! Wall time tells little while others use the machine: compare processor time first.

mod ceiling;
mod core;
mod load;
mod machine;
mod migration;
mod onboarding;
mod person;
mod processor;
mod report;
mod server;

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use store::Engine;

/// Small pieces of JSON make up most of the work: this allocator nearly halves its processor time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What can go wrong; a benchmark tells it and ends.
type Trouble = Box<dyn Error + Send + Sync>;

#[derive(Parser)]
#[command(name = "usher-bench", about = "Measures Usher on this machine")]
struct Options {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    sizes: Sizes,
}

#[derive(clap::Args)]
struct Sizes {
    /// Onboardings per database; everything written is kept in memory for the ceilings, about
    /// 24 kilobytes each
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    onboardings: u32,
    /// How often onboardings are measured on each database; the median is shown
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Requests under way at the same time
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    concurrency: u32,
    /// Clients of the book that is brought over
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    clients: u32,
    /// Measure one thing only
    #[arg(long)]
    only: Option<Only>,
}

#[derive(Subcommand)]
enum Part {
    /// Sends onboardings to a server: what a measuring run starts as its child
    Load(load::Options),
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    Sqlite,
    Postgres,
    Core,
    Migration,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let ended = match (runtime, options.part) {
        (Err(error), _) => Err(error.into()),
        (Ok(runtime), Some(Part::Load(load))) => runtime.block_on(load::run(load)),
        (Ok(runtime), None) => runtime.block_on(measure(options.sizes)),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if standard error is gone.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(options: Sizes) -> Result<(), Trouble> {
    let wants = |part| options.only.is_none_or(|only| only == part);
    say(&machine::header()?)?;
    let size = onboarding::Size {
        onboardings: options.onboardings,
        concurrency: options.concurrency,
        rounds: options.rounds,
    };
    let mut runs = Vec::new();
    if wants(Only::Sqlite) {
        runs.push(onboarding::median(Engine::Sqlite, size).await?);
    }
    if wants(Only::Postgres) {
        runs.push(onboarding::median(Engine::Postgres, size).await?);
    }
    if !runs.is_empty() {
        say(&report::onboardings(&runs))?;
    }
    if wants(Only::Core) {
        say(&core::measure()?)?;
    }
    if wants(Only::Migration) {
        say(&migration::measure(options.clients).await?)?;
    }
    Ok(())
}

/// Prints to standard output.
fn say(text: &str) -> Result<(), Trouble> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}
