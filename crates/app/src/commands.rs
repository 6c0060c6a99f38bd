//! The command line.

use clap::{Parser, Subcommand};

use crate::ending::{EXIT_CODES, Ending};
use crate::trouble::Trouble;
use crate::{config_commands, demo, doctor, keys, lists, logs, migration, serve, worker};

/// Customer onboarding compliance (KYC, KYB) on your own machines: an API compatible with the
/// Passfort API 4.0, smart policies, risk, checks, webhooks, and a migration that is proven
#[derive(Parser, Debug)]
#[command(name = "usher", version, max_term_width = 100)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Line {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) logs: logs::Options,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Run the server: the API, the workers, the delivery of webhooks
    Serve(serve::Options),
    /// Run workers and webhooks only, beside servers that share a PostgreSQL database
    Worker(worker::Options),
    /// Issue, list and revoke API keys, directly on the database
    #[command(subcommand)]
    Keys(keys::Command),
    /// Check, compare, publish and export the policy of the institution
    #[command(subcommand)]
    Config(config_commands::Command),
    /// Load the lists that customers are screened against, compare and search them
    #[command(subcommand)]
    Lists(lists::Command),
    /// Bring a client book over from another system, and prove that nothing was lost
    Migrate(migration::Migration),
    /// Look for what is wrong with an installation, and say what to do about it
    Doctor(doctor::Options),
    /// Show it all: start a server, publish a policy, migrate a small book, say where it ended
    Demo(demo::Options),
}

impl Command {
    /// What is logged unless the options say so.
    pub(crate) fn log_level(&self) -> &'static str {
        match self {
            Command::Serve(_) | Command::Worker(_) => "info",
            _ => "warn",
        }
    }
}

/// Runs a command.
pub(crate) async fn run(command: Command) -> Result<Ending, Trouble> {
    match command {
        Command::Serve(options) => serve::run(options).await,
        Command::Worker(options) => worker::run(options).await,
        Command::Keys(command) => keys::run(command).await,
        Command::Config(command) => config_commands::run(command).await,
        Command::Lists(command) => Box::pin(lists::run(command)).await,
        Command::Migrate(command) => Box::pin(migration::run(command)).await,
        Command::Doctor(options) => doctor::run(options).await,
        Command::Demo(options) => demo::run(options).await,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Line::command().debug_assert();
    }

    #[test]
    fn every_option_and_command_is_documented() {
        fn check(command: &clap::Command) {
            let name = command.get_name();
            assert!(command.get_about().is_some(), "{name}");
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{name} {}",
                    argument.get_id()
                );
            }
            command.get_subcommands().for_each(check);
        }
        check(&Line::command());
    }
}
