//! Chores of the workspace: `cargo xtask tidy | bench | book | fuzz | ci`.

mod book;
mod fuzz;
mod screening;
mod tidy;

use std::io::Write;
use std::process::{Command, ExitCode};

const USAGE: &str = "usage: cargo xtask <command>

commands:
  tidy           check the edges between crates and banned words; print what is large
  bench [args]   build in release mode and run the benches (see README)
  bench screening [args]  how well and how fast names are matched (`--help`)
  book ROWS DIR  write a client book of so many rows, for measuring
  fuzz [args]    change samples of lists at random and read them (`--help`)
  ci             run .ci/run
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    let done = match arguments.next().as_deref() {
        Some("tidy") => tidy::run(),
        Some("bench") if arguments.peek().is_some_and(|first| first == "screening") => {
            bench_screening(arguments.skip(1))
        }
        Some("bench") => {
            let mut bench = Command::new("cargo");
            bench
                .args(["run", "--release", "--quiet", "--package", "bench", "--"])
                .args(arguments);
            run(&mut bench)
        }
        Some("book") => book::run(arguments),
        Some("fuzz") => fuzz::run(arguments),
        Some("ci") => run(&mut Command::new(".ci/run")),
        Some("help" | "--help") => say(USAGE),
        Some(other) => Err(format!("there is no command {other:?}\n\n{USAGE}")),
        None => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Measures names in release mode: a build without optimization starts an optimized one.
fn bench_screening(arguments: impl Iterator<Item = String>) -> Result<(), String> {
    if cfg!(debug_assertions) {
        let mut bench = Command::new("cargo");
        bench
            .args([
                "run",
                "--release",
                "--quiet",
                "--package",
                "xtask",
                "--",
                "bench",
                "screening",
            ])
            .args(arguments);
        return run(&mut bench);
    }
    screening::run(arguments)
}

fn run(command: &mut Command) -> Result<(), String> {
    let status = command
        .status()
        .map_err(|error| format!("{command:?} did not start: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?} ended with {status}"))
    }
}

/// Prints to standard output.
fn say(text: &str) -> Result<(), String> {
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(|error| error.to_string())
}
