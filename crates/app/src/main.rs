//! The binary `usher`: the only crate that reads the environment, the command line and the clock.
//!
//! The cast: [`commands`] is the command line; each command is a module of its own name. An
//! [`installation`] is a data folder with its database and keys, opened; a [`node`] is one that is
//! at work. [`say`] is the only way to standard output (data) and standard error (talk);
//! [`trouble`] is an error with its hint and its exit code.

mod admin;
mod clock;
mod commands;
mod config_commands;
mod demo;
mod doctor;
mod ending;
mod folder;
mod installation;
mod keys;
mod lists;
mod logs;
mod made;
mod migration;
mod node;
mod place;
mod say;
mod serve;
mod table;
mod trouble;
mod worker;

use std::process::ExitCode;

use clap::Parser;

use ending::Ending;
use trouble::Trouble;

/// Small pieces of JSON make up most of the work: this allocator nearly halves its processor time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let ending = run().unwrap_or_else(|trouble| {
        say::talk(&trouble.to_string());
        trouble.ending
    });
    ending.into()
}

fn run() -> Result<Ending, Trouble> {
    let line = commands::Line::parse();
    logs::start(&line.logs, line.command.log_level())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|error| Trouble::new(format!("threads cannot be started: {error}")))?;
    let ending = runtime.block_on(commands::run(line.command));
    // Whatever still runs in the background has nothing left to say.
    runtime.shutdown_background();
    ending
}
